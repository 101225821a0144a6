//! An answer as a tree that borrows from its text, and that cannot fill the memory.
//!
//! A page of a thousand assets holds sixty thousand values, of which two thirds are never looked at. A tree
//! that owns its texts and sorts its members takes four times as long to build as one that points into the
//! body, and that is most of what a walk costs.
//!
//! A body of 64 MiB can hold thirty million values. The largest honest answers (a thousand assets with
//! twenty faces each, ten thousand albums) have some four hundred thousand, so building ends at a million:
//! 56 MB of tree, and twice that for a moment while a list grows.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use crate::error::BodyProblem;

/// More values than any answer of Immich holds.
const MOST_VALUES: usize = 1_000_000;

/// A value of JSON, for as long as its text is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// In the order of the text; of two members with the same name the later one counts.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Parses a body, or says in what way it is no answer of Immich.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, BodyProblem> {
        let left = Cell::new(MOST_VALUES);
        let mut reader = serde_json::Deserializer::from_slice(body);
        let parsed = Tree { left: &left }.deserialize(&mut reader);
        parsed.and_then(|tree| reader.end().map(|()| tree)).map_err(|error| {
            if left.get() == 0 {
                BodyProblem::TooManyValues
            } else if error.is_eof() && !body.is_empty() {
                BodyProblem::Truncated
            } else if error.to_string().starts_with("recursion limit") {
                BodyProblem::TooDeep
            } else {
                BodyProblem::NotJson
            }
        })
    }

    /// A member of an object, null or not.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                members.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The items of a list.
    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => None,
        }
    }

    /// A text, and nothing else.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }
}

/// Builds a tree as long as there are values left.
#[derive(Clone, Copy)]
struct Tree<'c> {
    left: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        let left = self.left.get().saturating_sub(1);
        self.left.set(left);
        if left == 0 {
            return Err(de::Error::custom("too many values"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, switch: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(switch))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some(name) = members.next_key_seed(Name)? {
            object.push((name, members.next_value_seed(self)?));
        }
        Ok(Json::Object(object))
    }
}

/// Reads the name of a member without a copy.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// So that a test can write an answer down.
#[cfg(test)]
impl From<serde_json::Value> for Json<'static> {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(switch) => Self::Bool(switch),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
        }
    }
}

/// Writes an answer down in a test.
#[cfg(test)]
macro_rules! answer {
    ($($json:tt)+) => {
        crate::json::Json::from(serde_json::json!($($json)+))
    };
}
#[cfg(test)]
pub(crate) use answer;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_json_or_has_a_problem() {
        let parsed = Json::parse(br#"{"a":[1,-2,2.5,true,null,"x","\n"],"a":{"b":[]}}"#).unwrap();

        assert_eq!(parsed.get("a"), Some(&answer!({"b": []})), "the later member counts");
        let problem = |body: &[u8]| Json::parse(body).unwrap_err();
        assert_eq!(problem(b"{\"a\":[1,2"), BodyProblem::Truncated);
        assert_eq!(problem(b"<html>502</html>"), BodyProblem::NotJson);
        assert_eq!(problem(b"{} and more"), BodyProblem::NotJson);
        assert_eq!(problem(b"\"\xff\""), BodyProblem::NotJson);
        assert_eq!(problem(b""), BodyProblem::NotJson);
        assert_eq!(problem(&b"[".repeat(100_000)), BodyProblem::TooDeep);
    }

    #[test]
    fn a_tree_is_what_the_text_says_and_points_into_it() {
        let body = br#"{"list":[1,-2,2.5,true,false,null],"text":"plain","other":"a\u00e4\n"}"#;

        let parsed = Json::parse(body).unwrap();

        let said = answer!({"list": [1, -2, 2.5, true, false, null], "text": "plain", "other": "aä\n"});
        assert_eq!(parsed.get("list"), said.get("list"));
        assert_eq!(parsed.get("other"), said.get("other"));
        assert!(matches!(parsed.get("text"), Some(Json::Text(Cow::Borrowed("plain")))));
    }

    #[test]
    fn a_small_body_of_many_values_is_refused_before_it_is_built() {
        let list = format!("[{}0]", "0,".repeat(MOST_VALUES));
        let objects = format!("[{}0]", "{},".repeat(MOST_VALUES));
        let members = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(MOST_VALUES));

        for body in [list, objects, members] {
            assert_eq!(Json::parse(body.as_bytes()), Err(BodyProblem::TooManyValues));
        }
    }

    #[test]
    fn a_value_is_as_small_as_the_bound_takes_it_for() {
        assert!(size_of::<(Cow<'_, str>, Json<'_>)>() * MOST_VALUES <= 56_000_000);
    }

    #[test]
    fn a_page_of_a_thousand_crowds_is_read() {
        let face = r#"{"id":"x","a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":"manual"}"#;
        let person = format!(r#"{{"id":"x","name":"y","faces":[{face}],"a":1,"b":2,"c":3}}"#);
        let asset = format!(r#"{{"id":"x","people":[{}0]}}"#, format!("{person},").repeat(40));

        assert!(Json::parse(format!("[{}0]", format!("{asset},").repeat(1000)).as_bytes()).is_ok());
    }

    #[test]
    fn commas_and_brackets_in_strings_are_no_values() {
        let body = format!(r#"{{"a":"{}\"[,"}}"#, "[,{".repeat(MOST_VALUES));

        assert!(Json::parse(body.as_bytes()).is_ok());
    }
}
