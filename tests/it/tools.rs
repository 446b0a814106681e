//! What `make` asks of a machine before it builds. Never here: installing anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::host::Folder;

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/ensure-tools");

/// Where Debian puts the programs and the extensions of PostgreSQL.
const DEBIAN: [&str; 2] = ["usr/lib/postgresql/x/bin", "usr/share/postgresql/x/extension"];

/// On a machine whose PostgreSQL is of this version and lies in these places.
fn ensured(version: &str, [programs, extensions]: [&str; 2]) -> Output {
    let folder = Folder::new();
    let programs = folder.path().join(programs);
    let extensions = folder.path().join(extensions);
    for place in [&programs, &extensions] {
        fs::create_dir_all(place).unwrap();
    }
    fs::write(extensions.join("btree_gist.control"), "").unwrap();
    let says = format!("echo 'postgres (PostgreSQL) {version}'");
    program(&programs, "postgres", &says);
    ensured_with(&folder, &programs)
}

/// On a machine that begins with these programs.
fn ensured_with(folder: &Folder, programs: &Path) -> Output {
    Command::new("bash")
        .args(["-c", "PATH=\"$0:$PATH\" exec bash \"$1\""])
        .args([programs, Path::new(TOOLS)])
        .env("ENSURE_TOOLS_ROOT", folder.path())
        .output()
        .unwrap()
}

fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
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
        let ensured = ensured(enough, DEBIAN);
        assert!(
            ensured.status.success() && ensured.stdout.is_empty(),
            "{ensured:?}"
        );
    }
}

#[test]
fn a_system_whose_own_postgresql_is_older_than_15_is_told_so_once_it_is_installed() {
    let folder = Folder::new();
    program(folder.path(), "postgres", "");
    program(folder.path(), "sudo", "exec \"$@\"");
    let installs = "echo \"echo 'postgres (PostgreSQL) 14.22'\" > \"$(dirname \"$0\")/postgres\"";
    program(folder.path(), "apt-get", installs);
    let refused = ensured_with(&folder, folder.path());
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
fn a_postgresql_of_its_makers_or_of_homebrew_is_found_with_its_extensions() {
    for places in [
        ["usr/pgsql-17/bin", "usr/pgsql-17/share/extension"],
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
        let ensured = ensured("17.5", places);
        assert!(
            ensured.status.success() && ensured.stdout.is_empty(),
            "{places:?}: {ensured:?}"
        );
    }
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
