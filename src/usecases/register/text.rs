//! How long what people register may be, as the database has it too. Never here: what a text must look like.

use crate::usecases::failure::Fault;
use crate::usecases::{Done, Failure};

/// One text of an entry with the rule that limits it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    field: &'static str,
    written: &'a str,
    rule: &'static str,
    chars_max: usize,
}

impl<'a> Text<'a> {
    pub(super) const fn name(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "a_name_has_a_limit", 200)
    }

    /// Of what has no form of its own.
    pub(super) const fn code(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "a_code_has_a_limit", 40)
    }

    pub(super) const fn title(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "a_title_has_a_limit", 1_000)
    }

    /// Number or clause.
    pub(super) const fn place_in_instrument(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "a_place_in_an_instrument_has_a_limit", 200)
    }

    pub(super) const fn place(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "the_name_of_a_place_has_a_limit", 100)
    }

    pub(super) const fn class(text: &'a str) -> Self {
        Self::limited("class", text, "a_class_has_a_limit", 100)
    }

    pub(super) const fn decision(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "a_decision_has_a_limit", 500)
    }

    pub(super) const fn evidence(text: &'a str) -> Self {
        Self::limited("evidence", text, "evidence_has_a_limit", 2_000)
    }

    pub(super) const fn email(text: &'a str) -> Self {
        Self::limited("email", text, "an_address_has_a_limit", 254)
    }

    pub(super) const fn deposit_identifier(text: &'a str) -> Self {
        Self::limited("deposit_identifier", text, "a_deposit_identifier_has_a_limit", 64)
    }

    const fn limited(field: &'static str, text: &'a str, rule: &'static str, chars_max: usize) -> Self {
        Self {
            field,
            written: text,
            rule,
            chars_max,
        }
    }

    fn fault(&self) -> Option<Fault> {
        let length = self.written.chars().count();
        (length > self.chars_max).then(|| Fault {
            field: self.field.to_owned(),
            rule: self.rule.to_owned(),
            explanation: format!("at most {} characters; it has {length}", self.chars_max),
        })
    }
}

/// # Errors
/// Invalid, with a fault for each text that is too long.
pub(super) fn within_limits<'a>(texts: impl IntoIterator<Item = Text<'a>>) -> Done<()> {
    let faults: Vec<Fault> = texts.into_iter().filter_map(|text| text.fault()).collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Invalid(faults))
    }
}

/// The same of many entries: the first that breaks a limit is named by its code.
pub(super) fn each_within_limits<'a, const N: usize>(
    entries: impl IntoIterator<Item = (&'a str, [Text<'a>; N])>,
) -> Done<()> {
    for (code, texts) in entries {
        within_limits(texts).map_err(|failure| failure.within(code))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_counted_in_characters_up_to_its_limit_and_named_above() {
        let (at, above) = ("ن".repeat(200), "ن".repeat(201));
        assert!(within_limits([Text::name("name_fa", &at)]).is_ok());
        let refused = each_within_limits([("1001", [Text::name("name_fa", &above)])]).unwrap_err();
        let fault = &refused.faults()[0];
        assert_eq!(
            (fault.field.as_str(), fault.rule.as_str()),
            ("1001.name_fa", "a_name_has_a_limit")
        );
        assert_eq!(fault.explanation, "at most 200 characters; it has 201");
    }
}
