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

/// What installs programs on a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Installer {
    Apt,
    Dnf,
    Brew,
}

/// Where each of them lies that is known.
const INSTALLERS: &[(Installer, &str)] = &[
    (Installer::Apt, "/usr/bin/apt-get"),
    (Installer::Dnf, "/usr/bin/dnf"),
    (Installer::Brew, "/opt/homebrew/bin/brew"),
    (Installer::Brew, "/usr/local/bin/brew"),
    (Installer::Brew, "/home/linuxbrew/.linuxbrew/bin/brew"),
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
        let installed = candidates(search_path).into_iter().filter_map(Self::at);
        Self::chosen(installed.collect(), major)
    }

    fn chosen(installed: Vec<Self>, major: Option<u32>) -> Result<Self, PostgresError> {
        let newest = match installed.iter().map(|programs| programs.major).max() {
            None => {
                let way = way_to_install(Installer::of_this_system(), as_root());
                return Err(PostgresError::NotInstalled { way });
            }
            Some(installed) if installed < MAJOR_MIN => return Err(PostgresError::TooOld { installed }),
            Some(newest) => newest,
        };
        let wanted = major.unwrap_or(newest);
        let mut fit = installed
            .into_iter()
            .filter(|programs| programs.major >= MAJOR_MIN);
        fit.find(|programs| programs.major == wanted)
            .ok_or(PostgresError::OtherMajor {
                cluster: wanted,
                installed: newest,
            })
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
        Some(Self { folder, major })
    }
}

impl Installer {
    fn of_this_system() -> Option<Self> {
        let mut known = INSTALLERS.iter();
        let here = known.find(|(_, program)| Path::new(program).exists());
        here.map(|(installer, _)| *installer)
    }
}

/// What a command begins with that changes the system.
fn as_root() -> &'static str {
    if rustix::process::geteuid().is_root() {
        ""
    } else {
        "sudo "
    }
}

/// As "install it" goes on.
fn way_to_install(installer: Option<Installer>, as_root: &str) -> String {
    match installer {
        Some(installer) => format!("with: {}", install_command(installer, as_root)),
        None => "with this system's package manager".to_owned(),
    }
}

/// The one command that installs what is missing.
fn install_command(installer: Installer, as_root: &str) -> String {
    match installer {
        Installer::Apt => {
            format!("{as_root}apt-get update && {as_root}apt-get install --yes postgresql")
        }
        Installer::Dnf => {
            format!("{as_root}dnf install --assumeyes postgresql-server postgresql-contrib")
        }
        Installer::Brew => "brew install postgresql@17".to_owned(),
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
    fn a_version_that_is_too_old_is_named_beside_the_one_that_is_needed() {
        let of = |majors: &[u32]| {
            let programs = |major: &u32| Programs {
                folder: format!("/usr/lib/postgresql/{major}/bin").into(),
                major: *major,
            };
            Programs::chosen(majors.iter().map(programs).collect(), None)
        };
        let told = of(&[13, 14]).unwrap_err().to_string();
        assert!(
            told.starts_with("only PostgreSQL 14 is installed, and 15 or newer is needed"),
            "{told}"
        );
        assert_eq!(of(&[14, 16, 15]).unwrap().major, 16);
        assert!(matches!(of(&[]), Err(PostgresError::NotInstalled { .. })));
    }

    #[test]
    fn the_command_that_installs_postgresql_is_one_that_whoever_is_told_can_give() {
        let told = |installer, as_root| {
            let way = way_to_install(installer, as_root);
            PostgresError::NotInstalled { way }.to_string()
        };
        for (installer, as_root, way) in [
            (
                Some(Installer::Apt),
                "",
                "with: apt-get update && apt-get install --yes postgresql",
            ),
            (
                Some(Installer::Apt),
                "sudo ",
                "with: sudo apt-get update && sudo apt-get install --yes postgresql",
            ),
            (
                Some(Installer::Dnf),
                "",
                "with: dnf install --assumeyes postgresql-server postgresql-contrib",
            ),
            (Some(Installer::Brew), "sudo ", "with: brew install postgresql@17"),
            (None, "sudo ", "with this system's package manager"),
        ] {
            let expected = format!("PostgreSQL 15 or newer is not installed; install it {way}");
            assert_eq!(told(installer, as_root), expected);
        }
        assert_eq!(as_root().is_empty(), rustix::process::geteuid().is_root());
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
