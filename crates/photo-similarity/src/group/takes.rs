//! Second and third stage: sets of copies that are takes of the same, then what looks alike.
//!
//! Bursts come first, because time and looks say more than looks alone. What looks alike is tied through any of its
//! photos: a cropped copy may be within the limit of one copy and just beyond that of another. That is no chain, since a
//! set is no wider than its own limit and groups do not grow beyond the neighbours of one representative.

use super::cluster::{Gathering, clusters};
use super::contents::Contents;
use super::graph::{Graph, Link};
use super::ties::Ties;
use super::units::Units;
use crate::burst::{ALONE, Rows};
use crate::pairs::Edge;
use crate::relation::{Bursts, Rules};

/// More sets than a member can name are not put into one group.
const MOST_SETS: usize = 65_535;

/// Puts sets into bursts.
pub(super) fn bursts(contents: &Contents<'_>, ties: &Ties, sets: &Units, rules: &Bursts) -> Units {
    let rows = Rows::of(contents.all(), rules.within);
    let found = rows.pairs(contents.hashes(), rules.limit);
    let is_take = |link: &Link| {
        let (one, other) = (row(contents, &rows, link.one), row(contents, &rows, link.other));
        (one != ALONE && one == other)
            && u32::from(link.distance) <= rules.limit
            && !contents.may_be_copies(link.one, link.other)
            && !contents.are_parts(link.one, link.other)
    };
    let known = ties.apart.iter().chain(&ties.loose).copied();
    let found = found
        .into_iter()
        .filter_map(|Edge { a, b, distance }| Link::between(contents.of(a), contents.of(b), distance));
    let links = sets.links(known.chain(found).filter(is_take));
    let leader = (0_u32..).take(sets.len()).map(|set| sets.leader(set)).collect();
    let row_of_set = |set| sets.nodes(set).iter().map(|content| row(contents, &rows, *content)).min();
    let rows = (0_u32..).take(sets.len()).map(|set| row_of_set(set).unwrap_or(ALONE)).collect();
    let sizes = vec![1; sets.len()];
    let mut looking =
        Looking { contents, leader, limit: rules.limit, rows: Some(rows), is_open: true, sizes, size: 0 };
    Units::of(sets.len(), clusters(&Graph::new(sets.len(), links.iter()), &mut looking))
}

/// Puts bursts, sets and single photos together that look alike: all of them when similar photos are wanted, else only
/// exposures that one would take for duplicates.
pub(super) fn similar(
    contents: &Contents<'_>,
    ties: &Ties,
    sets: &Units,
    bursts: &Units,
    rules: &Rules,
) -> Units {
    let is_wanted = rules.similar > rules.duplicate;
    let limit = rules.loosest();
    let more =
        ties.copies.iter().chain(&ties.loose).filter(|link| is_wanted && u32::from(link.distance) <= limit);
    let links = sets.links(ties.apart.iter().chain(more).copied());
    let links = bursts.links(links.into_iter());
    let leader = (0_u32..).take(bursts.len()).map(|burst| sets.leader(bursts.leader(burst))).collect();
    let sizes = (0_u32..).take(bursts.len()).map(|burst| bursts.nodes(burst).len()).collect();
    let mut looking = Looking { contents, leader, limit, rows: None, is_open: is_wanted, sizes, size: 0 };
    Units::of(bursts.len(), clusters(&Graph::new(bursts.len(), links.iter()), &mut looking))
}

fn row(contents: &Contents<'_>, rows: &Rows, content: u32) -> u32 {
    let of_photos = contents.photos(content).iter().map(|photo| rows.of_photo[*photo as usize]);
    of_photos.min().unwrap_or(ALONE)
}

/// Looks of sets or bursts, by the contents that stand for them.
struct Looking<'a> {
    contents: &'a Contents<'a>,
    leader: Vec<u32>,
    limit: u32,
    /// Of each node, where only those of one row belong together.
    rows: Option<Vec<u32>>,
    /// Whether looks alone are enough for a link.
    is_open: bool,
    /// How many sets each node holds, and all members together.
    sizes: Vec<usize>,
    size: usize,
}

impl Looking<'_> {
    fn distance(&self, one: u32, other: u32) -> Option<u16> {
        if self.rows.as_ref().is_some_and(|rows| rows[one as usize] != rows[other as usize]) {
            return None;
        }
        let distance = self.contents.distance(self.leader[one as usize], self.leader[other as usize])?;
        (u32::from(distance) <= self.limit).then_some(distance)
    }
}

impl Gathering for Looking<'_> {
    fn unlinked(&self, one: u32, other: u32) -> Option<u16> {
        let (first, second) = (self.leader[one as usize], self.leader[other as usize]);
        let distance = self.distance(one, other).filter(|_| self.is_open)?;
        (!self.contents.are_parts(first, second)).then_some(distance)
    }

    fn is_near(&self, one: u32, other: u32) -> bool {
        self.distance(one, other).is_some()
    }

    fn is_upright(&self, _: u32, _: u32) -> bool {
        true
    }

    fn admits(&self, node: u32) -> bool {
        self.size + self.sizes[node as usize] <= MOST_SETS
    }

    fn joined(&mut self, node: u32, is_first: bool) {
        let before = if is_first { 0 } else { self.size };
        self.size = before + self.sizes[node as usize];
    }
}
