//! Structured values of XMP, kept to the letter.
//!
//! A region may hold anything: fields of tools that nobody knows, lists of other tags as extensions. To prove
//! that a foreign region is as before, all of it is kept as the text that the file has: `0.10` is not `0.1`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The fields of a structure by the name that ExifTool gives them (`Area`, `XMP-dc:Creator`).
pub type Fields = BTreeMap<String, Node>;

/// A value: one text, several values, or named fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Node {
    /// Text, number or date, as the file spells it.
    Text(String),
    /// The items of a list, in file order.
    List(Vec<Node>),
    /// Fields; XMP gives them no order.
    Structure(Fields),
}

impl Node {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// From one value of ExifTool's JSON.
    pub(crate) fn from_json(json: &str) -> Self {
        if let Ok(text) = serde_json::from_str::<String>(json) {
            return Self::Text(text);
        }
        if let Ok(items) = serde_json::from_str::<Vec<Box<RawValue>>>(json) {
            return Self::List(items.iter().map(|item| Self::from_json(item.get())).collect());
        }
        if let Ok(fields) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(json) {
            let node = |(name, value): (String, Box<RawValue>)| (name, Self::from_json(value.get()));
            return Self::Structure(fields.into_iter().map(node).collect());
        }
        // ExifTool 12 prints the texts `True` and `False` as JSON words and forgets how they are spelled.
        Self::Text(match json {
            "true" => "True".to_owned(),
            "false" => "False".to_owned(),
            number => number.to_owned(),
        })
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Structure(_) => None,
        }
    }

    /// The number, if it is a text that says one.
    pub fn as_number(&self) -> Option<f64> {
        self.as_text()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// The fields, if it is a structure.
    pub fn as_structure(&self) -> Option<&Fields> {
        match self {
            Self::Structure(fields) => Some(fields),
            Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The items; a single value is a list of one.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Text(_) | Self::Structure(_) => std::slice::from_ref(self),
        }
    }

    /// Whether this has everything that `part` has, and perhaps more.
    pub(crate) fn includes(&self, part: &Self) -> bool {
        match (self, part) {
            (Self::Structure(own), Self::Structure(part)) => {
                part.iter().all(|(name, value)| own.get(name).is_some_and(|field| field.includes(value)))
            }
            _ => self == part,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_letters() {
        let node = Node::from_json(r#"{"Area": {"X": 0.10, "Y": ".5"}, "Name": true, "List": ["a", 1.50]}"#);
        let fields = node.as_structure().unwrap();
        let area = fields["Area"].as_structure().unwrap();
        assert_eq!(area["X"], Node::text("0.10"));
        assert_eq!(area["Y"].as_number(), Some(0.5));
        assert_eq!(fields["Name"], Node::text("True"));
        assert_eq!(fields["List"].items(), [Node::text("a"), Node::text("1.50")]);
    }

    #[test]
    fn a_journal_gives_back_what_it_was_given() {
        let node = Node::from_json(r#"{"L": [{"Name": "a\n\"b\""}], "E": {"XMP-x:Y": ["1.0"]}, "T": "x"}"#);

        let stored = serde_json::to_string(&node).unwrap();

        assert_eq!(serde_json::from_str::<Node>(&stored).unwrap(), node);
    }

    #[test]
    fn a_part_is_included_and_more_is_not() {
        let part = Node::from_json(r#"{"Area": {"X": "1"}}"#);
        let whole = Node::from_json(r#"{"Area": {"X": "1", "Y": "2"}, "Name": "a"}"#);

        assert!(whole.includes(&part));
        assert!(!part.includes(&whole));
        assert!(!whole.includes(&Node::from_json(r#"{"Area": {"X": "1.0"}}"#)));
    }
}
