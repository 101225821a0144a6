//! Whole packets: what edits change, and what they must not.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::file_tags::FileTags;
use crate::native::blocks::Listing;
use crate::native::judge::{Judge, jpeg};
use crate::regions::{Area, Fields, Node, Schema};
use crate::structure::Container;

/// Properties of others, and ours, as elements; each stands in a packet once at most.
const ELEMENTS: [&str; 22] = [
    "<acme:thing rdf:parseType='Resource'><acme:part>1 &lt; 2</acme:part><!-- mine --><acme:l><rdf:Seq><rdf:li>b</rdf:li></rdf:Seq></acme:l></acme:thing>",
    "<acme:link rdf:resource='http://acme.example/'/>",
    "<acme:empty><rdf:Seq/></acme:empty>",
    "<!-- a comment -->",
    "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>T</rdf:li><rdf:li xml:lang=\"de\">Ü</rdf:li></rdf:Alt></dc:title>",
    "<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b &amp; c</rdf:li></rdf:Bag></dc:subject>",
    "<dc:description><rdf:Alt>\n  <rdf:li xml:lang='x-default'>x</rdf:li>\n  <rdf:li xml:lang='de'>d</rdf:li>\n</rdf:Alt></dc:description>",
    "<tiff:ImageDescription>plain</tiff:ImageDescription>",
    "<ext:Event><rdf:Alt><rdf:li xml:lang='fr'>f</rdf:li></rdf:Alt></ext:Event>",
    "<ext:PersonInImage><rdf:Bag><rdf:li rdf:parseType='Resource'><rdf:value>Zoë</rdf:value><acme:q>1</acme:q></rdf:li></rdf:Bag></ext:PersonInImage>",
    "<digiKam:TagsList><rdf:Seq>\n   <rdf:li>A/B</rdf:li>\n  </rdf:Seq></digiKam:TagsList>",
    "<lr:hierarchicalSubject/>",
    "<xmp:Rating>2</xmp:Rating>",
    "<exif:GPSLatitude>10,0.5N</exif:GPSLatitude>",
    "<xmp:CreateDate>2020-01-02T03:04:05Z</xmp:CreateDate>",
    "<ms:Rating>50</ms:Rating>",
    "<mwg:Regions rdf:parseType='Resource'><mwg:AppliedToDimensions d:w='6' d:h='4'/><mwg:RegionList><rdf:Bag><rdf:li mwg:Name='Rex' acme:u='1'><!--r--><mwg:Area a:x='0.5' a:y='.5'/></rdf:li><rdf:li mwg:Type='Face'/></rdf:Bag></mwg:RegionList></mwg:Regions>",
    "<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag><rdf:li MPReg:PersonDisplayName='N' MPReg:Rectangle='0, 0, 1, 1'/></rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo>",
    "<note:HasExtendedXMP>0123456789ABCDEF0123456789ABCDEF</note:HasExtendedXMP>",
    "<acme:lang xml:lang='de'>text</acme:lang>",
    "<acme:cdata><![CDATA[<&>]]></acme:cdata>",
    "<?acme some instruction?>",
];

const ATTRIBUTES: [&str; 9] = [
    "acme:other='1'",
    "dc:format = \"image/jpeg\"",
    "xmp:Label='&quot;red&quot;'",
    "photoshop:DateCreated='2020-01-02'",
    "exif:GPSLongitude='20,30.25W'",
    "exif:GPSAltitude='125/10'",
    "exif:GPSAltitudeRef='0'",
    "lr:privateRTKInfo='x'",
    "exif:DateTimeOriginal='2020-01-02T03:04:05'",
];

