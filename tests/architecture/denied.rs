//! The crates that `deny.toml` denies, looked for in `Cargo.lock`. Never here: licences, advisories and sources, which are for
//! `cargo deny` itself.

use std::collections::BTreeSet;
use std::fs;

use toml::{Table, Value};

/// A denied crate that the lock names although nothing is built of it: its one dependent hands a feature on to it in case that
/// somebody asks for it (`ring?/alloc`). Whoever asked would be named as a dependent too.
const NAMED_ONLY_BY: &[(&str, &str)] = &[("ring", "rustls-webpki")];

/// The denied crates that are locked.
pub fn in_the_lock() -> Vec<String> {
    let read = |file| fs::read_to_string(file).unwrap();
    found(&read("deny.toml"), &read("Cargo.lock"))
}

/// What is excused above and is not in the lock.
pub fn excused_for_nothing() -> Vec<String> {
    let packages = packages(&fs::read_to_string("Cargo.lock").unwrap());
    let is_locked = |name: &str| packages.iter().any(|package| package.name == name);
    let idle = NAMED_ONLY_BY.iter().filter(|(name, _)| !is_locked(name));
    idle.map(|(name, _)| (*name).to_owned()).collect()
}

struct Package {
    name: String,
    version: String,
    dependencies: Vec<String>,
}

fn found(deny: &str, lock: &str) -> Vec<String> {
    let packages = packages(lock);
    let mut found = Vec::new();
    for denied in denied(deny) {
        let (name, bound) = named(&denied);
        let locked = packages.iter().filter(|package| package.name == name);
        let locked = locked.filter(|package| bound.is_none_or(|bound| is_below(&package.version, bound)));
        if !is_named_only(name, &packages) {
            found.extend(locked.map(|package| format!("{denied}: {name} {} is locked", package.version)));
        }
    }
    found
}

/// The crates under `[bans]`, as they are written: a name, or a name and which of its versions.
fn denied(deny: &str) -> Vec<String> {
    let table: Table = toml::from_str(deny).unwrap();
    let bans = table["bans"]["deny"].as_array().unwrap();
    assert!(!bans.is_empty(), "nothing is denied");
    let name = |ban: &Value| ban["crate"].as_str().unwrap().to_owned();
    bans.iter().map(name).collect()
}

/// The name, and below which version it is denied where that is said.
fn named(denied: &str) -> (&str, Option<&str>) {
    match denied.split_once(':') {
        None => (denied, None),
        Some((name, versions)) => {
            let bound = versions.strip_prefix('<');
            let bound = bound.filter(|bound| bound.starts_with(|first: char| first.is_ascii_digit()));
            (
                name,
                Some(bound.unwrap_or_else(|| panic!("{denied}: only `<` is read here"))),
            )
        }
    }
}

fn is_below(version: &str, bound: &str) -> bool {
    numbers(version) < numbers(bound)
}

/// Of `0.9.12+spec-1.1.0` those before the plus.
fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['+', '-']).next().unwrap_or_default();
    plain.split('.').map(|number| number.parse().unwrap()).collect()
}

fn is_named_only(name: &str, packages: &[Package]) -> bool {
    let dependents: BTreeSet<&str> = packages
        .iter()
        .filter(|package| package.dependencies.iter().any(|dependency| dependency == name))
        .map(|package| package.name.as_str())
        .collect();
    NAMED_ONLY_BY
        .iter()
        .any(|(excused, dependent)| *excused == name && dependents == BTreeSet::from([*dependent]))
}

fn packages(lock: &str) -> Vec<Package> {
    let table: Table = toml::from_str(lock).unwrap();
    let read = |package: &Value| Package {
        name: package["name"].as_str().unwrap().to_owned(),
        version: package["version"].as_str().unwrap().to_owned(),
        dependencies: package
            .get("dependencies")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|dependency| dependency.as_str()?.split(' ').next().map(str::to_owned))
            .collect(),
    };
    let packages = table["package"].as_array().unwrap();
    packages.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[bans]\ndeny = [{ crate = \"rsa\", reason = \"r\" }, { crate = \"lettre:<0.11.22\" }, { crate = \"ring\" }]";

    fn lock(packages: &[(&str, &str, &str)]) -> String {
        let package = |(name, version, dependency): &(&str, &str, &str)| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [\"{dependency}\"]\n"
            )
        };
        packages.iter().map(package).collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_denied_crate_is_found_in_any_version_or_in_those_that_are_denied() {
        let told = |name, version| found(DENY, &lock(&[(name, version, "x")])).len();
        assert_eq!((told("rsa", "0.9.0"), told("rsx", "0.9.0")), (1, 0));
        let versions = ["0.11.21", "0.9.99", "0.11.22", "0.11.23", "0.12.0+a-1"];
        assert_eq!(versions.map(|version| told("lettre", version)), [1, 1, 0, 0, 0]);
    }

    #[test]
    fn what_only_its_excused_dependent_names_is_not_built_and_what_another_names_is() {
        let ring = ("ring", "0.17.14", "x");
        let excused = ("rustls-webpki", "0.103.17", "ring");
        assert_eq!(found(DENY, &lock(&[ring, excused])), Vec::<String>::new());
        assert_eq!(
            found(
                DENY,
                &lock(&[ring, excused, ("rustls", "0.23.46", "ring 0.17.14")])
            )
            .len(),
            1
        );
        assert_eq!(found(DENY, &lock(&[ring])).len(), 1);
    }
}
