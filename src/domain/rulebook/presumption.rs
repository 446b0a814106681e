//! What a split presumes of its row: that somebody plays each of its roles, and, where a terminal has split the money, that all of
//! it came from whoever held it. Never here: the split itself (see `tariff`).

use super::{Found, NotBookable};
use crate::domain::binding::Seats;
use crate::domain::tariff::{Allocation, Side, Tariff};
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
            is_borne_by_another: presumed.is_borne_by_another
                || (term.side == Side::Source && !term.role.is_holder()),
        })
    }
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
        if row.holder == Holder::SplitAtSource && presumed.is_borne_by_another {
            let told = "another than the citizen bears a part of this fee, which no terminal can have split: say who holds the \
                        citizen's part, `office`, `agency` or `central`";
            return Err(NotBookable::quarantined(Reason::BorneByAnother, told));
        }
        Ok(())
    }
}
