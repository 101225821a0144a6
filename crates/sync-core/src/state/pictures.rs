//! The looks of pictures and which of them are alike, so that only what is new is fetched, decoded and compared.
//!
//! A row is named by what a picture is (the checksum of an upload, an asset, a file), and holds for as long as its stamp
//! stays the same. Pairs belong to a *search*, which is named by everything that decides which pairs there are: another
//! kind of hash or another limit is another search.

use photo_similarity::PhotoId;

use super::sqlite::{Durability, SqliteStore};
use super::statements::pictures;
use crate::error::SyncError;

/// Names a picture whose looks are remembered: a digest of a checksum, of the id of an asset or of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PictureKey(pub [u8; 16]);

/// Names a search, within one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchId(pub i64);

/// What is remembered of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureRecord {
    /// Which picture.
    pub key: PictureKey,
    /// A digest of what would change with its pixels: another one, and it is looked at again.
    pub stamp: [u8; 16],
    /// The day on which it was used last, in days since 1970.
    pub used: i64,
    /// SHA-1 of its file, where it was computed.
    pub sha1: Option<[u8; 20]>,
    /// Its looks, as [`photo_similarity::Signature::to_bytes`] gives them; `None` where it has none.
    pub signature: Option<Vec<u8>>,
    /// What else was learnt when it was looked at, as JSON.
    pub about: String,
}

/// Two photos that look alike; `one < other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Likeness {
    /// The first of the two.
    pub one: PhotoId,
    /// The second.
    pub other: PhotoId,
    /// Bits in which they differ.
    pub distance: u16,
}

/// What a search learnt since the last time.
#[derive(Debug, Default)]
pub struct SearchChange {
    /// Photos that are compared with all others now, each with a digest of its looks.
    pub compared: Vec<(PhotoId, [u8; 8])>,
    /// Photos that are gone, or look different from what was compared.
    pub gone: Vec<PhotoId>,
    /// Pairs that are new, or at another distance.
    pub likenesses: Vec<Likeness>,
    /// Pairs that are none any more.
    pub unlike: Vec<(PhotoId, PhotoId)>,
}

impl SearchChange {
    /// Whether there is nothing to write down.
    pub fn is_empty(&self) -> bool {
        self.compared.is_empty()
            && self.gone.is_empty()
            && self.likenesses.is_empty()
            && self.unlike.is_empty()
    }
}

/// Remembers looks and pairs.
pub trait PictureStore: Send + Sync {
    /// What is remembered of these pictures, in their order.
    fn pictures(&self, method: &str, keys: &[PictureKey]) -> Result<Vec<Option<PictureRecord>>, SyncError>;

    /// Remembers pictures, all or none; replaces what was known of them.
    fn put_pictures(&self, method: &str, records: &[PictureRecord]) -> Result<(), SyncError>;

    /// Notes that these pictures were used on this day.
    fn use_pictures(&self, method: &str, keys: &[PictureKey], day: i64) -> Result<(), SyncError>;

    /// Forgets pictures that were not used since this day; answers how many.
    fn forget_pictures(&self, before: i64) -> Result<u64, SyncError>;

    /// Forgets these pictures, however they were looked at: they are where they were no more.
    fn forget_these(&self, keys: &[PictureKey]) -> Result<(), SyncError>;

    /// Finds a search by its name, or makes it, and notes that it was used on this day.
    fn search(&self, name: &str, day: i64) -> Result<SearchId, SyncError>;

    /// Forgets all searches but the `keep` that were used last; answers how many.
    fn forget_searches(&self, keep: usize) -> Result<u64, SyncError>;

    /// Which photos a search compared, each with a digest of its looks, sorted.
    fn compared(&self, search: SearchId) -> Result<Vec<(PhotoId, [u8; 8])>, SyncError>;

    /// The pairs that a search found, sorted.
    fn likenesses(&self, search: SearchId) -> Result<Vec<Likeness>, SyncError>;

    /// Notes what a search learnt, all or nothing.
    fn change_search(&self, search: SearchId, change: &SearchChange) -> Result<(), SyncError>;
}

impl PictureStore for SqliteStore {
    fn pictures(&self, method: &str, keys: &[PictureKey]) -> Result<Vec<Option<PictureRecord>>, SyncError> {
        self.read(|connection| pictures::pictures(connection, method, keys))
    }

