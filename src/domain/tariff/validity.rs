//! The half-open validity that a tariff document states about itself.
//! Never here: which version is in force (the store's columns decide that).

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::calendar::day_of_text;
use crate::domain::moment::kept;
use crate::domain::zone::start_of_day;

/// `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    /// Of dates without one.
    pub zone: Tz,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no time: write a date such as 2025-03-21 or 1404-01-01, or a moment such as 2025-03-21T00:00:00+03:30"
)]
pub struct InvalidMoment(String);

impl Validity {
    #[must_use]
    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        moment >= self.from && self.until.is_none_or(|until| moment < until)
    }
}

/// Why a version has no validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidityRule {
    #[error("when it begins: neither the document nor the draft says it")]
    BeginMissing,
    #[error("{document}, as the document says, or nothing")]
    BeginDiffers { document: DateTime<Utc> },
    #[error("{}, as the document says, or nothing", end_text(*.document))]
    EndDiffers { document: Option<DateTime<Utc>> },
    #[error("later than it begins")]
    Empty,
}

fn end_text(until: Option<DateTime<Utc>>) -> String {
    until.map_or_else(|| "an open end".to_owned(), |until| until.to_string())
}

/// Begin and exclusive end of a version: what its document states, which a draft may repeat and never contradict; what the
/// draft says, where the document states nothing.
pub fn version_validity(
    stated: Option<&Validity>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), ValidityRule> {
    let (from, until) = (from.map(kept), until.map(kept));
    let (begins, ends) = match stated {
        Some(stated) => agreed(stated, from, until)?,
        None => (from.ok_or(ValidityRule::BeginMissing)?, until),
    };
    if ends.is_some_and(|ends| ends <= begins) {
        return Err(ValidityRule::Empty);
    }
    Ok((begins, ends))
}

fn agreed(
    stated: &Validity,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), ValidityRule> {
    if from.is_some_and(|from| from != stated.from) {
        return Err(ValidityRule::BeginDiffers {
            document: stated.from,
        });
    }
    if until.is_some() && until != stated.until {
        return Err(ValidityRule::EndDiffers {
            document: stated.until,
        });
    }
    Ok((stated.from, stated.until))
}

/// A moment with its offset, or a date in either calendar, which is its first instant in `zone`.
pub fn parse_moment(text: &str, zone: Tz) -> Result<DateTime<Utc>, InvalidMoment> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(kept(moment.to_utc()));
    }
    let date = day_of_text(text).map_err(|_| InvalidMoment(text.to_owned()))?;
    Ok(start_of_day(zone, date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_begins_at_its_first_instant_even_where_midnight_is_missing() {
        let zone = chrono_tz::Asia::Tehran;
        let moment = |text| parse_moment(text, zone).unwrap().to_rfc3339();
        assert_eq!(moment("2022-03-21"), "2022-03-20T20:30:00+00:00");
        assert_eq!(moment("2022-03-22"), "2022-03-21T20:30:00+00:00");
        assert_eq!(moment("2022-03-22T10:00:00+04:30"), "2022-03-22T05:30:00+00:00");
        assert_eq!(moment("1401-01-02"), moment("2022-03-22"));
        assert!(parse_moment("1401-13-01", zone).is_err());
    }

    #[test]
    fn the_first_moment_is_inside_and_the_last_is_outside() {
        let at = |text| parse_moment(text, Tz::UTC).unwrap();
        let validity = Validity {
            from: at("2025-03-21"),
            until: Some(at("2026-03-21")),
            zone: Tz::UTC,
        };
        assert!(!validity.contains(at("2025-03-20T23:59:59Z")));
        assert!(validity.contains(at("2025-03-21")));
        assert!(!validity.contains(at("2026-03-21")));
    }

    #[test]
    fn a_draft_repeats_its_documents_validity_or_leaves_it_out() {
        let at = |text| parse_moment(text, Tz::UTC).unwrap();
        let (begin, end, other) = (at("2025-03-21"), at("2026-03-21"), at("2025-03-22"));
        let stated = |until| Validity {
            from: begin,
            until,
            zone: Tz::UTC,
        };
        let bounded = stated(Some(end));
        for (from, until) in [
            (None, None),
            (Some(begin), None),
            (None, Some(end)),
            (Some(begin), Some(end)),
        ] {
            assert_eq!(
                version_validity(Some(&bounded), from, until),
                Ok((begin, Some(end)))
            );
        }
        let refused = |from, until| version_validity(Some(&bounded), from, until).unwrap_err();
        assert_eq!(
            refused(Some(other), None),
            ValidityRule::BeginDiffers { document: begin }
        );
        assert_eq!(
            refused(None, Some(other)),
            ValidityRule::EndDiffers { document: Some(end) }
        );
        assert_eq!(
            version_validity(Some(&stated(None)), None, Some(end)),
            Err(ValidityRule::EndDiffers { document: None })
        );
    }

    #[test]
    fn a_document_without_validity_leaves_it_to_the_draft_which_must_begin_and_not_be_empty() {
        let at = |text| parse_moment(text, Tz::UTC).unwrap();
        let (begin, end) = (at("2025-03-21"), at("2026-03-21"));
        assert_eq!(version_validity(None, Some(begin), None), Ok((begin, None)));
        assert_eq!(
            version_validity(None, Some(begin), Some(end)),
            Ok((begin, Some(end)))
        );
        assert_eq!(
            version_validity(None, None, Some(end)),
            Err(ValidityRule::BeginMissing)
        );
        assert_eq!(
            version_validity(None, Some(begin), Some(begin)),
            Err(ValidityRule::Empty)
        );
    }
}
