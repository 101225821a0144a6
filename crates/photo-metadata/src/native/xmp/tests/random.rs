//! Random packets with random edits: what was asked for is there, and nothing else changed.

use proptest::prelude::*;

use super::held;
use super::packets::{cuts, damaged, edits, packets};
use crate::edits::TagEdit;
use crate::native::blocks::Listing;
use crate::native::xmp::Packet;
use crate::regions::{Node, Schema};
use crate::tag::Tag;
use crate::value::Value;

/// Regions of others stay beside the new ones, as a plan has them; and so does a person whom others have qualified.
fn beside_others(packet: &Packet, tag: Tag, new: Option<Value>) -> Option<Value> {
    if tag == Tag::PersonInImage {
        let items = held(packet, tag).into_iter().chain(new).flat_map(|value| match value {
            Value::List(items) => items,
            _ => Vec::new(),
        });
        let items: Vec<String> = items.collect();
        return (!items.is_empty()).then_some(Value::List(items));
    }
    let (Some(schema), Some(Value::Structure(mut new)), Some(Value::Structure(old))) =
        (Schema::of(tag), new.clone(), held(packet, tag).into_iter().next())
    else {
        return new;
    };
    let list = schema.list_field();
    let mut entries = old.get(list).map(|node| node.items()[1..].to_vec()).unwrap_or_default();
    entries.extend(new.get(list).map(|node| node.items().to_vec()).unwrap_or_default());
    new.insert(list.to_owned(), Node::List(entries));
    Some(Value::Structure(new))
}

pub(super) fn planned(packet: &Packet, wishes: Vec<(Tag, Option<Value>)>) -> Vec<TagEdit> {
    wishes
        .into_iter()
        .map(|(tag, new)| TagEdit {
            tag,
            old: held(packet, tag).into_iter().next(),
            new: beside_others(packet, tag, new),
        })
        .collect()
}

fn foreign(packet: &Packet, edits: &[TagEdit]) -> Listing {
    let mut listing = packet.listing();
    for edit in edits {
        listing.remove(edit.tag.name());
    }
    listing
}

fn says(packet: &Packet, edit: &TagEdit, wanted: Option<&Value>) -> bool {
    match (&held(packet, edit.tag)[..], wanted) {
        ([], None) => true,
        ([own], Some(wanted)) => own.says_the_same(wanted, edit.tag),
        _ => false,
    }
}
proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_changes_what_it_names_and_nothing_else(text in packets(), wishes in edits()) {
        let before = Packet::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(before.sidecar(), text.as_bytes());
        let edits = planned(&before, wishes);
        let mut after = before.clone();
        after.apply(&edits).unwrap();

        for edit in &edits {
            prop_assert!(says(&after, edit, edit.new.as_ref()), "{edit:?} {:?}\n{text}", held(&after, edit.tag));
        }
        prop_assert_eq!(foreign(&after, &edits), foreign(&before, &edits));
        for bytes in [after.sidecar(), after.embedded().body.into_bytes()] {
            let read = Packet::parse(&bytes).unwrap();
            prop_assert_eq!(read.tags(), after.tags());
        }
        prop_assert_eq!(Packet::parse(&after.sidecar()).unwrap().listing(), after.listing());
        let mut again = Packet::parse(&after.sidecar()).unwrap();
        again.apply(&edits).unwrap();
        prop_assert_eq!(again.sidecar(), after.sidecar());
    }

    #[test]
    fn what_was_written_can_be_taken_back(text in packets(), wishes in edits()) {
        let before = Packet::parse(text.as_bytes()).unwrap();
        let edits: Vec<TagEdit> =
            planned(&before, wishes).into_iter().filter(|edit| Schema::of(edit.tag).is_none()).collect();
        let back = |edit: &TagEdit| TagEdit { tag: edit.tag, old: edit.new.clone(), new: edit.old.clone() };
        let mut after = before.clone();
        after.apply(&edits).unwrap();
        after.apply(&edits.iter().map(back).collect::<Vec<_>>()).unwrap();

        for edit in &edits {
            prop_assert!(says(&after, edit, edit.old.as_ref()), "{edit:?} {:?}", held(&after, edit.tag));
        }
        prop_assert_eq!(foreign(&after, &edits), foreign(&before, &edits));
    }

    #[test]
    fn broken_packets_never_panic(text in packets(), wishes in edits(), cuts in cuts()) {
        let bytes = damaged(text, cuts);
        if let Ok(mut packet) = Packet::parse(&bytes) {
            let edits = planned(&packet, wishes);
            let before = foreign(&packet, &edits);
            if packet.apply(&edits).is_ok() {
                prop_assert_eq!(foreign(&packet, &edits), before);
            }
        }
    }
}
