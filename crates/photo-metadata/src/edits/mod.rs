//! Which tags have to change so that a file says what is wanted: decided here, written elsewhere.
//!
//! The decision is made datum by datum. Names, captions and stars are wanted in all their places;
//! coordinates and times in the place where readers look first, as long as no copy of the same name
//! contradicts: a library is not rewritten to add synonyms of dates. If a datum is out of step, the
//! whole set of tags for it is brought along, so that no reader is left with a stale copy. What nobody asked for is not in the answer and therefore cannot be written.
//!
//! Arithmetic only: no files, no ExifTool.

mod albums;
mod caption;
mod faces;
mod lists;
mod merge;
mod people;
mod position;
mod rating;
mod reverse;
mod rules;
mod tag_paths;
mod tags;
mod time;
mod title;

use std::collections::BTreeSet;

pub use reverse::reverse;
pub use rules::{Datum, Policies, Policy, Rules, TagChoices};
use serde::{Deserialize, Serialize};
pub use tag_paths::tags_as_immich_reads;

use crate::base::Base;
use crate::fields::{Known, PhotoFields};
use crate::file_tags::FileTags;
use crate::regions;
use crate::structure::Container;
use crate::tag::{Tag, ValueKind};
use crate::value::Value;
use lists::Lists;
use tags::ServerTags;

/// One tag that changes: what the file holds, what it shall hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TagEdit {
    /// Which tag.
    pub tag: Tag,
    /// What the file held when this was decided; `None` if it had no such tag.
    pub old: Option<Value>,
    /// What it shall hold; `None` takes the tag away.
    pub new: Option<Value>,
}

impl TagEdit {
    /// Items of a list that are new; of regions, whom or what they name.
    pub fn added_items(&self) -> Vec<&str> {
        self.items_beyond(self.new.as_ref(), self.old.as_ref())
    }

    /// Items of a list that go away; of regions, whom or what they name.
    pub fn removed_items(&self) -> Vec<&str> {
        self.items_beyond(self.old.as_ref(), self.new.as_ref())
    }

    fn items_beyond<'a>(&self, of: Option<&'a Value>, from: Option<&Value>) -> Vec<&'a str> {
        match self.tag.kind() {
            ValueKind::Structure => regions::item_names(of, from, self.tag),
            _ => missing_items(of, from),
        }
    }

    /// Whether the file loses something it held.
    pub fn takes_away(&self) -> bool {
        match self.tag.kind() {
            ValueKind::List => !self.removed_items().is_empty(),
            // A region that moved is not gone.
            ValueKind::Structure => {
                let come = self.added_items();
                self.removed_items().iter().any(|name| !come.contains(name))
            }
            _ => self.old.is_some() && self.new.is_none(),
        }
    }
}

fn missing_items<'a>(of: Option<&'a Value>, from: Option<&Value>) -> Vec<&'a str> {
    let known = from.map(Value::items).unwrap_or_default();
    of.map(Value::items).unwrap_or_default().into_iter().filter(|item| !known.contains(item)).collect()
}

/// What a plan for one file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EditPlan {
    /// Tags that have to change, each once.
    pub edits: Vec<TagEdit>,
    /// What the file keeps although the server says something else, and why.
    pub kept: Vec<Kept>,
    /// What is to be remembered of the file once the changes are in it; or right away if there are none.
    pub base: Base,
}

/// A datum that was left as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which.
    pub datum: Datum,
    /// Why, in words for the user.
    pub why: String,
}

/// Decides the changes that make `file` say what `wanted` says.
///
/// `base` is what we wrote into this very file and what it last agreed on with the server. Calling it again on a
/// file that holds the result, with the base of the plan, gives no changes.
pub fn plan_edits(wanted: &PhotoFields, file: &FileTags, base: &Base, rules: &Rules) -> EditPlan {
    let mut base = base.clone().seen_in(file);
    let mut draft =
        Draft { file, base: &base, policies: &rules.policies, changes: Vec::new(), kept: Vec::new() };
    let server = ServerTags::of(wanted, file, &base);
    lists(wanted, &server, rules, &mut draft);
    if rules.policies.of(Datum::Caption) != Policy::Never {
        title::plan(&wanted.title, &mut draft);
        caption::plan(&wanted.caption, &mut draft);
    }
    if rules.policies.of(Datum::Gps) != Policy::Never {
        position::plan(wanted.position, &mut draft);
    }
    if let Some(taken) = wanted.taken
        && rules.policies.of(Datum::Time) != Policy::Never
    {
        time::plan(taken, &mut draft);
    }
    if rules.policies.of(Datum::Rating) != Policy::Never {
        rating::plan(wanted.rating, &mut draft);
    }
    if let Some(faces) = &wanted.faces {
        faces::plan(faces, rules, &mut draft);
    }
    let Draft { changes: edits, kept, .. } = draft;
    if let Some(echoes) = server.echoes() {
        base.echoes.clone_from(echoes);
    }
    let base = base.after(&agreed_fields(wanted, &kept, rules), &edits);
    EditPlan { edits, kept, base }
}

/// What file and server agree on afterwards: not what the file keeps as its own.
fn agreed_fields(wanted: &PhotoFields, kept: &[Kept], rules: &Rules) -> PhotoFields {
    let never = |datum| rules.policies.of(datum) == Policy::Never;
    let differs = |datum| never(datum) || kept.iter().any(|kept| kept.datum == datum);
    let mut fields = wanted.clone();
    for (datum, field) in [
        (Datum::Caption, &mut fields.caption as &mut dyn Forget),
        (Datum::Gps, &mut fields.position),
        (Datum::Time, &mut fields.taken),
        (Datum::Rating, &mut fields.rating),
    ] {
        if differs(datum) {
            field.forget();
        }
    }
    for (datum, field) in [
        (Datum::People, &mut fields.people as &mut dyn Forget),
        (Datum::Albums, &mut fields.albums),
        (Datum::Tags, &mut fields.tags),
        (Datum::FaceCoordinates, &mut fields.faces),
    ] {
        if never(datum) {
            field.forget();
        }
    }
    fields
}

