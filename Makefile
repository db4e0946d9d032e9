# The commands of this project; `make help` lists them.
MAVEN ?= mvn -B -ntp

.PHONY: help jar test clean-build

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

jar: ## build target/manage.jar (needs JDK 25 and Maven)
	$(MAVEN) package -DskipTests

test: ## compile with all checks and run every test
	$(MAVEN) verify

clean-build: ## remove what the build made
	rm -rf target
