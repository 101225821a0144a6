//! The photos of one folder, with their companions, as items.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::super::kinds::upload_name;
use super::super::live;
use super::super::text::name_text;
use super::assemble::{Names, Role};
use super::dir::Entry;
use super::facts::{Companion, companion, open, sidecar};
use super::filter::is_pixel_motion;
use super::lists::Lists;
use super::options::FolderAlbums;
use super::relations::Kindred;
use super::walk::Walk;
use super::{KIND, below};
use crate::import::{Found, Item, ItemId, Locator, Media, MediaKind, Relation, SkipKind, Stamp};

/// Why a photo is left out.
type Out = Option<(SkipKind, String)>;

/// A folder whose files are told.
struct Telling<'a> {
    folder: &'a Path,
    names: Names<'a>,
    lists: &'a Lists,
    kindred: Kindred,
    /// What it says of all its photos, as far as options have it.
    context: Vec<u8>,
    /// The moving half of a picture.
    motions: HashMap<usize, usize>,
    /// Sidecars of a photo.
    about: HashMap<usize, Vec<usize>>,
}

impl Walk<'_> {
    /// Tells all files of a folder.
    pub(super) fn items(
        &mut self,
        root: &Path,
        folder: &Path,
        names: Names<'_>,
        mut out: Vec<Out>,
        lists: &Lists,
    ) -> ControlFlow<()> {
        let belongings = names.belongings();
        let motions = self.motions(folder, names.files, &belongings.pairs, &mut out);
        let moving: HashSet<usize> = motions.values().copied().collect();
        let mut about: HashMap<usize, Vec<usize>> = HashMap::new();
        for (sidecar, photo) in belongings.sidecars {
            about.entry(photo).or_default().push(sidecar);
        }
        for (at, why) in belongings.orphans {
            self.passed(below(folder, &names.files[at].name), SkipKind::Orphan, Some(why.to_owned()))?;
        }
        let mut kindred = Kindred::default();
        for (file, role) in names.files.iter().zip(names.roles) {
            if matches!(role, Role::Media(_)) {
                kindred.note(&file.name);
            }
        }
        let context = self.context(root, folder);
        let mut telling = Telling { folder, names, lists, kindred, context, motions, about };
        for (at, out) in out.into_iter().enumerate() {
            match &telling.names.roles[at] {
                Role::Left(kind, why) => {
                    self.passed(below(folder, &telling.names.files[at].name), *kind, why.clone())?;
                }
                Role::Media(_) if moving.contains(&at) => {
                    let beside = telling.about.remove(&at).unwrap_or_default();
                    let why = "of the moving half of a photo, which the server shows no data of";
                    self.left_beside(folder, telling.names.files, &beside, SkipKind::Orphan, why)?;
                }
                Role::Media(kind) => self.photo(&mut telling, at, *kind, out)?,
                Role::Xmp | Role::Json | Role::Told => {}
            }
        }
        ControlFlow::Continue(())
    }

    /// Tells a photo or video.
    fn photo(&mut self, telling: &mut Telling<'_>, at: usize, kind: MediaKind, out: Out) -> ControlFlow<()> {
        let (folder, files) = (telling.folder, telling.names.files);
        let mut beside = telling.about.remove(&at).unwrap_or_default();
        let path = below(folder, &files[at].name);
        if let Some((kind, why)) = out {
            self.left_beside(folder, files, &beside, kind, "its photo is left out")?;
            return self.passed(path, kind, Some(why));
        }
        let id = ItemId::of(KIND, path.as_os_str().as_bytes());
        if !beside.is_empty() && !(self.known)(id) && !self.vet(folder, files, &mut beside)? {
            let kind = SkipKind::TrashedThere;
            self.left_beside(folder, files, &beside, kind, "its photo is in the trash")?;
            if let Some(motion) = telling.motions.get(&at) {
                let why = "the moving half of a photo in the trash".to_owned();
                self.passed(below(folder, &files[*motion].name), kind, Some(why))?;
            }
            return self.passed(path, kind, Some("in the trash, says the JSON beside it".to_owned()));
        }
        self.photos += 1;
        (self.tell)(Found::Item(Box::new(telling.item(id, at, kind, &beside))))
    }

    fn left_beside(
        &mut self,
        folder: &Path,
        files: &[Entry],
        beside: &[usize],
        kind: SkipKind,
        why: &str,
    ) -> ControlFlow<()> {
        beside
            .iter()
            .try_for_each(|at| self.passed(below(folder, &files[*at].name), kind, Some(why.to_owned())))
    }

    /// What the folder says of all its photos, as far as options have it.
    fn context(&self, root: &Path, folder: &Path) -> Vec<u8> {
        let options = &self.source.options;
        let title = match options.albums {
            FolderAlbums::None => String::new(),
            FolderAlbums::Folder | FolderAlbums::Path => self.titles.title(options, root, folder),
        };
        let flags = [
            options.folder_tags,
            options.dates_in_names,
            options.sidecars,
            options.listed_albums,
            options.albums != FolderAlbums::None,
        ];
        [flags.map(u8::from).as_slice(), title.as_bytes()].concat()
    }

    /// Which video is the moving half of which picture: by the identifiers in both, unless the ledger has an answer.
    fn motions(
        &self,
        folder: &Path,
        files: &[Entry],
        pairs: &[(usize, usize)],
        out: &mut [Out],
    ) -> HashMap<usize, usize> {
        let mut motions = HashMap::new();
        let mut taken = Vec::new();
        for (video, picture) in pairs {
            let is_free = !motions.contains_key(picture) && !taken.contains(video) && out[*picture].is_none();
            let (moving, still) = (&files[*video], &files[*picture]);
            if is_free && moving.size > 0 && still.size > 0 && self.is_pair(folder, moving, still) {
                motions.insert(*picture, *video);
                taken.push(*video);
                out[*video] = None;
            }
        }
        motions
    }

    pub(super) fn is_pair(&self, folder: &Path, video: &Entry, picture: &Entry) -> bool {
        if is_pixel_motion(&video.name) {
            return true;
        }
        let (video, picture) = (below(folder, &video.name), below(folder, &picture.name));
        let id = |path: &Path| ItemId::of(KIND, path.as_os_str().as_bytes());
        if (self.known)(id(&picture).of_motion()) {
            return true;
        }
        if (self.known)(id(&picture)) && (self.known)(id(&video)) {
            return false;
        }
        let files = open(&picture).and_then(|picture| Ok((picture, open(&video)?)));
        files.is_ok_and(|(picture, video)| live::belong_together(&picture, &video))
    }

    /// Looks into the sidecars of a new photo. What is not what its name says is told and taken out; `false` when the
    /// photo is in a trash.
    fn vet(&mut self, folder: &Path, files: &[Entry], beside: &mut Vec<usize>) -> ControlFlow<(), bool> {
        let (mut is_wanted, mut sound) = (true, Vec::new());
        for at in beside.drain(..) {
            let path = below(folder, &files[at].name);
            let problem = match sidecar(&path).map(|bytes| companion(&path, bytes)) {
                Ok(Companion::Broken(why)) => why.to_owned(),
                Err(error) => format!("it cannot be read: {error}"),
                Ok(Companion::Json(said)) if said.is_trashed && !self.source.options.trashed => {
                    is_wanted = false;
                    sound.push(at);
                    continue;
                }
                Ok(Companion::Json(_) | Companion::Xmp(_)) => {
                    sound.push(at);
                    continue;
                }
            };
            self.trouble(&path, &format!("{problem}; its photo is imported without it"), false)?;
        }
        *beside = sound;
        ControlFlow::Continue(is_wanted)
    }
}

