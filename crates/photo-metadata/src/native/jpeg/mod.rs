//! JPEG: a list of segments, of which a few hold metadata, and a picture that is never touched.
//!
//! ```text
//! SOI | APP0 JFIF | APP1 EXIF | APP1 XMP …blanks… | APP13 Photoshop | APP2 MPF | tables | SOS scan EOI | trailers
//!                   ^^^^^^^^^   ^^^^^^^^^^^^^^^^^   ^^^^^^^^^^^^^^^          ^ offsets     ^^^^^^^^^^^^^^^^^^^^^^^
//!                   renewed in place, or put in behind JFIF                put right      stays as it is
//! ```
//!
//! Only the header is read, mostly with a single read of 64 KiB. The blanks at the end of the XMP packet take up what
//! an edit adds, so that the picture stays where it is in the file, or moves by whole blocks ([`padding`]). Motion
//! photos and gain maps count from the end of the file, or are in the index of pictures ([`mpf`]); what makers point
//! at from MakerNotes is respected ([`behind`]).

mod behind;
mod extended;
mod find;
mod mpf;
mod padding;
mod parts;
mod segments;
mod write;

#[cfg(test)]
mod tests;

use std::ops::Range;

use find::{Layout, find};
use segments::Window;

use super::blocks::{Blocks, Format, Listing, Renewed};
use super::fault::Fault;
use crate::draft::Splice;
use crate::source::Source;

/// A JPEG that was looked through.
#[derive(Debug, Clone)]
pub(super) struct Jpeg {
    layout: Layout,
    blocks: Blocks,
}

impl Jpeg {
    /// Looks through the header.
    pub(super) fn open(source: &dyn Source) -> Result<Self, Fault> {
        Self::through(&mut Window::new(source))
    }

    fn through(window: &mut Window<'_>) -> Result<Self, Fault> {
        let (layout, blocks) = find(window)?;
        Ok(Self { layout, blocks })
    }
}

impl Format for Jpeg {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn parts(&self, source: &dyn Source) -> Result<Listing, Fault> {
        parts::list(&self.layout, source)
    }

    fn untouchable(&self) -> Vec<Range<u64>> {
        std::iter::once(self.layout.scan..u64::MAX).collect()
    }

    fn splices(&self, source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault> {
        write::splices(&self.layout, &self.blocks, source, renewed)
    }
}
