//! Everything that is in an export, in as little memory as can be: some 200 bytes for a photo with its JSON, names
//! included. An export has no index, and its parts have nothing to do with its folders, so all of it has to be known
//! before the first photo can be told.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use super::super::archive::Place;
use super::note::{AlbumNote, Flags, PhotoNote};
use super::volume::Volume;
use crate::deeds::LocalPath;
use crate::import::{MediaKind, Stamp};

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) volumes: Vec<Volume>,
    pub(super) folders: Vec<Folder>,
    pub(super) groups: Vec<Group>,
    pub(super) media: Vec<MediaRow>,
    pub(super) jsons: Vec<JsonRow>,
    pub(super) albums: Vec<AlbumRow>,
    names: Vec<u8>,
    /// Names of JSON files, which are let go once they were told.
    json_names: Vec<u8>,
    texts: String,
    folder_ids: HashMap<(u32, Vec<u8>), u32>,
    group_ids: HashMap<(u32, Vec<u8>), u32>,
}

/// A folder of one part.
#[derive(Debug)]
pub(super) struct Folder {
    /// The part.
    pub(super) volume: u32,
    /// The folder of the export that it is a piece of.
    pub(super) group: u32,
    /// Its path in the part.
    path: Box<[u8]>,
}

/// A folder of an export, in whichever parts it is.
#[derive(Debug)]
pub(super) struct Group {
    /// Which export.
    pub(super) export: u32,
    /// The last two names of its path: those in front of them differ between archives and unpacked folders.
    pub(super) key: Box<[u8]>,
}

/// A photo or video.
#[derive(Debug)]
pub(super) struct MediaRow {
    pub(super) folder: u32,
    pub(super) name: Name,
    pub(super) kind: MediaKind,
    pub(super) modified: i64,
    /// Where its bytes are; of a file on the disk only the size means what it says, the rest is a digest of its times.
    pub(super) place: Place,
}

/// A JSON about a photo.
#[derive(Debug)]
pub(super) struct JsonRow {
    pub(super) folder: u32,
    name: Name,
    /// Changes when its text does.
    pub(super) digest: [u8; 8],
    /// A digest of the address of the photo at Google; zeros for none.
    pub(super) url: [u8; 16],
    pub(super) taken: Option<i64>,
    pub(super) position: Option<(i32, i32)>,
    pub(super) flags: Flags,
    text: (u32, u32),
}

/// A JSON about the album that its folder is.
#[derive(Debug)]
pub(super) struct AlbumRow {
    pub(super) folder: u32,
    pub(super) name: Name,
    pub(super) note: AlbumNote,
}

/// A name in the heap of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name(u32, u16);

impl Catalogue {
    /// The folder of this path in a part of an export.
    pub(super) fn folder(&mut self, volume: u32, path: &[u8]) -> u32 {
        if let Some(known) = self.folder_ids.get(&(volume, path.to_vec())) {
            return *known;
        }
        let export = self.volumes[volume as usize].export;
        // An unpacked folder may be given from any of its folders on: what is above it counts, too.
        let above = self.volumes[volume as usize].above();
        let slash: &[u8] = if above.is_empty() || path.is_empty() { b"" } else { b"/" };
        let whole = [above, slash, path].concat();
        let group = self.group(export, last_two(&whole));
        let id = count(self.folders.len());
        self.folders.push(Folder { volume, group, path: path.into() });
        self.folder_ids.insert((volume, path.to_vec()), id);
        id
    }

    fn group(&mut self, export: u32, key: &[u8]) -> u32 {
        let next = count(self.groups.len());
        let id = *self.group_ids.entry((export, key.to_vec())).or_insert(next);
        if id == next {
            self.groups.push(Group { export, key: key.into() });
        }
        id
    }

    /// Keeps a name.
    pub(super) fn keep(&mut self, name: &[u8]) -> Name {
        keep(&mut self.names, name)
    }

    /// A name, whatever bytes it is.
    pub(super) fn name(&self, name: Name) -> &[u8] {
        text(&self.names, name)
    }

    /// The name of a JSON about a photo.
    pub(super) fn json_name(&self, json: &JsonRow) -> &[u8] {
        text(&self.json_names, json.name)
    }

    /// Lets go of the names of JSON files, which were told.
    pub(super) fn forget_json_names(&mut self) {
        self.json_names = Vec::new();
    }

