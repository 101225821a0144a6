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

impl Dates {
    /// When it was taken and how far the local time was ahead of UTC; where the database holds nonsense, what the file
    /// said when Photos read it.
    pub fn best(&self) -> Option<(Timestamp, Option<Offset>)> {
        match self.taken {
            Some(taken) => Some((taken, self.zone.offset())),
            None => Some((self.original_taken?, self.original_offset.or_else(|| self.zone.offset()))),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_is_nonsense_gives_way_to_that_of_the_file() {
        let (now, then) = (Timestamp::from_second(2_000).ok(), Timestamp::from_second(1_000).ok());
        let hours = |count| Offset::from_hours(count).ok();
        let zone = Zone::Offset(hours(2).unwrap());
        let mut dates = Dates { taken: now, zone, original_taken: then, ..Dates::default() };
        assert_eq!(dates.best(), now.map(|now| (now, hours(2))));

        dates.taken = None;
        assert_eq!(dates.best(), then.map(|then| (then, hours(2))), "no zone of the file is known");
        dates.original_offset = hours(-4);
        assert_eq!(dates.best(), then.map(|then| (then, hours(-4))));

        dates.original_taken = None;
        assert_eq!(dates.best(), None);
    }
}
