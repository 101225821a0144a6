//! Libraries of Apple Photos, read where they are: nothing in them is changed, and nothing is exported first.
//!
//! ```text
//! asset ─► left out? ─► parts: original (with its video), raw, edited ─► one stack, what Photos shows on top ─► items
//! ```
//!
//! An item is known by the UUIDs of the library and of the asset and by which part of it it is, so that nothing depends
//! on names or on where the library lies. Its stamp is made of what the library says of it, of the last edit and of size
//! and time of its files; the time at which Photos changed an asset moves whenever it looks at faces, and says nothing.
//!
//! Surprising: a file that was sent may go back to iCloud at any time to make room. It is followed nevertheless, since
//! its bytes are in the ledger; only what was never sent has to wait.

mod albums;
mod facts;
mod left;
mod options;
mod part;
mod people;
mod photo;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use apple_photos::{Asset, Library, OpenOptions, Warning};

pub use apple_photos::{Error as LibraryError, Totals};
pub use options::{AppleOptions, BurstRule, EditedRule, PeopleRule};

use self::facts::{digest, facts};
use self::left::left;
use self::part::{Part, all_ids};
use self::photo::{Looker, Photo, Ready, looked_at};
use crate::import::{
    AlbumKey, Facts, Found, Item, ItemId, Kin, Listing, Locator, Media, Passed, Source, SourceAlbum,
    SourceError, Stamp, Trouble,
};

/// The kind of this source.
const KIND: &str = "apple-photos";

/// A library of Apple Photos.
#[derive(Debug)]
pub struct AppleSource {
    options: AppleOptions,
    library: Library,
    /// What the library is called in the ledger.
    name: String,
    /// The UUIDs of what was told, by the numbers in its locators.
    uuids: RwLock<Vec<Box<str>>>,
    totals: Mutex<Totals>,
}

type Tell<'a> = dyn FnMut(Found) -> ControlFlow<()> + 'a;

impl AppleSource {
    /// Opens a library: its database is copied to the scratch folder, which takes some 6 KB an asset until this is
    /// dropped.
    pub fn open(options: AppleOptions, stop: &dyn Fn() -> bool) -> Result<Self, SourceError> {
        let opening = OpenOptions {
            scratch: options.scratch.clone(),
            program: options.program.clone(),
            map: options.map.clone(),
            stop,
        };
        let library = Library::open(&options.library, &opening)?;
        let name = albums::name_of(&library);
        Ok(Self { options, library, name, uuids: RwLock::default(), totals: Mutex::default() })
    }

    /// What the owner should know although the library can be read.
    pub fn warnings(&self) -> Vec<String> {
        self.library
            .warnings()
            .iter()
            .filter(|warning| !is_trouble(warning))
            .map(ToString::to_string)
            .collect()
    }

    /// What the last listing counted; good for comparing with what Photos shows.
    pub fn totals(&self) -> Totals {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, uuid: &str) -> u32 {
        let mut uuids = self.uuids.write().unwrap_or_else(PoisonError::into_inner);
        uuids.push(uuid.into());
        u32::try_from(uuids.len() - 1).unwrap_or(u32::MAX)
    }

    fn uuid(&self, entry: u32) -> Option<Box<str>> {
        self.uuids.read().unwrap_or_else(PoisonError::into_inner).get(entry as usize).cloned()
    }

    /// One photo, or several that wait until all of their burst are there.
    fn tell_asset(
        &self,
        asset: Asset,
        looker: &Looker<'_>,
        bursts: &mut BTreeMap<String, Vec<Photo>>,
        tell: &mut Tell<'_>,
    ) -> ControlFlow<()> {
        if let Some(left) = left(&asset, &self.options) {
            let path =
                asset.main_file().map_or_else(|| self.options.library.clone(), |file| file.path.clone());
            let name = &asset.original_name;
            let why = left.why.map(|why| format!("`{name}` is {why}"));
            let passed = Passed { path: path.into(), kind: left.kind, why };
            let ids = all_ids(&self.name, &asset.uuid);
            for id in ids.into_iter().filter(|_| !left.is_gone) {
                tell(Found::There(id))?;
            }
            return tell(Found::Passed(passed));
        }
        let burst = asset.burst.as_ref().map(|burst| burst.uuid.clone());
        let mut photo = looker.photo(asset, 0);
        for found in std::mem::take(&mut photo.left) {
            tell(found)?;
        }
        match burst.filter(|_| self.options.stack.contains(&Kin::Burst)) {
            Some(burst) => {
                bursts.entry(burst).or_default().push(photo);
                ControlFlow::Continue(())
            }
            None => self.tell_together(vec![photo], looker, tell),
        }
    }

