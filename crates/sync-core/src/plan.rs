//! A plan as data: what is to be done to which photo, or why nothing is.
//!
//! A plan is shown in a dry run and handed to `apply` in a real one; nothing else changes the world.
//! A step carries what it expects to find, so that applying it to a world that moved on is refused.

use std::path::PathBuf;

use immich_api::AssetId;
use photo_metadata::replace::FileIdentity;
use photo_metadata::{Change, Datum, Refusal};
use serde::{Deserialize, Serialize};

use crate::state::{Base, Fingerprint, Role};

/// What was decided about one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Planned {
    /// Something to do, in one file or in several.
    Do(Vec<Step>),
    /// Nothing to do, and why.
    Skip(Skipped),
    /// It could not be decided.
    Fail(Failed),
}

/// One file that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The id of the user who owns the asset.
    pub account: String,
    /// Whose metadata are written.
    pub asset: AssetId,
    /// Into which of its files.
    pub role: Role,
    /// The file, absolute.
    pub path: PathBuf,
    /// The photo or video that it belongs to: itself, or the one that a sidecar lies beside.
    pub original: PathBuf,
    /// What the file was when the step was planned; anything else and the step is refused. `None` for a sidecar
    /// that is made.
    pub expects: Option<FileIdentity>,
    /// What changes in it.
    pub change: Change,
    /// What was wanted, for the next run's comparison.
    pub fingerprint: Fingerprint,
    /// What will be known as written by us once this is done.
    pub base: Base,
    /// SHA-1 of an original that Immich manages, as it was uploaded.
    pub uploaded: Option<[u8; 20]>,
}

/// A photo that needs nothing, or must not be touched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    /// Which asset.
    pub asset: AssetId,
    /// The original on this machine where it could be told, else its path on the server.
    pub path: PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why a photo is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Neither the server's data nor the file changed since the last run; the file was not opened.
    #[error("unchanged since the last run")]
    Unchanged,
    /// The file already says what the server knows.
    #[error("already up to date")]
    UpToDate,
    /// The user took back what we wrote, and the server says nothing new since.
    #[error("taken back by `undo`; left alone until the server's data change (or --recheck)")]
    Undone,
    /// What was to be taken back is not in the file any more.
    #[error("nothing of what was written is left in it")]
    NothingLeft,
    /// The file here is not the one that the server read.
    #[error("{0}")]
    NotTheSame(String),
    /// The server knows nothing of what was asked for.
    #[error("the server knows nothing to write")]
    NothingKnown,
    /// It was asked for by its id, and the server does not know it.
    #[error("the server knows no such asset")]
    NoSuchAsset,
    /// The server itself cannot reach the original.
    #[error("offline on the server")]
    Offline,
    /// The user said that files which Immich manages are left alone.
    #[error("managed by Immich; files managed by Immich are left alone by your choice")]
    Managed,
    /// Nothing is at the place where the original should be.
    #[error("no such file; check the library folder and the path mapping")]
    Missing,
    /// Its path on the server leads nowhere inside the library.
    #[error("{0}")]
    Unmapped(String),
    /// The file must not be written.
    #[error("{0}")]
    Refused(Refusal),
    /// It is not there any more, or in the trash.
    #[error("gone, or in the trash")]
    Vanished,
    /// It is another picture than the one that was compared.
    #[error("changed since it was compared; the next scan looks at it again")]
    ChangedSince,
    /// Neither on the timeline nor in the archive.
    #[error("hidden or locked")]
    Hidden,
    /// It is in a stack that the user made, with other photos.
    #[error("in a stack with other photos; stacks that you made are not merged")]
    StackedOtherwise,
    /// Immich shows it for review with other photos.
    #[error("already in a group of Immich's own review")]
    InReview,
    /// No other photo of its group can take part.
    #[error("no other photo of its group can take part")]
    Alone,
    /// The user decided that it is kept beside the best of its group.
    #[error("you chose to keep it")]
    Chosen,
    /// It has something that the keeper has not and that cannot be handed over, or it is no copy for sure.
    #[error("not put into the trash: {0}")]
    NotForTheTrash(String),
    /// What was to be brought back is not where it went.
    #[error("{0}")]
    Lost(String),
    /// Somebody changed what was to be taken back.
    #[error("{0}; left as it is")]
    TouchedSince(String),
}

impl SkipReason {
    /// Whether the user should know: the photo is not what they asked for.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Unchanged
            | Self::UpToDate
            | Self::Undone
            | Self::NothingLeft
            | Self::NothingKnown
            | Self::Offline
            | Self::InReview
            | Self::Alone
            | Self::Chosen
            | Self::TouchedSince(_)
            | Self::StackedOtherwise
            | Self::Managed => false,
            Self::Vanished
            | Self::NotForTheTrash(_)
            | Self::Lost(_)
            | Self::ChangedSince
            | Self::Hidden
            | Self::NoSuchAsset
            | Self::Missing
            | Self::Unmapped(_)
            | Self::NotTheSame(_)
            | Self::Refused(_) => true,
        }
    }

    /// A short name that stays the same, for counting and for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::UpToDate => "up-to-date",
            Self::NothingKnown => "nothing-known",
            Self::NoSuchAsset => "no-such-asset",
            Self::Offline => "offline",
            Self::Managed => "managed",
            Self::Undone => "undone",
            Self::NothingLeft => "nothing-left",
            Self::NotTheSame(_) => "not-the-same",
            Self::Missing => "missing",
            Self::Unmapped(_) => "unmapped",
            Self::Refused(_) => "refused",
            Self::Vanished => "vanished",
            Self::ChangedSince => "changed-since",
            Self::Hidden => "hidden",
            Self::StackedOtherwise => "stacked-otherwise",
            Self::InReview => "in-review",
            Self::Alone => "alone",
            Self::Chosen => "chosen",
            Self::NotForTheTrash(_) => "not-for-the-trash",
            Self::Lost(_) => "lost",
            Self::TouchedSince(_) => "touched-since",
        }
    }
}

/// A part of a photo that was left as it is although the rest of it was handled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Which asset.
    pub asset: AssetId,
    /// Which of its files.
    pub path: PathBuf,
    /// Which kind of data; `None` for all of them.
    pub datum: Option<Datum>,
    /// Why, in words for the user.
    pub why: String,
    /// Whether the user should do something about it.
    pub is_trouble: bool,
}

/// A photo that something went wrong with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    /// Which asset.
    pub asset: AssetId,
    /// The original on this machine.
    pub path: PathBuf,
    /// What happened and what to do, in one line.
    pub message: String,
    /// Whether the same may work the next time.
    pub transient: bool,
}
