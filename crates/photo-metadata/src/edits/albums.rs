//! Albums: the first one as the event, all of them as hierarchical keywords, and on request as a comment.
//!
//! The event and the comment hold one text each, which somebody else may have written: those are only taken when
//! they are empty or ours.

use std::collections::BTreeSet;

use super::lists::{ALBUMS, Lists};
use super::tag_paths::hierarchical_below;
use super::{Datum, Draft, Policy, TagChoices};
use crate::tag::Tag;
use crate::value::Value;

/// Says where the names belong among the hierarchical keywords; `keywords` whether any may be added. Returns whether
/// some had to be left out.
pub(super) fn lay_out(
    albums: &BTreeSet<String>,
    choices: TagChoices,
    policy: Policy,
    keywords: bool,
    lists: &mut Lists<'_>,
) -> bool {
    let mut left_out = false;
    for name in albums.iter().filter(|_| choices.albums_in_hierarchy) {
        let item = hierarchical_below(ALBUMS, name);
        left_out |= !keywords && !lists.says(Tag::HierarchicalSubject, &item);
        let add = keywords && lists.may_add(policy, Tag::HierarchicalSubject);
        lists.want(Tag::HierarchicalSubject, &item, add);
    }
    left_out
}

/// The event and the comment.
pub(super) fn plan(albums: &BTreeSet<String>, choices: TagChoices, draft: &mut Draft<'_>) {
    let event = albums.first().filter(|_| choices.album_event);
    say(Tag::Event, event.cloned(), draft);
    let comment = albums.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let comment = Some(comment).filter(|text| choices.albums_in_comment && !text.is_empty());
    if draft.container().holds_exif() {
        say(Tag::UserComment, comment, draft);
    }
}

fn say(tag: Tag, text: Option<String>, draft: &mut Draft<'_>) {
    let free = draft.current(tag).is_none_or(|value| value.as_text().trim().is_empty());
    let ours = draft.is_ours(tag);
    match text {
        Some(text) if free || ours => draft.set(tag, Value::text(text)),
        Some(text) if draft.current(tag).is_some_and(|value| value.as_text() != text) => {
            let what = if tag == Tag::Event { "event" } else { "comment" };
            draft.keep(Datum::Albums, format!("its {what} was written by somebody else"));
        }
        None if ours => draft.clear(tag),
        Some(_) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, changes_with, file};
    use super::super::{Rules, TagChoices, plan_edits};
    use crate::base::Base;
    use crate::fields::PhotoFields;
    use crate::file_tags::FileTags;
    use crate::structure::Container;
    use crate::tag::Tag;
    use crate::value::Value;

    fn albums(names: &[&str], tags: &[&str]) -> PhotoFields {
        let set = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        PhotoFields { albums: set(names), all_tags: set(tags), ..PhotoFields::default() }
    }

    fn with_comment() -> Rules {
        let choices = TagChoices { albums_in_comment: true, ..TagChoices::default() };
        Rules { choices, ..Rules::default() }
    }

    #[test]
    fn the_first_album_is_the_event_and_all_are_hierarchical_keywords() {
        let photo = file(Container::Jpeg, &[]);

        assert_eq!(
            changes(&albums(&["Summer", "Lake|Sea"], &[]), &photo),
            ["XMP-iptcExt:Event=Lake|Sea", "XMP-lr:HierarchicalSubject=Albums|Lake/Sea|Albums|Summer"]
        );
    }

    #[test]
    fn an_event_or_comment_of_somebody_else_stays() {
        let photo = file(Container::Jpeg, &[(Tag::Event, "Press day"), (Tag::UserComment, "mine")]);

        let plan = plan_edits(&albums(&["Summer"], &[]), &photo, &Base::default(), &with_comment());

        assert_eq!(plan.edits.len(), 1, "only the keyword: {:?}", plan.edits);
        assert_eq!(plan.kept.len(), 2);
    }

    #[test]
    fn a_comment_is_written_on_request_where_there_is_none() {
        let photo = file(Container::Jpeg, &[(Tag::UserComment, "   ")]);
        let png = FileTags::empty(Container::Gif);

        let changes = changes_with(&albums(&["A", "B"], &[]), &photo, &with_comment());

        assert!(changes.contains(&"ExifIFD:UserComment=A, B".to_owned()), "{changes:?}");
        assert!(
            !changes_with(&albums(&["A"], &[]), &png, &with_comment())
                .iter()
                .any(|change| change.starts_with("ExifIFD"))
        );
    }

    #[test]
    fn a_renamed_album_is_renamed_and_a_left_one_leaves() {
        let photo = file(
            Container::Jpeg,
            &[
                (Tag::Event, "Old"),
                (Tag::HierarchicalSubject, "Albums|Old"),
                (Tag::HierarchicalSubject, "Places|Sea"),
            ],
        );
        let written = [
            (Tag::Event, Value::text("Old")),
            (Tag::HierarchicalSubject, Value::List(vec!["Albums|Old".into()])),
        ];
        let base = Base { written: written.into(), ..Base::default() };
        let edits = |wanted: &PhotoFields| {
            let plan = plan_edits(wanted, &photo, &base, &Rules::default());
            plan.edits
                .iter()
                .filter(|edit| edit.tag != Tag::TagsList)
                .map(|edit| edit.new.clone())
                .collect::<Vec<_>>()
        };

        let places = Some(Value::List(vec!["Places|Sea".into()]));
        let both = Some(Value::List(vec!["Places|Sea".into(), "Albums|New".into()]));
        assert_eq!(edits(&albums(&["New"], &["Places/Sea"])), [Some(Value::text("New")), both]);
        assert_eq!(edits(&albums(&[], &["Places/Sea"])), [None, places]);
        assert!(edits(&PhotoFields::default()).is_empty(), "unknown is not none");
    }
}
