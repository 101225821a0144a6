//! How long the replaced bytes of changes are kept, and how many of them.
//!
//! They are dropped oldest first. A change without them can still be taken back tag by tag: its old values stay in the
//! journal for good.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::state::{RunId, RunRecord, Store, WaysBack};

/// What is kept for an exact undo; `None` for without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Of runs that began so long ago or less.
    pub age: Option<Duration>,
    /// In all, in bytes of the state.
    pub bytes: Option<u64>,
}

/// A year, and two gigabytes: what some hundred thousand photos of a camera take, written once.
impl Default for Retention {
    fn default() -> Self {
        Self { age: Some(Duration::from_hours(365 * 24)), bytes: Some(2_000_000_000) }
    }
}

impl Retention {
    /// Drops what is too old or too much, and gives the room back. Done at the end of a run.
    pub fn apply(
        &self,
        store: &dyn Store,
        now: Timestamp,
        reporter: &dyn Reporter,
    ) -> Result<WaysBack, SyncError> {
        let kept = store.ways_back()?;
        if kept.is_empty() {
            return Ok(WaysBack::default());
        }
        let (old, runs) =
            (self.too_old(&store.runs()?, now), kept.iter().map(|(run, kept)| (*run, kept.bytes)));
        let mut dropped = WaysBack::default();
        for run in kept.keys().filter(|run| old.contains(run)) {
            add(&mut dropped, store.drop_ways_back(*run, u64::MAX)?);
        }
        let mut for_room = WaysBack::default();
        for (run, bytes) in self.too_much(&runs.filter(|(run, _)| !old.contains(run)).collect()) {
            add(&mut for_room, store.drop_ways_back(run, bytes)?);
        }
        if for_room.changes > 0 {
            reporter.report(&Event::Warning(&format!(
                "more is kept for undo than --undo-keep-size allows: the replaced bytes of the {} oldest changes were \
                 dropped, and these can be taken back tag by tag only",
                for_room.changes
            )));
        }
        add(&mut dropped, for_room);
        if dropped.changes > 0 {
            store.give_back_room()?;
        }
        Ok(dropped)
    }

    fn too_old(&self, runs: &[RunRecord], now: Timestamp) -> Vec<RunId> {
        let age = self.age.and_then(|age| SignedDuration::try_from(age).ok());
        let Some(first) = age.and_then(|age| now.checked_sub(age).ok()) else { return Vec::new() };
        runs.iter().filter(|run| run.started <= first).map(|run| run.id).collect()
    }

    /// How many bytes have to go of which run.
    fn too_much(&self, runs: &BTreeMap<RunId, u64>) -> Vec<(RunId, u64)> {
        let all = runs.values().fold(0_u64, |all, bytes| all.saturating_add(*bytes));
        let mut excess = self.bytes.map_or(0, |most| all.saturating_sub(most));
        let mut parts = Vec::new();
        for (run, bytes) in runs {
            let part = excess.min(*bytes);
            if part > 0 {
                parts.push((*run, part));
            }
            excess -= part;
        }
        parts
    }
}

fn add(sum: &mut WaysBack, more: WaysBack) {
    sum.changes += more.changes;
    sum.bytes += more.bytes;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: i64, started: i64) -> RunRecord {
        let (command, started) = (String::new(), Timestamp::new(started, 0).unwrap());
        RunRecord { id: RunId(id), command, started, ended: None, summary: None }
    }

    #[test]
    fn runs_that_began_too_long_ago_are_too_old() {
        let runs = [run(1, 100), run(2, 200), run(3, 300)];
        let old = |age| {
            let retention = Retention { age, bytes: None };
            retention.too_old(&runs, Timestamp::new(300, 0).unwrap())
        };

        assert_eq!(old(Some(Duration::from_secs(150))), [RunId(1)]);
        assert_eq!(old(Some(Duration::ZERO)), [RunId(1), RunId(2), RunId(3)]);
        assert_eq!(old(Some(Duration::MAX)), []);
        assert_eq!(old(None), []);
    }

    #[test]
    fn what_is_too_much_goes_from_the_oldest_run_on() {
        let runs = BTreeMap::from([(RunId(1), 10), (RunId(2), 20), (RunId(3), 30)]);
        let excess = |bytes| Retention { age: None, bytes }.too_much(&runs);

        assert_eq!(excess(None), []);
        assert_eq!(excess(Some(60)), []);
        assert_eq!(excess(Some(55)), [(RunId(1), 5)]);
        assert_eq!(excess(Some(45)), [(RunId(1), 10), (RunId(2), 5)]);
        assert_eq!(excess(Some(0)), [(RunId(1), 10), (RunId(2), 20), (RunId(3), 30)]);
    }
}
