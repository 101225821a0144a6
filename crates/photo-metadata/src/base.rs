//! What we wrote into a file, and what file and server last agreed on: the third side of each comparison.
//!
//! Without it, a name that the server does not know any more cannot be told from one that somebody else wrote,
//! and a caption that was changed in the file cannot be told from one that was changed on the server.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::edits::TagEdit;
use crate::fields::{Known, PhotoFields, Position, RatingWish};
use crate::file_tags::FileTags;
use crate::regions;
use crate::tag::{Tag, ValueKind};
use crate::time::CaptureTime;
use crate::value::Value;

/// What is remembered of one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Base {
    /// What is in the file because we put it there: the items that we added to a list, the regions that we
    /// added, the value that we gave to any other tag. What the file had already is not ours, whoever put it there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<Tag, Value>,
    /// What both sides said when they last agreed.
    #[serde(default, skip_serializing_if = "Agreed::is_empty")]
    pub agreed: Agreed,
    /// Tags that the server has only because it read names and albums that we wrote as keywords.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub echoes: BTreeSet<String>,
}

/// Values that file and server shared after our last look, as the server gave them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    /// Names of people.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub people: BTreeSet<String>,
    /// Names of albums.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub albums: BTreeSet<String>,
    /// Tags that were written.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// How many faces had a region.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub faces: usize,
    /// The caption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The capture time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<CaptureTime>,
    /// The rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<RatingWish>,
    /// All tags of the server, where they are others than `tags`; remembered only where we wrote some, or entries
    /// that it may take for some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_tags: Option<BTreeSet<String>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Agreed {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All tags that the server had; `None` where that is not known.
    pub(crate) fn server_tags(&self) -> Option<&BTreeSet<String>> {
        self.all_tags.as_ref().or(Some(&self.tags).filter(|tags| !tags.is_empty()))
    }
}

impl Base {
    /// Whether anything in the file is there because of us.
    pub fn has_written(&self) -> bool {
        !self.written.is_empty()
    }

    /// The items of a list tag that we added.
    pub fn items(&self, tag: Tag) -> Vec<&str> {
        self.written.get(&tag).map(Value::items).unwrap_or_default()
    }

    /// Without what the file does not hold any more: an item that somebody took away and somebody wrote again is not
    /// ours.
    #[must_use]
    pub fn seen_in(mut self, file: &FileTags) -> Self {
        self.written.retain(|tag, ours| {
            let Some(now) = file.get(*tag) else { return false };
            match ours {
                Value::List(items) => {
                    let now = now.items();
                    items.retain(|item| now.contains(&item.as_str()));
                    !items.is_empty()
                }
                // Faces are merged one by one, with those in mind that somebody took out.
                Value::Structure(_) => true,
                Value::Text(_) => now.says_the_same(ours, *tag),
            }
        });
        self
    }

    /// What will be known once `edits` are in the file and it says what `fields` say. Fields that are unknown
    /// leave what was agreed as it was.
    #[must_use]
    pub fn after(mut self, fields: &PhotoFields, edits: &[TagEdit]) -> Self {
        for edit in edits {
            self.wrote(edit);
        }
        for (agreed, known) in [
            (&mut self.agreed.people, &fields.people),
            (&mut self.agreed.albums, &fields.albums),
            (&mut self.agreed.tags, &fields.tags),
        ] {
            if let Some(known) = known {
                agreed.clone_from(known);
            }
        }
        if let Some(faces) = &fields.faces {
            self.agreed.faces = faces.list.len();
        }
        agree(&mut self.agreed.caption, &fields.caption, |caption| caption.text().to_owned());
        agree(&mut self.agreed.position, &fields.position, |position| *position);
        agree(&mut self.agreed.rating, &fields.rating, |rating| *rating);
        if fields.taken.is_some() {
            self.agreed.taken = fields.taken;
        }
        let tags = fields.all_tags.as_ref().or(fields.tags.as_ref());
        let lists = [Tag::TagsList, Tag::HierarchicalSubject, Tag::Subject, Tag::IptcKeywords];
        let matters = fields.tags.is_some() || lists.iter().any(|tag| self.written.contains_key(tag));
        if let Some(tags) = tags {
            let said = !tags.is_empty() && *tags == self.agreed.tags;
            self.agreed.all_tags = (matters && !said).then(|| tags.clone());
        }
        self
    }

    /// Forgets what `edits` take back: what was there before is not ours.
    pub(crate) fn take_back(&mut self, edits: &[TagEdit]) {
        for edit in edits {
            let left = match edit.tag.kind() {
                ValueKind::Structure => regions::still_ours(self.written.get(&edit.tag), edit),
                ValueKind::List => {
                    let gone = edit.removed_items();
                    let left = self.items(edit.tag).into_iter().filter(|item| !gone.contains(item));
                    let left: Vec<String> = left.map(str::to_owned).collect();
                    (!left.is_empty()).then_some(Value::List(left))
                }
                _ => None,
            };
            match left {
                Some(value) => self.written.insert(edit.tag, value),
                None => self.written.remove(&edit.tag),
            };
        }
    }

