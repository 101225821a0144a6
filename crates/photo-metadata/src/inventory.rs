//! Everything that can be read out of a file, so that nothing can go missing unseen.
//!
//! Before a new version replaces an original, both are listed in full: all tags, unknown ones and binary
//! values included. What was not meant to change has to be the same in both lists. Values that follow from
//! others (file positions, sizes of headers, the name of the last writer) are left out, each for a reason.

use std::collections::BTreeMap;

use crate::edits::TagEdit;
use crate::file_tags::FileTags;
use crate::native::Listing;
use crate::report::{Entry, Report};
use crate::structure::Container;
use crate::tag::Tag;

/// All that is known of a file's content, in a form that can be compared.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// Our tags.
    pub own: FileTags,
    /// ExifTool's hash of the image or media data, where it can make one.
    pub image_hash: Option<String>,
    all: BTreeMap<String, Vec<String>>,
}

/// Values longer than this are kept as hashes.
const LONGEST_VALUE: usize = 200;

impl Inventory {
    pub(crate) fn from_report(container: Container, report: &Report) -> Self {
        let own = FileTags::from_report(container, report);
        let redecode = own.iptc().is_some_and(|iptc| iptc.charset == crate::IptcCharset::UnmarkedUtf8);
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in &report.entries {
            if !is_derived(container, &entry.group, &entry.name) && !is_unused_room(container, entry) {
                let key = format!("{}:{}", entry.group, entry.name);
                all.entry(key).or_default().push(summary(entry, redecode && entry.group == "IPTC"));
            }
        }
        let hash = report.entries.iter().find(|entry| entry.name == "ImageDataHash");
        let image_hash = hash.and_then(|entry| entry.items.first().cloned());
        Self { own, image_hash, all }
    }

    /// From what the native code lists: by the same names as ExifTool where it is one of our tags, by its own elsewhere.
    pub(crate) fn from_listing(container: Container, own: FileTags, listing: Listing) -> Self {
        let is_kept = |key: &str| {
            let (group, name) = key.split_once(':').unwrap_or(("", key));
            !is_derived(container, group, name)
        };
        let mut all = listing;
        all.retain(|key, _| is_kept(key));
        Self { own, image_hash: None, all }
    }

    /// Whether the file holds something else than the edits expect.
    pub fn has_moved_on(&self, edits: &[TagEdit]) -> bool {
        edits.iter().any(|edit| match (&edit.old, self.own.get(edit.tag)) {
            (Some(old), Some(now)) => !old.says_the_same(now, edit.tag),
            (None, None) => false,
            _ => true,
        })
    }

    /// What differs from `before` although none of `edits` asks for it, in words; empty when nothing does.
    pub fn foreign_changes(&self, before: &Self, edits: &[TagEdit]) -> Vec<String> {
        let asked: Vec<&str> = edits.iter().map(|edit| edit.tag.name()).collect();
        let is_asked = |key: &str| {
            let (group, name) = key.split_once(':').unwrap_or(("", key));
            Tag::from_read(group, name).is_some_and(|tag| asked.contains(&tag.name()))
        };
        let mut changes = Vec::new();
        for (key, values) in before.all.iter().filter(|(key, _)| !is_asked(key)) {
            match self.all.get(key) {
                Some(now) if now == values || same_canvas(key, values, now) => {}
                Some(_) => changes.push(format!("{key} would change")),
                None if before.goes_along(key, values, edits) || is_empty_list(key, values) => {}
                None => changes.push(format!("{key} would be lost")),
            }
        }
        let added = self.all.keys().filter(|key| !before.all.contains_key(*key) && !is_asked(key));
        changes.extend(added.filter(|key| !comes_along(key)).map(|key| format!("{key} would appear")));
        changes
    }

    /// Whether a tag is one of the fillers that go with a directory when it loses its last real tag.
    ///
    /// Only fillers with the value that writers give them: one with another value came from a camera.
    fn goes_along(&self, key: &str, values: &[String], edits: &[TagEdit]) -> bool {
        let (filler, in_jfif) = match key {
            "IFD0:XResolution" => ("72", Some("JFIF:XResolution")),
            "IFD0:YResolution" => ("72", Some("JFIF:YResolution")),
            "IFD0:ResolutionUnit" => ("2", Some("JFIF:ResolutionUnit")),
            "IFD0:YCbCrPositioning" => ("1", None),
            "GPS:GPSVersionID" => ("2 3 0 0", None),
            "ExifIFD:ExifVersion" => ("0232", None),
            "ExifIFD:ComponentsConfiguration" => ("1 2 3 0", None),
            "ExifIFD:FlashpixVersion" => ("0100", None),
            "ExifIFD:ColorSpace" => ("65535", None),
            "IPTC:ApplicationRecordVersion" | "IPTC:EnvelopeRecordVersion" => ("4", None),
            // The box that held QuickTime keys said what it was.
            "QuickTime:HandlerType" => ("mdta", None),
            _ => return false,
        };
        // A JFIF header counts its unit from 0, EXIF from 1.
        let unit_of_jfif = |value: &String| value.parse::<u32>().map(|unit| (unit + 1).to_string());
        let as_in_jfif = in_jfif.and_then(|name| self.all.get(name)?.first()).is_some_and(|value| {
            values == [value.clone()] || unit_of_jfif(value).is_ok_and(|unit| values == [unit])
        });
        edits.iter().any(TagEdit::takes_away) && (values == [filler] || as_in_jfif)
    }

