//! Google Takeout: an export of Google Photos, in archives, unpacked, or both.
//!
//! ```text
//! parts ─► scan ─► catalogue ─► matching, folder by folder ─► gather: one photo, all its albums ─► items
//! ```
//!
//! What is surprising about such an export: it has no index; every photo is in the folder of its year and again in that
//! of each album; a photo and what is said of it may be in two different parts; names are cut off, numbered and
//! translated; and an edited photo, or the moving half of one, has nothing said about it at all. The one thing that is
//! reliable is the address of a photo at Google, which is why it is who a photo is for the ledger.

mod albums;
mod catalogue;
mod exports;
mod gather;
mod index;
mod item;
mod matching;
mod names;
mod note;
mod options;
mod scan;
mod volume;
mod zone;

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub use options::{Partner, TakeoutOptions};

use self::index::Index;
use self::item::place_stamp;
use self::volume::Store;
use super::archive::{Kept, Likeness, Pool};
use crate::deeds::LocalPath;
use crate::import::{
    AlbumKey, Facts, Found, Item, Listing, Locator, Media, Source, SourceAlbum, SourceError,
};

/// An export of Google Photos.
#[derive(Debug)]
pub struct TakeoutSource {
    options: TakeoutOptions,
    kept: Option<Kept>,
    index: RwLock<Arc<Index>>,
    pool: Pool,
}

/// What was found out about an export as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakeoutReport {
    /// Photos and videos that something is said about.
    pub photos_with_json: u64,
    /// Photos and videos that nothing is said about: they are taken with what stands in themselves.
    pub unmatched: u64,
    /// The first thousand of these.
    pub unmatched_paths: Vec<LocalPath>,
    /// JSON files about photos that are not there.
    pub orphans: u64,
    /// Albums.
    pub albums: u64,
}

impl TakeoutSource {
    /// An export. Nothing is read before it is listed.
    pub fn new(options: TakeoutOptions) -> Self {
        Self { options, kept: None, index: RwLock::default(), pool: Pool::default() }
    }

    /// Keeps in a folder of its own what is found in archives, so that those that did not change are not gone through
    /// again. Nothing is written there unless `may_write`.
    pub fn keep_lists_in(&mut self, folder: PathBuf, may_write: bool) {
        self.kept = Some(Kept { folder, may_write });
    }

    /// What the last listing found out.
    pub fn report(&self) -> TakeoutReport {
        self.index().report.clone()
    }

    fn index(&self) -> Arc<Index> {
        Arc::clone(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Source for TakeoutSource {
    fn kind(&self) -> &'static str {
        gather::KIND
    }

    fn list(&self, tell: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<Listing, SourceError> {
        let (index, mut listing, told) = Index::read(&self.options, self.kept.as_ref(), tell);
        let index = Arc::new(index);
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&index);
        if told.is_break() || index.tell_items(&self.options, tell).is_break() {
            listing.is_complete = false;
        }
        Ok(listing)
    }

    fn facts(&self, item: &Item) -> Result<Facts, SourceError> {
        Ok(self.index().facts(item.id))
    }

    fn album(&self, key: &AlbumKey) -> Option<SourceAlbum> {
        self.index().album(key)
    }

    fn open(&self, media: &Media) -> Result<Box<dyn Read + Send + '_>, SourceError> {
        let opened = match &media.locator {
            Locator::File(path) => open_file(path, media),
            Locator::Inside { archive, entry } => self.open_inside(*archive, *entry),
            Locator::Away { .. } => Ok(None),
        };
        match opened {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(SourceError::Changed { path: media.path.path().to_owned() }),
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                Err(SourceError::Damaged { path: media.path.path().to_owned(), problem: error.to_string() })
            }
            Err(source) => Err(SourceError::Unreadable { path: media.path.path().to_owned(), source }),
        }
    }
}

impl TakeoutSource {
    /// `None` when the archive changed, or is not the one that was listed.
    fn open_inside(&self, archive: u32, entry: u32) -> io::Result<Option<Box<dyn Read + Send + '_>>> {
        let index = self.index();
        let row = index.catalogue.media.get(entry as usize);
        let volume = index.catalogue.volumes.get(archive as usize);
        let (Some(row), Some(volume)) = (row, volume) else { return Ok(None) };
        match &volume.store {
            Store::Zip(zip) => Ok(zip.open(row.place)?.map(|bytes| bytes as Box<dyn Read + Send>)),
            Store::Tgz(tgz) => tgz.open(archive, row.place, &self.pool),
            Store::Folder => Ok(None),
        }
    }
}

/// `None` when the file is another than the one that was listed.
fn open_file<'a>(path: &Path, media: &Media) -> io::Result<Option<Box<dyn Read + Send + 'a>>> {
    let file = File::open(path)?;
    let likeness = Likeness::of(&file.metadata()?);
    let is_same = place_stamp(&scan::place_of(&likeness)) == media.stamp;
    Ok(is_same.then(|| Box::new(file) as Box<dyn Read + Send>))
}
