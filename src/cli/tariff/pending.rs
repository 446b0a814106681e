//! Drafts of tariffs on their way into force: listed, approved by another than their maker, published or
//! withdrawn. Never here: drafting.

use std::fmt::Write;

use clap::Args;
use serde_json::json;

use crate::cli::acting::{Acting, connected};
use crate::cli::output;
use crate::domain::originator::Originator;
use crate::host::database::PooledConnection;
use crate::host::{Host, clock};
use crate::usecases::Done;
use crate::usecases::reading::tariffs::{PendingTariff, list_pending_tariffs};
use crate::usecases::tariff::{approve_tariffs, publish_tariffs, withdraw_tariffs};

#[derive(Debug, Args)]
pub struct PendingArgs {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct DecideArgs {
    /// Ids of versions.
    #[arg(required_unless_present = "all")]
    ids: Vec<i32>,
    /// All that are pending.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    acting: Acting,
}

#[derive(Debug, Args)]
pub struct WithdrawArgs {
    /// Ids of versions.
    #[arg(required = true)]
    ids: Vec<i32>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    acting: Acting,
}

pub(super) async fn list(args: &PendingArgs, host: &Host) -> Done<String> {
    let pending = list_pending_tariffs(&mut *connected(host).await?, &Originator::host()).await?;
    if args.json {
        return Ok(json!(pending).to_string());
    }
    let mut text = format!(
        "{:<8}{:<16}{:<40}{:<12}{:<10}made by\n",
        "id", "network", "service", "from", "state"
    );
    for tariff in pending {
        let _ = writeln!(
            text,
            "{:<8}{:<16}{:<40}{:<12}{:<10}{}",
            tariff.id,
            tariff.network,
            tariff.service,
            tariff.first_day.to_string(),
            tariff.state,
            tariff.made_by
        );
    }
    Ok(text)
}

pub(super) async fn approve(args: &DecideArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = args.acting.person(&mut conn).await?;
    let ids = asked(&mut conn, args, "draft").await?;
    approve_tariffs(&mut conn, &by, clock::now(), &ids).await?;
    let answer = json!({ "approved": ids });
    Ok(output::answer(args.json, &answer, |_| {
        format!("{} versions are approved", ids.len())
    }))
}

pub(super) async fn publish(args: &DecideArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = args.acting.person(&mut conn).await?;
    let ids = asked(&mut conn, args, "approved").await?;
    publish_tariffs(&mut conn, &by, clock::now(), &ids).await?;
    let answer = json!({ "published": ids });
    Ok(output::answer(args.json, &answer, |_| {
        format!("{} versions are in force", ids.len())
    }))
}

pub(super) async fn withdraw(args: &WithdrawArgs, host: &Host) -> Done<String> {
    let mut conn = connected(host).await?;
    let by = args.acting.person(&mut conn).await?;
    withdraw_tariffs(&mut conn, &by, clock::now(), &args.ids).await?;
    let answer = json!({ "withdrawn": args.ids });
    Ok(output::answer(args.json, &answer, |_| {
        format!("{} versions are withdrawn", args.ids.len())
    }))
}

async fn asked(conn: &mut PooledConnection, args: &DecideArgs, state: &str) -> Done<Vec<i32>> {
    if !args.all {
        return Ok(args.ids.clone());
    }
    let pending: Vec<PendingTariff> = list_pending_tariffs(conn, &Originator::host()).await?;
    let waiting = pending.into_iter().filter(|tariff| tariff.state == state);
    Ok(waiting.map(|tariff| tariff.id).collect())
}
