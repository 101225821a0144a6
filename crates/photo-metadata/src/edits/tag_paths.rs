//! The path of a tag in its three notations, and which tags Immich makes of a file.
//!
//! `digiKam:TagsList` separates the parts of a path by `/`, `lr:hierarchicalSubject` by `|`, a keyword is taken as
//! a path with `/` too. Immich reads the first of the three that is there, and that one alone (`metadata.service.ts`,
//! `getTagList`; measured on 3.0.3). Reading a hierarchical subject it turns `/` inside a part into `|`, so
//! every part can be written there although `|` separates: as `/`.

use std::collections::BTreeSet;

use super::TagEdit;
use crate::file_tags::FileTags;
use crate::tag::Tag;
use crate::value::Value;

/// The tag that Immich makes of an item of a list.
pub(super) fn as_read(tag: Tag, item: &str) -> String {
    if tag == Tag::HierarchicalSubject {
        let parts: Vec<String> = item.split('|').map(|part| part.replace('/', "|")).collect();
        return without_empty_parts(&parts.join("/"));
    }
    without_empty_parts(item)
}

/// Immich drops the empty parts of a path (`upsertTags`).
fn without_empty_parts(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// A tag of the server as hierarchical subject.
pub(super) fn hierarchical(path: &str) -> String {
    path.split('/').map(|part| part.replace('|', "/")).collect::<Vec<_>>().join("|")
}

/// A name below a root as hierarchical subject: `Albums|Summer`.
pub(super) fn hierarchical_below(root: &str, name: &str) -> String {
    format!("{root}|{}", name.replace('|', "/"))
}

/// The last part of a path.
pub(super) fn leaf(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Which tags Immich would give the asset when it reads the file with these changes; an empty set takes all away.
///
/// Keywords follow the Metadata Working Group as ExifTool does: `dc:subject`, unless there is none or the digest
/// beside the IPTC block says that the block was changed by a program that knows no XMP.
pub fn tags_as_immich_reads(file: &FileTags, edits: &[TagEdit]) -> BTreeSet<String> {
    read_tags(file, |tag| match edits.iter().find(|edit| edit.tag == tag) {
        Some(edit) => owned_items(edit.new.as_ref()),
        None => owned_items(file.get(tag)),
    })
}

/// The same for lists that are being made.
pub(super) fn read_tags(file: &FileTags, items: impl Fn(Tag) -> Vec<String>) -> BTreeSet<String> {
    let first = [Tag::TagsList, Tag::HierarchicalSubject]
        .into_iter()
        .map(|tag| (tag, items(tag)))
        .find(|(_, items)| !items.is_empty());
    let (tag, items) = first.unwrap_or_else(|| (Tag::Subject, keywords(file, &items)));
    items.iter().map(|item| as_read(tag, item)).filter(|path| !path.is_empty()).collect()
}

fn keywords(file: &FileTags, items: &impl Fn(Tag) -> Vec<String>) -> Vec<String> {
    let (subject, iptc) = (items(Tag::Subject), items(Tag::IptcKeywords));
    let iptc_is_newer = file.iptc().is_some_and(|block| !block.renew_digest);
    match (iptc_is_newer, subject.is_empty()) {
        (false, false) => subject,
        (false, true) | (true, _) => iptc,
    }
}

pub(super) fn owned_items(value: Option<&Value>) -> Vec<String> {
    value.map(Value::items).unwrap_or_default().into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::file;
    use super::*;
    use crate::structure::Container;

    fn read(tags: &[(Tag, &str)]) -> Vec<String> {
        tags_as_immich_reads(&file(Container::Jpeg, tags), &[]).into_iter().collect()
    }

    #[test]
    fn the_first_source_alone_is_read() {
        let (list, subject, keyword) =
            ((Tag::TagsList, "a/b"), (Tag::HierarchicalSubject, "c|d"), (Tag::Subject, "e"));

        assert_eq!(read(&[list, subject, keyword]), ["a/b"]);
        assert_eq!(read(&[subject, keyword]), ["c/d"]);
        assert_eq!(read(&[keyword, (Tag::IptcKeywords, "f")]), ["e"]);
        assert_eq!(read(&[(Tag::IptcKeywords, "f")]), ["f"]);
        assert!(read(&[]).is_empty());
    }

    #[test]
    fn slash_and_bar_change_places_in_a_hierarchical_subject() {
        assert_eq!(read(&[(Tag::HierarchicalSubject, "Places|AC/DC")]), ["Places/AC|DC"]);
        assert_eq!(read(&[(Tag::Subject, "AC/DC")]), ["AC/DC"]);
        assert_eq!(read(&[(Tag::TagsList, "/a//b/")]), ["a/b"]);
    }

    proptest! {
        #[test]
        fn every_tag_of_a_server_can_be_written_as_hierarchical_subject(
            parts in prop::collection::vec("[^/\u{0}-\u{1f}]{1,8}", 1..4),
        ) {
            let path = parts.join("/");

            prop_assert_eq!(as_read(Tag::HierarchicalSubject, &hierarchical(&path)), path);
        }

        #[test]
        fn a_name_stays_one_part_below_its_root(name in "[^\u{0}-\u{1f}]{1,12}") {
            let read = as_read(Tag::HierarchicalSubject, &hierarchical_below("Albums", &name));

            prop_assert_eq!(read.split('/').count(), 2);
            prop_assert!(read.starts_with("Albums/"));
        }
    }
}
