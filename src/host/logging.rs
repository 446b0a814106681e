//! Where log lines go and in which form. Never here: what is logged.

use tracing_subscriber::EnvFilter;

use super::configuration::{Configuration, LogFormat};

/// Log lines go to standard error. A filter that is not understood falls back to `info`.
pub fn start(configuration: &Configuration) {
    let filter = EnvFilter::try_new(&configuration.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start in one process, as in tests, keeps the first.
    let _already = match configuration.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
}
