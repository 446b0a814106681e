//! Bytes cut into records. Never here: what a record says.

use super::Unreadable;

/// A longer record is passed over, so that memory does not grow with what is sent.
pub(super) const RECORD_BYTES_MAX: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes that came in and are not given out yet.
#[derive(Debug)]
pub(super) struct Records {
    held: Vec<u8>,
    /// Where the next record begins, or what is left of one that is too long.
    start: usize,
    /// Up to here no end of a record was found.
    seen: usize,
    stands: Stands,
    is_too_long: bool,
    /// After a carriage return, with which a line feed is one line break.
    after_return: bool,
    flow: Flow,
    /// Number of the line at `start`.
    line: i64,
    /// Line breaks inside the record at `start`.
    breaks: i64,
}

/// How far the bytes have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// Too few came to know whether they begin with a byte order mark.
    Begins,
    Comes,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record<'r> {
    Whole(&'r [u8]),
    TooLong,
}

/// In what the next byte stands. In CSV, quotes mean something where a field begins, and inside of them a line break belongs to
/// the field (RFC 4180); after the closing quote the field goes on as if it had none, as the reader of fields has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// No CSV: quotes and carriage returns mean nothing.
    InLine,
    AtField,
    InField,
    InQuotes,
    /// The quote that was ends the field, unless another one follows.
    AfterQuote,
}

impl Records {
    pub(super) fn by_line() -> Self {
        Self::new(Stands::InLine)
    }

    pub(super) fn quoted() -> Self {
        Self::new(Stands::AtField)
    }

    fn new(stands: Stands) -> Self {
        Self {
            held: Vec::new(),
            start: 0,
            seen: 0,
            stands,
            is_too_long: false,
            after_return: false,
            flow: Flow::Begins,
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
        self.flow = Flow::Ended;
    }

    /// The next complete record with the number of its first line.
    pub(super) fn next_record(&mut self) -> Result<Option<(i64, Record<'_>)>, Unreadable> {
        if !self.has_begun() {
            return Ok(None);
        }
        let Some(to) = self.end_of_record()? else {
            return Ok(None);
        };
        let (from, line) = (self.start, self.line);
        self.start = self.seen;
        self.line += 1 + self.breaks;
        self.breaks = 0;
        if std::mem::take(&mut self.is_too_long) {
            return Ok(Some((line, Record::TooLong)));
        }
        Ok(Some((line, Record::Whole(&self.held[from..to]))))
    }

    /// Past a byte order mark, if there is one.
    fn has_begun(&mut self) -> bool {
        if self.flow == Flow::Begins && self.held.len() >= BYTE_ORDER_MARK.len() {
            self.flow = Flow::Comes;
            if self.held.starts_with(BYTE_ORDER_MARK) {
                self.start = BYTE_ORDER_MARK.len();
                self.seen = self.start;
            }
        }
        self.flow != Flow::Begins
    }

    fn end_of_record(&mut self) -> Result<Option<usize>, Unreadable> {
        while let Some(&byte) = self.held.get(self.seen) {
            let at = self.seen;
            self.seen += 1;
            let ends_pair = std::mem::take(&mut self.after_return) && byte == b'\n';
            if !self.stands.breaks_at(byte) {
                self.stands = self.stands.after(byte);
            } else if self.stands == Stands::InQuotes {
                self.breaks += i64::from(!ends_pair);
                self.after_return = byte == b'\r';
            } else if ends_pair {
                self.start = self.seen;
            } else {
                self.after_return = byte == b'\r';
                self.stands = self.stands.at_record();
                return Ok(Some(at));
            }
            self.keep_short()?;
        }
        self.end_of_last_record()
    }

    /// Lets go of a record that is too long. Not of one that is too long for a quote that does not close: what follows cannot be
    /// told from what stands inside.
    fn keep_short(&mut self) -> Result<(), Unreadable> {
        if self.seen - self.start <= RECORD_BYTES_MAX {
            return Ok(());
        }
        self.must_not_be_quoted()?;
        self.is_too_long = true;
        self.start = self.seen;
        Ok(())
    }

    fn end_of_last_record(&mut self) -> Result<Option<usize>, Unreadable> {
        let is_nothing = self.start == self.held.len() && !self.is_too_long;
        if self.flow != Flow::Ended || is_nothing {
            return Ok(None);
        }
        self.must_not_be_quoted()?;
        self.stands = self.stands.at_record();
        Ok(Some(self.held.len()))
    }

    fn must_not_be_quoted(&self) -> Result<(), Unreadable> {
        if self.stands != Stands::InQuotes {
            return Ok(());
        }
        Err(Unreadable {
            line: self.line,
            explanation: format!(
                "a field that begins with a quote does not end within the {RECORD_BYTES_MAX} bytes of a row: end it with a quote, and write a quote inside of it twice"
            ),
        })
    }
}

impl Stands {
    const fn breaks_at(self, byte: u8) -> bool {
        match byte {
            b'\n' => true,
            b'\r' => !matches!(self, Self::InLine),
            _ => false,
        }
    }

    const fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::InLine, _) => Self::InLine,
            (Self::InQuotes, b'"') => Self::AfterQuote,
            (Self::InQuotes, _) | (Self::AtField | Self::AfterQuote, b'"') => Self::InQuotes,
            (Self::AtField | Self::InField | Self::AfterQuote, b',') => Self::AtField,
            (Self::AtField | Self::InField | Self::AfterQuote, _) => Self::InField,
        }
    }

    const fn at_record(self) -> Self {
        match self {
            Self::InLine => Self::InLine,
            Self::AtField | Self::InField | Self::InQuotes | Self::AfterQuote => Self::AtField,
        }
    }
}
