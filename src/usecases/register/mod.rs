//! The register: who and what there is, in bulk. Never here: what tariffs say, money.

pub mod bank_account;
pub mod binding;
pub mod calendar;
pub mod document;
pub mod instrument;
pub mod licence;
pub mod network;
pub mod office;
pub mod originator;
pub mod party;
pub mod service;
pub mod terms;
mod text;
pub mod token;
pub mod unit;

use std::collections::HashMap;

use super::{Done, Failure};

/// The id behind a code, or the refusal that names what there is not.
pub(super) fn known<Id: Copy>(ids: &HashMap<String, Id>, noun: &str, code: &str) -> Done<Id> {
    ids.get(code)
        .copied()
        .ok_or_else(|| Failure::not_found(noun, code))
}
