//! Every two entries, compared once: over threads, and so that what is compared stays in the cache.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::Search;
use super::blocks::{Columns, LANES};
use super::distinct::Distinct;
use super::kernel::{Kernel, Rows};
use super::looks::Looks;
use super::nearest::{Found, Nearest, Neighbour};
use crate::hash::Hash;

/// Rows that go together over the columns.
const ROWS: usize = 256;
/// Blocks that stay in the innermost cache while they do: 32 kB.
const TILE: usize = 16;
/// Pairs that a thread collects before it tells the others: waiting for each other is rare, and so is comparing for
/// nothing.
const BATCH: usize = 4096;

/// Compares; answers whether it came to its end.
pub(super) fn sweep(
    search: &Search,
    kernel: Kernel,
    looks: &Looks,
    distinct: &Distinct,
    nearest: &Nearest,
    going: &(dyn Fn(u64, u64) -> bool + Sync),
) -> bool {
    let is_new = |entry: &u32| distinct.is_new(*entry);
    let [new, old]: [Vec<u32>; 2] = [
        distinct.entries().filter(is_new).collect(),
        distinct.entries().filter(|entry| !is_new(entry)).collect(),
    ];
    let all = Columns::of(hashes(looks, distinct, distinct.entries()), distinct.len());
    let fresh = if old.is_empty() {
        Columns::of(std::iter::empty(), 0)
    } else {
        Columns::of(hashes(looks, distinct, new.iter().copied()), new.len())
    };
    let common = Common { search, kernel, looks, distinct, nearest };
    let rounds = [Round { common, rows: &new, columns: &all }, Round { common, rows: &old, columns: &fresh }];
    let work: Vec<(usize, Range<usize>)> = (0..rounds.len())
        .flat_map(|round| chunks(rounds[round].rows.len()).map(move |rows| (round, rows)))
        .collect();
    run(&work, &rounds, search.threads.get(), going)
}

fn chunks(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows).step_by(ROWS).map(move |start| start..(start + ROWS).min(rows))
}

/// The hashes of entries, each as it is and without its border.
fn hashes(
    looks: &Looks,
    distinct: &Distinct,
    entries: impl Iterator<Item = u32>,
) -> impl Iterator<Item = (u32, Hash)> {
    entries.flat_map(move |entry| {
        let position = distinct.first(entry);
        [looks.hash(position), looks.trimmed(position)].into_iter().flatten().map(move |hash| (entry, hash))
    })
}

fn run(
    work: &[(usize, Range<usize>)],
    rounds: &[Round<'_>; 2],
    threads: usize,
    going: &(dyn Fn(u64, u64) -> bool + Sync),
) -> bool {
    let all: u64 = work.iter().map(|(round, rows)| rounds[*round].comparisons(rows)).sum();
    let (next, done, stopped) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicBool::new(!going(0, all)));
    let labour = || {
        let mut desk = Desk::default();
        while !stopped.load(Ordering::Relaxed) {
            let Some((round, rows)) = work.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let round = &rounds[*round];
            round.sweep(rows.clone(), &mut desk);
            let comparisons = round.comparisons(rows);
            let done = done.fetch_add(comparisons, Ordering::Relaxed) + comparisons;
            if !going(done, all) {
                stopped.store(true, Ordering::Relaxed);
            }
        }
        if let Some(round) = rounds.first() {
            round.common.nearest.take(&mut desk.found);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(work.len()) {
            scope.spawn(labour);
        }
        labour();
    });
    !stopped.load(Ordering::Relaxed)
}

#[derive(Clone, Copy)]
struct Common<'a> {
    search: &'a Search,
    kernel: Kernel,
    looks: &'a Looks,
    distinct: &'a Distinct,
    nearest: &'a Nearest,
}

/// Entries, each compared with all columns of entries after it. Two rounds together compare all that is to be compared:
/// the new ones with all, then the old ones with the new ones.
struct Round<'a> {
    common: Common<'a>,
    rows: &'a [u32],
    columns: &'a Columns,
}

/// What a thread has in its hands.
#[derive(Default)]
struct Desk {
    hits: Vec<super::kernel::Hit>,
    found: Vec<Found>,
}

impl Round<'_> {
    /// About how many comparisons these rows are.
    fn comparisons(&self, rows: &Range<usize>) -> u64 {
        let columns =
            self.rows.get(rows.start).map_or(0, |row| self.columns.len() - self.columns.after(*row));
        (rows.len() * columns) as u64
    }

    fn sweep(&self, rows: Range<usize>, desk: &mut Desk) {
        let forms = self.forms(&self.rows[rows]);
        let blocks = self.columns.blocks().len();
        let mut tile = forms.iter().map(|form| form.start).min().unwrap_or(blocks);
        while tile < blocks {
            let end = (tile + TILE).min(blocks);
            let reach = self.reach(tile..end);
            for forms in forms.chunks(Rows::MOST) {
                self.compare(forms, tile..end, reach, desk);
            }
            tile = end;
        }
    }

    /// These rows in all forms in which they are compared.
    fn forms(&self, rows: &[u32]) -> Vec<Form> {
        let Common { looks, distinct, .. } = self.common;
        let mut forms = Vec::with_capacity(rows.len());
        for entry in rows {
            let position = distinct.first(*entry);
            let start = self.columns.after(*entry) / LANES;
            let seen = [looks.hash(position), looks.trimmed(position)].into_iter().flatten();
            let hashes = seen.chain(looks.turned(position).iter().copied());
            forms.extend(hashes.map(|hash| Form { entry: *entry, position, hash, start }));
        }
        forms
    }

    /// The largest distance at which one of the entries in these blocks may still get a neighbour.
    fn reach(&self, blocks: Range<usize>) -> u32 {
        let numbers = blocks.start * LANES..blocks.end * LANES;
        let owners = numbers.map_while(|number| self.columns.owner(number));
        owners.map(|owner| self.common.nearest.reach(owner)).max().unwrap_or(0)
    }

    /// Some forms of entries with some blocks.
    fn compare(&self, forms: &[Form], blocks: Range<usize>, reach: u32, desk: &mut Desk) {
        let Common { search, distinct, nearest, kernel, .. } = self.common;
        let Some(rows) = Rows::of(forms.iter().map(|form| form.hash)) else { return };
        let Some(start) = forms.iter().map(|form| form.start).min().filter(|start| *start < blocks.end)
        else {
            return;
        };
        let start = start.max(blocks.start);
        let own = forms.iter().map(|form| nearest.reach(form.entry)).max().unwrap_or(0);
        let reach = reach.max(own).min(search.limit);
        kernel.scan(&rows, &self.columns.blocks()[start..blocks.end], reach, &mut desk.hits);
        for hit in desk.hits.drain(..) {
            let row = &forms[hit.row as usize];
            let number = start * LANES + hit.number as usize;
            let Some(other) = self.columns.owner(number).filter(|other| *other > row.entry) else { continue };
            let found = Found {
                one: row.entry,
                other,
                ahead: Neighbour::new(hit.distance, distinct.first(other)),
                back: Neighbour::new(hit.distance, row.position),
            };
            if nearest.wants(&found) {
                desk.found.push(found);
            }
        }
        if desk.found.len() >= BATCH {
            nearest.take(&mut desk.found);
        }
    }
}

/// One form of an entry that is compared with columns.
struct Form {
    entry: u32,
    /// Its lowest position.
    position: u32,
    hash: Hash,
    /// The first block that may hold an entry after it.
    start: usize,
}