impl Telling<'_> {
    fn item(&self, id: ItemId, at: usize, kind: MediaKind, beside: &[usize]) -> Item {
        let (folder, files) = (self.folder, self.names.files);
        let name = &files[at].name;
        let relations = match kind {
            MediaKind::Video => Vec::new(),
            _ => {
                let is_photo = |stem: &[u8]| self.names.is_picture(stem);
                let formats = self.names.formats(name);
                self.kindred.relations(folder.as_os_str().as_bytes(), name, &formats, is_photo)
            }
        };
        let motion = self.motions.get(&at).map(|motion| media(folder, &files[*motion], MediaKind::Video));
        let about: Vec<Media> =
            beside.iter().map(|at| media(folder, &files[*at], MediaKind::Sidecar)).collect();
        let media = media(folder, &files[at], kind);
        let row = self.lists.row(name).map(|row| format!("{row:?}")).unwrap_or_default();
        let stamp = stamp(&media, motion.as_ref(), &about, &relations, [&self.context, row.as_bytes()]);
        Item { id, media, motion, about, stamp, relations, stack: None }
    }
}

fn media(folder: &Path, file: &Entry, kind: MediaKind) -> Media {
    let path = below(folder, &file.name);
    Media {
        path: path.clone().into(),
        name: upload_name(&name_text(&file.name)),
        kind,
        size: file.size,
        modified: file.modified,
        stamp: file.stamp,
        locator: Locator::File(path),
    }
}

/// Changes when anything about an item may have changed.
fn stamp(
    media: &Media,
    motion: Option<&Media>,
    about: &[Media],
    relations: &[Relation],
    says: [&[u8]; 2],
) -> Stamp {
    let kin: Vec<u8> = relations.iter().flat_map(|relation| relation.key.0).collect();
    let first = [media].into_iter().chain(motion).map(|media| &media.stamp.0[..]);
    let beside = about.iter().flat_map(|about| [about.name.as_bytes(), &about.stamp.0[..]]);
    let motions = [u8::from(motion.is_some())];
    Stamp::of([&motions[..], &kin].into_iter().chain(says).chain(first).chain(beside))
}
