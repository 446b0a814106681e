//! How many rows a list may be asked for. Never here: the lists.

use clap::builder::RangedI64ValueParser;

/// More are fetched page after page, or exported.
const ROWS_MAX: i64 = 10_000;

/// Of `--limit`: what lies outside is refused with the range.
pub fn rows() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=ROWS_MAX)
}
