//! What is in the folders of the package: each is listed once, and no file is looked at one by one.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::Warning;
use crate::package::Package;

/// The names in one folder.
#[derive(Debug, Default)]
pub(crate) struct FolderListing {
    /// Sorted.
    files: Vec<Box<str>>,
    /// Links among them that lead out of the library, sorted; they are in `files` too.
    leading_out: Vec<Box<str>>,
    /// Whether the folder itself is out of the library.
    is_outside: bool,
}

/// How a search in a folder ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'l> {
    Here(&'l str),
    LeadsOut,
    No,
}

impl FolderListing {
    /// A file of this name.
    pub(crate) fn exact(&self, name: &str) -> Found<'_> {
        if self.is_outside {
            return Found::LeadsOut;
        }
        self.files.binary_search_by(|file| (**file).cmp(name)).map_or(Found::No, |at| self.told(at))
    }

    /// A file of this stem, whatever its extension; the first if there are several.
    pub(crate) fn with_stem(&self, stem: &str) -> Found<'_> {
        if self.is_outside {
            return Found::LeadsOut;
        }
        let at = self.files.partition_point(|file| (**file) < *stem);
        // Names that only begin like it, such as `x_1_2` for `x_1`, can stand before `x_1.jpg`.
        let mut candidates =
            self.files.iter().enumerate().skip(at).take_while(|(_, file)| file.starts_with(stem));
        let fits = |file: &str| file[stem.len()..].strip_prefix('.').is_some_and(|rest| !rest.contains('.'));
        candidates.find(|(_, file)| fits(file)).map_or(Found::No, |(at, _)| self.told(at))
    }

    fn told(&self, at: usize) -> Found<'_> {
        let file = &self.files[at];
        if self.leading_out.binary_search(file).is_ok() { Found::LeadsOut } else { Found::Here(file) }
    }
}

/// The folders that were listed so far.
#[derive(Debug)]
pub(crate) struct Listings {
    package: Package,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    folders: HashMap<String, Arc<FolderListing>>,
    warnings: Vec<Warning>,
}

impl Listings {
    pub(crate) fn new(package: Package) -> Self {
        Self { package, known: Mutex::default() }
    }

    pub(crate) fn package(&self) -> &Package {
        &self.package
    }

    /// What is in a folder of the package. One that is not there is empty.
    pub(crate) fn folder(&self, relative: &str) -> Arc<FolderListing> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = known.folders.get(relative) {
            return Arc::clone(folder);
        }
        let folder = Arc::new(self.list(relative, &mut known.warnings));
        known.folders.insert(relative.to_owned(), Arc::clone(&folder));
        folder
    }

    /// What was wrong with the folders so far.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).warnings.clone()
    }

    fn list(&self, relative: &str, warnings: &mut Vec<Warning>) -> FolderListing {
        let path = self.package.root.join(relative);
        match path.canonicalize() {
            Ok(real) if real.starts_with(&self.package.real_root) => {}
            Ok(_) => {
                warnings.push(Warning::LeadsOut(path));
                return FolderListing { is_outside: true, ..FolderListing::default() };
            }
            Err(_) => return FolderListing::default(),
        }
        self.read(relative, warnings).unwrap_or_else(|error| {
            warnings.push(Warning::FolderUnreadable { path, problem: error.to_string() });
            FolderListing::default()
        })
    }

    fn read(&self, relative: &str, warnings: &mut Vec<Warning>) -> io::Result<FolderListing> {
        let mut listing = FolderListing::default();
        for entry in self.package.root.join(relative).read_dir()? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if kind.is_symlink() {
                let path = entry.path();
                match path.canonicalize() {
                    Ok(real) if !real.starts_with(&self.package.real_root) => {
                        warnings.push(Warning::LeadsOut(path));
                        listing.leading_out.push(name.clone().into_boxed_str());
                    }
                    Ok(real) if real.is_file() => {}
                    // A link to nowhere is no file.
                    _ => continue,
                }
            } else if !kind.is_file() {
                continue;
            }
            listing.files.push(name.into_boxed_str());
        }
        listing.files.sort_unstable();
        listing.leading_out.sort_unstable();
        Ok(listing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(names: &[&str]) -> FolderListing {
        let mut files: Vec<Box<str>> = names.iter().map(|name| Box::from(*name)).collect();
        files.sort_unstable();
        FolderListing { files, ..FolderListing::default() }
    }

    #[test]
    fn a_stem_is_found_among_names_that_begin_like_it() {
        let folder = listing(&[
            "U_1",
            "U_1-2.x",
            "U_10.jpeg",
            "U_1_201_a.heic",
            "U_1.jpeg.tmp",
            "U_1.jpeg",
            "U.plist",
        ]);

        assert_eq!(folder.with_stem("U_1"), Found::Here("U_1.jpeg"));
        assert_eq!(folder.with_stem("U_1_201_a"), Found::Here("U_1_201_a.heic"));
        assert_eq!(folder.with_stem("U_2"), Found::No);
        assert_eq!(folder.exact("U.plist"), Found::Here("U.plist"));
    }
}
