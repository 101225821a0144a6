//! Values that may be said in several languages, and which of them is *the* value.
//!
//! Apple and 3GP mark texts with a language and perhaps a country, coordinates included. ExifTool shows a text in the
//! default language (none, `und`, or `eng` without a country) under the tag's own name, any other under a name with the
//! language behind it; and if nothing has the tag's own name, the first text of another language stands in for it.

use crate::native::fault::Fault;
use crate::tag::Tag;
use crate::value::Value;

/// One text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Spoken {
    /// What ExifTool calls the tag, whatever the group: names decide what stands in for what.
    pub(super) name: &'static str,
    /// What it says, if it is one of our tags. Others of the same name matter as rivals only.
    pub(super) said: Option<Said>,
}

/// What one of our tags says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub(super) tag: Tag,
    /// Whether it is in the default language.
    pub(super) is_default: bool,
    /// In ExifTool's notation.
    pub(super) value: Value,
}

/// The values that stand under the tags' own names.
pub(super) fn settled(spoken: &[Spoken]) -> Result<Vec<(Tag, Value)>, Fault> {
    let mut tags = Vec::new();
    for (index, one) in spoken.iter().enumerate() {
        let Some(said) = &one.said else { continue };
        let of_name = |range: &[Spoken], wanted: fn(&Spoken) -> bool| {
            range.iter().any(|other| other.name == one.name && wanted(other))
        };
        let is_default = |other: &Spoken| other.said.as_ref().is_some_and(|said| said.is_default);
        let before = spoken.get(..index).unwrap_or_default();
        if said.is_default {
            tags.push((said.tag, said.value.clone()));
        } else if of_name(spoken, |other| other.said.is_none()) {
            // Whether the rival stands in its way depends on the rival's language.
            return Err(Fault::beyond(format!("its {} is said in several languages", one.name)));
        } else if !of_name(spoken, is_default) && !of_name(before, |_| true) {
            tags.push((said.tag, said.value.clone()));
        }
    }
    Ok(tags)
}

/// Whether a language, packed in 5-bit letters as ISO 639-2, is the default one.
pub(super) fn is_default_language(packed: u16) -> bool {
    const ENGLISH: u16 = 0x15c7;
    const UNDEFINED: u16 = 0x55c4;
    packed == 0 || matches!(packed & 0x7fff, ENGLISH | UNDEFINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(tag: Tag, is_default: bool, text: &str) -> Spoken {
        Spoken { name: "Description", said: Some(Said { tag, is_default, value: Value::text(text) }) }
    }

    #[test]
    fn a_foreign_language_stands_in_for_the_default_one() {
        let tag = Tag::KeysDescription;
        let both = [spoken(tag, false, "fremd"), spoken(tag, true, "own")];
        let foreign = [spoken(tag, false, "fremd"), spoken(tag, false, "autre")];

        assert_eq!(settled(&both).unwrap(), [(tag, Value::text("own"))]);
        assert_eq!(settled(&foreign).unwrap(), [(tag, Value::text("fremd"))]);
        let rival = Spoken { name: "Description", said: None };
        assert!(settled(&[spoken(tag, false, "fremd"), rival.clone()]).is_err());
        assert_eq!(settled(&[spoken(tag, true, "own"), rival]).unwrap().len(), 1);
    }

    #[test]
    fn languages_are_three_letters_of_five_bits() {
        assert!(is_default_language(0) && is_default_language(0x15c7) && is_default_language(0x55c4));
        assert!(!is_default_language(0x1a41) && !is_default_language(0x10b5));
    }
}
