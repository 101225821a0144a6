//! XMP sidecars: whether one is whole, and a digest of everything in it that is not ours to write.
//!
//! A sidecar is rewritten as a whole: attributes become elements, prefixes and order change. So the digest is not
//! over bytes but over properties, each with its full path and value, in order of their paths. That is how the
//! history of darktable, the develop settings of Lightroom and what nobody has heard of are proved to be as
//! before. What says nothing (empty lists and texts, comments) is left out, since writers drop it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use super::examination::Examination;
use super::source::read_up_to;
use super::xml::{Element, Fault, Name, parse};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Sidecars with masks and histories reach a few megabytes.
const LONGEST: u64 = 32 << 20;

/// The properties that we write ourselves. How they changed is for the list of tags to prove.
const OURS: [(&str, &[&str]); 11] = [
    ("http://purl.org/dc/elements/1.1", &["subject", "description", "title"]),
    ("http://iptc.org/std/Iptc4xmpExt/2008-02-29", &["PersonInImage", "Event"]),
    ("http://ns.adobe.com/lightroom/1.0", &["hierarchicalSubject"]),
    ("http://www.digikam.org/ns/1.0", &["TagsList"]),
    ("http://ns.adobe.com/tiff/1.0", &["ImageDescription"]),
    ("http://ns.adobe.com/xap/1.0", &["Rating", "CreateDate"]),
    ("http://ns.microsoft.com/photo/1.0", &["Rating"]),
    (
        "http://ns.adobe.com/exif/1.0",
        &["GPSLatitude", "GPSLongitude", "GPSAltitude", "GPSAltitudeRef", "DateTimeOriginal"],
    ),
    ("http://ns.adobe.com/photoshop/1.0", &["DateCreated"]),
    ("http://www.metadataworkinggroup.com/schemas/regions", &["Regions"]),
    ("http://ns.microsoft.com/photo/1.2", &["RegionInfo"]),
];

pub(super) fn walk(x: &mut Examination<'_>) -> io::Result<()> {
    if x.len() > LONGEST {
        x.too_complex();
        return Ok(());
    }
    let bytes = read_up_to(x.source, 0, usize::try_from(x.len()).unwrap_or(usize::MAX))?;
    match decoded(&bytes).and_then(|text| properties(&text)) {
        Ok(lines) => lines.iter().for_each(|line| x.digest("property", line.as_bytes())),
        Err(fault) => {
            x.malformed(format!("its text ({} was expected)", fault.what), fault.at as u64);
            x.not_covered();
        }
    }
    Ok(())
}

/// UTF-8, or UTF-16 in either order of bytes, with or without a mark; a writer makes UTF-8 of both.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let from_unit: Option<fn([u8; 2]) -> u16> = match bytes {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, b'<', ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    let text = match from_unit {
        None => std::str::from_utf8(bytes)
            .map(Cow::Borrowed)
            .map_err(|error| Fault { what: "UTF-8", at: error.valid_up_to() })?,
        Some(from_unit) if bytes.len().is_multiple_of(2) => {
            let units = bytes.chunks_exact(2).map(|pair| from_unit([pair[0], pair[1]]));
            let text = char::decode_utf16(units).collect::<Result<String, _>>();
            Cow::Owned(text.map_err(|_| Fault { what: "UTF-16", at: 0 })?)
        }
        Some(_) => return Err(Fault { what: "UTF-16", at: bytes.len() }),
    };
    match text.find('\0') {
        Some(at) => Err(Fault { what: "text without zeros", at }),
        None => Ok(text),
    }
}

/// All properties that are not ours, one line each, sorted.
fn properties(text: &str) -> Result<Vec<String>, Fault> {
    let root = parse(text)?;
    let rdf = rdf_of(&root).ok_or(Fault { what: "a description in RDF", at: 0 })?;
    let mut lines = Vec::new();
    for description in rdf.children.iter().filter(|child| child.name.is(RDF, "Description")) {
        fields(description, "", &mut lines);
    }
    lines.sort_unstable();
    Ok(lines)
}

fn rdf_of(root: &Element) -> Option<&Element> {
    if root.name.is(RDF, "RDF") {
        return Some(root);
    }
    root.children.iter().find(|child| child.name.is(RDF, "RDF"))
}

/// Fields in the form of attributes and in the form of elements.
fn fields(element: &Element, path: &str, lines: &mut Vec<String>) {
    let attributes = element.attributes.iter().filter(|(name, _)| is_property(name));
    for (name, value) in attributes.filter(|(name, _)| !path.is_empty() || !is_ours(name)) {
        leaf(&below(path, name), value, lines);
    }
    for child in element.children.iter().filter(|child| !path.is_empty() || !is_ours(&child.name)) {
        value(child, &below(path, &child.name), lines);
    }
}

fn value(element: &Element, path: &str, lines: &mut Vec<String>) {
    let mut path = path.to_owned();
    if let Some((_, language)) = element.attributes.iter().find(|(name, _)| name.is("xml", "lang")) {
        let _ = write!(path, "@{}", language.to_lowercase());
    }
    if let Some((_, target)) = element.attributes.iter().find(|(name, _)| name.is(RDF, "resource")) {
        leaf(&path, target, lines);
    }
    if let Some(list) = element.children.iter().find(|child| is_list(&child.name)) {
        for (number, item) in list.children.iter().enumerate() {
            value(item, &format!("{path}[{number}]"), lines);
        }
        return;
    }
    if let Some(inner) = element.children.iter().find(|child| child.name.is(RDF, "Description")) {
        fields(inner, &path, lines);
    }
    let has_fields = element.attributes.iter().any(|(name, _)| is_property(name));
    if has_fields || !element.children.is_empty() {
        let others = element.children.iter().filter(|child| !child.name.is(RDF, "Description"));
        let element = Element { children: others.cloned().collect(), ..element.clone() };
        return fields(&element, &path, lines);
    }
    leaf(&path, &element.text, lines);
}

