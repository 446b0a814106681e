//! `daftar window`: the windows of a network and their exceptions, closing and sealing them by hand.
//! Never here: when one may be (`domain::window`).

use std::fmt::Write;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::acting::{Acting, connected};
use super::list;
use super::output;
use crate::domain::originator::Originator;
use crate::domain::page::Asked;
use crate::host::Host;
use crate::host::clock;
use crate::host::patience::Patience;
use crate::usecases::Done;
use crate::usecases::close_window::{ClosedWindow, close_next_window};
use crate::usecases::reading::exceptions::{PairView, list_exceptions};
use crate::usecases::reading::windows::{WindowView, list_windows};
use crate::usecases::seal_window::{SealedWindow, seal_next_window};

/// The windows of a network: list, exceptions, close, seal.
#[derive(Debug, Args)]
pub struct WindowArgs {
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: WindowVerb,
}

#[derive(Debug, Subcommand)]
pub enum WindowVerb {
    /// The newest windows of a network with their states.
    List {
        network: String,
        #[arg(long, default_value_t = 20, value_parser = list::rows())]
        limit: u32,
    },
    /// A reference that a sender used at two offices for the same service and amount, by the window of the second.
    Exceptions {
        /// The window, by its id.
        window: i32,
        #[arg(long, default_value_t = 200, value_parser = list::rows())]
        limit: u32,
    },
    /// Close all windows of a network that have ended, in their order.
    Close {
        network: String,
        #[command(flatten)]
        acting: Acting,
    },
    /// Prove and post all closed windows of a network, in their order.
    Seal {
        network: String,
        #[command(flatten)]
        acting: Acting,
    },
}

pub async fn carry_out(args: &WindowArgs, host: &Host) -> Done<String> {
    match &args.verb {
        WindowVerb::List { network, limit } => list(host, network, *limit, args.json).await,
        WindowVerb::Exceptions { window, limit } => exceptions(host, *window, *limit, args.json).await,
        WindowVerb::Close { network, acting } => close(host, network, acting, args.json).await,
        WindowVerb::Seal { network, acting } => seal(host, network, acting, args.json).await,
    }
}

async fn list(host: &Host, network: &str, limit: u32, as_json: bool) -> Done<String> {
    let mut conn = connected(host).await?;
    let asked = Asked::first(limit);
    let found = list_windows(&mut conn, &Originator::host(), clock::now(), network, &asked).await?;
    Ok(output::answer(as_json, found.items.as_slice(), windows_text))
}

fn windows_text(windows: &[WindowView]) -> String {
    let mut text = format!(
        "{:>8}{:>9}  {:<14}{:<22}{:<22}{:<9}settlement\n",
        "id", "ordinal", "period", "starts", "ends", "state"
    );
    for window in windows {
        let settlement = window.settlement.map_or_else(String::new, |id| {
            format!("{} {id}", window.settlement_state.as_deref().unwrap_or_default())
        });
        let _ = writeln!(
            text,
            "{:>8}{:>9}  {:<14}{:<22}{:<22}{:<9}{settlement}",
            window.id,
            window.ordinal,
            window.period,
            window.starts_at.format("%Y-%m-%d %H:%M Z"),
            window.ends_at.format("%Y-%m-%d %H:%M Z"),
            window.state
        );
    }
    text
}

async fn exceptions(host: &Host, window: i32, limit: u32, as_json: bool) -> Done<String> {
    let mut conn = connected(host).await?;
    let asked = Asked::first(limit);
    let found = list_exceptions(&mut conn, &Originator::host(), window, &asked).await?;
    let mut text = told(
        &found.items,
        as_json,
        "no reference was used at two offices",
        pair_text,
    );
    if found.more && !as_json {
        text += "\nthere are more: --limit";
    }
    Ok(text)
}

fn pair_text(pair: &PairView) -> String {
    let [first, second] = &pair.transactions;
    format!(
        "{} {}: {} of {} at {} ({}) and at {} ({})",
        pair.sender,
        pair.reference,
        pair.service,
        pair.amount.minor(),
        first.office,
        first.id,
        second.office,
        second.id
    )
}

async fn close(host: &Host, network: &str, acting: &Acting, as_json: bool) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = acting.person(&mut conn).await?;
    let mut closed: Vec<ClosedWindow> = Vec::new();
    let mut patience = Patience::default();
    loop {
        match close_next_window(&mut conn, &by, clock::now(), network).await {
            Ok(Some(window)) => closed.push(window),
            Ok(None) => break,
            Err(failure) if failure.is_passing() && patience.waited().await => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(told(
        &closed,
        as_json,
        "no window has ended that is not closed",
        |w| format!("closed {} {} (window {})", w.network, w.period, w.id),
    ))
}

async fn seal(host: &Host, network: &str, acting: &Acting, as_json: bool) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = acting.person(&mut conn).await?;
    let mut sealed: Vec<SealedWindow> = Vec::new();
    while let Some(window) = seal_next_window(&mut conn, &by, clock::now(), network).await? {
        sealed.push(window);
    }
    Ok(told(
        &sealed,
        as_json,
        "no closed window is to be sealed",
        sealed_text,
    ))
}

fn sealed_text(window: &SealedWindow) -> String {
    format!(
        "sealed {} {} (window {})\n  transactions {}  batches {}  journals {}\n  \
         amounts {}  principals {}  earned {}  collected {}\n  root {}",
        window.network,
        window.period,
        window.id,
        window.transaction_count,
        window.batch_count,
        window.journal_count,
        window.amount_sum,
        window.principal_sum,
        window.earned_sum,
        window.collected_sum,
        window.root
    )
}

fn told<T: Serialize>(done: &[T], as_json: bool, nothing: &str, line: impl Fn(&T) -> String) -> String {
    if as_json {
        return json!(done).to_string();
    }
    if done.is_empty() {
        return nothing.to_owned();
    }
    done.iter().map(line).collect::<Vec<_>>().join("\n")
}
