//! What lies between the containers and the tags: blocks of metadata as bytes, the same in every container.
//!
//! A container finds the blocks ([`Blocks`]); the blocks are read and edited without knowing where they lie; and
//! the container says by which splices the renewed ones get in.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fault::Fault;
use crate::draft::Splice;
use crate::edits::TagEdit;
use crate::regions::Orientation;
use crate::source::Source;
use crate::tag::Tag;
use crate::value::Value;

/// What a file holds beside what is ours, by name, in a form that can be compared: `JPEG:APP2` → lengths and hashes.
///
/// A key has a group, a colon, and a name. What is one of our tags has the name of the tag ([`Tag::name`]).
pub(crate) type Listing = BTreeMap<String, Vec<String>>;

/// A block of metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Its content without what frames it in the container: a TIFF header and what follows, an XMP packet, Photoshop
    /// resources.
    pub(crate) bytes: Vec<u8>,
    /// Where the content lies in the file, when it lies there in one piece and as it is.
    pub(crate) place: Option<u64>,
}

/// The metadata of one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blocks {
    /// The EXIF block, from its byte order mark on.
    pub(crate) exif: Option<Block>,
    /// The XMP packet that readers take for the one of the picture.
    pub(crate) xmp: Option<Block>,
    /// Photoshop's image resources (`8BIM…`), all segments joined; IPTC is one of them.
    pub(crate) photoshop: Option<Block>,
    /// Tags of the movie itself: headers, keys, user data. A tag that is held twice comes twice.
    pub(crate) movie: Vec<(Tag, Value)>,
    /// Further EXIF blocks and XMP packets that readers show as the file's own too (copies): read, never written.
    pub(crate) further: Vec<Further>,
    /// Width and height of the stored picture in pixels.
    pub(crate) size: Option<(u32, u32)>,
    /// How the container itself says the picture is to be turned.
    pub(crate) turn: Turn,
}

/// A block that is shown beside the one that is written.
#[derive(Debug, Clone)]
pub(crate) enum Further {
    /// An EXIF block.
    Exif(Vec<u8>),
    /// An XMP packet.
    Xmp(Vec<u8>),
}

/// What a container says of how its picture is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Turn {
    /// Nothing: EXIF alone says it.
    #[default]
    Unsaid,
    /// This; where EXIF says something else, the picture's frame is not known (HEIC, AVIF).
    Says(Orientation),
    /// This, and EXIF has no say (videos).
    Rules(Orientation),
    /// Something that is no orientation: the frame is not known.
    Odd,
}

/// The blocks that change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Renewed {
    /// The EXIF block.
    pub(crate) exif: Option<NewExif>,
    /// The XMP packet.
    pub(crate) xmp: Option<NewXmp>,
    /// Photoshop's resources, all of them.
    pub(crate) photoshop: Option<Vec<u8>>,
    /// Tags of the movie itself.
    pub(crate) movie: Vec<TagEdit>,
}

/// An EXIF block that changes.
#[derive(Debug, Clone)]
pub(crate) struct NewExif {
    /// The whole new block.
    pub(crate) bytes: Vec<u8>,
    /// What changes in the old one, if there is one, at positions of the block: patches, and one piece behind its end.
    pub(crate) splices: Option<Vec<Splice>>,
}

/// An XMP packet that changes. Its length is the container's choice.
#[derive(Debug, Clone)]
pub(crate) struct NewXmp {
    /// From the packet's header to the end of its document, UTF-8.
    pub(crate) body: String,
}

/// The end of a packet that may be edited in place (XMP part 1, section 7.3.2).
const TRAILER: &str = "<?xpacket end='w'?>";

impl NewXmp {
    /// The least length it can have, in bytes.
    pub(crate) fn least(&self) -> usize {
        self.body.len() + 1 + TRAILER.len()
    }

    /// The packet in exactly this many bytes, filled up with blanks; `None` where it does not fit.
    pub(crate) fn in_length(&self, length: usize) -> Option<Vec<u8>> {
        let padding = length.checked_sub(self.least())?;
        let mut packet = self.body.clone().into_bytes();
        packet.push(b'\n');
        // Lines of blanks, so that a person who looks into the file is not shown one endless line.
        packet.extend((1..=padding).map(|at| if at % 100 == 0 { b'\n' } else { b' ' }));
        packet.extend_from_slice(TRAILER.as_bytes());
        Some(packet)
    }
}

/// One kind of container, looked through.
pub(crate) trait Format {
    /// The metadata.
    fn blocks(&self) -> &Blocks;

    /// Everything else that must be the same afterwards: segments, boxes, items, chunks, with lengths and hashes; and for
    /// each pointer what lies where it points. Long data are named by their length and their borders only.
    fn parts(&self, source: &dyn Source) -> Result<Listing, Fault>;

    /// Where the picture or the samples lie, which [`Format::parts`] names by their borders only: no splice may reach in
    /// there, whatever is wrong with the rest. Nothing where all of it is listed.
    fn untouchable(&self) -> Vec<Range<u64>> {
        Vec::new()
    }

    /// The splices that put the renewed blocks in.
    fn splices(&self, source: &dyn Source, renewed: &Renewed) -> Result<Vec<Splice>, Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_fills_the_room_it_is_given() {
        let packet = NewXmp { body: "<?xpacket begin=''?><x/>".to_owned() };

        assert_eq!(packet.in_length(packet.least() - 1), None);
        for length in [packet.least(), packet.least() + 1, packet.least() + 250] {
            let bytes = packet.in_length(length).unwrap();
            assert_eq!(bytes.len(), length);
            assert!(bytes.ends_with(TRAILER.as_bytes()));
        }
    }
}
