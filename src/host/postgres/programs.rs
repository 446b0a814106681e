//! Where the server programs of PostgreSQL are on this machine. Never here: running a server.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;

/// The oldest major version that Daftar runs on.
pub const MAJOR_MIN: u32 = 15;

/// Folders that hold one folder a version, with the part below it where the programs lie.
const VERSIONED: &[(&str, &str)] = &[
    ("/usr/lib/postgresql", "bin"),
    ("/usr/lib64/pgsql", "bin"),
    ("/usr", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "bin"),
];

/// The server programs of one version.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    pub major: u32,
}

impl Programs {
    /// The programs of `major`, or without one the newest that are installed, 15 or newer.
    pub fn find(search_path: &[PathBuf], major: Option<u32>) -> Result<Self, PostgresError> {
        let installed = candidates(search_path)
            .into_iter()
            .filter_map(Self::at)
            .collect::<Vec<_>>();
        let newest = installed.iter().max_by_key(|programs| programs.major);
        let Some(newest) = newest else {
            return Err(PostgresError::NotInstalled {
                install: install_command(),
            });
        };
        match major {
            None => Ok(newest.clone()),
            Some(major) => installed
                .iter()
                .find(|programs| programs.major == major)
                .cloned()
                .ok_or(PostgresError::OtherMajor {
                    cluster: major,
                    installed: newest.major,
                }),
        }
    }

    pub fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    fn at(folder: PathBuf) -> Option<Self> {
        let complete = ["initdb", "pg_ctl", "pg_isready"]
            .iter()
            .all(|program| folder.join(program).is_file());
        let answer = complete
            .then(|| Command::new(folder.join("postgres")).arg("--version").output())?
            .ok()?;
        let major = major_of(&String::from_utf8_lossy(&answer.stdout))?;
        (major >= MAJOR_MIN).then_some(Self { folder, major })
    }
}

/// The one command that installs what is missing on this system.
pub fn install_command() -> &'static str {
    let exists = |program: &str| Path::new(program).exists();
    if exists("/usr/bin/apt-get") {
        "sudo apt-get install --yes postgresql"
    } else if exists("/usr/bin/dnf") {
        "sudo dnf install --assumeyes postgresql-server postgresql-contrib"
    } else {
        "brew install postgresql@17"
    }
}

fn candidates(search_path: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders = search_path.to_vec();
    for (parent, below) in VERSIONED {
        let Ok(entries) = std::fs::read_dir(parent) else {
            continue;
        };
        let versions = entries
            .flatten()
            .filter(|entry| is_versioned(&entry.file_name().to_string_lossy()));
        folders.extend(versions.map(|entry| entry.path().join(below)));
    }
    folders
}

/// Debian names the folder `15`, the makers' Fedora packages `pgsql-15`, Homebrew `postgresql@15`.
fn is_versioned(name: &str) -> bool {
    let version = name
        .strip_prefix("postgresql@")
        .or_else(|| name.strip_prefix("pgsql-"))
        .unwrap_or(name);
    !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → 15.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits = number
        .find(|c: char| !c.is_ascii_digit())
        .map_or(number, |end| &number[..end]);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        assert_eq!(
            major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_of("no"), None);
    }

    #[test]
    fn only_folders_of_versions_are_looked_into() {
        for name in ["15", "pgsql-16", "postgresql@17"] {
            assert!(is_versioned(name), "{name}");
        }
        for name in ["lib", "postgresql@", "pgsql-old", ""] {
            assert!(!is_versioned(name), "{name}");
        }
    }

    #[test]
    fn a_version_that_is_not_installed_is_named_beside_the_one_that_is() {
        let refused = Programs::find(&[], Some(9)).unwrap_err();
        assert!(
            matches!(refused, PostgresError::OtherMajor { cluster: 9, .. }),
            "{refused}"
        );
    }
}
