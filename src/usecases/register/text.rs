//! How long what people register may be and what form it has, as the database has it too. Never here: what a text means.

use crate::domain::printable::fault_of_code;
use crate::domain::statement::ALL_SERVICES;
use crate::usecases::failure::Fault;
use crate::usecases::{Done, Failure};

/// One text of an entry with the rules that it keeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    field: &'static str,
    written: &'a str,
    rule: &'static str,
    chars_max: usize,
    form: Option<Form>,
}

#[derive(Clone, Copy, Debug)]
struct Form {
    rule: &'static str,
    holds: fn(&str) -> bool,
    /// What would be right.
    told: &'static str,
}

impl<'a> Text<'a> {
    pub(super) const fn name(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "a_name_has_a_limit", 200).of_form(Form {
            rule: "a_name_is_not_empty",
            holds: is_not_blank,
            told: "a name that can be read; it is empty or blank",
        })
    }

    pub(super) const fn party_code(text: &'a str) -> Self {
        Self::code("code", text).of_form(Form {
            rule: "party_code_is_printable",
            holds: may_be_party_code,
            told: "1 to 40 of A-Z, a-z, 0-9 and . _ -, beginning with a letter or a digit",
        })
    }

    pub(super) const fn office_code(text: &'a str) -> Self {
        Self::code("code", text).of_form(Form {
            rule: "office_code_has_its_form",
            holds: may_be_office_code,
            told: "1 to 20 of A-Z, a-z, 0-9 and -",
        })
    }

    pub(super) const fn network_code(text: &'a str) -> Self {
        Self::code("code", text).of_form(Form {
            rule: "network_code_has_its_form",
            holds: |code| is_word(code, 40),
            told: "2 to 40 of a-z, 0-9 and -, beginning with a letter",
        })
    }

    pub(super) const fn agency_code(text: &'a str) -> Self {
        Self::code("code", text).of_form(Form {
            rule: "agency_code_has_its_form",
            holds: |code| is_word(code, 40),
            told: "2 to 40 of a-z, 0-9 and -, beginning with a letter",
        })
    }

    /// Longer than other codes. The database says in a constraint of its own that none is [`ALL_SERVICES`].
    pub(super) const fn service_code(text: &'a str) -> Self {
        Self::limited("code", text, "service_code_has_its_form", 60).of_form(Form {
            rule: "service_code_has_its_form",
            holds: |code| is_word(code, 60) && code != ALL_SERVICES,
            told: "2 to 60 of a-z, 0-9 and -, beginning with a letter, and not `all`, which stands for all services",
        })
    }

    /// Of what has no form of its own.
    pub(super) const fn code(field: &'static str, text: &'a str) -> Self {
        Self::limited(field, text, "a_code_has_a_limit", 40)
    }

    /// Of what people name and nothing else gives a form. The database has its limit alone.
    pub(super) const fn own_code(text: &'a str) -> Self {
        Self::code("code", text).of_form(Form {
            rule: "code_is_seen",
            holds: |code| !code.is_empty() && fault_of_code(code).is_none(),
            told: "a code that can be seen, with no blank before or after it",
        })
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

    pub(super) const fn email_if_any(text: Option<&'a str>) -> Self {
        let rule = "an_address_has_a_limit";
        match text {
            None => Self::limited("email", "", rule, 254),
            Some(text) => Self::limited("email", text, rule, 254).of_form(Form {
                rule: "party_email_has_an_at",
                holds: may_be_address,
                told: "one address such as office@example.ir, without blanks, or none at all",
            }),
        }
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
            form: None,
        }
    }

    const fn of_form(self, form: Form) -> Self {
        Self {
            form: Some(form),
            ..self
        }
    }

    fn fault(&self) -> Option<Fault> {
        let length = self.written.chars().count();
        if length > self.chars_max {
            let told = format!("at most {} characters; it has {length}", self.chars_max);
            return Some(self.fault_of(self.rule, told));
        }
        let broken = self.form.filter(|form| !(form.holds)(self.written))?;
        Some(self.fault_of(broken.rule, broken.told.to_owned()))
    }

    fn fault_of(&self, rule: &str, explanation: String) -> Fault {
        Fault {
            field: self.field.to_owned(),
            rule: rule.to_owned(),
            explanation,
        }
    }
}

/// Of marks that show nothing, those that Persian keyboards have are blank too.
fn is_not_blank(name: &str) -> bool {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}');
    !name.chars().all(is_blank)
}

