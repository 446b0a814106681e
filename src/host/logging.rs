//! Where log lines go and in which form. Never here: what is logged.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use super::configuration::{Configuration, LogFormat};

/// What others tell of their insides is not told unless the filter names them.
const QUIET: &str = "actix_server=warn,tokio_cron_scheduler=warn";

/// Log lines go to standard error.
pub fn start(configuration: &Configuration) {
    let wanted = format!("{QUIET},{}", configuration.log_filter);
    let filter = EnvFilter::new(wanted);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start in one process, as in tests, keeps the first.
    let _already = match configuration.log_format {
        LogFormat::Text => lines.try_init(),
        // The spans' fields once, in `spans`, and not again as the innermost span.
        LogFormat::Json => lines.json().with_current_span(false).try_init(),
    };
}
