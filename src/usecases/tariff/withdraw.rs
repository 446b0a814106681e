//! Withdraws drafts, and what was approved and not published: they are kept, and stand in nobody's way. Never here: what is in force.

use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;

use crate::domain::originator::Originator;
use crate::store::{Connection, tariff};
use crate::usecases::{Done, Failure};

/// # Errors
/// Conflict `only_what_is_not_in_force_is_withdrawn`.
pub async fn withdraw_tariffs(
    conn: &mut Connection,
    by: &Originator,
    at: DateTime<Utc>,
    ids: &[i32],
) -> Done<()> {
    by.may_register()?;
    conn.transaction(async |conn| {
        for id in ids {
            withdraw_tariff(conn, by, at, *id).await?;
        }
        Ok(())
    })
    .await
}

async fn withdraw_tariff(conn: &mut Connection, by: &Originator, at: DateTime<Utc>, id: i32) -> Done<()> {
    let version = tariff::tariff_version(conn, id)
        .await?
        .ok_or_else(|| Failure::not_found("tariff version", id))?;
    let deciding = tariff::Deciding {
        originator_id: by.id,
        at,
    };
    if tariff::set_withdrawn(conn, id, deciding).await? {
        return Ok(());
    }
    Err(Failure::conflict(
        "only_what_is_not_in_force_is_withdrawn",
        format!("tariff version {id} is {}", version.state),
    ))
}
