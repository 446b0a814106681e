//! Another person than the maker approves drafts. Never here: publication.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use crate::domain::originator::Originator;
use crate::store::{Connection, tariff};
use crate::usecases::{Done, Failure};

pub async fn approve_tariffs(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    ids: &[i32],
) -> Done<()> {
    by.may_decide()?;
    conn.transaction(async |conn| {
        for id in ids {
            approve_tariff(conn, by, at, *id).await?;
        }
        Ok(())
    })
    .await
}

async fn approve_tariff(conn: &mut Connection, by: &Originator, at: DateTime<Utc>, id: i32) -> Done<()> {
    let version = tariff::tariff_version(conn, id)
        .await?
        .ok_or_else(|| Failure::not_found("tariff version", id))?;
    if version.made_by == by.id {
        return Err(Failure::conflict(
            "a_tariff_is_approved_by_another_than_its_maker",
            format!("tariff version {id} was made by {}", by.code),
        ));
    }
    if tariff::set_approved(
        conn,
        id,
        tariff::Deciding {
            originator_id: by.id,
            at,
        },
    )
    .await?
    {
        return Ok(());
    }
    Err(Failure::conflict(
        "only_a_draft_is_approved",
        format!("tariff version {id} is {}", version.state),
    ))
}
