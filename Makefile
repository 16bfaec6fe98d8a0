# What can be done here. Every target first makes this folder ready (tools/setup), which is quick the second time.
# ARGS="..." hands words on: make run ARGS="--port 9000", make test ARGS="-k hold".

.DEFAULT_GOAL := help
.PHONY: help run test smoke check rules setup lock clean

CORDBOARD_VENV ?= .venv
export CORDBOARD_VENV
PY := $(CORDBOARD_VENV)/bin/python
ARGS ?=

help:   ## this list
	@grep -hE '^[a-z]+: .*##' Makefile | sed 's/:.*##/\t/' | expand -t 10

run:    ## start everything; prints an address and a log-in
	@tools/setup run
	@exec $(PY) -m cordboard run $(ARGS)

test:   ## everything: checks, unit tests, the real exchange, a real browser, real phones
	@tools/setup test
	@exec $(PY) -m tools.run_tests $(ARGS)

smoke:  ## one call, from a telephone to the browser and back, with a line per step
	@tools/setup test
	@exec $(PY) -m tests.e2e.smoke $(ARGS)

check:  ## static checks, core and simulator, in under two minutes
	@tools/setup check
	@exec $(PY) -m tools.check $(ARGS)

rules:  ## which statement is proven by which test
	@tools/setup check
	@exec $(PY) -m tools.rules $(ARGS)

setup:  ## only make this folder ready for all of these
	@tools/setup test

lock:   ## compile requirements*.in to exact versions with hashes
	@tools/setup lock
	@exec $(PY) -m tools.lock $(ARGS)

clean:  ## remove what set-up made (not .run: that is your data)
	rm -rf .venv .cache console/node_modules console/dist
