use super::*;

const NDJSON: &str = concat!(
    r#"{"office":"1001","service":"card","reference":"r-1","occurred_at":"2026-11-24T07:30:00+03:30","facts":{"losses":2},"holder":"office"}"#,
    "\n\n",
    r#"{"office":"1001","reference":"r,2","kind":"refund","original":"r-1","occurred_at":"2026-11-24T04:30:00Z","amount":5,"holder":"central","citizen":"00112233445566778899aabbccddeeff"}"#,
);
const CSV: &str = "\u{feff}office,service,reference,kind,original,occurred_at,amount,fact.losses,holder,citizen\r\n\
    1001,card,r-1,,,2026-11-24T07:30:00+03:30,,2,office,\r\n\
    1001,,\"r,2\",refund,r-1,2026-11-24T04:30:00Z,5,,central,00112233445566778899aabbccddeeff";

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

#[test]
fn the_pieces_that_bytes_come_in_make_no_difference() {
    for (format, text) in [(Format::Ndjson, NDJSON), (Format::Csv, CSV)] {
        let whole = read_in_pieces(format, text, usize::MAX);
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
fn an_unknown_column_and_a_row_without_end_stop_the_reading() {
    let unread = |text: &str| {
        let (mut reader, mut lines) = (Reader::new(Format::Csv), Vec::new());
        let pushed = reader.push(text.as_bytes(), &mut lines);
        pushed.and_then(|()| reader.finish(&mut lines)).unwrap_err().line
    };
    assert_eq!(unread("office,amuont\n"), 1);
    assert_eq!(unread("office\n1\n\"2\n3"), 3);
    assert_eq!(unread(&format!("office\n{}", "x".repeat(70_000))), 2);
}
