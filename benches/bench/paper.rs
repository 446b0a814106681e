//! Statements as PDF: the time of one when warm, its size, and the growth of memory over 2,000. Never here: what they say
//! (see `statement`).

use std::time::Instant;

use daftar::documents::statement_pdf::statement_pdf;

use crate::Extent;
use crate::memory::resident_mib;
use crate::report::{Aim, Figures, median, millis};
use crate::statement::statement;

const STATEMENTS: usize = 2_000;
/// The first ones load fonts and the template.
const WARMING: usize = 20;
const PDF_BYTES_MAX: f64 = 40_000.0;

pub fn measure(extent: &Extent, figures: &mut Figures) {
    let count = extent.of(STATEMENTS).max(WARMING);
    println!("statements: {count} PDFs of two pages");
    for number in 0..WARMING {
        let pages = pages_of(&render(number));
        assert_eq!(pages, 2, "the statement does not have two pages");
    }
    let before = own_mib();
    let (mut took, mut bytes_max) = (Vec::with_capacity(count), 0);
    for number in 0..count {
        let begun = Instant::now();
        let pdf = render(number);
        took.push(millis(begun.elapsed()));
        bytes_max = bytes_max.max(pdf.len());
    }
    figures.add("pdf_ms_p50", median(&took), Aim::AtMost(45.0));
    figures.add("pdf_rss_growth_mib", own_mib() - before, Aim::AtMost(64.0));
    figures.add("pdf_bytes_max", bytes_max as f64, Aim::AtMost(PDF_BYTES_MAX));
}

fn render(number: usize) -> Vec<u8> {
    statement_pdf(&statement(number)).unwrap()
}

/// The page tree says how many it has.
fn pages_of(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    let count = text.split("/Count ").nth(1).expect("a PDF has a tree of pages");
    count
        .split(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

fn own_mib() -> f64 {
    resident_mib(std::process::id()).expect("memory is read from /proc, which is Linux's")
}
