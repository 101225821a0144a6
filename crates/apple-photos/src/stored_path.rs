//! Paths as the database stores them: never trusted, and of files that stay outside of the library mapped to this machine.

use std::path::{Component, Path, PathBuf};

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Where referenced files are on this machine: what stands below one folder on the Mac stands below another here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathMap {
    /// From a folder of the Mac, such as `/Volumes/Disk`, to the folder here. The longest that fits is taken.
    pub folders: Vec<(PathBuf, PathBuf)>,
}

impl PathMap {
    /// Where this path of the Mac is here.
    pub(crate) fn apply(&self, path: &Path) -> PathBuf {
        let fitting =
            self.folders.iter().filter_map(|(from, to)| Some((from, to, path.strip_prefix(from).ok()?)));
        match fitting.max_by_key(|(from, ..)| from.components().count()) {
            Some((_, to, rest)) => to.join(rest),
            None => path.to_path_buf(),
        }
    }
}

/// A folder inside of the library, such as `A` or `1705/9F9A`. None if it would lead anywhere else.
pub(crate) fn inner_folder(directory: &str) -> Option<&str> {
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    let leads_in = !directory.contains('\0') && Path::new(directory).components().all(is_plain);
    (leads_in && !directory.is_empty()).then_some(directory)
}

/// The name of a file, without any folder. None if it is not one.
pub(crate) fn file_name(name: &str) -> Option<&str> {
    let is_plain = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']);
    is_plain.then_some(name)
}

/// The name up to its last dot.
pub(crate) fn stem(name: &str) -> &str {
    match name.rfind('.') {
        Some(at) if at > 0 => &name[..at],
        _ => name,
    }
}

/// The volume of an absolute path of a Mac, if it is not the boot volume.
pub(crate) fn volume(path: &Path) -> Option<(PathBuf, String)> {
    let name = path.strip_prefix("/Volumes").ok()?.components().next()?.as_os_str();
    Some((Path::new("/Volumes").join(name), name.to_string_lossy().into_owned()))
}

/// Finds a file whose name may be stored in another Unicode form than the one on disk: a copy to another file system
/// changes it. None if it is in none of them.
pub(crate) fn on_disk(path: &Path) -> Option<PathBuf> {
    let is_file = |path: &Path| path.metadata().is_ok_and(|metadata| metadata.is_file());
    if is_file(path) {
        return Some(path.to_path_buf());
    }
    let text = path.to_str().filter(|text| !text.is_ascii())?;
    let composed = PathBuf::from(ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned());
    let decomposed = PathBuf::from(DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned());
    [composed, decomposed].into_iter().find(|form| is_file(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stored_leads_out_of_the_library() {
        for directory in ["", "..", "A/../..", "/etc", "A/../../..", "a\0b"] {
            assert_eq!(inner_folder(directory), None, "{directory:?}");
        }
        assert_eq!(inner_folder("1705/9F9A"), Some("1705/9F9A"));
        for name in ["", ".", "..", "../x.jpg", "a/b", "/etc/passwd", "a\0"] {
            assert_eq!(file_name(name), None, "{name:?}");
        }
        assert_eq!(file_name("..jpg"), Some("..jpg"));
    }

    #[test]
    fn the_longest_mapping_wins() {
        let folders = [("/Volumes", "/mnt"), ("/Volumes/Disk A", "/data"), ("/Volumes/Disk", "/no")];
        let map = PathMap { folders: folders.map(|(from, to)| (from.into(), to.into())).to_vec() };

        assert_eq!(map.apply(Path::new("/Volumes/Disk A/x/1.jpg")), Path::new("/data/x/1.jpg"));
        assert_eq!(map.apply(Path::new("/Volumes/Other/1.jpg")), Path::new("/mnt/Other/1.jpg"));
        assert_eq!(map.apply(Path::new("/Users/a/1.jpg")), Path::new("/Users/a/1.jpg"));
    }

    #[test]
    fn a_volume_is_the_folder_below_volumes() {
        let found = volume(Path::new("/Volumes/MacBook Mojave/Users/a.jpg"));

        assert_eq!(found, Some((PathBuf::from("/Volumes/MacBook Mojave"), "MacBook Mojave".to_owned())));
        assert_eq!(volume(Path::new("/Users/a.jpg")), None);
    }

    #[test]
    fn a_file_is_found_in_the_other_unicode_form() {
        let folder = tempfile::tempdir().unwrap();
        let decomposed = folder.path().join("Fru\u{308}hstu\u{308}ck.jpg");
        std::fs::write(&decomposed, "x").unwrap();

        let found = on_disk(&folder.path().join("Fr\u{fc}hst\u{fc}ck.jpg"));

        assert_eq!(found, Some(decomposed));
        assert_eq!(on_disk(&folder.path().join("Fr\u{fc}hling.jpg")), None);
    }
}
