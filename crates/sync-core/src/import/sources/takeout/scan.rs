//! Goes through one part of an export: photos and what is said of them go into the catalogue, the rest is told at once.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::super::archive::{Kept, Likeness, Member, Place, Visit, Visitor};
use super::super::kinds::{extension_of, kind_of};
use super::catalogue::{AlbumRow, Catalogue, MediaRow, inside};
use super::note::{Note, read};
use super::volume::Store;
use crate::import::{Found, Passed, SkipKind, Stamp, Trouble};

/// Longest JSON that is read. One about a photo has 1 to 2 KiB; comments of shared albums may have more, and are not needed.
const LONGEST_JSON: u64 = 4 << 20;

/// Goes through parts.
pub(super) struct Scanner<'a> {
    pub(super) catalogue: &'a mut Catalogue,
    pub(super) volume: u32,
    pub(super) tell: &'a mut dyn FnMut(Found) -> ControlFlow<()>,
    /// What earlier runs found in archives.
    pub(super) kept: Option<&'a Kept>,
    /// Whether something could not be read that may hold photos.
    pub(super) hides_photos: bool,
}

impl Scanner<'_> {
    /// Goes through the part. Breaks when the listener had enough.
    pub(super) fn scan(&mut self) -> ControlFlow<()> {
        // The part is lent to the visit, and comes back: the visitor needs the rest of the catalogue.
        let number = self.volume as usize;
        let path = self.catalogue.volumes[number].path.clone();
        let store = std::mem::replace(&mut self.catalogue.volumes[number].store, Store::Folder);
        let before = self.catalogue.rows();
        let visit = match (&store, self.kept) {
            (Store::Folder, _) => Ok(self.walk(&path)),
            (Store::Zip(zip), None) => zip.visit(self),
            (Store::Tgz(tgz), None) => tgz.visit(self),
            (Store::Zip(zip), Some(kept)) => kept.visit(&path, zip.likeness(), self, |to| zip.visit(to)),
            (Store::Tgz(tgz), Some(kept)) => kept.visit(&path, tgz.likeness(), self, |to| tgz.visit(to)),
        };
        self.catalogue.volumes[number].store = store;
        match visit {
            Ok(Visit::Complete) => ControlFlow::Continue(()),
            Ok(Visit::Stopped) => ControlFlow::Break(()),
            Ok(Visit::Damaged(problem)) => self.trouble(path, problem),
            Ok(Visit::Doubtful(problem)) => {
                for path in self.catalogue.take_back(before) {
                    let why = Some("nobody can say whether it is whole: its archive is damaged".to_owned());
                    (self.tell)(Found::Passed(Passed { path, kind: SkipKind::Damaged, why }))?;
                }
                self.trouble(path, problem)
            }
            Err(error) => self.trouble(path, error.to_string()),
        }
    }

    fn trouble(&mut self, path: PathBuf, message: String) -> ControlFlow<()> {
        self.hides_photos = true;
        (self.tell)(Found::Trouble(Trouble { path: path.into(), message, hides_photos: true }))
    }

    fn pass(&mut self, path: &[u8], kind: SkipKind, why: Option<&str>) -> ControlFlow<()> {
        let path = inside(&self.catalogue.volumes[self.volume as usize].path, path);
        (self.tell)(Found::Passed(Passed { path, kind, why: why.map(str::to_owned) }))
    }

    fn json(&mut self, path: &[u8], content: Option<&[u8]>) -> ControlFlow<()> {
        let (folder, name) = parts(path);
        let Some(content) = content else {
            return self.pass(
                path,
                SkipKind::NotMedia,
                Some("it is longer than what is said of a photo or an album"),
            );
        };
        match read(content) {
            Some(Note::Photo(note)) => {
                let folder = self.catalogue.folder(self.volume, folder);
                self.catalogue.add_json(folder, name, content, &note);
                ControlFlow::Continue(())
            }
            Some(Note::Album(note)) => {
                let folder = self.catalogue.folder(self.volume, folder);
                let name = self.catalogue.keep(name);
                self.catalogue.albums.push(AlbumRow { folder, name, note });
                ControlFlow::Continue(())
            }
            Some(Note::Other) => self.pass(path, SkipKind::NotMedia, Some(other(name))),
            None => self.pass(path, SkipKind::Damaged, Some("it is no JSON as Google writes it")),
        }
    }

    /// Goes through a folder on the disk, in the order of the names.
    fn walk(&mut self, root: &Path) -> Visit {
        let mut open = vec![root.to_owned()];
        while let Some(folder) = open.pop() {
            let entries = fs::read_dir(&folder).and_then(|entries| {
                entries
                    .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))))
                    .collect::<io::Result<Vec<_>>>()
            });
            let mut entries = match entries {
                Ok(entries) => entries,
                Err(error) if self.trouble(folder, error.to_string()).is_break() => {
                    return Visit::Stopped;
                }
                Err(_) => continue,
            };
            entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            let mut below = Vec::new();
            for (path, kind) in entries {
                let inner = path.strip_prefix(root).unwrap_or(&path).as_os_str().as_bytes().to_vec();
                let is_own_part = self.catalogue.volumes.iter().any(|volume| volume.path == path);
                let told = match () {
                    () if is_own_part && path != root => ControlFlow::Continue(()),
                    () if kind.is_dir() && !is_banned(&inner) => {
                        below.push(path);
                        ControlFlow::Continue(())
                    }
                    () if kind.is_file() => self.file(&path, &inner),
                    () => self.pass(&inner, SkipKind::Banned, None),
                };
                if told.is_break() {
                    return Visit::Stopped;
                }
            }
            open.extend(below.into_iter().rev());
        }
        Visit::Complete
    }

    /// A file on the disk.
    fn file(&mut self, path: &Path, inner: &[u8]) -> ControlFlow<()> {
        let likeness = match fs::symlink_metadata(path) {
            Ok(metadata) => Likeness::of(&metadata),
            Err(error) => return self.spoiled(inner, &error.to_string()),
        };
        let content = if self.wants(inner, likeness.size) { Some(fs::read(path)) } else { None };
        let place = place_of(&likeness);
        let member = Member { path: inner, modified: likeness.modified, place };
        match content.transpose() {
            Ok(content) => self.member(member, content.as_deref()),
            Err(error) => self.spoiled(inner, &error.to_string()),
        }
    }
}

