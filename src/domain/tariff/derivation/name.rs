//! What a step names, with what people call it. Never here: looking anything up by its name, which two things may bear.

use super::own_word;
use crate::domain::language::Language;
use crate::domain::tariff::term::Title;

/// An input, a fact, or an amount of the tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub name: String,
    /// Without a title of its own, the name or the language's word for it.
    pub title: Title,
}

impl Name {
    /// A name that is told as it is written.
    pub(in crate::domain::tariff) fn plain(name: &str) -> Self {
        Self::called(name, |_| name)
    }

    /// A name that the language itself gives, such as `amount`.
    pub(in crate::domain::tariff) fn own(name: &str) -> Self {
        Self::called(name, |language| own_word(name, language))
    }

    /// `label`: what it is called in each language.
    pub(in crate::domain::tariff) fn called<'a>(name: &str, label: impl Fn(Language) -> &'a str) -> Self {
        let [fa, en] = [Language::Fa, Language::En].map(|language| label(language).to_owned());
        Self {
            name: name.to_owned(),
            title: Title { fa, en },
        }
    }

    pub(super) fn told(&self, language: Language) -> &str {
        self.title.in_language(language)
    }
}
