//! Whether a new version of a file left everything alone that nobody asked for.
//!
//! The rules name what follows from a change that was asked for, or from none: file positions, the name of the
//! last writer, digests. Whatever they do not name has to be the same, unknown tags, maker notes and embedded
//! pictures included, and what lies at those positions is hashed.

use super::frames;
use super::reading::{Reading, text};
use super::wishes::Wish;

/// Two versions of a file.
pub(crate) struct Versions<'a> {
    /// All tags of the old one.
    pub(crate) before: &'a Reading,
    /// Its IPTC block with texts taken for UTF-8.
    pub(crate) before_as_utf8: &'a Reading,
    /// All tags of the new one.
    pub(crate) after: &'a Reading,
    /// The bytes of the old one.
    pub(crate) old: &'a [u8],
    /// The bytes of the new one.
    pub(crate) new: &'a [u8],
}

impl Versions<'_> {
    /// What differs although nobody asked for it, in words.
    pub(crate) fn foreign_changes(&self, wishes: &[(String, Wish)]) -> Vec<String> {
        let mut changes = self.tags(wishes);
        changes.extend(self.lost_items(wishes));
        changes.extend(self.pictures());
        changes
    }

    fn tags(&self, wishes: &[(String, Wish)]) -> Vec<String> {
        let kind = self.before.text("File:FileType");
        let asked = |tag: &str| wishes.iter().any(|(wish, _)| wish == tag);
        let mut changes = Vec::new();
        for (tag, old) in self.before.iter().filter(|(tag, _)| !asked(tag) && !follows(&kind, tag)) {
            let new = self.after.all(tag);
            if is_room(tag) {
                let (old, new) = (content(old), content(new));
                changes.extend(
                    (!same_bag(&old, &new))
                        .then(|| format!("{tag} had {}, has {}", short(&old), short(&new))),
                );
            } else if new.is_empty() {
                changes.extend((!says_nothing(tag, old)).then(|| format!("{tag} is gone")));
            } else if !same_bag(old, new) && !self.same_text_at_last(tag) && !says_more(tag, old, new) {
                changes.push(format!("{tag} was {}, is {}", short(old), short(new)));
            }
        }
        let new = self.after.iter().map(|(tag, _)| tag).filter(|tag| !self.before.has(tag));
        let new = new.filter(|tag| !asked(tag) && !follows(&kind, tag) && !comes_along(tag));
        let new = new.filter(|tag| !is_room(tag) || !content(self.after.all(tag)).is_empty());
        changes.extend(new.map(|tag| format!("{tag} was added")));
        changes
    }

    /// A block that did not say it was UTF-8, and does now: its texts are read rightly from now on.
    fn same_text_at_last(&self, tag: &str) -> bool {
        tag.starts_with("IPTC:")
            && !self.before.has("IPTC:CodedCharacterSet")
            && same_bag(self.before_as_utf8.all(tag), self.after.all(tag))
    }

    /// Items of a list that were there before names were added to it.
    fn lost_items(&self, wishes: &[(String, Wish)]) -> Vec<String> {
        let lists = wishes.iter().filter_map(|(tag, wish)| match wish {
            Wish::Items(names) => Some((tag, names)),
            _ => None,
        });
        let mut lost = Vec::new();
        for (tag, names) in lists {
            let now = self.after.items(tag);
            let kept = |old: Vec<String>| {
                let added = names.iter().filter(|name| !old.contains(name)).cloned();
                let mut wanted: Vec<String> = old.iter().cloned().chain(added).collect();
                let mut now = now.clone();
                wanted.sort();
                now.sort();
                wanted == now
            };
            let as_utf8 = tag.starts_with("IPTC:") && !self.before.has("IPTC:CodedCharacterSet");
            let is_kept = kept(self.before.items(tag)) || as_utf8 && kept(self.before_as_utf8.items(tag));
            if !is_kept {
                lost.push(format!("{tag} was {:?}, is {now:?}", self.before.items(tag)));
            }
        }
        lost
    }

    /// Four witnesses: ExifTool's hash, the bytes of a JPEG from its first scan on, the media of a movie, decoded
    /// frames. Each says nothing of the kinds of files that it does not know.
    fn pictures(&self) -> Vec<String> {
        let mut changes = Vec::new();
        let hashes = [self.before, self.after].map(|reading| reading.text("File:ImageDataHash"));
        if hashes[0] != hashes[1] {
            changes.push("the hash of the image data differs".to_owned());
        }
        let scans = [self.old, self.new].map(from_first_scan);
        if scans[0] != scans[1] {
            changes.push("the JPEG differs from its first scan on".to_owned());
        }
        let is_movie = self.before.text("File:MIMEType").starts_with("video/");
        let media =
            [self.old, self.new].map(|bytes| if is_movie { media_of_movie(bytes) } else { Vec::new() });
        if media[0] != media[1] {
            changes.push("the media data differ".to_owned());
        }
        if hashes[0].is_empty() && scans[0].is_none() && media[0].is_empty() {
            match frames::same(&self.before.text("File:FileType"), self.old, self.new) {
                Some(true) => {}
                Some(false) => changes.push("decoded frames differ".to_owned()),
                None => changes.push("nothing proves that the image data are the same".to_owned()),
            }
        }
        changes
    }
}

