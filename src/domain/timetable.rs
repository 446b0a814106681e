//! The timetable: which job looks for work when, and which slot it takes next.
//! Never here: files and the database (see `jobs` and `store::job`), or what is due at a slot (data says that).

use sha2::{Digest, Sha256};

pub use declaration::{Job, OnFailure, TimetableFault, Work};
pub use turn::{PastRun, RunState, Turn};

mod declaration;
mod turn;

/// Every job of a server, in the order of names.
#[derive(Clone, Debug)]
pub struct Timetable {
    jobs: Vec<Job>,
}

impl Timetable {
    /// From the files of a folder, each given as its name without `.toml` and its text.
    ///
    /// # Errors
    /// Everything that is wrong, in all files, each with the file, the field, the reason and what would be right.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<TimetableFault>> {
        let mut jobs = Vec::new();
        let mut faults = Vec::new();
        for (name, text) in files {
            match Job::parse(name, text) {
                Ok(job) => jobs.push(job),
                Err(found) => faults.extend(found),
            }
        }
        jobs.sort_by(|one, other| one.name.cmp(&other.name));
        faults.extend(run_twice(&jobs));
        if files.is_empty() {
            faults.push(TimetableFault::new("", "", "the folder has no file *.toml"));
        }
        if faults.is_empty() {
            Ok(Self { jobs })
        } else {
            Err(faults)
        }
    }

    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    pub fn job(&self, name: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.name == name)
    }

    /// SHA-256 over what is declared, so that comments may differ between servers and nothing else may.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(b"daftar timetable 1\n");
        for job in &self.jobs {
            hasher.update(job.canonical().as_bytes());
            hasher.update(b"\n");
        }
        hasher.finalize().into()
    }
}

fn run_twice(jobs: &[Job]) -> Vec<TimetableFault> {
    let mut seen: Vec<&Job> = Vec::new();
    let mut faults = Vec::new();
    for job in jobs {
        if let Some(first) = seen.iter().find(|other| other.runs == job.runs) {
            let reason = format!("`{}` runs it already: one file a job", first.name);
            faults.push(TimetableFault::new(&job.name, "runs", reason));
        }
        seen.push(job);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHTLY: &str = "runs = \"verify-books\"\ncron = \"30 2 * * *\"\ntime_zone = \"Asia/Tehran\"\n\
         catch_up = \"each\"\n[on_failure]\nattempts = 3\nwait_minutes = 15\n";

    fn timetable(files: &[(&str, &str)]) -> Result<Timetable, Vec<TimetableFault>> {
        let owned: Vec<_> = files
            .iter()
            .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()))
            .collect();
        Timetable::parse(&owned)
    }

    #[test]
    fn a_comment_does_not_make_another_timetable_and_a_figure_does() {
        let plain = timetable(&[("nightly", NIGHTLY)]).unwrap();
        let commented = timetable(&[("nightly", &format!("# why\n{NIGHTLY}"))]).unwrap();
        let later = timetable(&[("nightly", &NIGHTLY.replace("30 2", "31 2"))]).unwrap();
        assert_eq!(plain.digest(), commented.digest());
        assert_ne!(plain.digest(), later.digest());
    }

    #[test]
    fn two_files_never_run_the_same_work() {
        let faults = timetable(&[("one", NIGHTLY), ("two", NIGHTLY)]).unwrap_err();
        assert_eq!(
            faults[0].to_string(),
            "two.toml: runs: `one` runs it already: one file a job"
        );
    }

    #[test]
    fn an_empty_folder_is_no_timetable() {
        assert!(timetable(&[]).is_err());
    }

    #[test]
    fn all_faults_of_all_files_are_told_at_once() {
        let faults = timetable(&[
            ("a", &NIGHTLY.replace("30 2", "99 2")),
            ("b", &NIGHTLY.replace("Asia/Tehran", "Tehran")),
        ])
        .unwrap_err();
        let told: Vec<_> = faults
            .iter()
            .map(|f| (f.file.as_str(), f.field.as_str()))
            .collect();
        assert_eq!(told, [("a", "cron"), ("b", "time_zone")]);
    }
}