    /// Which of `edits` the file does not show as they were asked for.
    pub fn unmet<'a>(&self, edits: &'a [TagEdit]) -> Vec<&'a TagEdit> {
        let met = |edit: &TagEdit| match (&edit.new, self.own.get(edit.tag)) {
            (Some(wanted), Some(has)) => {
                has.says_the_same(wanted, edit.tag) && !self.own.is_ambiguous(edit.tag)
            }
            (None, None) => true,
            _ => false,
        };
        edits.iter().filter(|edit| !met(edit)).collect()
    }
}

/// ExifTool drops lists without items from XMP; darktable writes some into every sidecar.
fn is_empty_list(key: &str, values: &[String]) -> bool {
    key.starts_with("XMP-") && values.iter().all(String::is_empty)
}

/// A simple WebP says its size once, the extended one that it becomes says it twice.
fn same_canvas(key: &str, before: &[String], after: &[String]) -> bool {
    matches!(key, "RIFF:ImageWidth" | "RIFF:ImageHeight")
        && before.first().is_some_and(|size| before.iter().chain(after).all(|other| other == size))
}

fn summary(entry: &Entry, redecode: bool) -> String {
    let items: Vec<String> = entry
        .items
        .iter()
        .map(|item| {
            if redecode { crate::iptc::redecode(item).unwrap_or_else(|| item.clone()) } else { item.clone() }
        })
        .collect();
    let text = items.join("\u{1f}");
    if text.len() <= LONGEST_VALUE { text } else { blake3::hash(text.as_bytes()).to_hex().to_string() }
}

/// What follows from other things and may therefore change with them.
fn is_derived(container: Container, group: &str, name: &str) -> bool {
    // About the file on disk, the tool, and what ExifTool computes from other tags.
    let about = matches!(group, "System" | "ExifTool" | "Composite" | "File") && group_is_about(group, name);
    let position = matches!(
        name,
        "ThumbnailOffset"
            | "PreviewImageStart"
            | "JpgFromRawStart"
            | "OtherImageStart"
            | "StripOffsets"
            | "TileOffsets"
            | "MPImageStart"
    );
    about
        || position
        || name == "Warning"
        || name == "Error"
        || name == "ImageDataHash"
        // The IPTC digest follows its block, and UTF-8 has to be marked; the text itself is compared.
        || (group == "Photoshop" && name == "IPTCDigest")
        || (group == "IPTC" && name == "CodedCharacterSet")
        || (group == "XMP-x" && name == "XMPToolkit")
        // The MD5 of an extended packet whose properties are compared one by one.
        || (group == "XMP-xmpNote" && name == "HasExtendedXMP")
        // The length of the primary picture with its header; its data and the second picture are hashed.
        || (group == "MPImage1" && name == "MPImageLength")
        || is_layout(container, group, name)
}

fn group_is_about(group: &str, name: &str) -> bool {
    // What a JPEG comment or a preview holds is content, although ExifTool files it under `File`.
    group != "File" || !matches!(name, "Comment" | "PreviewImage")
}

/// Where things lie in one kind of container; what lies there is hashed.
fn is_layout(container: Container, group: &str, name: &str) -> bool {
    let quicktime = group == "QuickTime";
    let chunk_offset = group.starts_with("Track") && matches!(name, "ChunkOffset" | "ChunkOffset64");
    match container {
        // Exif and XMP items lie in `mdat`; the image items are hashed one by one.
        Container::Heic | Container::Avif => {
            chunk_offset || quicktime && matches!(name, "MediaData" | "MediaDataSize" | "MediaDataOffset")
        }
        // `wide`, `free` and `skip` are fillers, which others may use. What a maker keeps there is for our own digest.
        Container::Mp4 | Container::Mov => {
            chunk_offset || quicktime && matches!(name, "MediaDataOffset" | "Wide" | "Free" | "Skip")
        }
        Container::Cr3 => {
            chunk_offset
                || (quicktime && name == "MediaDataOffset")
                || (group == "Canon" && name == "Unknown_CTBO")
        }
        // A simple WebP becomes an extended one when it gets EXIF or XMP.
        Container::WebP => group == "RIFF" && matches!(name, "WebP_Flags" | "WebPFlags"),
        // The embedded JPEG of these holds their EXIF.
        Container::Raf => group == "File" && name == "PreviewImage",
        Container::Rw2 => group == "IFD0" && matches!(name, "RawDataOffset" | "JpgFromRaw"),
        _ => false,
    }
}