fn leaf(path: &str, text: &str, lines: &mut Vec<String>) {
    let text = text.trim();
    if !text.is_empty() {
        lines.push(format!("{path}\u{1f}{text}"));
    }
}

fn below(path: &str, name: &Name) -> String {
    format!("{path}/{{{}}}{}", plain(&name.space), name.local)
}

/// Programs differ in the last sign of an address.
fn plain(space: &str) -> &str {
    space.trim_end_matches(['/', '#'])
}

fn is_property(name: &Name) -> bool {
    name.space != RDF && name.space != "xml" && !name.space.is_empty()
}

fn is_list(name: &Name) -> bool {
    name.space == RDF && matches!(name.local.as_str(), "Bag" | "Seq" | "Alt")
}

fn is_ours(name: &Name) -> bool {
    let space = plain(&name.space);
    OURS.iter().any(|(ours, names)| *ours == space && names.contains(&name.local.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::{Depth, PayloadDigest, Problem, Structure, examine_source};

    fn packet(description: &str) -> String {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{RDF}' xmlns:dc='http://purl.org/dc/elements/1.1/' \
             xmlns:f='http://f/'>{description}</rdf:RDF></x:xmpmeta>"
        )
    }

    fn examined(text: &str) -> Structure {
        examine_source(&text.as_bytes().to_vec(), "xmp", Depth::Whole).unwrap().unwrap()
    }

    fn same(one: &str, other: &str) -> Option<bool> {
        examined(&packet(one)).payload.same_as(&examined(&packet(other)).payload)
    }

    #[test]
    fn the_form_of_a_property_says_nothing() {
        let attributes = "<rdf:Description rdf:about='' f:a='1'><f:s f:x='1' f:y='2'/>\
             <f:l><rdf:Seq><rdf:li f:n='0'/></rdf:Seq></f:l><f:e><rdf:Bag/></f:e></rdf:Description>";
        let elements = "<rdf:Description rdf:about=''>\n<f:l><rdf:Seq><rdf:li rdf:parseType='Resource'><f:n>0</f:n>\
             </rdf:li></rdf:Seq></f:l></rdf:Description><rdf:Description rdf:about='' xmlns:g='http://f'>\
             <g:s><rdf:Description><g:y>2</g:y><g:x>1</g:x></rdf:Description></g:s><g:a>1</g:a></rdf:Description>";

        assert_eq!(same(attributes, elements), Some(true));
    }

    #[test]
    fn a_property_of_others_that_changes_shows() {
        let with = |inner: &str| format!("<rdf:Description>{inner}</rdf:Description>");
        let before = with("<f:a>1</f:a><f:l><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></f:l>");
        for after in [
            "<f:a>2</f:a><f:l><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></f:l>",
            "<f:l><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></f:l>",
            "<f:a>1</f:a><f:l><rdf:Seq><rdf:li>2</rdf:li><rdf:li>1</rdf:li></rdf:Seq></f:l>",
            "<f:a xml:lang='de'>1</f:a><f:l><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></f:l>",
            "<f:a>1</f:a><f:a>1</f:a><f:l><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></f:l>",
        ] {
            assert_eq!(same(&before, &with(after)), Some(false), "{after}");
        }
        assert_eq!(
            same(&before, &with(&format!("{before}<dc:subject/>").replace("rdf:Description", "f:x"))),
            Some(false)
        );
    }

    #[test]
    fn what_we_write_may_change() {
        let before = "<rdf:Description dc:description='a' dc:title='t'/>";
        let after = "<rdf:Description dc:title='t'><dc:subject><rdf:Bag><rdf:li>x</rdf:li></rdf:Bag></dc:subject>\
             </rdf:Description>";

        assert_eq!(same(before, after), Some(true));
    }

    #[test]
    fn utf_16_says_the_same_as_utf_8() {
        let whole = packet("<rdf:Description rdf:about='' f:a='é'/>");
        let of = |bytes: Vec<u8>| examine_source(&bytes, "xmp", Depth::Whole).unwrap().unwrap();
        let units = || "\u{feff}".encode_utf16().chain(whole.encode_utf16());

        for bytes in [
            units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            units().flat_map(u16::to_be_bytes).collect(),
            whole.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ] {
            let found = of(bytes.clone());
            assert_eq!((found.problems.len(), &found.payload), (0, &examined(&whole).payload));
            assert!(!of(bytes[..bytes.len() - 1].to_vec()).problems.is_empty());
        }
    }

    #[test]
    fn what_is_no_whole_sidecar_is_damaged() {
        let whole = packet("<rdf:Description rdf:about=''/>");
        assert!(examined(&whole).problems.is_empty());
        assert!(matches!(examined(&whole).payload, PayloadDigest::Covered(_)));
        for length in (30..whole.len()).step_by(7) {
            let cut = examine_source(&whole.as_bytes()[..length].to_vec(), "xmp", Depth::Whole).unwrap();
            assert!(cut.is_none_or(|cut| cut.problems.iter().any(Problem::is_damage)), "{length}");
        }
        let latin = whole.replace("about=''", "about='\u{1}'").replace('\u{1}', "");
        let mut latin = latin.into_bytes();
        latin.insert(whole.find("about='").unwrap() + 7, 0xe4);
        assert!(
            examine_source(&latin, "xmp", Depth::Whole)
                .unwrap()
                .unwrap()
                .problems
                .iter()
                .any(Problem::is_damage)
        );
    }
}
