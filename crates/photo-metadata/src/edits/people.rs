//! People: one list item per name, beside the keywords that are there.
//!
//! Joining names with commas makes "Bob, Jr." two people and "Alice,Bob" one; each name is an item.

use std::collections::BTreeSet;

use super::{Draft, TagChoices};
use crate::tag::Tag;
use crate::text::cut_to_bytes;
use crate::value::Value;

/// Bytes of one IPTC keyword (IIM 4.2, dataset 2:25).
const IPTC_KEYWORD_BYTES: usize = 64;

pub(super) fn plan(people: &BTreeSet<String>, choices: TagChoices, draft: &mut Draft<'_>) {
    if people.is_empty() {
        return;
    }
    let names: Vec<&str> = people.iter().map(String::as_str).collect();
    add_items(draft, Tag::PersonInImage, &names);
    if !choices.people_as_keywords {
        return;
    }
    add_items(draft, Tag::Subject, &names);
    if draft.file.has_iptc() {
        let short: Vec<&str> = names.iter().map(|name| cut_to_bytes(name, IPTC_KEYWORD_BYTES)).collect();
        add_items(draft, Tag::IptcKeywords, &short);
    }
}

fn add_items(draft: &mut Draft<'_>, tag: Tag, names: &[&str]) {
    let mut items: Vec<String> =
        draft.current(tag).map(Value::items).unwrap_or_default().into_iter().map(str::to_owned).collect();
    for name in names {
        if !items.iter().any(|item| item == name) {
            items.push((*name).to_owned());
        }
    }
    draft.set(tag, Value::List(items));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, file};
    use crate::fields::PhotoFields;
    use crate::structure::Container;
    use crate::tag::Tag;

    fn people(names: &[&str]) -> PhotoFields {
        PhotoFields {
            people: Some(names.iter().map(|&name| name.to_owned()).collect()),
            ..PhotoFields::default()
        }
    }

    #[test]
    fn mistake_03_names_join_the_keywords_as_items_of_their_own() {
        let photo = file(Container::Jpeg, &[(Tag::Subject, "holiday"), (Tag::Subject, "beach")]);

        let changes = changes(&people(&["Alice", "Bob, Jr."]), &photo);

        assert_eq!(
            changes,
            ["XMP-iptcExt:PersonInImage=Alice|Bob, Jr.", "XMP-dc:Subject=holiday|beach|Alice|Bob, Jr."]
        );
    }

    #[test]
    fn keywords_of_the_iptc_block_are_kept_short() {
        let long = "é".repeat(40);
        let photo = file(Container::Jpeg, &[(Tag::IptcKeywords, "beach")]);

        let changes = changes(&people(&[&long]), &photo);

        assert_eq!(changes[2], format!("IPTC:Keywords=beach|{}", "é".repeat(32)));
    }

    #[test]
    fn nobody_known_changes_nothing() {
        let photo = file(Container::Jpeg, &[(Tag::PersonInImage, "Alice")]);

        assert!(changes(&people(&[]), &photo).is_empty());
    }
}
