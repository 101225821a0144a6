//! Photos that somebody took back: they are left alone until their data on the server change.
//!
//! After an undo the server reads the files again, and then says less than before, or what the files said before our
//! write: tags that it had made of our albums are gone, five stars that stood for a heart are gone. Nobody wished
//! for that by changing something in Immich; taken for a change, it would bring everything back in the next run.

use std::collections::BTreeSet;

use photo_metadata::{Agreed, Base, FileTags, Known, PhotoFields, RatingWish, Rules, Tag, Value, plan_edits};

use crate::state::{AssetRecord, Fingerprint, Verdict};

/// What is remembered of a photo of which something was taken back.
#[derive(Debug, Clone)]
pub(super) struct Undone {
    /// What the server said when we wrote.
    agreed: Agreed,
    /// Tags that it had made of what we wrote.
    echoes: BTreeSet<String>,
    records: Vec<AssetRecord>,
}

impl Undone {
    /// If any of the records says that something was taken back.
    pub(super) fn of(records: &[AssetRecord]) -> Option<Self> {
        let undone = records.iter().find(|record| record.verdict == Verdict::Undone)?;
        let Base { agreed, echoes, .. } = undone.base.clone();
        Some(Self { agreed, echoes, records: records.to_vec() })
    }

    /// Whether the server says nothing but what it said when we wrote, or what the files say themselves.
    pub(super) fn is_only_read_again(&self, fields: &PhotoFields, files: &[FileTags], rules: &Rules) -> bool {
        self.same_things_beside(fields)
            && self.same_tags(fields, files)
            && self.same_values(fields, |only| files.iter().any(|file| is_said_by(file, only, rules)))
    }

    /// The records, good for what the server says now.
    pub(super) fn left_alone(self, fingerprint: Fingerprint) -> Vec<AssetRecord> {
        self.records.into_iter().map(|record| AssetRecord { fingerprint, ..record }).collect()
    }

    /// What no file tells a server: people, albums, faces.
    fn same_things_beside(&self, fields: &PhotoFields) -> bool {
        let same = |now: &Option<BTreeSet<String>>, was| now.as_ref().is_none_or(|now| now == was);
        same(&fields.people, &self.agreed.people)
            && same(&fields.albums, &self.agreed.albums)
            && fields.faces.as_ref().is_none_or(|faces| faces.list.len() == self.agreed.faces)
    }

    fn same_tags(&self, fields: &PhotoFields, files: &[FileTags]) -> bool {
        let Some(now) = fields.all_tags.as_ref().or(fields.tags.as_ref()) else { return true };
        let known = |tag: &String| {
            self.agreed.all_tags.as_ref().is_some_and(|tags| tags.contains(tag))
                || self.agreed.tags.contains(tag)
                || self.echoes.contains(tag)
        };
        let mut new = now.iter().filter(|tag| !known(tag)).peekable();
        new.peek().is_none() || {
            let said: BTreeSet<String> = files.iter().flat_map(tags_read).collect();
            new.all(|tag| said.contains(tag))
        }
    }

    fn same_values(&self, fields: &PhotoFields, said: impl Fn(&PhotoFields) -> bool) -> bool {
        let agreed = &self.agreed;
        let caption = match &fields.caption {
            Known::Is(now) => agreed.caption.as_deref() == Some(now.text()),
            Known::Nothing | Known::Unknown => true,
        };
        let position = fields.position.value().is_none_or(|now| agreed.position == Some(*now));
        let taken = fields.taken.is_none_or(|now| agreed.taken == Some(now));
        let rating = fields.rating.value().is_none_or(|now| agreed.rating.map(stars) == Some(stars(*now)));
        let nothing = PhotoFields::default;
        (caption || said(&PhotoFields { caption: fields.caption.clone(), ..nothing() }))
            && (position || said(&PhotoFields { position: fields.position, ..nothing() }))
            && (taken || said(&PhotoFields { taken: fields.taken, ..nothing() }))
            && (rating || said(&PhotoFields { rating: fields.rating, ..nothing() }))
    }
}

/// Whether a file says this in one of its places and nothing else in any of them.
fn is_said_by(file: &FileTags, only: &PhotoFields, rules: &Rules) -> bool {
    let edits = |file: &FileTags| plan_edits(only, file, &Base::default(), rules).edits;
    let missing = edits(file);
    missing.iter().all(|edit| edit.old.is_none())
        && missing.len() < edits(&FileTags::empty(file.container())).len()
}

/// A heart without stars was written as five, and comes back as stars.
fn stars(wish: RatingWish) -> u8 {
    match wish {
        RatingWish::Stars(stars) => stars.count(),
        RatingWish::Favorite => 5,
    }
}

/// The tags that a server may make of a file.
fn tags_read(file: &FileTags) -> Vec<String> {
    let of = |tag: Tag| {
        let items = file.get(tag).map(Value::items).unwrap_or_default();
        items.into_iter().map(|item| item.replace('|', "/")).collect::<Vec<_>>()
    };
    [Tag::TagsList, Tag::HierarchicalSubject, Tag::Subject, Tag::IptcKeywords]
        .into_iter()
        .flat_map(of)
        .collect()
}

#[cfg(test)]
mod tests {
    use photo_metadata::{Caption, Container};

    use super::*;

    fn undone(agreed: Agreed) -> Undone {
        Undone { agreed, echoes: ["Albums/Summer".to_owned()].into(), records: Vec::new() }
    }

    fn is_left_alone(undone: &Undone, fields: &PhotoFields) -> bool {
        undone.is_only_read_again(fields, &[FileTags::empty(Container::Jpeg)], &Rules::default())
    }

    #[test]
    fn a_heart_that_came_back_as_stars_is_no_change() {
        let undone = undone(Agreed { rating: Some(RatingWish::Favorite), ..Agreed::default() });
        let five = RatingWish::Stars(photo_metadata::Stars::new(5).unwrap());

        for rating in [Known::Nothing, Known::Is(RatingWish::Favorite), Known::Is(five)] {
            assert!(is_left_alone(&undone, &PhotoFields { rating, ..PhotoFields::default() }), "{rating:?}");
        }
    }

    #[test]
    fn tags_that_go_or_were_echoes_are_no_change_and_a_new_one_is() {
        let undone = undone(Agreed { tags: ["Sea".to_owned()].into(), ..Agreed::default() });
        let with = |tags: &[&str]| PhotoFields {
            tags: Some(tags.iter().map(|&tag| tag.to_owned()).collect()),
            ..PhotoFields::default()
        };

        assert!(
            is_left_alone(&undone, &with(&[])) && is_left_alone(&undone, &with(&["Sea", "Albums/Summer"]))
        );
        assert!(!is_left_alone(&undone, &with(&["Sea", "Boat"])));
    }

    #[test]
    fn a_caption_that_neither_we_nor_the_file_knew_is_a_change() {
        let undone = undone(Agreed { caption: Some("ours".to_owned()), ..Agreed::default() });
        let with = |text: &str| PhotoFields {
            caption: Known::of(Caption::new(text, 2000)),
            ..PhotoFields::default()
        };

        assert!(is_left_alone(&undone, &with("ours")) && is_left_alone(&undone, &with("")));
        assert!(!is_left_alone(&undone, &with("theirs")));
    }
}
