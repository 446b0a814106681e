.PHONY: demo test lint bench fmt tools

# A network modelled on Iran's, settled through three months, then served: one command on a fresh machine.
demo: tools
	cargo run --locked -- demo

# Every test, on a throwaway PostgreSQL.
test: tools
	@bash .ci/ensure-tools tests
	cargo test --locked

# Formatting and clippy with all warnings denied, with PDFs and without.
lint: tools
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	cargo clippy --no-default-features --all-targets --locked -- -D warnings

# Side by side with bare PostgreSQL, in release; writes target/bench.json.
bench: tools
	cargo bench --locked

fmt:
	cargo fmt

# What the build and the tests need and this machine lacks.
tools:
	@bash .ci/ensure-tools
