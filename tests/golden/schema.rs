//! The published JSON Schema takes what the program takes. Never here: what only the checks can see, such as sums.

use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use daftar::domain::tariff::{Document, Tariff};
use serde_json::{Value, json};

use super::{fixture, json};

struct Schema(Schemas, SchemaIndex);

impl Schema {
    fn published() -> Self {
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        let address = "https://daftar.example/tariff.json";
        compiler.add_resource(address, Document::schema()).unwrap();
        let index = compiler.compile(address, &mut schemas).unwrap();
        Self(schemas, index)
    }

    /// What it finds wrong, with the places; nothing of a valid document.
    fn faults(&self, document: &Value) -> Option<String> {
        let checked = self.0.validate(document, self.1);
        checked.err().map(|faults| faults.to_string())
    }
}

#[test]
fn every_document_that_the_program_takes_is_valid_by_the_schema() {
    let schema = Schema::published();
    let mut count = 0;
    for folder in ["tariffs", "tariffs/own"] {
        for entry in fs::read_dir(fixture(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            Tariff::parse(&text).unwrap_or_else(|faults| panic!("{}: {faults:#?}", path.display()));
            let found = schema.faults(&serde_json::from_str(&text).unwrap());
            assert_eq!(found, None, "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 21, "{count} documents");
}

#[test]
fn a_document_of_another_shape_is_not_valid_by_the_schema() {
    let schema = Schema::published();
    let sound = json("tariffs/ir-passport.json");
    assert_eq!(schema.faults(&sound), None);
    let with = |name: &str, value: Value| {
        let mut document = sound.clone();
        document[name] = value;
        document
    };
    let mut without_split = sound.clone();
    without_split.as_object_mut().unwrap().remove("split");
    for (document, place) in [
        (with("colour", json!("green")), "colour"),
        (with("price", json!(true)), "/price"),
        (with("split", json!("half")), "/split"),
        (without_split, "split"),
    ] {
        let found = schema.faults(&document).unwrap_or_default();
        assert!(found.contains(place), "{place}: {found}");
        assert!(Tariff::parse(&document.to_string()).is_err());
    }
    for refused in [
        "float-amount",
        "number-rate",
        "two-rules",
        "unknown-key",
        "unknown-rule",
    ] {
        let document = json(&format!("tariffs/refused/{refused}.json"));
        assert_ne!(schema.faults(&document), None, "{refused}");
    }
}
