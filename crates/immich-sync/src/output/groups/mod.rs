//! Groups of photos that belong together, as lines or as JSON.

mod fields;
mod machine;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use messages_macros::{tr, word};
use photo_similarity::{Class, HashKind};
use sync_core::organize::{Decision, GroupRecord, MemberRecord, Place};
use sync_core::state::ClassCount;

use super::json::line;
use super::words::{count, size};
use super::{Console, Paint, clean, clean_path};
use crate::language::said;
use fields::{Field, fields};

/// Letters of an id that are shown; enough to name a group among hundreds of thousands.
const SHORT: usize = 8;

/// Shows groups.
pub(crate) struct GroupsView {
    /// Where.
    pub(crate) console: Console,
    /// Whether as JSON.
    pub(crate) json: bool,
    /// On which clock.
    pub(crate) zone: TimeZone,
    /// The address of the server as a browser knows it.
    pub(crate) server: Option<String>,
    /// The hash that photos were compared by.
    pub(crate) hash: HashKind,
}

/// A group with all that is known of it.
pub(crate) struct Shown {
    /// Its number in the last scan.
    pub(crate) number: u64,
    /// Its photos, the kept ones first.
    pub(crate) group: GroupRecord,
    /// What the user decided.
    pub(crate) decision: Option<Decision>,
}

impl Shown {
    /// A group as it will be after the next scan has seen the decision: what the user keeps comes first.
    ///
    /// Distances are those to the keeper, so a new keeper leaves only its own.
    pub(crate) fn new(number: u64, mut group: GroupRecord, decision: Option<Decision>) -> Self {
        if let Some(Decision::Keep(places)) = &decision {
            let rank = |member: &MemberRecord| {
                places.iter().position(|place| *place == member.place).unwrap_or(places.len())
            };
            let before = group.keeper().map(|keeper| keeper.place.clone());
            group.members.sort_by_key(rank);
            if group.keeper().map(|keeper| &keeper.place) != before.as_ref() {
                between_new_keeper(&mut group, before.as_ref());
            }
            if group.keeper().is_some_and(|keeper| places.contains(&keeper.place)) {
                group.reason = photo_similarity::Criterion::Pinned;
            }
        }
        Self { number, group, decision }
    }

    /// Whether the photo at this position stays whatever is done.
    pub(crate) fn keeps(&self, position: usize) -> bool {
        let chosen = |places: &Vec<Place>| {
            self.group.members.get(position).is_some_and(|member| places.contains(&member.place))
        };
        position == 0 || matches!(&self.decision, Some(Decision::Keep(places)) if chosen(places))
    }

    /// Whether the user said that they are no duplicates.
    pub(crate) fn is_ignored(&self) -> bool {
        self.decision == Some(Decision::NotDuplicates)
    }
}

fn between_new_keeper(group: &mut GroupRecord, before: Option<&Place>) {
    let known = group.keeper().and_then(|keeper| keeper.distance);
    for (position, member) in group.members.iter_mut().enumerate() {
        let was_keeper = Some(&member.place) == before;
        member.distance = if was_keeper && position > 0 { known } else { None };
    }
}

impl GroupsView {
    /// A group in one line.
    pub(crate) fn list(&self, shown: &Shown) {
        let text = if self.json { line(&self.object(shown)) } else { self.list_line(shown) };
        self.console.result(&text);
    }

    /// A group with all of its photos.
    pub(crate) fn show(&self, shown: &Shown) {
        let text = if self.json { line(&self.object(shown)) } else { self.lines(shown).join("\n") };
        self.console.result(&text);
    }

    fn list_line(&self, shown: &Shown) -> String {
        let Shown { number, group, .. } = shown;
        let paint = self.console.result;
        let number = paint.bold(&format!("{number:>6}"));
        let id: String = group.id.to_string().chars().take(SHORT).collect();
        let photos = count(group.members.len() as u64, "photo");
        let name = group.keeper().map_or_else(String::new, |keeper| clean(&keeper.name));
        let what = if shown.is_ignored() {
            paint.yellow(word!("no duplicates, by your decision"))
        } else {
            tr!("keep `{name}`: {}", said(&group.reason.to_string()))
        };
        let gain = size(group.gain());
        format!("{number}  {:<9}  {photos:>9}  {gain:>7}  {}  {what}", group.class, paint.dim(&id))
    }

