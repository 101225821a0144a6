//! EXIF, edited by appending: what stands in the block stays where it is.

use super::blocks::{Listing, NewExif};
use super::fault::Fault;
use crate::edits::TagEdit;
use crate::regions::Orientation;
use crate::tag::Tag;
use crate::value::Value;

/// An EXIF block.
#[derive(Debug, Clone)]
pub(crate) struct Exif;

impl Exif {
    /// Reads the directories of a block that starts with its byte order mark.
    pub(crate) fn parse(_bytes: &[u8]) -> Result<Self, Fault> {
        Err(Fault::beyond("its EXIF block is not read here"))
    }

    /// A new block with these tags and what the standard asks for beside them.
    pub(crate) fn create(_edits: &[TagEdit]) -> Result<NewExif, Fault> {
        Err(Fault::beyond("an EXIF block is not made here"))
    }

    /// Our tags, with values in ExifTool's notation; one that is held twice comes twice.
    pub(crate) fn tags(&self) -> Vec<(Tag, Value)> {
        Vec::new()
    }

    /// Tag 0x0112 of the first directory; upright where it is missing or out of range.
    pub(crate) fn orientation(&self) -> Orientation {
        Orientation::UPRIGHT
    }

    /// The changed block; edits of other blocks are passed over.
    pub(crate) fn apply(&self, _edits: &[TagEdit]) -> Result<NewExif, Fault> {
        Err(Fault::beyond("its EXIF block is not written here"))
    }

    /// All entries of all directories; those that are one of our tags under the tag's name.
    pub(crate) fn listing(&self) -> Listing {
        Listing::new()
    }
}
