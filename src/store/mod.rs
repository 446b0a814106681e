//! SQL: free functions that take the connection first. Never here: a transaction opened, a rule decided, the time asked.

pub mod failure;
pub mod health;
pub mod locks;
#[rustfmt::skip]
pub mod schema;
pub mod token;

pub use failure::StoreFailure;

/// The one kind of connection that the store speaks to.
pub type Connection = diesel_async::AsyncPgConnection;

/// What a store function returns.
pub type Stored<T> = Result<T, StoreFailure>;
