//! Which photos look alike: what is known of earlier scans, and a search for what is new or changed.
//!
//! The result is that of a search over all photos at once, whatever came when. Nothing is written down where a listing
//! was not complete, or where filters left photos out: those that are missing would count as gone.

use std::num::NonZeroUsize;
use std::sync::Mutex;

use photo_similarity::{Edge, Looks, PhotoId, Search, Which};

use super::Scan;
use super::detail::digest8;
use super::shelf::Shelf;
use crate::error::SyncError;
use crate::event::Event;
use crate::organize::options::{OrganizeOptions, SourceChoice};
use crate::state::{Likeness, SearchChange, SearchId};

/// How many of its nearest neighbours a photo keeps.
pub(super) const NEAREST: usize = 64;

/// Searches that are kept: with other sources, limits or kinds of hash.
pub(super) const SEARCHES: usize = 6;

/// Searching goes up to this share of the bits at least, a quarter, so that other thresholds need no new search.
const LEAST_SHARE: u32 = 4;

/// A search that may remember.
pub(super) struct Comparing<'a, 's> {
    pub(super) scan: &'s Scan<'a>,
    pub(super) shelf: &'s Shelf,
    /// Whether all photos are there, so that others are gone.
    pub(super) remembers: bool,
    pub(super) day: i64,
}

impl Comparing<'_, '_> {
    /// All pairs that look alike; `None` when a stop was asked for.
    pub(super) fn edges(&self) -> Result<Option<Vec<Edge>>, SyncError> {
        if !self.remembers {
            return Ok(self.search(&self.comparable()));
        }
        let search = self.scan.store.search(&name(self.scan.options), self.day)?;
        let mut known = Known::read(self, search)?;
        let Some(found) = self.search(&known.to_search) else { return Ok(None) };
        let edges = self.how().merged(std::mem::take(&mut known.edges), found);
        let change = known.change(self, &edges);
        if !change.is_empty() {
            self.scan.store.change_search(search, &change)?;
        }
        Ok(Some(edges))
    }

    /// Positions of all photos that have looks.
    fn comparable(&self) -> Vec<u32> {
        (0_u32..).zip(&self.shelf.hashes).filter(|(_, hash)| hash.is_some()).map(|(at, _)| at).collect()
    }

    /// Pairs of which at least one is among `new`.
    fn search(&self, new: &[u32]) -> Option<Vec<Edge>> {
        if new.is_empty() {
            return Some(Vec::new());
        }
        // All threads tell how far they are, and whoever is told is told by one at a time.
        let told = Mutex::new(None);
        self.how().pairs(&looks(self.scan.options, self.shelf), Which::New(new), &|done, total| {
            let percent = done.saturating_mul(100).checked_div(total);
            if let Ok(mut told) = told.try_lock()
                && *told != Some(percent)
            {
                *told = Some(percent);
                self.scan.reporter.report(&Event::Comparing { done, total });
            }
            !self.scan.stop.is_raised()
        })
    }

    /// How far is searched, and by how many threads.
    fn how(&self) -> Search {
        let threads = NonZeroUsize::new(self.scan.options.workers).unwrap_or(NonZeroUsize::MIN);
        Search { limit: limit(self.scan.options), threads, nearest: NEAREST }
    }
}

/// What an earlier scan found, as far as it still holds.
struct Known {
    /// Pairs of photos that are as they were.
    edges: Vec<Edge>,
    /// Positions that have to be compared with all: new ones, changed ones, and those whose lists may have been cut and
    /// lost somebody.
    to_search: Vec<u32>,
    /// All pairs that are stored, by positions as far as both photos are there.
    stored: Vec<Likeness>,
    gone: Vec<PhotoId>,
    compared: Vec<(PhotoId, [u8; 8])>,
}

