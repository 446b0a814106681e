//! The terms of offices with what befell them and to whom they were bound. Never here: what a decision does to them (see
//! `domain::licence`).

use std::collections::HashMap;

use crate::domain::binding::Binding;
use crate::domain::licence::succession::Term;
use crate::domain::licence::{Licence, LicenceEvent};
use crate::store::Connection;
use crate::store::licence::{LicenceRow, bindings_of, events_of};
use crate::usecases::Done;

/// In the order of the rows.
pub async fn terms_of_rows(conn: &mut Connection, rows: &[LicenceRow]) -> Done<Vec<Term>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
    let mut events: HashMap<i32, Vec<LicenceEvent>> = HashMap::new();
    for row in events_of(conn, &ids).await? {
        events.entry(row.licence_id).or_default().push(row.read()?);
    }
    let mut bindings: HashMap<i32, Vec<Binding>> = HashMap::new();
    for row in bindings_of(conn, &ids).await? {
        bindings.entry(row.licence_id).or_default().push(row.read()?);
    }
    let term = |row: &LicenceRow| {
        Ok(Term {
            licence: Licence::new(row.term()?, events.remove(&row.id).unwrap_or_default()),
            bindings: bindings.remove(&row.id).unwrap_or_default(),
        })
    };
    rows.iter().map(term).collect()
}
