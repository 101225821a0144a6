//! The native engine: reads only the header of a file, and writes only what changes.
//!
//! A container finds its blocks of metadata ([`blocks`]), the blocks are read and edited by [`xmp`], [`exif`] and
//! [`photoshop`], and the container turns the renewed ones into splices. The result is a [`Draft`](crate::draft):
//! it is proved before a byte is written.

mod blocks;
mod boxes;
mod engine;
mod exif;
mod fault;
mod heif;
mod iim;
mod jpeg;
#[cfg(test)]
mod judge;
mod photoshop;
mod png;
mod room;
mod shown;
mod sidecar;
mod video;
mod webp;
mod xmp;

use blocks::Format;
pub(crate) use blocks::Listing;
pub use engine::Native;
pub(crate) use engine::{draft as proved_draft, glance, read};
use fault::Fault;
#[cfg(feature = "fuzzing")]
pub(crate) use {
    blocks::Block,
    engine::{NoDraft, inventory},
    exif::Exif,
    photoshop::Resources,
    xmp::Packet,
};

use crate::source::Source;
use crate::structure::Container;

/// Looks through a file.
pub(crate) fn open(source: &dyn Source, container: Container) -> Result<Box<dyn Format>, Fault> {
    match container {
        Container::Heic | Container::Avif => Ok(Box::new(heif::Heif::open(source)?)),
        Container::Jpeg => Ok(Box::new(jpeg::Jpeg::open(source)?)),
        Container::Png => Ok(Box::new(png::open(source)?)),
        Container::WebP => Ok(Box::new(webp::open(source)?)),
        Container::Xmp => Ok(Box::new(sidecar::open(source)?)),
        Container::Mp4 | Container::Mov => Ok(Box::new(video::open(source)?)),
        _ => Err(Fault::beyond(format!("{} files are not edited natively", container.label()))),
    }
}

/// The kinds of files that the native code is trusted with: it has ExifTool's score on a corpus of real files.
pub(crate) const CONTAINERS: [Container; 8] = [
    Container::Jpeg,
    Container::Png,
    Container::WebP,
    Container::Heic,
    Container::Avif,
    Container::Mp4,
    Container::Mov,
    Container::Xmp,
];

/// Whether it is one of them.
pub(crate) fn is_native(container: Container) -> bool {
    CONTAINERS.contains(&container)
}