/// Unused room among the boxes of a file, which may come, go and change its size. Makers keep data there, too.
fn is_room(tag: &str) -> bool {
    matches!(tag, "QuickTime:Free" | "QuickTime:Skip")
}

/// What lies in unused room, without what is nothing but zeros.
fn content(room: &[serde_json::Value]) -> Vec<serde_json::Value> {
    let is_empty = |value: &serde_json::Value| {
        let text = text(value);
        let bytes = text.strip_prefix("base64:").unwrap_or(&text);
        bytes.trim_end_matches('=').bytes().all(|byte| byte == b'A')
    };
    room.iter().filter(|value| !is_empty(value)).cloned().collect()
}

fn same_bag(one: &[serde_json::Value], other: &[serde_json::Value]) -> bool {
    let sorted = |values: &[serde_json::Value]| {
        let mut texts: Vec<String> = values.iter().map(text).collect();
        texts.sort();
        texts
    };
    sorted(one) == sorted(other)
}

/// Says the same once more: a simple WebP its size, which becomes an extended one; a PNG that had its EXIF in a
/// text chunk the byte order of the chunk that it gets.
fn says_more(tag: &str, old: &[serde_json::Value], new: &[serde_json::Value]) -> bool {
    match tag {
        "RIFF:ImageWidth" | "RIFF:ImageHeight" => new.iter().all(|size| Some(size) == old.first()),
        "File:ExifByteOrder" => old.iter().all(|order| new.contains(order)),
        _ => false,
    }
}

/// An empty list or structure of XMP, which ExifTool leaves out of every copy: nothing in it could get lost.
fn says_nothing(tag: &str, values: &[serde_json::Value]) -> bool {
    tag.starts_with("XMP-") && values.iter().all(|value| value.as_str() == Some(""))
}

fn short(values: &[serde_json::Value]) -> String {
    let all: String = values.iter().map(text).collect::<Vec<_>>().join(", ");
    all.chars().take(60).collect()
}

/// What follows from something else, and may differ for that.
fn follows(kind: &str, tag: &str) -> bool {
    let (group, name) = tag.split_once(':').unwrap_or(("", tag));
    let positions = [
        "ThumbnailOffset",
        "PreviewImageStart",
        "JpgFromRawStart",
        "OtherImageStart",
        "StripOffsets",
        "TileOffsets",
        "MPImageStart",
    ];
    match group {
        // About the file on this disk, about ExifTool, and what it computes.
        "System" | "ExifTool" | "Composite" => true,
        // Of these only a comment and a preview are content; the kind is compared by name.
        "File" => match name {
            "Comment" | "PreviewImage" => kind == "RAF",
            "FileType" | "MIMEType" => kind.contains("WEBP"),
            "FileTypeExtension" => true,
            _ => matches!(name, "CurrentIPTCDigest" | "ImageDataHash"),
        },
        _ => {
            positions.contains(&name)
                || matches!(name, "Warning" | "Error")
                || matches!(
                    tag,
                    "Photoshop:IPTCDigest"
                        | "IPTC:CodedCharacterSet"
                        | "XMP-x:XMPToolkit"
                        | "XMP-xmpNote:HasExtendedXMP"
                        | "MPImage1:MPImageLength"
                )
                || follows_in(kind, group, name)
        }
    }
}

