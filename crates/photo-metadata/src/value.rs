//! One value of one tag, as a file holds it or as we want it.

use serde::{Deserialize, Serialize};

use crate::regions::{Fields, same_regions};
use crate::tag::{Tag, ValueKind};
use crate::time;

/// Degrees that two positions may differ and still be the same place (about 10 cm).
///
/// Cameras store hundredths of a second of arc (2.8e-6 degrees); what a server read from such a
/// value comes back exactly, and what ExifTool writes comes back within 1e-8.
const NUMBER_TOLERANCE: f64 = 1e-6;

/// What a tag holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// One string, date or number, as text.
    Text(String),
    /// The items of a list, in file order.
    List(Vec<String>),
    /// Regions, to the letter.
    Structure(Fields),
}

impl Value {
    /// A number in the shortest notation that reads back equal.
    pub fn number(number: f64) -> Self {
        Self::Text(format!("{number}"))
    }

    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The one string; the first item of a list; nothing of regions.
    pub fn as_text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::List(items) => items.first().map_or("", String::as_str),
            Self::Structure(_) => "",
        }
    }

    /// The items; a single string is a list of one, and regions are none.
    pub fn items(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            Self::List(items) => items.iter().map(String::as_str).collect(),
            Self::Structure(_) => Vec::new(),
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        self.as_text().trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Whether both say the same for a tag: lists as bags, numbers within a tolerance, dates by
    /// their parts, texts to the letter.
    pub fn says_the_same(&self, other: &Self, tag: Tag) -> bool {
        match tag.kind() {
            ValueKind::Text if is_coordinates(tag) => same_coordinates(self.as_text(), other.as_text()),
            ValueKind::Text => self.as_text() == other.as_text(),
            ValueKind::List => {
                let (mut own, mut theirs) = (self.items(), other.items());
                own.sort_unstable();
                theirs.sort_unstable();
                own == theirs
            }
            ValueKind::Number => match (self.as_number(), other.as_number()) {
                (Some(own), Some(theirs)) => (own - theirs).abs() <= NUMBER_TOLERANCE,
                _ => self.as_text() == other.as_text(),
            },
            ValueKind::Date => time::same_date(self.as_text(), other.as_text()),
            ValueKind::Structure => match (self, other) {
                (Self::Structure(own), Self::Structure(theirs)) => same_regions(own, theirs, tag),
                _ => self == other,
            },
        }
    }
}

fn is_coordinates(tag: Tag) -> bool {
    matches!(tag, Tag::KeysCoordinates | Tag::UserDataCoordinates)
}

/// Degrees in ISO 6709 text are cut by writers; 4 places are 11 m.
const COORDINATE_TOLERANCE: f64 = 1e-4;

fn same_coordinates(one: &str, other: &str) -> bool {
    let (one, other) = (coordinates(one), coordinates(other));
    one.len() == other.len()
        && one.iter().zip(&other).all(|(own, theirs)| (own - theirs).abs() <= COORDINATE_TOLERANCE)
}

/// The numbers of `lat lon [alt]`, as ExifTool prints QuickTime coordinates with `-n`.
pub(crate) fn coordinates(text: &str) -> Vec<f64> {
    text.split([' ', ',']).filter(|part| !part.is_empty()).filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_compared_as_bags() {
        let one = Value::List(vec!["a".into(), "b".into(), "b".into()]);
        let other = Value::List(vec!["b".into(), "a".into(), "b".into()]);
        let third = Value::List(vec!["b".into(), "a".into()]);

        assert!(one.says_the_same(&other, Tag::Subject));
        assert!(!one.says_the_same(&third, Tag::Subject));
    }

    #[test]
    fn a_number_is_compared_by_value() {
        assert!(Value::text("5.0").says_the_same(&Value::text("5"), Tag::Rating));
        assert!(!Value::text("4").says_the_same(&Value::text("5"), Tag::Rating));
        assert!(!Value::number(52.5).says_the_same(&Value::number(52.500_01), Tag::GpsLatitude));
    }
}
