//! Lists that several kinds of data share: names and tags are keywords side by side.
//!
//! So all of them first say what they want, and only then each list is put together once: what others wrote
//! stays, what we wrote and nobody wants any more goes. An item that nobody asked about (its kind of data was not
//! selected this time) stays as well.

use std::collections::{BTreeMap, BTreeSet};

use super::tag_paths::{as_read, leaf, owned_items, read_tags};
use super::{Datum, Draft, Policy};
use crate::base::Base;
use crate::file_tags::FileTags;
use crate::tag::Tag;
use crate::text::cut_to_bytes;
use crate::value::Value;

/// Bytes of one IPTC keyword (IIM 4.2, dataset 2:25).
const IPTC_KEYWORD_BYTES: usize = 64;

/// The first part of a hierarchical subject that names a person.
pub(super) const PEOPLE: &str = "People";

/// The first part of a hierarchical subject that names an album.
pub(super) const ALBUMS: &str = "Albums";

/// The lists that Immich makes tags of, without the one that hides the others.
pub(super) const KEYWORD_LISTS: [Tag; 3] = [Tag::Subject, Tag::IptcKeywords, Tag::HierarchicalSubject];

/// Lists being put together.
pub(super) struct Lists<'a> {
    pub(super) file: &'a FileTags,
    pub(super) base: &'a Base,
    wants: BTreeMap<Tag, Vec<Want>>,
    /// Which kinds of data are asked about in this plan.
    known: BTreeSet<Datum>,
}

struct Want {
    item: String,
    add: bool,
}

impl<'a> Lists<'a> {
    pub(super) fn new(file: &'a FileTags, base: &'a Base, known: BTreeSet<Datum>) -> Self {
        Self { file, base, wants: BTreeMap::new(), known }
    }

    /// Says that an item belongs into a list; `add` whether it is put there if it lacks.
    pub(super) fn want(&mut self, tag: Tag, item: &str, add: bool) {
        let item = if tag == Tag::IptcKeywords { cut_to_bytes(item, IPTC_KEYWORD_BYTES) } else { item };
        self.wants.entry(tag).or_default().push(Want { item: item.to_owned(), add });
    }

    /// A keyword: `dc:subject`, and the IPTC block where there is one.
    pub(super) fn want_keyword(&mut self, item: &str, add: impl Fn(&Self, Tag) -> bool) {
        self.want(Tag::Subject, item, add(self, Tag::Subject));
        if self.file.has_iptc() {
            self.want(Tag::IptcKeywords, item, add(self, Tag::IptcKeywords));
        }
    }

    /// What the file holds now.
    pub(super) fn now(&self, tag: Tag) -> Vec<String> {
        owned_items(self.file.get(tag))
    }

    /// Whether a policy lets items be added to a list.
    pub(super) fn may_add(&self, policy: Policy, tag: Tag) -> bool {
        match policy {
            Policy::Overwrite => true,
            Policy::FillMissing => self.now(tag).iter().all(|item| self.is_ours(tag, item)),
            Policy::Never => false,
        }
    }

    /// Whether an item is there because of us.
    pub(super) fn is_ours(&self, tag: Tag, item: &str) -> bool {
        self.base.items(tag).contains(&item)
    }

    /// Whether a list says an item already.
    pub(super) fn says(&self, tag: Tag, item: &str) -> bool {
        self.now(tag).iter().any(|has| same(tag, has, item))
    }

    /// What the list will hold.
    pub(super) fn after(&self, tag: Tag) -> Vec<String> {
        let now = self.now(tag);
        let Some(wants) = self.wants.get(&tag) else {
            return now.into_iter().filter(|item| !self.goes(tag, item, &[])).collect();
        };
        let mut items: Vec<String> = now.into_iter().filter(|item| !self.goes(tag, item, wants)).collect();
        for want in wants.iter().filter(|want| want.add) {
            if !items.iter().any(|item| same(tag, item, &want.item)) {
                items.push(want.item.clone());
            }
        }
        items
    }

    /// Items of a list that will be ours: added now, or ours and still there.
    pub(super) fn ours_after(&self, tag: Tag) -> Vec<String> {
        let now = self.now(tag);
        let is_ours = |item: &String| self.is_ours(tag, item) || !now.contains(item);
        self.after(tag).into_iter().filter(is_ours).collect()
    }

