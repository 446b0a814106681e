//! Where the timetable's files come from: embedded, or a folder that replaces them whole. Never here: what they mean
//! (see `domain::timetable`).

use std::path::{Path, PathBuf};

use crate::domain::timetable::{Timetable, TimetableFault};
use crate::usecases::Failure;

/// The files of `jobs/` as they were when the program was built.
const EMBEDDED: [(&str, &str); 6] = [
    ("close-windows", include_str!("../../jobs/close-windows.toml")),
    (
        "propose-settlements",
        include_str!("../../jobs/propose-settlements.toml"),
    ),
    ("release-payouts", include_str!("../../jobs/release-payouts.toml")),
    (
        "remind-licence-expiry",
        include_str!("../../jobs/remind-licence-expiry.toml"),
    ),
    ("send-mail", include_str!("../../jobs/send-mail.toml")),
    ("verify-books", include_str!("../../jobs/verify-books.toml")),
];

/// A folder with more files than this is not a timetable.
const FILES_MAX: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum TimetableRefused {
    #[error("{folder}: {error}", folder = .folder.display())]
    Unreadable { folder: PathBuf, error: std::io::Error },
    #[error("{} faults in the timetable:\n{}", .0.len(), lines(.0))]
    Faulty(Vec<TimetableFault>),
}

impl From<TimetableRefused> for Failure {
    fn from(refused: TimetableRefused) -> Self {
        Self::invalid("jobs", "a_timetable_is_checked", refused.to_string())
    }
}

/// The timetable of `folder`, or the embedded one.
pub fn timetable(folder: Option<&Path>) -> Result<Timetable, TimetableRefused> {
    let files = match folder {
        Some(folder) => read(folder).map_err(|error| TimetableRefused::Unreadable {
            folder: folder.to_owned(),
            error,
        })?,
        None => EMBEDDED
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    };
    Timetable::parse(&files).map_err(TimetableRefused::Faulty)
}

fn read(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)?.take(FILES_MAX) {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        if let (Some(name), Some("toml")) = (name, path.extension().and_then(|e| e.to_str())) {
            files.push((name.to_owned(), std::fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

fn lines(faults: &[TimetableFault]) -> String {
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    told.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timetable::Work;

    #[test]
    fn the_embedded_timetable_is_the_folder_jobs() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs");
        let read = timetable(Some(&folder)).unwrap();
        let embedded = timetable(None).unwrap();
        assert_eq!(read.digest(), embedded.digest());
    }

    #[test]
    fn every_work_has_its_file() {
        let embedded = timetable(None).unwrap();
        for work in Work::ALL {
            assert_eq!(embedded.job(work.code()).map(|job| job.runs), Some(work));
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let refused = timetable(Some(Path::new("/nowhere/jobs"))).unwrap_err();
        assert!(refused.to_string().starts_with("/nowhere/jobs: "), "{refused}");
    }
}
