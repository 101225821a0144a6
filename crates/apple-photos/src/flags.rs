//! Marks of an asset, as a set.

use std::fmt;

/// Something that is so or not of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Flag {
    /// The user likes it.
    Favourite,
    /// In the album "Hidden".
    Hidden,
    /// In the album "Recently Deleted".
    Trashed,
    /// Photos does not show it among the photos: a picture of a burst that was not picked, or a copy of a shared album.
    NotShown,
    /// It was edited. There need not be a file of the edited version: see [`FileRole`](crate::FileRole).
    Edited,
    /// A screenshot.
    Screenshot,
    /// A recording of the screen.
    ScreenRecording,
    /// A panorama.
    Panorama,
    /// A picture with a depth map that Photos shows as a portrait.
    Portrait,
    /// Taken with the camera at the front.
    Selfie,
    /// A picture made of several exposures.
    Hdr,
    /// A picture or video for two eyes.
    Spatial,
    /// A live photo.
    LivePhoto,
    /// A video in slow motion.
    SlowMotion,
    /// A time-lapse.
    TimeLapse,
    /// A raw picture was taken along with it, or is it.
    HasRaw,
    /// The user chose the raw picture of a pair as the original.
    RawIsOriginal,
    /// In a shared album.
    Shared,
    /// From Messages and the like.
    Syndicated,
    /// From Messages and the like, and the user saved it to the library.
    SavedToLibrary,
    /// In the shared library of a family.
    InSharedLibrary,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Favourite,
        Self::Hidden,
        Self::Trashed,
        Self::NotShown,
        Self::Edited,
        Self::Screenshot,
        Self::ScreenRecording,
        Self::Panorama,
        Self::Portrait,
        Self::Selfie,
        Self::Hdr,
        Self::Spatial,
        Self::LivePhoto,
        Self::SlowMotion,
        Self::TimeLapse,
        Self::HasRaw,
        Self::RawIsOriginal,
        Self::Shared,
        Self::Syndicated,
        Self::SavedToLibrary,
        Self::InSharedLibrary,
    ];

    fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// A set of marks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags(u32);

impl Flags {
    /// Whether it is marked so.
    pub fn has(self, flag: Flag) -> bool {
        self.0 & flag.bit() != 0
    }

    /// All marks, in the order of [`Flag`].
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().filter(move |flag| self.has(*flag))
    }

    pub(crate) fn set(&mut self, flag: Flag, is_so: bool) {
        if is_so {
            self.0 |= flag.bit();
        }
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        let mut set = Self::default();
        for flag in flags {
            set.set(flag, true);
        }
        set
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_a_bit_of_its_own() {
        let all: Flags = Flag::ALL.into_iter().collect();

        assert_eq!(all.iter().count(), Flag::ALL.len());
        assert_eq!(all.0.count_ones() as usize, Flag::ALL.len());
        for flag in Flag::ALL {
            assert_eq!(Flags::from_iter([flag]).iter().collect::<Vec<_>>(), [flag]);
        }
    }
}