/// A `free` box of a HEIC or AVIF that is full of zeros; ExifTool shows its content as base64. Samsung keeps data in
/// one: those are compared.
fn is_unused_room(container: Container, entry: &Entry) -> bool {
    let zeros = |item: &String| {
        let bytes = item.strip_prefix("base64:").unwrap_or(item);
        bytes.chars().all(|letter| matches!(letter, 'A' | '=' | '\0'))
    };
    matches!(container, Container::Heic | Container::Avif)
        && entry.group == "QuickTime"
        && entry.name == "Free"
        && entry.items.iter().all(zeros)
}

/// What a writer has to add beside the tags that were asked for, because the standards require it.
fn comes_along(key: &str) -> bool {
    matches!(
        key,
        "IFD0:XResolution"
            | "IFD0:YResolution"
            | "IFD0:ResolutionUnit"
            | "IFD0:YCbCrPositioning"
            | "ExifIFD:ExifVersion"
            | "ExifIFD:ComponentsConfiguration"
            | "ExifIFD:FlashpixVersion"
            | "ExifIFD:ColorSpace"
            | "GPS:GPSVersionID"
            | "IPTC:ApplicationRecordVersion"
            | "IPTC:EnvelopeRecordVersion"
            // The box that holds QuickTime keys says what it is.
            | "QuickTime:HandlerType"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn inventory(json: &str) -> Inventory {
        Inventory::from_report(Container::Jpeg, &Report::parse(json.as_bytes()).unwrap())
    }

    fn edit(tag: Tag, new: &str) -> TagEdit {
        TagEdit { tag, old: None, new: Some(Value::text(new)) }
    }

    #[test]
    fn a_lost_a_changed_and_an_added_foreign_tag_are_named() {
        let before = inventory(r#"[{"Canon:Lens": "50mm", "IFD0:Make": "Canon", "XMP-dc:Title": "x"}]"#);
        let after = inventory(r#"[{"IFD0:Make": "Nikon", "XMP-dc:Title": "x", "XMP-dc:Rights": "me"}]"#);

        let changes = after.foreign_changes(&before, &[]);

        assert_eq!(
            changes,
            ["Canon:Lens would be lost", "IFD0:Make would change", "XMP-dc:Rights would appear"]
        );
    }

    #[test]
    fn unused_room_may_come_and_go_and_room_in_use_may_not() {
        let heic =
            |json: &str| Inventory::from_report(Container::Heic, &Report::parse(json.as_bytes()).unwrap());
        let (zeros, data) =
            (r#"[{"QuickTime:Free": "base64:AAAA=="}]"#, r#"[{"QuickTime:Free": "base64:AAGA"}]"#);

        assert!(heic(zeros).foreign_changes(&heic("[{}]"), &[]).is_empty());
        assert_eq!(heic("[{}]").foreign_changes(&heic(data), &[]), ["QuickTime:Free would be lost"]);
    }

    #[test]
    fn an_empty_list_may_go_and_an_empty_exif_tag_may_not() {
        let before = inventory(r#"[{"XMP-darktable:Masks_history": "", "IFD0:Make": ""}]"#);

        let changes = inventory("[{}]").foreign_changes(&before, &[]);

        assert_eq!(changes, ["IFD0:Make would be lost"]);
    }

    #[test]
    fn what_was_asked_for_is_no_foreign_change() {
        let before = inventory(r#"[{"XMP-xmp:Rating": 3}]"#);
        let after = inventory(r#"[{"XMP-xmp:Rating": 4, "GPS:GPSVersionID": "2 3 0 0"}]"#);

        assert!(after.foreign_changes(&before, &[edit(Tag::Rating, "4")]).is_empty());
        assert_eq!(after.foreign_changes(&before, &[]).len(), 1);
    }

    #[test]
    fn a_stale_second_copy_is_not_what_was_asked_for() {
        let twice = inventory(r#"[{"XMP-xmp:Rating": 4, "XMP-xmp:Copy1:Rating": 3}]"#);
        let edits = [edit(Tag::Rating, "4")];

        assert_eq!(twice.unmet(&edits).len(), 1);
        assert!(inventory(r#"[{"XMP-xmp:Rating": 4}]"#).unmet(&edits).is_empty());
    }
}
