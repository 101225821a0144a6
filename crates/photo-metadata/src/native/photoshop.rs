//! Photoshop's image resources, and the IPTC block (IIM) in one of them.

use super::blocks::Listing;
use super::fault::Fault;
use crate::edits::TagEdit;
use crate::file_tags::IptcBlock;
use crate::tag::Tag;
use crate::value::Value;

/// Image resources (`8BIM`).
#[derive(Debug, Clone)]
pub(crate) struct Resources;

impl Resources {
    /// Reads resources, the joined content of all segments.
    pub(crate) fn parse(_bytes: &[u8]) -> Result<Self, Fault> {
        Err(Fault::beyond("its Photoshop resources are not read here"))
    }

    /// What is known of the IPTC block; `None` when there is none.
    pub(crate) fn iptc(&self) -> Option<IptcBlock> {
        None
    }

    /// Our tags; one that is held twice comes twice.
    pub(crate) fn tags(&self) -> Vec<(Tag, Value)> {
        Vec::new()
    }

    /// Changes our tags in the IPTC block that is there; edits of other blocks are passed over.
    pub(crate) fn apply(&mut self, _edits: &[TagEdit]) -> Result<(), Fault> {
        Err(Fault::beyond("its IPTC block is not written here"))
    }

    /// The resources as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    /// All resources and all datasets; those that are one of our tags under the tag's name.
    pub(crate) fn listing(&self) -> Listing {
        Listing::new()
    }
}
