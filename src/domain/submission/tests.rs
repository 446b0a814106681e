use proptest::prelude::*;

use super::*;

const NDJSON: &str = concat!(
    r#"{"office":"1001","service":"card","reference":"r-1","occurred_at":"2026-11-24T07:30:00+03:30","facts":{"losses":2},"holder":"office"}"#,
    "\n\n",
    r#"{"office":"1001","reference":"r,2","kind":"refund","original":"r-1","occurred_at":"2026-11-24T04:30:00Z","amount":5,"holder":"central","citizen":"00112233445566778899aabbccddeeff"}"#,
);
const CSV: &str = "\u{feff}office,service,reference,kind,original,occurred_at,amount,fact.losses,holder,citizen\r\n\
    1001,card,r-1,,,2026-11-24T07:30:00+03:30,,2,office,\r\n\
    1001,,\"r,2\",refund,r-1,2026-11-24T04:30:00Z,5,,central,00112233445566778899aabbccddeeff";

/// The columns that no file is without.
const HEAD: &str = "office,reference,occurred_at,holder";

fn read_in_pieces(format: Format, text: &str, size: usize) -> Vec<Line> {
    let (mut reader, mut lines) = (Reader::new(format), Vec::new());
    for piece in text.as_bytes().chunks(size) {
        reader.push(piece, &mut lines).unwrap();
    }
    reader.finish(&mut lines).unwrap();
    lines
}

#[test]
fn csv_and_json_of_the_same_content_are_the_same_rows() {
    let rows = |format, text| -> Vec<Submitted> {
        let lines = read_in_pieces(format, text, usize::MAX);
        lines.into_iter().map(|line| line.row.unwrap()).collect()
    };
    assert_eq!(rows(Format::Ndjson, NDJSON), rows(Format::Csv, CSV));
    assert_eq!(rows(Format::Csv, CSV).len(), 2);
}

