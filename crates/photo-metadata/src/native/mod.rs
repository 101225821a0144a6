//! The native engine: reads only the header of a file, and writes only what changes.
//!
//! A container finds its blocks of metadata ([`blocks`]), the blocks are read and edited by [`xmp`], [`exif`] and
//! [`photoshop`], and the container turns the renewed ones into splices. The result is a [`Draft`](crate::draft):
//! it is proved before a byte is written.

#![allow(dead_code)]

mod blocks;
mod exif;
mod fault;
mod photoshop;
mod xmp;

use blocks::Format;
use fault::Fault;

use crate::source::Source;
use crate::structure::Container;

/// Looks through a file.
pub(crate) fn open(_source: &dyn Source, container: Container) -> Result<Box<dyn Format>, Fault> {
    let reason = format!("{} files are not edited natively", container.label());
    Err(Fault::beyond(reason))
}
