//! Bytes cut into records. Never here: what a record says.

use super::Unreadable;

const RECORD_BYTES_MAX: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes that came in and are not given out yet.
#[derive(Debug)]
pub(super) struct Records {
    held: Vec<u8>,
    /// Where the next record begins.
    start: usize,
    /// Up to here no end of a record was found.
    seen: usize,
    quotes: Quotes,
    has_begun: bool,
    has_ended: bool,
    /// Number of the line at `start`.
    line: i64,
    /// Line breaks inside the record at `start`.
    breaks: i64,
}

/// Inside quotes a line break belongs to the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// They mean nothing here.
    Plain,
    Outside,
    Inside,
}

impl Records {
    pub(super) fn by_line() -> Self {
        Self::new(Quotes::Plain)
    }

    pub(super) fn quoted() -> Self {
        Self::new(Quotes::Outside)
    }

    fn new(quotes: Quotes) -> Self {
        Self {
            held: Vec::new(),
            start: 0,
            seen: 0,
            quotes,
            has_begun: false,
            has_ended: false,
            line: 1,
            breaks: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.held.drain(..self.start);
        self.seen -= self.start;
        self.start = 0;
        self.held.extend_from_slice(bytes);
    }

    pub(super) fn end(&mut self) {
        self.has_ended = true;
    }

    /// The next complete record with the number of its first line.
    pub(super) fn next_record(&mut self) -> Result<Option<(i64, &[u8])>, Unreadable> {
        self.skip_byte_order_mark();
        let (from, line) = (self.start, self.line);
        let Some(to) = self.end_of_record() else {
            return self.last_record();
        };
        self.start = to + 1;
        self.line += 1 + self.breaks;
        self.breaks = 0;
        Ok(Some((line, &self.held[from..to])))
    }

    fn skip_byte_order_mark(&mut self) {
        if self.has_begun || (self.held.len() < BYTE_ORDER_MARK.len() && !self.has_ended) {
            return;
        }
        self.has_begun = true;
        if self.held.starts_with(BYTE_ORDER_MARK) {
            self.start = BYTE_ORDER_MARK.len();
            self.seen = self.start;
        }
    }

    fn end_of_record(&mut self) -> Option<usize> {
        while let Some(byte) = self.held.get(self.seen) {
            match byte {
                b'"' => self.quotes = self.quotes.toggled(),
                b'\n' if self.quotes == Quotes::Inside => self.breaks += 1,
                b'\n' => {
                    self.seen += 1;
                    return Some(self.seen - 1);
                }
                _ => {}
            }
            self.seen += 1;
        }
        None
    }

    fn last_record(&mut self) -> Result<Option<(i64, &[u8])>, Unreadable> {
        let (from, line) = (self.start, self.line);
        if self.held.len() - from > RECORD_BYTES_MAX {
            let explanation = format!("a row has at most {RECORD_BYTES_MAX} bytes");
            return Err(Unreadable { line, explanation });
        }
        if !self.has_ended || from == self.held.len() {
            return Ok(None);
        }
        if self.quotes == Quotes::Inside {
            let explanation = "a quoted field does not end".to_owned();
            return Err(Unreadable { line, explanation });
        }
        self.start = self.held.len();
        Ok(Some((line, &self.held[from..])))
    }
}

impl Quotes {
    const fn toggled(self) -> Self {
        match self {
            Self::Plain => Self::Plain,
            Self::Outside => Self::Inside,
            Self::Inside => Self::Outside,
        }
    }
}
