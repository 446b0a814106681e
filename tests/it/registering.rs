//! A network set up from nothing by commands alone: registered out of one document, its tariffs put in force by four eyes.

use std::process::{Command, Output};

use crate::host::Folder;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/register.json");

fn daftar(folder: &Folder, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_daftar"))
        .arg("--data-dir")
        .arg(folder.path())
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env("DAFTAR_LOG", "warn")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_network_is_registered_whole_or_not_at_all_and_its_tariff_needs_two_people() {
    let folder = Folder::new();
    let faulty = folder.path().join("faulty.json");
    let sound = std::fs::read_to_string(DOCUMENT).unwrap();
    std::fs::write(
        &faulty,
        sound.replace("\"office-1\", \"deciding_body\"", "\"nobody\", \"deciding_body\""),
    )
    .unwrap();
    let told = refused(&daftar(
        &folder,
        &["register", faulty.to_str().unwrap(), "--as", "ali"],
    ));
    assert!(told.contains("party nobody"), "{told}");
    said(&daftar(&folder, &["register", DOCUMENT, "--as", "ali"]));
    let told = refused(&daftar(&folder, &["register", DOCUMENT, "--as", "ali"]));
    assert!(told.contains("(code)=(IRR) already exists"), "{told}");
    let told = refused(&daftar(&folder, &["tariff", "approve", "--all", "--as", "ali"]));
    assert!(
        told.contains("a_tariff_is_approved_by_another_than_its_maker"),
        "{told}"
    );
    said(&daftar(&folder, &["tariff", "approve", "--all", "--as", "sara"]));
    said(&daftar(&folder, &["tariff", "publish", "--all", "--as", "ali"]));
    assert_eq!(said(&daftar(&folder, &["tariff", "pending", "--json"])), "[]\n");
    let token = said(&daftar(
        &folder,
        &[
            "token", "create", "--as", "counters", "--kind", "client", "--scope", "record",
        ],
    ));
    assert!(token.starts_with("daftar_") && token.len() == 56, "{token}");
}

#[test]
fn a_fault_of_the_document_is_told_with_its_place() {
    let folder = Folder::new();
    let faulty = folder.path().join("faulty.json");
    let sound = std::fs::read_to_string(DOCUMENT).unwrap();
    std::fs::write(&faulty, sound.replace("\"daily\"", "\"dayly\"")).unwrap();
    let told = refused(&daftar(
        &folder,
        &["register", faulty.to_str().unwrap(), "--as", "ali"],
    ));
    assert!(told.contains("networks[0].cycle"), "{told}");
}
