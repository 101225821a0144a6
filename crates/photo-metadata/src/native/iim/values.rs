//! What the datasets of a block say, as ExifTool says it.
//!
//! It decodes the strings of an unmarked block as Windows-1252 and shows everything else as bytes. Strings that are
//! UTF-8 without saying so come out wrong there; [`FileTags`](crate::FileTags) turns those right, and so does this.

use super::formats::{Format, format_of};
use super::{DataSet, Iim};
use crate::iptc::{IptcCharset, from_windows_1252};
use crate::native::blocks::Listing;
use crate::native::fault::Fault;
use crate::native::shown;
use crate::tag::Tag;
use crate::value::Value;

/// The mark of UTF-8: ESC % G.
pub(super) const UTF8_MARK: &[u8] = b"\x1b%G";

/// Where our tags stand.
pub(super) const TAGS: [(Tag, u8); 4] = [
    (Tag::IptcKeywords, 25),
    (Tag::IptcDateCreated, 55),
    (Tag::IptcTimeCreated, 60),
    (Tag::IptcCaption, 120),
];

impl Iim {
    /// Whether readers show anything of it.
    pub(in crate::native) fn says_something(&self) -> bool {
        self.sets.iter().any(|set| format_of(set.record, set.number).is_some())
    }

    /// The character set, found by the rule of [`IptcCharset::detect`].
    pub(in crate::native) fn charset(&self) -> Result<IptcCharset, Fault> {
        let mut marks = self.all(1, 90);
        let mark = marks.next().map(|set| shown::text(without_nuls(&set.value)));
        if marks.any(|set| Some(shown::text(without_nuls(&set.value))) != mark) {
            return Err(Fault::beyond("its IPTC block says two character sets"));
        }
        let marked = mark.as_deref().is_some_and(|mark| !mark.trim().is_empty());
        let strings: Vec<String> = if marked {
            Vec::new()
        } else {
            self.sets.iter().filter_map(as_latin).collect::<Result<_, _>>()?
        };
        Ok(IptcCharset::detect(mark.as_deref(), strings.iter().map(String::as_str)))
    }

    /// Our tags; the keywords as one list.
    pub(in crate::native) fn tags(&self, charset: &IptcCharset) -> Vec<(Tag, Value)> {
        let mut tags = Vec::new();
        for (tag, number) in TAGS {
            let mut texts = self.all(2, number).map(|set| shown_as(tag, &text_of(set, charset)));
            if tag == Tag::IptcKeywords {
                let items: Vec<String> = texts.collect();
                if !items.is_empty() {
                    tags.push((tag, Value::List(items)));
                }
            } else {
                tags.extend(texts.by_ref().map(|text| (tag, Value::Text(text))));
            }
        }
        tags
    }

    /// All datasets but the mark of the character set, text as text.
    pub(in crate::native) fn listing(&self, charset: &IptcCharset) -> Listing {
        let mut listing = Listing::new();
        for set in self.sets.iter().filter(|set| !set.is(1, 90)) {
            let tag = TAGS.iter().find(|(_, number)| set.is(2, *number));
            let key = match (set.record, set.number) {
                (1, 0) => "IPTC:EnvelopeRecordVersion".to_owned(),
                (2, 0) => "IPTC:ApplicationRecordVersion".to_owned(),
                (record, number) => {
                    tag.map_or_else(|| format!("IPTC:{record}:{number}"), |(tag, _)| tag.name().to_owned())
                }
            };
            let value = match (key.ends_with("RecordVersion"), clean_text(set, charset)) {
                (true, _) => {
                    set.value.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)).to_string()
                }
                (false, Some(text)) => text,
                (false, None) => shown::fingerprint(&set.value),
            };
            listing.entry(key).or_default().push(value);
        }
        listing
    }
}

