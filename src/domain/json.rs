//! JSON and words read into types, and in plain words what would be right where they cannot be.
//! Never here: what any of them means.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, IntoDeserializer, Unexpected, Visitor};

use super::calendar::{NoDay, day_of_text};
use super::excerpt::{ECHO_MAX, EXPLANATION_MAX, FIELD_MAX, excerpt};

/// What is wrong with a text that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// Its path, such as `facts.losses`; empty for the whole.
    pub field: String,
    pub rule: &'static str,
    /// What would be right.
    pub explanation: String,
}

/// The rule that a text breaks which is no JSON at all.
pub const IS_JSON: &str = "json";
/// The rule that what stands twice breaks.
pub const ONCE: &str = "once";
/// How a moment is written.
pub const A_MOMENT: &str = "a moment such as 2026-11-24T07:30:00+03:30";
/// How a day is written.
pub const A_DAY: &str = "a day such as 2025-09-23 or 1404-07-01";
const SHAPE: &str = "shape";
/// So deep serde_json reads.
const DEPTH_MAX: u8 = 127;
const OBJECT: &str = "one JSON object";

/// Reads one JSON object. A list is refused, though serde would take its elements for fields in their order.
pub fn object<T: DeserializeOwned>(json: &[u8]) -> Result<T, Misread> {
    object_placed(json, |line, column| format!("line {line}, column {column}"))
}

/// The same of a line of a file, whose number is told beside what is wrong.
pub fn object_of_line<T: DeserializeOwned>(json: &[u8]) -> Result<T, Misread> {
    object_placed(json, |_, column| format!("column {column}"))
}

fn object_placed<T: DeserializeOwned>(json: &[u8], place: fn(usize, usize) -> String) -> Result<T, Misread> {
    if is_no_object(json) {
        return Err(Misread::whole(OBJECT));
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = serde_path_to_error::deserialize(&mut reader);
    match read.map(|read| (read, reader.end())) {
        Ok((read, Ok(()))) => Ok(read),
        Ok((_, Err(_trailing))) => Err(Misread::whole("one JSON object, and nothing after it")),
        Err(error) if error.inner().is_data() => {
            Err(in_words(&error.path().to_string(), &error.inner().to_string()))
        }
        Err(error) => Err(Misread::whole(broken(error.inner(), place))),
    }
}

/// Whether a text begins as something else than an object.
pub fn is_no_object(json: &[u8]) -> bool {
    json.trim_ascii_start()
        .first()
        .is_some_and(|first| *first != b'{')
}

/// Reads a word of a closed list.
pub fn word<W: DeserializeOwned>(word: &str) -> Result<W, String> {
    let reader: StrDeserializer<'_, WordError> = word.into_deserializer();
    W::deserialize(reader).map_err(|error| in_words("", &error.to_string()).explanation)
}

/// A moment, for serde.
pub fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    struct Moment;
    impl Visitor<'_> for Moment {
        type Value = DateTime<Utc>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(A_MOMENT)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
            moment_of_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    from.deserialize_str(Moment)
}

/// A moment that may be left out, for serde.
pub fn moment_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(serde::Deserialize)]
    struct Stated(#[serde(deserialize_with = "moment")] DateTime<Utc>);
    let stated = Option::<Stated>::deserialize(from)?;
    Ok(stated.map(|Stated(moment)| moment))
}

/// A day of either calendar, for serde.
pub fn day<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    struct Day;
    impl Visitor<'_> for Day {
        type Value = NaiveDate;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(A_DAY)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<NaiveDate, E> {
            day_of_text(text).map_err(|none| match none {
                NoDay::Unreadable => E::invalid_value(Unexpected::Str(text), &self),
                NoDay::BeyondMonth { .. } => {
                    E::invalid_value(Unexpected::Str(text), &none.to_string().as_str())
                }
            })
        }
    }
    from.deserialize_str(Day)
}

