//! A sign of life of the database. Never here: its state.

use diesel_async::RunQueryDsl;

use super::{Connection, Stored};

pub async fn answer(conn: &mut Connection) -> Stored<()> {
    diesel::sql_query("SELECT 1").execute(conn).await?;
    Ok(())
}
