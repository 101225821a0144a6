//! The parts of an export: archives and unpacked folders, in whatever order they were given.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::super::archive::{Tgz, Zip};
use super::exports::{PartName, gaps, is_archive, part_name};
use crate::import::Trouble;

/// Bookmarks that all compressed archives together may keep, of 43 KiB each.
const BOOKMARKS: usize = 96;

/// A part.
#[derive(Debug)]
pub(super) struct Volume {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Which export it belongs to, a number.
    pub(super) export: u32,
    /// How it is read.
    pub(super) store: Store,
}

/// How a part is read.
#[derive(Debug)]
pub(super) enum Store {
    Zip(Zip),
    Tgz(Tgz),
    Folder,
}

impl Volume {
    /// What stands above the paths in it: nothing for an archive, the folder itself for a folder.
    pub(super) fn above(&self) -> &[u8] {
        match self.store {
            Store::Folder => self.path.as_os_str().as_bytes(),
            Store::Zip(_) | Store::Tgz(_) => &[],
        }
    }
}

/// What was given.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) volumes: Vec<Volume>,
    pub(super) troubles: Vec<Trouble>,
}

/// Looks at what was given, and for archives in the folders among it.
pub(super) fn find(paths: &[PathBuf]) -> Parts {
    let mut parts = Parts::default();
    let mut found = BTreeSet::new();
    for path in paths {
        if let Err(error) = collect(path, &mut found) {
            parts.troubles.push(unreadable(path, &error));
        }
    }
    // A folder may be in another that was given, too.
    let folders: Vec<PathBuf> =
        found.iter().filter(|(_, is_folder)| *is_folder).map(|(path, _)| path.clone()).collect();
    found.retain(|(path, is_folder)| {
        !(*is_folder && folders.iter().any(|above| above != path && path.starts_with(above)))
    });
    let named: Vec<(PathBuf, bool, PartName)> = found
        .into_iter()
        .map(|(path, is_folder)| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let part = if is_folder { PartName::default() } else { part_name(&name) };
            (path, is_folder, part)
        })
        .collect();
    miss(&named, &mut parts.troubles);
    let exports = numbers(&named);
    let archives = named.iter().filter(|(_, is_folder, _)| !is_folder).count();
    for (path, is_folder, part) in named {
        let export = exports.get(&part.export).copied().unwrap_or(0);
        let store = if is_folder { Ok(Store::Folder) } else { store(&path, BOOKMARKS / archives.max(1)) };
        match store {
            Ok(store) => parts.volumes.push(Volume { path, export, store }),
            Err(error) => parts.troubles.push(unreadable(&path, &error)),
        }
    }
    parts
}

/// What does not say which export it belongs to, belongs to the only one.
fn numbers(named: &[(PathBuf, bool, PartName)]) -> BTreeMap<String, u32> {
    let exports: BTreeSet<&String> =
        named.iter().map(|(_, _, part)| &part.export).filter(|name| !name.is_empty()).collect();
    let mut numbers: BTreeMap<String, u32> =
        (1..).zip(&exports).map(|(number, name)| ((*name).clone(), number)).collect();
    numbers.insert(String::new(), u32::from(exports.len() == 1));
    numbers
}

/// Adds a part, or the archives in a folder and the folder itself.
fn collect(path: &Path, found: &mut BTreeSet<(PathBuf, bool)>) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    if !fs::metadata(&path)?.is_dir() {
        found.insert((path, false));
        return Ok(());
    }
    for entry in fs::read_dir(&path)? {
        let entry = entry?;
        let name = entry.file_name();
        if is_archive(&name.to_string_lossy())
            && !name.as_bytes().starts_with(b".")
            && entry.file_type()?.is_file()
        {
            found.insert((entry.path(), false));
        }
    }
    found.insert((path, true));
    Ok(())
}

/// Looks at an archive: what it is, its first bytes say.
fn store(path: &Path, bookmarks: usize) -> io::Result<Store> {
    let mut first = [0; 4];
    let mut file = fs::File::open(path)?;
    match file.read_exact(&mut first) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
        result => result?,
    }
    match first {
        [0x1f, 0x8b, ..] => Ok(Store::Tgz(Tgz::look(path, bookmarks)?)),
        [b'P', b'K', ..] => Ok(Store::Zip(Zip::look(path)?)),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "this is neither a zip nor a tgz archive; download it again",
        )),
    }
}

/// Names parts that are missing between others.
fn miss(named: &[(PathBuf, bool, PartName)], troubles: &mut Vec<Trouble>) {
    let mut exports: BTreeMap<&str, (Vec<u32>, &Path)> = BTreeMap::new();
    for (path, _, part) in named {
        if let Some(number) = part.number {
            exports.entry(&part.export).or_insert_with(|| (Vec::new(), path)).0.push(number);
        }
    }
    for (export, (numbers, path)) in exports {
        for number in gaps(&numbers) {
            troubles.push(Trouble {
                path: path.with_file_name(format!("{export}-{number:03}")).into(),
                message: format!(
                    "part {number} of this export is missing; photos and what is known of them may be in it"
                ),
                hides_photos: true,
            });
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Trouble {
    Trouble { path: path.to_owned().into(), message: error.to_string(), hides_photos: true }
}
