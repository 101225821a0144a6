//! What an XMP sidecar says of its photo, as Immich would read it.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use photo_metadata::regions::{Region, Regions, Schema};
use photo_metadata::structure::{problems, sniff};
use photo_metadata::{CaptureTime, Container, FileDate, FileTags, Tag, Value, glance, tags_as_immich_reads};

use super::super::{Facts, Origin, When};

/// Whether these are the first bytes of an XMP packet.
pub(super) fn is_xmp(head: &[u8]) -> bool {
    sniff(head) == Some(Container::Xmp)
}

/// Whether this is XMP to its end.
pub(super) fn is_sound(packet: &[u8]) -> bool {
    is_xmp(packet) && problems(packet).is_empty()
}

/// What a packet says; with the packet itself. A packet that cannot be taken apart is passed on as it is.
pub(super) fn facts(packet: Vec<u8>) -> Facts {
    let seen = glance(&packet);
    let mut facts = Facts { sidecar: Some(packet), ..Facts::default() };
    let Some(tags) = seen.tags else { return facts };
    let says = |tag: Tag| tags.get(tag).map(|value| value.as_text().trim()).filter(|text| !text.is_empty());
    let caption = [Tag::Description, Tag::XmpImageDescription].into_iter().find_map(says);
    facts.description = caption.map(str::to_owned);
    facts.rating = says(Tag::Rating).and_then(stars);
    facts.position = position(&tags);
    facts.taken = [Tag::XmpDateTimeOriginal, Tag::DateCreated].into_iter().find_map(|tag| when(says(tag)?));
    facts.tags = tags_as_immich_reads(&tags, &[]);
    facts.people = people(&tags);
    facts
}

/// Stars; a photo that is rejected, or not rated, has none to tell of.
fn stars(text: &str) -> Option<u8> {
    let number: f64 = text.parse().ok()?;
    (1..=5).find(|stars| (number - f64::from(*stars)).abs() < 0.5)
}

fn position(tags: &FileTags) -> Option<(f64, f64)> {
    let number = |tag: Tag| tags.get(tag).and_then(Value::as_number);
    let (latitude, longitude) = number(Tag::XmpLatitude).zip(number(Tag::XmpLongitude))?;
    let is_on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    (is_on_earth && (latitude, longitude) != (0.0, 0.0)).then_some((latitude, longitude))
}

/// A moment; one without a zone is given as if it were UTC, with no offset.
pub(super) fn when(text: &str) -> Option<When> {
    let date = FileDate::parse(text)?;
    let wall = date.wall()?;
    let at = |wall: jiff::civil::DateTime| Some(wall.to_zoned(TimeZone::UTC).ok()?.timestamp());
    let instant = at(CaptureTime::new(wall, date.offset).utc())?;
    let offset = date.offset.and_then(|_| {
        let seconds = at(wall)?.as_second() - instant.as_second();
        i32::try_from(seconds / 60).ok()
    });
    Some(When { instant, offset, origin: Origin::Sidecar })
}

fn people(tags: &FileTags) -> BTreeSet<String> {
    let mut people = BTreeSet::new();
    if let Some(value) = tags.get(Tag::PersonInImage) {
        people.extend(value.items().into_iter().map(str::to_owned));
    }
    for schema in [Schema::MetadataWorkingGroup, Schema::Microsoft] {
        let Some(Value::Structure(fields)) = tags.get(schema.tag()) else { continue };
        let regions = Regions::read(schema, fields).list.into_iter();
        people.extend(regions.filter(Region::is_face).filter_map(|region| region.name));
    }
    people.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(inside: &str) -> Vec<u8> {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
             <rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' \
             xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:exif='http://ns.adobe.com/exif/1.0/' \
             xmlns:digiKam='http://www.digikam.org/ns/1.0/' xmlns:mwg-rs='http://www.metadataworkinggroup.com/schemas/regions/' \
             xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/'>\
             {inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
        )
        .into_bytes()
    }

    #[test]
    fn a_packet_says_all_that_immich_reads() {
        let facts = facts(packet(
            "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>Zoë\non a boat</rdf:li></rdf:Alt></dc:description>\
             <xmp:Rating>4</xmp:Rating>\
             <exif:GPSLatitude>52,30.0N</exif:GPSLatitude><exif:GPSLongitude>13,15.0W</exif:GPSLongitude>\
             <exif:DateTimeOriginal>2020-01-31T12:13:14+02:00</exif:DateTimeOriginal>\
             <digiKam:TagsList><rdf:Seq><rdf:li>Places/Sea</rdf:li></rdf:Seq></digiKam:TagsList>\
             <dc:subject><rdf:Bag><rdf:li>Sea</rdf:li></rdf:Bag></dc:subject>\
             <Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Anna</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>\
             <mwg-rs:Regions rdf:parseType='Resource'><mwg-rs:RegionList><rdf:Bag>\
             <rdf:li rdf:parseType='Resource'><mwg-rs:Name>Ben</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>\
             <rdf:li rdf:parseType='Resource'><mwg-rs:Name>Rex</mwg-rs:Name><mwg-rs:Type>Pet</mwg-rs:Type></rdf:li>\
             </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>",
        ));

        assert_eq!(facts.description.as_deref(), Some("Zoë\non a boat"));
        assert_eq!(facts.rating, Some(4));
        assert_eq!(facts.position, Some((52.5, -13.25)));
        let taken = facts.taken.unwrap();
        assert_eq!((taken.instant.to_string().as_str(), taken.offset), ("2020-01-31T10:13:14Z", Some(120)));
        assert_eq!(facts.tags.into_iter().collect::<Vec<_>>(), ["Places/Sea"]);
        assert_eq!(facts.people.into_iter().collect::<Vec<_>>(), ["Anna", "Ben"]);
        assert!(facts.sidecar.is_some());
    }

    #[test]
    fn a_date_without_a_zone_has_none() {
        let facts = facts(packet("<photoshop:DateCreated>2020-01-31T12:13:14</photoshop:DateCreated>"));

        let taken = facts.taken.unwrap();
        assert_eq!((taken.instant.to_string().as_str(), taken.offset), ("2020-01-31T12:13:14Z", None));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        let facts = facts(packet("<xmp:Rating>-1</xmp:Rating><exif:GPSLatitude>91,0.0N</exif:GPSLatitude>"));

        assert_eq!((facts.rating, facts.position, facts.taken), (None, None, None));
        assert!(is_xmp(&packet("")) && !is_xmp(b"{}"));
    }

    #[test]
    fn a_packet_that_is_cut_off_or_no_xml_is_not_sound() {
        let whole = packet("<xmp:Rating>3</xmp:Rating>");

        assert!(is_sound(&whole));
        for end in [1, whole.len() / 2, whole.len() - 20] {
            assert!(!is_sound(&whole[..end]), "{end}");
        }
        assert!(!is_sound(b"<x:xmpmeta this is no XML"));
    }
}
