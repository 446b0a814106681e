//! What one statement says, from the material read for many. Never here: SQL, sealing (see `domain::statement`).

use super::material::{Material, Whose, destination_name};
use super::totals::Totals;
use super::{Issuing, Written};
use crate::domain::demand::still_open;
use crate::domain::money::Amount;
use crate::domain::settlement::SettledLine;
use crate::domain::statement::{
    CarryReason, Cycle, DestinationPosition, Due, DueKind, FORMAT_VERSION, HeldItem, Interval, Movement,
    MovementKind, Names, Network, PreviousStatement, Statement, StatementContent, StatementDigest,
    statement_number,
};
use crate::domain::zone::last_day_before;
use crate::store::StoreFailure;
use crate::store::statement::{DemandRow, IncomingRow};
use crate::usecases::settling::wording::hold_cause;
use crate::usecases::{Done, Failure};

pub(super) fn written(
    issuing: &Issuing<'_>,
    material: &Material,
    of_whom: Whose,
    lines: &[&SettledLine],
) -> Done<Written> {
    let (party, unit) = of_whom;
    let content = content(issuing, material, of_whom, lines)?;
    let (number, language) = (content.number.clone(), content.language.code());
    let statement = Statement::new(content)
        .map_err(|refused| Failure::Internal(format!("statement {number}: {refused}")))?;
    Ok(Written {
        party,
        unit,
        language,
        digest: statement.digest(),
        statement,
    })
}

fn content(
    issuing: &Issuing<'_>,
    material: &Material,
    of_whom: Whose,
    lines: &[&SettledLine],
) -> Done<StatementContent> {
    let missing = |what: &str| Failure::Internal(format!("{what} {} is not stored", of_whom.0));
    let (party, language) = material.parties.get(&of_whom.0).ok_or_else(|| missing("party"))?;
    let unit = issuing
        .units
        .get(&of_whom.1)
        .ok_or_else(|| missing("unit of party"))?;
    let previous = previous(material, of_whom)?;
    let last = material.last.get(&of_whom);
    let sequence = last.map_or(1, |last| u32::try_from(last.ordinal).unwrap_or(0) + 1);
    let totals = Totals::of(issuing, material, of_whom)?;
    Ok(StatementContent {
        format: FORMAT_VERSION,
        number: statement_number(&issuing.network.code, &party.code, &unit.code, sequence),
        sequence,
        network: network(issuing),
        party: party.clone(),
        unit: unit.clone(),
        interval: Interval {
            from: last.map_or(issuing.window.starts_at, |last| last.next_starts_at),
            until: issuing.window.ends_at,
            time_zone: issuing.network.time_zone,
            period: issuing.window.period_key.clone(),
        },
        issued_at: issuing.at,
        language: *language,
        previous,
        positions: lines.iter().map(|line| position(issuing, line)).collect(),
        services: totals.services,
        earlier: totals.earlier,
        counts: Some(totals.counts),
        movements: movements(material, of_whom)?,
        held: lines.iter().flat_map(|line| held(issuing, line)).collect(),
        dues: dues(issuing, material, of_whom, lines)?,
        cycles: cycles(issuing, material, of_whom),
        verification_url_base: issuing.network.verification_url.clone(),
    })
}

fn network(issuing: &Issuing<'_>) -> Network {
    Network {
        code: issuing.network.code.clone(),
        names: Names::new(&issuing.network.name_fa, &issuing.network.name_en),
        contact: issuing.network.contact.clone(),
    }
}

fn previous(material: &Material, of_whom: Whose) -> Done<Option<PreviousStatement>> {
    let Some(last) = material.last.get(&of_whom) else {
        return Ok(None);
    };
    let digest: [u8; 32] = last
        .digest
        .as_slice()
        .try_into()
        .map_err(|_| StoreFailure::corrupt("statements", &last.number, "no SHA-256 digest"))?;
    Ok(Some(PreviousStatement {
        number: last.number.clone(),
        digest: StatementDigest::from_bytes(digest),
        closings: material.closings.get(&of_whom).cloned().unwrap_or_default(),
    }))
}