impl Known {
    fn read(comparing: &Comparing<'_, '_>, search: SearchId) -> Result<Self, SyncError> {
        let shelf = comparing.shelf;
        let before = comparing.scan.store.compared(search)?;
        let stored = comparing.scan.store.likenesses(search)?;
        let mut is_known = vec![false; shelf.len()];
        let mut gone = Vec::new();
        for (photo, looks) in &before {
            match shelf.position(*photo) {
                Some(at) if shelf.hashes[at].is_some() && shelf.rest[at].looks == *looks => {
                    is_known[at] = true;
                }
                _ => gone.push(*photo),
            }
        }
        let mut degree = vec![0_u32; shelf.len()];
        let (mut edges, mut orphans) = (Vec::new(), Vec::new());
        for likeness in &stored {
            let place = |photo| shelf.position(photo).filter(|at| is_known[*at]);
            let (one, other) = (place(likeness.one), place(likeness.other));
            for at in [one, other].into_iter().flatten() {
                degree[at] += 1;
            }
            match (one, other) {
                (Some(one), Some(other)) => edges.extend(edge(one, other, likeness.distance)),
                (Some(at), None) | (None, Some(at)) => orphans.push(at),
                (None, None) => {}
            }
        }
        let mut again = vec![false; shelf.len()];
        for at in orphans {
            again[at] |= degree[at] as usize >= NEAREST;
        }
        let is_searched = |at: usize| shelf.hashes[at].is_some() && (!is_known[at] || again[at]);
        let to_search: Vec<u32> =
            (0_u32..).zip(0..shelf.len()).filter(|(_, at)| is_searched(*at)).map(|(at, _)| at).collect();
        let compared = to_search
            .iter()
            .filter(|at| !is_known[**at as usize])
            .map(|at| (shelf.photos[*at as usize].id, shelf.rest[*at as usize].looks))
            .collect();
        // What only changed its looks is compared again, and not gone.
        gone.retain(|photo| shelf.position(*photo).is_none_or(|at| shelf.hashes[at].is_none()));
        Ok(Self { edges, to_search, stored, gone, compared })
    }

    /// What is to be written down so that the state says the same as `edges`.
    fn change(self, comparing: &Comparing<'_, '_>, edges: &[Edge]) -> SearchChange {
        let id = |at: u32| comparing.shelf.photos[at as usize].id;
        let now =
            edges.iter().map(|edge| Likeness { one: id(edge.a), other: id(edge.b), distance: edge.distance });
        let mut now = now.peekable();
        let mut change = SearchChange { compared: self.compared, gone: self.gone, ..SearchChange::default() };
        // Both are sorted by their photos.
        for old in self.stored {
            while let Some(new) = now.next_if(|new| (new.one, new.other) < (old.one, old.other)) {
                change.likenesses.push(new);
            }
            match now.next_if(|new| (new.one, new.other) == (old.one, old.other)) {
                Some(new) if new.distance == old.distance => {}
                Some(new) => change.likenesses.push(new),
                None => change.unlike.push((old.one, old.other)),
            }
        }
        change.likenesses.extend(now);
        change
    }
}

fn edge(one: usize, other: usize, distance: u16) -> Option<Edge> {
    let (a, b) = (u32::try_from(one.min(other)).ok()?, u32::try_from(one.max(other)).ok()?);
    Some(Edge { a, b, distance })
}

/// How far is searched: what is asked for, and at least a quarter of the bits.
fn limit(options: &OrganizeOptions) -> u32 {
    let rules = &options.rules;
    let asked = rules.similar.max(rules.duplicate);
    asked.max(options.look.kind.bits() / LEAST_SHARE)
}

/// Everything that decides which pairs there are, in a name.
fn name(options: &OrganizeOptions) -> String {
    let look = &options.look;
    let size = if look.detail { "preview" } else { "thumbnail" };
    let variants = match (look.rotations, look.trims) {
        (false, false) => "plain",
        (true, false) => "turned",
        (false, true) => "trimmed",
        (true, true) => "turned trimmed",
    };
    format!("{} {size} {variants} {} {NEAREST} {}", look.kind.name(), limit(options), scope(options))
}

/// Which photos there are, as far as options decide.
pub(super) fn scope(options: &OrganizeOptions) -> String {
    let filters = &options.filters;
    let source = match &options.source {
        SourceChoice::Immich => "immich".to_owned(),
        SourceChoice::Local(folders) => format!("local {}", folders_digest(folders)),
        SourceChoice::Both(folders) => format!("immich local {}", folders_digest(folders)),
    };
    let shared = if filters.include_shared { " shared" } else { "" };
    let archived = if filters.archived { "" } else { " unarchived" };
    let loaded = match options.load_hashes.as_slice() {
        [] => String::new(),
        files => format!(" loaded {}", folders_digest(files)),
    };
    format!("{source}{shared}{archived}{loaded}")
}

