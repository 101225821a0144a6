//! Which file of an asset an exported file is.

use apple_photos::FileRole;

/// Which file of an asset an exported file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Part {
    /// What the camera made.
    Original,
    /// The video of a live photo.
    LiveVideo,
    /// The raw picture that was taken along.
    Raw,
    /// The edited picture or video.
    Edited,
    /// The video of an edited live photo.
    EditedLiveVideo,
    /// What is known of the original, as XMP.
    Sidecar,
    /// What is known of the edited version, as XMP.
    EditedSidecar,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Original,
        Self::LiveVideo,
        Self::Raw,
        Self::Edited,
        Self::EditedLiveVideo,
        Self::Sidecar,
        Self::EditedSidecar,
    ];

    /// The word for it, in the state, in JSON and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::LiveVideo => "live-video",
            Self::Raw => "raw",
            Self::Edited => "edited",
            Self::EditedLiveVideo => "edited-live-video",
            Self::Sidecar => "sidecar",
            Self::EditedSidecar => "edited-sidecar",
        }
    }

    /// The part with this word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.word() == word)
    }

    /// Whether it belongs to the edited version.
    pub(super) fn is_edited(self) -> bool {
        matches!(self, Self::Edited | Self::EditedLiveVideo | Self::EditedSidecar)
    }

    /// Whether it is text beside a picture or video.
    pub(crate) fn is_sidecar(self) -> bool {
        matches!(self, Self::Sidecar | Self::EditedSidecar)
    }

    /// The file of the library that it is made of. A reduced copy of a shared album stands for its original.
    pub(super) fn roles(self) -> &'static [FileRole] {
        match self {
            Self::Original | Self::Sidecar => &[FileRole::Original, FileRole::SharedCopy],
            Self::LiveVideo => &[FileRole::LiveVideo],
            Self::Raw => &[FileRole::Raw],
            Self::Edited | Self::EditedSidecar => &[FileRole::Edited],
            Self::EditedLiveVideo => &[FileRole::EditedLiveVideo],
        }
    }
}