    fn lines(&self, shown: &Shown) -> Vec<String> {
        let Shown { number, group, decision } = shown;
        let paint = self.console.result;
        let photos = count(group.members.len() as u64, "photo");
        let mut lines = vec![tr!(
            "{} {}, {photos}, {} to win   {}",
            paint.bold(&tr!("Group {number}:")),
            group.class,
            size(group.gain()),
            paint.dim(&group.id.to_string()),
        )];
        lines.push(match decision {
            Some(Decision::NotDuplicates) => {
                paint.yellow(word!("No duplicates, by your decision; nothing is done with them."))
            }
            _ => tr!("The first is kept: {}.", said(&group.reason.to_string())),
        });
        let table = fields(&group.members, &self.zone);
        for (position, member) in group.members.iter().enumerate() {
            lines.push(String::new());
            lines.extend(self.member_lines(shown, position, member, &table, paint));
        }
        let same: Vec<String> = table.iter().filter_map(Field::common).collect();
        if !same.is_empty() {
            lines.extend([String::new(), paint.dim(&tr!("The same in all: {}", same.join(", ")))]);
        }
        if !group.also.is_empty() {
            lines.push(String::new());
            lines.push(paint.dim(word!("Also similar, but not in the group:")));
            for also in &group.also {
                let distance = tr!("distance {}", self.distance(also.distance));
                let (name, at) = (clean(&also.name), self.at(&also.place));
                lines.push(format!("     {name}  {distance}  {at}"));
            }
        }
        lines
    }

    fn member_lines(
        &self,
        shown: &Shown,
        position: usize,
        member: &MemberRecord,
        table: &[Field],
        paint: Paint,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        if shown.keeps(position) && !shown.is_ignored() {
            notes.push(paint.green(word!("keep")));
        }
        if !member.is_own {
            notes.push(paint.yellow(match member.place {
                Place::Asset(_) => word!("somebody else's, never changed"),
                Place::File(_) => word!("of the loaded hashes, never changed"),
            }));
        }
        if position > 0 {
            let keeper = &shown.group.members[0];
            notes.push(match member.distance {
                _ if member.has_bytes_of(keeper) => word!("the same bytes").to_owned(),
                Some(distance) => tr!("distance {}", self.distance(distance)),
                None if shown.group.class == Class::Exact => word!("the same bytes").to_owned(),
                None => word!("distance not measured").to_owned(),
            });
        }
        let name = paint.bold(&clean(&member.name));
        let mut lines =
            vec![format!("{:>3}  {name}  {}", position + 1, notes.join(", ")).trim_end().to_owned()];
        let differing: Vec<String> = table.iter().filter_map(|field| field.of(position)).collect();
        lines.push(format!("     {}", differing.join(", ")));
        lines.push(format!("     {}", paint.dim(&clean(&member.path))));
        if member.place.file().is_none() {
            lines.push(format!("     {}", paint.dim(&self.at(&member.place))));
        }
        lines
    }

    fn distance(&self, distance: u16) -> String {
        format!("{distance}/{}", self.hash.bits())
    }

    /// Where a photo can be looked at.
    fn at(&self, place: &Place) -> String {
        match place {
            Place::Asset(id) => self.link(id).unwrap_or_else(|| tr!("asset {id}")),
            Place::File(path) => clean_path(path.path()),
        }
    }

    /// The page of an asset in Immich.
    fn link(&self, id: &immich_api::AssetId) -> Option<String> {
        let server = self.server.as_deref()?;
        let server = server.trim_end_matches('/');
        let server = server.strip_suffix("/api").unwrap_or(server);
        let is_web = server.starts_with("http://") || server.starts_with("https://");
        is_web.then(|| format!("{}/photos/{id}", clean(server)))
    }
}

/// How much there is of each class, in lines.
pub(crate) fn class_lines(counts: &BTreeMap<Class, ClassCount>, paint: Paint) -> Vec<String> {
    let line = |(class, count): (&Class, &ClassCount)| {
        let (groups, photos) = (self::count(count.groups, "group"), self::count(count.photos, "photo"));
        let gain = tr!("{:>7} to win", size(count.gain));
        format!("  {}  {groups:>13}  {photos:>14}  {gain}", paint.bold(&format!("{class:<9}")))
    };
    counts.iter().filter(|(_, count)| count.groups > 0).map(line).collect()
}

#[cfg(test)]
mod tests;