    /// What is ours once `edits` have taken back what we wrote. What returns is ours only if it was so `before` the
    /// change that is taken back. What was agreed stays: it tells later runs that the difference between file and
    /// server is wanted.
    #[must_use]
    pub fn taken_back(mut self, edits: &[TagEdit], before: &Self) -> Self {
        self.take_back(edits);
        for edit in edits {
            let Some(ours) = before.written.get(&edit.tag) else { continue };
            let known = self.written.get(&edit.tag);
            let returned = match edit.tag.kind() {
                ValueKind::Structure => regions::written(known, edit),
                ValueKind::List => {
                    let added = edit.added_items();
                    let mut items = known.map(Value::items).unwrap_or_default();
                    let returned = ours.items().into_iter().filter(|item| added.contains(item));
                    let returned: Vec<&str> = returned.filter(|item| !items.contains(item)).collect();
                    items.extend(returned);
                    let items: Vec<String> = items.into_iter().map(str::to_owned).collect();
                    (!items.is_empty()).then_some(Value::List(items))
                }
                _ => edit.new.as_ref().filter(|new| new.says_the_same(ours, edit.tag)).cloned(),
            };
            if let Some(value) = returned {
                self.written.insert(edit.tag, value);
            }
        }
        self
    }

    fn wrote(&mut self, edit: &TagEdit) {
        if edit.tag.kind() == ValueKind::Structure {
            match regions::written(self.written.get(&edit.tag), edit) {
                Some(value) => self.written.insert(edit.tag, value),
                None => self.written.remove(&edit.tag),
            };
            return;
        }
        if edit.tag.kind() != ValueKind::List {
            match &edit.new {
                Some(value) => self.written.insert(edit.tag, value.clone()),
                None => self.written.remove(&edit.tag),
            };
            return;
        }
        let gone = edit.removed_items();
        let mut items: Vec<String> =
            self.items(edit.tag).into_iter().filter(|item| !gone.contains(item)).map(str::to_owned).collect();
        for item in edit.added_items() {
            if !items.iter().any(|known| known == item) {
                items.push(item.to_owned());
            }
        }
        if items.is_empty() {
            self.written.remove(&edit.tag);
        } else {
            self.written.insert(edit.tag, Value::List(items));
        }
    }
}

fn agree<T, V>(agreed: &mut Option<V>, known: &Known<T>, value: impl FnOnce(&T) -> V) {
    match known {
        Known::Unknown => {}
        Known::Nothing => *agreed = None,
        Known::Is(now) => *agreed = Some(value(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edits::testing::file;
    use crate::structure::Container;

    #[expect(clippy::unnecessary_wraps, reason = "as the fields of an edit are")]
    fn list(items: &[&str]) -> Option<Value> {
        Some(Value::List(items.iter().map(|&item| item.to_owned()).collect()))
    }

    #[test]
    fn an_item_that_the_file_had_is_not_ours() {
        let edit = TagEdit { tag: Tag::Subject, old: list(&["beach"]), new: list(&["beach", "Alice"]) };

        let base = Base::default().after(&PhotoFields::default(), &[edit]);

        assert_eq!(base.items(Tag::Subject), ["Alice"]);
    }

    #[test]
    fn an_item_that_was_taken_away_is_ours_no_more() {
        let add = TagEdit { tag: Tag::Subject, old: None, new: list(&["Alice"]) };
        let remove = TagEdit { tag: Tag::Subject, old: list(&["Alice", "beach"]), new: list(&["beach"]) };

        let base = Base::default().after(&PhotoFields::default(), &[add]);
        let base = base.after(&PhotoFields::default(), &[remove]);

        assert_eq!(base, Base::default());
    }

    #[test]
    fn what_somebody_took_away_is_not_ours_any_more() {
        let written = [(Tag::Rating, Value::text("4")), (Tag::Subject, list(&["Alice", "Bob"]).unwrap())];
        let base = Base { written: written.into(), ..Base::default() };
        let file = file(Container::Jpeg, &[(Tag::Rating, "3"), (Tag::Subject, "Bob")]);

        let base = base.seen_in(&file);

        assert_eq!((base.written.len(), base.items(Tag::Subject)), (1, vec!["Bob"]));
    }

    #[test]
    fn what_nobody_knows_leaves_what_was_agreed() {
        let fields = PhotoFields { rating: Known::Is(RatingWish::Favorite), ..PhotoFields::default() };
        let base = Base::default().after(&fields, &[]);

        let same = base.clone().after(&PhotoFields::default(), &[]);
        let gone = base.clone().after(&PhotoFields { rating: Known::Nothing, ..PhotoFields::default() }, &[]);

        assert_eq!((same, gone.agreed.rating), (base, None));
    }

    #[test]
    fn a_value_of_somebody_else_that_returns_is_not_ours() {
        let write = TagEdit { tag: Tag::Rating, old: Some(Value::text("2")), new: Some(Value::text("5")) };
        let back = TagEdit { tag: Tag::Rating, old: Some(Value::text("5")), new: Some(Value::text("2")) };
        let base = Base::default().after(&PhotoFields::default(), &[write]);

        assert_eq!(base.clone().taken_back(std::slice::from_ref(&back), &Base::default()), Base::default());

        let ours = Base { written: [(Tag::Rating, Value::text("2"))].into(), ..Base::default() };
        assert_eq!(base.taken_back(&[back], &ours), ours);
    }

    #[test]
    fn taking_back_leaves_what_was_agreed() {
        let fields = PhotoFields { rating: Known::Is(RatingWish::Favorite), ..PhotoFields::default() };
        let write = TagEdit { tag: Tag::Subject, old: None, new: list(&["Alice"]) };
        let back = TagEdit { tag: Tag::Subject, old: list(&["Alice"]), new: None };
        let base = Base::default().after(&fields, &[write]);

        let base = base.taken_back(&[back], &Base::default());

        assert_eq!((base.has_written(), base.agreed.rating), (false, Some(RatingWish::Favorite)));
    }
}
