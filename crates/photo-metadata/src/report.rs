//! ExifTool's JSON, read without losing a letter.
//!
//! A keyword `007`, `1.10` or `1e5` looks like a number to ExifTool and stands in its JSON without quotes, so
//! the literal text is taken, never a parsed number. `True` is printed as `true`; versions that know
//! `StructFormat=JSONQ` are asked to quote everything, which saves that too.

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// Everything that ExifTool said of one file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) entries: Vec<Entry>,
}

/// One tag of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Family 1: `IFD0`, `XMP-dc`, `Track2`.
    pub(crate) group: String,
    /// Which copy of several with the same group and name; 0 is the first.
    pub(crate) copy: u32,
    /// The tag.
    pub(crate) name: String,
    /// Its value, or its values.
    pub(crate) items: Vec<String>,
}

impl Report {
    /// Reads the answer to `-j -G1:4` for one file.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        let text = String::from_utf8_lossy(json);
        let files: Vec<FileObject> = serde_json::from_str(&text)?;
        let entries = files.into_iter().next().map(|file| file.0).unwrap_or_default();
        Ok(Self { entries: entries.into_iter().filter_map(|(key, value)| entry(&key, &value)).collect() })
    }

    /// The first value of a tag.
    pub(crate) fn first(&self, group: &str, name: &str) -> Option<&str> {
        let entry = self.entries.iter().find(|entry| entry.group == group && entry.name == name)?;
        entry.items.first().map(String::as_str)
    }
}

/// A JSON object whose keys may come more than once.
struct FileObject(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for FileObject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = FileObject;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(FileObject(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

fn entry(key: &str, value: &RawValue) -> Option<Entry> {
    let mut parts = key.split(':');
    let group = parts.next()?.to_owned();
    let mut name = parts.next()?;
    let mut copy = 0;
    for part in parts {
        copy = name.strip_prefix("Copy").and_then(|number| number.parse().ok()).unwrap_or(copy);
        name = part;
    }
    Some(Entry { group, copy, name: name.to_owned(), items: items(value) })
}

fn items(value: &RawValue) -> Vec<String> {
    match serde_json::from_str::<Vec<Box<RawValue>>>(value.get()) {
        Ok(items) => items.iter().map(|item| literal(item)).collect(),
        Err(_) => vec![literal(value)],
    }
}

/// The text of a string, the letters of anything else.
fn literal(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_number_stays_text() {
        let json = br#"[{"SourceFile": "a.jpg", "XMP-dc:Subject": [1.10, "007", 1e5, true], "IFD0:Copy1:Rating": 3}]"#;

        let report = Report::parse(json).unwrap();

        assert_eq!(report.entries[0].items, ["1.10", "007", "1e5", "true"]);
        let second = &report.entries[1];
        assert_eq!((second.group.as_str(), second.copy, second.name.as_str()), ("IFD0", 1, "Rating"));
    }

    #[test]
    fn text_keeps_its_escapes() {
        let json = br#"[{"XMP-dc:Description": "a\nb\"c\u00e4"}]"#;

        let report = Report::parse(json).unwrap();

        assert_eq!(report.first("XMP-dc", "Description"), Some("a\nb\"cä"));
    }

    #[test]
    fn garbage_is_an_error() {
        assert!(Report::parse(b"Error: File not found").is_err());
    }
}
