//! People: one list item per name, beside the keywords that are there.
//!
//! Joining names with commas makes "Bob, Jr." two people and "Alice,Bob" one; each name is an item. As keywords
//! names become tags in Immich when it reads the file again, so that is a choice, and only made where it costs
//! no tag that is there.

use std::collections::BTreeSet;

use super::lists::{Lists, PEOPLE};
use super::tag_paths::hierarchical_below;
use super::{Policy, TagChoices};
use crate::tag::Tag;

/// Says where the names belong; `keywords` whether keywords may be added. Returns whether some had to be left out.
pub(super) fn lay_out(
    people: &BTreeSet<String>,
    choices: TagChoices,
    policy: Policy,
    keywords: bool,
    lists: &mut Lists<'_>,
) -> bool {
    let mut left_out = false;
    for name in people {
        let add = lists.may_add(policy, Tag::PersonInImage);
        lists.want(Tag::PersonInImage, name, add);
        if choices.people_as_keywords {
            left_out |= !keywords && !lists.says(Tag::Subject, name);
            lists.want_keyword(name, |lists, tag| keywords && lists.may_add(policy, tag));
        }
        if choices.people_in_hierarchy {
            let item = hierarchical_below(PEOPLE, name);
            left_out |= !keywords && !lists.says(Tag::HierarchicalSubject, &item);
            let add = keywords && lists.may_add(policy, Tag::HierarchicalSubject);
            lists.want(Tag::HierarchicalSubject, &item, add);
        }
    }
    left_out
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, file};
    use crate::fields::PhotoFields;
    use crate::structure::Container;
    use crate::tag::Tag;

    fn people(names: &[&str], tags: &[&str]) -> PhotoFields {
        let set = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        PhotoFields { people: set(names), all_tags: set(tags), ..PhotoFields::default() }
    }

    #[test]
    fn mistake_03_names_join_the_keywords_as_items_of_their_own() {
        let photo = file(Container::Jpeg, &[(Tag::Subject, "holiday"), (Tag::Subject, "beach")]);

        let changes = changes(&people(&["Alice", "Bob, Jr."], &["beach", "holiday"]), &photo);

        assert_eq!(
            changes,
            [
                "XMP-iptcExt:PersonInImage=Alice|Bob, Jr.",
                "XMP-dc:Subject=holiday|beach|Alice|Bob, Jr.",
                "XMP-digiKam:TagsList=beach|holiday"
            ]
        );
    }

    #[test]
    fn keywords_of_the_iptc_block_are_kept_short() {
        let long = "é".repeat(40);
        let photo = file(Container::Jpeg, &[(Tag::IptcKeywords, "beach")]);

        let changes = changes(&people(&[&long], &[]), &photo);

        assert_eq!(changes[2], format!("IPTC:Keywords=beach|{}", "é".repeat(32)));
    }

    #[test]
    fn a_keyword_that_was_cut_says_the_name() {
        let long = "é".repeat(40);
        let short = "é".repeat(32);
        let photo = file(
            Container::Jpeg,
            &[(Tag::PersonInImage, &long), (Tag::Subject, &long), (Tag::IptcKeywords, &short)],
        );

        assert!(changes(&people(&[&long], &[]), &photo).is_empty());
    }

    #[test]
    fn nobody_known_changes_nothing() {
        let photo = file(Container::Jpeg, &[(Tag::PersonInImage, "Alice")]);

        assert!(changes(&people(&[], &[]), &photo).is_empty());
    }

    #[test]
    fn without_the_tags_of_the_server_no_keyword_is_added() {
        let photo = file(Container::Jpeg, &[(Tag::Subject, "beach")]);
        let unknown = PhotoFields { all_tags: None, ..people(&["Alice"], &[]) };

        assert_eq!(changes(&unknown, &photo), ["XMP-iptcExt:PersonInImage=Alice"]);
    }
}
