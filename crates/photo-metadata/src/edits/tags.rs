//! Tags of the server, and the shield that keeps it from losing them.
//!
//! Immich takes the first of `digiKam:TagsList`, hierarchical subjects and keywords for *all* tags of an asset. A
//! file that gets `Albums|Summer` as its only hierarchical subject takes the user's tags away at the next
//! reading. So whoever adds keywords also writes the complete list of tags, unless what Immich would read is that
//! list anyway. Where the server has none, no list can say so: Immich then makes tags of our entries. Those are
//! *echoes*, and are not written as tags of the user's.

use std::collections::BTreeSet;

use super::lists::{KEYWORD_LISTS, Lists, same};
use super::tag_paths::{as_read, hierarchical, leaf};
use super::{Datum, Draft, Policy, TagChoices};
use crate::base::Base;
use crate::fields::PhotoFields;
use crate::file_tags::FileTags;
use crate::tag::Tag;

/// What the server says about tags, seen with what we wrote.
pub(super) struct ServerTags {
    /// All of them; `None` while nobody asked.
    all: Option<BTreeSet<String>>,
    /// Those that are not echoes.
    genuine: BTreeSet<String>,
    /// Those that are.
    echoes: BTreeSet<String>,
}

impl ServerTags {
    pub(super) fn of(wanted: &PhotoFields, file: &FileTags, base: &Base) -> Self {
        let all = wanted.all_tags.as_ref().or(wanted.tags.as_ref());
        let all = all.map(|tags| tags.iter().map(|tag| as_read(Tag::TagsList, tag)).collect::<BTreeSet<_>>());
        let all = all.map(|tags| tags.into_iter().filter(|tag| !tag.is_empty()).collect::<BTreeSet<_>>());
        let known = Echoes::of(file, base);
        let (echoes, genuine) = all.iter().flatten().cloned().partition(|tag| known.holds(tag));
        Self { all, genuine, echoes }
    }

    /// The echoes that the server still has, to be known as such when the entry they came from is gone.
    pub(super) fn echoes(&self) -> Option<&BTreeSet<String>> {
        self.all.as_ref().map(|_| &self.echoes)
    }

    pub(super) fn is_known(&self) -> bool {
        self.all.is_some()
    }
}

/// Tags that the server may have only because it read our entries.
struct Echoes<'a> {
    entries: BTreeSet<String>,
    written: BTreeSet<String>,
    shielded: bool,
    agreed: Option<&'a BTreeSet<String>>,
}

impl<'a> Echoes<'a> {
    fn of(file: &FileTags, base: &'a Base) -> Self {
        let entries = KEYWORD_LISTS
            .into_iter()
            .flat_map(|tag| base.items(tag).into_iter().map(move |item| as_read(tag, item)))
            .chain(base.echoes.iter().cloned())
            .collect();
        let list = file.get(Tag::TagsList).map(crate::value::Value::items).unwrap_or_default();
        let written = list.iter().copied().chain(base.items(Tag::TagsList));
        let written = written.map(|item| as_read(Tag::TagsList, item)).collect();
        Self { entries, written, shielded: !list.is_empty(), agreed: base.agreed.server_tags() }
    }

    /// Behind a list of tags the server does not read our entries; a tag that is new there is the user's own.
    fn holds(&self, tag: &str) -> bool {
        let is_new = self.agreed.is_some_and(|agreed| !agreed.contains(tag));
        self.entries.contains(tag) && !self.written.contains(tag) && !(self.shielded && is_new)
    }
}

/// Lays the tags out where they were selected, and decides on the list of all tags.
pub(super) fn plan(
    selected: bool,
    policy: Policy,
    choices: TagChoices,
    server: &ServerTags,
    lists: &mut Lists<'_>,
    draft: &mut Draft<'_>,
) -> Vec<String> {
    let now = lists.now(Tag::TagsList);
    let Some(all) = &server.all else { return now };
    let entries_added = KEYWORD_LISTS.into_iter().any(|tag| lists.changes(tag));
    let likely_echoes = if now.is_empty() { lists.entries_read() } else { BTreeSet::new() };
    if !selected || policy != Policy::Overwrite {
        if selected && policy == Policy::FillMissing {
            let add = now.iter().all(|item| lists.is_ours(Tag::TagsList, item));
            lay_out(&server.genuine, choices, lists, |lists, tag| add && lists.may_add(policy, tag));
        }
        return shield(server, lists);
    }
    lay_out(&server.genuine, choices, lists, |_, _| false);
    let in_step = lists.read_with(&now) == *all
        && says_all(server.genuine.difference(&likely_echoes), choices, lists)
        && !(entries_added && overlaps(server, lists));
    if in_step {
        return now;
    }
    lay_out(&server.genuine, choices, lists, |_, _| true);
    mirror(server, lists, draft)
}