    fn put_pictures(&self, method: &str, records: &[PictureRecord]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| pictures::put(change, method, records))
    }

    fn use_pictures(&self, method: &str, keys: &[PictureKey], day: i64) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| pictures::used(change, method, keys, day))
    }

    fn forget_pictures(&self, before: i64) -> Result<u64, SyncError> {
        self.write(Durability::Soon, |change| pictures::forget(change, before))
    }

    fn forget_these(&self, keys: &[PictureKey]) -> Result<(), SyncError> {
        self.write(Durability::Soon, |change| pictures::forget_these(change, keys))
    }

    fn search(&self, name: &str, day: i64) -> Result<SearchId, SyncError> {
        self.write(Durability::Soon, |change| pictures::search(change, name, day))
    }

    fn forget_searches(&self, keep: usize) -> Result<u64, SyncError> {
        self.write(Durability::Soon, |change| pictures::forget_searches(change, keep))
    }

    fn compared(&self, search: SearchId) -> Result<Vec<(PhotoId, [u8; 8])>, SyncError> {
        self.read(|connection| pictures::compared(connection, search))
    }

    fn likenesses(&self, search: SearchId) -> Result<Vec<Likeness>, SyncError> {
        self.read(|connection| pictures::likenesses(connection, search))
    }

    fn change_search(&self, search: SearchId, change: &SearchChange) -> Result<(), SyncError> {
        self.write(Durability::Soon, |transaction| pictures::change(transaction, search, change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> PictureKey {
        PictureKey([number; 16])
    }

    fn record(number: u8) -> PictureRecord {
        PictureRecord {
            key: key(number),
            stamp: [7; 16],
            used: 100,
            sha1: number.is_multiple_of(2).then_some([number; 20]),
            signature: number.is_multiple_of(3).then(|| vec![number; 9]),
            about: format!("{{\"n\":{number}}}"),
        }
    }

    fn photo(number: u8) -> PhotoId {
        PhotoId([number; 16])
    }

    fn likeness(one: u8, other: u8, distance: u16) -> Likeness {
        Likeness { one: photo(one), other: photo(other), distance }
    }

    #[test]
    fn pictures_come_back_in_the_order_in_which_they_were_asked_for() {
        let store = SqliteStore::in_memory().unwrap();
        store.put_pictures("m", &[record(1), record(2), record(3)]).unwrap();

        let found = store.pictures("m", &[key(3), key(9), key(1)]).unwrap();

        assert_eq!(found, [Some(record(3)), None, Some(record(1))]);
        assert_eq!(store.pictures("other", &[key(1)]).unwrap(), [None]);
    }

    #[test]
    fn pictures_that_nobody_used_for_long_are_forgotten() {
        let store = SqliteStore::in_memory().unwrap();
        store.put_pictures("m", &[record(1), record(2)]).unwrap();
        store.use_pictures("m", &[key(2)], 200).unwrap();

        assert_eq!(store.forget_pictures(150).unwrap(), 1);

        assert_eq!(store.pictures("m", &[key(1), key(2)]).unwrap()[0], None);
        assert_eq!(store.pictures("m", &[key(2)]).unwrap()[0].as_ref().unwrap().used, 200);
    }

    #[test]
    fn a_search_keeps_its_pairs_and_only_what_changed_is_told() {
        let store = SqliteStore::in_memory().unwrap();
        let search = store.search("a", 1).unwrap();
        let first = SearchChange {
            compared: vec![(photo(2), [2; 8]), (photo(1), [1; 8]), (photo(3), [3; 8])],
            likenesses: vec![likeness(1, 2, 9), likeness(2, 3, 4)],
            ..SearchChange::default()
        };
        store.change_search(search, &first).unwrap();

        let second = SearchChange {
            compared: vec![(photo(1), [8; 8])],
            gone: vec![photo(3)],
            likenesses: vec![likeness(1, 2, 5)],
            unlike: vec![(photo(2), photo(3))],
        };
        store.change_search(search, &second).unwrap();

        assert_eq!(store.search("a", 2).unwrap(), search);
        assert_eq!(store.compared(search).unwrap(), [(photo(1), [8; 8]), (photo(2), [2; 8])]);
        assert_eq!(store.likenesses(search).unwrap(), [likeness(1, 2, 5)]);
    }

    #[test]
    fn old_searches_go_with_all_that_they_found() {
        let store = SqliteStore::in_memory().unwrap();
        let searches: Vec<SearchId> =
            (0..3).map(|day| store.search(&format!("{day}"), day).unwrap()).collect();
        for search in &searches {
            let compared = vec![(photo(1), [1; 8])];
            let likenesses = vec![likeness(1, 2, 3)];
            let change = SearchChange { compared, likenesses, ..SearchChange::default() };
            store.change_search(*search, &change).unwrap();
        }

        assert_eq!(store.forget_searches(2).unwrap(), 1);

        assert!(store.compared(searches[0]).unwrap().is_empty());
        assert_eq!(store.likenesses(searches[2]).unwrap().len(), 1);
        assert_eq!(store.check().unwrap(), Vec::<String>::new());
    }
}