const SPACES: [(&str, &str); 17] = [
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("xmp", "http://ns.adobe.com/xap/1.0/"),
    ("exif", "http://ns.adobe.com/exif/1.0/"),
    ("lr", "http://ns.adobe.com/lightroom/1.0/"),
    ("ext", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
    ("tiff", "http://ns.adobe.com/tiff/1.0/"),
    ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("digiKam", "http://www.digikam.org/ns/1.0/"),
    ("ms", "http://ns.microsoft.com/photo/1.0/"),
    ("acme", "http://acme.example/ns/"),
    ("mwg", "http://www.metadataworkinggroup.com/schemas/regions/"),
    ("a", "http://ns.adobe.com/xmp/sType/Area#"),
    ("d", "http://ns.adobe.com/xap/1.0/sType/Dimensions#"),
    ("MP", "http://ns.microsoft.com/photo/1.2/"),
    ("MPRI", "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"),
    ("MPReg", "http://ns.microsoft.com/photo/1.2/t/Region#"),
    ("note", "http://ns.adobe.com/xmp/note/"),
];

fn description(attributes: &[&str], elements: &[&str], line: &str) -> String {
    let used = [attributes, elements].concat().concat();
    let declared = SPACES.iter().filter(|(prefix, _)| used.contains(&format!("{prefix}:")));
    let declared =
        declared.map(|(prefix, address)| format!(" xmlns:{prefix}='{address}'")).collect::<Vec<_>>();
    let before = format!("{line} ");
    let each = |parts: &[&str]| parts.iter().flat_map(|part| [before.as_str(), part]).collect::<String>();
    let tag = format!("<rdf:Description rdf:about=''{line}{}{}", declared.concat(), each(attributes));
    if elements.is_empty() {
        return tag + "/>";
    }
    format!("{tag}>{}{line}</rdf:Description>", each(elements))
}

fn packet(attributes: &[&str], first: &[&str], second: &[&str], line: &str, is_wrapped: bool) -> String {
    let mut rdf = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>".to_owned();
    for text in [description(attributes, first, line), description(&[], second, line)] {
        rdf += line;
        rdf += &text;
    }
    rdf = rdf + line + "</rdf:RDF>";
    if is_wrapped {
        return format!(
            "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta xmlns:x='adobe:ns:meta/'>{rdf}</x:xmpmeta>\n\n<?xpacket end='w'?>"
        );
    }
    format!("<?xml version='1.0'?>\n<!-- before -->\n{rdf}\n<!-- behind -->\n")
}

fn packets() -> impl Strategy<Value = String> {
    let parts = (
        subsequence(ATTRIBUTES.to_vec(), 0..=ATTRIBUTES.len()),
        subsequence(ELEMENTS.to_vec(), 0..=ELEMENTS.len()),
        any::<prop::sample::Index>(),
        select(vec!["", "\n", "\n   ", "\r\n\t"]),
        any::<bool>(),
    );
    parts.prop_map(|(attributes, elements, split, line, is_wrapped)| {
        let (first, second) = elements.split_at(split.index(elements.len() + 1));
        packet(&attributes, first, second, line, is_wrapped)
    })
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["a", "b & c", "Zoë", "A/B", "x", "plain", "]]>", "<!--", "\"'", " ", "\r\n"])
            .prop_map(str::to_owned),
        "[a-z<>&\"'é\n\t𝄞 ]{1,12}",
    ]
}

fn faces(schema: Schema) -> impl Strategy<Value = Value> {
    let face = (texts(), 0_u32..9).prop_map(move |(name, at)| {
        let edge = f64::from(at) / 10.0;
        schema.face(&name, Area { x: edge, y: 0.5, width: 0.1, height: 0.25 })
    });
    (proptest::collection::vec(face, 1..4), any::<bool>()).prop_map(move |(faces, is_sized)| {
        let mut fields: Fields = [(schema.list_field().to_owned(), Node::List(faces))].into();
        if is_sized && schema == Schema::MetadataWorkingGroup {
            let size = [("W".to_owned(), Node::text("60")), ("H".to_owned(), Node::text("40"))];
            fields.insert("AppliedToDimensions".to_owned(), Node::Structure(size.into()));
        }
        Value::Structure(fields)
    })
}

