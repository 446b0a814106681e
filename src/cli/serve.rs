//! `daftar serve`: the web server and the jobs in one process, on one database. Never here: what either of them does.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::{output, unavailable};
use crate::domain::timetable::Timetable;
use crate::host::configuration::Configuration;
use crate::host::postgres::Purpose;
use crate::host::signal::EndWished;
use crate::host::{self, Host, clock};
use crate::jobs::files::timetable;
use crate::jobs::{self, Jobs, Working};
use crate::usecases::{Done, Failure};
use crate::web::AppState;
use crate::web::proxies::Proxies;
use crate::web::server::{self, Listening};

/// Serve the API and the pages, and run the jobs.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Folder whose *.toml files replace the embedded timetable.
    #[arg(long = "jobs", value_name = "DIR")]
    jobs_folder: Option<PathBuf>,
    /// Run no jobs: another server does.
    #[arg(long, conflicts_with = "jobs_folder")]
    no_jobs: bool,
}

/// Serves until Ctrl-C or SIGTERM. Then requests end first, then jobs, then the private PostgreSQL.
pub async fn serve(args: &ServeArgs, configuration: Configuration) -> Done<String> {
    let timetable = timetable_of(args)?;
    let end = EndWished::listen().map_err(|error| Failure::Internal(error.to_string()))?;
    let listening = Listening {
        address: args.listen.unwrap_or(configuration.listen),
        workers: configuration.workers,
    };
    let host = host::start(configuration, Purpose::Serve)
        .await
        .map_err(unavailable)?;
    let announce = |address| output::say(&format!("Daftar serves at http://{address}/"));
    let served = serve_on(&host, timetable, listening, end, announce).await;
    host.stop().await.map_err(unavailable)?;
    served
}

/// Serves on a host that is ready, and says where once it does.
pub async fn serve_on<T>(
    host: &Host,
    timetable: Option<Timetable>,
    listening: Listening,
    mut end: EndWished,
    announce: impl FnOnce(SocketAddr) -> T,
) -> Done<String> {
    let proxies = Proxies::new(host.configuration.trusted_proxies.clone());
    let state = AppState::new(host.pool.clone(), clock::now)
        .behind(proxies)
        .spooling_in(host.configuration.data_dir.clone());
    let end_wished = async move {
        let signal = end.heard().await;
        tracing::info!(signal, "ending: requests first, then jobs");
    };
    let (server, address) =
        server::serve(state, listening, end_wished).map_err(|error| not_free(listening.address, &error))?;
    let working = match timetable {
        Some(timetable) => Some(start_jobs(host, timetable).await?),
        None => None,
    };
    announce(address);
    let ended = server.await;
    if let Some(working) = working {
        working.stop().await;
    }
    ended.map_err(|error| Failure::Internal(error.to_string()))?;
    Ok("Daftar has ended".to_owned())
}

/// What has much to do before it serves asks first.
pub fn require_free(address: SocketAddr) -> Done<()> {
    server::require_free(address).map_err(|error| not_free(address, &error))
}

fn not_free(address: SocketAddr, error: &io::Error) -> Failure {
    Failure::Unavailable(format!(
        "{address}: {error}; give another address by --listen or DAFTAR_LISTEN"
    ))
}

fn timetable_of(args: &ServeArgs) -> Done<Option<Timetable>> {
    if args.no_jobs {
        return Ok(None);
    }
    Ok(Some(timetable(args.jobs_folder.as_deref())?))
}

async fn start_jobs(host: &Host, timetable: Timetable) -> Done<Working> {
    log_where_mail_goes(&host.configuration);
    jobs::start(Jobs::on(host, timetable, "server")).await
}

fn log_where_mail_goes(configuration: &Configuration) {
    if let Some(server) = &configuration.smtp {
        tracing::info!(
            host = server.host,
            port = server.port,
            "mail goes to a mail server"
        );
    } else {
        let folder = configuration.mailbox_dir();
        tracing::info!(folder = %folder.display(), "mail goes into the mailbox folder, and to nobody");
    }
}
