//! From photos to stored groups: the best of each is chosen, and what the user decided before holds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use photo_similarity::{Class, Edge, Group, GroupId, Look, Traits, groups, keeper, ranking};

use super::compare::{Comparing, SEARCHES};
use super::desk::Desk;
use super::detail::Detail;
use super::shelf::Shelf;
use super::spool::SpoolReader;
use super::{Scan, shots};
use crate::error::SyncError;
use crate::organize::options::Scope;
use crate::organize::place::Place;
use crate::organize::record::{AlsoRecord, Decision, GroupRecord, MemberRecord};
use crate::organize::summary::ScanSummary;

/// Looks that nobody used for so many days are forgotten.
const KEEP_DAYS: i64 = 400;

/// Fewer photos than this may come and go as they like.
const FEW: u64 = 20;

/// Compares, groups, and stores.
pub(super) fn judge(mut desk: Desk<'_, '_>) -> Result<ScanSummary, SyncError> {
    if let Some(writer) = desk.save.take().filter(|_| !desk.summary.stopped) {
        writer.finish()?;
    }
    let details = desk.spool.reader()?;
    let Desk { scan, shelf, mut summary, day, .. } = desk;
    if summary.stopped {
        return Ok(summary);
    }
    let filters = &scan.options.filters;
    let is_filtered = !filters.albums.is_empty()
        || !filters.people.is_empty()
        || !filters.libraries.is_empty()
        || filters.since.is_some();
    let is_whole = !is_filtered || filters.scope == Scope::Touching;
    let mut shelf = shelf.sorted();
    if is_whole && is_suspiciously_short(scan, &mut summary)? {
        summary.groups_kept = true;
        summary.listing_complete = false;
        return Ok(summary);
    }
    let videos = shots::mark(&mut shelf);
    let remembers = is_whole && summary.listing_complete;
    let comparing = Comparing { scan, shelf: &shelf, remembers, day };
    let Some(edges) = comparing.edges()? else {
        summary.stopped = true;
        return Ok(summary);
    };
    let found = found(scan, &shelf, edges);
    let decisions = scan.store.decisions()?;
    let bench = Bench { scan, shelf: &shelf, details: &details, videos: &videos, decisions: &decisions };
    bench.store(&found)?;
    if remembers {
        scan.store.forget_pictures(day - KEEP_DAYS)?;
        scan.store.forget_searches(SEARCHES)?;
    }
    Ok(summary)
}

fn found(scan: &Scan<'_>, shelf: &Shelf, mut edges: Vec<Edge>) -> Vec<Group> {
    let rules = &scan.options.rules;
    let loosest = rules.duplicate.max(rules.similar);
    edges.retain(|edge| u32::from(edge.distance) <= loosest);
    groups(&shelf.photos, &shelf.hashes, &edges, rules)
}

/// Whether far fewer photos are listed than the last time. A folder that is not mounted is empty, and a server that lost
/// its database has no photos; neither is a reason to believe that all duplicates are gone. When the next scan finds
/// the same, it is believed.
fn is_suspiciously_short(scan: &Scan<'_>, summary: &mut ScanSummary) -> Result<bool, SyncError> {
    let key = summary.note();
    let before: u64 = scan.store.note(&key)?.and_then(|text| text.parse().ok()).unwrap_or_default();
    let seen = summary.seen;
    if seen != before {
        scan.store.set_note(&key, &seen.to_string())?;
    }
    let is_short = (seen == 0 && before > 0) || (before >= FEW && seen < before / 2);
    if is_short {
        let text = format!(
            "only {seen} photos are listed, {before} were the last time: is a folder not mounted, or is this another \
             library? The groups of the scan before stay as they are; if it is right, run the scan again"
        );
        scan.reporter.report(&crate::event::Event::Warning(&text));
    }
    Ok(is_short)
}

/// Where groups become records.
struct Bench<'a, 's> {
    scan: &'s Scan<'a>,
    shelf: &'s Shelf,
    details: &'s SpoolReader,
    /// The moving part of a live photo, by positions.
    videos: &'s HashMap<u32, u32>,
    decisions: &'s BTreeMap<GroupId, Decision>,
}

impl Bench<'_, '_> {
    /// Stores all groups in the order of class, gain and id. Records are made twice, since only the order of all of them
    /// would fit into memory, and not they themselves.
    fn store(&self, groups: &[Group]) -> Result<(), SyncError> {
        let mut order: Vec<(Class, Reverse<u64>, GroupId, u32)> = Vec::new();
        for (number, group) in (0_u32..).zip(groups) {
            if let Some(record) = self.record(group)? {
                order.push((record.class, Reverse(record.gain()), record.id, number));
            }
        }
        order.sort_unstable();
        let mut records =
            order.iter().filter_map(|(.., number)| self.record(&groups[*number as usize]).transpose());
        self.scan.store.replace_groups(&mut records)?;
        Ok(())
    }

