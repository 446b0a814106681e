//! What becomes of a mail after an attempt to send it. Never here: SMTP (see `host::mail`), the wording (see `documents`).

use chrono::Duration;
use serde::Deserialize;
use utoipa::ToSchema;

/// What the mail server made of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepted {
        reply: String,
    },
    /// Refused before it was handed over; `permanent` is a 5xx.
    Refused {
        permanent: bool,
        reply: String,
    },
    /// The connection broke or hung after the mail was handed over: it may or may not have arrived.
    Unknown {
        reason: String,
    },
}

/// An attempt to send a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: i16,
    /// The state in which the mail was claimed.
    pub claimed_from: MailState,
}

/// The state of a mail, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailState {
    Queued,
    Sending,
    Accepted,
    Failed,
    Unknown,
}

/// The state after an attempt, and when the next one is due; `None` is the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub state: MailState,
    pub again_in: Option<Duration>,
}

/// A mail that is refused for the time being is tried so often over about two days.
pub const ATTEMPTS_MAX: i16 = 8;
/// A mail of unknown fate is sent again less often, and once in any case: each time may be one more copy for the reader.
pub const UNKNOWN_ATTEMPTS_MAX: i16 = 3;
/// Minutes between attempts: the first after one, then ever more.
const WAITS_MINUTES: [i64; 7] = [1, 5, 15, 60, 240, 720, 1_440];

impl MailState {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "queued" => Some(Self::Queued),
            "sending" => Some(Self::Sending),
            "accepted" => Some(Self::Accepted),
            "failed" => Some(Self::Failed),
            "unknown" => Some(Self::Unknown),
            _ => None,
        }
    }
}

impl Attempt {
    /// Whether the mail is sent. After the last attempt only if the server did not answer that; a sender that gave no sign of
    /// life may have died of the mail.
    pub fn is_made(self) -> bool {
        self.number <= ATTEMPTS_MAX || self.claimed_from == MailState::Unknown
    }

    /// Whether the mail may have arrived by the one before.
    const fn follows_doubt(self) -> bool {
        match self.claimed_from {
            MailState::Unknown | MailState::Sending => true,
            MailState::Queued | MailState::Accepted | MailState::Failed => false,
        }
    }
}

impl Answer {
    pub fn after(&self, attempt: Attempt) -> After {
        let attempts = attempt.number;
        match self {
            Self::Accepted { .. } => ended(MailState::Accepted),
            Self::Refused { permanent: true, .. } => ended(MailState::Failed),
            Self::Refused { permanent: false, .. } if attempts >= ATTEMPTS_MAX => ended(MailState::Failed),
            Self::Refused { permanent: false, .. } => again(MailState::Queued, attempts),
            Self::Unknown { .. } if attempts >= UNKNOWN_ATTEMPTS_MAX && attempt.follows_doubt() => {
                ended(MailState::Unknown)
            }
            Self::Unknown { .. } => again(MailState::Unknown, attempts),
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Accepted { reply } | Self::Refused { reply, .. } => reply,
            Self::Unknown { reason } => reason,
        }
    }
}

const fn ended(state: MailState) -> After {
    After {
        state,
        again_in: None,
    }
}

fn again(state: MailState, attempts: i16) -> After {
    let place = usize::try_from(attempts.max(1) - 1).unwrap_or(0);
    let minutes = WAITS_MINUTES
        .get(place)
        .or(WAITS_MINUTES.last())
        .copied()
        .unwrap_or(1);
    After {
        state,
        again_in: Some(Duration::minutes(minutes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn nth(number: i16) -> Attempt {
        Attempt {
            number,
            claimed_from: MailState::Queued,
        }
    }

    fn busy() -> Answer {
        Answer::Refused {
            permanent: false,
            reply: "451 later".to_owned(),
        }
    }

    fn dropped() -> Answer {
        Answer::Unknown {
            reason: "dropped after the final dot".to_owned(),
        }
    }

    #[test]
    fn an_accepted_mail_is_never_sent_again() {
        let answer = Answer::Accepted {
            reply: "250 ok".to_owned(),
        };
        assert_eq!(answer.after(nth(1)), ended(MailState::Accepted));
    }

    #[test]
    fn a_permanent_refusal_fails_at_once() {
        let answer = Answer::Refused {
            permanent: true,
            reply: "550 no such mailbox".to_owned(),
        };
        assert_eq!(answer.after(nth(1)), ended(MailState::Failed));
    }

    #[test]
    fn a_passing_refusal_is_tried_again_ever_later_and_fails_in_the_end() {
        let waits: Vec<i64> = (1..ATTEMPTS_MAX)
            .map(|n| busy().after(nth(n)).again_in.unwrap().num_minutes())
            .collect();
        assert_eq!(waits, WAITS_MINUTES);
        assert_eq!(busy().after(nth(ATTEMPTS_MAX)), ended(MailState::Failed));
    }

    #[test]
    fn a_mail_of_unknown_fate_says_so_and_is_sent_again_only_twice() {
        let doubtful = |number| Attempt {
            number,
            claimed_from: MailState::Unknown,
        };
        assert_eq!(dropped().after(nth(1)).state, MailState::Unknown);
        assert!(dropped().after(doubtful(2)).again_in.is_some());
        assert_eq!(dropped().after(doubtful(3)), ended(MailState::Unknown));
        // Refused twice before, it has been sent once.
        assert!(dropped().after(nth(3)).again_in.is_some());
        assert_eq!(dropped().after(doubtful(4)), ended(MailState::Unknown));
    }

    #[test]
    fn what_the_server_left_unanswered_at_the_last_attempt_is_sent_once_more_and_what_killed_its_senders_is_not()
     {
        let claimed_from = |claimed_from, number| Attempt { number, claimed_from };
        for state in [MailState::Queued, MailState::Unknown, MailState::Sending] {
            assert!(claimed_from(state, ATTEMPTS_MAX).is_made(), "{state:?}");
        }
        let once_more = claimed_from(MailState::Unknown, ATTEMPTS_MAX + 1);
        assert!(dropped().after(nth(ATTEMPTS_MAX)).again_in.is_some());
        assert!(once_more.is_made());
        for answer in [dropped(), busy()] {
            assert_eq!(answer.after(once_more).again_in, None);
        }
        assert!(!claimed_from(MailState::Sending, ATTEMPTS_MAX + 1).is_made());
    }

    #[test]
    fn a_state_is_read_by_the_code_that_is_written() {
        for state in [
            MailState::Queued,
            MailState::Sending,
            MailState::Accepted,
            MailState::Failed,
            MailState::Unknown,
        ] {
            assert_eq!(MailState::parse(state.code()), Some(state));
        }
    }
}
