//! What the stages put together, as groups.

use super::contents::Contents;
use super::graph::Graph;
use super::ties::Ties;
use super::units::Units;
use super::{Class, Group, GroupId, Member};
use crate::relation::Rules;

/// How many photos that look like a group are named with it.
const ALSO: usize = 16;

/// All stages, from files to groups.
pub(super) struct Assembly<'a> {
    contents: Contents<'a>,
    /// All pairs that look alike.
    looks: Graph,
    sets: Units,
    bursts: Units,
    similar: Units,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(
        contents: Contents<'a>,
        ties: &Ties,
        sets: Units,
        bursts: Units,
        similar: Units,
        rules: &Rules,
    ) -> Self {
        let mut links: Vec<_> = ties.all(rules.loosest()).copied().collect();
        links.sort_unstable();
        let looks = Graph::new(contents.len(), links.iter());
        Self { contents, looks, sets, bursts, similar }
    }

    /// Units of the last stage are numbered by their first photo, and so are the groups.
    pub(super) fn groups(&self) -> Vec<Group> {
        (0_u32..).take(self.similar.len()).filter_map(|unit| self.group(unit)).collect()
    }

    fn group(&self, unit: u32) -> Option<Group> {
        let bursts = self.similar.nodes(unit);
        let sets: Vec<u32> = bursts.iter().flat_map(|burst| self.bursts.nodes(*burst)).copied().collect();
        let contents: Vec<u32> = sets.iter().flat_map(|set| self.sets.nodes(*set)).copied().collect();
        let class = match (bursts.len(), sets.len(), contents.len()) {
            (1, 1, 1) => Class::Exact,
            (1, 1, _) => Class::Duplicate,
            (1, _, _) => Class::Burst,
            _ => Class::Similar,
        };
        let photos: usize = contents.iter().map(|content| self.contents.photos(*content).len()).sum();
        if photos < 2 {
            return None;
        }
        let leader = self.sets.leader(self.bursts.leader(self.similar.leader(unit)));
        let members = self.members(leader, &sets);
        let id = GroupId::of(members.iter().map(|member| self.contents.all()[member.photo as usize].id));
        Some(Group { id, class, members, also: self.also(unit, &contents) })
    }

    /// The representative first, then by distance and position; what has none last.
    fn members(&self, leader: u32, sets: &[u32]) -> Vec<Member> {
        let first = self.contents.leader(leader);
        let mut members = Vec::new();
        for (set, contents) in sets.iter().map(|set| self.sets.nodes(*set)).enumerate() {
            // The stages put no more sets together than can be named.
            let set = u16::try_from(set).unwrap_or(u16::MAX);
            for content in contents {
                let distance = self.distance(leader, *content);
                for photo in self.contents.photos(*content) {
                    let distance = self.own_distance(first, *photo).or(distance);
                    members.push(Member { photo: *photo, distance, set });
                }
            }
        }
        members.sort_by_key(|member| {
            (member.photo != first, member.distance.is_none(), member.distance, member.photo)
        });
        number_sets(&mut members, sets.len());
        members
    }

    /// Bits between two contents: the least that is known of any of their files.
    fn distance(&self, leader: u32, content: u32) -> Option<u16> {
        if leader == content {
            return None;
        }
        let linked = self.looks.between(leader, content);
        [linked, self.contents.distance(leader, content)].into_iter().flatten().min()
    }

    /// Of photos with the representative's content only.
    fn own_distance(&self, first: u32, photo: u32) -> Option<u16> {
        if photo == first {
            return Some(0);
        }
        let is_twin = self.contents.of(first) == self.contents.of(photo);
        let bits =
            self.contents.look(first).zip(self.contents.look(photo)).map(|(one, other)| one.distance(other));
        bits.filter(|_| is_twin).and_then(|bits| u16::try_from(bits).ok())
    }

    /// What looks like a member and is none, each with the least distance.
    fn also(&self, unit: u32, contents: &[u32]) -> Vec<(u32, u16)> {
        let unit_of = |content: u32| self.similar.of_node(self.bursts.of_node(self.sets.of_node(content)));
        let around = contents.iter().flat_map(|content| self.looks.around(*content));
        let outside = around.filter(|neighbour| unit_of(neighbour.node) != unit);
        let mut also: Vec<(u32, u16)> =
            outside.map(|neighbour| (neighbour.node, neighbour.distance)).collect();
        also.sort_unstable();
        also.dedup_by_key(|(content, _)| *content);
        also.sort_by_key(|(content, distance)| (*distance, *content));
        also.truncate(ALSO);
        let photos = also.iter().flat_map(|(content, distance)| {
            self.contents.photos(*content).iter().map(|photo| (*photo, *distance))
        });
        photos.take(ALSO).collect()
    }
}

/// Numbers sets in the order in which members come; that of the representative is 0.
fn number_sets(members: &mut [Member], sets: usize) {
    let mut number_of = vec![None; sets];
    let mut next = 0_u16;
    for member in members {
        let number = number_of[usize::from(member.set)].get_or_insert_with(|| {
            next = next.saturating_add(1);
            next - 1
        });
        member.set = *number;
    }
}
