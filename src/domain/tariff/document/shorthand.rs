//! Reading the short forms of the tariff language (a bare number, a bare name, a list) with errors that guide.
//! Never here: what the forms mean.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Reads a type by the JSON shape it meets. Each shape that is not listed is an error that says what is expected;
/// serde's untagged enums would say only that nothing matched.
macro_rules! read_by_shape {
    ($type:ty, $expecting:literal
        $(, whole($whole:ident) => $from_whole:expr)?
        $(, flag($flag:ident) => $from_flag:expr)?
        $(, text($text:ident) => $from_text:expr)?
        $(, list($list:ident) => $from_list:expr)?
        $(, object($object:ident) => $from_object:expr)?
        $(, keyed($keyed:ident) => $from_keyed:expr)?
    ) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Shape;
                impl<'de> serde::de::Visitor<'de> for Shape {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }
                    $(
                    fn visit_i64<E: serde::de::Error>(self, $whole: i64) -> Result<$type, E> {
                        Ok($from_whole)
                    }
                    fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<$type, E> {
                        let $whole = i64::try_from(whole).map_err(|_| E::custom(format_args!("a number is above {}", i64::MAX)))?;
                        Ok($from_whole)
                    })?
                    $(fn visit_bool<E: serde::de::Error>(self, $flag: bool) -> Result<$type, E> {
                        Ok($from_flag)
                    })?
                    $(fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        let $text = text.to_owned();
                        Ok($from_text)
                    })?
                    $(fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<$type, A::Error> {
                        let reader = serde::de::value::SeqAccessDeserializer::new(seq);
                        let $list = serde::Deserialize::deserialize(reader)?;
                        Ok($from_list)
                    })?
                    $(fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        let reader = serde::de::value::MapAccessDeserializer::new(map);
                        let $object = serde::Deserialize::deserialize(reader)?;
                        Ok($from_object)
                    })?
                    $(fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        let $keyed = serde::Deserialize::deserialize($crate::domain::tariff::document::shorthand::OneKey(map))?;
                        Ok($from_keyed)
                    })?
                }
                deserializer.deserialize_any(Shape)
            }
        }
    };
}
pub(super) use read_by_shape;

/// An object with exactly one key, which names the rule: `{"percent": {…}}`.
pub(super) struct OneKey<A>(pub(super) A);

impl<'de, A: MapAccess<'de>> Deserializer<'de> for OneKey<A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> de::EnumAccess<'de> for OneKey<A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(mut self, seed: V) -> Result<(V::Value, Self), A::Error> {
        match self.0.next_key_seed(seed)? {
            Some(variant) => Ok((variant, self)),
            None => Err(de::Error::custom(
                "an empty object is no rule: it has one key, the name of the rule",
            )),
        }
    }
}

impl<'de, A: MapAccess<'de>> de::VariantAccess<'de> for OneKey<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        Err(de::Error::custom("this rule takes a value"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(mut self, seed: T) -> Result<T::Value, A::Error> {
        let value = self.0.next_value_seed(seed)?;
        match self.0.next_key::<String>()? {
            None => Ok(value),
            Some(second) => Err(de::Error::custom(format!(
                "a rule is an object with one key; `{second}` is a second one (nest it, or use `sum`)"
            ))),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        self.unit_variant()
            .and_then(|()| Err(de::Error::custom("no such rule")))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, A::Error> {
        self.unit_variant()
            .and_then(|()| Err(de::Error::custom("no such rule")))
    }
}

/// A JSON object from names to values that refuses a name given twice (serde's maps let the last one win).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T>(pub BTreeMap<String, T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Entries<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object from names to values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    match entries.entry(name) {
                        Entry::Vacant(free) => free.insert(value),
                        Entry::Occupied(taken) => {
                            let name = taken.key();
                            return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
                        }
                    };
                }
                Ok(Named(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("NamedOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, T>::json_schema(generator)
    }
}
