//! The groups of the last scan: which state holds them, and which of them somebody means.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ArgMatches;
use sync_core::organize::{GroupRecord, Place};
use sync_core::state::{GroupStore, SqliteStore, Store as _};

use super::last_scan::LastScan;
use crate::commands::history::{existing, state_folder};
use crate::exit::usage;
use crate::output::{Console, GroupsView, Shown, start_tracing};
use crate::settings::words::SourceWord;
use crate::settings::{OutputSettings, Sources, catalogue, source_words, time_zone};
use crate::start::Start;
use crate::states;

/// The fewest letters of an id that name a group.
const LEAST: usize = 4;

/// What a command about groups works with.
pub(super) struct Groups {
    /// The folder of the state.
    pub(super) folder: PathBuf,
    /// The state, only for reading.
    pub(super) store: SqliteStore,
    /// How they are shown.
    pub(super) view: GroupsView,
    /// How they were found; `None` where nothing was scanned yet.
    pub(super) last: Option<LastScan>,
}

impl Groups {
    /// Opens the state.
    pub(super) fn open(matches: &ArgMatches, console: Console) -> Result<Self> {
        let start = Start::read(matches)?;
        let sources = start.sources();
        sources.environment.refuse_unknown(&catalogue::variables())?;
        let output = OutputSettings::resolve(&sources)?;
        start_tracing(&output)?;
        let folder = folder(&sources, start.folders.states.as_deref())?;
        let store = existing(&folder)?;
        let last = LastScan::read(&store)?;
        let view = GroupsView {
            console,
            json: output.json,
            zone: time_zone(&sources)?,
            server: store.identity()?.map(|identity| identity.url),
            hash: last.as_ref().map(LastScan::kind).unwrap_or_default(),
        };
        Ok(Self { folder, store, view, last })
    }

    /// The group that somebody names by its number or the beginning of its id.
    pub(super) fn named(&self, name: &str) -> Result<Shown> {
        let (number, group) = find(&self.store, name)?;
        let decision = self.store.decision(group.id)?;
        Ok(Shown::new(number, group, decision))
    }
}

/// The state of folders of this machine where the user speaks of these alone, else that of the server.
fn folder(sources: &Sources<'_>, states: Option<&Path>) -> Result<PathBuf> {
    let words = source_words(sources)?;
    if sources.find(&catalogue::STATE_DIR)?.is_some() {
        return state_folder(sources, states);
    }
    let has_folders = || Ok::<_, anyhow::Error>(!sources.paths(&catalogue::ORGANIZE_SOURCE_DIR)?.is_empty());
    let of_this_machine = states::of_this_machine(states);
    if words == [SourceWord::Local] || (words.is_empty() && has_folders()?) {
        return of_this_machine;
    }
    let found = state_folder(sources, states)?;
    if words.contains(&SourceWord::Immich) && of_this_machine.is_ok_and(|local| local == found) {
        return Err(usage("no server was scanned yet; --source local is about the folders of this machine"));
    }
    Ok(found)
}

/// A number comes first: no id is that short.
pub(super) fn find(store: &dyn GroupStore, name: &str) -> Result<(u64, GroupRecord)> {
    let name = name.trim().trim_start_matches('#');
    if let Ok(number) = name.parse::<u64>()
        && let Some(group) = store.group_numbered(number)?
    {
        return Ok((number, group));
    }
    let prefix = name.to_ascii_lowercase();
    let is_id = prefix.len() >= LEAST && prefix.bytes().all(|letter| letter.is_ascii_hexdigit());
    let mut found = if is_id { store.groups_named(&prefix)? } else { Vec::new() };
    match (found.pop(), found.pop()) {
        (Some(group), None) => Ok(group),
        (Some(_), Some(_)) => Err(usage(format!("several groups begin with `{name}`; write more of the id"))),
        (None, _) => Err(usage(format!(
            "no group is called `{name}`; `immich-sync organize list` shows their numbers and ids"
        ))),
    }
}

/// The photo of a group that somebody names: its number in `show`, the beginning of an asset's id, a path, or its name
/// where no other has it.
pub(super) fn photo(shown: &Shown, name: &str) -> Result<Place> {
    let members = &shown.group.members;
    if let Some(member) = name.parse::<usize>().ok().and_then(|number| members.get(number.checked_sub(1)?)) {
        return Ok(member.place.clone());
    }
    let lower = name.to_ascii_lowercase();
    let path = std::path::absolute(name).ok();
    let is_it = |place: &Place, file_name: &str| match place {
        Place::Asset(id) => file_name == name || (lower.len() >= LEAST && id.to_string().starts_with(&lower)),
        // The report names a file by its digest: a path can hold what a line for a shell cannot.
        Place::File(file) => {
            file_name == name || Some(file.path()) == path.as_deref() || place.photo().to_string() == lower
        }
    };
    let mut found = members.iter().filter(|member| is_it(&member.place, &member.name));
    match (found.next(), found.next()) {
        (Some(member), None) => Ok(member.place.clone()),
        (Some(_), Some(_)) => Err(usage(format!(
            "`{name}` is the name of several photos of the group; take their numbers from `immich-sync organize show {}`",
            shown.number
        ))),
        (None, _) => Err(usage(format!(
            "`{name}` is no photo of the group; `immich-sync organize show {}` lists them",
            shown.number
        ))),
    }
}

#[cfg(test)]
mod tests {
    use photo_similarity::{Class, Criterion, GroupId, PhotoId};

    use super::*;

    fn group(number: u8) -> GroupRecord {
        let id = GroupId::of([PhotoId([number; 16])]);
        GroupRecord { id, class: Class::Exact, members: Vec::new(), reason: Criterion::Id, also: Vec::new() }
    }

    #[test]
    fn a_group_is_named_by_its_number_or_the_beginning_of_its_id() {
        let store = SqliteStore::in_memory().unwrap();
        store.replace_groups(&mut (1..=3).map(|number| Ok(group(number)))).unwrap();
        let id = group(2).id.to_string();

        assert_eq!(find(&store, "3").unwrap().1, group(3));
        assert_eq!(find(&store, &id[..6]).unwrap().0, 2);
        assert_eq!(find(&store, &id.to_uppercase()).unwrap().0, 2);
        for wrong in ["4", "0", "xyz", "", &id[..3], "ffffffffffffffffffffffffffffffff"] {
            assert!(find(&store, wrong).is_err(), "{wrong}");
        }
    }
}
