//! Changing our datasets, and the mark of the character set with them.
//!
//! Items of a list that stay keep their bytes, even when they are longer than the standard allows. A block in Latin-1
//! is converted as a whole before it is marked as UTF-8; one that is UTF-8 or ASCII anyway is just marked.

use super::values::{TAGS, UTF8_MARK, is_text, shown_as, text_of, without_nuls};
use super::{DataSet, Iim};
use crate::edits::TagEdit;
use crate::iptc::{IptcCharset, from_windows_1252};
use crate::native::fault::Fault;
use crate::tag::Tag;
use crate::text::cut_to_bytes;
use crate::value::Value;

/// Bytes of a keyword and of a caption (IIM 4.2, datasets 2:25 and 2:120).
const KEYWORD_BYTES: usize = 64;
const CAPTION_BYTES: usize = 2000;

/// The version that a new record says (IIM 4.2, datasets 1:00 and 2:00).
const VERSION: [u8; 2] = [0, 4];

impl Iim {
    /// Changes tags of this block; edits of others, and those that say what the block says, are passed over.
    pub(in crate::native) fn apply(&mut self, edits: &[TagEdit], charset: &IptcCharset) -> Result<(), Fault> {
        let before = self.tags(charset);
        let is_open = |edit: &&TagEdit| {
            let has = before.iter().find(|(tag, _)| *tag == edit.tag).map(|(_, value)| value);
            edit.tag.is_iptc() && has.map(Value::items) != edit.new.as_ref().map(Value::items)
        };
        let open: Vec<&TagEdit> = edits.iter().filter(is_open).collect();
        if open.is_empty() {
            return Ok(());
        }
        self.become_utf8(charset)?;
        for edit in open {
            let Some((_, number)) = TAGS.iter().find(|(tag, _)| *tag == edit.tag) else { continue };
            match edit.tag {
                Tag::IptcKeywords => self.set_items(*number, edit.new.as_ref()),
                tag => self.set_one(tag, *number, edit.new.as_ref())?,
            }
        }
        self.prove(edits, &before)
    }

    /// Converts what has to be, and sets the mark.
    fn become_utf8(&mut self, charset: &IptcCharset) -> Result<(), Fault> {
        match charset {
            IptcCharset::Utf8 => return Ok(()),
            IptcCharset::Ascii | IptcCharset::UnmarkedUtf8 => {}
            IptcCharset::Latin => {
                for set in self.sets.iter_mut().filter(|set| is_text(set) && !set.value.is_ascii()) {
                    let text = from_windows_1252(without_nuls(&set.value));
                    *set = DataSet::new(set.record, set.number, text.into_bytes());
                }
            }
            IptcCharset::Other(name) => {
                let reason =
                    format!("its IPTC block is written in a character set that is not known ({name:?})");
                return Err(Fault::beyond(reason));
            }
        }
        self.sets.retain(|set| !set.is(1, 90));
        self.add(DataSet::new(1, 90, UTF8_MARK.to_vec()));
        Ok(())
    }

    /// Puts a dataset behind the last one of its record with its number or a lower one; a new record gets its version.
    fn add(&mut self, set: DataSet) {
        if self.sets.iter().all(|other| other.record != set.record) {
            let at = self.sets.partition_point(|other| other.record < set.record);
            self.sets.insert(at, DataSet::new(set.record, 0, VERSION.to_vec()));
        }
        let in_front = |other: &DataSet| other.record == set.record && other.number <= set.number;
        let at = match self.sets.iter().rposition(in_front) {
            Some(index) => index + 1,
            None => self.sets.partition_point(|other| other.record < set.record),
        };
        self.sets.insert(at, set);
    }

    fn set_items(&mut self, number: u8, new: Option<&Value>) {
        let mut wanted: Vec<&str> = new.map(Value::items).unwrap_or_default();
        self.sets.retain(|set| {
            if !set.is(2, number) {
                return true;
            }
            let text = text_of(set, &IptcCharset::Utf8);
            let found = wanted.iter().position(|item| *item == text);
            found.map(|index| wanted.remove(index)).is_some()
        });
        for item in wanted {
            self.add(DataSet::new(2, number, cut_to_bytes(item, KEYWORD_BYTES).as_bytes().to_vec()));
        }
    }

    fn set_one(&mut self, tag: Tag, number: u8, new: Option<&Value>) -> Result<(), Fault> {
        if self.all(2, number).count() > 1 {
            return Err(Fault::beyond(format!("its IPTC block holds {tag} twice")));
        }
        let Some(new) = new else {
            self.sets.retain(|set| !set.is(2, number));
            return Ok(());
        };
        let set = DataSet::new(2, number, as_stored(tag, new.as_text()));
        match self.sets.iter_mut().find(|set| set.is(2, number)) {
            Some(old) => *old = set,
            None => self.add(set),
        }
        Ok(())
    }

    /// It says what was asked for, and of our other tags what it said before.
    fn prove(&self, edits: &[TagEdit], before: &[(Tag, Value)]) -> Result<(), Fault> {
        let now = self.tags(&IptcCharset::Utf8);
        let edit_of = |tag: Tag| edits.iter().find(|edit| edit.tag == tag);
        for (tag, _) in TAGS {
            let of = |tags: &[(Tag, Value)]| -> Vec<Value> {
                tags.iter().filter(|(own, _)| *own == tag).map(|(_, value)| value.clone()).collect()
            };
            let (was, is) = (of(before), of(&now));
            let right = match edit_of(tag).map(|edit| &edit.new) {
                None => was == is,
                Some(None) => is.is_empty(),
                Some(Some(wanted)) => {
                    is.len() == 1 && is.iter().all(|value| value.says_the_same(wanted, tag))
                }
            };
            if !right {
                return Err(Fault::beyond(format!("its IPTC block cannot say this of {tag}")));
            }
        }
        Ok(())
    }
}

/// A value as the bytes of its dataset.
fn as_stored(tag: Tag, text: &str) -> Vec<u8> {
    let compact = match tag {
        Tag::IptcCaption => cut_to_bytes(text, CAPTION_BYTES).to_owned(),
        // Without the colons, if readers put them back to where they were.
        Tag::IptcDateCreated | Tag::IptcTimeCreated => {
            let compact = text.replace(':', "");
            if shown_as(tag, &compact) == text { compact } else { text.to_owned() }
        }
        _ => text.to_owned(),
    };
    compact.into_bytes()
}
