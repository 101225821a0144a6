//! Whole folders: odd names, companions, options, and that every file is told once.

mod odd;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{FolderOptions, FolderSource};
use crate::import::{Facts, Found, Item, ItemId, Listing, SkipKind, Source as _};

/// What a listing told.
struct Told {
    listing: Listing,
    items: Vec<Item>,
    passed: BTreeMap<PathBuf, SkipKind>,
    troubles: Vec<PathBuf>,
    /// Every path, as often as it was told.
    all: Vec<PathBuf>,
}

impl Told {
    fn item(&self, name: &str) -> &Item {
        let found = self.items.iter().find(|item| item.media.path.path().ends_with(name));
        found.unwrap_or_else(|| panic!("no item {name} in {:?}", self.all))
    }

    fn skip(&self, name: &str) -> Option<SkipKind> {
        self.passed.iter().find(|(path, _)| path.ends_with(name)).map(|(_, kind)| *kind)
    }

    /// Names of the items on the server, in the order in which they were told.
    fn names(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.media.name.as_str()).collect()
    }
}

/// A folder with these files; what ends in a slash is a folder.
fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        put(root.path(), name.as_bytes(), bytes);
    }
    root
}

fn put(root: &Path, name: &[u8], bytes: &[u8]) -> PathBuf {
    let path = root.join(OsStr::from_bytes(name));
    if name.ends_with(b"/") {
        fs::create_dir_all(&path).unwrap();
    } else {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    path
}

fn source(root: &Path, change: impl FnOnce(&mut FolderOptions)) -> FolderSource {
    let mut options = FolderOptions::new(vec![root.to_owned()]);
    change(&mut options);
    FolderSource::new(options).unwrap()
}

fn list(source: &FolderSource) -> Told {
    list_knowing(source, &|_| false)
}

fn list_knowing(source: &FolderSource, known: &dyn Fn(ItemId) -> bool) -> Told {
    let (mut items, mut passed, mut troubles, mut all) =
        (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
    let mut tell = |found| {
        match found {
            Found::Item(item) => {
                let parts = [&item.media].into_iter().chain(&item.motion).chain(&item.about);
                all.extend(parts.map(|media| media.path.path().to_owned()));
                items.push(*item);
            }
            Found::There(_) => {}
            Found::Passed(left) => {
                all.push(left.path.path().to_owned());
                passed.insert(left.path.path().to_owned(), left.kind);
            }
            Found::Trouble(trouble) => {
                all.push(trouble.path.path().to_owned());
                troubles.push(trouble.path.path().to_owned());
            }
        }
        ControlFlow::Continue(())
    };
    let listing = source.list_knowing(known, &mut tell).unwrap();
    Told { listing, items, passed, troubles, all }
}

/// A listing of a folder with the defaults.
fn told(root: &Path) -> Told {
    list(&source(root, |_| {}))
}

/// Fails unless every file below a root was told once, and nothing else.
fn assert_told_once(root: &Path, told: &Told) {
    let mut files = BTreeSet::new();
    let mut waiting = vec![root.canonicalize().unwrap()];
    while let Some(folder) = waiting.pop() {
        // A folder that is passed over stands for what is in it.
        if told.passed.contains_key(&folder) {
            files.insert(folder);
            continue;
        }
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                waiting.push(entry.path());
            } else {
                files.insert(entry.path());
            }
        }
    }
    let once: BTreeSet<PathBuf> = told.all.iter().cloned().collect();
    assert_eq!(once.len(), told.all.len(), "something was told twice");
    assert_eq!(once, files);
}

fn facts(source: &FolderSource, told: &Told, name: &str) -> Facts {
    source.facts(told.item(name)).unwrap()
}
