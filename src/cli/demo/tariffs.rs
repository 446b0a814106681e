//! The demo's tariffs: those in force at the beginning, and those that a resolution raises.
//! Never here: their figures (see `catalogue`).

use std::collections::HashSet;
use std::slice;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::catalogue;
use super::founding::ZONE;
use super::people::People;
use super::steps::Steps;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::domain::zone::start_of_day;
use crate::host::signal::EndWished;
use crate::usecases::reading::tariffs::{TariffFilter, list_pending_tariffs, list_tariffs};
use crate::usecases::tariff::{TariffDraft, approve_tariffs, draft_tariffs, publish_tariffs};
use crate::usecases::{Connection, Done};

/// Half of the tariffs are raised by the second month's resolution.
const RAISED_OF_TWO: usize = 1;
/// Of all tariffs of the demo.
const VERSIONS_MAX: u32 = 500;

/// Publishes the tariffs in force at the beginning.
pub async fn publish_first(
    conn: &mut Connection,
    people: &People,
    first: NaiveDate,
    end: &mut EndWished,
) -> Done<()> {
    let valid_from = start_of_day(ZONE, first) - Duration::days(60);
    let drafts = catalogue::services()
        .iter()
        .map(|service| draft(service, valid_from, false))
        .collect::<Vec<_>>();
    let mut steps = Steps::new("tariffs checked", drafts.len(), end);
    publish(conn, people, valid_from, &drafts, || steps.begin()).await
}

/// Publishes what the resolution of the second month raised, in the middle of a period.
pub async fn publish_raised(conn: &mut Connection, people: &People, valid_from: DateTime<Utc>) -> Done<()> {
    let raised = catalogue::services()
        .into_iter()
        .enumerate()
        .filter(|(n, _)| n % 2 == RAISED_OF_TWO);
    let drafts: Vec<TariffDraft> = raised
        .map(|(_, service)| draft(&service, valid_from, true))
        .collect();
    let at = valid_from - Duration::days(5);
    publish(conn, people, at, &drafts, || Ok(())).await
}

/// What an interrupted demo drafted, approved or published already is gone on with from there. `begin`: said before each draft, which
/// is checked by trial questions.
async fn publish(
    conn: &mut Connection,
    people: &People,
    at: DateTime<Utc>,
    drafts: &[TariffDraft],
    mut begin: impl FnMut() -> Done<()>,
) -> Done<()> {
    let standing = standing(conn, &people.maker, at).await?;
    for draft in drafts {
        begin()?;
        if !standing.contains(&version(draft)) {
            draft_tariffs(conn, &people.maker, at, slice::from_ref(draft)).await?;
        }
    }
    let ids = pending(conn, &people.checker, "draft").await?;
    approve_tariffs(conn, &people.checker, at, &ids).await?;
    let ids = pending(conn, &people.maker, "approved").await?;
    publish_tariffs(conn, &people.maker, at, &ids).await
}

/// Network, service, and from when on it holds.
type Version = (String, String, Option<DateTime<Utc>>);

fn version(draft: &TariffDraft) -> Version {
    (draft.network.clone(), draft.service.clone(), draft.valid_from)
}

/// What was drafted before, in force by now or not.
async fn standing(conn: &mut Connection, by: &Originator, at: DateTime<Utc>) -> Done<HashSet<Version>> {
    let pending = list_pending_tariffs(conn, by).await?;
    let asked = Asked::first(VERSIONS_MAX);
    let published = list_tariffs(conn, by, at, &TariffFilter::default(), &asked).await?;
    let pending = pending
        .into_iter()
        .map(|tariff| (tariff.network, tariff.service, Some(tariff.valid_from)));
    let published = published
        .items
        .into_iter()
        .map(|tariff| (tariff.network, tariff.service, Some(tariff.valid_from)));
    Ok(pending.chain(published).collect())
}

async fn pending(conn: &mut Connection, by: &Originator, state: &str) -> Done<Vec<i32>> {
    let pending = list_pending_tariffs(conn, by).await?;
    let wanted = pending.into_iter().filter(|tariff| tariff.state == state);
    Ok(wanted.map(|tariff| tariff.id).collect())
}

fn draft(service: &catalogue::PlannedService, valid_from: DateTime<Utc>, is_raised: bool) -> TariffDraft {
    TariffDraft {
        network: service.network.clone(),
        service: service.code.clone(),
        document: service.document(is_raised),
        valid_from: Some(valid_from),
        valid_until: None,
    }
}