/// Text that can be told from any other, or none.
fn clean_text(set: &DataSet, charset: &IptcCharset) -> Option<String> {
    if format_of(set.record, set.number) != Some(Format::Text) {
        return None;
    }
    match charset {
        IptcCharset::Latin => Some(from_windows_1252(&set.value)),
        _ => String::from_utf8(set.value.clone()).ok(),
    }
}

pub(super) fn without_nuls(value: &[u8]) -> &[u8] {
    let nuls = value.iter().rev().take_while(|byte| **byte == 0).count();
    value.get(..value.len() - nuls).unwrap_or_default()
}

/// A string as ExifTool shows it where no character set is said.
fn as_latin(set: &DataSet) -> Option<Result<String, Fault>> {
    let format = format_of(set.record, set.number)?;
    let value = without_nuls(&set.value);
    match format {
        Format::Text if !value.is_ascii() && value.iter().any(|byte| matches!(byte, 0x14 | 0x15 | 0x1b)) => {
            Some(Err(Fault::beyond("its IPTC block shifts between character sets")))
        }
        Format::Text if !value.is_ascii() && value.contains(&0) => {
            Some(Err(Fault::beyond("its IPTC block has NULs in its text")))
        }
        Format::Text => Some(Ok(from_windows_1252(value))),
        Format::Ascii | Format::Digits => Some(Ok(shown::text(value))),
        Format::Number | Format::Binary => None,
    }
}

/// The text of a dataset.
pub(super) fn text_of(set: &DataSet, charset: &IptcCharset) -> String {
    let value = without_nuls(&set.value);
    match (format_of(set.record, set.number), charset) {
        (Some(Format::Text), IptcCharset::Latin) => shown::text(from_windows_1252(value).as_bytes()),
        // A mark that ExifTool does not know leaves it with Latin-1, unless it promises another coding system.
        (Some(Format::Text), IptcCharset::Other(mark)) if !mark.starts_with("\u{1b}%") => {
            shown::text(from_windows_1252(value).as_bytes())
        }
        _ => shown::text(value),
    }
}

/// Dates and times get the colons that their notation here has.
pub(super) fn shown_as(tag: Tag, text: &str) -> String {
    match tag {
        Tag::IptcDateCreated => date(text),
        Tag::IptcTimeCreated => time(text),
        _ => text.to_owned(),
    }
}

/// `20240701` as `2024:07:01`, whatever stands between the parts.
fn date(text: &str) -> String {
    let parts = || {
        let (rest, day) = last_digits(text, 2)?;
        let (rest, month) = last_digits(rest.trim_end_matches(|c: char| !c.is_ascii_digit()), 2)?;
        let (rest, year) = last_digits(rest.trim_end_matches(|c: char| !c.is_ascii_digit()), 4)?;
        Some(format!("{rest}{year}:{month}:{day}"))
    };
    parts().unwrap_or_else(|| text.to_owned())
}

fn last_digits(text: &str, count: usize) -> Option<(&str, &str)> {
    let (rest, digits) = text.split_at_checked(text.len().checked_sub(count)?)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some((rest, digits))
}

/// `223000+0200` as `22:30:00+02:00`.
fn time(text: &str) -> String {
    let mut time = text.replace(' ', ":");
    if time.bytes().take(6).filter(u8::is_ascii_digit).count() == 6 {
        time.insert(4, ':');
        time.insert(2, ':');
    }
    let body = time.trim_end();
    let has_zone =
        body.len().checked_sub(5).and_then(|at| body.split_at_checked(at)).is_some_and(|(_, zone)| {
            zone.starts_with(['+', '-']) && zone.bytes().skip(1).all(|byte| byte.is_ascii_digit())
        });
    if has_zone {
        let mut zoned = body.to_owned();
        zoned.insert(body.len() - 2, ':');
        return zoned;
    }
    time
}

pub(super) fn is_text(set: &DataSet) -> bool {
    format_of(set.record, set.number) == Some(Format::Text)
}
