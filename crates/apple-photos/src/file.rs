//! The files of an asset: what each is for, and whether it is here.

use std::path::PathBuf;

/// A file that belongs to an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedFile {
    /// What it is for.
    pub role: FileRole,
    /// Where it is, or would be if it were here; absolute when the library was opened by an absolute path.
    ///
    /// Of a file that is not here the extension may be unknown, and then the path has none.
    pub path: PathBuf,
    /// Whether it is here.
    pub presence: Presence,
    /// Its size in bytes as the database says, which Photos does not always keep up to date.
    pub recorded_bytes: Option<u64>,
}

impl RelatedFile {
    /// Whether it can be opened.
    pub fn is_here(&self) -> bool {
        self.presence == Presence::Here
    }
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FileRole {
    /// What the camera made: the only copy of it.
    Original,
    /// The reduced copy of a photo or video that somebody shares. The original is somewhere else.
    SharedCopy,
    /// The raw picture that was taken along with the original.
    Raw,
    /// The video of a live photo.
    LiveVideo,
    /// The edited picture or video in full size.
    Edited,
    /// The video of an edited live photo.
    EditedLiveVideo,
    /// The edited version before the last one, which Photos keeps when another program edited.
    EditedBefore,
    /// What the camera app wants to be done to the original (`.aae`, XML).
    CameraAdjustments,
    /// What was done to the original (`.plist`).
    Adjustments,
    /// The still picture that stands for a video of a shared album.
    Poster,
}

/// Whether a file is on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Presence {
    /// It is.
    Here,
    /// Not here; iCloud has it ("Optimise Mac Storage").
    InCloud,
    /// Not here, and nothing says that iCloud has it.
    Lost,
    /// It is outside of the library, on a volume that is not connected.
    VolumeOffline {
        /// What the volume is called.
        volume: String,
    },
    /// Its path, or a link on the way, leads out of the library; it was not looked at.
    LeadsOut,
}
