//! Rows of a submission that wait for its end, in order and each with when it was received: few in memory, many in an unnamed file
//! that goes with its holder. Never here: why they wait (see `usecases::submission`).

use std::fs;
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::DateTime;
use tempfile::{SpooledTempFile, spooled_tempfile_in};

use crate::domain::submission::{Line, Received};
use crate::domain::transaction::Submitted;

const MEMORY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Some ten million rows.
const BYTES_MAX: usize = 4 * 1024 * 1024 * 1024;
/// Of all submissions of this process at once.
const ALL_BYTES_MAX: usize = 2 * BYTES_MAX;

static ALL_BYTES: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    #[error("more than {BYTES_MAX} bytes of refunds and reversals: send them in more than one file")]
    Full,
    #[error(
        "more than {ALL_BYTES_MAX} bytes of refunds and reversals of submissions that are under way wait"
    )]
    AllFull,
    #[error("the file of refunds and reversals that wait: {0}")]
    File(#[from] io::Error),
}

#[derive(Debug)]
pub struct Spool {
    file: SpooledTempFile,
    folder: PathBuf,
    room: Room,
}

/// What was spooled, from its beginning.
#[derive(Debug)]
pub struct Spooled {
    file: BufReader<SpooledTempFile>,
    /// Taken until all is read.
    _room: Room,
}

/// So many bytes of what all have together, given back when it is dropped.
#[derive(Debug)]
struct Room {
    taken: usize,
    all: &'static AtomicUsize,
}

impl Spool {
    /// `folder` has the file, and is made once there is one: on a disk, for what the system has for such files is often memory.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            file: spooled_tempfile_in(MEMORY_BYTES_MAX, folder),
            folder: folder.to_owned(),
            room: Room::of(&ALL_BYTES),
        }
    }

    /// Lines that could not be read are passed over: they wait for nothing.
    pub fn enter(&mut self, lines: &[Received]) -> Result<(), SpoolError> {
        let mut text = String::new();
        for Received { line, at } in lines {
            if let Ok(row) = &line.row {
                let (number, at) = (line.number, at.timestamp_micros());
                text += &format!("{number} {at} {}\n", row.canonical());
            }
        }
        self.room.take(text.len())?;
        if self.room.taken > MEMORY_BYTES_MAX && !self.file.is_rolled() {
            make(&self.folder)?;
        }
        Ok(self.file.write_all(text.as_bytes())?)
    }

    pub fn rewound(mut self) -> Result<Spooled, SpoolError> {
        self.file.rewind()?;
        Ok(Spooled {
            file: BufReader::new(self.file),
            _room: self.room,
        })
    }
}

impl Room {
    const fn of(all: &'static AtomicUsize) -> Self {
        Self { taken: 0, all }
    }

    fn take(&mut self, bytes: usize) -> Result<(), SpoolError> {
        self.taken += bytes;
        let all = self.all.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if self.taken > BYTES_MAX {
            return Err(SpoolError::Full);
        }
        if all > ALL_BYTES_MAX {
            return Err(SpoolError::AllFull);
        }
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.all.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

impl Spooled {
    /// The next lines, `lines_max` at most; none at the end.
    pub fn next_lines(&mut self, lines_max: usize) -> Result<Vec<Received>, SpoolError> {
        let (mut lines, mut text) = (Vec::new(), String::new());
        while lines.len() < lines_max && self.file.read_line(&mut text)? > 0 {
            lines.push(
                received(&text)
                    .ok_or(io::ErrorKind::InvalidData)
                    .map_err(io::Error::from)?,
            );
            text.clear();
        }
        Ok(lines)
    }
}

fn make(folder: &Path) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(named)
}

fn received(text: &str) -> Option<Received> {
    let (number, rest) = text.split_once(' ')?;
    let (at, row) = rest.split_once(' ')?;
    Some(Received {
        line: Line {
            number: number.parse().ok()?,
            row: Ok(Submitted::from_json(row.trim_end().as_bytes()).ok()?),
        },
        at: DateTime::from_timestamp_micros(at.parse().ok()?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: i64) -> Received {
        let row = format!(
            r#"{{"office":"1001","reference":"r-{number}","kind":"refund","original":"{}","occurred_at":"2026-11-24T08:00:00Z","holder":"office"}}"#,
            "o".repeat(60)
        );
        Received {
            line: Line {
                number,
                row: Ok(Submitted::from_json(row.as_bytes()).unwrap()),
            },
            at: DateTime::from_timestamp_micros(1_795_507_200_000_000 + number).unwrap(),
        }
    }

    #[test]
    fn room_is_given_back_and_one_submission_takes_a_part_of_it() {
        static ALL: AtomicUsize = AtomicUsize::new(0);
        let mut room = Room::of(&ALL);
        room.take(BYTES_MAX).unwrap();
        assert!(matches!(room.take(1), Err(SpoolError::Full)));
        let mut second = Room::of(&ALL);
        second.take(BYTES_MAX - 1).unwrap();
        let mut third = Room::of(&ALL);
        assert!(matches!(third.take(1_000), Err(SpoolError::AllFull)));
        drop(room);
        third.take(1_000).unwrap();
    }

    fn nowhere() -> PathBuf {
        std::env::temp_dir().join(format!("daftar-spool-{}", uuid::Uuid::new_v4()))
    }

    #[test]
    fn many_rows_wait_in_the_folder_that_is_told_and_few_do_without_it() {
        let (few, many) = (vec![line(1)], (1..=60_000).map(line).collect::<Vec<_>>());
        let folder = nowhere();
        let mut spool = Spool::in_folder(&folder);
        spool.enter(&few).unwrap();
        assert!(!folder.exists());
        spool.enter(&many).unwrap();
        assert!(folder.is_dir());
        fs::remove_dir_all(&folder).unwrap();

        fs::write(&folder, "no folder").unwrap();
        let mut spool = Spool::in_folder(&folder);
        spool.enter(&few).unwrap();
        let refused = spool.enter(&many).unwrap_err();
        assert!(matches!(refused, SpoolError::File(_)), "{refused}");
        assert!(
            refused.to_string().contains(&folder.display().to_string()),
            "{refused}"
        );
        fs::remove_file(&folder).unwrap();
    }

    #[test]
    fn rows_come_out_as_they_were_received_and_in_the_order_in_which_they_went_in_from_memory_and_from_disk()
    {
        let folder = nowhere();
        for count in [0, 1, 60_000] {
            let lines: Vec<Received> = (1..=count).map(line).collect();
            let mut spool = Spool::in_folder(&folder);
            for some in lines.chunks(16_000) {
                spool.enter(some).unwrap();
            }
            assert_eq!(spool.file.is_rolled(), count == 60_000);
            let mut spooled = spool.rewound().unwrap();
            let mut out = Vec::new();
            loop {
                let some = spooled.next_lines(7_000).unwrap();
                if some.is_empty() {
                    break;
                }
                out.extend(some);
            }
            assert!(out == lines, "{count}");
        }
        fs::remove_dir(&folder).unwrap();
    }
}
