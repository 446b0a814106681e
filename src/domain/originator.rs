//! Who asks, and whose name a line bears. Never here: tokens and their hashes.

use serde::{Deserialize, Serialize};

/// A named person, a machine client or a job. An automatic entry never bears a person's name (money rule 25).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Originator {
    pub id: i32,
    pub kind: OriginatorKind,
    pub code: String,
    pub scope: Scope,
    /// For whom it acts: sees only what concerns this party. `None` sees all that its scope allows.
    pub party_id: Option<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OriginatorKind {
    Person,
    Client,
    Job,
}

/// As long as the code of an originator may be.
const CODE_CHARS_MAX: usize = 80;
/// What such a code is, in words.
pub const CODE_TOLD: &str = "1 to 80 of A-Z, a-z, 0-9 and . _ @ -, beginning with a letter or a digit";

/// Whether a text can be the code of a person, a client or a job.
pub fn may_be_code(text: &str) -> bool {
    text.len() <= CODE_CHARS_MAX
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '@' | '-'))
}

/// What a token allows: each scope includes those before it, except that a job never decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Read,
    Record,
    Finance,
}

/// An originator asked for what it may not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{originator} may not {verb}: {reason}")]
pub struct NotAllowed {
    pub originator: String,
    pub verb: &'static str,
    pub reason: &'static str,
}

impl Originator {
    pub fn may_record(&self) -> Result<(), NotAllowed> {
        const VERB: &str = "record transactions";
        self.needs(Scope::Record, VERB, "the token lacks the scope `record`")?;
        match self.kind {
            OriginatorKind::Person | OriginatorKind::Client => Ok(()),
            OriginatorKind::Job => Err(self.refused(VERB, "a job serves nobody at a counter")),
        }
    }

    /// The register, tariffs and tokens.
    pub fn may_register(&self) -> Result<(), NotAllowed> {
        const VERB: &str = "change the register";
        self.needs(Scope::Finance, VERB, "the token lacks the scope `finance`")?;
        self.acts_for_the_network(VERB)
    }

    /// Whoever holds the keys of the host: before anybody is registered there is nobody else to ask.
    pub fn host() -> Self {
        Self {
            id: 0,
            kind: OriginatorKind::Person,
            code: "host".to_owned(),
            scope: Scope::Finance,
            party_id: None,
        }
    }

    pub fn may_settle(&self) -> Result<(), NotAllowed> {
        const VERB: &str = "close, seal or propose";
        self.needs(Scope::Finance, VERB, "the token lacks the scope `finance`")?;
        self.acts_for_the_network(VERB)
    }

    /// Writing down what the network's bank shows.
    pub fn may_receive(&self) -> Result<(), NotAllowed> {
        const VERB: &str = "record remittances";
        self.needs(Scope::Finance, VERB, "the token lacks the scope `finance`")?;
        self.acts_for_the_network(VERB)
    }

    /// Approving, rejecting and answering are decisions of people: a job or a machine may propose, never approve.
    pub fn may_decide(&self) -> Result<(), NotAllowed> {
        self.needs(Scope::Finance, "decide", "the token lacks the scope `finance`")?;
        self.acts_for_the_network("decide")?;
        match self.kind {
            OriginatorKind::Person => Ok(()),
            OriginatorKind::Client | OriginatorKind::Job => {
                Err(self.refused("decide", "only a person decides"))
            }
        }
    }

    /// What concerns the whole house, as whoever acts for one party may not see it.
    pub fn may_see_all(&self, verb: &'static str) -> Result<(), NotAllowed> {
        self.acts_for_the_network(verb)
    }

    /// Account numbers, mail addresses and what mail servers say of them: its own to whoever acts for a party, and all of them to
    /// whoever settles.
    pub fn sees_accounts_and_addresses(&self) -> bool {
        self.party_id.is_some() || self.scope >= Scope::Finance
    }

    /// Whoever acts for one party never decides on the money of all.
    fn acts_for_the_network(&self, verb: &'static str) -> Result<(), NotAllowed> {
        match self.party_id {
            None => Ok(()),
            Some(_) => Err(self.refused(verb, "it acts for one party")),
        }
    }

    fn needs(&self, scope: Scope, verb: &'static str, reason: &'static str) -> Result<(), NotAllowed> {
        if self.scope >= scope {
            Ok(())
        } else {
            Err(self.refused(verb, reason))
        }
    }

    fn refused(&self, verb: &'static str, reason: &'static str) -> NotAllowed {
        NotAllowed {
            originator: self.code.clone(),
            verb,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn originator(kind: OriginatorKind, scope: Scope) -> Originator {
        Originator {
            id: 1,
            kind,
            code: "x".to_owned(),
            scope,
            party_id: None,
        }
    }

    #[test]
    fn a_code_is_a_word_of_its_characters() {
        for (code, may_be) in [
            ("ali.r@desk-1", true),
            ("a", true),
            ("bad code", false),
            (".a", false),
            ("", false),
        ] {
            assert_eq!(may_be_code(code), may_be, "{code}");
        }
        assert!(may_be_code(&"a".repeat(80)) && !may_be_code(&"a".repeat(81)));
    }

    #[test]
    fn a_job_may_propose_and_never_approves_or_records() {
        let job = originator(OriginatorKind::Job, Scope::Finance);
        assert_eq!(job.may_settle(), Ok(()));
        assert!(job.may_decide().is_err());
        assert!(job.may_record().is_err());
        assert_eq!(
            originator(OriginatorKind::Person, Scope::Finance).may_decide(),
            Ok(())
        );
    }

    #[test]
    fn who_acts_for_one_party_neither_registers_nor_proposes_nor_decides() {
        let owner = Originator {
            party_id: Some(7),
            ..originator(OriginatorKind::Person, Scope::Finance)
        };
        assert!(owner.may_register().is_err());
        assert!(owner.may_settle().is_err() && owner.may_decide().is_err());
        assert_eq!(owner.may_record(), Ok(()));
    }

    #[test]
    fn who_acts_for_one_party_does_not_see_all_and_whoever_else_reads_does() {
        let reader = originator(OriginatorKind::Client, Scope::Read);
        assert_eq!(reader.may_see_all("see the jobs"), Ok(()));
        let owner = Originator {
            party_id: Some(7),
            ..reader
        };
        let told = owner
            .may_see_all("see the jobs")
            .map_err(|refused| refused.to_string());
        assert_eq!(
            told,
            Err("x may not see the jobs: it acts for one party".to_owned())
        );
    }

    #[test]
    fn accounts_and_addresses_are_for_whoever_settles_or_acts_for_their_party() {
        for (scope, party_id, sees) in [
            (Scope::Read, None, false),
            (Scope::Record, None, false),
            (Scope::Finance, None, true),
            (Scope::Read, Some(7), true),
        ] {
            let asking = Originator {
                party_id,
                ..originator(OriginatorKind::Client, scope)
            };
            assert_eq!(asking.sees_accounts_and_addresses(), sees, "{scope:?}");
        }
    }

    #[test]
    fn a_reader_may_not_record_and_a_recorder_may_not_settle() {
        assert!(
            originator(OriginatorKind::Client, Scope::Read)
                .may_record()
                .is_err()
        );
        assert!(
            originator(OriginatorKind::Client, Scope::Record)
                .may_settle()
                .is_err()
        );
    }
}
