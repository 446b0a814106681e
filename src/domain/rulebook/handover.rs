//! Out of whose till an office gives money back, when it has changed hands since it took the money. Never here: how much it gives
//! back, how parties are called.

use super::{Case, NotBookable, Rulebook};
use crate::domain::binding::LICENSEE;
use crate::domain::transaction::{Holder, Reason};

/// An office that one party held when something happened there, and another when it was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandedOver {
    pub former: i32,
    pub present: i32,
}

impl Rulebook {
    /// If the money is said to come back from the office, and that had another licensee by the binding of the original than when it
    /// was given back. A transaction has one binding, which is its original's: the former would be credited with what the other paid
    /// (money rule 6).
    pub fn handed_over(
        &self,
        case: Case<'_>,
        office: i32,
        network: i16,
        original_binding: i32,
    ) -> Option<HandedOver> {
        if case.row.holder != Holder::Office {
            return None;
        }
        let former = self.binding(office, original_binding)?.binding.party(LICENSEE)?;
        let present = self.licensee(office, self.network(network)?, case)?;
        (former != present).then_some(HandedOver { former, present })
    }
}

impl HandedOver {
    /// Why what takes back waits then, with the codes of both.
    pub fn told(former: &str, present: &str) -> NotBookable {
        let told = format!(
            "{former} held the office when its original happened, and {present} when this did: what {present} paid would be credited \
             to {former}; if it was not the office that gave the money back, say `agency` or `central`, and else the two settle it \
             outside of these books"
        );
        NotBookable::quarantined(Reason::GivenBackByAnother, told)
    }
}