fn folders_digest(folders: &[std::path::PathBuf]) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut folders: Vec<&[u8]> = folders.iter().map(|folder| folder.as_os_str().as_bytes()).collect();
    folders.sort_unstable();
    format!("{:016x}", digest8("folders", &folders))
}

/// What is compared of all photos, in the forms that were asked for.
fn looks(options: &OrganizeOptions, shelf: &Shelf) -> Looks {
    let mut looks = Looks::new(options.look.forms());
    looks.reserve(shelf.len());
    match &shelf.signatures {
        Some(signatures) => signatures.iter().for_each(|signature| looks.push(signature.as_ref())),
        None => shelf.hashes.iter().for_each(|hash| looks.push_hash(*hash)),
    }
    looks
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use jiff::Timestamp;
    use photo_similarity::{Hash, HashKind, Limits, Photo, Rules};
    use proptest::prelude::*;

    use super::*;
    use crate::event::Reporter;
    use crate::organize::options::{Filters, LookOptions};
    use crate::organize::scan::shelf::{Marks, Rest};
    use crate::organize::scan::spool::Slot;
    use crate::state::SqliteStore;
    use crate::stop::StopFlag;

    struct Nobody;

    impl Reporter for Nobody {
        fn report(&self, _: &Event<'_>) {}
    }

    fn options() -> OrganizeOptions {
        let (kind, limits) = (HashKind::P256, Limits::default());
        OrganizeOptions {
            source: SourceChoice::Local(vec![PathBuf::from("/photos")]),
            rules: Rules { duplicate: 40, similar: 40, bursts: None },
            look: LookOptions { kind, detail: false, rotations: false, trims: false, limits },
            filters: Filters::default(),
            prefer: Vec::new(),
            prefer_places: Vec::new(),
            workers: 1,
            load_hashes: Vec::new(),
            save_hashes: None,
            rehash: false,
        }
    }

    /// Photos of which each is a number and a hash; all hashes are near each other, so that lists are cut.
    fn shelf(photos: &[(u8, u64)]) -> Shelf {
        let mut shelf = Shelf::new(false);
        for (number, looks) in photos {
            let rest = Rest {
                slot: Slot::START,
                bytes: 0,
                family: 0,
                looks: (looks + 1).to_le_bytes(),
                look: [0.0; 3],
                marks: Marks { is_own: true, ..Marks::default() },
            };
            let at = shelf.put(Photo::new(PhotoId([*number; 16])), rest);
            shelf.hashes[at] = Some(Hash([looks & 0x0f0f, 0, 0, 0]));
        }
        shelf.sorted()
    }

    fn edges(store: &SqliteStore, shelf: &Shelf) -> Vec<Edge> {
        let options = options();
        let (stop, reporter) = (StopFlag::new(), Nobody);
        let scan = Scan {
            accounts: &[],
            store,
            options: &options,
            cache: None,
            scratch: Path::new("/"),
            reporter: &reporter,
            stop: &stop,
            now: &|| Timestamp::UNIX_EPOCH,
        };
        Comparing { scan: &scan, shelf, remembers: true, day: 1 }.edges().unwrap().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn photos_that_come_change_and_go_leave_the_pairs_of_a_search_over_all(
            steps in prop::collection::vec(prop::collection::btree_map(0_u8..200, 0_u64..0x1000, 60..180), 1..5),
        ) {
            let store = SqliteStore::in_memory().unwrap();
            for photos in steps {
                let photos: Vec<(u8, u64)> = photos.into_iter().collect();
                let shelf = shelf(&photos);

                let found = edges(&store, &shelf);

                prop_assert_eq!(&found, &edges(&SqliteStore::in_memory().unwrap(), &shelf));
                prop_assert_eq!(&found, &edges(&store, &shelf), "nothing new, nothing lost");
            }
        }
    }
}
