//! Offices as they are listed and found. Never here: the state of their licences, which is folded from events.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};
use diesel_async::RunQueryDsl;

use crate::store::schema::offices;
use crate::store::{Connection, Stored};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = offices)]
pub struct OfficeRow {
    pub id: i32,
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    pub province: String,
    pub county: String,
    pub district: String,
    pub setting: String,
}

/// Which offices are wanted; `None` leaves a filter out.
#[derive(Clone, Debug, Default)]
pub struct OfficesWanted {
    pub province: Option<String>,
    pub setting: Option<&'static str>,
    /// Those with a licence in this network, of whatever state.
    pub network: Option<String>,
    /// Those of which this party is or was the licensee.
    pub party_id: Option<i32>,
}

/// The next `rows` offices after a code, in the order of their codes.
pub async fn list_offices(
    conn: &mut Connection,
    wanted: &OfficesWanted,
    after: Option<&str>,
    rows: i64,
) -> Stored<Vec<OfficeRow>> {
    let mut query = offices::table.select(OfficeRow::as_select()).into_boxed();
    if let Some(code) = after {
        query = query.filter(offices::code.gt(code.to_owned()));
    }
    if let Some(province) = &wanted.province {
        query = query.filter(offices::province.eq(province.clone()));
    }
    if let Some(setting) = wanted.setting {
        query = query.filter(offices::setting.eq(setting));
    }
    if let Some(network) = &wanted.network {
        query = query.filter(licensed_in(network));
    }
    if let Some(party_id) = wanted.party_id {
        query = query.filter(licensed_to(party_id));
    }
    Ok(query.order(offices::code).limit(rows).load(conn).await?)
}

pub async fn stands_in(conn: &mut Connection, province: &str) -> Stored<bool> {
    let offices = offices::table.filter(offices::province.eq(province));
    Ok(diesel::select(diesel::dsl::exists(offices))
        .get_result(conn)
        .await?)
}

/// The office of this code, if it is anybody's, or this party's when one is named.
pub async fn find_office(
    conn: &mut Connection,
    code: &str,
    party_id: Option<i32>,
) -> Stored<Option<OfficeRow>> {
    let mut query = offices::table
        .filter(offices::code.eq(code.to_owned()))
        .select(OfficeRow::as_select())
        .into_boxed();
    if let Some(party_id) = party_id {
        query = query.filter(licensed_to(party_id));
    }
    Ok(query.first(conn).await.optional()?)
}

/// By the index on the licensee of bindings.
fn licensed_to(party_id: i32) -> Box<dyn BoxableExpression<offices::table, diesel::pg::Pg, SqlType = Bool>> {
    let of_party = "EXISTS (SELECT FROM bindings b WHERE b.office_id = offices.id AND b.party_ids[1] = ";
    Box::new(
        diesel::dsl::sql::<Bool>(of_party)
            .bind::<Integer, _>(party_id)
            .sql(")"),
    )
}

fn licensed_in(network: &str) -> Box<dyn BoxableExpression<offices::table, diesel::pg::Pg, SqlType = Bool>> {
    let in_network = "EXISTS (SELECT FROM licences l JOIN networks n ON n.id = l.network_id \
        WHERE l.office_id = offices.id AND n.code = ";
    Box::new(
        diesel::dsl::sql::<Bool>(in_network)
            .bind::<Text, _>(network.to_owned())
            .sql(")"),
    )
}
