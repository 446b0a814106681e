//! Networks as people read them. Never here: their rules' version, which recorders compare.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::schema::{currency_units, networks};
use crate::store::word::Word;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable)]
pub struct NetworkRow {
    pub id: i16,
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    #[diesel(deserialize_as = Word<Tz>)]
    pub time_zone: Tz,
    pub cycle: String,
    pub first_window_starts_at: DateTime<Utc>,
    pub unit: String,
    pub payout_threshold: i64,
    pub carried_cycles_max: i16,
    pub remittance_due_days: i16,
    pub lateness_max_days: i16,
}

pub async fn all_networks(conn: &mut Connection) -> Stored<Vec<NetworkRow>> {
    Ok(networks::table
        .inner_join(currency_units::table.on(currency_units::id.eq(networks::unit_id)))
        .select((
            networks::id,
            networks::code,
            networks::name_fa,
            networks::name_en,
            networks::time_zone,
            networks::cycle,
            networks::first_window_starts_at,
            currency_units::code,
            networks::payout_threshold,
            networks::carried_cycles_max,
            networks::remittance_due_days,
            networks::lateness_max_days,
        ))
        .order(networks::code)
        .load(conn)
        .await?)
}
