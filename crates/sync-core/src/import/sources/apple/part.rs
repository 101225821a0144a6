//! The parts of a photo of Apple Photos that are photos of their own on the server, and the name of each in the ledger.

use apple_photos::FileRole;

use super::KIND;
use crate::import::ItemId;

/// A part of a photo that becomes an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// What the camera made, or the reduced copy of a shared album. With the video of a live photo.
    Original,
    /// The raw picture beside it.
    Raw,
    /// The edited version. With the video of an edited live photo.
    Edited,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Original, Self::Raw, Self::Edited];

    /// Its place in [`Part::ALL`].
    pub(super) fn number(self) -> u32 {
        self as u32
    }

    pub(super) fn of_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.number() == number)
    }

    /// The word in the ledger; it never changes.
    fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Raw => "raw",
            Self::Edited => "edited",
        }
    }

    /// The name of this part of a photo in the ledger.
    pub(super) fn id(self, library: &str, asset: &str) -> ItemId {
        ItemId::of(KIND, format!("{library}\0{asset}\0{}", self.word()).as_bytes())
    }

    /// The role of its moving half.
    pub(super) fn motion(self) -> Option<FileRole> {
        match self {
            Self::Original => Some(FileRole::LiveVideo),
            Self::Edited => Some(FileRole::EditedLiveVideo),
            Self::Raw => None,
        }
    }
}

/// All names that a photo can have in the ledger.
pub(super) fn all_ids(library: &str, asset: &str) -> Vec<ItemId> {
    Part::ALL.iter().map(|part| part.id(library, asset)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_photo_has_a_name_of_its_own() {
        let mut all = all_ids("library", "asset");
        all.extend(all_ids("library", "another"));
        all.sort_unstable();
        all.dedup();

        assert_eq!(all.len(), 6);
        assert!(Part::ALL.iter().all(|part| Part::of_number(part.number()) == Some(*part)));
    }
}
