//! Whole packets: what edits change, and what they must not.

mod judged;
mod packets;
mod random;

use packets::{ELEMENTS, packet};

use super::*;
use crate::native::blocks::Listing;
use crate::regions::{Area, Node, Schema};

fn held(packet: &Packet, tag: Tag) -> Vec<Value> {
    packet.tags().into_iter().filter(|(own, _)| *own == tag).map(|(_, value)| value).collect()
}

#[test]
fn an_empty_packet_says_nothing_and_takes_everything() {
    let mut packet = Packet::empty();
    assert_eq!((packet.tags(), packet.listing()), (Vec::new(), Listing::new()));
    let edit = |tag, new: Value| TagEdit { tag, old: None, new: Some(new) };

    packet
        .apply(&[
            edit(Tag::Subject, Value::List(vec!["a".to_owned()])),
            edit(Tag::Rating, Value::text("5")),
            edit(Tag::Description, Value::text("é")),
        ])
        .unwrap();

    let text = packet.embedded().body;
    insta::assert_snapshot!(text.trim_start_matches(|c| c != '\n'), @r#"

    <x:xmpmeta xmlns:x='adobe:ns:meta/'>
    <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
     <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
      <dc:subject>
       <rdf:Bag>
        <rdf:li>a</rdf:li>
       </rdf:Bag>
      </dc:subject>
      <xmp:Rating>5</xmp:Rating>
      <dc:description>
       <rdf:Alt>
        <rdf:li xml:lang="x-default">é</rdf:li>
       </rdf:Alt>
      </dc:description>
     </rdf:Description>
    </rdf:RDF>
    </x:xmpmeta>
    "#);
}

#[test]
fn items_that_stay_keep_their_place_and_their_qualifiers() {
    let text = packet(&[], &[ELEMENTS[5], ELEMENTS[9]], &[], "\n ", true);
    let mut packet = Packet::parse(text.as_bytes()).unwrap();
    let list = |items: &[&str]| Some(Value::List(items.iter().map(|item| (*item).to_owned()).collect()));
    let edit = |tag, new| TagEdit { tag, old: None, new };

    packet
        .apply(&[
            edit(Tag::Subject, list(&["new", "b & c"])),
            edit(Tag::PersonInImage, list(&["Ann", "Zoë"])),
        ])
        .unwrap();

    let wanted = text
        .replace(
            "<rdf:li>a</rdf:li><rdf:li>b &amp; c</rdf:li>",
            "<rdf:li>b &amp; c</rdf:li><rdf:li>new</rdf:li>",
        )
        .replace("</acme:q></rdf:li>", "</acme:q></rdf:li><rdf:li>Ann</rdf:li>");
    assert_eq!(String::from_utf8(packet.sidecar()).unwrap(), wanted);
}

#[test]
fn what_others_have_qualified_is_not_taken_away() {
    let text = packet(&[], &[ELEMENTS[9]], &[], "\n ", true);
    let mut packet = Packet::parse(text.as_bytes()).unwrap();
    for new in [None, Some(Value::List(vec!["Ann".to_owned()]))] {
        assert!(packet.apply(&[TagEdit { tag: Tag::PersonInImage, old: None, new }]).is_err());
    }
}

#[test]
fn a_region_that_stays_keeps_every_byte() {
    let text = packet(&[], &[ELEMENTS[16]], &[], "\n", true);
    let mut packet = Packet::parse(text.as_bytes()).unwrap();
    let Some(Value::Structure(mut fields)) = held(&packet, Tag::RegionInfo).pop() else {
        panic!("no regions")
    };
    let face = Schema::MetadataWorkingGroup.face("Zoë", Area { x: 0.5, y: 0.5, width: 0.1, height: 0.2 });
    let kept = fields["RegionList"].items()[0].clone();
    fields.insert("RegionList".to_owned(), Node::List(vec![kept, face]));

    packet
        .apply(&[TagEdit { tag: Tag::RegionInfo, old: None, new: Some(Value::Structure(fields)) }])
        .unwrap();

    let now = String::from_utf8(packet.sidecar()).unwrap();
    assert!(now.contains("<rdf:li mwg:Name='Rex' acme:u='1'><!--r--><mwg:Area a:x='0.5' a:y='.5'/></rdf:li><rdf:li rdf:parseType=\"Resource\"><mwg:Area rdf:parseType=\"Resource\"><a:h>"), "{now}");
    assert!(!now.contains("mwg:Type='Face'") && now.contains("<mwg:AppliedToDimensions d:w='6' d:h='4'/>"));
}

#[test]
fn a_fault_leaves_the_packet_as_it_was() {
    let text = packet(&[], &[ELEMENTS[12]], &[], "\n", true);
    let mut packet = Packet::parse(text.as_bytes()).unwrap();
    let edit = |tag, new: &str| TagEdit { tag, old: None, new: Some(Value::text(new)) };

    assert!(packet.apply(&[edit(Tag::Rating, "5"), edit(Tag::XmpCreateDate, "yesterday")]).is_err());

    assert_eq!(String::from_utf8(packet.sidecar()).unwrap(), text);
}

#[test]
fn room_for_a_packet_is_an_empty_one() {
    for bytes in [&b""[..], b"  \n", &[0; 100]] {
        assert_eq!(Packet::parse(bytes).unwrap().tags(), []);
    }
    assert!(Packet::parse(b"?").is_err());
}

#[test]
fn large_packets_take_no_time() {
    let many = |each: fn(u32) -> String| (0..12_000).map(each).collect::<Vec<_>>().concat();
    let declared = many(|number| format!("<a{number}:x xmlns:a{number}='urn:{number}'/>"));
    let attributes = many(|number| format!("<acme:x dc:subject='{number}' acme:y='' acme:z=''/>"));
    let copies = many(|number| format!("<xmp:Rating>{number}</xmp:Rating><exif:GPSLatitude/><ms:Rating/>"));
    for inner in [&declared, &attributes, &copies] {
        let text = packet(
            &[],
            &[inner, ELEMENTS[0], ELEMENTS[5], ELEMENTS[12], ELEMENTS[13], ELEMENTS[16]],
            &[ELEMENTS[15]],
            "\n",
            true,
        );
        let mut packet = Packet::parse(text.as_bytes()).unwrap();
        let edit = |tag, new| TagEdit { tag, old: None, new: Some(new) };
        let rating = edit(Tag::Rating, Value::text("5"));
        packet.apply(&[rating, edit(Tag::Subject, Value::List(vec!["a".to_owned()]))]).unwrap();
        assert_eq!(held(&packet, Tag::Rating), [Value::text("5")]);
        assert!(packet.listing().len() > 2);
    }
}

#[test]
fn hostile_packets_are_a_fault_and_take_no_time() {
    let deep = "<a>".repeat(200_000);
    let many = |each: fn(u32) -> String| (0..100_000).map(each).collect::<Vec<_>>().concat();
    let spaces = many(|number| format!(" xmlns:a{number}='u'"));
    let attributes = many(|number| format!(" a{number}=''"));
    for text in [
        deep,
        format!("<a{spaces}/>"),
        format!("<a{attributes}/>"),
        "<a>&".repeat(100_000),
        "&#x41;".repeat(300_000),
        "<".repeat(1_000_000),
        "<!--".repeat(300_000),
        "<a b='".repeat(300_000),
    ] {
        assert!(Packet::parse(text.as_bytes()).is_err());
    }
    assert!(Packet::parse(&vec![b'x'; 9 << 20]).is_err());
}
