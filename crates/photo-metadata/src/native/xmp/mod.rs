//! XMP as a model of RDF that keeps what it does not know.
//!
//! A packet is held as the tree of its XML, byte for byte ([`tree`]). Reading follows ExifTool to the letter
//! ([`read`], [`regions`]), since what it reads is what is remembered of files; writing changes only the properties
//! that an edit names ([`edit`], [`edit_regions`]) in the form they have. So properties of other programs, comments,
//! qualifiers and order come out as they were. What is built in another way than XMP is left to ExifTool ([`shape`]).

mod build;
mod edit;
mod edit_regions;
mod fields;
mod listing;
mod names;
mod notation;
mod parse;
mod read;
mod regions;
mod schema;
mod shape;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod wrapper;

use schema::Property;
use tree::Document;

use super::blocks::{Listing, NewXmp};
use super::fault::Fault;
use crate::edits::TagEdit;
use crate::tag::Tag;
use crate::value::Value;

/// An XMP packet.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    document: Document,
    tags: Vec<(Tag, Value)>,
}

impl Packet {
    /// A packet that says nothing.
    pub(crate) fn empty() -> Self {
        let document = parse::parse(wrapper::EMPTY).unwrap_or_default();
        Self { document, tags: Vec::new() }
    }

    /// Reads a packet in UTF-8, UTF-16 or UTF-32, with or without its wrapper and padding.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'\0')) {
            // Some cameras leave room for a packet, and write none.
            return Ok(Self::empty());
        }
        let document = parse::parse(&text::packet_text(bytes)?)?;
        shape::check(&document)?;
        let tags = read::tags(&document)?;
        Ok(Self { document, tags })
    }

    /// Our tags, with values in ExifTool's notation; one that is held twice comes twice.
    pub(crate) fn tags(&self) -> Vec<(Tag, Value)> {
        self.tags.clone()
    }

    /// Changes our tags; edits of other blocks are passed over. After a fault the packet is as before.
    pub(crate) fn apply(&mut self, edits: &[TagEdit]) -> Result<(), Fault> {
        let mut document = self.document.clone();
        for edit in edits {
            if let Some(property) = Property::of(edit.tag) {
                edit::apply(&mut document, property, edit)?;
            }
        }
        self.tags = read::tags(&document)?;
        self.document = document;
        Ok(())
    }

    /// The packet for the inside of a container.
    pub(crate) fn embedded(&self) -> NewXmp {
        NewXmp { body: wrapper::embedded(&self.document) }
    }

    /// The packet as a sidecar file of its own, without padding that it had not.
    pub(crate) fn sidecar(&self) -> Vec<u8> {
        wrapper::sidecar(&self.document).into_bytes()
    }

    /// All properties; those that are one of our tags under the tag's name.
    pub(crate) fn listing(&self) -> Listing {
        listing::listing(&self.document)
    }
}
