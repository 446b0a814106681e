//! Statements of SQL that a connection prepares once and keeps. Never here: a formatted string.
//!
//! `diesel::sql_query` prepares anew each time, which costs a round trip: too much for what recorders say a thousand
//! times a second.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// SQL whose placeholders `$1`, `$2`, … stand in this order, each once.
pub(super) const fn prepared(sql: &'static str) -> Prepared<Opening> {
    Prepared {
        head: Opening,
        tail: sql,
    }
}

/// What is bound so far, and the SQL after it.
pub(super) struct Prepared<Head> {
    head: Head,
    tail: &'static str,
}

/// Nothing is bound yet.
pub(super) struct Opening;

/// The text before a placeholder, and its value.
pub(super) struct Bound<Head, Kind, Value> {
    head: Head,
    text: &'static str,
    value: Value,
    kind: PhantomData<Kind>,
}

impl<Head> Prepared<Head> {
    /// Binds the next placeholder.
    pub(super) fn bind<Kind, Value>(self, value: Value) -> Prepared<Bound<Head, Kind, Value>> {
        let (text, after) = self.tail.split_once('$').unwrap_or((self.tail, ""));
        Prepared {
            head: Bound {
                head: self.head,
                text,
                value,
                kind: PhantomData,
            },
            tail: after.trim_start_matches(|c: char| c.is_ascii_digit()),
        }
    }
}

impl QueryFragment<Pg> for Opening {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        Ok(())
    }
}

impl<Head, Kind, Value> QueryFragment<Pg> for Bound<Head, Kind, Value>
where
    Head: QueryFragment<Pg>,
    Pg: HasSqlType<Kind>,
    Value: ToSql<Kind, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.head.walk_ast(out.reborrow())?;
        out.push_sql(self.text);
        out.push_bind_param::<Kind, Value>(&self.value)
    }
}

impl<Head: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<Head> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.head.walk_ast(out.reborrow())?;
        out.push_sql(self.tail);
        Ok(())
    }
}

impl<Head> QueryId for Prepared<Head> {
    type QueryId = ();

    /// The text identifies it.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Head> Query for Prepared<Head> {
    type SqlType = Untyped;
}
