//! Folders as a source: photos and videos with whatever lies beside them.
//!
//! A photo is known by the bytes of its absolute path, so that it is the same in every run, whatever stands in its name.
//! Listing opens no photo. Only of what is new the sidecars are read, to tell what is no sidecar, and of a picture and a
//! video of one name the identifiers, to tell whether they are one Live Photo.

mod assemble;
mod bans;
mod csv;
mod dates;
mod dir;
mod facts;
mod filter;
mod items;
mod json;
mod keys;
mod lists;
mod named;
mod options;
mod range;
mod relations;
#[cfg(test)]
mod tests;
mod titles;
mod walk;

pub use filter::BadPattern;
pub use options::{FolderAlbums, FolderOptions};
pub use range::{BadRange, DateRange};

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::import::{
    AlbumKey, Facts, Found, Item, ItemId, Listing, Locator, Media, Source, SourceAlbum, SourceError,
};
use filter::Filter;
use lists::Lists;
use titles::Titles;
use walk::Walk;

/// The kind of this source.
const KIND: &str = "folder";

/// Photos in folders.
#[derive(Debug)]
pub struct FolderSource {
    options: FolderOptions,
    filter: Filter,
    /// The roots as the system knows them, in order and each once.
    roots: Vec<PathBuf>,
    /// Of a folder that is here, too, only these files were named, and what belongs to them.
    named: BTreeMap<PathBuf, BTreeSet<Box<[u8]>>>,
    /// Roots that are not there.
    missing: Vec<(PathBuf, std::io::Error)>,
    titles: Mutex<Arc<Titles>>,
    albums: Mutex<HashMap<AlbumKey, SourceAlbum>>,
    lists: Mutex<Vec<(PathBuf, Arc<Lists>)>>,
}

impl FolderSource {
    /// Folders, seen through these options. A file among the roots stands for itself and for what belongs to it.
    ///
    /// In patterns `*` and `?` stand for anything but a slash, `**` for anything, `[ab]` for one of these letters and
    /// `{a,b}` for one of these words; the case of letters does not matter. A pattern without a slash is a name at any
    /// depth, any other is the path below a root; one that ends in a slash is a folder with everything in it.
    pub fn new(options: FolderOptions) -> Result<Self, BadPattern> {
        let filter = Filter::new(&options)?;
        let (mut roots, mut missing) = (Vec::new(), Vec::new());
        let mut named: BTreeMap<PathBuf, BTreeSet<Box<[u8]>>> = BTreeMap::new();
        for root in &options.roots {
            match root.canonicalize() {
                Ok(root) if root.is_dir() => roots.push(root),
                Ok(root) => match (root.parent(), root.file_name()) {
                    (Some(folder), Some(name)) if root.is_file() => {
                        named.entry(folder.to_owned()).or_default().insert(name.as_bytes().into());
                    }
                    _ => missing.push((root, ErrorKind::InvalidInput.into())),
                },
                Err(error) => missing.push((root.clone(), error)),
            }
        }
        named.retain(|folder, _| !roots.contains(folder));
        roots.extend(named.keys().cloned());
        roots.sort_unstable();
        roots.dedup();
        Ok(Self {
            options,
            filter,
            roots,
            named,
            missing,
            titles: Mutex::default(),
            albums: Mutex::default(),
            lists: Mutex::default(),
        })
    }

    fn titles(&self) -> Arc<Titles> {
        Arc::clone(&self.titles.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Source for FolderSource {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn list(&self, tell: &mut dyn FnMut(Found) -> ControlFlow<()>) -> Result<Listing, SourceError> {
        self.list_knowing(&|_| false, tell)
    }

    fn list_knowing(
        &self,
        known: &dyn Fn(ItemId) -> bool,
        tell: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) -> Result<Listing, SourceError> {
        let titles = Arc::new(Titles::of(&self.options, &self.roots));
        *self.titles.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&titles);
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let walk = Walk {
            source: self,
            known,
            tell,
            titles: &titles,
            is_complete: true,
            photos: 0,
            empty: Vec::new(),
        };
        Ok(walk.all(&self.missing))
    }

    /// Whether nothing is there any more, and what is left of the way there can be listed: what the options leave out is
    /// not told, but is there.
    fn is_gone(&self, path: &Path) -> bool {
        match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let above = path.ancestors().skip(1).find(|above| above.symlink_metadata().is_ok());
                let is_below = |above: &Path| self.roots.iter().any(|root| above.starts_with(root));
                above.is_some_and(|above| is_below(above) && above.read_dir().is_ok())
            }
            Err(_) | Ok(_) => false,
        }
    }

    fn facts(&self, item: &Item) -> Result<Facts, SourceError> {
        self.facts_of(item)
    }

    fn album(&self, key: &AlbumKey) -> Option<SourceAlbum> {
        if let Some(folder) = keys::folder_of(key) {
            let title = self.titles().title(&self.options, self.root_of(&folder)?, &folder);
            return Some(SourceAlbum { key: key.clone(), title, description: String::new() });
        }
        self.albums.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn open(&self, media: &Media) -> Result<Box<dyn Read + Send + '_>, SourceError> {
        let path = match &media.locator {
            Locator::File(path) => path.as_path(),
            Locator::Inside { .. } | Locator::Away { .. } => media.path.path(),
        };
        let unreadable = |source| SourceError::Unreadable { path: path.to_owned(), source };
        let file = facts::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.len() != media.size {
            return Err(SourceError::Changed { path: path.to_owned() });
        }
        Ok(Box::new(file))
    }
}

/// A path with one part more, whatever its bytes are.
fn below(folder: &Path, name: &[u8]) -> PathBuf {
    folder.join(OsStr::from_bytes(name))
}
