//! What a parameter has to be by its schema, in words for people. Never here: which parameters a route has.

use std::fmt;

use utoipa::Number;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

/// What a parameter has to be; any text will do where nothing else is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Word(Vec<String>),
    /// Both ends belong to it.
    Whole {
        from: i64,
        to: i64,
    },
    Truth,
}

impl Wanted {
    pub fn by(document: &OpenApi, schema: &RefOr<Schema>) -> Option<Self> {
        let object = described(document, schema)?;
        if let Some(values) = &object.enum_values {
            let words = values.iter().filter_map(|value| value.as_str());
            return Some(Self::Word(words.map(str::to_owned).collect()));
        }
        if is_of(object, Type::Integer) {
            return Some(whole(object));
        }
        is_of(object, Type::Boolean).then_some(Self::Truth)
    }

    pub fn is_met_by(&self, text: &str) -> bool {
        match self {
            Self::Word(words) => words.iter().any(|word| word == text),
            Self::Whole { from, to } => text.parse().is_ok_and(|number| (*from..=*to).contains(&number)),
            Self::Truth => ["true", "false"].contains(&text),
        }
    }

    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Word(_) => "word_is_known",
            Self::Whole { .. } => "number_is_whole",
            Self::Truth => "true_or_false",
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(words) => write!(f, "one of {}", words.join(", ")),
            Self::Whole { from, .. } if *from < 0 => f.write_str("a whole number"),
            Self::Whole { from, to } => write!(f, "a whole number from {from} to {to}"),
            Self::Truth => f.write_str("true or false"),
        }
    }
}

/// The schema itself, below references and beside the null of what may be left out.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is open: others may be added"
)]
fn described<'d>(document: &'d OpenApi, schema: &'d RefOr<Schema>) -> Option<&'d Object> {
    let schema = match schema {
        RefOr::T(schema) => schema,
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            match document.components.as_ref()?.schemas.get(name)? {
                RefOr::T(schema) => schema,
                RefOr::Ref(_) => return None,
            }
        }
    };
    let any = |items: &'d [RefOr<Schema>]| items.iter().find_map(|item| described(document, item));
    match schema {
        Schema::Object(object) => (object.schema_type != SchemaType::Type(Type::Null)).then_some(object),
        Schema::OneOf(choice) => any(&choice.items),
        Schema::AllOf(choice) => any(&choice.items),
        Schema::AnyOf(choice) => any(&choice.items),
        _ => None,
    }
}

fn is_of(object: &Object, kind: Type) -> bool {
    match &object.schema_type {
        SchemaType::Type(own) => *own == kind,
        SchemaType::Array(kinds) => kinds.contains(&kind),
        SchemaType::AnyValue => false,
    }
}

fn whole(object: &Object) -> Wanted {
    let (from, to) = match &object.format {
        Some(SchemaFormat::KnownFormat(KnownFormat::Int32)) => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some(_) | None => (i64::MIN, i64::MAX),
    };
    let end = |number: Option<&Number>| match number? {
        Number::Int(number) => i64::try_from(*number).ok(),
        Number::UInt(number) => i64::try_from(*number).ok(),
        Number::Float(_) => None,
    };
    Wanted::Whole {
        from: end(object.minimum.as_ref()).unwrap_or(from),
        to: end(object.maximum.as_ref()).unwrap_or(to),
    }
}
