//! What an album of a folder is called. Two folders of one name stay two albums, with titles that tell them apart.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::super::text::name_text;
use super::options::{FolderAlbums, FolderOptions};
use super::{bans, below, dir};

/// Last parts of the paths of all folders, and whether there are several of one.
#[derive(Debug, Default)]
pub(super) struct Titles {
    /// By digest, which is enough: two that are taken for one only get longer titles.
    several: HashMap<u64, bool>,
}

impl Titles {
    /// Looks at the names of all folders; opens no file and asks nothing about one.
    pub(super) fn of(options: &FolderOptions, roots: &[PathBuf]) -> Self {
        let mut titles = Self::default();
        if options.albums != FolderAlbums::Folder {
            return titles;
        }
        let mut waiting = roots.to_vec();
        while let Some(folder) = waiting.pop() {
            let known = titles.several.entry(digest(&folder));
            known.and_modify(|several| *several = true).or_insert(false);
            if options.recursive {
                let names = dir::folders(&folder).unwrap_or_default();
                let names = names.into_iter().filter(|name| bans::folder(name).is_none());
                waiting.extend(names.map(|name| below(&folder, &name)));
            }
        }
        titles
    }

    /// The title of a folder below a root.
    pub(super) fn title(&self, options: &FolderOptions, root: &Path, folder: &Path) -> String {
        let last = |path: &Path| name_text(path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes());
        let parts = folder.strip_prefix(root).unwrap_or(folder).iter();
        let parts = parts.map(|part| name_text(part.as_encoded_bytes())).collect::<Vec<_>>();
        let is_one_of_several = self.several.get(&digest(folder)).copied().unwrap_or(false);
        match options.albums {
            FolderAlbums::Folder if is_one_of_several => {
                let all: Vec<String> = std::iter::once(last(root)).chain(parts).collect();
                all.join(&options.joiner)
            }
            FolderAlbums::Path if !parts.is_empty() => parts.join(&options.joiner),
            FolderAlbums::Folder | FolderAlbums::Path | FolderAlbums::None => last(folder),
        }
    }
}

fn digest(folder: &Path) -> u64 {
    let name = name_text(folder.file_name().unwrap_or_default().as_encoded_bytes()).to_lowercase();
    let digest = blake3::hash(name.as_bytes());
    digest.as_bytes().first_chunk().copied().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(albums: FolderAlbums, folders: &[&str]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let mut options = FolderOptions::new(vec![root.path().to_owned()]);
        options.albums = albums;
        let titles = Titles::of(&options, &options.roots);
        let title = |folder: &&str| titles.title(&options, root.path(), &root.path().join(folder));
        let name = root.path().file_name().unwrap().to_string_lossy().into_owned();
        folders.iter().map(title).map(|title| title.replace(&name, "ROOT")).collect()
    }

    #[test]
    fn one_name_in_two_parents_is_two_titles() {
        let folders = ["2019/Xmas", "2020/xmas", "2020/Zoe\u{308}"];

        assert_eq!(
            titles(FolderAlbums::Folder, &folders),
            ["ROOT / 2019 / Xmas", "ROOT / 2020 / xmas", "Zoë"]
        );
        assert_eq!(titles(FolderAlbums::Path, &folders), ["2019 / Xmas", "2020 / xmas", "2020 / Zoë"]);
    }
}
