# The commands of this project; `make help` lists them.
MAVEN ?= mvn -B -ntp
CONSUL_IMAGE ?= mysql-autopilot-consul:local

# Testcontainers would pull helper images, which a machine without Docker Hub can't.
export TESTCONTAINERS_RYUK_DISABLED = true
export TESTCONTAINERS_HOST_OVERRIDE = localhost

.PHONY: help setup consul-image image jar test clean-build

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## find Docker, or on Debian as root install and start it; get the base image
	@docker/scripts/docker-up
	@docker/scripts/base-image

consul-image: setup ## the Consul image for machines without Docker Hub
	@echo "image: $(CONSUL_IMAGE)"
	@docker build -q -t $(CONSUL_IMAGE) docker/consul

jar: ## build target/manage.jar (needs JDK 25 and Maven)
	$(MAVEN) package -DskipTests

image: setup jar ## the image with MySQL 9.7 and the CLI
	@echo "image: mysql-autopilot:9.7"
	@docker build -q -t mysql-autopilot:9.7 -f docker/Dockerfile .

test: consul-image ## set up what the tests need, compile with all checks and run every test
	$(MAVEN) verify

clean-build: ## remove what the build made
	rm -rf target