fn may_be_party_code(code: &str) -> bool {
    code.len() <= 40
        && code.starts_with(|first: char| first.is_ascii_alphanumeric())
        && code
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn may_be_office_code(code: &str) -> bool {
    (1..=20).contains(&code.len()) && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The lower-case word by which networks, agencies and services are called.
fn is_word(code: &str, chars_max: usize) -> bool {
    (2..=chars_max).contains(&code.len())
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn may_be_address(email: &str) -> bool {
    let has_no_blanks = !email.contains(char::is_whitespace);
    let is_part = |part: &str| !part.is_empty() && !part.contains('@');
    has_no_blanks
        && email
            .split_once('@')
            .is_some_and(|(local, host)| is_part(local) && is_part(host))
}

/// # Errors
/// Invalid, with a fault for each text that is too long or has not its form.
pub(super) fn within_limits<'a>(texts: impl IntoIterator<Item = Text<'a>>) -> Done<()> {
    let faults: Vec<Fault> = texts.into_iter().filter_map(|text| text.fault()).collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Invalid(faults))
    }
}

/// The same of many entries: the first that breaks a rule is named by its code, or by its place if it has none.
pub(super) fn each_within_limits<'a, const N: usize>(
    entries: impl IntoIterator<Item = (impl AsRef<str>, [Text<'a>; N])>,
) -> Done<()> {
    for (n, (code, texts)) in entries.into_iter().enumerate() {
        within_limits(texts).map_err(|failure| match code.as_ref() {
            "" => failure.within(&format!("[{n}]")),
            code => failure.within(code),
        })?;
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

    fn rule_of(text: Text) -> Option<String> {
        text.fault().map(|fault| fault.rule)
    }

    #[test]
    fn a_name_is_not_empty_and_a_nameless_entry_is_named_by_its_place() {
        for blank in ["", " ", "\t\u{a0}", "\u{200c}"] {
            let refused = each_within_limits([
                ("1", [Text::name("name_fa", "ن")]),
                ("", [Text::name("name_fa", blank)]),
            ]);
            let fault = &refused.unwrap_err().faults()[0].clone();
            assert_eq!(
                (fault.field.as_str(), fault.rule.as_str()),
                ("[1].name_fa", "a_name_is_not_empty"),
                "{blank:?}"
            );
        }
        assert_eq!(rule_of(Text::name("name_fa", "دفتر\u{200c}ها")), None);
    }

    #[test]
    fn codes_have_their_forms_as_the_database_has_them() {
        let long = "a".repeat(61);
        let (word, long_word) = (&long[..40], &long[..41]);
        for right in [
            Text::party_code("A.b_c-d"),
            Text::party_code(word),
            Text::office_code("A-1"),
            Text::office_code(&long[..20]),
            Text::network_code("a1"),
            Text::network_code(word),
            Text::agency_code("a-"),
            Text::agency_code(word),
            Text::service_code("ab"),
            Text::service_code(&long[..60]),
            Text::own_code("تقویم ۱۴۰۵"),
        ] {
            assert_eq!(rule_of(right), None, "{right:?}");
        }
        for (wrong, rule) in [
            (Text::party_code(""), "party_code_is_printable"),
            (Text::party_code("-a"), "party_code_is_printable"),
            (Text::party_code("a b"), "party_code_is_printable"),
            (Text::party_code(long_word), "a_code_has_a_limit"),
            (Text::office_code(""), "office_code_has_its_form"),
            (Text::office_code("a.b"), "office_code_has_its_form"),
            (Text::office_code("۱"), "office_code_has_its_form"),
            (Text::office_code(&long[..21]), "office_code_has_its_form"),
            (Text::network_code("a"), "network_code_has_its_form"),
            (Text::network_code("1a"), "network_code_has_its_form"),
            (Text::network_code(long_word), "a_code_has_a_limit"),
            (Text::agency_code("Ab"), "agency_code_has_its_form"),
            (Text::agency_code("a_b"), "agency_code_has_its_form"),
            (Text::service_code("-a"), "service_code_has_its_form"),
            (Text::service_code(&long), "service_code_has_its_form"),
            (Text::own_code(""), "code_is_seen"),
            (Text::own_code("iran "), "code_is_seen"),
            (Text::own_code(long_word), "a_code_has_a_limit"),
        ] {
            assert_eq!(rule_of(wrong).as_deref(), Some(rule), "{wrong:?}");
        }
    }

    #[test]
    fn an_address_has_one_at_between_two_parts() {
        for right in [None, Some("a@b"), Some("office-1@example.ir")] {
            assert_eq!(rule_of(Text::email_if_any(right)), None, "{right:?}");
        }
        for wrong in ["", "office", "@b", "a@", "a@b@c", "a b@c", "a@b "] {
            let rule = rule_of(Text::email_if_any(Some(wrong)));
            assert_eq!(rule.as_deref(), Some("party_email_has_an_at"), "{wrong}");
        }
    }
}