impl Visitor for Scanner<'_> {
    fn wants(&mut self, path: &[u8], size: u64) -> bool {
        is_json(path) && size <= LONGEST_JSON && !is_banned(path)
    }

    fn member(&mut self, member: Member<'_>, content: Option<&[u8]>) -> ControlFlow<()> {
        let path = member.path.strip_prefix(b"./").unwrap_or(member.path);
        let (folder, name) = parts(path);
        if is_banned(path) {
            return self.pass(path, SkipKind::Banned, None);
        }
        if is_json(path) {
            return self.json(path, content);
        }
        let Some(kind) = kind_of(name) else { return self.pass(path, SkipKind::NotMedia, None) };
        if member.place.size == 0 {
            return self.pass(path, SkipKind::Empty, None);
        }
        let folder = self.catalogue.folder(self.volume, folder);
        let name = self.catalogue.keep(name);
        self.catalogue.media.push(MediaRow {
            folder,
            name,
            kind,
            modified: member.modified,
            place: member.place,
        });
        ControlFlow::Continue(())
    }

    fn spoiled(&mut self, path: &[u8], why: &str) -> ControlFlow<()> {
        if kind_of(parts(path).1).is_none() && !is_json(path) {
            return self.pass(path, SkipKind::NotMedia, Some(why));
        }
        self.hides_photos = true;
        let path = inside(&self.catalogue.volumes[self.volume as usize].path, path);
        (self.tell)(Found::Trouble(Trouble { path, message: why.to_owned(), hides_photos: true }))
    }
}

/// What a file on the disk is like, in the room that a place in an archive has.
pub(super) fn place_of(likeness: &Likeness) -> Place {
    let stamp = Stamp::of([&likeness.bytes()[..]]).0;
    let half = |at: usize| stamp[at..at + 8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    Place { at: half(0), packed: half(8), size: likeness.size, sum: 0, deflated: false }
}

/// Folder and name of a path in a part.
fn parts(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&[], path),
    }
}

fn is_json(path: &[u8]) -> bool {
    extension_of(parts(path).1).is_some_and(|extension| extension.eq_ignore_ascii_case(b"json"))
}

/// Whether something in the path is of a system or a NAS: hidden, or one of their folders.
fn is_banned(path: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] =
        [b"@eadir", b"#recycle", b"@recycle", b"__macosx", b"thumbs.db", b"desktop.ini"];
    path.split(|byte| *byte == b'/').any(|name| {
        let is_hidden = name.first() == Some(&b'.') && name != b"." && name != b"..";
        is_hidden || NAMES.iter().any(|banned| name.eq_ignore_ascii_case(banned))
    })
}

/// What a JSON is about that is about neither photo nor album.
fn other(name: &[u8]) -> &'static str {
    match name {
        b"shared_album_comments.json" => "it holds comments on a shared album, for which there is no place",
        b"user-generated-memory-titles.json" => "it holds titles of memories",
        b"print-subscriptions.json" => "it holds orders of prints",
        _ => "it is about neither a photo nor an album",
    }
}
