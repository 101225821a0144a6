//! Taking back what was written: each tag to what it held before, as far as it still holds what we wrote.
//!
//! What somebody changed since is newer than both and stays. Tags that mean nothing without each other (a latitude
//! and its hemisphere, a clock and its offset) go back together or not at all.

use super::{Datum, EditPlan, Kept, TagEdit, missing_items};
use crate::base::Base;
use crate::file_tags::FileTags;
use crate::regions;
use crate::tag::{Tag, ValueKind};
use crate::value::Value;

/// Tags that mean nothing without each other.
const TOGETHER: [&[Tag]; 9] = [
    &[Tag::GpsLatitude, Tag::GpsLatitudeRef, Tag::GpsLongitude, Tag::GpsLongitudeRef],
    &[Tag::GpsAltitude, Tag::GpsAltitudeRef],
    &[Tag::XmpLatitude, Tag::XmpLongitude],
    &[Tag::XmpAltitude, Tag::XmpAltitudeRef],
    &[Tag::DateTimeOriginal, Tag::OffsetTimeOriginal, Tag::SubSecTimeOriginal],
    &[Tag::CreateDate, Tag::OffsetTimeDigitized],
    &[Tag::IptcDateCreated, Tag::IptcTimeCreated],
    &[Tag::MovieCreateDate, Tag::TrackCreateDate, Tag::MediaCreateDate],
    &[Tag::ExifRating, Tag::ExifRatingPercent],
];

/// Decides what takes `edits` back, which were written into `file` at some time. `base` is what is remembered of the
/// file; the plan's own is that without what is taken back.
///
/// A list loses the items that were added and regains those that were taken away; what others did to it since stays.
/// What cannot be taken back is among the kept. Taking back twice is taking back once.
pub fn reverse(edits: &[TagEdit], file: &FileTags, base: &Base) -> EditPlan {
    let mut plan = EditPlan { base: base.clone(), ..EditPlan::default() };
    for edit in edits {
        let now = file.get(edit.tag);
        let (value, complete) = match edit.tag.kind() {
            ValueKind::List => (list(edit, now), true),
            ValueKind::Structure => regions::without(edit, now),
            _ if is_held_up(edit, edits, file) => (now.cloned(), state(edit, now) == State::Before),
            _ => (edit.old.clone(), true),
        };
        if !complete {
            let why = format!("{} was changed since, and stays", edit.tag);
            plan.kept.push(Kept { datum: datum(edit.tag), why });
        }
        if !same(now, value.as_ref(), edit.tag) {
            plan.edits.push(TagEdit { tag: edit.tag, old: now.cloned(), new: value });
        }
    }
    plan.base.take_back(&plan.edits);
    plan
}

/// How a tag stands to an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As the edit left it.
    Written,
    /// As before the edit.
    Before,
    /// As somebody else made it.
    Changed,
}

fn state(edit: &TagEdit, now: Option<&Value>) -> State {
    if same(now, edit.new.as_ref(), edit.tag) {
        State::Written
    } else if same(now, edit.old.as_ref(), edit.tag) {
        State::Before
    } else {
        State::Changed
    }
}

/// Whether the tag, or one that goes with it, is not as we left it.
fn is_held_up(edit: &TagEdit, edits: &[TagEdit], file: &FileTags) -> bool {
    let group = TOGETHER.into_iter().find(|group| group.contains(&edit.tag));
    let mut together = edits
        .iter()
        .filter(|other| other.tag == edit.tag || group.is_some_and(|group| group.contains(&other.tag)));
    state(edit, file.get(edit.tag)) != State::Written
        || together.any(|other| state(other, file.get(other.tag)) == State::Changed)
}

fn same(one: Option<&Value>, other: Option<&Value>, tag: Tag) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.says_the_same(other, tag),
        (None, None) => true,
        _ => false,
    }
}

