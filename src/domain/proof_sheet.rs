//! What sealing proves of a window, and what does not add up. Never here: how it is counted, digests (see `proof`).

use std::fmt;

use super::money::Amount;

/// A window counted in one pass. Every `without_…` and `…_differs` counts rows that break a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProofSheet {
    pub transaction_count: i64,
    pub batch_count: i64,
    /// Signed: what takes back counts negative.
    pub amount_sum: Amount,
    pub principal_sum: Amount,
    /// Σ allocation × count, signed.
    pub allocated_sum: Amount,
    /// Of all parties together.
    pub earned_sum: Amount,
    pub collected_sum: Amount,
    pub faults: Vec<(SealRule, i64)>,
}

/// The rule of a sealed window that rows break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SealRule {
    TransactionHasAllocation,
    AmountIsItsAllocations,
    TransactionHasTariff,
    TransactionHasBinding,
    TransactionHasLicence,
    TransactionHasService,
    TransactionHasOffice,
    TransactionIsOfTheNetwork,
    TransactionHasBatch,
    BatchHasRows,
    BatchCountsItsRows,
    BatchSumsItsRows,
    BatchHasOneUnit,
    UnitIsTheNetworks,
    TermHasParty,
}

/// One thing that does not add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Rows {
        rule: SealRule,
        count: i64,
    },
    Sums {
        what: &'static str,
        is: Amount,
        should_be: Amount,
    },
}

impl ProofSheet {
    /// Everything that does not add up; a window is sealed when there is nothing.
    pub fn findings(&self) -> Vec<Finding> {
        let rows = self.faults.iter().filter(|(_, count)| *count > 0);
        let mut findings: Vec<Finding> = rows
            .map(|(rule, count)| Finding::Rows {
                rule: *rule,
                count: *count,
            })
            .collect();
        let paid = self.amount_sum.plus(self.principal_sum).unwrap_or_default();
        for (what, is, should_be) in [
            ("the sum of all allocations", self.allocated_sum, self.amount_sum),
            ("what all parties earned", self.earned_sum, paid),
            ("what all parties collected", self.collected_sum, paid),
        ] {
            if is != should_be {
                findings.push(Finding::Sums { what, is, should_be });
            }
        }
        findings
    }
}

impl SealRule {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TransactionHasAllocation => "a_transaction_has_its_allocation",
            Self::AmountIsItsAllocations => "an_amount_is_that_of_its_allocation",
            Self::TransactionHasTariff => "a_transaction_has_its_tariff",
            Self::TransactionHasBinding => "a_transaction_has_its_binding",
            Self::TransactionHasLicence => "a_transaction_has_its_licence",
            Self::TransactionHasService => "a_transaction_has_its_service",
            Self::TransactionHasOffice => "a_transaction_has_its_office",
            Self::TransactionIsOfTheNetwork => "a_transaction_is_of_its_windows_network",
            Self::TransactionHasBatch => "a_transaction_has_its_batch",
            Self::BatchHasRows => "a_batch_has_its_rows",
            Self::BatchCountsItsRows => "a_batch_counts_its_rows",
            Self::BatchSumsItsRows => "a_batch_sums_its_rows",
            Self::BatchHasOneUnit => "a_batch_has_one_unit",
            Self::UnitIsTheNetworks => "the_unit_is_the_networks",
            Self::TermHasParty => "a_term_has_its_party",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::TransactionHasAllocation
            | Self::AmountIsItsAllocations
            | Self::TransactionHasTariff
            | Self::TransactionHasBinding
            | Self::TransactionHasLicence
            | Self::TransactionHasService
            | Self::TransactionHasOffice
            | Self::TransactionIsOfTheNetwork
            | Self::TransactionHasBatch => "transactions",
            Self::BatchHasRows
            | Self::BatchCountsItsRows
            | Self::BatchSumsItsRows
            | Self::BatchHasOneUnit
            | Self::UnitIsTheNetworks => "batches",
            Self::TermHasParty => "terms",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { rule, count } => write!(f, "{count} {} break `{}`", rule.what(), rule.code()),
            Self::Sums { what, is, should_be } => write!(f, "{what} is {is} and not {should_be}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> ProofSheet {
        ProofSheet {
            transaction_count: 2,
            batch_count: 1,
            amount_sum: Amount::from_minor(100),
            principal_sum: Amount::from_minor(900),
            allocated_sum: Amount::from_minor(100),
            earned_sum: Amount::from_minor(1_000),
            collected_sum: Amount::from_minor(1_000),
            faults: vec![(SealRule::BatchHasRows, 0)],
        }
    }

    #[test]
    fn a_window_that_adds_up_has_no_findings() {
        assert!(sheet().findings().is_empty());
        assert!(ProofSheet::default().findings().is_empty());
    }

    #[test]
    fn each_thing_that_does_not_add_up_is_named() {
        let off_by_one = ProofSheet {
            earned_sum: Amount::from_minor(999),
            faults: vec![(SealRule::AmountIsItsAllocations, 3)],
            ..sheet()
        };
        let told: Vec<String> = off_by_one.findings().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "3 transactions break `an_amount_is_that_of_its_allocation`",
                "what all parties earned is 999 and not 1000"
            ]
        );
    }
}