fn lay_out(
    tags: &BTreeSet<String>,
    choices: TagChoices,
    lists: &mut Lists<'_>,
    add: impl Fn(&Lists<'_>, Tag) -> bool,
) {
    for tag in tags {
        lists.want(Tag::HierarchicalSubject, &hierarchical(tag), add(lists, Tag::HierarchicalSubject));
        if choices.flat_tags {
            // A keyword that is the whole path says more than its last part.
            let said = lists.now(Tag::Subject).iter().any(|item| as_read(Tag::Subject, item) == *tag);
            lists.want_keyword(leaf(tag), |lists, list| !said && add(lists, list));
        }
    }
}

/// Whether each of the lists that the file will have names all these tags.
///
/// Tags that read like a name or an album in the file, with no list of tags in front of them, are most likely echoes
/// of an earlier run that nobody remembers; they alone are no reason to write.
fn says_all<'t>(
    mut tags: impl Iterator<Item = &'t String> + Clone,
    choices: TagChoices,
    lists: &Lists<'_>,
) -> bool {
    let subjects = lists.after(Tag::HierarchicalSubject);
    let keywords = lists.after(Tag::Subject);
    let in_hierarchy =
        |tag: &String| subjects.iter().any(|item| as_read(Tag::HierarchicalSubject, item) == *tag);
    let as_keyword =
        |tag: &String| keywords.iter().any(|item| item == leaf(tag) || as_read(Tag::Subject, item) == *tag);
    (subjects.is_empty() || tags.clone().all(in_hierarchy))
        && (keywords.is_empty() || !choices.flat_tags || tags.all(as_keyword))
}

/// Whether an entry of ours reads as a tag that the user has: without a list nobody could tell the two apart later.
fn overlaps(server: &ServerTags, lists: &Lists<'_>) -> bool {
    KEYWORD_LISTS
        .into_iter()
        .any(|tag| lists.ours_after(tag).iter().any(|item| server.genuine.contains(&as_read(tag, item))))
}

/// The list says what the server says. What was added to it since both agreed is not lost.
fn mirror(server: &ServerTags, lists: &Lists<'_>, draft: &mut Draft<'_>) -> Vec<String> {
    let agreed = lists.base.agreed.server_tags();
    let mut added_in_file = false;
    let list = with_server(server, lists, |item| {
        let tag = as_read(Tag::TagsList, item);
        let is_new = agreed.is_some_and(|agreed| !agreed.contains(&tag));
        added_in_file |= is_new;
        is_new || server.genuine.is_empty()
    });
    if added_in_file {
        draft.keep(Datum::Tags, "a tag was added in the file, and the server has not read it yet".to_owned());
    }
    list
}

/// The list while the tags themselves are not to be written: only as much as is needed, and never less than others
/// wrote.
fn shield(server: &ServerTags, lists: &Lists<'_>) -> Vec<String> {
    let now = lists.now(Tag::TagsList);
    let has_ours = now.iter().any(|item| lists.is_ours(Tag::TagsList, item));
    let changed = KEYWORD_LISTS.into_iter().any(|tag| lists.changes(tag));
    if !changed && !has_ours {
        return now;
    }
    let foreign: Vec<String> =
        now.iter().filter(|item| !lists.is_ours(Tag::TagsList, item)).cloned().collect();
    let entries_left = KEYWORD_LISTS.into_iter().any(|tag| !lists.ours_after(tag).is_empty());
    if !entries_left && lists.read_with(&foreign) == server.genuine {
        return foreign;
    }
    if !has_ours && lists.read_with(&now) == server.genuine && !overlaps(server, lists) {
        return now;
    }
    with_server(server, lists, |_| true)
}

/// The tags of the server, behind those of the file that `keep` or that the server has too.
fn with_server(
    server: &ServerTags,
    lists: &Lists<'_>,
    mut keep_foreign: impl FnMut(&str) -> bool,
) -> Vec<String> {
    let mut list: Vec<String> = lists
        .now(Tag::TagsList)
        .into_iter()
        .filter(|item| {
            server.genuine.contains(&as_read(Tag::TagsList, item))
                || (!lists.is_ours(Tag::TagsList, item) && keep_foreign(item))
        })
        .collect();
    for tag in &server.genuine {
        if !list.iter().any(|item| same(Tag::TagsList, item, tag)) {
            list.push(tag.clone());
        }
    }
    list
}