fn list(edit: &TagEdit, now: Option<&Value>) -> Option<Value> {
    if same(now, edit.new.as_ref(), edit.tag) {
        return edit.old.clone();
    }
    let added = edit.added_items();
    let mut items = now.map(Value::items).unwrap_or_default();
    items.retain(|item| !added.contains(item));
    let gone = missing_items(edit.old.as_ref(), edit.new.as_ref());
    for item in gone {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    (!items.is_empty()).then(|| Value::List(items.into_iter().map(str::to_owned).collect()))
}

/// The kind of data that a tag mostly belongs to.
fn datum(tag: Tag) -> Datum {
    match tag {
        Tag::PersonInImage => Datum::People,
        Tag::Subject | Tag::IptcKeywords | Tag::HierarchicalSubject | Tag::TagsList => Datum::Tags,
        Tag::Event | Tag::UserComment => Datum::Albums,
        Tag::RegionInfo | Tag::MicrosoftRegions => Datum::FaceCoordinates,
        Tag::Title
        | Tag::Description
        | Tag::ImageDescription
        | Tag::XmpImageDescription
        | Tag::IptcCaption
        | Tag::KeysDescription => Datum::Caption,
        Tag::Rating | Tag::ExifRating | Tag::ExifRatingPercent | Tag::MicrosoftRating => Datum::Rating,
        Tag::GpsLatitude
        | Tag::GpsLatitudeRef
        | Tag::GpsLongitude
        | Tag::GpsLongitudeRef
        | Tag::GpsAltitude
        | Tag::GpsAltitudeRef
        | Tag::XmpLatitude
        | Tag::XmpLongitude
        | Tag::XmpAltitude
        | Tag::XmpAltitudeRef
        | Tag::KeysCoordinates
        | Tag::UserDataCoordinates => Datum::Gps,
        Tag::DateTimeOriginal
        | Tag::CreateDate
        | Tag::OffsetTimeOriginal
        | Tag::OffsetTimeDigitized
        | Tag::SubSecTimeOriginal
        | Tag::XmpDateTimeOriginal
        | Tag::DateCreated
        | Tag::XmpCreateDate
        | Tag::IptcDateCreated
        | Tag::IptcTimeCreated
        | Tag::MovieCreateDate
        | Tag::TrackCreateDate
        | Tag::MediaCreateDate
        | Tag::KeysCreationDate => Datum::Time,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{file, in_words};
    use super::*;
    use crate::regions::Node;
    use crate::structure::Container;

    fn text(tag: Tag, old: Option<&str>, new: Option<&str>) -> TagEdit {
        TagEdit { tag, old: old.map(Value::text), new: new.map(Value::text) }
    }

    fn items(tag: Tag, old: &[&str], new: &[&str]) -> TagEdit {
        let value = |items: &[&str]| {
            (!items.is_empty()).then(|| Value::List(items.iter().map(|&item| item.to_owned()).collect()))
        };
        TagEdit { tag, old: value(old), new: value(new) }
    }

    fn reversed(edits: &[TagEdit], tags: &[(Tag, &str)]) -> (Vec<String>, usize) {
        let plan = reverse(edits, &file(Container::Jpeg, tags), &Base::default());
        (in_words(&plan.edits), plan.kept.len())
    }

    #[test]
    fn a_text_goes_back_only_where_it_is_still_ours() {
        let edits = [text(Tag::Description, Some("old"), Some("new")), text(Tag::Rating, None, Some("5"))];

        assert_eq!(
            reversed(&edits, &[(Tag::Description, "new"), (Tag::Rating, "5")]),
            (vec!["XMP-dc:Description=old".into(), "XMP-xmp:Rating=(none)".into()], 0)
        );
        assert_eq!(reversed(&edits, &[(Tag::Description, "theirs"), (Tag::Rating, "3")]), (vec![], 2));
        assert_eq!(reversed(&edits, &[(Tag::Description, "old")]), (vec![], 0), "twice is once");
    }

    #[test]
    fn what_was_taken_away_comes_back() {
        let edits = [text(Tag::Rating, Some("4"), None)];

        assert_eq!(reversed(&edits, &[]), (vec!["XMP-xmp:Rating=4".into()], 0));
        assert_eq!(reversed(&edits, &[(Tag::Rating, "2")]), (vec![], 1));
    }

    #[test]
    fn a_list_keeps_what_others_added_since() {
        let edits = [items(Tag::Subject, &["beach", "Bob"], &["beach", "Alice"])];

        assert_eq!(
            reversed(&edits, &[(Tag::Subject, "beach"), (Tag::Subject, "Alice"), (Tag::Subject, "later")]),
            (vec!["XMP-dc:Subject=beach|later|Bob".into()], 0)
        );
        let added = [items(Tag::Subject, &[], &["Alice"])];
        assert_eq!(reversed(&added, &[(Tag::Subject, "Alice")]), (vec!["XMP-dc:Subject=(none)".into()], 0));
        assert_eq!(reversed(&added, &[(Tag::Subject, "other")]), (vec![], 0));
    }

    #[test]
    fn a_position_goes_back_as_a_whole_or_not_at_all() {
        let edits = [
            text(Tag::GpsLatitude, Some("1"), Some("33.8")),
            text(Tag::GpsLatitudeRef, Some("N"), Some("S")),
            text(Tag::GpsLongitude, Some("2"), Some("70.5")),
        ];
        let ours = [(Tag::GpsLatitude, "33.8"), (Tag::GpsLatitudeRef, "S"), (Tag::GpsLongitude, "70.5")];
        let theirs = [(Tag::GpsLatitude, "33.8"), (Tag::GpsLatitudeRef, "S"), (Tag::GpsLongitude, "71")];

        assert_eq!(reversed(&edits, &ours).0.len(), 3);
        assert_eq!(reversed(&edits, &theirs), (vec![], 3));
    }

    #[test]
    fn regions_of_others_stay_and_ours_go() {
        let region = |name: &str| format!(r#"{{"Name": "{name}", "Area": {{"X": "0.1"}}}}"#);
        let value = |names: &[&str], size: bool| {
            let list: Vec<String> = names.iter().map(|name| region(name)).collect();
            let size = if size { r#""AppliedToDimensions": {"W": "4"},"# } else { "" };
            let node = Node::from_json(&format!(r#"{{{size} "RegionList": [{}]}}"#, list.join(",")));
            Value::Structure(node.as_structure().unwrap().clone())
        };
        let edit = TagEdit { tag: Tag::RegionInfo, old: None, new: Some(value(&["Alice", "Bob"], true)) };
        let plan = |now: Option<Value>| {
            let mut photo = FileTags::empty(Container::Jpeg);
            if let Some(now) = now {
                photo.insert(Tag::RegionInfo, now);
            }
            reverse(std::slice::from_ref(&edit), &photo, &Base::default())
        };

        assert_eq!(plan(edit.new.clone()).edits[0].new, None);
        let later = plan(Some(value(&["Alice", "Bob", "Rex"], true)));
        assert_eq!(later.edits[0].new, Some(value(&["Rex"], true)));
        let renamed = plan(Some(value(&["Alice", "Bobby"], true)));
        assert_eq!((renamed.edits[0].new.clone(), renamed.kept.len()), (Some(value(&["Bobby"], true)), 1));
        assert!(plan(None).edits.is_empty());
    }

    #[test]
    fn what_is_taken_back_is_not_ours_any_more() {
        let edits =
            [text(Tag::Description, Some("old"), Some("new")), items(Tag::Subject, &["a"], &["a", "b"])];
        let base = Base::default().after(&crate::fields::PhotoFields::default(), &edits);
        assert_eq!(base.written.len(), 2);
        let photo =
            file(Container::Jpeg, &[(Tag::Description, "new"), (Tag::Subject, "a"), (Tag::Subject, "b")]);

        assert!(!reverse(&edits, &photo, &base).base.has_written());
    }
}
