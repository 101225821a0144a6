//! When things happened, and where on the clock that was.
//!
//! Photos keeps instants; the local time needs the zone. A third of the assets that came through iCloud have none but an
//! inferred one, which is right: it fits the EXIF time wherever both are there.

use jiff::Timestamp;
use jiff::tz::Offset;

/// The dates of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dates {
    /// When it was taken, as Photos has it now. None if the database holds nonsense.
    pub taken: Option<Timestamp>,
    /// The zone it was taken in.
    pub zone: Zone,
    /// When the file says that it was taken, in the databases that tell (macOS 13 and newer). It differs from
    /// [`Dates::taken`] when the user changed the date. Fractions of a second can differ for no reason: one of the two
    /// reads `.063` where the other reads `.63`.
    pub original_taken: Option<Timestamp>,
    /// How far the local time was ahead of UTC when Photos read the file. Users who correct the zone change the other.
    pub original_offset: Option<Offset>,
    /// What the camera wrote as its local time (`YYYY:MM:DD HH:MM:SS`), as read at the import.
    pub exif: Option<String>,
    /// When it came into the library.
    pub added: Option<Timestamp>,
    /// When anything of it last changed. Moves also when nobody did anything.
    pub modified: Option<Timestamp>,
    /// When it was put into the trash.
    pub trashed: Option<Timestamp>,
    /// When it was put into a shared album.
    pub shared: Option<Timestamp>,
}

/// Where a photo was taken on the clock, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Zone {
    /// By a name of the time zone database.
    Named {
        /// Such as `Europe/Berlin`.
        name: String,
        /// What it was at that instant.
        offset: Offset,
    },
    /// By an offset.
    Offset(Offset),
    /// By an offset that Photos inferred.
    Inferred(Offset),
    /// By comparing the instant with the local time in the file.
    Exif(Offset),
    /// Not at all.
    #[default]
    Unknown,
}

impl Zone {
    /// How far the local time was ahead of UTC.
    pub fn offset(&self) -> Option<Offset> {
        match self {
            Self::Named { offset, .. }
            | Self::Offset(offset)
            | Self::Inferred(offset)
            | Self::Exif(offset) => Some(*offset),
            Self::Unknown => None,
        }
    }
}
