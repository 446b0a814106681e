//! `daftar register`: a network and all that it rests on, out of one file. Never here: what may be registered.

mod document;
mod entry;

use std::path::PathBuf;

use clap::Args;

use self::document::Written;
use super::acting::connected;
use super::output;
use crate::domain::originator::Originator;
use crate::domain::printable;
use crate::host::{Host, clock};
use crate::usecases::register::document::{Registered, register_document};
use crate::usecases::{Done, Failure};

/// Enter units, parties, networks, offices, licences and drafts of tariffs from one JSON document: all of it or nothing.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The register document, JSON.
    #[arg(required_unless_present = "schema")]
    file: Option<PathBuf>,
    /// Code of the person who acts: what is written bears that name. May stand in the document.
    #[arg(long = "as", value_name = "PERSON", required_unless_present = "schema")]
    by: Option<String>,
    /// Print the JSON Schema of the document instead.
    #[arg(long)]
    pub schema: bool,
}

/// The JSON Schema, which needs no database.
pub fn schema() -> Done<String> {
    serde_json::to_string_pretty(&schemars::schema_for!(Written))
        .map_err(|error| Failure::Internal(error.to_string()))
}

pub async fn carry_out(args: &RegisterArgs, as_json: bool, host: &Host) -> Done<String> {
    let (Some(file), Some(code)) = (&args.file, &args.by) else {
        return schema();
    };
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::invalid(
            "file",
            "a_file_is_readable",
            format!("{}: {error}", file.display()),
        )
    })?;
    is_printable(&text)?;
    let document = entry::read(&text)?;
    let mut conn = connected(host).await?;
    let registered = register_document(&mut conn, &Originator::host(), clock::now(), code, document).await?;
    Ok(output::answer(as_json, &registered, told))
}

fn told(registered: &Registered) -> String {
    let mut told = "registered".to_owned();
    if !registered.bank_accounts.is_empty() {
        let ids: Vec<String> = registered.bank_accounts.iter().map(ToString::to_string).collect();
        told += &format!(
            "; bank accounts in waiting: {}. Another person approves with `daftar bank-account approve {} --as PERSON`",
            ids.len(),
            ids.join(" ")
        );
    }
    if !registered.tariffs.is_empty() {
        told += &format!(
            "; drafts of tariffs in waiting: {}. Another person approves with `daftar tariff approve --all \
             --as PERSON`, then `daftar tariff publish --all --as PERSON` puts them in force",
            registered.tariffs.len()
        );
    }
    told
}

/// What is no JSON at all is told where it is read.
fn is_printable(text: &str) -> Done<()> {
    let document = serde_json::from_str(text).unwrap_or_default();
    match printable::unprintable_in(&document) {
        None => Ok(()),
        Some(field) => Err(Failure::invalid(field, printable::RULE, printable::TOLD)),
    }
}
