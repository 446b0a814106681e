//! Statements of SQL that a connection prepares once and keeps. Never here: a formatted string.
//!
//! `diesel::sql_query` prepares and plans anew each time: too much for what recorders say a thousand times a second, and for
//! what takes a good part of its time to plan.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Untyped};

/// SQL whose placeholders `$1`, `$2`, … stand in this order, each once.
pub(super) const fn prepared<'v>(sql: &'static str) -> Prepared<'v> {
    Prepared {
        sql,
        values: Vec::new(),
    }
}

/// A statement and what is bound so far.
pub(super) struct Prepared<'v> {
    sql: &'static str,
    values: Vec<Box<dyn Bindable + Send + 'v>>,
}

/// A value of any kind.
trait Bindable {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

struct Bound<Kind, Value> {
    value: Value,
    kind: PhantomData<fn() -> Kind>,
}

impl<Kind, Value> Bindable for Bound<Kind, Value>
where
    Pg: HasSqlType<Kind>,
    Value: ToSql<Kind, Pg>,
{
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<Kind, Value>(&self.value)
    }
}

impl<'v> Prepared<'v> {
    /// Binds the next placeholder.
    pub(super) fn bind<Kind, Value>(mut self, value: Value) -> Self
    where
        Pg: HasSqlType<Kind>,
        Kind: 'v,
        Value: ToSql<Kind, Pg> + Send + 'v,
    {
        self.values.push(Box::new(Bound {
            value,
            kind: PhantomData,
        }));
        self
    }
}

impl QueryFragment<Pg> for Prepared<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut texts = self.sql.split('$');
        out.push_sql(texts.next().unwrap_or_default());
        let mut values = self.values.iter();
        for text in texts {
            if let Some(value) = values.next() {
                value.push(&mut out)?;
            }
            out.push_sql(text.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        Ok(())
    }
}

impl QueryId for Prepared<'_> {
    type QueryId = ();

    /// The text identifies it.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Prepared<'_> {
    type SqlType = Untyped;
}
