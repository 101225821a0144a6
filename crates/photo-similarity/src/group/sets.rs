//! First stage: copies of one exposure.
//!
//! Two rules stand above looks. No two members of a set may be two exposures, whatever stands between them: a bare copy
//! looks like each of two frames of a burst, and would else make the frames copies of one another. And no two are parts
//! of one shot, or a raw file and a picture.

use super::cluster::{Gathering, clusters};
use super::contents::Contents;
use super::graph::Graph;
use super::ties::Ties;
use super::units::Units;
use crate::photo::Photo;
use crate::relation::Rules;

/// Puts contents into sets of copies.
pub(super) fn of(contents: &Contents<'_>, ties: &Ties, rules: &Rules) -> Units {
    let graph = Graph::new(contents.len(), ties.copies.iter());
    let apart = Graph::new(contents.len(), ties.apart.iter());
    let set_of = vec![0; contents.len()];
    let mut copying = Copying { contents, apart, limit: rules.duplicate, set_of, set: 0, words: Vec::new() };
    Units::of(contents.len(), clusters(&graph, &mut copying))
}

struct Copying<'a> {
    contents: &'a Contents<'a>,
    apart: Graph,
    limit: u32,
    /// The last set that a content joined.
    set_of: Vec<u32>,
    set: u32,
    /// Members that say something about their exposure or shot that none before them said.
    words: Vec<u32>,
}

impl Copying<'_> {
    /// Whether nothing speaks against the two being copies, save their looks.
    fn agree(&self, one: u32, other: u32) -> bool {
        self.contents.may_be_copies(one, other)
            && !self.contents.is_development(one, other)
            && !self.contents.are_parts(one, other)
    }

    fn says_nothing_new(&self, node: u32) -> bool {
        let mut witnesses = self.contents.witnesses(node);
        witnesses.all(|photo| {
            let is_silent = photo.exposure.is_none() && photo.shot.is_none() && !photo.is_raw;
            is_silent
                || self
                    .words
                    .iter()
                    .any(|word| self.contents.witnesses(*word).any(|said| repeats(photo, said)))
        })
    }
}

/// Whether what one says about its exposure and shot is what was said.
fn repeats(photo: &Photo, said: &Photo) -> bool {
    let facts = |photo: &Photo| (photo.exposure, photo.name, photo.size, photo.shot, photo.is_raw);
    facts(photo) == facts(said)
}

impl Gathering for Copying<'_> {
    fn unlinked(&self, one: u32, other: u32) -> Option<u16> {
        let distance = self.contents.distance(one, other)?;
        let is_copy = u32::from(distance) <= self.limit
            && self.agree(one, other)
            && self.apart.between(one, other).is_none();
        is_copy.then_some(distance)
    }

    fn is_near(&self, one: u32, other: u32) -> bool {
        self.contents.distance(one, other).is_some_and(|distance| u32::from(distance) <= self.limit)
    }

    fn is_upright(&self, one: u32, other: u32) -> bool {
        self.is_near(one, other)
    }

    fn admits(&self, node: u32) -> bool {
        let is_member = |node: u32| self.set_of[node as usize] == self.set;
        !self.apart.around(node).iter().any(|neighbour| is_member(neighbour.node))
            && self.words.iter().all(|word| self.agree(*word, node))
    }

    fn joined(&mut self, node: u32, is_first: bool) {
        if is_first {
            self.set += 1;
            self.words.clear();
        }
        self.set_of[node as usize] = self.set;
        if !self.says_nothing_new(node) {
            self.words.push(node);
        }
    }
}