fn position(issuing: &Issuing<'_>, line: &SettledLine) -> DestinationPosition {
    let (moved, position) = (line.position.moved(), &line.position);
    let payout = issuing.payouts.get(&line.chain);
    let carry_reason = if position.closing().is_negative() {
        Some(CarryReason::OwedByParty)
    } else if payout.is_some_and(|payout| payout.iban.is_none()) {
        Some(CarryReason::NoVerifiedAccount)
    } else if position.carried_cycles() > 0 {
        Some(CarryReason::BelowThreshold {
            threshold: Amount::from_minor(issuing.network.payout_threshold),
        })
    } else {
        None
    };
    DestinationPosition {
        destination: destination_name(&line.chain.destination.deposit_identifier),
        opening: moved.opening,
        earned: moved.earned,
        collected: moved.collected,
        memos: moved.memos,
        remitted: moved.remitted,
        returned: moved.returned,
        before: position.before(),
        held: position.held(),
        payable: position.payable(),
        paid: position.paid(),
        closing: position.closing(),
        carry_reason,
    }
}

fn movements(material: &Material, of_whom: Whose) -> Done<Vec<Movement>> {
    let rows = material.incoming.get(&of_whom).into_iter().flatten();
    Ok(Movement::told(rows.map(movement).collect::<Done<_>>()?)?)
}

fn movement(row: &IncomingRow) -> Done<Movement> {
    let kind = match row.kind.as_str() {
        "remitted" => MovementKind::Remitted,
        "returned" => MovementKind::Returned,
        other => return Err(Failure::Internal(format!("no movement is {other}"))),
    };
    Ok(Movement {
        destination: destination_name(&row.deposit_identifier),
        kind,
        booked_at: row.booked_at,
        reference: row.reference.clone(),
        reason: row.reason.clone(),
        amount: Amount::from_minor(row.amount),
    })
}

fn held(issuing: &Issuing<'_>, line: &SettledLine) -> Vec<HeldItem> {
    let destination = destination_name(&line.chain.destination.deposit_identifier);
    let items = line.holds.by_cause().map(|(cause, amount)| HeldItem {
        destination: destination.clone(),
        cause: hold_cause(cause, &issuing.offices),
        amount,
    });
    items.collect()
}

fn dues(
    issuing: &Issuing<'_>,
    material: &Material,
    of_whom: Whose,
    lines: &[&SettledLine],
) -> Done<Vec<Due>> {
    let mut dues = Vec::new();
    for line in lines {
        dues.extend(payout_due(issuing, line));
        dues.extend(remittances_due(issuing, material, of_whom, line)?);
    }
    Ok(dues)
}

fn payout_due(issuing: &Issuing<'_>, line: &SettledLine) -> Option<Due> {
    let payout = issuing.payouts.get(&line.chain)?;
    Some(Due {
        destination: destination_name(&line.chain.destination.deposit_identifier),
        kind: DueKind::Payout,
        amount: payout.amount,
        due_on: issuing.payable_on,
        reference: format!("{}-P{}", issuing.network.code, payout.id),
    })
}

/// Each demand that is open, with what is open of it, under the reference and day that it was made with.
fn remittances_due(
    issuing: &Issuing<'_>,
    material: &Material,
    of_whom: Whose,
    line: &SettledLine,
) -> Done<Vec<Due>> {
    let identifier = &line.chain.destination.deposit_identifier;
    let of_party = material.demands.get(&of_whom).into_iter().flatten();
    let demands: Vec<&DemandRow> = of_party.filter(|d| d.deposit_identifier == *identifier).collect();
    let demanded: Vec<Amount> = demands.iter().map(|d| Amount::from_minor(d.amount)).collect();
    let open = still_open(line.position.remittance_due(), &demanded)?;
    let due = |(demand, amount): (&DemandRow, Amount)| Due {
        destination: destination_name(identifier),
        kind: DueKind::Remittance,
        amount,
        due_on: last_day_before(issuing.network.time_zone, demand.due_at),
        reference: demand.reference.clone(),
    };
    let open = demands
        .into_iter()
        .zip(open)
        .filter(|(_, amount)| !amount.is_zero());
    Ok(open.map(due).collect())
}

/// From the party's first cycle among the last ones on; a cycle in which nothing was settled for it is an empty bar.
fn cycles(issuing: &Issuing<'_>, material: &Material, of_whom: Whose) -> Vec<Cycle> {
    let Some(sums) = material.cycles.get(&of_whom) else {
        return Vec::new();
    };
    let first = sums.keys().next().copied().unwrap_or(i32::MAX);
    let since = issuing.periods.iter().filter(|(ordinal, _)| *ordinal >= first);
    since
        .map(|(ordinal, period)| {
            let (earned, paid) = sums.get(ordinal).copied().unwrap_or_default();
            Cycle {
                period: period.clone(),
                earned,
                paid,
            }
        })
        .collect()
}
