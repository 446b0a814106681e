//! What the approval of a settlement writes, by columns: positions, hold movements, payouts, demands. Never here: journals
//! (see `journal`), statements (see `statement`).

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::{Connection, Stored};
use crate::domain::money::Amount;
use crate::domain::settlement::{Chain, SettledLine};

/// Whose approval writes, and where it counts.
#[derive(Clone, Copy, Debug)]
pub struct Approval {
    pub settlement_id: i32,
    pub network_id: i16,
    pub window_id: i32,
    pub at: DateTime<Utc>,
}

/// A payout as it was ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderedPayout {
    pub id: i64,
    pub amount: Amount,
    /// Copied from the destination's account; `None` while there is none, and then it waits.
    pub iban: Option<String>,
}

/// What a party is asked to send, and by when.
#[derive(Clone, Debug)]
pub struct NewDemand {
    pub chain: Chain,
    pub amount: Amount,
    pub reference: String,
    pub due_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct InsertedPayout {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Integer)]
    party_id: i32,
    #[diesel(sql_type = Text)]
    deposit_identifier: String,
    #[diesel(sql_type = SmallInt)]
    unit_id: i16,
    #[diesel(sql_type = BigInt)]
    amount: i64,
    #[diesel(sql_type = Nullable<Text>)]
    iban: Option<String>,
}

/// Chains by columns.
#[derive(Default)]
struct ChainColumns<'a> {
    party_ids: Vec<i32>,
    deposit_identifiers: Vec<&'a str>,
    unit_ids: Vec<i16>,
}

impl<'a> ChainColumns<'a> {
    fn of(chains: impl Iterator<Item = &'a Chain>) -> Self {
        let mut columns = Self::default();
        for chain in chains {
            columns.party_ids.push(chain.destination.party);
            columns
                .deposit_identifiers
                .push(&chain.destination.deposit_identifier);
            columns.unit_ids.push(chain.unit);
        }
        columns
    }
}

pub async fn insert_positions(
    conn: &mut Connection,
    approval: Approval,
    lines: &[SettledLine],
) -> Stored<()> {
    let chains = ChainColumns::of(lines.iter().map(|line| &line.chain));
    let amounts =
        |of: fn(&SettledLine) -> Amount| -> Vec<i64> { lines.iter().map(|line| of(line).minor()).collect() };
    let carried: Vec<i16> = lines
        .iter()
        .map(|line| i16::try_from(line.position.carried_cycles()).unwrap_or(i16::MAX))
        .collect();
    diesel::sql_query(include_str!("approval/insert_positions.sql"))
        .bind::<Integer, _>(approval.settlement_id)
        .bind::<Array<Integer>, _>(&chains.party_ids)
        .bind::<Array<Text>, _>(&chains.deposit_identifiers)
        .bind::<Array<SmallInt>, _>(&chains.unit_ids)
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.moved().opening))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.moved().earned))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.moved().collected))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.moved().memos))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.moved().remitted))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.moved().returned))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.before()))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.active_holds()))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.held()))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.payable()))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.paid()))
        .bind::<Array<BigInt>, _>(amounts(|line| line.position.closing()))
        .bind::<Array<SmallInt>, _>(carried)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_hold_movements(
    conn: &mut Connection,
    approval: Approval,
    lines: &[SettledLine],
) -> Stored<()> {
    let movements = || {
        lines
            .iter()
            .flat_map(|line| line.hold_movements.iter().map(move |m| (line, m)))
    };
    let chains = ChainColumns::of(movements().map(|(line, _)| &line.chain));
    let causes: Vec<String> = movements().map(|(_, m)| m.cause.to_string()).collect();
    let amounts: Vec<i64> = movements().map(|(_, m)| m.amount.minor()).collect();
    if amounts.is_empty() {
        return Ok(());
    }
    diesel::sql_query(include_str!("approval/insert_hold_movements.sql"))
        .bind::<Integer, _>(approval.settlement_id)
        .bind::<Integer, _>(approval.window_id)
        .bind::<Array<Integer>, _>(&chains.party_ids)
        .bind::<Array<Text>, _>(&chains.deposit_identifiers)
        .bind::<Array<SmallInt>, _>(&chains.unit_ids)
        .bind::<Array<Text>, _>(causes)
        .bind::<Array<BigInt>, _>(amounts)
        .execute(conn)
        .await?;
    Ok(())
}

/// Orders a payout for each line that pays. Their ids grow in the order in which they leave.
pub async fn insert_payouts(
    conn: &mut Connection,
    approval: Approval,
    lines: &[SettledLine],
) -> Stored<HashMap<Chain, OrderedPayout>> {
    let paying = || lines.iter().filter(|line| !line.position.paid().is_zero());
    let chains = ChainColumns::of(paying().map(|line| &line.chain));
    let amounts: Vec<i64> = paying().map(|line| line.position.paid().minor()).collect();
    let inserted: Vec<InsertedPayout> = diesel::sql_query(include_str!("approval/insert_payouts.sql"))
        .bind::<Integer, _>(approval.settlement_id)
        .bind::<SmallInt, _>(approval.network_id)
        .bind::<Timestamptz, _>(approval.at)
        .bind::<Array<Integer>, _>(&chains.party_ids)
        .bind::<Array<Text>, _>(&chains.deposit_identifiers)
        .bind::<Array<SmallInt>, _>(&chains.unit_ids)
        .bind::<Array<BigInt>, _>(amounts)
        .load(conn)
        .await?;
    Ok(inserted.into_iter().map(InsertedPayout::ordered).collect())
}

pub async fn insert_demands(conn: &mut Connection, approval: Approval, demands: &[NewDemand]) -> Stored<()> {
    let chains = ChainColumns::of(demands.iter().map(|demand| &demand.chain));
    let amounts: Vec<i64> = demands.iter().map(|demand| demand.amount.minor()).collect();
    let references: Vec<&str> = demands.iter().map(|demand| demand.reference.as_str()).collect();
    let due: Vec<DateTime<Utc>> = demands.iter().map(|demand| demand.due_at).collect();
    diesel::sql_query(include_str!("approval/insert_demands.sql"))
        .bind::<Integer, _>(approval.settlement_id)
        .bind::<Array<Integer>, _>(&chains.party_ids)
        .bind::<Array<Text>, _>(&chains.deposit_identifiers)
        .bind::<Array<SmallInt>, _>(&chains.unit_ids)
        .bind::<Array<BigInt>, _>(amounts)
        .bind::<Array<Text>, _>(references)
        .bind::<Array<Timestamptz>, _>(due)
        .execute(conn)
        .await?;
    Ok(())
}

impl InsertedPayout {
    fn ordered(self) -> (Chain, OrderedPayout) {
        let chain = Chain::new(self.party_id, self.deposit_identifier, self.unit_id);
        let ordered = OrderedPayout {
            id: self.id,
            amount: Amount::from_minor(self.amount),
            iban: self.iban,
        };
        (chain, ordered)
    }
}
