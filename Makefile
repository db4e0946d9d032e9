# The commands of this project; `make help` lists them.
CONSUL_IMAGE ?= mysql-autopilot-consul:local
SCRIPTS = docker/scripts
ENV_FILE ?= _env

# Testcontainers would pull helper images, which a machine without Docker Hub can't.
export TESTCONTAINERS_RYUK_DISABLED = true
export TESTCONTAINERS_HOST_OVERRIDE = localhost
export CONSUL_IMAGE ENV_FILE

.DELETE_ON_ERROR:
.PHONY: help up down clean status setup consul-image jar image image-8.0 image-5.6 images test simulate search bench chaos clean-build

help: ## this list
	@grep -E '^[a-z0-9.-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

up: image consul-image ## set everything up, start one primary (or what is stopped), wait for it, print the status
	@$(SCRIPTS)/env-file $(ENV_FILE)
	@$(SCRIPTS)/up

status: ## who is primary, who follows, how far
	@$(SCRIPTS)/compose exec -T mysql manage status

down: ## stop the cluster; all data stays, `make up` starts it again
	@$(SCRIPTS)/compose stop >/dev/null 2>&1 || $(SCRIPTS)/compose stop
	@echo "down: the cluster is stopped, its data is kept"

clean: ## remove the cluster with ALL its data; asks first, CLEAN=yes is an answer
	@$(SCRIPTS)/clean

setup: ## find Docker and compose, or on Debian as root install and start them; get the base image
	@$(SCRIPTS)/docker-up
	@$(SCRIPTS)/base-image

consul-image: setup ## the Consul image for machines without Docker Hub
	@[ "$(CONSUL_IMAGE)" != mysql-autopilot-consul:local ] || $(SCRIPTS)/build -t $(CONSUL_IMAGE) docker/consul >/dev/null
	@echo "image: $(CONSUL_IMAGE)"

jar: setup target/manage.jar ## build target/manage.jar, in a container when the machine has no JDK 25 and Maven

# Directories too: theirs is the time that changes when a file goes away.
target/manage.jar: pom.xml $(shell find src/main) | setup
	@echo "jar: $@"
	@$(SCRIPTS)/maven -q package -Dmaven.test.skip=true
	@touch $@

# What several images are made from; the images may be made at the same time (make -j), these before.
.PHONY: image-parts base-8.0 base-5.6
image-parts: setup
	@$(SCRIPTS)/containerpilot
	@$(SCRIPTS)/build --target runtime -t mysql-autopilot-runtime:local -f docker/Dockerfile . >/dev/null

# One after the other, since they are two runs of Maven.
base-8.0: jar image-parts
	@$(SCRIPTS)/base-image-mysql 8.0

base-5.6: base-8.0
	@$(SCRIPTS)/base-image-mysql 5.6

image: jar image-parts ## the image with MySQL 9.7 LTS and the CLI
	@$(SCRIPTS)/image 9.7

image-8.0: base-8.0 ## the same on MySQL 8.0.33
	@$(SCRIPTS)/image 8.0

image-5.6: base-5.6 ## the same on MySQL 5.6.14
	@$(SCRIPTS)/image 5.6

images: image image-8.0 image-5.6 ## all three, and the one on 5.6.14 with the tests' stand-in for xtrabackup
	@[ ! -d docker/standin ] || STANDIN=1 $(SCRIPTS)/image 5.6

test: ## set up what the tests need, compile with all checks and run every test; CONTAINERPILOT=<binary>: under that, too
	@$(MAKE) --no-print-directory -j4 images consul-image
	@$(SCRIPTS)/maven verify
ifneq ($(filter-out none,$(CONTAINERPILOT)),)
	@$(SCRIPTS)/maven verify -Dtest=NoneTest -Dsurefire.failIfNoSpecifiedTests=false '-Dit.test=*E2E,ContainerPilot*Scenarios' \
	    -Dsupervisor=containerpilot '-Dcontainerpilot=$(CONTAINERPILOT)'
endif

SEEDS ?= 1000
simulate: ## clusters in virtual time with everything that can go wrong; SEEDS=1000, or SEED=<n>,<m> for what happened in those
	@$(SCRIPTS)/maven -q test -Dtest=SimulateRun -Dsurefire.failIfNoSpecifiedTests=false -Dseeds=$(SEEDS) -Dseed=$(SEED)

THEME ?=
DEPTH ?=
W ?= 1
PARKS ?=
WRITES ?=
search: ## everything that can happen to three nodes within bounds; THEME= (search/Theme.java) DEPTH= W=1 FAULTS= PARKS= WRITES=
	@$(SCRIPTS)/maven -q test -Dtest=SearchRun -Dsurefire.failIfNoSpecifiedTests=false -Dtheme=$(THEME) -Ddepth=$(DEPTH) -Dw=$(W) \
	    -Dfaults=$(FAULTS) -Dparks=$(PARKS) -Dwrites=$(WRITES)

BENCH_RUNS ?= 5
bench: image consul-image ## faults of a cluster of three from the clients' view and what a hook costs, as tables; BENCH_RUNS=5
	@$(SCRIPTS)/maven verify -Dtest=NoneTest -Dsurefire.failIfNoSpecifiedTests=false '-Dit.test=*Bench' -Druns=$(BENCH_RUNS)

RUNS ?= 1
FAULTS ?=
MODES ?= lossless,async
VERSIONS ?= 9.7,8.0,5.6-standin
chaos: images consul-image ## break clusters in every way against a ledger of acknowledged rows, into docs/faults.md; RUNS=1 FAULTS= MODES= VERSIONS=
	@$(SCRIPTS)/maven verify -Dtest=NoneTest -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=FaultSuite -Dreport=docs/faults.md \
	    '-Druns=$(RUNS)' '-Dfaults=$(FAULTS)' '-Dmodes=$(MODES)' '-Dversions=$(VERSIONS)'

clean-build: ## remove what the build made
	rm -rf target docker/containerpilot
