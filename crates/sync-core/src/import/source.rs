//! Where photos come from. A new source is one folder below `sources`.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::{AlbumKey, Facts, Item, ItemId, Media, SkipKind, SourceAlbum};
use crate::deeds::LocalPath;

/// Something that photos are imported from. Nothing in it is ever changed.
pub trait Source: Sync {
    /// What kind of source it is; part of the ledger, so it never changes.
    fn kind(&self) -> &'static str;

    /// Tells everything that is there, a folder at a time, in an order that is the same in every run. No photo is opened.
    /// Ends early when `tell` says so; the listing is incomplete then.
    fn list(&self, tell: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<Listing, SourceError>;

    /// The same, for a source that would have to open what is new to tell what belongs together: `known` says whether the
    /// ledger has an item, so that this is done once.
    fn list_knowing(
        &self,
        known: &dyn Fn(ItemId) -> bool,
        tell: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<Listing, SourceError> {
        let _ = known;
        self.list(tell)
    }

    /// Whether what was at this path is gone, for an item that a complete listing did not tell. A source that leaves
    /// things out without telling them as [`Found::There`] looks again.
    fn is_gone(&self, path: &Path) -> bool {
        let _ = path;
        true
    }

    /// What the source says of an item. Asked only when its stamp is not the one of the ledger.
    fn facts(&self, item: &Item) -> Result<Facts, SourceError>;

    /// An album, by the name that facts gave it.
    fn album(&self, key: &AlbumKey) -> Option<SourceAlbum>;

    /// Whether this source knows all there is to know of the album with this name: where [`Source::album`] has none then,
    /// it was deleted, and an empty album on the server goes, too.
    fn owns_album(&self, key: &AlbumKey) -> bool {
        let _ = key;
        false
    }

    /// The bytes of a file, from its beginning. May be asked for twice: to hash and to send.
    fn open(&self, media: &Media) -> Result<Box<dyn Read + Send + '_>, SourceError>;
}

/// What a source comes across. Every file is told once: as a part of an item, as passed over, or as trouble.
#[derive(Debug)]
pub enum Found {
    /// A photo or video.
    Item(Box<Item>),
    /// An item that is there and is left out, for the options or for what the source says of it. Its files are told as
    /// passed over; this is said besides, so that it does not count as gone.
    There(ItemId),
    /// A file that is not imported.
    Passed(Passed),
    /// A file, folder or archive that something is wrong with.
    Trouble(Trouble),
}

/// A file that is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Which.
    pub path: LocalPath,
    /// Why.
    pub kind: SkipKind,
    /// The same in words, where there is more to say.
    pub why: Option<String>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// With what.
    pub path: LocalPath,
    /// What, and what to do.
    pub message: String,
    /// Whether photos may be missing from the listing because of it.
    pub hides_photos: bool,
}

/// The end of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Whether everything was seen. Only then may an item that is in the ledger and was not told count as gone.
    pub is_complete: bool,
    /// The folders or archives that were listed, absolute: what is gone is looked for among the items below these.
    pub roots: Vec<PathBuf>,
    /// Folders with nothing in them, or roots without a photo: so an unmounted disk looks, and what was below them does not
    /// count as gone.
    pub empty: Vec<PathBuf>,
}

/// Why a source cannot give what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Nothing there can be read.
    #[error("`{path}` cannot be read", path = path.display())]
    Unreadable {
        /// Which file, folder or archive.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file changed between listing and reading.
    #[error("`{path}` changed while it was read; the next run takes it", path = path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// A file, or an archive, is not what it should be.
    #[error("`{path}` is damaged: {problem}", path = path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// In which way.
        problem: String,
    },
    /// A library of Apple Photos.
    #[error(transparent)]
    Apple(#[from] apple_photos::Error),
}

impl SourceError {
    /// Whether it may go better the next time.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreadable { .. } | Self::Changed { .. } => true,
            Self::Damaged { .. } => false,
            Self::Apple(error) => error.is_transient(),
        }
    }
}
