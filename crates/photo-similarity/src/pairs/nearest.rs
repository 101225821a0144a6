//! The nearest neighbours of each entry, as many as are kept.
//!
//! Neighbours are told apart and ordered by one number: the distance above, the lowest position of the entry below. So
//! what is kept does not depend on the order in which neighbours are found, and finding one twice, in two forms, is
//! finding it in the nearer one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A neighbour: its distance and its lowest position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Neighbour(u64);

impl Neighbour {
    pub(super) fn new(distance: u16, position: u32) -> Self {
        Self(u64::from(distance) << 32 | u64::from(position))
    }

    pub(super) fn distance(self) -> u16 {
        u16::try_from(self.0 >> 32).unwrap_or(u16::MAX)
    }

    pub(super) fn position(self) -> u32 {
        u32::try_from(self.0 & u64::from(u32::MAX)).unwrap_or(u32::MAX)
    }
}

/// A pair as it is found: one entry, its neighbour, and whose neighbour it is in turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) one: u32,
    pub(super) other: u32,
    /// The other, as a neighbour of the one.
    pub(super) ahead: Neighbour,
    /// The one, as a neighbour of the other.
    pub(super) back: Neighbour,
}

/// The nearest neighbours of all entries.
pub(super) struct Nearest {
    keep: usize,
    /// By entry, the worst neighbour that is kept once there are as many as are kept. It only ever falls, so a stale
    /// answer lets through what is sorted out later.
    worst: Vec<AtomicU64>,
    lists: Mutex<Lists>,
}

/// The neighbours of each entry. Most have none, so lists are made when they are needed.
pub(super) struct Lists {
    /// By entry, one more than the place of its list; 0 where it has none.
    slots: Vec<u32>,
    /// Sorted.
    lists: Vec<Vec<Neighbour>>,
}

impl Nearest {
    pub(super) fn of(entries: usize, keep: usize) -> Self {
        let none = if keep == 0 { 0 } else { u64::MAX };
        let worst = std::iter::repeat_with(|| AtomicU64::new(none)).take(entries).collect();
        Self { keep, worst, lists: Mutex::new(Lists { slots: vec![0; entries], lists: Vec::new() }) }
    }

    /// The largest distance at which an entry may still get a neighbour.
    pub(super) fn reach(&self, entry: u32) -> u32 {
        u32::try_from(self.worst[entry as usize].load(Ordering::Relaxed) >> 32).unwrap_or(u32::MAX)
    }

    /// Whether one of the two keeps the other, as far as is known now.
    pub(super) fn wants(&self, found: &Found) -> bool {
        let wants = |entry: u32, neighbour: Neighbour| {
            neighbour.0 < self.worst[entry as usize].load(Ordering::Relaxed)
        };
        wants(found.one, found.ahead) || wants(found.other, found.back)
    }

    /// Takes them in.
    pub(super) fn take(&self, found: &mut Vec<Found>) {
        let mut lists = self.lists();
        for pair in found.drain(..) {
            for (entry, neighbour) in [(pair.one, pair.ahead), (pair.other, pair.back)] {
                if neighbour.0 < self.worst[entry as usize].load(Ordering::Relaxed)
                    && let Some(worst) = lists.insert(entry, neighbour, self.keep)
                {
                    self.worst[entry as usize].store(worst.0, Ordering::Relaxed);
                }
            }
        }
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The neighbours of all.
    pub(super) fn into_lists(self) -> Lists {
        self.lists.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lists {
    /// The neighbours of an entry, nearest first.
    pub(super) fn of(&self, entry: u32) -> &[Neighbour] {
        match self.slots[entry as usize] {
            0 => &[],
            slot => &self.lists[slot as usize - 1],
        }
    }

    /// Answers the worst that is kept, once there are `keep`.
    fn insert(&mut self, entry: u32, neighbour: Neighbour, keep: usize) -> Option<Neighbour> {
        let slot = &mut self.slots[entry as usize];
        if *slot == 0 {
            self.lists.push(Vec::new());
            *slot = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        }
        let list = &mut self.lists[*slot as usize - 1];
        // The same one in another form: the nearer counts.
        let known = list.iter().position(|known| known.position() == neighbour.position());
        match known {
            Some(place) if list[place] <= neighbour => return None,
            Some(place) => {
                list.remove(place);
            }
            None => {}
        }
        list.insert(list.partition_point(|known| *known < neighbour), neighbour);
        list.truncate(keep);
        if list.len() == keep { list.last().copied() } else { None }
    }
}
