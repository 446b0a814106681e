//! What a statement's reader came for: what is paid, what must be remitted, and when. Never here: the list of
//! everything that is due.

use serde::Serialize;

use super::Writer;
use crate::documents::amounts::{amount_spoken, amount_with_unit};
use crate::documents::dates;
use crate::domain::money::{Amount, AmountOverflow};
use crate::domain::statement::{CarryReason, Due, DueKind};

/// What the reader came for: a sum that is paid or must be remitted, in figures and as people say it.
#[derive(Debug, Serialize)]
pub struct Headline {
    pub remittance: bool,
    pub label: &'static str,
    pub amount: String,
    pub spoken: Option<String>,
    pub due: Option<String>,
    pub reference: Option<String>,
}

impl Writer<'_> {
    pub(super) fn headlines(&self) -> Result<Vec<Headline>, AmountOverflow> {
        let kinds = [DueKind::Payout, DueKind::Remittance];
        let headlines = kinds
            .into_iter()
            .filter_map(|kind| self.headline(kind).transpose());
        let headlines = headlines.collect::<Result<Vec<_>, _>>()?;
        if headlines.is_empty() {
            Ok(vec![self.nothing_due()])
        } else {
            Ok(headlines)
        }
    }

    fn headline(&self, kind: DueKind) -> Result<Option<Headline>, AmountOverflow> {
        let dues = || {
            self.content
                .dues
                .iter()
                .filter(|due| due.kind == kind && !due.amount.is_zero())
        };
        let Some(first) = dues().min_by_key(|due| due.due_on) else {
            return Ok(None);
        };
        let amount = Amount::sum(dues().map(|due| due.amount))?;
        Ok(Some(Headline {
            remittance: kind == DueKind::Remittance,
            label: self.due_label(kind),
            amount: amount_with_unit(amount, &self.content.unit, self.language),
            spoken: amount_spoken(amount, &self.content.unit, self.language),
            due: Some(if dues().all(|due| self.due_on(due) == self.due_on(first)) {
                self.due_on(first)
            } else {
                self.due_of_it(first)
            }),
            reference: (dues().count() == 1).then(|| first.reference.clone()),
        }))
    }

    fn nothing_due(&self) -> Headline {
        Headline {
            remittance: false,
            label: self.words.nothing_due,
            amount: amount_with_unit(Amount::ZERO, &self.content.unit, self.language),
            spoken: None,
            due: None,
            reference: None,
        }
    }

    fn due_label(&self, kind: DueKind) -> &'static str {
        match kind {
            DueKind::Payout => self.words.payout,
            DueKind::Remittance => self.words.remittance,
        }
    }

    /// The day, or for what it waits.
    pub(super) fn due_on(&self, due: &Due) -> String {
        if due.kind == DueKind::Payout && self.waits_for_an_account(due) {
            return self.words.no_account.to_owned();
        }
        let label = match due.kind {
            DueKind::Payout => self.words.payout_on,
            DueKind::Remittance => self.words.remittance_until,
        };
        format!("{label}: {}", dates::day(due.due_on, self.language))
    }

    fn waits_for_an_account(&self, payout: &Due) -> bool {
        let mut positions = self.content.positions.iter();
        let position = positions.find(|position| position.destination == payout.destination);
        position.is_some_and(|position| position.carry_reason == Some(CarryReason::NoVerifiedAccount))
    }

    /// Of several demands, the one that is due first.
    fn due_of_it(&self, first: &Due) -> String {
        let amount = amount_with_unit(first.amount, &self.content.unit, self.language);
        format!("{} {amount} · {}", self.words.of_it, self.due_on(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::statement_view::tests::view;
    use crate::domain::language::Language;
    use crate::domain::statement::sample;

    #[test]
    fn the_headline_says_what_is_paid_and_when() {
        let view = view(sample::short(Language::Fa));
        assert_eq!(view.headlines.len(), 1);
        assert_eq!(view.headlines[0].amount, "۲٬۴۱۸٬۶۱۲\u{00A0}ریال");
        assert_eq!(
            view.headlines[0].spoken.as_deref(),
            Some("۲۴۱٬۸۶۱٫۲\u{00A0}تومان")
        );
        assert_eq!(
            view.headlines[0].due.as_deref(),
            Some("سررسید پرداخت: ۴ آبان ۱۴۰۴")
        );
    }

    #[test]
    fn who_has_no_account_is_told_what_the_payment_waits_for_and_no_day() {
        let mut content = sample::short(Language::En);
        content.positions[0].carry_reason = Some(CarryReason::NoVerifiedAccount);
        let view = view(content);
        let waits = "waits until a verified bank account is on record";
        assert_eq!(view.headlines[0].due.as_deref(), Some(waits));
        assert_eq!(view.dues[0].label, waits);
        assert_eq!(view.notes, [format!("Paid this period: {waits}")]);
    }

    #[test]
    fn of_two_demands_the_headline_says_the_sum_and_which_of_it_is_due_first() {
        let mut content = sample::owing(Language::En);
        let whole = content.dues.remove(0);
        let part = |amount, days, reference: &str| Due {
            amount: Amount::from_minor(amount),
            due_on: whole.due_on + chrono::Days::new(days),
            reference: reference.to_owned(),
            ..whole.clone()
        };
        content.dues = vec![part(1_000_000, 7, "R-2"), part(47_500, 0, "R-1")];
        let view = view(content);
        assert_eq!(view.headlines[0].amount, "1,047,500\u{00A0}rial");
        assert_eq!(
            view.headlines[0].due.as_deref(),
            Some("of it 47,500\u{00A0}rial · Remit by: 26 October 2025")
        );
        assert_eq!(
            (view.headlines[0].reference.as_deref(), view.dues.len()),
            (None, 2)
        );
    }
}
