//! Which JSON belongs to which photo of a folder.
//!
//! Other tools compare every JSON with every photo by one fuzzy rule after the other. Here each photo asks for the few
//! names that its JSON can have, so the work is proportional to the number of photos; and a photo never gets the JSON of
//! another that happens to begin alike. What is left over is looked at for edited versions and for the moving halves of
//! photos, which have no JSON of their own.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::names::{is_called, json_names, numbered_json, numbered_photo, split, unedited};
use crate::import::MediaKind;

/// The moving half of a photo is a few seconds long; a video of more bytes is one of its own.
const LONGEST_MOTION: u64 = 64 << 20;
/// Files of one name in a folder, from several parts of an export, that are told apart.
const NAMESAKES: usize = 32;

/// A photo or video of a folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Photo<'a> {
    pub(super) name: &'a str,
    pub(super) kind: MediaKind,
    pub(super) size: u64,
    /// Which part of the export it is in.
    pub(super) volume: u32,
}

/// A JSON about a photo, in a folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Json<'a> {
    pub(super) name: &'a str,
    pub(super) title: &'a str,
    pub(super) volume: u32,
}

/// What a photo has to do with others of its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Bond {
    /// Nothing says anything about it.
    #[default]
    Alone,
    /// This JSON is about it.
    Own(usize),
    /// It is an edited version of this photo.
    EditedOf(usize),
    /// It is the moving half of this photo.
    MotionOf(usize),
}

/// The bonds of the photos of a folder.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// Of each photo.
    pub(super) bonds: Vec<Bond>,
    /// Of each JSON, whether it is about a photo.
    pub(super) used: Vec<bool>,
    /// How often something was looked for, which is what the time goes into.
    pub(super) lookups: usize,
}

/// Finds out what belongs together in a folder.
pub(super) fn match_folder(photos: &[Photo<'_>], jsons: &[Json<'_>]) -> Matched {
    let names = jsons.iter().map(|json| numbered_json(json.name));
    let mut desk = Desk {
        photos,
        jsons,
        by_name: Directory::of(names.map(|name| key(&name.base, name.number)).zip(0..)),
        by_stem: Directory::default(),
        matched: Matched {
            bonds: vec![Bond::Alone; photos.len()],
            used: vec![false; jsons.len()],
            lookups: 0,
        },
    };
    // Those whose title says so first: two long names may be cut to one.
    desk.take_jsons(true);
    desk.take_jsons(false);
    desk.note_stems();
    desk.find_edited();
    desk.find_motion();
    desk.matched
}

struct Desk<'a> {
    photos: &'a [Photo<'a>],
    jsons: &'a [Json<'a>],
    by_name: Directory,
    /// Photos with a JSON, by stem and number.
    by_stem: Directory,
    matched: Matched,
}

