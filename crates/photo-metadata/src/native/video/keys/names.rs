//! Names of keys, and what ExifTool makes of them.
//!
//! ExifTool makes a tag out of any name. A name that it would turn into one of our tags although it is spelt otherwise
//! (`creation_date`) is left to it.

use crate::native::fault::Fault;
use crate::source::be32;
use crate::tag::Tag;

/// Our keys, by the end of Apple's name.
pub(super) const OURS: [(&str, Tag, &str); 3] = [
    ("description", Tag::KeysDescription, "Description"),
    ("creationdate", Tag::KeysCreationDate, "CreationDate"),
    ("location.ISO6709", Tag::KeysCoordinates, "GPSCoordinates"),
];

const DOMAIN: &str = "com.apple.quicktime.";

/// The name of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) namespace: [u8; 4],
    pub(super) name: Vec<u8>,
}

impl Key {
    pub(super) fn ours(tag: Tag) -> Result<Self, Fault> {
        let found = OURS.iter().find(|(_, ours, _)| *ours == tag);
        let (name, ..) = found.ok_or_else(|| Fault::beyond(format!("{tag} is no key")))?;
        Ok(Self { namespace: *b"mdta", name: format!("{DOMAIN}{name}").into_bytes() })
    }

    /// Which of our tags ExifTool would make of it, if any.
    pub(super) fn meaning(&self) -> Result<Option<(&'static str, Tag, &'static str)>, Fault> {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(self.name.len());
        let name = String::from_utf8_lossy(self.name.get(..end).unwrap_or_default());
        let short = match name.strip_prefix("com.") {
            Some(rest) if &self.namespace == b"mdta" => rest.strip_prefix("apple.quicktime.").unwrap_or(rest),
            _ => &name,
        };
        if let Some(found) = OURS.iter().find(|(ours, ..)| *ours == short) {
            return Ok(Some(*found));
        }
        let letters: String = short.chars().filter(char::is_ascii_alphanumeric).collect();
        let letters = letters.to_ascii_lowercase();
        let is_near = matches!(
            letters.as_str(),
            "description"
                | "creationdate"
                | "gpscoordinates"
                | "desc"
                | "dscp"
                | "des"
                | "sed"
                | "xyz"
                | "zyx"
        );
        if is_near {
            return Err(Fault::beyond(format!("its key {name:?} has a name of its own for a known thing")));
        }
        Ok(None)
    }
}

/// Items of other tables whose names are those of our tags.
pub(super) fn rival(kind: [u8; 4]) -> Option<&'static str> {
    match &kind {
        b"desc" | b"dscp" | b"\xa9des" => Some("Description"),
        b"\xa9xyz" => Some("GPSCoordinates"),
        _ => None,
    }
}

/// The names in the content of a `keys` box.
pub(super) fn parse(content: &[u8]) -> Result<Vec<Key>, Fault> {
    let odd = || Fault::beyond("its list of keys is broken");
    let count = be32(content, 4).ok_or_else(odd)?;
    let mut keys = Vec::new();
    let mut at = 8;
    while at < content.len() {
        let length = usize::try_from(be32(content, at).ok_or_else(odd)?).map_err(|_| odd())?;
        let entry = at.checked_add(length).and_then(|end| content.get(at..end)).ok_or_else(odd)?;
        let (Some(namespace), Some(name)) = (entry.get(4..8), entry.get(8..)) else { return Err(odd()) };
        keys.push(Key { namespace: namespace.try_into().map_err(|_| odd())?, name: name.to_vec() });
        at += length;
    }
    if u32::try_from(keys.len()) == Ok(count) { Ok(keys) } else { Err(odd()) }
}

/// The content of a `keys` box.
pub(super) fn content(keys: &[Key]) -> Result<Vec<u8>, Fault> {
    let too_long = || Fault::beyond("its list of keys would be too long");
    let mut content = vec![0; 4];
    content.extend(u32::try_from(keys.len()).map_err(|_| too_long())?.to_be_bytes());
    for key in keys {
        content.extend(u32::try_from(key.name.len() + 8).map_err(|_| too_long())?.to_be_bytes());
        content.extend(key.namespace);
        content.extend(&key.name);
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(name: &str) -> Result<Option<Tag>, Fault> {
        let key = Key { namespace: *b"mdta", name: name.as_bytes().to_vec() };
        Ok(key.meaning()?.map(|(_, tag, _)| tag))
    }

    #[test]
    fn a_name_is_known_with_and_without_its_domain() {
        for (name, tag) in [
            ("com.apple.quicktime.description", Some(Tag::KeysDescription)),
            ("com.apple.quicktime.location.ISO6709", Some(Tag::KeysCoordinates)),
            ("com.creationdate", Some(Tag::KeysCreationDate)),
            ("creationdate", Some(Tag::KeysCreationDate)),
            ("com.apple.quicktime.make", None),
            ("com.android.version", None),
        ] {
            assert_eq!(meaning(name).unwrap(), tag, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_nearly_ours_is_left_to_exiftool() {
        for name in ["Description", "creation_date", "com.GPSCoordinates", "desc", "\u{a9}xyz"] {
            assert!(meaning(name).is_err(), "{name}");
        }
    }

    #[test]
    fn names_are_written_as_they_are_read() {
        let keys = vec![
            Key::ours(Tag::KeysDescription).unwrap(),
            Key { namespace: *b"udta", name: b"\xa9nam".to_vec() },
        ];
        let bytes = content(&keys).unwrap();

        assert_eq!(parse(&bytes).unwrap(), keys);
        for length in 0..bytes.len() {
            assert!(parse(&bytes[..length]).is_err(), "{length}");
        }
    }
}
