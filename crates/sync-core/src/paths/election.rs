//! From where samples were found to prefixes that may be trusted.
//!
//! Each sample that was found votes for an alignment. What makes this more than counting:
//! - A copy of a photo elsewhere in the library votes too. An alignment of which half the voters were found
//!   elsewhere as well is not trusted, since a backup of the library looks exactly like the library. One that
//!   shares a few with a folder of exports is.
//! - A prefix is made as short as possible, so that folders without samples are covered too; but not so short
//!   that a sample found elsewhere lies below it.
//! - Less than three voters are enough only where there are no more samples, and most of those around are found:
//!   the one photo of a missing library that somebody copied here proves nothing about that library.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::alignment::{Alignment, Vote};

/// So many samples have to agree on a prefix, where there are as many.
const QUORUM: usize = 3;

/// The segments of a folder of the server.
pub(super) type ServerFolder = Vec<String>;

/// What came of the votes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Folders of the server and where they are; none of them lies in another one.
    pub(super) elected: BTreeMap<ServerFolder, PathBuf>,
    /// Folders of the server that are in several places just as well.
    pub(super) ambiguous: BTreeMap<ServerFolder, BTreeSet<PathBuf>>,
    /// How many samples lie where the prefixes lead.
    pub(super) agreed: u64,
    /// The uppermost folders of the server of which nothing lies where a prefix leads.
    pub(super) unmatched: BTreeSet<ServerFolder>,
}

/// Decides.
pub(super) fn elect(votes: &[Vote]) -> Outcome {
    let election = Election::of(votes);
    let mut outcome = Outcome { ambiguous: election.ambiguous(), ..Outcome::default() };
    let everybody: Vec<usize> = (0..votes.len()).collect();
    let mut agreed = BTreeSet::new();
    election.assign(&mut Vec::new(), &everybody, &mut outcome, &mut agreed);
    outcome.agreed = agreed.len() as u64;
    if !votes.is_empty() {
        election.name_unmatched(&everybody, 0, &agreed, &mut outcome);
    }
    outcome
}

/// The votes, counted.
struct Election<'a> {
    votes: &'a [Vote],
    /// Alignments with enough voters, and who those are.
    strong: BTreeMap<&'a Alignment, BTreeSet<usize>>,
    /// Those of them that no other one contests.
    trusted: BTreeSet<&'a Alignment>,
}

impl<'a> Election<'a> {
    fn of(votes: &'a [Vote]) -> Self {
        let mut all: BTreeMap<&Alignment, BTreeSet<usize>> = BTreeMap::new();
        for (voter, vote) in votes.iter().enumerate() {
            for hit in &vote.hits {
                all.entry(hit).or_default().insert(voter);
            }
        }
        let (mut strong, few): (BTreeMap<_, _>, BTreeMap<_, _>) =
            all.into_iter().partition(|(_, voters)| voters.len() >= QUORUM);
        let found: BTreeSet<usize> = strong.values().flatten().copied().collect();
        let small: Vec<_> = few
            .into_iter()
            .filter(|(alignment, voters)| {
                let is_covered = strong.keys().any(|other| other.holds(&alignment.server));
                !is_covered && is_enough(votes, alignment, voters, &found)
            })
            .collect();
        strong.extend(small);
        let trusted = strong.iter().filter(|(_, voters)| !is_contested(voters, &strong));
        let trusted = trusted.map(|(alignment, _)| *alignment).collect();
        Self { votes, strong, trusted }
    }

    /// Alignments that contest each other, by the folder that is in both.
    fn ambiguous(&self) -> BTreeMap<ServerFolder, BTreeSet<PathBuf>> {
        let mut found: BTreeMap<ServerFolder, BTreeSet<PathBuf>> = BTreeMap::new();
        let rivals: Vec<_> =
            self.strong.iter().filter(|(alignment, _)| !self.trusted.contains(*alignment)).collect();
        for (index, (one, voters)) in rivals.iter().enumerate() {
            for (other, others) in &rivals[index + 1..] {
                if voters.is_disjoint(others) {
                    continue;
                }
                // Both hold the folder of a common voter, so one of them holds the other.
                let longer = if one.server.len() >= other.server.len() { one } else { other };
                let places = [one, other].into_iter().filter_map(|rival| rival.translate(&longer.server));
                found.entry(longer.server.clone()).or_default().extend(places);
            }
        }
        found
    }

