//! What became of a row, and why one waits or is refused. Never here: the rules that decide it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{RowFault, TransactionId};
use crate::domain::money::Amount;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the books.
    Booked(Booked),
    /// It was in the books already, with the same content: the first answer again.
    Repeated(Booked),
    /// Its key is in the books with other content.
    Conflict {
        id: TransactionId,
        differences: Vec<Difference>,
    },
    /// It is kept whole until a person releases or rejects it, or it is sent again and can be booked.
    Quarantined {
        id: i64,
        reason: Reason,
        explanation: String,
    },
    /// It was not taken in, because the network refuses such rows.
    Refused { reason: Reason, explanation: String },
    /// It cannot be read.
    Malformed { faults: Vec<RowFault> },
}

impl Outcome {
    /// For people: why it was not booked; nothing if it is in the books.
    pub fn told(&self) -> String {
        let joined = |told: Vec<String>| told.join("; ");
        match self {
            Self::Booked(_) | Self::Repeated(_) => String::new(),
            Self::Conflict { id, differences } => {
                let told = joined(differences.iter().map(ToString::to_string).collect());
                format!("transaction {id} has this reference and differs: {told}")
            }
            Self::Quarantined { explanation, .. } | Self::Refused { explanation, .. } => explanation.clone(),
            Self::Malformed { faults } => joined(faults.iter().map(ToString::to_string).collect()),
        }
    }
}

/// A row that is in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Booked {
    pub id: TransactionId,
    pub amount: Amount,
    pub principal: Amount,
}

/// A field that was sent again with another content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub field: &'static str,
    pub stored: String,
    pub sent: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is `{}`, sent was `{}`", self.field, self.stored, self.sent)
    }
}

/// Why a row could not be booked. The code is stable and public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    UnknownOffice,
    UnknownService,
    UnknownNetwork,
    NoNetworkAllowsIt,
    SeveralNetworksAllowIt,
    NoLicence,
    LicenceNotStanding,
    NoBinding,
    NoTariff,
    UnknownFact,
    TariffRefuses,
    PriceDiffers,
    TooLate,
    InTheFuture,
    BeforeTheFirstWindow,
    OriginalMissing,
    OriginalIsNone,
    BeforeItsOriginal,
    OtherNetworkOrService,
    MoreThanLeft,
    NothingLeft,
    /// The database took it neither with others nor alone.
    RefusedByTheDatabase,
}

impl Reason {
    pub const ALL: [Self; 22] = [
        Self::UnknownOffice,
        Self::UnknownService,
        Self::UnknownNetwork,
        Self::NoNetworkAllowsIt,
        Self::SeveralNetworksAllowIt,
        Self::NoLicence,
        Self::LicenceNotStanding,
        Self::NoBinding,
        Self::NoTariff,
        Self::UnknownFact,
        Self::TariffRefuses,
        Self::PriceDiffers,
        Self::TooLate,
        Self::InTheFuture,
        Self::BeforeTheFirstWindow,
        Self::OriginalMissing,
        Self::OriginalIsNone,
        Self::BeforeItsOriginal,
        Self::OtherNetworkOrService,
        Self::MoreThanLeft,
        Self::NothingLeft,
        Self::RefusedByTheDatabase,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownOffice => "unknown_office",
            Self::UnknownService => "unknown_service",
            Self::UnknownNetwork => "unknown_network",
            Self::NoNetworkAllowsIt => "no_network_allows_it",
            Self::SeveralNetworksAllowIt => "several_networks_allow_it",
            Self::NoLicence => "no_licence",
            Self::LicenceNotStanding => "licence_not_standing",
            Self::NoBinding => "no_binding",
            Self::NoTariff => "no_tariff",
            Self::UnknownFact => "unknown_fact",
            Self::TariffRefuses => "tariff_refuses",
            Self::PriceDiffers => "price_differs",
            Self::TooLate => "too_late",
            Self::InTheFuture => "in_the_future",
            Self::BeforeTheFirstWindow => "before_the_first_window",
            Self::OriginalMissing => "original_missing",
            Self::OriginalIsNone => "original_is_none",
            Self::BeforeItsOriginal => "before_its_original",
            Self::OtherNetworkOrService => "other_network_or_service",
            Self::MoreThanLeft => "more_than_left",
            Self::NothingLeft => "nothing_left",
            Self::RefusedByTheDatabase => "refused_by_the_database",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_code() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.code()), Some(reason));
        }
    }
}