    /// Keeps a JSON about a photo.
    pub(super) fn add_json(&mut self, folder: u32, name: &[u8], json: &[u8], note: &PhotoNote) {
        let mut url = [0; 16];
        if let Some(address) = &note.url {
            url = Stamp::of([b"url", address.as_bytes()]).0;
        }
        let mut digest = [0; 8];
        digest.copy_from_slice(&Stamp::of([json]).0[..8]);
        let start = self.texts.len();
        self.texts.push_str(&note.title);
        for text in std::iter::once(&note.description).chain(&note.people) {
            self.texts.push('\0');
            self.texts.push_str(text);
        }
        let row = JsonRow {
            folder,
            name: keep(&mut self.json_names, name),
            digest,
            url,
            taken: note.taken,
            position: note.position,
            flags: note.flags,
            text: (count(start), count(self.texts.len() - start)),
        };
        self.jsons.push(row);
    }

    /// Title, description and people of a JSON.
    pub(super) fn texts(&self, json: &JsonRow) -> impl Iterator<Item = &str> {
        let (start, length) = (json.text.0 as usize, json.text.1 as usize);
        self.texts.get(start..start + length).unwrap_or_default().split('\0')
    }

    /// The title that a JSON gives its photo.
    pub(super) fn title(&self, json: &JsonRow) -> &str {
        self.texts(json).next().unwrap_or_default()
    }

    /// The folder of the export that a folder is a piece of.
    pub(super) fn group_of(&self, folder: u32) -> u32 {
        self.folders[folder as usize].group
    }

    /// The part that a folder is in.
    pub(super) fn volume_of(&self, folder: u32) -> u32 {
        self.folders[folder as usize].volume
    }

    /// Where a file is, for people: the archive, and the path in it.
    pub(super) fn path(&self, folder: u32, name: &[u8]) -> LocalPath {
        let folder = &self.folders[folder as usize];
        let inner = if folder.path.is_empty() {
            name.to_vec()
        } else {
            [&folder.path, b"/".as_slice(), name].concat()
        };
        inside(&self.volumes[folder.volume as usize].path, &inner)
    }

    /// How many rows of each kind there are.
    pub(super) fn rows(&self) -> [usize; 3] {
        [self.media.len(), self.jsons.len(), self.albums.len()]
    }

    /// Forgets all rows from there on, and says what they were.
    pub(super) fn take_back(&mut self, [media, jsons, albums]: [usize; 3]) -> Vec<LocalPath> {
        let media = self.media.split_off(media).into_iter().map(|row| (row.folder, row.name));
        let albums = self.albums.split_off(albums).into_iter().map(|row| (row.folder, row.name));
        let rows: Vec<_> = media.chain(albums).collect();
        let jsons = self.jsons.split_off(jsons);
        let jsons = jsons.iter().map(|row| self.path(row.folder, self.json_name(row)));
        rows.into_iter().map(|(folder, name)| self.path(folder, self.name(name))).chain(jsons).collect()
    }

    /// Lets go of what is needed only while an export is read.
    pub(super) fn close(&mut self) {
        self.folder_ids = HashMap::new();
        self.group_ids = HashMap::new();
        self.names.shrink_to_fit();
        self.json_names.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.media.shrink_to_fit();
        self.jsons.shrink_to_fit();
    }
}

fn keep(heap: &mut Vec<u8>, name: &[u8]) -> Name {
    let length = name.len().min(usize::from(u16::MAX));
    let at = count(heap.len());
    heap.extend_from_slice(&name[..length]);
    Name(at, u16::try_from(length).unwrap_or(u16::MAX))
}

fn text(heap: &[u8], name: Name) -> &[u8] {
    let at = name.0 as usize;
    heap.get(at..at + usize::from(name.1)).unwrap_or_default()
}

/// A path in a part. A name that leads out of it is shown as it is, and never opened.
pub(super) fn inside(volume: &std::path::Path, inner: &[u8]) -> LocalPath {
    let mut path = volume.as_os_str().to_owned().into_vec();
    path.push(b'/');
    path.extend_from_slice(inner);
    LocalPath::from(PathBuf::from(OsString::from_vec(path)))
}

/// The last two names of a path.
fn last_two(path: &[u8]) -> &[u8] {
    let mut slashes = path.iter().enumerate().rev().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    slashes.nth(1).map_or(path, |at| &path[at + 1..])
}

/// A count as 32 bits; more than four billion of anything do not fit into memory anyway.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_by_its_last_two_names() {
        assert_eq!(last_two(b"Takeout/Google Photos/Trip"), b"Google Photos/Trip");
        assert_eq!(last_two(b"Google Photos/Trip"), b"Google Photos/Trip");
        assert_eq!(last_two(b"Trip"), b"Trip");
        assert_eq!(last_two(b""), b"");
    }
}
