//! XMP as a model of RDF that keeps what it does not know.

use super::blocks::{Listing, NewXmp};
use super::fault::Fault;
use crate::edits::TagEdit;
use crate::tag::Tag;
use crate::value::Value;

/// An XMP packet.
#[derive(Debug, Clone)]
pub(crate) struct Packet;

impl Packet {
    /// A packet that says nothing.
    pub(crate) fn empty() -> Self {
        Self
    }

    /// Reads a packet in UTF-8, UTF-16 or UTF-32, with or without its wrapper and padding.
    pub(crate) fn parse(_bytes: &[u8]) -> Result<Self, Fault> {
        Err(Fault::beyond("its XMP packet is not read here"))
    }

    /// Our tags, with values in ExifTool's notation; one that is held twice comes twice.
    pub(crate) fn tags(&self) -> Vec<(Tag, Value)> {
        Vec::new()
    }

    /// Changes our tags; edits of other blocks are passed over.
    pub(crate) fn apply(&mut self, _edits: &[TagEdit]) -> Result<(), Fault> {
        Err(Fault::beyond("its XMP packet is not written here"))
    }

    /// The packet for the inside of a container.
    pub(crate) fn embedded(&self) -> NewXmp {
        NewXmp { body: String::new() }
    }

    /// The packet as a sidecar file of its own, without padding.
    pub(crate) fn sidecar(&self) -> Vec<u8> {
        Vec::new()
    }

    /// All properties; those that are one of our tags under the tag's name.
    pub(crate) fn listing(&self) -> Listing {
        Listing::new()
    }
}
