//! What the folder says of a photo, from everything beside it: XMP before JSON, JSON before lists, and the name at last.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use rustix::fs::{CWD, Mode, OFlags, openat};

use super::super::kinds::extension_of;
use super::super::names::date_in_name;
use super::super::text::name_text;
use super::super::xmp;
use super::lists::Lists;
use super::options::FolderAlbums;
use super::{FolderSource, json, keys};
use crate::import::{Facts, HiddenRule, Item, Locator, SourceAlbum, SourceError};

/// A sidecar that is larger is none, in bytes.
const LARGEST_SIDECAR: u64 = 16 << 20;

/// Folders whose lists are kept while facts are asked for.
const FOLDERS: usize = 4;

impl FolderSource {
    pub(super) fn facts_of(&self, item: &Item) -> Result<Facts, SourceError> {
        let Locator::File(path) = &item.media.locator else { return Ok(Facts::default()) };
        let (folder, name) = (path.parent().unwrap_or(path), path.file_name().unwrap_or_default());
        let mut facts = Facts::default();
        for about in &item.about {
            let Locator::File(path) = &about.locator else { continue };
            let bytes =
                sidecar(path).map_err(|source| SourceError::Unreadable { path: path.clone(), source })?;
            match companion(path, bytes) {
                Companion::Xmp(said) => add(&mut facts, said),
                Companion::Json(said) => {
                    self.remember(&said.albums);
                    add(&mut facts, said.facts);
                }
                Companion::Broken(_) => {}
            }
        }
        if self.options.sidecars {
            let lists = self.lists_of(folder);
            self.remember(&lists.albums);
            if let Some(row) = lists.row(name.as_bytes()) {
                add(&mut facts, row.facts.clone());
                if row.is_hidden && self.options.hidden == HiddenRule::Archive {
                    facts.is_archived = Some(true);
                }
            }
        }
        if !self.options.listed_albums {
            facts.albums.clear();
        }
        self.add_folder(&mut facts, folder);
        if self.options.dates_in_names && facts.taken.is_none() {
            facts.taken = date_in_name(&name_text(name.as_bytes()));
        }
        Ok(facts)
    }

    /// Adds what the folder itself says.
    fn add_folder(&self, facts: &mut Facts, folder: &Path) {
        if self.options.albums != FolderAlbums::None {
            facts.albums.insert(keys::folder(folder));
        }
        let Some(below) = self.root_of(folder).and_then(|root| folder.strip_prefix(root).ok()) else {
            return;
        };
        if self.options.folder_tags && below != Path::new("") {
            let parts = below.iter().map(|part| name_text(part.as_bytes()).trim().to_owned());
            let tag = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
            facts.tags.extend((!tag.is_empty()).then_some(tag));
        }
    }

    /// The lists of a folder; those of a few folders are kept.
    fn lists_of(&self, folder: &Path) -> Arc<Lists> {
        let mut kept = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, lists)) = kept.iter().find(|(known, _)| known == folder) {
            return Arc::clone(lists);
        }
        let lists = Arc::new(Lists::of_folder(folder));
        if kept.len() >= FOLDERS {
            kept.remove(0);
        }
        kept.push((folder.to_owned(), Arc::clone(&lists)));
        lists
    }

    /// Remembers albums, so that they can be asked for by their names.
    pub(super) fn remember(&self, albums: &[SourceAlbum]) {
        if !albums.is_empty() {
            let mut known = self.albums.lock().unwrap_or_else(PoisonError::into_inner);
            for album in albums {
                known.entry(album.key.clone()).or_insert_with(|| album.clone());
            }
        }
    }

    /// The root that a folder lies below.
    pub(super) fn root_of(&self, folder: &Path) -> Option<&PathBuf> {
        let roots = self.roots.iter().filter(|root| folder.starts_with(root));
        roots.min_by_key(|root| root.as_os_str().len())
    }
}

/// What a file beside a photo is.
pub(super) enum Companion {
    Xmp(Facts),
    Json(json::Said),
    /// Not what its name says.
    Broken(&'static str),
}

/// Reads what is beside a photo.
pub(super) fn companion(path: &Path, bytes: Vec<u8>) -> Companion {
    let end = extension_of(path.as_os_str().as_bytes()).unwrap_or_default();
    if end.eq_ignore_ascii_case(b"xmp") {
        return match xmp::is_sound(&bytes) {
            true => Companion::Xmp(xmp::facts(bytes)),
            false if xmp::is_xmp(&bytes) => Companion::Broken("it is XMP that is damaged"),
            false => Companion::Broken("it is not XMP"),
        };
    }
    json::read(&bytes).map_or(Companion::Broken("it is not JSON"), Companion::Json)
}

/// All of a sidecar.
pub(super) fn sidecar(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(LARGEST_SIDECAR + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_SIDECAR {
        return Err(io::Error::other("it is larger than any sidecar"));
    }
    Ok(bytes)
}

/// Opens a file, and nothing but a file: links are not followed, and a pipe is not waited for.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(CWD, path, flags, Mode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no file any more")) }
}

/// Adds what is not said yet.
fn add(facts: &mut Facts, more: Facts) {
    let Facts {
        description,
        rating,
        is_favourite,
        is_archived,
        position,
        taken,
        albums,
        tags,
        tags_once,
        people,
        faces,
        sidecar,
    } = more;
    facts.description = facts.description.take().or(description);
    facts.rating = facts.rating.or(rating);
    facts.is_favourite = facts.is_favourite.or(is_favourite);
    facts.is_archived = facts.is_archived.or(is_archived);
    facts.position = facts.position.or(position);
    facts.taken = facts.taken.take().or(taken);
    facts.sidecar = facts.sidecar.take().or(sidecar);
    facts.faces = facts.faces.take().or(faces);
    facts.albums.extend(albums);
    facts.tags.extend(tags);
    facts.tags_once.extend(tags_once);
    facts.people.extend(people);
}
