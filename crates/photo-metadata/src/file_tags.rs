//! What a file holds of our tags, as a reader found it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::edits::TagEdit;
use crate::iptc::{IptcCharset, redecode};
use crate::regions::{Frame, Node};
use crate::report::Report;
use crate::structure::Container;
use crate::tag::{Tag, ValueKind};
use crate::value::Value;

/// The tags of our list in one file, and what has to be known to change them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileTags {
    container: Container,
    tags: BTreeMap<Tag, Value>,
    repeated: BTreeSet<Tag>,
    ambiguous: BTreeSet<Tag>,
    iptc: Option<IptcBlock>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frame: Option<Frame>,
}

/// What is known of an IPTC block before it is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IptcBlock {
    /// How its text is encoded.
    pub charset: IptcCharset,
    /// Whether a digest beside it may be renewed: there is none, or it fits the block. One that does not fit
    /// says that XMP is out of step, which is not ours to hide.
    pub renew_digest: bool,
    /// Whether there is a digest.
    #[serde(default)]
    pub has_digest: bool,
}

impl FileTags {
    /// A file that holds nothing of ours.
    pub fn empty(container: Container) -> Self {
        Self {
            container,
            tags: BTreeMap::new(),
            repeated: BTreeSet::new(),
            ambiguous: BTreeSet::new(),
            iptc: None,
            frame: None,
        }
    }

    /// From a report of ExifTool.
    pub(crate) fn from_report(container: Container, report: &Report) -> Self {
        let mut file = Self::empty(container);
        file.iptc = iptc_block(report);
        file.frame = Frame::of(container, report);
        let is_utf8 = file.iptc.as_ref().is_some_and(|block| block.charset == IptcCharset::UnmarkedUtf8);
        for entry in &report.entries {
            let Some(tag) = Tag::from_read(&entry.group, &entry.name) else { continue };
            let mut items = entry.items.clone();
            if tag.is_iptc() && is_utf8 {
                items = items.iter().map(|item| redecode(item).unwrap_or_else(|| item.clone())).collect();
            }
            let value = match tag.kind() {
                ValueKind::List => Value::List(items),
                ValueKind::Structure => structure(&items),
                _ => Value::Text(items.join(", ")),
            };
            file.add(tag, value);
        }
        file
    }

    /// From what the native code read, in the order in which readers find it.
    pub(crate) fn from_blocks(
        container: Container,
        tags: Vec<(Tag, Value)>,
        iptc: Option<IptcBlock>,
        frame: Option<Frame>,
    ) -> Self {
        let mut file = Self { iptc, frame, ..Self::empty(container) };
        for (tag, value) in tags {
            file.add(tag, value);
        }
        file
    }

    fn add(&mut self, tag: Tag, value: Value) {
        let Some(first) = self.tags.get(&tag) else {
            self.tags.insert(tag, value);
            return;
        };
        self.repeated.insert(tag);
        if !first.says_the_same(&value, tag) {
            self.ambiguous.insert(tag);
        }
    }

    /// What the file is.
    pub fn container(&self) -> Container {
        self.container
    }

    /// What a tag holds; of several copies, what readers find first.
    pub fn get(&self, tag: Tag) -> Option<&Value> {
        self.tags.get(&tag)
    }

    /// All tags with their values.
    pub fn iter(&self) -> impl Iterator<Item = (Tag, &Value)> {
        self.tags.iter().map(|(tag, value)| (*tag, value))
    }

    /// Whether the file holds the tag more than once, with values that differ.
    pub fn is_ambiguous(&self, tag: Tag) -> bool {
        self.ambiguous.contains(&tag)
    }

    /// Whether the file holds the tag more than once: a second packet or picture with metadata of its own.
    pub fn is_repeated(&self, tag: Tag) -> bool {
        self.repeated.contains(&tag)
    }

    /// Whether there is an IPTC block.
    pub fn has_iptc(&self) -> bool {
        self.iptc.is_some() || self.tags.keys().any(|tag| tag.is_iptc())
    }

    /// The IPTC block, if there is one.
    pub fn iptc(&self) -> Option<&IptcBlock> {
        self.iptc.as_ref()
    }

    /// What the file will hold once `edits` are in it, to look ahead; what stands around the tags stays as it is.
    #[must_use]
    pub fn after(mut self, edits: &[TagEdit]) -> Self {
        for edit in edits {
            self.ambiguous.remove(&edit.tag);
            match &edit.new {
                Some(value) => self.tags.insert(edit.tag, value.clone()),
                None => self.tags.remove(&edit.tag),
            };
        }
        self
    }

    /// The stored picture, where it is known.
    pub fn frame(&self) -> Option<Frame> {
        self.frame
    }

    /// Says which picture this is about: a sidecar does not know.
    #[must_use]
    pub fn with_frame(mut self, frame: Option<Frame>) -> Self {
        self.frame = frame;
        self
    }

    #[cfg(test)]
    pub(crate) fn insert(&mut self, tag: Tag, value: Value) {
        self.tags.insert(tag, value);
    }

    /// With an IPTC block, and whether the digest beside it fits.
    #[cfg(test)]
    pub(crate) fn with_digest(mut self, fits: bool) -> Self {
        self.iptc = Some(IptcBlock { charset: IptcCharset::Ascii, renew_digest: fits, has_digest: true });
        self
    }

    #[cfg(test)]
    pub(crate) fn remove(&mut self, tag: Tag) {
        self.tags.remove(&tag);
    }

    #[cfg(test)]
    pub(crate) fn push_item(&mut self, tag: Tag, item: &str) {
        match self.tags.entry(tag).or_insert_with(|| Value::List(Vec::new())) {
            Value::List(items) => items.push(item.to_owned()),
            Value::Text(_) | Value::Structure(_) => panic!("{tag} is no list"),
        }
    }
}

/// Something that ought to be a structure and is none is kept as the text that it is.
fn structure(items: &[String]) -> Value {
    match items {
        [json] => match Node::from_json(json) {
            Node::Structure(fields) => Value::Structure(fields),
            Node::Text(_) | Node::List(_) => Value::text(json),
        },
        _ => Value::Text(items.join(", ")),
    }
}

fn iptc_block(report: &Report) -> Option<IptcBlock> {
    let entries: Vec<_> = report.entries.iter().filter(|entry| entry.group == "IPTC").collect();
    if entries.is_empty() {
        return None;
    }
    let mark = report.first("IPTC", "CodedCharacterSet");
    let strings = entries.iter().flat_map(|entry| entry.items.iter().map(String::as_str));
    let stored = report.first("Photoshop", "IPTCDigest");
    let computed = report.first("File", "CurrentIPTCDigest");
    let renew_digest = stored.is_none() || stored == computed;
    let charset = IptcCharset::detect(mark, strings);
    Some(IptcBlock { charset, renew_digest, has_digest: stored.is_some() })
}