/// Where things lie in one kind of file; what lies there is hashed.
fn follows_in(kind: &str, group: &str, name: &str) -> bool {
    let chunk = group.starts_with("Track") && matches!(name, "ChunkOffset" | "ChunkOffset64");
    let media = group == "QuickTime" && matches!(name, "MediaData" | "MediaDataSize" | "MediaDataOffset");
    match kind {
        "HEIC" | "HEIF" | "HEICS" | "HEIFS" | "AVIF" => chunk || media,
        "MOV" | "MP4" | "M4V" | "3GP" => {
            chunk || group == "QuickTime" && matches!(name, "MediaDataOffset" | "Wide")
        }
        "CR3" => {
            chunk
                || group == "QuickTime" && name == "MediaDataOffset"
                || group == "Canon" && name == "Unknown_CTBO"
        }
        "RW2" => group == "IFD0" && matches!(name, "RawDataOffset" | "JpgFromRaw"),
        _ if kind.contains("WEBP") => group == "RIFF" && matches!(name, "WebP_Flags" | "WebPFlags"),
        _ => false,
    }
}

/// What a standard requires beside a tag that was asked for.
fn comes_along(tag: &str) -> bool {
    let (group, name) = tag.split_once(':').unwrap_or(("", tag));
    match group {
        "File" => name == "ExifByteOrder",
        "IFD0" => matches!(name, "XResolution" | "YResolution" | "ResolutionUnit" | "YCbCrPositioning"),
        "ExifIFD" => {
            matches!(name, "ExifVersion" | "ComponentsConfiguration" | "FlashpixVersion" | "ColorSpace")
        }
        "GPS" => name == "GPSVersionID",
        "IPTC" => matches!(name, "ApplicationRecordVersion" | "EnvelopeRecordVersion"),
        "QuickTime" => name == "HandlerType",
        _ => false,
    }
}

/// The bytes of a JPEG from its first start of scan to the end of the file: picture, further pictures, trailers.
fn from_first_scan(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = 2;
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    loop {
        match bytes.get(at..at + 4)? {
            [0xff, 0xda, ..] => return Some(&bytes[at..]),
            [0xff, 0xff | 0x01 | 0xd0..=0xd8, ..] => at += 1,
            [0xff, 0xd9, ..] => return None,
            [0xff, _, high, low] => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
            _ => at += 1,
        }
    }
}

/// What lies in the `mdat` boxes of a movie.
fn media_of_movie(bytes: &[u8]) -> Vec<&[u8]> {
    let mut media = Vec::new();
    let mut rest = bytes;
    while let Some((head, body)) = rest.split_at_checked(8) {
        let [a, b, c, d, kind @ ..] = head else { break };
        let size = u32::from_be_bytes([*a, *b, *c, *d]);
        let (length, body) = match (size, body.split_first_chunk::<8>()) {
            (0, _) => (body.len(), body),
            (1, Some((long, body))) => {
                (usize::try_from(u64::from_be_bytes(*long)).unwrap_or(0).saturating_sub(16), body)
            }
            (1, None) => break,
            _ => (usize::try_from(size).unwrap_or(0).saturating_sub(8), body),
        };
        let Some((content, behind)) = body.split_at_checked(length) else { break };
        if kind == b"mdat" {
            media.push(content);
        }
        rest = behind;
    }
    media
}
