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

/// A folder with more `*.toml` files than this is not a timetable.
const FILES_MAX: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum TimetableRefused {
    #[error("{folder}: {error}", folder = .folder.display())]
    Unreadable { folder: PathBuf, error: std::io::Error },
    #[error("{folder}: it has more than {FILES_MAX} *.toml files", folder = .0.display())]
    TooMany(PathBuf),
    #[error("{} faults in the timetable:\n{}", .0.len(), lines(.0))]
    Faulty(Vec<TimetableFault>),
}

impl From<TimetableRefused> for Failure {
    fn from(refused: TimetableRefused) -> Self {
        let rule = match &refused {
            TimetableRefused::TooMany(_) => "a_timetable_has_few_files",
            TimetableRefused::Unreadable { .. } | TimetableRefused::Faulty(_) => "a_timetable_is_checked",
        };
        Self::invalid("jobs", rule, refused.to_string())
    }
}

/// The timetable of `folder`, or the embedded one.
pub fn timetable(folder: Option<&Path>) -> Result<Timetable, TimetableRefused> {
    let files = match folder {
        Some(folder) => read(folder)?,
        None => EMBEDDED
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect(),
    };
    Timetable::parse(&files).map_err(TimetableRefused::Faulty)
}

fn read(folder: &Path) -> Result<Vec<(String, String)>, TimetableRefused> {
    let unreadable = |error| TimetableRefused::Unreadable {
        folder: folder.to_owned(),
        error,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        let (Some(name), Some("toml")) = (name, path.extension().and_then(|e| e.to_str())) else {
            continue;
        };
        if files.len() == FILES_MAX {
            return Err(TimetableRefused::TooMany(folder.to_owned()));
        }
        let text = std::fs::read_to_string(&path).map_err(unreadable)?;
        files.push((name.to_owned(), text));
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

    #[test]
    fn a_folder_of_more_files_than_a_timetable_has_is_refused_and_others_do_not_count() {
        let folder = std::env::temp_dir().join(format!("daftar-jobs-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        for n in 0..FILES_MAX {
            for end in ["toml", "toml~"] {
                std::fs::write(folder.join(format!("job-{n}.{end}")), "").unwrap();
            }
        }
        assert_eq!(read(&folder).unwrap().len(), FILES_MAX);
        std::fs::write(folder.join("one-more.toml"), "").unwrap();
        let refused = Failure::from(timetable(Some(&folder)).unwrap_err());
        assert_eq!(refused.faults()[0].rule, "a_timetable_has_few_files");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
