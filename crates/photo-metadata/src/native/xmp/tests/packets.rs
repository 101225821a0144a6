//! Packets in all forms that programs write, and edits of them, made at random.

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use crate::native::xmp::schema;
use crate::regions::{Area, Fields, Node, Schema};
use crate::tag::Tag;
use crate::value::Value;

/// Properties of others, and ours, as elements; each stands in a packet once at most.
pub(super) const ELEMENTS: [&str; 22] = [
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

pub(super) const ATTRIBUTES: [&str; 9] = [
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

pub(super) const SPACES: [(&str, &str); 17] = [
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

pub(super) fn description(attributes: &[&str], elements: &[&str], line: &str) -> String {
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

pub(super) fn packet(
    attributes: &[&str],
    first: &[&str],
    second: &[&str],
    line: &str,
    is_wrapped: bool,
) -> String {
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

pub(super) fn packets() -> impl Strategy<Value = String> {
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

pub(super) fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["a", "b & c", "Zoë", "A/B", "x", "plain", "]]>", "<!--", "\"'", " ", "\r\n"])
            .prop_map(str::to_owned),
        "[a-z<>&\"'é\n\t𝄞 ]{1,12}",
    ]
}

pub(super) fn faces(schema: Schema) -> impl Strategy<Value = Value> {
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

pub(super) fn values(tag: Tag) -> BoxedStrategy<Value> {
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

pub(super) fn edits() -> impl Strategy<Value = Vec<(Tag, Option<Value>)>> {
    let tags: Vec<Tag> = schema::PROPERTIES.iter().map(|property| property.tag).collect();
    let edit = |tag| proptest::option::weighted(0.8, values(tag)).prop_map(move |value| (tag, value));
    subsequence(tags, 1..=18).prop_flat_map(move |tags| tags.into_iter().map(edit).collect::<Vec<_>>())
}

/// Places where a packet is damaged, and what comes there instead of some bytes.
pub(super) type Cuts = Vec<(Index, usize, String)>;

pub(super) fn cuts() -> impl Strategy<Value = Cuts> {
    proptest::collection::vec((any::<Index>(), 0_usize..6, "[<>/&'\"=:! a\u{0}]{0,3}"), 1..4)
}

pub(super) fn damaged(text: String, cuts: Cuts) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    for (at, gone, new) in cuts {
        let start = at.index(bytes.len() + 1);
        let end = (start + gone).min(bytes.len());
        bytes.splice(start..end, new.bytes());
    }
    bytes
}

/// What other programs might write instead of something.
pub(super) const VARIANTS: [(&str, &str); 36] = [
    ("rdf:Bag>", "rdf:Seq>"),
    ("rdf:Alt>", "rdf:Bag>"),
    ("rdf:Seq>", "rdf:Alt>"),
    (" rdf:parseType='Resource'", ""),
    ("rdf:li>", "rdf:_1>"),
    (">", ">\n "),
    (">", "><!-- c -->"),
    ("><", ">text<"),
    ("<rdf:Bag>", "<rdf:Bag> x "),
    ("acme:", "dc:"),
    ("acme:", "mwg:"),
    ("acme:", "a:"),
    ("dc:subject>", "dc:Subject>"),
    ("xmp:Rating>", "xmp:RATING>"),
    ("mwg:Name=", "mwg:NAME="),
    ("mwg:Name=", "acme:FOO_BAR="),
    ("xml:lang='x-default'", ""),
    ("xml:lang='x-default'", "xml:lang='de'"),
    ("<rdf:li>", "<rdf:li xml:lang='de'>"),
    ("<rdf:li>", "<rdf:li rdf:parseType='Resource'>"),
    ("<rdf:li>", "<rdf:li acme:n='1'>"),
    ("</rdf:li>", "</rdf:li><rdf:li/>"),
    ("</rdf:li>", "</rdf:li><rdf:li> </rdf:li>"),
    ("rdf:resource=", "rdf:value="),
    ("acme:q>", "rdf:value>"),
    ("rdf:value>", "acme:value>"),
    ("rdf:about=''", "rdf:about='x'"),
    ("rdf:about=''", "rdf:nodeID='x'"),
    ("='1'", "='1/2'"),
    ("='Rex'", "='2020-01-02T03:04:05'"),
    ("='Rex'", "='a&amp;amp;&#x0a;b'"),
    ("<mwg:Area", "<mwg:Extensions"),
    ("<rdf:Description>", "<rdf:Description acme:n='1/2'>"),
    ("a</", "<![CDATA[a&amp;]]></"),
    ("purl.org/dc/elements/1.1/", "purl.org/dc/elements/1.2"),
    ("plain", "<rdf:Description rdf:value='v'/>"),
];

pub(super) fn varied(mut text: String, variants: &[(Index, Index)]) -> String {
    for (which, place) in variants {
        let (old, new) = VARIANTS[which.index(VARIANTS.len())];
        let places: Vec<usize> = text.match_indices(old).map(|(at, _)| at).collect();
        if !places.is_empty() {
            let at = places[place.index(places.len())];
            text.replace_range(at..at + old.len(), new);
        }
    }
    text
}
