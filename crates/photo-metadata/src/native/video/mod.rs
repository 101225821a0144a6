//! Videos in boxes: MP4, QuickTime, M4V, 3GP.
//!
//! The samples lie in `mdat`, and tables in `moov` say at which positions of the file. So `mdat` never moves, and
//! neither does `moov` as long as its length stays: dates are numbers of fixed width, an XMP packet fits into the
//! padding of the old one or goes behind everything else, and 400 MB of video cost a few KB. Only where a value in
//! `moov` itself changes its length is `moov` written anew ([`placing`]), with all of its tables as they are.
//!
//! What surprised us: ExifTool and Adobe look for the XMP of a QuickTime movie in `moov/udta/XMP_` and for that of an
//! MP4 in a `uuid` box of its own. One in the wrong place is read, but ExifTool then adds a second one in the right
//! place (measured with 13.59), so each gets it where it belongs.

mod coordinates;
mod dates;
mod keys;
mod layout;
mod listing;
mod movie;
mod packets;
mod picture;
mod placing;
mod spoken;
#[cfg(test)]
mod tests;
mod user_data;

use std::ops::Range;

use super::blocks::{Block, Blocks, Format, Further, Listing, Renewed};
use super::fault::Fault;
use crate::draft::Splice;
use crate::source::Source;
use crate::tag::Tag;
use dates::HeaderDate;
use layout::Layout;
use movie::Movie;
use packets::Packets;
use placing::Placing;

/// A video, looked through.
pub(crate) struct Video {
    layout: Layout,
    movie: Movie,
    packets: Packets,
    blocks: Blocks,
}

/// Looks through a video. Of `moov` only headers and metadata are read, not the tables.
pub(crate) fn open(source: &dyn Source) -> Result<Video, Fault> {
    let layout = Layout::read(source)?;
    let movie = Movie::read(source, &layout)?;
    let packets = Packets::find(source, &layout, &movie)?;
    let (size, turn) = picture::of(&movie);
    let mut packet_blocks = packets.list.iter().map(packets::PacketAt::block);
    let xmp: Option<Block> = packet_blocks.next();
    let further = packet_blocks.map(|block| Further::Xmp(block.bytes)).collect();
    let blocks = Blocks { xmp, further, movie: movie.tags()?, size, turn, ..Blocks::default() };
    Ok(Video { layout, movie, packets, blocks })
}

impl Format for Video {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn parts(&self, source: &dyn Source) -> Result<Listing, Fault> {
        listing::list(source, &self.layout, &self.movie)
    }

    fn untouchable(&self) -> Vec<Range<u64>> {
        let samples = self.layout.top.iter().filter(|found| found.is(b"mdat"));
        samples.map(|found| found.content..found.end).collect()
    }

    fn splices(&self, source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault> {
        if renewed.exif.is_some() || renewed.photoshop.is_some() {
            return Err(Fault::beyond("a video has no place for EXIF and IPTC"));
        }
        let mut placing = Placing::new(source, &self.layout);
        for edit in &renewed.movie {
            let written = edit.new.as_ref();
            match edit.tag {
                Tag::MovieCreateDate => dates::write([&self.movie.date], written, &mut placing)?,
                Tag::TrackCreateDate => dates::write(self.track_dates(), written, &mut placing)?,
                Tag::MediaCreateDate => dates::write(self.media_dates(), written, &mut placing)?,
                Tag::UserDataCoordinates => user_data::write(&self.movie, written, &mut placing)?,
                // Written together below: they share one box.
                Tag::KeysDescription | Tag::KeysCoordinates | Tag::KeysCreationDate => {}
                tag => return Err(Fault::beyond(format!("{tag} is not written into videos"))),
            }
        }
        keys::write(&self.movie, &renewed.movie, &mut placing)?;
        if let Some(packet) = &renewed.xmp {
            self.packets.write(packet, &self.layout, &self.movie, &mut placing)?;
        }
        placing.splices()
    }
}

impl Video {
    fn track_dates(&self) -> impl Iterator<Item = &HeaderDate> {
        self.movie.tracks.iter().map(|track| &track.date)
    }

    fn media_dates(&self) -> impl Iterator<Item = &HeaderDate> {
        self.movie.tracks.iter().filter_map(|track| track.media_date.as_ref())
    }
}
