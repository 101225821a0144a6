//! What travels between the one thread that decides and those that read, ask and send.

use std::any::Any;

use immich_api::{ApiError, Asset, AssetId, Checked};

use super::hashing::Hashed;
use super::merge::Base;
use super::wish::Own;
use super::{Entry, Facts, Item, ItemId, Listing, Media, Passed, SourceError, Stamp, Trouble};

/// Items on their way, which are handed on by their place.
pub(super) type Works = Vec<Box<Work>>;

/// An item on its way.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) item: Item,
    /// The stamp of the item and of the options that matter.
    pub(super) stamp: Stamp,
    /// What the ledger says of it.
    pub(super) known: Option<Entry>,
    /// What the ledger says of its moving half.
    pub(super) known_motion: Option<Entry>,
    /// Its bytes, once they were read.
    pub(super) media: Option<Hashed>,
    /// Those of its moving half.
    pub(super) motion: Option<Hashed>,
    /// The picture is on the server, and its moving half was sent alone, or is about to be.
    pub(super) still: Option<There>,
}

impl Work {
    pub(super) fn new(item: Item, stamp: Stamp) -> Self {
        Self { item, stamp, known: None, known_motion: None, media: None, motion: None, still: None }
    }

    /// Of the photo, and of its moving half.
    pub(super) fn sums(&self) -> Vec<[u8; 20]> {
        self.media.iter().chain(&self.motion).map(|hashed| hashed.sha1).collect()
    }

    pub(super) fn sha1(&self) -> [u8; 20] {
        self.media.as_ref().map_or([0; 20], |hashed| hashed.sha1)
    }

    /// Lets go of bytes that wait in memory.
    pub(super) fn drop_bytes(&mut self) {
        for hashed in [&mut self.media, &mut self.motion].into_iter().flatten() {
            hashed.held = None;
        }
    }

    /// Whether another version of it is there.
    pub(super) fn is_edit(&self) -> bool {
        let standing = self.known.as_ref().map(|entry| &entry.standing);
        // Where only its moving half is sent, it stays what it is.
        self.still.is_none() && matches!(standing, Some(super::Standing::There { .. }))
    }

    /// The item under which it is announced.
    pub(super) fn entry_item(&self) -> ItemId {
        if !self.is_edit() {
            return self.item.id;
        }
        version(self.item.id, self.sha1())
    }

    /// An entry for the photo, or for its moving half.
    pub(super) fn entry(&self, of: &Owner<'_>, media: &Media, sha1: [u8; 20]) -> Entry {
        let is_motion = self.item.motion.as_ref() == Some(media);
        let known = if is_motion { &self.known_motion } else { &self.known };
        Entry {
            item: if is_motion { self.item.id.of_motion() } else { self.item.id },
            source: of.source.to_owned(),
            account: of.account.to_owned(),
            path: media.path.clone(),
            stamp: Stamp([0; 16]),
            bytes: media.stamp,
            size: media.size,
            sha1,
            standing: super::Standing::Announced,
            sent: known.as_ref().map(|entry| entry.sent.clone()).unwrap_or_default(),
        }
    }
}

/// The item under which a version of an item is remembered that is not the one that counts.
pub(super) fn version(item: ItemId, sha1: [u8; 20]) -> ItemId {
    ItemId::of("version", &[&item.0[..], &sha1].concat())
}

/// Whose items these are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) account: &'a str,
    pub(super) source: &'a str,
}

/// What the deciding thread hears.
pub(super) enum News {
    /// The source has a new item, or one that may have changed.
    Arrived {
        item: Box<Item>,
        is_known: bool,
    },
    Passed(Passed),
    Trouble(Trouble),
    /// So many items are as they were, with so many files about them; only the number since the last time.
    Unchanged {
        items: u64,
        about: u64,
    },
    /// Unchanged items that have something to do with others, where stacks are wanted.
    Relatives(Vec<super::stacks::Relative>),
    Listed(Result<Listing, SourceError>),
    Hashed(Box<Work>, Result<u64, SourceError>),
    Checked(Works, Result<Vec<Checked>, ApiError>),
    Sent(Box<Work>, u64, Box<Sent>),
    Looked(Box<Work>, There, Result<Look, Failure>),
    Panicked(Box<dyn Any + Send>),
}

/// An asset that an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct There {
    pub(super) asset: AssetId,
    pub(super) ours: bool,
    /// Another item of this run is the same asset.
    pub(super) is_twice: bool,
}

/// What became of the upload of an item.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) outcome: Outcome,
    pub(super) media: Result<Arrival, Failure>,
    pub(super) motion: Option<Arrival>,
    pub(super) bytes_read: u64,
}

/// What went with an upload.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) facts: Facts,
    pub(super) base: Base,
    pub(super) sidecar: Option<String>,
    /// What the file says itself, where that was asked.
    pub(super) own: Own,
    /// The source says something that could not go along.
    pub(super) is_open: bool,
    /// What is missing of the file.
    pub(super) damage: Option<String>,
}

/// Where an upload arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) asset: AssetId,
    pub(super) ours: bool,
}

/// What the source and the server say of an item that is there.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) facts: Facts,
    /// Our note says that we uploaded it, see [`super::send::NOTE`].
    pub(super) is_noted: bool,
    /// `None` when it is gone; not asked for where the same asset is told of already.
    pub(super) asset: Option<Box<Asset>>,
}

/// Why something did not work.
#[derive(Debug)]
pub(super) enum Failure {
    Source(SourceError),
    Api(ApiError),
}

impl Failure {
    pub(super) fn message(&self) -> String {
        match self {
            Self::Source(error) => crate::error::chain(error),
            Self::Api(error) => crate::error::chain(error),
        }
    }

    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Source(error) => error.is_transient(),
            Self::Api(error) => error.is_transient() || error.is_unanswered(),
        }
    }
}
