//! All tests against the real PostgreSQL, in one binary so that they share one throwaway cluster.

mod host;
mod schema;
mod world;