/// The fields and rules of the faults of one row, in either format, with a field of it replaced.
fn faults_of_twins(was: &str, is: &str) -> [Vec<(String, &'static str)>; 2] {
    let told = |format, text: &str| {
        let lines = read_in_pieces(format, text, usize::MAX);
        let row = lines.into_iter().next().unwrap().row;
        let faults = row.map_or_else(|unread| unread.faults, |_| Vec::new());
        faults
            .into_iter()
            .map(|fault| (fault.field, fault.rule))
            .collect()
    };
    let quoted = |text: &str| format!("\"{text}\"");
    let row = CSV.replace("1001,card,r-1,", &format!("1001,card,{},", quoted("r-1")));
    [
        told(Format::Ndjson, &NDJSON.replace(&quoted(was), &quoted(is))),
        told(Format::Csv, &row.replace(&quoted(was), &quoted(is))),
    ]
}

#[test]
fn outer_blanks_and_what_cannot_be_seen_in_a_reference_are_refused_in_json_and_in_csv_alike() {
    for (reference, rule) in [
        (" r-1", Some("code_has_no_outer_blanks")),
        ("r-1 ", Some("code_has_no_outer_blanks")),
        ("r-1\u{2003}", Some("code_has_no_outer_blanks")),
        ("  ", Some("code_has_no_outer_blanks")),
        ("r\u{200b}-1", Some("code_is_seen")),
        ("\u{202e}r-1", Some("code_is_seen")),
        ("r 1", None),
    ] {
        let [json, csv] = faults_of_twins("r-1", reference);
        assert_eq!(json, csv, "{reference:?}");
        let told: Vec<_> = rule
            .map(|rule| ("reference".to_owned(), rule))
            .into_iter()
            .collect();
        assert_eq!(json, told, "{reference:?}");
    }
    let unquoted = CSV.replace(",r-1,", ", r-1,");
    let lines = read_in_pieces(Format::Csv, &unquoted, usize::MAX);
    assert_eq!(lines[0].row.as_ref().unwrap_err().faults[0].field, "reference");
}

/// The fields and rules of the faults of a row of CSV with these columns of facts.
fn faults_of_facts(columns: &str, fields: &str) -> Vec<(String, &'static str)> {
    let text = format!(
        "office,service,reference,occurred_at,holder,{columns}\n1001,card,r-1,2026-11-24T07:30:00Z,office,{fields}"
    );
    let lines = read_in_pieces(Format::Csv, &text, usize::MAX);
    let row = lines.into_iter().next().unwrap().row;
    let faults = row.map_or_else(|unread| unread.faults, |_| Vec::new());
    faults
        .into_iter()
        .map(|fault| (fault.field, fault.rule))
        .collect()
}

#[test]
fn a_fact_that_is_stated_twice_is_refused_by_its_name_however_it_is_stated() {
    let twice = NDJSON.replace("\"losses\":2", "\"losses\":1,\"losses\":2");
    let lines = read_in_pieces(Format::Ndjson, &twice, usize::MAX);
    let fault = &lines[0].row.as_ref().unwrap_err().faults[0];
    assert_eq!((fault.field.as_str(), fault.rule), ("facts.losses", "once"));

    let told = [("facts.losses".to_owned(), "once")];
    let cell = r#""{""losses"":1}""#;
    let doubled = r#""{""losses"":1,""losses"":1}""#;
    assert_eq!(faults_of_facts("fact.losses,facts", &format!("2,{cell}")), told);
    assert_eq!(faults_of_facts("facts,fact.losses", &format!("{cell},1")), told);
    assert_eq!(faults_of_facts("facts", doubled), told);
    assert_eq!(faults_of_facts("facts,fact.other", &format!("{cell},1")), []);
    assert_eq!(faults_of_facts("facts,fact.losses", &format!("{cell},")), []);
}

#[test]
fn amounts_and_moments_are_written_in_csv_as_in_json() {
    let amount = |text: &str| {
        let json = NDJSON.replace("\"amount\":5", &format!("\"amount\":{text}"));
        let csv = CSV.replace(",5,", &format!(",{text},"));
        [(Format::Ndjson, json), (Format::Csv, csv)]
    };
    let moment = |text: &str| {
        let was = "2026-11-24T04:30:00Z";
        [(Format::Ndjson, NDJSON), (Format::Csv, CSV)]
            .map(|(format, whole)| (format, whole.replace(was, text)))
    };
    let is_read = |(format, text): (Format, String)| {
        let lines = read_in_pieces(format, &text, usize::MAX);
        lines.last().unwrap().row.is_ok()
    };
    for (text, right) in [
        ("70000", true),
        ("+70000", false),
        ("070000", false),
        ("-0", false),
        ("7e4", false),
    ] {
        assert_eq!(amount(text).map(is_read), [right; 2], "{text}");
    }
    for (text, right) in [
        ("2026-11-24T04:30:00Z", true),
        ("2026-11-24t04:30:00.5z", true),
        ("2026-11-24T04:30Z", false),
        ("2026-11-24 04:30:00 +03:30", false),
        ("2026-11-24", false),
    ] {
        assert_eq!(moment(text).map(is_read), [right; 2], "{text}");
    }
}

#[test]
fn the_pieces_that_bytes_come_in_make_no_difference() {
    let quoted = CSV.replace("office,service", "\"office\",service");
    for (format, text) in [
        (Format::Ndjson, NDJSON),
        (Format::Csv, CSV),
        (Format::Csv, &quoted),
    ] {
        let whole = read_in_pieces(format, text, usize::MAX);
        assert_eq!(whole.len(), 2);
        for size in [1, 2, 3, 7, 64] {
            assert_eq!(read_in_pieces(format, text, size), whole);
        }
    }
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let numbers = |format, text: &str| -> Vec<i64> {
        let lines = read_in_pieces(format, text, 5);
        lines.iter().map(|line| line.number).collect()
    };
    assert_eq!(numbers(Format::Ndjson, NDJSON), [1, 3]);
    let broken = CSV.replace("\"r,2\"", "\"r\n2\"");
    assert_eq!(
        numbers(Format::Csv, &format!("{broken}\n{broken}")),
        [2, 3, 5, 6, 7]
    );
}

#[test]
fn a_row_that_cannot_be_read_says_its_field_and_the_others_are_read() {
    let text = CSV.replace(",5,", ",5.0,");
    let lines = read_in_pieces(Format::Csv, &text, 10);
    assert!(lines[0].row.is_ok());
    assert_eq!(lines[1].row.as_ref().unwrap_err().faults[0].field, "amount");
}

#[test]
fn an_unknown_column_and_a_quote_without_end_stop_the_reading() {
    let unread = |text: &str| {
        let (mut reader, mut lines) = (Reader::new(Format::Csv), Vec::new());
        let pushed = reader.push(text.as_bytes(), &mut lines);
        pushed.and_then(|()| reader.finish(&mut lines)).unwrap_err().line
    };
    assert_eq!(unread("office,amuont\n"), 1);
    assert_eq!(unread(&format!("{HEAD}\n1\n\"2\n3")), 3);
    assert_eq!(unread(&format!("{HEAD}\n\"{}\"\n", "x".repeat(70_000))), 2);
    assert_eq!(unread(&format!("office{}\n1\n", ",".repeat(70_000))), 1);
}

#[test]
fn a_file_without_a_column_that_is_needed_is_refused_once_at_its_first_line() {
    let (mut reader, mut lines) = (Reader::new(Format::Csv), Vec::new());
    let refused = reader
        .push(b"office,service,reference\n1,a,r\n2,b,s\n", &mut lines)
        .unwrap_err();
    assert_eq!((refused.line, lines.len()), (1, 0));
    assert!(
        refused.explanation.contains("`occurred_at`, `holder`"),
        "{refused}"
    );
}

#[test]
fn where_a_line_is_no_json_is_told_by_its_column() {
    let lines = read_in_pieces(Format::Ndjson, "\n{\"office\":\n{,}", usize::MAX);
    let told: Vec<String> = lines
        .iter()
        .map(|line| line.row.as_ref().unwrap_err().faults[0].to_string())
        .collect();
    assert!(told[0].ends_with("it breaks off in column 10"), "{told:?}");
    assert!(
        told[1].ends_with("what stands in column 2 is no JSON"),
        "{told:?}"
    );
}

#[test]
fn a_row_that_is_too_long_is_one_unread_row_however_it_comes() {
    let long = "x".repeat(RECORD_BYTES_MAX + 1);
    let fits = "x".repeat(RECORD_BYTES_MAX - 1);
    for format in [Format::Ndjson, Format::Csv] {
        let text = format!("{HEAD}\n{long}\n1\r\n{fits}\n2\n{long}{long}");
        let whole = read_in_pieces(format, &text, usize::MAX);
        assert_eq!(read_in_pieces(format, &text, 1_000), whole);
        let told = |line: &Line| line.row.as_ref().unwrap_err().faults[0].rule;
        let long: Vec<i64> = whole
            .iter()
            .filter(|line| told(line) == "a_row_is_short")
            .map(|line| line.number)
            .collect();
        assert_eq!(long, [2, 6]);
        assert_eq!(whole.last().unwrap().number, 6);
    }
}

#[test]
fn what_is_kept_of_a_row_that_cannot_be_read_does_not_grow_with_it() {
    let listed = |one: fn(usize) -> String| (0..1_000).map(one).collect::<Vec<String>>().join(",");
    let long = "x".repeat(12_000);
    let many = listed(|n| format!("\"{n}\\u0001\":1"));
    let facts = listed(|n| format!("fact.{n}"));
    let doubled = listed(|n| format!("\"\"{n}\"\":1"));
    let ones = listed(|_| "1".to_owned());
    let row = "\"office\":\"1001\",\"service\":\"card\",\"reference\":\"r-1\",\"occurred_at\":\"2026-11-24T07:30:00Z\"";
    for (format, text) in [
        (Format::Ndjson, format!("{{\"{long}\":1}}")),
        (
            Format::Ndjson,
            format!("{{\"office\":\"1001\",\"amount\":\"{long}\"}}"),
        ),
        (Format::Ndjson, format!("{{{row},\"holder\":\"{long}\"}}")),
        (
            Format::Ndjson,
            format!("{{{row},\"holder\":\"office\",\"facts\":{{{many}}}}}"),
        ),
        (
            Format::Csv,
            format!("{HEAD},amount,quantity\n1,{long},{long},{long},{long},{long}\n"),
        ),
        (
            Format::Csv,
            format!("{HEAD},facts,{facts}\n1,2,3,4,\"{{{doubled}}}\",{ones}\n"),
        ),
    ] {
        let lines = read_in_pieces(format, &text, usize::MAX);
        let unread = lines[0].row.as_ref().unwrap_err();
        let kept: usize = unread
            .faults
            .iter()
            .map(|fault| fault.field.capacity() + fault.explanation.capacity())
            .sum();
        assert!(kept + unread.reference.capacity() < 8_000, "{kept}: {unread:?}");
        assert!(
            !unread.faults.is_empty() && unread.faults.capacity() <= FAULTS_MAX,
            "{unread:?}"
        );
    }
}

/// The cells of the records that a text is cut into, and whether the last one stays open.
fn cut(text: &str, size: usize) -> (Vec<Vec<String>>, bool) {
    let (mut records, mut rows) = (Records::quoted(), Vec::new());
    let pieces = text.as_bytes().chunks(size).map(Some).chain([None]);
    for piece in pieces {
        match piece {
            Some(bytes) => records.push(bytes),
            None => records.end(),
        }
        loop {
            match records.next_record() {
                Ok(Some((_, Record::Whole(b"")))) => {}
                Ok(Some((_, Record::Whole(record)))) => {
                    let fields = csv_row::fields_of(record).unwrap();
                    rows.push(fields.iter().map(str::to_owned).collect());
                }
                Ok(Some((_, Record::TooLong))) => unreachable!("{text:?}"),
                Ok(None) => break,
                Err(_) => return (rows, true),
            }
        }
    }
    (rows, false)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_file_of_csv_is_cut_where_a_reader_of_the_whole_ends_its_rows(
        text in prop::collection::vec(prop::sample::select(vec!["x", ",", "\"", "\n", "\r", "\r\n"]), 0..24),
        size in 1_usize..5,
    ) {
        let text = text.concat();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let whole: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let (rows, stays_open) = cut(&text, size);
        prop_assert_eq!(&rows[..], &whole[..whole.len() - usize::from(stays_open)]);
    }
}
