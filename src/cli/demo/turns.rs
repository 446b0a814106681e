//! What changes in the course of the demo's story: a tariff in mid-period, two suspensions and a reinstatement, and from
//! when on offices read mail. Never here: what happens every day.

use chrono::{Days, Duration, NaiveDate};

use super::founding::ZONE;
use super::geography::PlannedOffice;
use super::parties::licensee;
use super::people::People;
use super::story::moment;
use super::tariffs::publish_raised;
use crate::domain::originator::Originator;
use crate::domain::zone::start_of_day;
use crate::usecases::register::licence::{LicenceEventEntry, LicenceEventKind, record_licence_event};
use crate::usecases::register::party::change_emails;
use crate::usecases::{Connection, Done};

/// Days after the beginning.
const RAISED_ON: u64 = 44;
const SUSPENDED_ON: u64 = 40;
const REINSTATED_ON: u64 = 58;
const SUSPENDED_FOR_GOOD_ON: u64 = 66;
/// The first decision is backdated by so many days: what was earned in between is held.
const BACKDATED_DAYS: i64 = 3;
/// Which offices of the plan they concern.
const SUSPENDED: usize = 12;
const SUSPENDED_FOR_GOOD: usize = 17;
const DECIDES_AT_HOUR: i64 = 11;
/// Every tenth office, those whose codes end so, reads its statements on paper: it has given no mail address.
const WITHOUT_ADDRESS: char = '0';

/// What changes on this day of the story, if anything does.
pub async fn turn(
    conn: &mut Connection,
    people: &People,
    offices: &[PlannedOffice],
    first: NaiveDate,
    day: NaiveDate,
) -> Done<()> {
    let is = |after: u64| first.checked_add_days(Days::new(after)) == Some(day);
    let by = &people.checker;
    if is(RAISED_ON) {
        publish_raised(conn, people, start_of_day(ZONE, day)).await?;
    }
    if is(SUSPENDED_ON) {
        let event = (LicenceEventKind::Suspended, BACKDATED_DAYS);
        decide(conn, by, offices.get(SUSPENDED), day, event).await?;
    }
    if is(REINSTATED_ON) {
        decide(
            conn,
            by,
            offices.get(SUSPENDED),
            day,
            (LicenceEventKind::Reinstated, 0),
        )
        .await?;
    }
    if is(SUSPENDED_FOR_GOOD_ON) {
        let office = offices.get(SUSPENDED_FOR_GOOD);
        decide(conn, by, office, day, (LicenceEventKind::Suspended, 0)).await?;
    }
    Ok(())
}

/// From now on the offices of a network read mail: the statements of its last settlement are sent, not those of all.
pub async fn subscribe(conn: &mut Connection, offices: &[PlannedOffice], network: &str) -> Done<()> {
    let emails: Vec<(String, Option<String>)> = offices
        .iter()
        .filter(|office| office.network == network && !office.code.ends_with(WITHOUT_ADDRESS))
        .map(|office| {
            (
                licensee(office),
                Some(format!("{}@daftar.example", licensee(office))),
            )
        })
        .collect();
    change_emails(conn, &Originator::host(), &emails).await
}

async fn decide(
    conn: &mut Connection,
    by: &Originator,
    office: Option<&PlannedOffice>,
    day: NaiveDate,
    (kind, backdated_days): (LicenceEventKind, i64),
) -> Done<()> {
    let Some(office) = office else { return Ok(()) };
    let at = moment(day, DECIDES_AT_HOUR);
    let entry = LicenceEventEntry {
        office: office.code.clone(),
        network: office.network.to_owned(),
        kind,
        effective_at: (at - Duration::days(backdated_days)).into(),
        deciding_body: "هیئت رسیدگی به تخلفات".to_owned(),
        decision: format!("H-{}-{}", office.code, day.format("%Y%m%d")),
        instrument: None,
        evidence: Some("بازرسی".to_owned()),
    };
    record_licence_event(conn, by, at, &entry).await.map(drop)
}
