//! What lies beside a photo: sidecars, which go where it goes, and other parts of the same shot, which keep it where it is
//! unless the photo that is kept has them too.
//!
//! A raw file and its JPEG, or the two halves of a live photo, are two files that belong together by their names. One half
//! alone is worth less than both, so a copy goes only when nothing of a whole shot goes that is not also beside its keeper.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{File, read_dir};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::local_trash::is_in_a_storage;
use crate::organize::sources::may_be_photo;

/// Folders of which the names are kept at a time.
const FOLDERS: usize = 4;

/// Bytes that are compared at a time.
const PIECE: usize = 256 << 10;

/// Names in a folder by their stems in small letters.
type Names = HashMap<Vec<u8>, Vec<OsString>>;

/// What lies beside photos, folder by folder.
#[derive(Default)]
pub(super) struct Beside {
    folders: Vec<(PathBuf, Names)>,
    storages: HashMap<PathBuf, bool>,
}

/// What lies beside one photo.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Company {
    /// What other programs noted about this very file.
    pub(super) sidecars: Vec<PathBuf>,
    /// Other photos and videos with its name.
    pub(super) parts: Vec<PathBuf>,
}

impl Beside {
    /// What lies beside a photo now.
    pub(super) fn of(&mut self, photo: &Path) -> io::Result<Company> {
        let (Some(folder), Some(own)) = (photo.parent(), photo.file_name()) else {
            return Ok(Company::default());
        };
        let mut same_stem = self.named(folder, photo.file_stem().unwrap_or(own))?;
        let of_name = self.named(folder, own)?;
        same_stem.retain(|name| name != own);
        let is_there =
            |name: &OsString| folder.join(name).symlink_metadata().is_ok_and(|about| about.is_file());
        let at = |names: Vec<OsString>| names.into_iter().map(|name| folder.join(name)).collect::<Vec<_>>();
        let (parts, notes): (Vec<_>, Vec<_>) =
            same_stem.into_iter().filter(is_there).partition(|name| may_be_photo(name));
        // `IMG.xmp` beside `IMG.jpg` and `IMG.cr2` belongs to one of them, and nobody knows to which.
        let of_stem = notes.into_iter().filter(|name| parts.is_empty() && is_sidecar(name));
        let of_name = of_name.into_iter().filter(|name| is_there(name) && is_sidecar(name));
        let mut sidecars: Vec<OsString> = of_name.chain(of_stem).collect();
        sidecars.sort_unstable();
        sidecars.dedup();
        Ok(Company { sidecars: at(sidecars), parts: at(parts) })
    }

    /// Names in a folder with this stem, whatever the case.
    fn named(&mut self, folder: &Path, stem: &OsStr) -> io::Result<Vec<OsString>> {
        if !self.folders.iter().any(|(known, _)| known == folder) {
            let mut names = Names::new();
            for entry in read_dir(folder)? {
                let name = entry?.file_name();
                names.entry(stem_of(&name)).or_default().push(name);
            }
            if self.folders.len() == FOLDERS {
                self.folders.remove(0);
            }
            self.folders.push((folder.to_owned(), names));
        }
        let names = self.folders.iter().find(|(known, _)| known == folder).map(|(_, names)| names);
        Ok(names
            .and_then(|names| names.get(&stem.as_bytes().to_ascii_lowercase()))
            .cloned()
            .unwrap_or_default())
    }

    /// Whether a folder belongs to the storage of an Immich server, which marks it; what lies there are its originals.
    pub(super) fn is_in_a_storage(&mut self, folder: &Path) -> bool {
        if let Some(known) = self.storages.get(folder) {
            return *known;
        }
        let is_one = is_in_a_storage(folder);
        self.storages.insert(folder.to_owned(), is_one);
        is_one
    }
}

fn stem_of(name: &OsStr) -> Vec<u8> {
    Path::new(name).file_stem().unwrap_or(name).as_bytes().to_ascii_lowercase()
}

fn is_sidecar(name: &OsStr) -> bool {
    let ending = Path::new(name).extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("xmp") || ending.eq_ignore_ascii_case("aae")
}

/// The first part of a copy that its keeper has not; `None` when it has all of them, to the byte.
pub(super) fn missing_part<'c>(copy: &'c Company, keeper: &Company) -> io::Result<Option<&'c Path>> {
    for part in &copy.parts {
        let mut is_there = false;
        for other in keeper.parts.iter().filter(|other| has_ending_of(part, other)) {
            is_there |= are_equal(part, other)?;
        }
        if !is_there {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

fn has_ending_of(one: &Path, other: &Path) -> bool {
    let ending = |path: &Path| path.extension().unwrap_or_default().to_ascii_lowercase();
    ending(one) == ending(other)
}

fn are_equal(one: &Path, other: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (mut one, mut other) = (crate::deeds::files::open(one)?, crate::deeds::files::open(other)?);
    let (about, about_other) = (one.metadata()?, other.metadata()?);
    // Two names of one file are no two files.
    if about.len() != about_other.len()
        || (about.dev(), about.ino()) == (about_other.dev(), about_other.ino())
    {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; PIECE], vec![0; PIECE]);
    loop {
        let (read, read_other) = (fill(&mut one, &mut left)?, fill(&mut other, &mut right)?);
        if left[..read] != right[..read_other] {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

fn fill(file: &mut File, piece: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < piece.len() {
        match file.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(folder.path().join(name), name).unwrap();
        }
        folder
    }

    fn company(folder: &Path, name: &str) -> (Vec<String>, Vec<String>) {
        let Company { sidecars, parts } = Beside::default().of(&folder.join(name)).unwrap();
        let names = |paths: Vec<PathBuf>| {
            let mut names: Vec<String> =
                paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        (names(sidecars), names(parts))
    }

    #[test]
    fn a_sidecar_belongs_to_the_photo_whose_name_it_bears() {
        let here = folder(&["a.jpg", "a.jpg.xmp", "A.XMP", "a.aae", "a.txt", "b.jpg", "b.jpg.xmp"]);

        assert_eq!(
            company(here.path(), "a.jpg"),
            (vec!["A.XMP".into(), "a.aae".into(), "a.jpg.xmp".into()], vec![])
        );
    }

    #[test]
    fn a_sidecar_of_two_photos_belongs_to_nobody() {
        let here = folder(&["a.jpg", "a.CR2", "a.xmp", "a.jpg.xmp", "A.mov"]);

        let (sidecars, parts) = company(here.path(), "a.jpg");

        assert_eq!(sidecars, ["a.jpg.xmp"]);
        assert_eq!(parts, ["A.mov", "a.CR2"]);
    }

    #[test]
    fn a_part_is_missing_unless_the_same_bytes_are_beside_the_keeper() {
        let (copy, keeper) = (folder(&["a.jpg", "a.mov"]), folder(&["b.jpg", "b.mov"]));
        let companies = || {
            let mut beside = Beside::default();
            let copy = beside.of(&copy.path().join("a.jpg")).unwrap();
            (copy, beside.of(&keeper.path().join("b.jpg")).unwrap())
        };
        let (one, other) = companies();
        assert!(missing_part(&one, &other).unwrap().is_some(), "another content");

        fs::write(keeper.path().join("b.mov"), "a.mov").unwrap();
        let (one, other) = companies();
        assert_eq!(missing_part(&one, &other).unwrap(), None);

        fs::remove_file(keeper.path().join("b.mov")).unwrap();
        fs::hard_link(copy.path().join("a.mov"), keeper.path().join("b.mov")).unwrap();
        assert!(missing_part(&one, &other).unwrap().is_some(), "the same file");
    }
}
