//! Whose rows are whose: a sender that acts for one party records what concerns that party and nothing else. Never here: what
//! may be read.

use super::{Found, NotBookable, Rulebook};
use crate::domain::binding::LICENSEE;
use crate::domain::transaction::{Reason, Submitted};

const TOLD: &str = "the sender acts for one party, which is neither the licensee of this office nor the agency of this service";

impl Rulebook {
    /// # Errors
    /// Refused `not_the_senders_own` unless the sender acts for nobody in particular, for the office's licensee when it happened,
    /// or for the agency of the service. What it takes back is its own anyway.
    pub fn concerns(&self, acts_for: Option<i32>, found: &Found<'_>) -> Result<(), NotBookable> {
        let agency = self.agencies.get(&found.service).copied();
        let concerned = [found.binding.binding.party(LICENSEE), agency];
        if acts_for.is_none() || concerned.contains(&acts_for) {
            return Ok(());
        }
        Err(NotBookable::refused(Reason::NotTheSendersOwn, TOLD))
    }

    /// Why a row for which no rules, or not what it takes back, were found is not booked: what is none of the sender's business, as far
    /// as office and service are known, does not wait in quarantine for somebody who might release it.
    pub fn unfound(&self, acts_for: Option<i32>, row: &Submitted, why: NotBookable) -> NotBookable {
        let office = self.offices.get(row.office.as_str());
        let (Some(party), Some(office)) = (acts_for, office) else {
            return why;
        };
        let licences = self.licences.get(office).into_iter().flatten();
        let mut bindings = licences.flat_map(|licence| &licence.bindings);
        let is_licensee = bindings.any(|rules| rules.binding.party(LICENSEE) == Some(party));
        let is_agency = match row.service.as_deref() {
            Some(code) => {
                let service = self.services.get(code);
                service.is_none_or(|service| self.agencies.get(service) == Some(&party))
            }
            None => self.agencies.values().any(|agency| *agency == party),
        };
        if is_licensee || is_agency {
            return why;
        }
        NotBookable::refused(Reason::NotTheSendersOwn, TOLD)
    }
}
