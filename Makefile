.PHONY: test lint fmt tools

# Formatting and clippy with all warnings denied.
lint: tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings

# Every test, on a throwaway PostgreSQL.
test: tools
	cargo test --locked

fmt:
	cargo fmt

# What the build and the tests need and this machine lacks.
tools:
	@bash .ci/ensure-tools
