//! What a split presumes of its row: that somebody plays each of its roles, and, where a terminal has split the money, that all of
//! it came from whoever held it. Never here: the split itself (see `tariff`).

use super::{Found, NotBookable};
use crate::domain::binding::Seats;
use crate::domain::take_back::TakenBack;
use crate::domain::tariff::{Allocation, Side, Tariff, TermDeclaration};
use crate::domain::transaction::{Holder, Reason, Submitted};

/// What one allocation presumes of every row that it is shared by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presumption {
    /// The roles that hang on the office and bear or earn something.
    seats: Seats,
    /// Somebody else than the holder bears something.
    is_borne_by_another: bool,
}

impl Presumption {
    /// Shares of nothing presume nothing.
    pub fn of(tariff: &Tariff, allocation: &Allocation) -> Self {
        let shares = allocation.sources().iter().chain(allocation.legs());
        let terms = shares
            .filter(|share| !share.amount.is_zero())
            .filter_map(|share| tariff.term(share.ordinal));
        terms.fold(Self::default(), |presumed, term| Self {
            seats: presumed.seats.with(&term.role),
            is_borne_by_another: presumed.is_borne_by_another || is_another(term),
        })
    }
}

/// Whether a term is borne by somebody else than whoever holds the citizen's money.
fn is_another(term: &TermDeclaration) -> bool {
    term.side == Side::Source && !term.role.is_holder()
}

/// Refuses a part that a terminal is said to have given back, of which another than the holder bore something: that one would never
/// get it back.
///
/// # Errors
/// Quarantined `borne_by_another`.
pub fn admits_part(tariff: &Tariff, row: &Submitted, taken: &TakenBack) -> Result<(), NotBookable> {
    let mut sources = taken.sources.iter().filter(|(_, amount)| !amount.is_zero());
    let is_shared = sources.any(|(ordinal, _)| tariff.term(*ordinal).is_some_and(is_another));
    let is_paid_out = !taken.principal.is_zero() && tariff.principal_term().is_some_and(is_another);
    if row.holder == Holder::SplitAtSource && (is_shared || is_paid_out) {
        return Err(borne_by_another());
    }
    Ok(())
}

fn borne_by_another() -> NotBookable {
    let told = "another than the citizen bears a part of this, which no terminal can have split: say who holds the citizen's part, \
                `office`, `agency` or `central`";
    NotBookable::quarantined(Reason::BorneByAnother, told)
}

impl Found<'_> {
    /// # Errors
    /// Quarantined `role_is_vacant`: what nobody is there to earn or bear would keep its window from being sealed. Quarantined
    /// `borne_by_another`: at a terminal each party is the source of its own leg (money rule 2), so what another is to bear
    /// would be charged to nobody.
    pub fn admits(&self, row: &Submitted, presumed: Presumption) -> Result<(), NotBookable> {
        let principal = row.principal.filter(|principal| !principal.is_zero());
        let biller = principal.and_then(|_| self.tariff.tariff.principal_term());
        let seats = biller.map_or(presumed.seats, |term| presumed.seats.with(&term.role));
        if let Some(role) = self.binding.binding.vacant(seats) {
            let told = format!(
                "the tariff names the {role} of the office, and nobody is on record as such at that time: register who it is"
            );
            return Err(NotBookable::quarantined(Reason::RoleIsVacant, told));
        }
        let is_borne_by_another = presumed.is_borne_by_another || biller.is_some_and(is_another);
        if row.holder == Holder::SplitAtSource && is_borne_by_another {
            return Err(borne_by_another());
        }
        Ok(())
    }
}