    /// The record of a group; `None` where nothing of it is the user's, or nothing passed the filters.
    fn record(&self, group: &Group) -> Result<Option<GroupRecord>, SyncError> {
        let marks = |photo: u32| self.shelf.rest[photo as usize].marks;
        let is_own = group.members.iter().any(|member| marks(member.photo).is_own);
        if !is_own || !group.members.iter().any(|member| marks(member.photo).passes) {
            return Ok(None);
        }
        let mut details = Vec::with_capacity(group.members.len());
        for member in &group.members {
            let mut detail = self.detail(member.photo)?;
            detail.member.set = member.set;
            details.push((member.photo, detail));
        }
        let (order, reason) = self.order(group, &details);
        let best = order.first().map(|first| details[*first].0);
        let mut members: Vec<MemberRecord> = Vec::with_capacity(details.len());
        for number in order {
            let (photo, detail) = &details[number];
            let mut member = detail.member.clone();
            member.stamp = detail.stamp;
            member.distance = best.and_then(|best| self.distance(best, *photo));
            member.sha1 = member.sha1.or_else(|| {
                self.shelf.photos[*photo as usize].content.map(|sha1| crate::organize::hexadecimal(&sha1))
            });
            members.push(member);
        }
        let also = group.also.iter().map(|(photo, distance)| self.also(*photo, *distance));
        let also = also.collect::<Result<_, _>>()?;
        Ok(Some(GroupRecord { id: group.id, class: group.class, members, reason, also }))
    }

    fn detail(&self, photo: u32) -> Result<Detail, SyncError> {
        let mut detail: Detail = self.details.get(self.shelf.rest[photo as usize].slot)?;
        if let Some(video) = self.videos.get(&photo).filter(|_| detail.member.live_video.is_none()) {
            let video: Detail = self.details.get(self.shelf.rest[*video as usize].slot)?;
            detail.member.live_video = Some(video.member.path);
        }
        Ok(detail)
    }

    fn also(&self, photo: u32, distance: u16) -> Result<AlsoRecord, SyncError> {
        let detail: Detail = self.details.get(self.shelf.rest[photo as usize].slot)?;
        Ok(AlsoRecord { place: detail.member.place, name: detail.member.name, distance })
    }

    /// The members from the best to the least, by their numbers, and why the first is the best. What is not the user's
    /// comes last: as a keeper it could go away with its owner, and the user would be left with nothing.
    fn order(&self, group: &Group, details: &[(u32, Detail)]) -> (Vec<usize>, photo_similarity::Criterion) {
        let pinned = match self.decisions.get(&group.id) {
            Some(Decision::Keep(places)) => places.as_slice(),
            Some(Decision::NotDuplicates) | None => &[],
        };
        let is_burst = group.class == Class::Burst;
        let traits: Vec<Traits<'_>> =
            details.iter().map(|(photo, detail)| self.traits(*photo, detail, pinned, is_burst)).collect();
        let (own, foreign): (Vec<usize>, Vec<usize>) =
            (0..details.len()).partition(|number| details[*number].1.member.is_own);
        let ranked = |numbers: &[usize]| -> Vec<usize> {
            let some: Vec<Traits<'_>> = numbers.iter().map(|number| traits[*number].clone()).collect();
            ranking(&some, &self.scan.options.prefer).into_iter().map(|place| numbers[place]).collect()
        };
        let own_traits: Vec<Traits<'_>> = own.iter().map(|number| traits[*number].clone()).collect();
        let reason = keeper(&own_traits, &self.scan.options.prefer)
            .map_or(photo_similarity::Criterion::Id, |verdict| verdict.reason);
        let mut order = ranked(&own);
        // Of several that are pinned, the first that was named is above all.
        let first = pinned
            .iter()
            .find_map(|place| order.iter().position(|number| details[*number].1.member.place == *place));
        if let Some(first) = first {
            order[..=first].rotate_right(1);
        }
        order.extend(ranked(&foreign));
        (order, reason)
    }

    fn traits<'t>(&self, photo: u32, detail: &'t Detail, pinned: &[Place], is_burst: bool) -> Traits<'t> {
        let [sharpness, clipped, mean] = self.shelf.rest[photo as usize].look;
        Traits {
            is_pinned: pinned.contains(&detail.member.place),
            look: is_burst.then_some(Look { sharpness, clipped, mean }),
            ..detail.traits(self.place(&detail.member))
        }
    }

    /// How much the user prefers the place of a photo.
    fn place(&self, member: &MemberRecord) -> Option<u32> {
        let places = &self.scan.options.prefer_places;
        if places.is_empty() {
            return member.place.file().map(|_| 0);
        }
        let is_in = |place: &String| match &member.place {
            Place::File(path) => path.path().starts_with(place),
            Place::Asset(_) => {
                member.library.as_ref() == Some(place)
                    || std::path::Path::new(&member.path).starts_with(place)
            }
        };
        places.iter().position(is_in).and_then(|number| u32::try_from(number).ok())
    }

    /// Bits between two photos, in the form in which they differ least as far as was asked for.
    fn distance(&self, one: u32, other: u32) -> Option<u16> {
        if one == other {
            return None;
        }
        let (one, other) = (one as usize, other as usize);
        let plain = self.shelf.hashes[one]?.distance(self.shelf.hashes[other]?);
        let Some(signatures) = &self.shelf.signatures else { return u16::try_from(plain).ok() };
        let (one, other) = (signatures[one]?, signatures[other]?);
        u16::try_from(self.scan.options.look.forms().distance(&one, &other)).ok()
    }
}
