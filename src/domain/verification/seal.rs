//! Which tables are protected, and how tampering with a row of each is found out. Never here: the triggers that seal.

use super::Finding;

/// How the rows of a protected table are known to be as they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Every column is recomputed from other tables.
    Recomputed,
    /// A trigger sealed the row when it was written; what else it must agree with is recomputed beside.
    Sealed,
}

/// The protected tables, and those with states whose rows are sealed anew at each step.
pub const PROTECTED: &[(&str, Protection)] = &[
    ("accounts", Protection::Sealed),
    ("agencies", Protection::Sealed),
    ("allocations", Protection::Sealed),
    ("bank_accounts", Protection::Sealed),
    ("batches", Protection::Sealed),
    ("bindings", Protection::Sealed),
    ("currency_units", Protection::Sealed),
    ("entries", Protection::Recomputed),
    ("facts", Protection::Sealed),
    ("hold_movements", Protection::Sealed),
    ("holiday_revisions", Protection::Sealed),
    ("holidays", Protection::Sealed),
    ("instruments", Protection::Sealed),
    ("journals", Protection::Sealed),
    ("licence_events", Protection::Sealed),
    ("licences", Protection::Sealed),
    ("network_parties", Protection::Sealed),
    ("network_rules", Protection::Sealed),
    ("networks", Protection::Sealed),
    ("offices", Protection::Sealed),
    ("originators", Protection::Sealed),
    ("outbox", Protection::Sealed),
    ("parties", Protection::Sealed),
    ("payout_answers", Protection::Sealed),
    ("payouts", Protection::Sealed),
    ("positions", Protection::Recomputed),
    ("quarantine", Protection::Sealed),
    ("remittance_demands", Protection::Sealed),
    ("remittances", Protection::Sealed),
    ("roles", Protection::Sealed),
    ("services", Protection::Sealed),
    ("settlements", Protection::Sealed),
    ("statement_pdfs", Protection::Sealed),
    ("statements", Protection::Sealed),
    ("submission_rows", Protection::Sealed),
    ("submissions", Protection::Sealed),
    ("tariff_terms", Protection::Sealed),
    ("tariff_versions", Protection::Sealed),
    ("tokens", Protection::Sealed),
    ("transactions", Protection::Recomputed),
    ("verifications", Protection::Sealed),
    ("weekends", Protection::Sealed),
    ("window_closings", Protection::Sealed),
    ("window_seals", Protection::Sealed),
    ("window_totals", Protection::Recomputed),
    ("windows", Protection::Sealed),
];

/// The tables whose rows are sealed, in the order of names.
pub fn sealed_tables() -> impl Iterator<Item = &'static str> {
    let sealed = PROTECTED
        .iter()
        .filter(|(_, protection)| *protection == Protection::Sealed);
    sealed.map(|(table, _)| *table)
}

/// A row and its seal that do not belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenSeal {
    pub row: String,
    pub is_there: bool,
    pub is_sealed: bool,
    /// The superuser who wrote it, if one did.
    pub superuser: Option<String>,
}

impl BrokenSeal {
    pub fn finding(&self, table: &'static str) -> Finding {
        let (stored, expected) = match (self.is_there, self.is_sealed, &self.superuser) {
            (true, false, _) => ("there", "absent: nobody was seen writing it".to_owned()),
            (false, _, _) => ("absent", "there, as it was written".to_owned()),
            (true, true, Some(login)) => (
                "written by a superuser",
                format!("written by the application, not by {login}"),
            ),
            (true, true, None) => ("changed", "as it was written".to_owned()),
        };
        Finding::new(table, &self.row, "the row", stored, expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_a_deleted_and_an_inserted_row_are_told_apart() {
        let told = |is_there, is_sealed, superuser: Option<&str>| {
            let broken = BrokenSeal {
                row: "7".to_owned(),
                is_there,
                is_sealed,
                superuser: superuser.map(str::to_owned),
            };
            broken.finding("facts").stored
        };
        assert_eq!(told(true, true, None), "changed");
        assert_eq!(told(false, true, None), "absent");
        assert_eq!(told(true, false, None), "there");
        assert_eq!(told(true, true, Some("postgres")), "written by a superuser");
    }
}
