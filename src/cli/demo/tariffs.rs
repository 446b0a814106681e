//! The demo's tariffs: those in force at the beginning, and those that a resolution raises.
//! Never here: their figures (see `catalogue`).

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::catalogue;
use super::founding::{ZONE, once};
use super::people::People;
use crate::domain::zone::start_of_day;
use crate::usecases::tariff::{TariffDraft, approve_tariffs, draft_tariffs, publish_tariffs};
use crate::usecases::{Connection, Done};

/// Half of the tariffs are raised by the second month's resolution.
const RAISED_OF_TWO: usize = 1;

/// Publishes the tariffs in force at the beginning.
pub async fn publish_first(conn: &mut Connection, people: &People, first: NaiveDate) -> Done<()> {
    let valid_from = start_of_day(ZONE, first) - Duration::days(60);
    let drafts = catalogue::services()
        .iter()
        .map(|service| draft(service, valid_from, false))
        .collect::<Vec<_>>();
    publish(conn, people, valid_from, &drafts).await
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
    publish(conn, people, valid_from - Duration::days(5), &drafts).await
}

async fn publish(
    conn: &mut Connection,
    people: &People,
    at: DateTime<Utc>,
    drafts: &[TariffDraft],
) -> Done<()> {
    let ids = draft_tariffs(conn, &people.maker, at, drafts).await?;
    approve_tariffs(conn, &people.checker, at, &ids).await?;
    once(publish_tariffs(conn, &people.maker, at, &ids).await)
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
