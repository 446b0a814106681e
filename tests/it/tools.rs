//! What `make` asks of a machine before it builds. Never here: installing anything.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::host::Folder;

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/ensure-tools");

/// What the script calls of every system. Whatever else this machine has on its PATH, the machine of a test has not.
const CALLED: [&str; 9] = [
    "bash", "cc", "dirname", "env", "id", "mkdir", "readlink", "sed", "tee",
];

/// Where Debian puts the programs and the extensions of PostgreSQL.
const DEBIAN: [&str; 2] = ["usr/lib/postgresql/x/bin", "usr/share/postgresql/x/extension"];

/// A machine that has what a system has, and no PostgreSQL yet.
struct Machine(Folder);

impl Machine {
    fn new() -> Self {
        let machine = Self(Folder::new());
        let tools = machine.folder("tools");
        for name in CALLED {
            let found = Command::new("sh")
                .args(["-c", "command -v \"$0\"", name])
                .output();
            let found = String::from_utf8(found.unwrap().stdout).unwrap();
            symlink(found.trim(), tools.join(name)).unwrap();
        }
        machine
    }

    /// That folder of it, which is made.
    fn folder(&self, place: &str) -> PathBuf {
        let folder = self.0.path().join(place);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn program(&self, place: &str, name: &str, script: &str) {
        let path = self.folder(place).join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn postgres(&self, place: &str, version: &str) {
        let says = format!("echo 'postgres (PostgreSQL) {version}'");
        self.program(place, "postgres", &says);
    }

    fn contrib(&self, place: &str) {
        fs::write(self.folder(place).join("btree_gist.control"), "").unwrap();
    }

    /// With this folder on the PATH before the system's own.
    fn ensured(&self, place: &str) -> Output {
        let on_path = [self.folder(place), self.folder("tools")];
        Command::new("bash")
            .args(["-c", "export PATH=\"$0:$1\"; exec bash \"$2\""])
            .args([on_path[0].as_path(), on_path[1].as_path(), Path::new(TOOLS)])
            .env("ENSURE_TOOLS_ROOT", self.0.path())
            .output()
            .unwrap()
    }
}

/// On a machine whose PostgreSQL is of this version and lies in these places.
fn ensured(version: &str, [programs, extensions]: [&str; 2]) -> Output {
    let machine = Machine::new();
    machine.postgres(programs, version);
    machine.contrib(extensions);
    machine.ensured(programs)
}

fn assert_untouched(ensured: &Output) {
    assert!(
        ensured.status.success() && ensured.stdout.is_empty(),
        "{ensured:?}"
    );
}

#[test]
fn a_machine_whose_postgresql_is_older_than_15_is_told_so_and_not_touched() {
    for old in ["9.6.24", "13.4 (Debian 13.4-1)", "14.22"] {
        let refused = ensured(old, DEBIAN);
        assert!(!refused.status.success());
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        let major = old.split('.').next().unwrap();
        let expected = format!("of version {major}, and Daftar needs 15 or newer");
        assert!(told.contains(&expected), "{told}");
        assert_eq!(refused.stdout, b"");
    }
    for enough in ["15.18 (Debian 15.18-0+deb12u1)", "18beta1"] {
        assert_untouched(&ensured(enough, DEBIAN));
    }
}

#[test]
fn a_system_whose_own_postgresql_is_older_than_15_is_told_so_once_it_is_installed() {
    let machine = Machine::new();
    machine.program("bin", "postgres", "");
    machine.program("bin", "sudo", "exec \"$@\"");
    let installs = "echo \"echo 'postgres (PostgreSQL) 14.22'\" > \"$(dirname \"$0\")/postgres\"";
    machine.program("bin", "apt-get", installs);
    let refused = machine.ensured("bin");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(
        told.contains("of version 14, and Daftar needs 15 or newer"),
        "{told}"
    );
}

#[test]
fn the_script_looks_where_the_program_looks() {
    let script = fs::read_to_string(TOOLS).unwrap();
    let programs = include_str!("../../src/host/postgres/programs.rs");
    let (_, rest) = programs.split_once("const VERSIONED").unwrap();
    let (table, _) = rest.split_once("];").unwrap();
    let parents = table
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.split_once('"'))
        .map(|(parent, _)| parent)
        .collect::<Vec<_>>();
    assert!(parents.len() > 5, "{parents:?}");
    for parent in parents {
        let looks = format!("compgen -G \"$root{parent}/");
        let found = script
            .lines()
            .any(|line| line.trim().starts_with(&looks) && line.contains("/bin/postgres\""));
        assert!(found, "{parent}");
    }
}

#[test]
fn a_postgresql_is_found_with_its_extensions_wherever_a_system_puts_them() {
    for places in [
        ["usr/pgsql-17/bin", "usr/pgsql-17/share/extension"],
        // Built from its sources, or conda's.
        ["usr/local/pgsql/bin", "usr/local/pgsql/share/extension"],
        // Arch's, Nix's, Fedora's.
        ["usr/bin", "usr/share/postgresql/extension"],
        ["usr/bin", "usr/share/pgsql/extension"],
        [
            "usr/local/opt/postgresql@17/bin",
            "usr/local/share/postgresql@17/extension",
        ],
        [
            "opt/homebrew/opt/postgresql@17/bin",
            "opt/homebrew/share/postgresql@17/extension",
        ],
        [
            "home/linuxbrew/.linuxbrew/opt/postgresql@17/bin",
            "home/linuxbrew/.linuxbrew/share/postgresql@17/extension",
        ],
    ] {
        assert_untouched(&ensured("17.5", places));
    }
}

#[test]
fn a_postgresql_that_is_linked_from_the_path_or_says_itself_where_its_extensions_are_has_them() {
    let alpine = Machine::new();
    alpine.postgres("usr/libexec/postgresql17", "17.5");
    alpine.contrib("usr/share/postgresql17/extension");
    let program = alpine.folder("usr/libexec/postgresql17").join("postgres");
    symlink(program, alpine.folder("usr/bin").join("postgres")).unwrap();
    assert_untouched(&alpine.ensured("usr/bin"));

    let elsewhere = Machine::new();
    elsewhere.postgres("srv/programs", "17.5");
    elsewhere.contrib("srv/shared/extension");
    let shared = elsewhere.folder("srv/shared");
    let says = format!("echo '{}'", shared.display());
    elsewhere.program("srv/programs", "pg_config", &says);
    assert_untouched(&elsewhere.ensured("srv/programs"));
}

#[test]
fn extensions_of_another_version_than_the_newest_are_not_taken_for_its_own() {
    let machine = Machine::new();
    machine.postgres("usr/lib/postgresql/15/bin", "15.18");
    machine.contrib("usr/share/postgresql/15/extension");
    machine.program("bin", "sudo", "exec \"$@\"");
    machine.program("bin", "apt-get", "");
    assert_untouched(&machine.ensured("bin"));
    machine.postgres("usr/lib/postgresql/17/bin", "17.5");
    let ensured = machine.ensured("bin");
    let told = String::from_utf8_lossy(&ensured.stdout).into_owned();
    assert!(
        told.contains("missing here: PostgreSQL with its contrib modules"),
        "{ensured:?}"
    );
    machine.contrib("usr/share/postgresql/17/extension");
    assert_untouched(&machine.ensured("bin"));
}

#[test]
fn the_first_program_on_the_path_does_not_hide_a_newer_one_behind_it() {
    let machine = Machine::new();
    machine.postgres("bin", "14.22");
    machine.postgres("tools", "17.5");
    machine.contrib("share/extension");
    assert_untouched(&machine.ensured("bin"));
}

#[test]
fn the_script_installs_what_the_program_asks_for_on_homebrew() {
    let script = fs::read_to_string(TOOLS).unwrap();
    let programs = include_str!("../../src/host/postgres/programs.rs");
    let version = |text: &str, command: &str| {
        let (_, rest) = text.split_once(command).unwrap();
        rest.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    assert_eq!(
        version(&script, "brew install --quiet postgresql@"),
        version(programs, "\"brew install postgresql@")
    );
}
