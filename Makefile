# The two commands most people need: `make tune OP=...` and `make test`. Each installs what is missing, builds, then runs.
OP ?= conv2d:n=1,c=64,h=56,w=56,k=64,r=3,s=3,stride=1,pad=1
TARGET ?= host
JOBS ?= 2
BUILD ?= build
SUITES ?=
QUICK ?=
BENCH ?=
.DEFAULT_GOAL := help

.PHONY: help setup configure build test tune bench readme-figures fidelity fidelity-report clean format
help:            ## show this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 20

setup:           ## install the Debian packages of packages.txt that are missing
	@sh cmake/setup.sh packages.txt

configure: setup
	@mkdir -p $(BUILD)
	@cmake --preset release -B $(BUILD) -DSAKU_BUILD_TESTS=ON >$(BUILD)/configure.log 2>&1 || (cat $(BUILD)/configure.log; exit 1)

build: configure ## build BUILD/saku (default: build/saku) and the tests
	@cmake --build $(BUILD) -j $(JOBS)

tune: configure  ## tune OP (default: a ResNet-50 convolution) for TARGET (default: this machine); builds no tests
	@cmake --build $(BUILD) -j $(JOBS) --target saku
	$(BUILD)/saku tune $(OP) --target $(TARGET) --out out

test: build      ## build and run the tests
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

bench: build     ## measure README's operators and all suites against libraries (over an hour; QUICK=1: minutes; SUITES=...: those)
	@sh cmake/setup.sh bench/packages.txt
	@sh bench/run.sh $(BUILD) $(if $(QUICK),--quick) $(if $(SUITES),$(SUITES:%=--suite %),$(if $(QUICK),,--all)) $(BENCH)

readme-figures: build ## measure, and write the table of README.md
	@sh cmake/setup.sh bench/packages.txt
	@sh bench/run.sh $(BUILD) --json $(BUILD)/figures.json
	@python3 bench/readme_figures.py $(BUILD)/figures.json README.md

fidelity: build  ## measure how well the model predicts (an hour), and write docs/fidelity.md
	@sh bench/fidelity.sh $(BUILD)

fidelity-report: build ## write docs/fidelity.md again, from what has been measured
	@sh bench/fidelity.sh $(BUILD) --report

format:          ## clang-format every source in place
	clang-format -i $$(git ls-files '*.h' '*.cpp' '*.c')

clean:           ## remove build folders and results
	rm -rf build build-* out