impl Desk<'_> {
    fn take_jsons(&mut self, called_so: bool) {
        for (at, photo) in self.photos.iter().enumerate() {
            if self.matched.bonds[at] == Bond::Alone
                && let Some(json) = self.json_of(photo, called_so)
            {
                self.matched.bonds[at] = Bond::Own(json);
                self.matched.used[json] = true;
            }
        }
    }

    fn json_of(&mut self, photo: &Photo<'_>, called_so: bool) -> Option<usize> {
        let numbered = numbered_photo(photo.name);
        // A number may also have been in the name before Google saw it.
        let literal = (numbered.number > 0).then(|| (photo.name.to_owned(), 0));
        for (base, number) in literal.into_iter().chain([(numbered.base.to_string(), numbered.number)]) {
            for name in json_names(&base, number) {
                if let Some(json) = self.free(&name, number, photo, &base, called_so) {
                    return Some(json);
                }
            }
            // A title without an extension: the photo got one, the JSON did not.
            let stem = split(&base).0;
            if let Some(json) = self.free(stem, number, photo, &base, true)
                && self.jsons[json].title == stem
            {
                return Some(json);
            }
        }
        None
    }

    /// A JSON of this name that is about no photo yet; one in the same part before others.
    fn free(
        &mut self,
        name: &str,
        number: u32,
        photo: &Photo<'_>,
        base: &str,
        called_so: bool,
    ) -> Option<usize> {
        self.matched.lookups += 1;
        let fits = |at: &usize| {
            let json = &self.jsons[*at];
            let own = numbered_json(json.name);
            !self.matched.used[*at]
                && own.number == number
                && own.base == name
                && (!called_so || is_called(base, json.title))
        };
        let mut found = self.by_name.get(key(name, number)).filter(fits);
        let first = found.next()?;
        let is_near = |at: &usize| self.jsons[*at].volume == photo.volume;
        if is_near(&first) { Some(first) } else { found.find(is_near).or(Some(first)) }
    }

    fn note_stems(&mut self) {
        let owners = self.photos.iter().zip(&self.matched.bonds).zip(0..);
        let owners = owners.filter(|((_, bond), _)| matches!(bond, Bond::Own(_)));
        self.by_stem = Directory::of(owners.map(|((photo, _), at)| {
            let (stem, number) = stem_of(photo.name);
            (key(stem, number), at)
        }));
    }

    /// The photo with a JSON that has this stem and number, of a kind that fits.
    fn owner(&mut self, stem: &str, number: u32, fits: impl Fn(MediaKind) -> bool) -> Option<usize> {
        self.matched.lookups += 1;
        let called_so = |at: &usize| stem_of(self.photos[*at].name) == (stem, number);
        self.by_stem.get(key(stem, number)).filter(called_so).find(|at| fits(self.photos[*at].kind))
    }

    fn find_edited(&mut self) {
        for at in 0..self.photos.len() {
            if self.matched.bonds[at] != Bond::Alone {
                continue;
            }
            let photo = self.photos[at];
            let (stem, number) = stem_of(photo.name);
            let is_video = photo.kind == MediaKind::Video;
            if let Some(front) = unedited(stem)
                && let Some(owner) = self.owner(front, number, |kind| (kind == MediaKind::Video) == is_video)
            {
                self.matched.bonds[at] = Bond::EditedOf(owner);
            }
        }
    }

    fn find_motion(&mut self) {
        let mut has_motion = vec![false; self.photos.len()];
        for at in 0..self.photos.len() {
            let photo = self.photos[at];
            let is_candidate = photo.kind == MediaKind::Video && photo.size <= LONGEST_MOTION;
            if self.matched.bonds[at] != Bond::Alone || !is_candidate {
                continue;
            }
            let (stem, number) = stem_of(photo.name);
            // `IMG_1.MP4` of `IMG_1.HEIC`, or `PXL_1.MP` of `PXL_1.MP.jpg`.
            let owner = self
                .owner(stem, number, |kind| kind == MediaKind::Image)
                .or_else(|| self.owner(photo.name, 0, |kind| kind == MediaKind::Image));
            if let Some(owner) = owner.filter(|owner| !has_motion[*owner]) {
                has_motion[owner] = true;
                self.matched.bonds[at] = Bond::MotionOf(owner);
            }
        }
    }
}

/// Numbers by name in 16 bytes each: a table with the names themselves would be most of what a large folder takes.
#[derive(Default)]
struct Directory(Vec<(u64, u32)>);

impl Directory {
    fn of(entries: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut entries: Vec<_> = entries.collect();
        entries.sort_unstable();
        Self(entries)
    }

    /// Numbers whose names have this key, and perhaps others.
    fn get(&self, key: u64) -> impl Iterator<Item = usize> {
        let from = self.0.partition_point(|(other, _)| *other < key);
        self.0[from..]
            .iter()
            .take_while(move |(other, _)| *other == key)
            .take(NAMESAKES)
            .map(|(_, at)| *at as usize)
    }
}

fn key(name: &str, number: u32) -> u64 {
    let mut hasher = DefaultHasher::new();
    (name, number).hash(&mut hasher);
    hasher.finish()
}

/// The stem of a name without its number, and the number.
fn stem_of(name: &str) -> (&str, u32) {
    let stem = split(name).0;
    let numbered = numbered_photo(name);
    let length = split(&numbered.base).0.len();
    if numbered.number == 0 { (stem, 0) } else { (&stem[..length], numbered.number) }
}

#[cfg(test)]
mod tests;
