# make demo     builds and starts everything on this machine; prints what to open
# make test     everything that must pass: lint, unit, property and contract tests, end to end
# make lint     formatting, clippy, what may be in the dependency tree
# make e2e      the end-to-end tests alone
# make fuzz     ten minutes of every fuzz target; FUZZ_SECONDS, FUZZ_TARGET and FUZZ_JOBS ask for less or more
# make release  profile-guided release programs in target/trained (optional; images and packages ship the plain release build)
# make bench    measures the plain release build: the figures behind every claim about performance
# A Rust toolchain (rustup) is assumed; Debian packages are installed by scripts/install-tools.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test lint check fmt clippy deny unit e2e fuzz fuzz-briefly release bench build install-tools

TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
BINARIES := POSTERN_BIN=$(TARGET)/debug/postern POSTERN_DEMO_BIN=$(TARGET)/debug/postern-demo
NEXTEST := $(shell command -v cargo-nextest)
CARGO_DENY := 0.20.2

# The dev profile, which the tests use too: nothing is built twice, and a demonstration needs no speed.
demo:
	@scripts/install-tools build
	cargo build --locked -p postern -p postern-demo
	@$(TARGET)/debug/postern demo

test: lint unit fuzz-briefly e2e

lint check: fmt clippy deny

fmt:
	cargo fmt --all --check

clippy:
	@scripts/install-tools build
	cargo clippy --locked --workspace --all-targets -- -D warnings

# The advisory database is a git repository on github.com; it is asked only where that can be reached, so that a machine
# without the network can still run the tests. What is in the tree is checked everywhere.
deny:
ifeq ($(shell command -v cargo-deny),)
	cargo install --locked --quiet cargo-deny@$(CARGO_DENY)
endif
	cargo deny --locked check --hide-inclusion-graph bans licenses sources
	@if timeout 10 git ls-remote -q https://github.com/rustsec/advisory-db HEAD >/dev/null 2>&1; then \
	    cargo deny --locked check advisories; \
	else \
	    echo "the advisory database cannot be reached, so advisories are not checked" >&2; \
	fi

unit:
	@scripts/install-tools unit
ifeq ($(NEXTEST),)
	scripts/with-postgres cargo test --locked --workspace
else
	scripts/with-postgres cargo nextest run --locked --workspace
endif

# The binaries come with the tests: a build of their own would compile most dependencies a second time, with the few
# features that tests add left out.
build:
	@scripts/install-tools build
	cargo test --locked --workspace --no-run

e2e: build
	@scripts/install-tools e2e
	$(BINARIES) tests/e2e/run

fuzz:
	@scripts/install-tools build
	fuzz/build fuzzing
	fuzz/run --profile fuzzing --seconds $(or $(FUZZ_SECONDS),600) --jobs $(or $(FUZZ_JOBS),2) $(FUZZ_TARGET)

# That the targets build and run, and hold for what the fuzzers found so far and some seconds more.
fuzz-briefly: build
	fuzz/build
	fuzz/run --seconds 4

release:
	@scripts/install-tools build train
	bench/train --out $(TARGET)/trained

bench:
	@scripts/install-tools build bench
	cargo build --locked --release -p postern -p postern-bench
	bench/install
	bench/run --bins $(TARGET)/release

install-tools:
	scripts/install-tools build unit e2e