/// A day that may be left out, for serde.
pub fn day_if_any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    #[derive(serde::Deserialize)]
    struct Stated(#[serde(deserialize_with = "day")] NaiveDate);
    let stated = Option::<Stated>::deserialize(from)?;
    Ok(stated.map(|Stated(day)| day))
}

/// A moment as RFC 3339 writes it.
pub fn moment_of_text(text: &str) -> Option<DateTime<Utc>> {
    let moment = DateTime::parse_from_rfc3339(text).ok()?;
    Some(moment.to_utc())
}

impl Misread {
    fn whole(explanation: impl Into<String>) -> Self {
        Self::of("", IS_JSON, explanation)
    }

    fn of(field: impl Into<String>, rule: &'static str, explanation: impl Into<String>) -> Self {
        Self {
            field: excerpt(field, FIELD_MAX),
            rule,
            explanation: excerpt(explanation, EXPLANATION_MAX),
        }
    }
}

fn broken(error: &serde_json::Error, place: fn(usize, usize) -> String) -> String {
    let place = place(error.line(), error.column());
    if error.to_string().starts_with("recursion limit") {
        format!("{OBJECT}, nested at most {DEPTH_MAX} deep: it goes deeper in {place}")
    } else if error.is_eof() {
        format!("{OBJECT}: it breaks off in {place}")
    } else {
        format!("{OBJECT}: what stands in {place} is no JSON")
    }
}

/// serde's message in words of the sender: what would be right, and below `path` the field that it is about.
fn in_words(path: &str, told: &str) -> Misread {
    let path = if path == "." { "" } else { path };
    let told = told.split(" at line ").next().unwrap_or(told);
    if let Some(name) = quoted_after(told, "missing field ") {
        return Misread::of(below(path, name), "required", "it is missing");
    }
    if let Some(name) = quoted_after(told, "duplicate field ") {
        return Misread::of(below(path, name), ONCE, "it stands twice");
    }
    if let Some(name) = quoted_after(told, "unknown field ") {
        let known = choices(told);
        return Misread::of(
            below(path, name),
            "known",
            format!("no such field; known: {known}"),
        );
    }
    if let Some(name) = quoted_after(told, "unknown variant ") {
        let (known, name) = (choices(told), excerpt(name, ECHO_MAX));
        return Misread::of(path, "known", format!("one of {known}; sent was `{name}`"));
    }
    match told.rsplit_once(", expected ") {
        Some((sent, expected)) => Misread::of(
            path,
            SHAPE,
            format!("{}; sent was {}", kind(expected), sent_as(sent)),
        ),
        None => Misread::of(path, SHAPE, told),
    }
}

fn quoted_after<'a>(told: &'a str, opening: &str) -> Option<&'a str> {
    told.strip_prefix(opening)?.strip_prefix('`')?.split('`').next()
}

/// Of "expected one of `a`, `b`" or "expected `a` or `b`".
fn choices(told: &str) -> String {
    let (_, expected) = told.split_once(", expected ").unwrap_or(("", "none"));
    let words: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    if words.is_empty() {
        return "none".to_owned();
    }
    words.join(", ")
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) {
        return if path.is_empty() { name } else { path }.to_owned();
    }
    format!("{path}.{name}")
}

fn sent_as(sent: &str) -> String {
    let value = sent.split_once(": ").map_or(sent, |(_, value)| value);
    match value.strip_prefix("floating point ") {
        Some(number) => format!("{number}, which is no whole number of at most {}", i64::MAX),
        None => excerpt(value, ECHO_MAX),
    }
}

