//! From one state of a tag's regions to another, so that ExifTool touches only the entries that change.
//!
//! Measured with 12.57 and 13.59: `-TAG-={…}` takes away the entries that have all the given fields with these
//! very texts, `-TAG+={…}` adds one, and all others are carried over as they stand in the packet, with fields
//! and extensions that ExifTool does not know. Writing the whole list anew would lose those. An entry is named
//! by its area alone: numbers have one spelling, while a name may stand in the packet with other entities than
//! ExifTool would write. Where another entry at the same place is to stay, the whole entry is named; a copy of
//! it that is to stay is put back.

use super::node::{Fields, Node};
use super::notation::notation;
use super::{Region, Regions, Schema};
use crate::edits::TagEdit;
use crate::tag::Tag;
use crate::value::Value;

/// One argument for ExifTool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Assignment {
    /// Takes the tag away.
    Clear(&'static str),
    /// Gives the tag this value.
    Set(&'static str, String),
    /// Takes entries away that have these fields.
    Remove(&'static str, String),
    /// Adds an entry.
    Add(&'static str, String),
}

/// What makes a tag's regions those of `edit.new`; nothing for a tag that holds none.
pub(crate) fn assignments(edit: &TagEdit) -> Vec<Assignment> {
    let Some(schema) = Schema::of(edit.tag) else { return Vec::new() };
    let Some(new) = fields(edit.new.as_ref()) else { return vec![Assignment::Clear(edit.tag.name())] };
    let no_fields = Fields::new();
    let old = fields(edit.old.as_ref()).unwrap_or(&no_fields);
    let mut out = Vec::new();
    if schema == Schema::MetadataWorkingGroup
        && old.get("AppliedToDimensions") != new.get("AppliedToDimensions")
    {
        const DIMENSIONS: &str = "XMP-mwg-rs:RegionAppliedToDimensions";
        out.push(match new.get("AppliedToDimensions") {
            Some(node) => Assignment::Set(DIMENSIONS, notation(node)),
            None => Assignment::Clear(DIMENSIONS),
        });
    }
    let list = match schema {
        Schema::MetadataWorkingGroup => "XMP-mwg-rs:RegionList",
        Schema::Microsoft => "XMP-MP:RegionInfoRegions",
    };
    let change = ListChange::between(nodes(schema, old), nodes(schema, new));
    let mut keys: Vec<Node> = change.removed.iter().map(|node| key(schema, node, &change.kept)).collect();
    keys.sort_unstable();
    keys.dedup();
    out.extend(keys.iter().map(|key| Assignment::Remove(list, notation(key))));
    let put_back = change.kept.iter().filter(|node| keys.iter().any(|key| node.includes(key)));
    out.extend(put_back.chain(&change.added).map(|node| Assignment::Add(list, notation(node))));
    out
}

/// What an entry is found by: its place, or all of it where another one at the same place is to stay.
fn key(schema: Schema, node: &Node, kept: &[Node]) -> Node {
    let field = match schema {
        Schema::MetadataWorkingGroup => "Area",
        Schema::Microsoft => "Rectangle",
    };
    let place = node.as_structure().and_then(|fields| fields.get(field));
    let place = place.map(|place| Node::Structure([(field.to_owned(), place.clone())].into()));
    place.filter(|place| !kept.iter().any(|other| other.includes(place))).unwrap_or_else(|| node.clone())
}

/// Whether two values of a tag hold the same regions. The list is a bag; everything else is compared to the letter.
pub(crate) fn same_regions(one: &Fields, other: &Fields, tag: Tag) -> bool {
    let sorted = |fields: &Fields| {
        let mut fields = fields.clone();
        if let Some(Node::List(list)) = Schema::of(tag).and_then(|schema| fields.get_mut(schema.list_field()))
        {
            list.sort_unstable();
        }
        fields
    };
    sorted(one) == sorted(other)
}

/// What of a tag's regions is ours after an edit: what was before and is still there, and what the edit adds.
/// A face that somebody took out of the file stays noted, so that it is not added again.
pub(crate) fn written(before: Option<&Value>, edit: &TagEdit) -> Option<Value> {
    let schema = Schema::of(edit.tag)?;
    let of = |value: Option<&Value>| {
        fields(value).map(|fields| nodes(schema, fields)).unwrap_or_default().to_vec()
    };
    let change = ListChange::between(&of(edit.old.as_ref()), &of(edit.new.as_ref()));
    let mut ours = ListChange::between(&of(before), &change.removed).removed;
    ours.extend(change.added);
    (!ours.is_empty()).then(|| Value::Structure([(schema.list_field().to_owned(), Node::List(ours))].into()))
}

/// What a tag holds without an edit that was made to it some time ago, and whether all of that could be undone: the
/// regions that it added go, those that it took away return, and what others did since stays.
pub(crate) fn without(edit: &TagEdit, now: Option<&Value>) -> (Option<Value>, bool) {
    let Some(schema) = Schema::of(edit.tag) else { return (now.cloned(), false) };
    let of = |value: Option<&Value>| value.and_then(|value| fields(Some(value))).cloned().unwrap_or_default();
    let (old, new, mut current) = (of(edit.old.as_ref()), of(edit.new.as_ref()), of(now));
    if same_regions(&current, &new, edit.tag) {
        return (edit.old.clone(), true);
    }
    let change = ListChange::between(nodes(schema, &old), nodes(schema, &new));
    let present = ListChange::between(nodes(schema, &current), &change.added);
    // Ours that are there no more: somebody took them away or changed them, which shows in others that are new.
    let altered = !present.added.is_empty() && present.removed.iter().any(|node| !change.kept.contains(node));
    let mut list = present.removed;
    let missing: Vec<Node> = change.removed.into_iter().filter(|node| !list.contains(node)).collect();
    list.extend(missing);
    if list.is_empty() {
        current.remove(schema.list_field());
        if !old.contains_key("AppliedToDimensions") {
            current.remove("AppliedToDimensions");
        }
    } else {
        current.insert(schema.list_field().to_owned(), Node::List(list));
    }
    ((!current.is_empty()).then_some(Value::Structure(current)), !altered)
}

/// What of a tag's regions is ours after an edit took some back.
pub(crate) fn still_ours(before: Option<&Value>, edit: &TagEdit) -> Option<Value> {
    let schema = Schema::of(edit.tag)?;
    let of = |value: Option<&Value>| {
        fields(value).map(|fields| nodes(schema, fields)).unwrap_or_default().to_vec()
    };
    let gone = ListChange::between(&of(edit.old.as_ref()), &of(edit.new.as_ref())).removed;
    let ours = ListChange::between(&of(before), &gone).removed;
    (!ours.is_empty()).then(|| Value::Structure([(schema.list_field().to_owned(), Node::List(ours))].into()))
}

/// The names of the regions that `of` has and `from` does not have, for people to read.
pub(crate) fn item_names<'a>(of: Option<&'a Value>, from: Option<&Value>, tag: Tag) -> Vec<&'a str> {
    let (Some(schema), Some(of)) = (Schema::of(tag), fields(of)) else { return Vec::new() };
    let other = fields(from).map(|fields| nodes(schema, fields)).unwrap_or_default();
    let name = match schema {
        Schema::MetadataWorkingGroup => "Name",
        Schema::Microsoft => "PersonDisplayName",
    };
    let mut other: Vec<&Node> = other.iter().collect();
    let mut names = Vec::new();
    for node in nodes(schema, of) {
        match other.iter().position(|known| *known == node) {
            Some(at) => drop(other.swap_remove(at)),
            None => names.push(
                node.as_structure().and_then(|fields| fields.get(name)).and_then(Node::as_text).unwrap_or(""),
            ),
        }
    }
    names
}

fn fields(value: Option<&Value>) -> Option<&Fields> {
    match value? {
        Value::Structure(fields) => Some(fields),
        Value::Text(_) | Value::List(_) => None,
    }
}

fn nodes(schema: Schema, fields: &Fields) -> &[Node] {
    fields.get(schema.list_field()).map(Node::items).unwrap_or_default()
}

/// How one bag of entries becomes another.
struct ListChange {
    kept: Vec<Node>,
    removed: Vec<Node>,
    added: Vec<Node>,
}

impl ListChange {
    fn between(old: &[Node], new: &[Node]) -> Self {
        let mut added = new.to_vec();
        let (mut kept, mut removed) = (Vec::new(), Vec::new());
        for node in old {
            match added.iter().position(|other| other == node) {
                Some(at) => kept.push(added.remove(at)),
                None => removed.push(node.clone()),
            }
        }
        Self { kept, removed, added }
    }
}

/// The regions of a tag's value.
pub(crate) fn regions_of(schema: Schema, value: Option<&Value>) -> Vec<Region> {
    fields(value).map(|fields| Regions::read(schema, fields).list).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        Value::Structure(Node::from_json(json).as_structure().unwrap().clone())
    }

    fn edit(old: Option<&str>, new: Option<&str>) -> TagEdit {
        TagEdit { tag: Tag::RegionInfo, old: old.map(value), new: new.map(value) }
    }

    const A: &str = r#"{"Area": {"X": "0.1"}, "Name": "A"}"#;
    const B: &str = r#"{"Area": {"X": "0.2"}, "Name": "B"}"#;
    const B_AGAIN: &str = r#"{"Area": {"X": "0.2"}, "Name": "B", "Rotation": "0"}"#;
    const LIST: &str = "XMP-mwg-rs:RegionList";

    fn list(items: &[&str]) -> String {
        format!(r#"{{"AppliedToDimensions": {{"W": "4", "H": "3"}}, "RegionList": [{}]}}"#, items.join(","))
    }

    #[test]
    fn a_foreign_entry_is_never_an_argument() {
        let changes = assignments(&edit(Some(&list(&[A, B])), Some(&list(&[A]))));

        assert_eq!(changes, [Assignment::Remove(LIST, "{Area={X=0.2}}".to_owned())]);
    }

    #[test]
    fn the_first_region_brings_the_size_of_the_picture() {
        let changes = assignments(&edit(None, Some(&list(&[A]))));

        assert_eq!(
            changes,
            [
                Assignment::Set("XMP-mwg-rs:RegionAppliedToDimensions", "{H=3,W=4}".to_owned()),
                Assignment::Add(LIST, "{Area={X=0.1},Name=A}".to_owned()),
            ]
        );
    }

    #[test]
    fn what_goes_with_a_removed_one_is_put_back() {
        let changes = assignments(&edit(Some(&list(&[A, B, B_AGAIN])), Some(&list(&[A, B_AGAIN]))));

        assert_eq!(
            changes,
            [
                Assignment::Remove(LIST, "{Area={X=0.2},Name=B}".to_owned()),
                Assignment::Add(LIST, "{Area={X=0.2},Name=B,Rotation=0}".to_owned()),
            ]
        );
    }

    #[test]
    fn ours_is_what_we_added_and_did_not_take_away() {
        let first = written(None, &edit(Some(&list(&[A])), Some(&list(&[A, B]))));
        assert_eq!(first, Some(value(&format!(r#"{{"RegionList": [{B}]}}"#))));

        let second = written(first.as_ref(), &edit(Some(&list(&[A, B])), Some(&list(&[A]))));
        assert_eq!(second, None);
    }

    #[test]
    fn the_order_of_a_bag_says_nothing_and_a_digit_says_something() {
        let fields = |json: &str| Node::from_json(json).as_structure().unwrap().clone();
        let same = |one: &str, other: &str| same_regions(&fields(one), &fields(other), Tag::RegionInfo);

        assert!(same(&list(&[A, B]), &list(&[B, A])));
        assert!(!same(&list(&[A, B]), &list(&[A])));
        assert!(!same(&list(&[A]), &list(&[&A.replace("0.1", "0.10")])));
    }
}
