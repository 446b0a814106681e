//! How far the demo's story was told in a data directory, so that another run goes on from there. Never here: the story.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::story::Span;
use crate::usecases::{Done, Failure};

/// What stands in `demo.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// The last day that was told whole; none at first.
    pub until: Option<NaiveDate>,
}

#[derive(Debug)]
pub struct Diary(PathBuf);

impl Diary {
    pub fn in_folder(data_dir: &Path) -> Self {
        Self(data_dir.join("demo.json"))
    }

    pub fn read(&self) -> Done<Option<Told>> {
        match fs::read(&self.0) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| self.failed(error.to_string())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error.to_string())),
        }
    }

    /// Whole or not at all.
    pub fn write(&self, told: &Told) -> Done<()> {
        let part = self.0.with_extension("part");
        let text = serde_json::to_vec(told).map_err(|error| self.failed(error.to_string()))?;
        fs::write(&part, text)
            .and_then(|()| fs::rename(&part, &self.0))
            .map_err(|error| self.failed(error.to_string()))
    }

    fn failed(&self, why: String) -> Failure {
        Failure::Unavailable(format!("{}: {why}", self.0.display()))
    }
}

impl Told {
    pub const fn nothing_of(span: Span) -> Self {
        Self {
            first: span.first,
            last: span.last,
            until: None,
        }
    }

    pub const fn story(&self) -> Span {
        Span {
            first: self.first,
            last: self.last,
        }
    }

    /// The days that are yet to be told.
    pub fn rest(&self) -> Span {
        Span {
            first: self
                .until
                .and_then(|until| until.succ_opt())
                .unwrap_or(self.first),
            last: self.last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diary_reads_as_it_was_written_and_tells_the_days_that_are_left() {
        let folder = std::env::temp_dir().join(format!("daftar-diary-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&folder).unwrap();
        let diary = Diary::in_folder(&folder);
        assert_eq!(diary.read().unwrap(), None);
        let day = |n| NaiveDate::from_ymd_opt(2026, 10, n).unwrap();
        let mut told = Told::nothing_of(Span {
            first: day(1),
            last: day(4),
        });
        assert_eq!(told.rest().days().count(), 4);
        told.until = Some(day(3));
        diary.write(&told).unwrap();
        let read = diary.read().unwrap().unwrap();
        assert_eq!(read, told);
        assert_eq!(read.rest().days().collect::<Vec<_>>(), [day(4)]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