fn kind(expected: &str) -> &str {
    match expected {
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, zero or more",
        "a nonzero u32" => "a whole number from 1 to 4294967295",
        "a string" | "a borrowed string" | "string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Row {
        count: i64,
        word: Word,
        #[serde(deserialize_with = "moment")]
        at: DateTime<Utc>,
        #[serde(default)]
        facts: BTreeMap<String, bool>,
        step: Option<std::num::NonZeroU32>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Urban,
        Rural,
    }

    const ROW: &str = r#"{"count":1,"word":"urban","at":"2026-11-24T07:30:00Z","facts":{"x":true}}"#;

    #[test]
    fn what_cannot_be_read_names_its_field_and_what_would_be_right() {
        let misread = |was: &str, is: &str| {
            let misread = object::<Row>(ROW.replace(was, is).as_bytes()).unwrap_err();
            (misread.field, misread.rule, misread.explanation)
        };
        for (was, is, field, rule, told) in [
            ("\"count\":1,", "", "count", "required", "missing"),
            (
                "\"count\"",
                "\"cuont\"",
                "cuont",
                "known",
                "known: count, word, at, facts, step",
            ),
            ("\"count\":1", "\"count\":1,\"count\":1", "count", "once", "twice"),
            (
                "\"urban\"",
                "\"town\"",
                "word",
                "known",
                "one of urban, rural; sent was `town`",
            ),
            (
                ":1,",
                ":\"x\",",
                "count",
                SHAPE,
                "a whole number; sent was string \"x\"",
            ),
            (
                "T07:30:00Z",
                "",
                "at",
                SHAPE,
                "a moment such as 2026-11-24T07:30:00+03:30; sent was",
            ),
            (
                "true",
                "1",
                "facts.x",
                SHAPE,
                "true or false; sent was integer `1`",
            ),
            (
                ":1,",
                ":1e30,",
                "count",
                SHAPE,
                "sent was `1e+30`, which is no whole number of at most 9223372036854775807",
            ),
            (
                "\"at\"",
                "\"step\":0,\"at\"",
                "step",
                SHAPE,
                "a whole number from 1 to 4294967295; sent was integer `0`",
            ),
            ("{\"x\":true}}", "{", "", IS_JSON, "breaks off in line 1"),
            ("}}", "}} {}", "", IS_JSON, "nothing after it"),
            ("{\"count\"", "[\"count\"", "", IS_JSON, "one JSON object"),
        ] {
            let (in_field, broken, explanation) = misread(was, is);
            assert_eq!((in_field.as_str(), broken), (field, rule), "{explanation}");
            assert!(explanation.contains(told), "{explanation}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_beginning_and_still_with_what_would_be_right() {
        let long = "ن".repeat(60_000);
        for (was, is, told) in [
            (":1,", format!(":\"{long}\","), "a whole number; sent was string"),
            (
                "\"urban\"",
                format!("\"{long}\""),
                "one of urban, rural; sent was",
            ),
            ("T07:30:00Z", long.clone(), "a moment such as"),
            ("\"count\"", format!("\"{long}\""), "no such field; known: count"),
            ("\"x\":true", format!("\"{long}\":1"), "true or false"),
        ] {
            let misread = object::<Row>(ROW.replace(was, &is).as_bytes()).unwrap_err();
            assert!(misread.explanation.starts_with(told), "{misread:?}");
            let characters = misread.explanation.chars().count();
            assert!(characters <= told.len() + 2 * ECHO_MAX, "{misread:?}");
            assert!(misread.field.chars().count() <= FIELD_MAX, "{misread:?}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_told_with_the_limit() {
        let nested = |deep: usize| format!("{{\"x\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
        let read = |deep: usize| object::<serde_json::Value>(nested(deep).as_bytes());
        assert!(read(usize::from(DEPTH_MAX) - 1).is_ok());
        let told = read(usize::from(DEPTH_MAX)).unwrap_err().explanation;
        assert!(told.contains("nested at most 127 deep"), "{told}");
    }

    #[test]
    fn a_word_is_one_of_its_list() {
        assert_eq!(word("rural"), Ok(Word::Rural));
        assert_eq!(
            word::<Word>("sea").unwrap_err(),
            "one of urban, rural; sent was `sea`"
        );
    }
}
