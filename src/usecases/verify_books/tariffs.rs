//! Published tariff versions against their own documents: digest, names, terms and who plays their roles.
//! Never here: what the documents come to for a case (see `allocations`).

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::ROWS_MAX;
use crate::domain::tariff::Tariff;
use crate::domain::verification::term::check_terms;
use crate::domain::verification::{Comparison, Finding};
use crate::store::Connection;
use crate::store::verification::tariff::{VersionRow, players, published, stray_terms, terms};
use crate::usecases::Done;

pub(super) async fn verify_tariffs(conn: &mut Connection) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    let players: HashMap<(i16, String), String> = players(conn)
        .await?
        .into_iter()
        .map(|row| ((row.network_id, row.role), row.party))
        .collect();
    for version in published(conn).await? {
        let mut row = Comparison::of("tariff_versions", version.id, &mut findings);
        let digest = Sha256::digest(version.document.as_bytes());
        row.same("digest", hex::encode(&version.digest), hex::encode(digest));
        let Ok(tariff) = Tariff::from_published(&version.document) else {
            row.differs("document", "no sound tariff", "the document that was checked");
            continue;
        };
        row.same("service_id", version.service.as_str(), tariff.service());
        row.same("network_id", version.network.as_str(), tariff.network());
        row.same("unit_id", version.unit.clone(), tariff.unit().code.to_string());
        let player = |role: &str| player(&version, &players, role);
        let stored = terms(conn, version.id).await?;
        findings.extend(check_terms(version.id, &tariff, &stored, &player));
    }
    for stray in stray_terms(conn, ROWS_MAX).await? {
        let key = format!("{}:{}", stray.tariff_version_id, stray.ordinal);
        let expected = "the id of a published version";
        let version = stray.tariff_version_id;
        findings.push(Finding::new(
            "tariff_terms",
            key,
            "tariff_version_id",
            version,
            expected,
        ));
    }
    Ok(findings)
}

/// Nobody, where the office's binding or the holder says who it is.
fn player(version: &VersionRow, players: &HashMap<(i16, String), String>, role: &str) -> Option<String> {
    match role {
        "agency" => Some(version.agency.clone()),
        _ => players.get(&(version.network_id, role.to_owned())).cloned(),
    }
}
