//! Reading and writing with the native code: blocks become tags, edits become blocks, blocks become splices.
//!
//! A draft is proved while it is still on paper: the new version is read through its recipe with the same code that
//! reads files, the wanted tags have to be there, and everything else has to be listed as before.

use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, fstat, openat};

use super::blocks::{Blocks, Format, Further, Listing, NewXmp, Renewed, Turn};
use super::exif::Exif;
use super::fault::Fault;
use super::photoshop::Resources;
use super::xmp::Packet;
use super::{is_native, open};
use crate::draft::{Draft, Splice};
use crate::edits::TagEdit;
use crate::engine::{Change, Engine};
use crate::error::MetadataError;
use crate::file_tags::FileTags;
use crate::inventory::Inventory;
use crate::recipe::View;
use crate::regions::{Frame, Orientation};
use crate::rewrite::{findings_between, sentence};
use crate::source::{FileSource, Source, read_up_to};
use crate::structure::Container;
use crate::tag::TagBlock;

/// The engine that needs nobody else. It knows fewer containers than ExifTool, and says what is beyond it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Native;

/// Why there is no draft.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoDraft {
    /// The native code does not do it.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The file holds other values than the change expects.
    #[error("it holds other values by now")]
    Conflict,
    /// The draft would not be what was asked for.
    #[error("{0}")]
    Wrong(String),
}

impl Engine for Native {
    fn name(&self) -> String {
        "native".to_owned()
    }

    fn blocked(&self, container: Container) -> Option<String> {
        (!is_native(container)).then(|| format!("{} files are written by ExifTool only", container.label()))
    }

    fn read(&self, path: &Path, container: Container) -> Result<FileTags, MetadataError> {
        read(&open_file(path)?, container).map_err(|fault| in_file(fault, path))
    }

    fn inventory(&self, path: &Path, container: Container) -> Result<Inventory, MetadataError> {
        inventory(&open_file(path)?, container).map_err(|fault| in_file(fault, path))
    }

    fn write_copy(&self, source: &Path, target: &Path, change: &Change) -> Result<(), MetadataError> {
        let old = open_file(source)?;
        let draft = draft(&old, change).map_err(|why| no_draft(why, source))?;
        let recipe = draft.forward();
        let write_error = |error| MetadataError::from_io(target, "write", error);
        let mut new =
            std::fs::OpenOptions::new().write(true).create_new(true).open(target).map_err(write_error)?;
        std::io::copy(&mut Whole { source: &View::new(&old, &recipe), at: 0 }, &mut new)
            .and_then(|_| new.flush())
            .map_err(write_error)
    }

    fn draft(&self, source: &Path, change: &Change) -> Result<Option<Draft>, MetadataError> {
        draft(&open_file(source)?, change).map(Some).map_err(|why| no_draft(why, source))
    }

    fn foretell(&self, source: &Path, change: &Change) -> Result<Option<String>, MetadataError> {
        match self.draft(source, change) {
            Ok(_) => Ok(None),
            Err(
                MetadataError::Beyond { reason, .. } | MetadataError::NotVerified { finding: reason, .. },
            ) => Ok(Some(reason)),
            Err(error) => Err(error),
        }
    }
}

/// A source from its start to its end.
struct Whole<'a> {
    source: &'a dyn Source,
    at: u64,
}

