//! Takes in tariff documents as drafts, refusing what the language refuses. Never here: approval.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use sha2::{Digest, Sha256};

use crate::domain::originator::Originator;
use crate::domain::tariff::{Tariff, ValidityRule, version_validity};
use crate::store::network::NetworkRow;
use crate::store::unit::UnitRow;
use crate::store::{Connection, network, service, tariff, unit};
use crate::usecases::failure::Fault;
use crate::usecases::{Done, Failure};

#[derive(Clone, Debug)]
pub struct TariffDraft {
    pub network: String,
    pub service: String,
    /// The tariff document, kept byte by byte.
    pub document: String,
    /// Needed where the document does not state its validity; else the same, or nothing.
    pub valid_from: Option<DateTime<Utc>>,
    /// Exclusive; an open end is closed when a later version is published.
    pub valid_until: Option<DateTime<Utc>>,
}

impl TariffDraft {
    /// Where it stands among others.
    fn place(&self) -> String {
        format!("{} {}", self.network, self.service)
    }
}

/// What a draft names, by ids.
struct RestsOn {
    network: i16,
    service: i32,
    agency_party: i32,
    unit: i16,
}

impl RestsOn {
    fn of(
        draft: &TariffDraft,
        checked: &Checked,
        networks: &[(NetworkRow, i64)],
        services: &HashMap<String, (i32, i32)>,
        units: &HashMap<String, UnitRow>,
    ) -> Done<Self> {
        let (network, _) = networks
            .iter()
            .find(|(network, _)| network.code == draft.network)
            .ok_or_else(|| Failure::not_found("network", &draft.network))?;
        let (service, agency_party) = *services
            .get(&draft.service)
            .ok_or_else(|| Failure::not_found("service", &draft.service))?;
        let unit_code = checked.tariff.unit().code.to_string();
        let unit = *units
            .get(&unit_code)
            .ok_or_else(|| Failure::not_found("unit", &unit_code))?;
        if let Some(scale) = checked.tariff.unit().scale
            && i16::from(scale) != unit.scale
        {
            let told = format!("{unit_code} has {} decimal places by the register", unit.scale);
            return Err(Failure::invalid("unit.scale", "the_scale_is_the_units", told));
        }
        within_its_unit((checked.valid_from, checked.valid_until), &unit_code, &unit)?;
        if unit.id != network.unit_id {
            return Err(Failure::invalid(
                "unit",
                "the_unit_is_the_networks",
                format!("{} settles in another unit than {unit_code}", draft.network),
            ));
        }
        Ok(Self {
            network: network.id,
            service,
            agency_party,
            unit: unit.id,
        })
    }
}

/// A draft whose document passed every check.
struct Checked {
    tariff: Tariff,
    valid_from: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
}

/// Returns the drafts' ids in the order given.
pub async fn draft_tariffs(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    drafts: &[TariffDraft],
) -> Done<Vec<i32>> {
    by.may_register()?;
    let checked_one = |draft| checked(draft).map_err(|failure| failure.within(&draft.place()));
    let all_checked = drafts.iter().map(checked_one).collect::<Done<Vec<_>>>()?;
    conn.transaction(async |conn| {
        let networks = network::networks_with_versions(conn).await?;
        let services = service::services_with_parties(conn).await?;
        let units = unit::units(conn).await?;
        let mut ids = Vec::with_capacity(drafts.len());
        for (draft, checked) in drafts.iter().zip(&all_checked) {
            let rests_on = RestsOn::of(draft, checked, &networks, &services, &units);
            let rests_on = rests_on.map_err(|failure| failure.within(&draft.place()))?;
            let row = tariff::NewTariffVersion {
                network_id: rests_on.network,
                service_id: rests_on.service,
                unit_id: rests_on.unit,
                agency_party_id: rests_on.agency_party,
                document: draft.document.clone(),
                digest: Sha256::digest(draft.document.as_bytes()).to_vec(),
                valid_from: checked.valid_from,
                valid_until: checked.valid_until,
                known_from: at,
                made_by: by.id,
            };
            ids.push(tariff::insert_tariff_version(conn, &row).await?);
        }
        Ok(ids)
    })
    .await
}

fn checked(draft: &TariffDraft) -> Done<Checked> {
    let tariff = Tariff::parse(&draft.document).map_err(|faults| {
        let faults = faults.into_iter().map(|fault| Fault {
            field: fault.path,
            rule: fault.rule.to_owned(),
            explanation: format!("{}: {}", fault.reason, fault.remedy),
        });
        Failure::Invalid(faults.collect())
    })?;
    names_the_same("service", tariff.service(), &draft.service)?;
    names_the_same("network", tariff.network(), &draft.network)?;
    let (valid_from, valid_until) =
        version_validity(tariff.validity(), draft.valid_from, draft.valid_until).map_err(not_valid)?;
    Ok(Checked {
        tariff,
        valid_from,
        valid_until,
    })
}

fn not_valid(rule: ValidityRule) -> Failure {
    let (field, name) = match rule {
        ValidityRule::BeginMissing => ("valid_from", "a_version_begins"),
        ValidityRule::BeginDiffers { .. } => ("valid_from", "the_document_states_its_validity"),
        ValidityRule::EndDiffers { .. } => ("valid_until", "the_document_states_its_validity"),
        ValidityRule::Empty => ("valid_until", "tariff_validity_is_half_open"),
    };
    Failure::invalid(field, name, rule.to_string())
}

/// A price in a unit that is not money yet, or not any more, is none. The ends of both are exclusive.
fn within_its_unit(
    (from, until): (DateTime<Utc>, Option<DateTime<Utc>>),
    code: &str,
    unit: &UnitRow,
) -> Done<()> {
    let refuse = |field: &str, told: String| {
        let rule = "a_tariff_holds_while_its_unit_does";
        Err(Failure::invalid(field, rule, told))
    };
    if from < unit.valid_from {
        return refuse("valid.from", format!("{code} is valid from {}", unit.valid_from));
    }
    match unit.valid_until {
        Some(ends) if until.is_none_or(|until| until > ends) => refuse(
            "valid.until",
            format!("{code} is valid until {ends}: end it by then"),
        ),
        Some(_) | None => Ok(()),
    }
}

fn names_the_same(field: &str, in_document: &str, given: &str) -> Done<()> {
    if in_document == given {
        return Ok(());
    }
    Err(Failure::invalid(
        field,
        "the_document_names_it_too",
        format!("the document says `{in_document}`, the draft `{given}`"),
    ))
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn a_tariff_holds_no_longer_than_its_unit_is_money() {
        let day = |n| DateTime::UNIX_EPOCH + Duration::days(n);
        let unit = UnitRow {
            id: 1,
            scale: 0,
            valid_from: day(10),
            valid_until: Some(day(20)),
        };
        let refused = |from, until: Option<i64>| {
            let refused = within_its_unit((day(from), until.map(day)), "IRR", &unit).err()?;
            let Failure::Invalid(faults) = refused else {
                panic!("{refused:?}")
            };
            Some(faults[0].field.clone())
        };
        assert_eq!(refused(9, Some(20)).as_deref(), Some("valid.from"));
        assert_eq!(refused(10, Some(20)), None);
        assert_eq!(refused(10, Some(21)).as_deref(), Some("valid.until"));
        assert_eq!(refused(10, None).as_deref(), Some("valid.until"));
        let endless = UnitRow {
            valid_until: None,
            ..unit
        };
        assert!(within_its_unit((day(10), None), "IRR", &endless).is_ok());
    }
}