    /// Photos that are one stack.
    fn tell_together(&self, photos: Vec<Photo>, looker: &Looker<'_>, tell: &mut Tell<'_>) -> ControlFlow<()> {
        let mut members: Vec<ItemId> = Vec::new();
        for photo in &photos {
            let stacked = photo.parts.iter().filter(|ready| looker.is_stacked(photo, ready.part));
            members.extend(stacked.map(|ready| ready.part.id(&self.name, &photo.asset.uuid)));
        }
        let members: Option<Arc<[ItemId]>> = (members.len() > 1).then(|| members.into());
        for mut photo in photos {
            let entry = self.note(&photo.asset.uuid);
            let stacked: Vec<bool> =
                photo.parts.iter().map(|ready| looker.is_stacked(&photo, ready.part)).collect();
            for (at, ready) in std::mem::take(&mut photo.parts).into_iter().enumerate() {
                let stack = members.clone().filter(|_| stacked[at]);
                tell(Found::Item(Box::new(self.item(&photo.asset, ready, (entry, at == 0), stack))))?;
            }
        }
        ControlFlow::Continue(())
    }

    fn item(
        &self,
        asset: &Asset,
        ready: Ready,
        (entry, is_shown): (u32, bool),
        stack: Option<Arc<[ItemId]>>,
    ) -> Item {
        let Ready { part, mut media, mut motion } = ready;
        for media in [&mut media].into_iter().chain(&mut motion) {
            media.locator = numbered(&media.locator, entry, part, is_shown);
        }
        let says = digest(&facts(&self.library, asset, &self.options, (part, is_shown)));
        let relatives: Vec<u8> =
            stack.iter().flat_map(|members| members.iter().flat_map(|item| item.0)).collect();
        let moving = motion.as_ref().map(|motion| motion.stamp.0);
        let parts = [
            &media.stamp.0[..],
            media.name.as_bytes(),
            moving.as_ref().map_or(&[], |stamp| &stamp[..]),
            &says,
            &relatives,
        ];
        let stamp = Stamp::of(parts);
        let id = part.id(&self.name, &asset.uuid);
        Item { id, media, motion, about: Vec::new(), stamp, relations: Vec::new(), stack }
    }

    /// What was wrong with the library itself.
    fn tell_troubles(&self, totals: &Totals, tell: &mut Tell<'_>) -> ControlFlow<()> {
        for row in &totals.unreadable {
            let which = row.uuid.clone().unwrap_or_else(|| format!("row {}", row.row));
            let message = format!("the photo {which} cannot be read from the database: {}", row.reason);
            tell(Found::Trouble(Trouble {
                path: self.options.library.clone().into(),
                message,
                hides_photos: true,
            }))?;
        }
        for warning in self.library.warnings().iter().filter(|warning| is_trouble(warning)) {
            let path = match warning {
                Warning::LeadsOut(path) | Warning::FolderUnreadable { path, .. } => path.clone(),
                _ => self.options.library.clone(),
            };
            let (path, message) = (path.into(), warning.to_string());
            tell(Found::Trouble(Trouble { path, message, hides_photos: false }))?;
        }
        ControlFlow::Continue(())
    }
}

/// Whether something is wrong, and not only odd. Files that it keeps from being seen are kept, and never gone.
fn is_trouble(warning: &Warning) -> bool {
    matches!(warning, Warning::LeadsOut(_) | Warning::FolderUnreadable { .. })
}