impl std::io::Read for Whole<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read_at(self.at, buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn open_file(path: &Path) -> Result<FileSource, MetadataError> {
    let failed = |source| MetadataError::from_io(path, "read", source);
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(CWD, path, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?;
    let stat = fstat(&file).map_err(|errno| failed(errno.into()))?;
    crate::replace::require_regular(path, &stat)?;
    FileSource::new(file.into()).map_err(failed)
}

fn in_file(fault: Fault, path: &Path) -> MetadataError {
    match fault {
        Fault::Io(error) => MetadataError::from_io(path, "read", error),
        Fault::Beyond(reason) => MetadataError::Beyond { path: path.to_path_buf(), reason },
    }
}

fn no_draft(why: NoDraft, path: &Path) -> MetadataError {
    match why {
        NoDraft::Fault(fault) => in_file(fault, path),
        NoDraft::Conflict => MetadataError::Conflict { path: path.to_path_buf(), change: "its tags" },
        NoDraft::Wrong(finding) => MetadataError::NotVerified { path: path.to_path_buf(), finding },
    }
}

/// Our tags of a file.
pub(crate) fn read(source: &dyn Source, container: Container) -> Result<FileTags, Fault> {
    let format = open(source, container)?;
    Ok(Decoded::of(format.blocks())?.tags(container, format.blocks()))
}

/// Maker and model of a camera.
pub(crate) type Camera = (Option<String>, Option<String>);

/// Our tags of a file, and its camera where an EXIF block names one. A TIFF is an EXIF block as a whole.
pub(crate) fn glance(source: &dyn Source, container: Container) -> Result<(FileTags, Option<Camera>), Fault> {
    if container.is_tiff_based() {
        let bytes = read_up_to(source, 0, usize::try_from(source.len()).unwrap_or(usize::MAX))?;
        let exif = Exif::parse(&bytes)?;
        let tags = FileTags::from_blocks(container, exif.tags(), None, None);
        return Ok((tags, Some(exif.camera())));
    }
    let format = open(source, container)?;
    let decoded = Decoded::of(format.blocks())?;
    Ok((decoded.tags(container, format.blocks()), decoded.exif.as_ref().map(Exif::camera)))
}

/// Everything in a file.
pub(crate) fn inventory(source: &dyn Source, container: Container) -> Result<Inventory, Fault> {
    inventory_of(&*open(source, container)?, source, container)
}

fn inventory_of(format: &dyn Format, source: &dyn Source, container: Container) -> Result<Inventory, Fault> {
    let decoded = Decoded::of(format.blocks())?;
    let mut all = format.parts(source)?;
    for listing in decoded.listings() {
        for (key, values) in listing {
            all.entry(key).or_default().extend(values);
        }
    }
    Ok(Inventory::from_listing(container, decoded.tags(container, format.blocks()), all))
}

/// The new version of a file, proved on paper.
pub(crate) fn draft(source: &dyn Source, change: &Change) -> Result<Draft, NoDraft> {
    let container = change.container;
    let format = open(source, container)?;
    let before = inventory_of(&*format, source, container)?;
    if before.has_moved_on(&change.edits) {
        return Err(NoDraft::Conflict);
    }
    let renewed = renew(container, format.blocks(), &change.edits)?;
    let splices = format.splices(source, &renewed)?;
    if reaches_into(&splices, &format.untouchable()) {
        return Err(NoDraft::Wrong("the picture itself would change".to_owned()));
    }
    let draft = Draft::new(source.len(), splices)
        .ok_or_else(|| NoDraft::Wrong("the pieces of the new version overlap".to_owned()))?;
    let recipe = draft.forward();
    let after = inventory(&View::new(source, &recipe), container)?;
    match findings_between(&before, &after, &change.edits) {
        findings if findings.is_empty() => Ok(draft),
        findings => Err(NoDraft::Wrong(sentence(&findings))),
    }
}

/// Whether a splice replaces bytes of one of these ranges, or puts something in between.
fn reaches_into(splices: &[Splice], ranges: &[Range<u64>]) -> bool {
    let reaches = |splice: &Splice, range: &Range<u64>| {
        let is_between = range.start < splice.start && splice.start < range.end;
        is_between || (splice.start < splice.end && splice.start < range.end && range.start < splice.end)
    };
    splices.iter().any(|splice| ranges.iter().any(|range| reaches(splice, range)))
}

/// The blocks of a file, read.
struct Decoded {
    exif: Option<Exif>,
    xmp: Option<Packet>,
    photoshop: Option<Resources>,
    further: Vec<DecodedFurther>,
}

enum DecodedFurther {
    Exif(Exif),
    Xmp(Packet),
}

impl Decoded {
    fn of(blocks: &Blocks) -> Result<Self, Fault> {
        let further = |block: &Further| {
            Ok::<_, Fault>(match block {
                Further::Exif(bytes) => DecodedFurther::Exif(Exif::parse(bytes)?),
                Further::Xmp(bytes) => DecodedFurther::Xmp(Packet::parse(bytes)?),
            })
        };
        Ok(Self {
            exif: blocks.exif.as_ref().map(|block| Exif::parse(&block.bytes)).transpose()?,
            xmp: blocks.xmp.as_ref().map(|block| Packet::parse(&block.bytes)).transpose()?,
            photoshop: blocks.photoshop.as_ref().map(|block| Resources::parse(&block.bytes)).transpose()?,
            further: blocks.further.iter().map(further).collect::<Result<_, _>>()?,
        })
    }

    fn tags(&self, container: Container, blocks: &Blocks) -> FileTags {
        let mut tags = Vec::new();
        tags.extend(self.exif.iter().flat_map(Exif::tags));
        tags.extend(self.xmp.iter().flat_map(Packet::tags));
        tags.extend(self.photoshop.iter().flat_map(Resources::tags));
        tags.extend(blocks.movie.iter().cloned());
        for further in &self.further {
            match further {
                DecodedFurther::Exif(exif) => tags.extend(exif.tags()),
                DecodedFurther::Xmp(packet) => tags.extend(packet.tags()),
            }
        }
        let iptc = self.photoshop.as_ref().and_then(Resources::iptc);
        let orientation = self.exif.as_ref().map_or(Orientation::UPRIGHT, Exif::orientation);
        FileTags::from_blocks(container, tags, iptc, frame(container, blocks, orientation))
    }

    fn listings(&self) -> Vec<Listing> {
        let mut listings = Vec::new();
        listings.extend(self.exif.iter().map(Exif::listing));
        listings.extend(self.xmp.iter().map(Packet::listing));
        listings.extend(self.photoshop.iter().map(Resources::listing));
        for further in &self.further {
            listings.push(match further {
                DecodedFurther::Exif(exif) => exif.listing(),
                DecodedFurther::Xmp(packet) => packet.listing(),
            });
        }
        listings
    }
}

/// The stored picture; `None` where readers would contradict each other on how it is turned.
fn frame(container: Container, blocks: &Blocks, exif: Orientation) -> Option<Frame> {
    if container == Container::Xmp {
        return None;
    }
    let (width, height) = blocks.size?;
    let orientation = match blocks.turn {
        Turn::Rules(orientation) => orientation,
        Turn::Odd => return None,
        Turn::Says(turn) if matches!(exif.number(), 1 | 3 | 6 | 8) && turn != exif => return None,
        Turn::Unsaid | Turn::Says(_) => exif,
    };
    Frame::new(width, height, orientation)
}

/// Applies edits to the blocks that they belong to.
fn renew(container: Container, blocks: &Blocks, edits: &[TagEdit]) -> Result<Renewed, Fault> {
    let of = |block| edits.iter().filter(|edit| edit.tag.block() == block).cloned().collect::<Vec<_>>();
    let (exif, xmp, iptc) = (of(TagBlock::Exif), of(TagBlock::Xmp), of(TagBlock::Iptc));
    let mut renewed = Renewed { movie: of(TagBlock::Movie), ..Renewed::default() };
    if !exif.is_empty() {
        renewed.exif = Some(match &blocks.exif {
            Some(block) => Exif::parse(&block.bytes)?.apply(&exif)?,
            None => Exif::create(&exif)?,
        });
    }
    if !xmp.is_empty() {
        let mut packet = match &blocks.xmp {
            Some(block) => Packet::parse(&block.bytes)?,
            None => Packet::empty(),
        };
        packet.apply(&xmp)?;
        renewed.xmp = Some(match container {
            Container::Xmp => NewXmp { body: whole_sidecar(&packet)? },
            _ => packet.embedded(),
        });
    }
    if !iptc.is_empty() {
        let block = blocks.photoshop.as_ref();
        let block = block.ok_or_else(|| Fault::beyond("it has no IPTC block, and none is made"))?;
        let mut resources = Resources::parse(&block.bytes)?;
        resources.apply(&iptc)?;
        renewed.photoshop = Some(resources.to_bytes());
    }
    Ok(renewed)
}

fn whole_sidecar(packet: &Packet) -> Result<String, Fault> {
    String::from_utf8(packet.sidecar()).map_err(|_| Fault::beyond("its sidecar would not be UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_splice_may_stand_at_the_borders_of_a_picture_and_not_in_it() {
        let reaches = |splice: &Splice| reaches_into(std::slice::from_ref(splice), &[10..20, 30..40]);

        for splice in [
            Splice::insert(10, vec![1]),
            Splice::insert(20, vec![1]),
            Splice::replace(5, 10, vec![]),
            Splice::patch(20, vec![1; 10]),
        ] {
            assert!(!reaches(&splice), "{splice:?}");
        }
        for splice in [
            Splice::insert(11, vec![1]),
            Splice::replace(5, 11, vec![]),
            Splice::patch(39, vec![1]),
            Splice::replace(0, 50, vec![]),
            Splice::patch(10, vec![1]),
        ] {
            assert!(reaches(&splice), "{splice:?}");
        }
    }
}