fn values(tag: Tag) -> BoxedStrategy<Value> {
    let numbers = (-80_000_000_i32..80_000_000).prop_map(|number| Value::number(f64::from(number) / 1e6));
    match tag {
        Tag::RegionInfo => faces(Schema::MetadataWorkingGroup).boxed(),
        Tag::MicrosoftRegions => faces(Schema::Microsoft).boxed(),
        Tag::XmpLatitude | Tag::XmpLongitude => numbers.boxed(),
        Tag::XmpAltitude => (0_u32..900_000).prop_map(|cm| Value::number(f64::from(cm) / 100.0)).boxed(),
        Tag::XmpDateTimeOriginal | Tag::DateCreated | Tag::XmpCreateDate => select(vec![
            "2024:07:02 00:30:00.25+02:00",
            "2024:07:02 00:30:00",
            "2024:07:02",
            "2024:07:02 00:30Z",
        ])
        .prop_map(Value::text)
        .boxed(),
        tag if tag.kind() == crate::tag::ValueKind::List => {
            proptest::collection::vec(texts(), 1..5).prop_map(Value::List).boxed()
        }
        tag if tag.kind() == crate::tag::ValueKind::Number => {
            (0_u8..=99).prop_map(|stars| Value::number(stars.into())).boxed()
        }
        _ => texts().prop_map(Value::Text).boxed(),
    }
}

fn edits() -> impl Strategy<Value = Vec<(Tag, Option<Value>)>> {
    let tags: Vec<Tag> = schema::PROPERTIES.iter().map(|property| property.tag).collect();
    let edit = |tag| proptest::option::weighted(0.8, values(tag)).prop_map(move |value| (tag, value));
    subsequence(tags, 1..=18).prop_flat_map(move |tags| tags.into_iter().map(edit).collect::<Vec<_>>())
}

fn held(packet: &Packet, tag: Tag) -> Vec<Value> {
    packet.tags().into_iter().filter(|(own, _)| *own == tag).map(|(_, value)| value).collect()
}

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

fn planned(packet: &Packet, wishes: Vec<(Tag, Option<Value>)>) -> Vec<TagEdit> {
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
    fn broken_packets_never_panic(
        text in packets(),
        wishes in edits(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..6, "[<>/&'\"=:! a\u{0}]{0,3}"), 1..4),
    ) {
        let mut bytes = text.into_bytes();
        for (at, gone, new) in cuts {
            let start = at.index(bytes.len() + 1);
            let end = (start + gone).min(bytes.len());
            bytes.splice(start..end, new.bytes());
        }
        if let Ok(mut packet) = Packet::parse(&bytes) {
            let edits = planned(&packet, wishes);
            let before = foreign(&packet, &edits);
            if packet.apply(&edits).is_ok() {
                prop_assert_eq!(foreign(&packet, &edits), before);
            }
        }
    }
}

/// A picture with this packet.
fn picture(packet: &[u8]) -> Vec<u8> {
    jpeg(0xe1, b"http://ns.adobe.com/xap/1.0/\0", packet)
}

#[test]
fn random_packets_are_read_and_written_as_exiftool_would() {
    let judge = Judge::new();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let result =
        proptest::test_runner::TestRunner::new(config).run(&(packets(), edits()), |(text, wishes)| {
            let before = Packet::parse(text.as_bytes()).unwrap();
            let edits = planned(&before, wishes);
            let mut after = before.clone();
            after.apply(&edits).unwrap();
            let new = after.embedded();
            let (old, new) = (picture(text.as_bytes()), picture(&new.in_length(new.least() + 100).unwrap()));

            for (packet, picture) in [(&before, &old), (&after, &new)] {
                let judged = judge.read(picture).with_frame(None);
                prop_assert_eq!(
                    &FileTags::from_blocks(Container::Jpeg, packet.tags(), None, None),
                    &judged,
                    "{}",
                    text
                );
            }
            let (was, is) = (judge.inventory(&old), judge.inventory(&new));
            prop_assert_eq!(is.unmet(&edits), Vec::<&TagEdit>::new());
            prop_assert_eq!(is.foreign_changes(&was, &edits), Vec::<String>::new(), "{}", text);
            Ok(())
        });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}