/// A field that can become unknown.
trait Forget {
    fn forget(&mut self);
}

impl<T> Forget for Option<T> {
    fn forget(&mut self) {
        *self = None;
    }
}

impl<T> Forget for Known<T> {
    fn forget(&mut self) {
        *self = Self::Unknown;
    }
}

/// Names, albums and tags: they meet in the same lists.
fn lists(wanted: &PhotoFields, server: &ServerTags, rules: &Rules, draft: &mut Draft<'_>) {
    let choices = rules.choices;
    let allowed = |datum: Datum| rules.policies.of(datum) != Policy::Never;
    let people = wanted.people.as_ref().filter(|_| allowed(Datum::People));
    let albums = wanted.albums.as_ref().filter(|_| allowed(Datum::Albums));
    let tags_selected = wanted.tags.is_some() && allowed(Datum::Tags);
    let known =
        [(Datum::People, people.is_some()), (Datum::Albums, albums.is_some()), (Datum::Tags, tags_selected)];
    let known: BTreeSet<Datum> =
        known.into_iter().filter(|(_, known)| *known).map(|(datum, _)| datum).collect();
    if known.is_empty() && !draft.base.has_written() {
        return;
    }
    let (file, base) = (draft.file, draft.base);
    let mut lists = Lists::new(file, base, known);
    // Immich would take the first keywords of a file for all its tags; a list of tags keeps it from that.
    let keywords = server.is_known() || !lists.now(Tag::TagsList).is_empty();
    let mut left_out = Vec::new();
    if let Some(people) = people {
        let policy = rules.policies.of(Datum::People);
        left_out.push((Datum::People, people::lay_out(people, choices, policy, keywords, &mut lists)));
    }
    if let Some(albums) = albums {
        let policy = rules.policies.of(Datum::Albums);
        left_out.push((Datum::Albums, albums::lay_out(albums, choices, policy, keywords, &mut lists)));
        albums::plan(albums, choices, draft);
    }
    for (datum, _) in left_out.into_iter().filter(|(_, left_out)| *left_out) {
        let why =
            "no keywords were added: the server's tags are not known, and it would replace them by these";
        draft.keep(datum, why.to_owned());
    }
    let policy = rules.policies.of(Datum::Tags);
    let tags_list = tags::plan(tags_selected, policy, choices, server, &mut lists, draft);
    lists.finish(tags_list, draft);
}

/// Changes being collected against what the file holds.
struct Draft<'a> {
    file: &'a FileTags,
    base: &'a Base,
    policies: &'a Policies,
    changes: Vec<TagEdit>,
    kept: Vec<Kept>,
}

impl Draft<'_> {
    fn container(&self) -> Container {
        self.file.container()
    }

    fn current(&self, tag: Tag) -> Option<&Value> {
        self.file.get(tag)
    }

    fn has(&self, tag: Tag) -> bool {
        self.file.get(tag).is_some()
    }

    /// Wants `value` in `tag`, unless the file says it already.
    fn set(&mut self, tag: Tag, value: Value) {
        let old = self.file.get(tag).cloned();
        if !old.as_ref().is_some_and(|old| old.says_the_same(&value, tag)) {
            self.changes.push(TagEdit { tag, old, new: Some(value) });
        }
    }

    /// The same, but only where the tag exists already, and once: a second copy belongs to another picture of
    /// the file, which a writer would leave behind.
    fn set_if_present(&mut self, tag: Tag, value: Value) {
        let once = !self.file.is_repeated(tag) || matches!(tag, Tag::TrackCreateDate | Tag::MediaCreateDate);
        if self.has(tag) && once {
            self.set(tag, value);
        }
    }

    fn clear(&mut self, tag: Tag) {
        if let Some(old) = self.file.get(tag).cloned() {
            self.changes.push(TagEdit { tag, old: Some(old), new: None });
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A file that holds `tags` and nothing else.
    pub(crate) fn file(container: Container, tags: &[(Tag, &str)]) -> FileTags {
        let mut file = FileTags::empty(container);
        for (tag, value) in tags {
            match tag.kind() {
                ValueKind::List => file.push_item(*tag, value),
                _ => file.insert(*tag, Value::text(*value)),
            }
        }
        file
    }

    /// Names of people as keywords too.
    pub(crate) fn with_keywords() -> Rules {
        let choices = TagChoices { people_as_keywords: true, ..TagChoices::default() };
        Rules { choices, ..Rules::default() }
    }

    /// The changes as `tag=new`, for short assertions.
    pub(crate) fn changes(wanted: &PhotoFields, file: &FileTags) -> Vec<String> {
        changes_with(wanted, file, &with_keywords())
    }

    /// The same by rules of one's own.
    pub(crate) fn changes_with(wanted: &PhotoFields, file: &FileTags, rules: &Rules) -> Vec<String> {
        in_words(&plan_edits(wanted, file, &Base::default(), rules).edits)
    }

    /// Edits as `tag=new`.
    pub(crate) fn in_words(edits: &[TagEdit]) -> Vec<String> {
        edits
            .iter()
            .map(|edit| {
                let new = edit.new.as_ref().map(|value| value.items().join("|"));
                format!("{}={}", edit.tag, new.unwrap_or_else(|| "(none)".to_owned()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
