//! `--report`: groups of photos as one page, for looking at them at leisure.
//!
//! One file that opens from a disk, years later and without a network: pictures are inside of it, and nothing is
//! loaded from elsewhere. Names and captions come from a server and from disks, so none of them is trusted: markup
//! is written by one type that takes literals only ([`markup`]), the page forbids itself everything but its own script
//! and style by their digests ([`sheet`]), and every picture in it is a JPEG that was made here ([`pictures`]).
//!
//! It is written as a stream, group by group. What it shows can be read without JavaScript; the script adds tabs,
//! filters and keys. Nothing can be changed from it: it names the command that does.

mod command;
mod facts;
mod file;
mod group;
mod markup;
mod page;
mod pictures;
mod script_words;
mod shares;
mod sheet;
#[cfg(test)]
mod showcase;
mod stored;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use photo_similarity::Class;
use sync_core::state::ClassCount;

pub(crate) use file::ReportFile;
pub(crate) use pictures::Pictures;
pub(crate) use shares::shares;
pub(crate) use stored::make;

/// The classes in the order in which they are shown.
const CLASSES: [Class; 4] = [Class::Exact, Class::Duplicate, Class::Burst, Class::Similar];

/// What stands above the groups, and what all of them need.
pub(crate) struct Head {
    /// What was looked through, for a person: addresses and folders.
    pub(crate) sources: Vec<String>,
    /// Address of the Immich server that links lead to.
    pub(crate) server: Option<String>,
    /// What every command ends with, so that it finds these groups: options, or nothing.
    pub(crate) options: String,
    /// When the page was made.
    pub(crate) made: Timestamp,
    /// The zone in which times are shown.
    pub(crate) zone: TimeZone,
    /// Bits of the hash that distances count.
    pub(crate) bits: u32,
    /// How much there is of each class.
    pub(crate) counts: BTreeMap<Class, ClassCount>,
    /// How many groups of each class are shown; see [`shares()`].
    pub(crate) shown: BTreeMap<Class, u64>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// Groups on the page.
    pub(crate) groups: u64,
    /// Pictures on the page.
    pub(crate) pictures: u64,
    /// Photos that are shown without a picture.
    pub(crate) without_picture: u64,
}
