//! The table's bytes, kept, and what a spreadsheet makes of them. Never here: what a statement says.

use super::*;
use crate::domain::language::Language;
use crate::domain::statement::{EntryKind, FORMAT_VERSION, FORMAT_WITHOUT_COUNTS, sample};

fn csv_of(content: StatementContent) -> String {
    let bytes = statement_csv(&Statement::new(content).unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Whoever changes these snapshots changes what was handed out: another layout has its own beside them (see [`LAYOUT`]).
#[test]
fn the_table_of_a_statement_is_the_same_bytes_for_ever_in_each_format() {
    for format in FORMAT_WITHOUT_COUNTS..=FORMAT_VERSION {
        let written = samples()
            .map(|content| csv_of(in_format(format, content)))
            .concat();
        assert!(written.ends_with('\n') && !written.contains('\r'));
        insta::assert_snapshot!(format!("layout_{LAYOUT}_of_format_{format}"), written);
    }
}

fn in_format(format: u16, content: StatementContent) -> StatementContent {
    StatementContent {
        format,
        counts: content.counts.filter(|_| format != FORMAT_WITHOUT_COUNTS),
        ..content
    }
}

/// They have lines of every section and kind.
fn samples() -> [StatementContent; 4] {
    let mut treasury = sample::treasury(Language::Fa);
    treasury.positions[0].carry_reason = Some(CarryReason::NoVerifiedAccount);
    [
        sample::short(Language::Fa),
        sample::owing(Language::En),
        carrying(),
        treasury,
    ]
}

/// The second statement of the office that owed: what came in since, a correction, and too little to be paid.
fn carrying() -> StatementContent {
    let mut content = sample::owing(Language::En);
    let first = Statement::new(content.clone()).unwrap();
    content.number = "PSK-72140012-IRR-0002".to_owned();
    content.sequence = 2;
    content.previous = Some(first.as_previous());
    content.services.truncate(1);
    content.services[0].kind = EntryKind::Correction;
    content.counts = Some(content.services.iter().map(ServiceCount::of).collect());
    let movement = |kind, reference: &str, reason: &str, amount| Movement {
        destination: None,
        kind,
        booked_at: content.interval.from,
        reference: reference.to_owned(),
        reason: reason.to_owned(),
        amount,
    };
    let (owed, returned, balance) = (1_047_500, 21_388, sample::rials(450_000));
    content.movements = vec![
        movement(MovementKind::Remitted, "SATNA-1", "", sample::rials(owed)),
        movement(
            MovementKind::Returned,
            "PSK-P7",
            "=account closed",
            sample::rials(returned),
        ),
    ];
    content.dues.clear();
    content.positions = vec![DestinationPosition {
        opening: sample::rials(-owed),
        earned: content.services[0].amount,
        remitted: sample::rials(owed),
        returned: sample::rials(returned),
        before: balance,
        payable: balance,
        closing: balance,
        carry_reason: Some(CarryReason::BelowThreshold {
            threshold: sample::rials(500_000),
        }),
        ..DestinationPosition::default()
    }];
    content
}

#[test]
fn a_spreadsheet_knows_the_bytes_for_utf_8() {
    assert!(csv_of(sample::owing(Language::Fa)).starts_with('\u{FEFF}'));
}

#[test]
fn a_cell_that_a_spreadsheet_would_compute_is_escaped() {
    let mut content = sample::short(Language::Fa);
    content.movements[0].reason = "=HYPERLINK(\"http://evil\")".to_owned();
    assert!(csv_of(content).contains("\"'=HYPERLINK(\"\"http://evil\"\")\""));
    for (cell, safe) in [
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("a=b", "a=b"),
        ("", ""),
    ] {
        assert_eq!(escaped(cell), safe);
    }
}