    /// Gives `folder` to the one alignment that explains all samples found below it, or else its folders one by
    /// one.
    fn assign(
        &self,
        folder: &mut ServerFolder,
        below: &[usize],
        outcome: &mut Outcome,
        agreed: &mut BTreeSet<usize>,
    ) {
        let is_found = |voter: &&usize| self.strong.values().any(|voters| voters.contains(*voter));
        let found: BTreeSet<usize> = below.iter().filter(is_found).copied().collect();
        let explains = |alignment: &Alignment| self.strong[alignment].is_superset(&found);
        let trusted = |alignment: &&&Alignment| !self.strong[**alignment].is_disjoint(&found);
        let present: Vec<&Alignment> = self.trusted.iter().filter(trusted).copied().collect();
        if present.is_empty() {
            return;
        }
        let here = present.iter().filter(|alignment| alignment.holds(folder) && explains(alignment));
        let here: Vec<&Alignment> = here.copied().collect();
        let places: BTreeSet<PathBuf> =
            here.iter().filter_map(|alignment| alignment.translate(folder)).collect();
        match (places.len(), places.first()) {
            (0, _) | (_, None) => self.assign_each(folder, below, outcome, agreed),
            (1, Some(place)) if found.len() >= QUORUM.min(below.len()) => {
                outcome.elected.insert(folder.clone(), place.clone());
                agreed.extend(found);
            }
            (1, Some(_)) => {}
            (_, Some(_)) => {
                outcome.ambiguous.insert(folder.clone(), places);
            }
        }
    }

    fn assign_each(
        &self,
        folder: &mut ServerFolder,
        below: &[usize],
        outcome: &mut Outcome,
        agreed: &mut BTreeSet<usize>,
    ) {
        for (name, below) in self.by_next_folder(below, folder.len()) {
            folder.push(name.to_owned());
            self.assign(folder, &below, outcome, agreed);
            folder.pop();
        }
    }

    /// Samples by the next folder on their way; those that lie in this one are left out.
    fn by_next_folder(&self, below: &[usize], depth: usize) -> BTreeMap<&'a str, Vec<usize>> {
        let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for voter in below {
            if let Some(name) = self.votes[*voter].folder.get(depth) {
                folders.entry(name).or_default().push(*voter);
            }
        }
        folders
    }

    /// A few photos that are missing where others were found are no folder that is missing.
    fn name_unmatched(&self, below: &[usize], depth: usize, agreed: &BTreeSet<usize>, outcome: &mut Outcome) {
        if below.iter().any(|voter| agreed.contains(voter)) {
            for below in self.by_next_folder(below, depth).values() {
                self.name_unmatched(below, depth + 1, agreed, outcome);
            }
            return;
        }
        // Where nothing at all was found, the folder that all lie in says more than the topmost one.
        let first = below.first().map_or(&[][..], |voter| self.votes[*voter].folder.as_slice());
        let folder = if depth == 0 { self.common_folder(below) } else { first[..depth].to_vec() };
        let is_mapped = outcome.elected.keys().any(|prefix| folder.starts_with(prefix));
        if !is_mapped || below.len() >= QUORUM {
            outcome.unmatched.insert(folder);
        }
    }

    fn common_folder(&self, below: &[usize]) -> ServerFolder {
        let mut folders = below.iter().map(|voter| self.votes[*voter].folder.as_slice());
        let first = folders.next().unwrap_or_default();
        let length = folders.fold(first.len(), |length, other| {
            first[..length].iter().zip(other).take_while(|(one, other)| one == other).count()
        });
        first[..length].to_vec()
    }
}

/// Whether fewer voters than usual are enough: there are no more samples, and those around them were found.
fn is_enough(
    votes: &[Vote],
    alignment: &Alignment,
    voters: &BTreeSet<usize>,
    found: &BTreeSet<usize>,
) -> bool {
    let below = |folder: &[String]| {
        let lies_below = |(_, vote): &(usize, &Vote)| vote.folder.starts_with(folder);
        votes.iter().enumerate().filter(lies_below).map(|(voter, _)| voter).collect::<BTreeSet<_>>()
    };
    if below(&alignment.server) != *voters {
        return false;
    }
    let around = (0..alignment.server.len()).rev().map(|length| below(&alignment.server[..length]));
    match around.into_iter().find(|around| around.len() >= QUORUM) {
        Some(around) => around.iter().filter(|voter| found.contains(voter)).count() * 2 >= around.len(),
        None => votes.iter().all(|vote| !vote.hits.is_empty()),
    }
}

