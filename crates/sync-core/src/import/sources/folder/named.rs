//! Files that were named one by one instead of their folder: they come with their sidecars and moving halves, and with
//! nothing else of the folder.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::super::kinds::extension_of;
use super::dir::{Contents, Entry};
use super::relations::stem;
use super::walk::Walk;

impl Walk<'_> {
    /// Leaves what was named of a folder, and what belongs to it.
    pub(super) fn only(&self, named: &BTreeSet<Box<[u8]>>, folder: &Path, contents: &mut Contents) {
        contents.folders.clear();
        contents.others.clear();
        contents.unreadable.retain(|(name, _)| named.contains(name));
        let all = std::mem::take(&mut contents.files);
        let mut by_stem: HashMap<Vec<u8>, Vec<&Entry>> = HashMap::new();
        for file in all.iter().filter(|file| named.contains(&file.name)) {
            by_stem.entry(stem(&file.name).to_ascii_lowercase()).or_default().push(file);
        }
        let belongs = |file: &Entry| {
            let lower = file.name.to_ascii_lowercase();
            let mut alike = beginnings(&lower).filter_map(|beginning| by_stem.get(beginning)).flatten();
            match extension_of(&lower).unwrap_or_default() {
                b"xmp" | b"json" => alike.next().is_some(),
                b"mov" | b"mp4" | b"mp" | b"mv" => alike.any(|picture| self.is_pair(folder, file, picture)),
                _ => false,
            }
        };
        let stays: Vec<bool> = all.iter().map(|file| named.contains(&file.name) || belongs(file)).collect();
        let files = all.into_iter().zip(stays).filter(|(_, stays)| *stays);
        contents.files = files.map(|(file, _)| file).collect();
    }
}

/// All beginnings of a name that end before a dot, and the name itself.
fn beginnings(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let dots = name.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
    dots.chain([name.len()]).map(|end| &name[..end])
}