/// The number of an asset, and of a part with whether it is the one that Photos shows.
fn numbered(locator: &Locator, entry: u32, part: Part, is_shown: bool) -> Locator {
    let part = part.number() * 2 + u32::from(is_shown);
    match locator {
        Locator::Away { .. } => Locator::Away { entry, part },
        Locator::File(_) | Locator::Inside { .. } => Locator::Inside { archive: part, entry },
    }
}

fn numbers(locator: &Locator) -> Option<(u32, Part, bool)> {
    let (entry, part) = match locator {
        Locator::Inside { archive, entry } => (*entry, *archive),
        Locator::Away { entry, part } => (*entry, *part),
        Locator::File(_) => return None,
    };
    Some((entry, Part::of_number(part / 2)?, part % 2 == 1))
}

/// The key of a burst comes first, then what was taken first.
fn in_order(mut photos: Vec<Photo>) -> Vec<Photo> {
    photos.sort_by_cached_key(|photo| {
        let is_key = photo.asset.burst.as_ref().is_some_and(apple_photos::Burst::is_key);
        (!is_key, photo.asset.dates.taken, photo.asset.uuid.clone())
    });
    photos
}

impl Source for AppleSource {
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
        self.uuids.write().unwrap_or_else(PoisonError::into_inner).clear();
        let looker = Looker { library: &self.name, options: &self.options, known };
        let (mut bursts, mut flow) = (BTreeMap::new(), ControlFlow::Continue(()));
        let totals = self.library.assets(&mut |asset| {
            flow = self.tell_asset(asset, &looker, &mut bursts, tell);
            flow
        })?;
        for photos in bursts.into_values() {
            if flow.is_continue() {
                flow = self.tell_together(in_order(photos), &looker, tell);
            }
        }
        if flow.is_continue() {
            flow = self.tell_troubles(&totals, tell);
        }
        let is_complete = flow.is_continue() && totals.unreadable.is_empty();
        *self.totals.lock().unwrap_or_else(PoisonError::into_inner) = totals;
        Ok(Listing { is_complete, roots: vec![self.options.library.clone()], ..Listing::default() })
    }

    fn facts(&self, item: &Item) -> Result<Facts, SourceError> {
        let gone = || SourceError::Changed { path: item.media.path.path().to_path_buf() };
        let (entry, part, is_shown) = numbers(&item.media.locator).ok_or_else(gone)?;
        let uuid = self.uuid(entry).ok_or_else(gone)?;
        let asset = self.library.asset(&uuid)?.ok_or_else(gone)?;
        let mut facts = facts(&self.library, &asset, &self.options, (part, is_shown));
        if part == Part::Original && self.options.people == PeopleRule::Sidecar {
            facts.sidecar = people::sidecar(&self.library, &asset);
        }
        Ok(facts)
    }

    fn album(&self, key: &AlbumKey) -> Option<SourceAlbum> {
        albums::album(&self.library, key)
    }

    fn owns_album(&self, key: &AlbumKey) -> bool {
        albums::uuid_of(&self.library, key).is_some()
    }

    fn open(&self, media: &Media) -> Result<Box<dyn Read + Send + '_>, SourceError> {
        let path = media.path.path();
        let unreadable = |source| SourceError::Unreadable { path: path.to_path_buf(), source };
        let file = open_quietly(path).map_err(unreadable)?;
        if looked_at(path).map_err(unreadable)? != (media.size, media.modified) {
            return Err(SourceError::Changed { path: path.to_path_buf() });
        }
        Ok(Box::new(file))
    }
}

/// Opens a file for reading, without moving its access time where the system lets us.
#[cfg(target_os = "linux")]
fn open_quietly(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};

    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    match open(path, flags | OFlags::NOATIME, Mode::empty()) {
        // Only the owner of a file may ask for that.
        Err(rustix::io::Errno::PERM) => File::open(path),
        other => Ok(File::from(other?)),
    }
}

/// Opens a file for reading.
#[cfg(not(target_os = "linux"))]
fn open_quietly(path: &Path) -> io::Result<File> {
    File::open(path)
}
