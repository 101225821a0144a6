//! The XMP packet of a video: a `uuid` box at the top of an MP4, `XMP_` in the user data of a QuickTime movie.
//!
//! The box of a packet ends with padding, so that most changes fit into it. Where one does not, the packet of an MP4 goes
//! behind everything else and leaves free space; that of a QuickTime movie has to stay in `moov`.

use super::layout::{Layout, XMP_UUID};
use super::movie::Movie;
use super::placing::{MovieEdit, Placing};
use super::user_data::in_user_data;
use crate::draft::Splice;
use crate::native::blocks::{Block, NewXmp};
use crate::native::boxes::{BoxAt, SizeField, boxed};
use crate::native::fault::Fault;
use crate::source::Source;

/// A packet in user data.
pub(super) const USER_DATA_XMP: [u8; 4] = *b"XMP_";

/// Longer packets are not read.
const LONGEST: u64 = 16 << 20;

/// Bytes for what comes later: names, tags, faces.
const PADDING: usize = 2048;

/// All packets that readers see, in the order of the file.
pub(super) struct Packets {
    pub(super) list: Vec<PacketAt>,
}

/// A packet where it stands.
pub(super) struct PacketAt {
    at: BoxAt,
    bytes: Vec<u8>,
}

impl PacketAt {
    /// The block.
    pub(super) fn block(&self) -> Block {
        Block { bytes: self.bytes.clone(), place: Some(self.at.content) }
    }
}

impl Packets {
    pub(super) fn find(source: &dyn Source, layout: &Layout, movie: &Movie) -> Result<Self, Fault> {
        let mut list = Vec::new();
        for found in &layout.top {
            if found.uuid == Some(XMP_UUID) {
                list.push(*found);
            } else if let (true, Some((_, children))) = (found.is(b"moov"), &movie.user_data) {
                list.extend(children.iter().filter(|child| child.kind == USER_DATA_XMP));
            }
        }
        let read = |at: BoxAt| {
            let bytes = at.read(source, LONGEST)?;
            says_no_size(&bytes)?;
            Ok(PacketAt { at, bytes })
        };
        Ok(Self { list: list.into_iter().map(read).collect::<Result<_, Fault>>()? })
    }

    /// Puts a new packet in the place of the old one.
    pub(super) fn write(
        &self,
        packet: &NewXmp,
        layout: &Layout,
        movie: &Movie,
        placing: &mut Placing<'_>,
    ) -> Result<(), Fault> {
        match &self.list[..] {
            [] if layout.is_quicktime => {
                let bytes = boxed(USER_DATA_XMP, &padded(packet)?)?;
                let user_data =
                    movie.user_data.as_ref().map(|(found, children)| (*found, children.as_slice()));
                placing.edit_movie(in_user_data(movie, user_data, bytes)?);
                Ok(())
            }
            [] => {
                placing.append(&uuid_box(&padded(packet)?)?);
                Ok(())
            }
            [only] => only.renew(packet, layout, movie, placing),
            _ => Err(Fault::beyond("it has more than one XMP packet")),
        }
    }
}

impl PacketAt {
    fn renew(
        &self,
        packet: &NewXmp,
        layout: &Layout,
        movie: &Movie,
        placing: &mut Placing<'_>,
    ) -> Result<(), Fault> {
        if let Some(bytes) =
            usize::try_from(self.at.length()).ok().and_then(|length| packet.in_length(length))
        {
            placing.patch(Splice::patch(self.at.content, bytes));
            return Ok(());
        }
        if self.at.size == SizeField::ToEnd {
            return Err(Fault::beyond("its XMP packet says no length"));
        }
        match (self.at.uuid, &movie.user_data) {
            (Some(_), _) => self.renew_at_top(packet, layout, placing),
            (None, Some((user_data, _))) => {
                let bytes = boxed(USER_DATA_XMP, &padded(packet)?)?;
                let within = vec![movie.at, *user_data];
                placing.edit_movie(MovieEdit { within, start: self.at.start, end: self.at.end, bytes });
                Ok(())
            }
            (None, None) => Err(Fault::beyond("its XMP packet stands in an unusual place")),
        }
    }

    fn renew_at_top(&self, packet: &NewXmp, layout: &Layout, placing: &mut Placing<'_>) -> Result<(), Fault> {
        let bytes = uuid_box(&padded(packet)?)?;
        if placing.fill(self.at.start, self.at.end, &bytes)? {
            return Ok(());
        }
        if self.at.end == layout.length {
            placing.grow_last(self.at.start, &bytes);
            return Ok(());
        }
        placing.retire(&self.at)?;
        placing.append(&bytes);
        Ok(())
    }
}

fn padded(packet: &NewXmp) -> Result<Vec<u8>, Fault> {
    let length = packet.least() + PADDING;
    packet.in_length(length).ok_or_else(|| Fault::beyond("its XMP packet cannot be padded"))
}

fn uuid_box(packet: &[u8]) -> Result<Vec<u8>, Fault> {
    boxed(*b"uuid", &[&XMP_UUID[..], packet].concat())
}

/// In a video ExifTool lets the packet decide how large the picture is (measured with 13.59), whatever namespace it says
/// it in. Such a picture has another frame than its track.
fn says_no_size(packet: &[u8]) -> Result<(), Fault> {
    let plain: Vec<u8> = packet.iter().copied().filter(|byte| *byte != 0).collect();
    let says = |name: &[u8]| memchr::memmem::find(&plain, name).is_some();
    if says(b"ImageWidth") || says(b"ImageLength") || says(b"ImageHeight") {
        return Err(Fault::beyond("its XMP packet has its own idea of how large the picture is"));
    }
    Ok(())
}
