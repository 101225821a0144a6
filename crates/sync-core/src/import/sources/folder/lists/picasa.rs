//! Picasa's file of a folder: stars, captions, what is hidden, and albums, which may go through many folders.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::keys;
use super::Lists;
use crate::import::{AlbumKey, SourceAlbum};

/// Reads the file of a folder.
pub(super) fn read(folder: &Path, text: &str, lists: &mut Lists) {
    let sections = sections(text);
    for (name, values) in &sections {
        let Some(key) = album_key(folder, name) else { continue };
        let value = |key: &str| values.get(key).map(|text| (*text).to_owned());
        if let Some(title) = value("name").filter(|title| !title.is_empty()) {
            let description = value("description").unwrap_or_default();
            lists.albums.push(SourceAlbum { key, title, description });
        }
    }
    let of_folder = lists.albums.iter().find(|album| album.key == keys::picasa_folder(folder)).cloned();
    for (name, values) in &sections {
        if album_key(folder, name).is_some() || name.eq_ignore_ascii_case("encoding") || name.starts_with('.')
        {
            continue;
        }
        let says = |key: &str| values.get(key).is_some_and(|text| text.eq_ignore_ascii_case("yes"));
        let tokens = values.get("albums").copied().unwrap_or_default();
        let known: Vec<AlbumKey> = tokens
            .split(',')
            .map(|token| keys::picasa_album(token.trim()))
            .filter(|key| lists.albums.iter().any(|album| album.key == *key))
            .collect();
        let Some(row) = lists.row_mut(name) else { continue };
        row.is_hidden |= says("hidden");
        if says("star") {
            row.facts.is_favourite = Some(true);
        }
        if let Some(caption) = values.get("caption").filter(|caption| !caption.is_empty()) {
            row.facts.description = Some((*caption).to_owned());
        }
        row.facts.albums.extend(known);
        row.facts.albums.extend(of_folder.iter().map(|album| album.key.clone()));
    }
}

/// Which album a section is about: the folder, or one with a token.
fn album_key(folder: &Path, section: &str) -> Option<AlbumKey> {
    if section.eq_ignore_ascii_case("picasa") {
        return Some(keys::picasa_folder(folder));
    }
    section.strip_prefix(".album:").map(keys::picasa_album)
}

/// Sections with their values; the names of keys in small letters.
fn sections(text: &str) -> BTreeMap<&str, BTreeMap<String, &str>> {
    let mut sections: BTreeMap<&str, BTreeMap<String, &str>> = BTreeMap::new();
    let mut current = None;
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.entry(name).or_default();
            current = Some(name);
        } else if let (Some(section), Some((key, value))) = (current, line.split_once('=')) {
            sections.entry(section).or_default().insert(key.trim().to_lowercase(), value.trim());
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_captions_and_albums_are_read() {
        let text = "\u{feff}[Picasa]\nname=Summer\ndescription=At sea\n[.album:abc]\nname=Best\ntoken=abc\n\
            [a [1].jpg]\nstar=yes\ncaption=Zoë, 2\nalbums=abc,gone\n[b.jpg]\nhidden=yes\n[encoding]\nutf8=1\n";
        let mut lists = Lists::default();

        read(Path::new("/x/2020"), text, &mut lists);

        let one = lists.row(b"A [1].JPG").unwrap();
        assert_eq!(one.facts.is_favourite, Some(true));
        assert_eq!(one.facts.description.as_deref(), Some("Zoë, 2"));
        let titles: Vec<&str> = one
            .facts
            .albums
            .iter()
            .filter_map(|key| lists.albums.iter().find(|album| album.key == *key))
            .map(|album| album.title.as_str())
            .collect();
        assert_eq!((one.facts.albums.len(), titles.len()), (2, 2));
        assert!(titles.contains(&"Best") && titles.contains(&"Summer"));
        assert!(lists.row(b"b.jpg").unwrap().is_hidden && lists.row(b"encoding").is_none());
    }
}