    /// Whether this plan changes a list.
    pub(super) fn changes(&self, tag: Tag) -> bool {
        self.after(tag) != self.now(tag)
    }

    /// The tags that Immich would read when the lists are so, with this `digiKam:TagsList`.
    pub(super) fn read_with(&self, tags_list: &[String]) -> BTreeSet<String> {
        read_tags(self.file, |tag| if tag == Tag::TagsList { tags_list.to_vec() } else { self.after(tag) })
    }

    /// The tags that Immich would make of the wanted items that the file holds already.
    pub(super) fn entries_read(&self) -> BTreeSet<String> {
        let of = |tag: &Tag| self.wants.get(tag).into_iter().flatten();
        KEYWORD_LISTS
            .iter()
            .flat_map(|tag| of(tag).map(move |want| (*tag, &want.item)))
            .filter(|(tag, item)| self.says(*tag, item))
            .map(|(tag, item)| as_read(tag, item))
            .collect()
    }

    /// Hands all lists over, with the `digiKam:TagsList` that was decided on.
    pub(super) fn finish(&self, tags_list: Vec<String>, draft: &mut Draft<'_>) {
        for tag in [Tag::PersonInImage, Tag::Subject, Tag::IptcKeywords, Tag::HierarchicalSubject] {
            set_items(tag, self.after(tag), draft);
        }
        set_items(Tag::TagsList, tags_list, draft);
    }

    fn goes(&self, tag: Tag, item: &str, wants: &[Want]) -> bool {
        // The list of all tags is put together as a whole, elsewhere.
        tag != Tag::TagsList
            && self.is_ours(tag, item)
            && !wants.iter().any(|want| same(tag, &want.item, item))
            && self.owners(tag, item).iter().all(|datum| self.known.contains(datum))
    }

    /// Which kinds of data an item of ours may have come from; all that it could be where nothing tells.
    fn owners(&self, tag: Tag, item: &str) -> Vec<Datum> {
        let mut owners = Vec::new();
        match tag {
            Tag::PersonInImage => return vec![Datum::People],
            Tag::HierarchicalSubject => {
                match item.split_once('|') {
                    Some((PEOPLE, _)) => owners.push(Datum::People),
                    Some((ALBUMS, _)) => owners.push(Datum::Albums),
                    _ => return vec![Datum::Tags],
                }
                if self.is_tag_of_server(&as_read(tag, item)) {
                    owners.push(Datum::Tags);
                }
                return owners;
            }
            _ => {}
        }
        let people = self.now_and_ours(Tag::PersonInImage);
        if people.iter().any(|name| same(tag, name, item)) {
            owners.push(Datum::People);
        }
        let tags = self.now_and_ours(Tag::TagsList);
        if tags.iter().any(|path| same(tag, leaf(path), item)) {
            owners.push(Datum::Tags);
        }
        if owners.is_empty() { vec![Datum::People, Datum::Tags] } else { owners }
    }

    fn is_tag_of_server(&self, path: &str) -> bool {
        self.now_and_ours(Tag::TagsList).iter().any(|item| same(Tag::TagsList, item, path))
    }

    fn now_and_ours(&self, tag: Tag) -> Vec<String> {
        let mut items = self.now(tag);
        items.extend(self.base.items(tag).into_iter().map(str::to_owned));
        items
    }
}

fn set_items(tag: Tag, items: Vec<String>, draft: &mut Draft<'_>) {
    if items.is_empty() {
        draft.clear(tag);
    } else {
        draft.set(tag, Value::List(items));
    }
}

/// Whether two items of a list say the same: to the letter, after cutting where the list cuts, and paths as Immich
/// reads them.
pub(super) fn same(tag: Tag, one: &str, other: &str) -> bool {
    match tag {
        Tag::IptcKeywords => cut_to_bytes(one, IPTC_KEYWORD_BYTES) == cut_to_bytes(other, IPTC_KEYWORD_BYTES),
        Tag::HierarchicalSubject | Tag::TagsList => as_read(tag, one) == as_read(tag, other),
        _ => one == other,
    }
}
