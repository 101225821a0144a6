//! Which contents are tied to which, and how.

use super::contents::Contents;
use super::graph::{Graph, Link, Neighbour, shortest};
use crate::kinship::Kinship;
use crate::pairs::Edge;
use crate::relation::Rules;

/// By how many bits the exposure that a bare copy comes from has to be nearer than any other. Re-encoding moves p256 by 8
/// bits in 99 of 100 photos.
const MARGIN: u16 = 8;

/// Links between contents, each sorted.
pub(super) struct Ties {
    /// Within the limit of duplicates, and nothing speaks against one exposure.
    pub(super) copies: Vec<Link>,
    /// Within that limit, and yet two exposures, or maybe two, or a raw file and a picture.
    pub(super) apart: Vec<Link>,
    /// Beyond that limit.
    pub(super) loose: Vec<Link>,
}

impl Ties {
    pub(super) fn of(contents: &Contents<'_>, photos: usize, edges: &[Edge], rules: &Rules) -> Self {
        let is_known = |edge: &&Edge| (edge.a.max(edge.b) as usize) < photos;
        let links = edges.iter().filter(is_known);
        let links = links
            .filter_map(|edge| Link::between(contents.of(edge.a), contents.of(edge.b), edge.distance))
            .collect();
        let (mut copies, mut apart, mut loose) = (Vec::new(), Vec::new(), Vec::new());
        for link in shortest(links) {
            if contents.are_parts(link.one, link.other) {
            } else if u32::from(link.distance) > rules.duplicate {
                loose.push(link);
            } else if contents.may_be_copies(link.one, link.other)
                && !contents.is_development(link.one, link.other)
            {
                copies.push(link);
            } else {
                apart.push(link);
            }
        }
        let doubts = doubts(contents, &copies);
        let is_doubted = |link: &Link| doubts.binary_search(&(link.one, link.other)).is_ok();
        apart.extend(copies.extract_if(.., |link| is_doubted(link)));
        apart.sort_unstable();
        Self { copies, apart, loose }
    }

    /// All within the looser limit.
    pub(super) fn all(&self, limit: u32) -> impl Iterator<Item = &Link> + Clone {
        let loose = self.loose.iter().filter(move |link| u32::from(link.distance) <= limit);
        self.copies.iter().chain(&self.apart).chain(loose)
    }
}

/// Pairs of which one may come from the other, and as well from another exposure that looks like it: a bare copy of one
/// of two frames of a burst. Taken for a copy of the wrong one, it might be kept in its place.
fn doubts(contents: &Contents<'_>, copies: &[Link]) -> Vec<(u32, u32)> {
    let graph = Graph::new(contents.len(), copies.iter());
    let mut doubts = Vec::new();
    for copy in (0_u32..).take(contents.len()).filter(|copy| graph.around(*copy).len() > 1) {
        let doubted = origins_in_doubt(contents, copy, graph.around(copy));
        doubts.extend(doubted.map(|origin| (copy.min(origin), copy.max(origin))));
    }
    doubts.sort_unstable();
    doubts.dedup();
    doubts
}

/// The neighbours of a copy of which it is not known to be a copy.
fn origins_in_doubt<'a>(
    contents: &'a Contents<'_>,
    copy: u32,
    around: &'a [Neighbour],
) -> impl Iterator<Item = u32> + use<'a> {
    let has_exposure = |neighbour: &&Neighbour| contents.has_exposure(neighbour.node);
    let origins = || around.iter().filter(has_exposure);
    let is_sure =
        move |node: u32| matches!(contents.kinship(copy, node), Kinship::SamePixels | Kinship::Same);
    let place = |neighbour: &&Neighbour| (!is_sure(neighbour.node), neighbour.distance, neighbour.node);
    let nearest = origins().min_by_key(place).copied();
    let is_rival =
        move |node: u32| nearest.is_some_and(|nearest| !contents.may_be_copies(nearest.node, node));
    let rival = origins().filter(|origin| is_rival(origin.node)).map(|rival| rival.distance).min();
    let doubts_all = nearest.zip(rival).is_some_and(|(nearest, rival)| rival < nearest.distance + MARGIN);
    let doubted = move |node: u32| !is_sure(node) && (doubts_all || is_rival(node));
    let origins =
        around.iter().filter(move |neighbour| rival.is_some() && contents.has_exposure(neighbour.node));
    origins.map(|origin| origin.node).filter(move |node| doubted(*node))
}
