# make demo          builds and starts everything on this machine, and prints what to open
# make test          everything that must pass: lint, unit tests, doc tests, fuzz targets, end-to-end tests
# make lint          formatting, clippy, rustdoc, and licences, sources and advisories of dependencies
# make unit          unit, property and contract tests, with a PostgreSQL server of their own
# make doctest       the examples in doc comments
# make e2e           the end-to-end tests
# make e2e-builds    the builds of the README and of the container image in clean roots, one of them a fresh Debian: as root,
#                    with Debian's archive in reach, the better part of an hour
# make mutants       changes the decision code one place at a time and runs the tests after each change: many hours;
#                    MUTANTS_FILES limits it to files (docs/mutants.md)
# make mutants-diff  the same for what changed since MUTANTS_BASE (origin/main)
# make fuzz          ten minutes of each fuzz target; FUZZ_SECONDS, FUZZ_TARGET and FUZZ_JOBS change that
# make bench         measures the plain release build: the figures behind every claim about performance
# make instructions  compares the instruction counts of a check and of a proxied request with bench/instructions.json
# make instructions-update  writes that baseline
# make release       profile-guided release programs in target/trained (optional; images and packages ship the plain release build)
#
# A Rust toolchain (rustup) is required; scripts/install-tools installs the Debian packages.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test lint check fmt clippy doc deny unit doctest e2e e2e-builds mutants mutants-diff cargo-mutants fuzz fuzz-briefly \
	release release-programs bench instructions instructions-update build install-tools

TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
BINARIES := POSTERN_BIN=$(TARGET)/debug/postern POSTERN_DEMO_BIN=$(TARGET)/debug/postern-demo
NEXTEST := $(shell command -v cargo-nextest)
CARGO_DENY := 0.20.2
CARGO_MUTANTS := 27.1.0

# The dev profile, which the tests use too, so that nothing is built twice.
demo:
	@scripts/install-tools build
	cargo build --locked -p postern -p postern-demo
	@$(TARGET)/debug/postern demo

test: lint unit doctest fuzz-briefly e2e

lint check: fmt clippy doc deny

fmt:
	cargo fmt --all --check

clippy:
	@scripts/install-tools build
	cargo clippy --locked --workspace --all-targets -- -D warnings

# Links to private items are for readers of the source: no crate is published.
doc:
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --locked --workspace --no-deps --lib

# The advisory database is a git repository on github.com. Without access to it, advisories are not checked, so that the
# tests also run on a machine without a network.
deny:
ifeq ($(shell command -v cargo-deny),)
	cargo install --locked --quiet cargo-deny@$(CARGO_DENY)
endif
	cargo deny --locked check --hide-inclusion-graph bans licenses sources
	@if timeout 10 git ls-remote -q https://github.com/rustsec/advisory-db HEAD >/dev/null 2>&1; then \
	    cargo deny --locked check advisories; \
	else \
	    echo "advisories not checked: https://github.com/rustsec/advisory-db is unreachable" >&2; \
	fi

unit:
	@scripts/install-tools unit
ifeq ($(NEXTEST),)
	scripts/with-postgres cargo test --locked --workspace --all-targets
else
	scripts/with-postgres cargo nextest run --locked --workspace
endif

# nextest does not run doc tests.
doctest:
	cargo test --locked --workspace --doc

# The binaries of the test build: a build of its own would compile most dependencies a second time, since tests enable
# more of their features.
build:
	@scripts/install-tools build
	cargo test --locked --workspace --no-run

e2e: build
	@scripts/install-tools e2e
	$(BINARIES) tests/e2e/side-by-side

e2e-builds: build
	@scripts/install-tools e2e bare
	$(BINARIES) E2E_IMAGE=1 tests/e2e/run documents/test_readme.py operations/test_image.py
	[ -e $(TARGET)/bare/made ] || { rm -rf $(TARGET)/bare && debootstrap --variant=minbase bookworm $(TARGET)/bare && touch $(TARGET)/bare/made; }
	$(BINARIES) E2E_BARE=$(TARGET)/bare tests/e2e/run documents/test_readme.py

mutants: cargo-mutants
	scripts/mutants $(MUTANTS_FILES)

mutants-diff: cargo-mutants
	scripts/mutants --diff $(or $(MUTANTS_BASE),origin/main)

cargo-mutants:
	@scripts/install-tools unit
ifeq ($(shell command -v cargo-mutants),)
	cargo install --locked --quiet cargo-mutants@$(CARGO_MUTANTS)
endif

fuzz:
	@scripts/install-tools build
	fuzz/build fuzzing
	fuzz/run --profile fuzzing --seconds $(or $(FUZZ_SECONDS),600) --jobs $(or $(FUZZ_JOBS),2) $(FUZZ_TARGET)

# The targets build, and hold for the corpus and the same few thousand inputs in each run: the tests do not depend on chance.
# New inputs are looked for by `make fuzz`.
fuzz-briefly: build
	fuzz/build
	fuzz/run --seed 1 --runs 3000 --seconds 30

release-programs:
	@scripts/install-tools build
	cargo build --locked --release -p postern -p postern-bench

bench: release-programs
	@scripts/install-tools bench
	bench/install
	bench/run --bins $(TARGET)/release

instructions: release-programs
	@scripts/install-tools instructions
	bench/instructions --bins $(TARGET)/release

instructions-update: release-programs
	@scripts/install-tools instructions
	bench/instructions --bins $(TARGET)/release --update

release:
	@scripts/install-tools build train
	bench/train --out $(TARGET)/trained

install-tools:
	scripts/install-tools build unit e2e
