//! Whose rows are whose: a sender that acts for one party records what concerns that party and nothing else. Never here: what
//! may be read.

use super::{Found, NotBookable, Rulebook};
use crate::domain::binding::LICENSEE;
use crate::domain::transaction::Reason;

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
        let told = "the sender acts for one party, which is neither the licensee of this office nor the agency of this service";
        Err(NotBookable::refused(Reason::NotTheSendersOwn, told))
    }
}