/// Whether half of the voters were found elsewhere as well.
fn is_contested(voters: &BTreeSet<usize>, strong: &BTreeMap<&Alignment, BTreeSet<usize>>) -> bool {
    let elsewhere = |voter: &&usize| strong.values().filter(|other| other.contains(*voter)).count() > 1;
    voters.iter().filter(elsewhere).count() * 2 >= voters.len()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// `server path = local path, local path …`, one line per sample.
    fn elected(samples: &[&str]) -> Outcome {
        elect(&samples.iter().map(|sample| vote(sample)).collect::<Vec<_>>())
    }

    fn vote(sample: &str) -> Vote {
        let (server, local) = sample.split_once('=').unwrap();
        let segments: Vec<&str> = server.trim().split('/').collect();
        let hits = local.split(',').map(str::trim).filter(|path| !path.is_empty());
        let hits = hits.map(|path| Alignment::of(&segments, Path::new(path))).collect();
        let folder = segments[..segments.len() - 1].iter().map(|&segment| segment.to_owned()).collect();
        Vote { folder, hits }
    }

    fn prefixes(outcome: &Outcome) -> Vec<String> {
        outcome
            .elected
            .iter()
            .map(|(server, local)| format!("{}={}", server.join("/"), local.display()))
            .collect()
    }

    fn names(folders: &BTreeSet<ServerFolder>) -> Vec<String> {
        folders.iter().map(|folder| folder.join("/")).collect()
    }

    #[test]
    fn one_user_whose_folder_is_the_library_is_not_taken_for_all_users() {
        let outcome = elected(&[
            "data/library/anna/2024/a.jpg = 2024/a.jpg",
            "data/library/anna/2023/b.jpg = 2023/b.jpg",
            "data/library/anna/2022/c.jpg = 2022/c.jpg",
            "data/library/bob/2024/a.jpg =",
        ]);

        assert_eq!(prefixes(&outcome), ["data/library/anna="]);
        assert_eq!((outcome.agreed, names(&outcome.unmatched)), (3, vec!["data/library/bob".into()]));
    }

    #[test]
    fn several_users_below_one_folder_make_one_prefix() {
        let outcome = elected(&[
            "data/library/anna/2024/a.jpg = p/anna/2024/a.jpg",
            "data/library/bob/2023/b.jpg = p/bob/2023/b.jpg",
            "data/library/carol/2022/c.jpg = p/carol/2022/c.jpg",
        ]);

        assert_eq!(prefixes(&outcome), ["data/library=p"]);
    }

    #[test]
    fn uploads_and_the_library_on_two_disks_are_two_prefixes() {
        let outcome = elected(&[
            "data/upload/u1/ab/cd/1.jpg = ssd/immich/upload/u1/ab/cd/1.jpg",
            "data/upload/u1/ab/ce/2.jpg = ssd/immich/upload/u1/ab/ce/2.jpg",
            "data/upload/u1/ef/01/3.jpg = ssd/immich/upload/u1/ef/01/3.jpg",
            "data/library/anna/a.jpg = hdd/photos/anna/a.jpg",
            "data/library/anna/b.jpg = hdd/photos/anna/b.jpg",
            "data/library/anna/c.jpg = hdd/photos/anna/c.jpg",
        ]);

        assert_eq!(prefixes(&outcome), ["data/library=hdd/photos", "data/upload=ssd/immich/upload"]);
        assert_eq!(outcome.agreed, 6);
    }

    #[test]
    fn years_on_two_disks_are_prefixes_of_their_own() {
        let outcome = elected(&[
            "mnt/photos/2023/a.jpg = old/2023/a.jpg",
            "mnt/photos/2023/b.jpg = old/2023/b.jpg",
            "mnt/photos/2023/c.jpg = old/2023/c.jpg",
            "mnt/photos/2024/a.jpg = new/2024/a.jpg",
            "mnt/photos/2024/b.jpg = new/2024/b.jpg",
            "mnt/photos/2024/c.jpg = new/2024/c.jpg",
        ]);

        assert_eq!(prefixes(&outcome), ["mnt/photos/2023=old/2023", "mnt/photos/2024=new/2024"]);
    }

    #[test]
    fn a_backup_of_the_library_makes_it_ambiguous_and_both_places_are_named() {
        let outcome = elected(&[
            "mnt/photos/2023/a.jpg = photos/2023/a.jpg, backup/2023/a.jpg",
            "mnt/photos/2023/b.jpg = photos/2023/b.jpg, backup/2023/b.jpg",
            "mnt/photos/2024/c.jpg = backup/2024/c.jpg",
            "mnt/photos/2024/d.jpg = photos/2024/d.jpg, backup/2024/d.jpg",
        ]);

        assert_eq!(prefixes(&outcome), [] as [&str; 0]);
        let folder = ["mnt", "photos"].map(str::to_owned).to_vec();
        let places = ["backup", "photos"].map(PathBuf::from);
        assert_eq!(outcome.ambiguous, BTreeMap::from([(folder, BTreeSet::from(places))]));
    }

    #[test]
    fn a_backup_is_not_trusted_because_the_originals_are_on_several_disks() {
        let mut samples = Vec::new();
        for disk in ["one", "two", "three"] {
            for number in 0..3 {
                samples.push(format!(
                    "p/{disk}/{number}.jpg = {disk}-disk/{number}.jpg, backup/{disk}/{number}.jpg"
                ));
            }
        }

        let outcome = elected(&samples.iter().map(String::as_str).collect::<Vec<_>>());

        assert_eq!(prefixes(&outcome), [] as [&str; 0]);
        assert_eq!(outcome.ambiguous.len(), 3, "{outcome:?}");
    }

    #[test]
    fn a_few_exported_copies_do_not_make_the_library_ambiguous() {
        let mut samples: Vec<String> =
            (0..20).map(|day| format!("m/2024/{day}.jpg = p/2024/{day}.jpg")).collect();
        samples.extend((0..3).map(|day| format!("m/2023/{day}.jpg = p/2023/{day}.jpg, export/{day}.jpg")));

        let outcome = elected(&samples.iter().map(String::as_str).collect::<Vec<_>>());

        assert_eq!(prefixes(&outcome), ["m=p"]);
        assert!(outcome.ambiguous.is_empty());
    }

    #[test]
    fn two_voters_of_many_samples_are_not_enough() {
        let mut samples = vec!["m/2024/1.jpg = x/1.jpg".to_owned(), "m/2024/2.jpg = x/2.jpg".to_owned()];
        samples.extend((3..9).map(|day| format!("m/2024/{day}.jpg =")));

        let outcome = elected(&samples.iter().map(String::as_str).collect::<Vec<_>>());

        assert_eq!(prefixes(&outcome), [] as [&str; 0]);
        assert_eq!(names(&outcome.unmatched), ["m/2024"]);
    }

    #[test]
    fn one_copied_photo_of_a_library_that_is_away_proves_nothing() {
        let mut samples = vec!["m/2024/07/1.jpg = x/1.jpg".to_owned()];
        samples.extend((2..9).map(|day| format!("m/2024/08/{day}.jpg =")));

        let outcome = elected(&samples.iter().map(String::as_str).collect::<Vec<_>>());

        assert_eq!(prefixes(&outcome), [] as [&str; 0]);
    }

    #[test]
    fn a_library_of_two_photos_is_found_beside_a_large_one() {
        let mut samples: Vec<String> =
            (0..9).map(|day| format!("data/up/{day}.jpg = up/{day}.jpg")).collect();
        samples.extend((0..2).map(|day| format!("ext/{day}.jpg = small/{day}.jpg")));

        let outcome = elected(&samples.iter().map(String::as_str).collect::<Vec<_>>());

        assert_eq!(prefixes(&outcome), ["data=", "ext=small"]);
    }

    #[test]
    fn all_of_one_or_two_samples_are_enough_and_one_of_two_is_not() {
        assert_eq!(prefixes(&elected(&["m/a.jpg = p/a.jpg"])), ["m=p"]);
        assert_eq!(prefixes(&elected(&["m/a.jpg = p/a.jpg", "n/b.jpg ="])), [] as [&str; 0]);
    }

    #[test]
    fn missing_photos_among_found_ones_do_no_harm() {
        let outcome = elected(&[
            "m/1/a.jpg = p/1/a.jpg",
            "m/1/b.jpg = p/1/b.jpg",
            "m/2/c.jpg = p/2/c.jpg",
            "m/3/d.jpg =",
        ]);

        assert_eq!((prefixes(&outcome), outcome.agreed), (vec!["m=p".to_owned()], 3));
        assert!(outcome.unmatched.is_empty());
    }

    #[test]
    fn nobody_votes_and_nothing_is_elected() {
        assert_eq!(elected(&[]), Outcome::default());
    }
}
