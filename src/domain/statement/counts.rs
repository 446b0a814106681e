//! How many transactions the lines of a service sum, and what its lines allow it to be. Never here: counting them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Coded, EntryKind, ServiceTotal, Side, StatementContent, StatementRefused};

/// How many transactions gave the party lines of a service: one that gave several, of several components, counts once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct ServiceCount {
    pub destination: Option<String>,
    pub side: Side,
    /// Of the items of earlier periods.
    pub earlier: bool,
    pub service: Coded,
    pub kind: EntryKind,
    pub count: u64,
}

/// What a count is of: destination, side, whether of earlier periods, service, kind.
type Counted<'a> = (Option<&'a str>, Side, bool, &'a str, EntryKind);

impl ServiceCount {
    /// The count of a service that has this line alone.
    pub fn of(total: &ServiceTotal) -> Self {
        Self {
            destination: total.destination.clone(),
            side: total.side,
            earlier: false,
            service: total.service.clone(),
            kind: total.kind,
            count: total.count,
        }
    }

    fn counted(&self) -> Counted<'_> {
        let destination = self.destination.as_deref();
        (
            destination,
            self.side,
            self.earlier,
            &self.service.code,
            self.kind,
        )
    }
}

impl StatementContent {
    /// How many transactions the lines of a destination and side sum; `None` where the statement does not say it.
    pub fn counted(&self, is_asked: impl Fn(&ServiceCount) -> bool) -> Option<u64> {
        let counts = self.counts.as_ref()?.iter().filter(|count| is_asked(count));
        Some(counts.fold(0, |sum, one| sum.saturating_add(one.count)))
    }

    /// Each service is counted once; by no fewer than its longest line sums, and no more than all of them.
    pub(super) fn check_counts(&self) -> Result<(), StatementRefused> {
        let Some(counts) = &self.counts else {
            return Ok(());
        };
        let mut bounds = self.bounds();
        for one in counts {
            match bounds.remove(&one.counted()) {
                Some((least, most)) if (least..=most).contains(&one.count) => {}
                Some(_) | None => return Err(miscounted(&one.service.code, one.count)),
            }
        }
        match bounds.first_key_value() {
            Some(((_, _, _, service, _), _)) => Err(miscounted(service, 0)),
            None => Ok(()),
        }
    }

    /// The least and the most transactions that the lines of each service may be of.
    fn bounds(&self) -> BTreeMap<Counted<'_>, (u64, u64)> {
        let own = self.services.iter().map(|total| (false, total));
        let earlier = self.earlier.iter().map(|earlier| (true, &earlier.total));
        let mut bounds = BTreeMap::new();
        for (earlier, total) in own.chain(earlier) {
            let destination = total.destination.as_deref();
            let counted = (
                destination,
                total.side,
                earlier,
                total.service.code.as_str(),
                total.kind,
            );
            let (least, most): &mut (u64, u64) = bounds.entry(counted).or_default();
            *least = total.count.max(*least);
            *most = most.saturating_add(total.count);
        }
        bounds
    }
}

fn miscounted(service: &str, count: u64) -> StatementRefused {
    StatementRefused::Miscounted {
        service: service.to_owned(),
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{long, short};
    use super::super::{FORMAT_WITHOUT_COUNTS, Statement};
    use super::*;
    use crate::domain::language::Language;

    fn counts(content: &mut StatementContent) -> &mut Vec<ServiceCount> {
        content.counts.as_mut().unwrap()
    }

    #[test]
    fn a_service_is_counted_by_no_fewer_than_its_longest_line_and_no_more_than_all() {
        let mut content = short(Language::En);
        let second = ServiceTotal {
            component: Coded::new("principal", "اصل", "Principal"),
            count: 5,
            amount: super::super::sample::rials(0),
            ..content.services[0].clone()
        };
        content.services.push(second);
        for (count, is_sealed) in [(6, false), (7, true), (12, true), (13, false)] {
            counts(&mut content)[0].count = count;
            let sealed = Statement::new(content.clone());
            assert_eq!(sealed.is_ok(), is_sealed, "{count}: {sealed:?}");
        }
    }

    #[test]
    fn every_service_is_counted_once() {
        let mut missing = short(Language::En);
        counts(&mut missing).pop();
        let mut twice = short(Language::En);
        let again = counts(&mut twice)[0].clone();
        counts(&mut twice).push(again);
        for content in [missing, twice] {
            let refused = Statement::new(content).unwrap_err();
            assert!(
                matches!(refused, StatementRefused::Miscounted { .. }),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_statement_of_the_format_without_counts_is_read_as_it_was_sealed() {
        let mut content = long(Language::Fa);
        content.counts = None;
        assert_eq!(
            Statement::new(content.clone()),
            Err(StatementRefused::UnknownFormat(content.format))
        );
        content.format = FORMAT_WITHOUT_COUNTS;
        let sealed = Statement::new(content).unwrap();
        let text = String::from_utf8(sealed.bytes().to_vec()).unwrap();
        assert!(!text.contains("counts"), "{text}");
        let read = Statement::read(sealed.bytes().to_vec()).unwrap();
        assert_eq!(read.digest(), sealed.digest());
        assert_eq!(read.content().counted(|_| true), None);
    }
}
