//! What a run will do, with nothing left open: command line, then environment, then config file, then default.
//!
//! Resolving reads the environment as it was at the start and the config file, and nothing else: no key, no
//! server, no photo. So what is wrong is said before anything happens, and all of it can be tested as text.

pub(crate) mod catalogue;
mod data;
mod export;
mod family;
mod import;
mod layout;
mod listing;
mod options;
mod organize;
mod output;
mod paths;
pub(crate) mod reference;
mod retention;
mod run;
mod schedule;
pub(crate) mod schema;
mod selection;
mod server;
pub(crate) mod setting;
mod sources;
mod trash;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use jiff::tz::TimeZone;
use photo_metadata::Datum;
use photo_metadata::replace::{Depth, HardLinkPolicy, ReplaceOptions};
use sync_core::paths::PathMapping;
use sync_core::undo::Retention;
use sync_core::writeback::{AfterWrite, WriteOptions};

use crate::engines::EngineSettings;
use crate::exit::usage;
use crate::key::KeySource;
use crate::login::LoginSource;

pub(crate) use export::{ExportSettings, ReportFile};
pub(crate) use family::{KEYS, family};
pub(crate) use import::{Asked, ImportFrom, ImportSettings, import_options};
pub(crate) use listing::{Row, rows};
#[cfg(test)]
pub(crate) use organize::RemoveTag;
pub(crate) use organize::{Names, OrganizeSettings, Wish, Wishes, source_words};
pub(crate) use output::{LogFile, OutputSettings, StatsFile};
pub(crate) use retention::retention;
pub(crate) use run::{Job, RunSettings, default_log, stale_after, states};
pub(crate) use schedule::{ScheduleSettings, listen};
pub(crate) use server::ServerSettings;
pub(crate) use sources::{Given, Origin, Sources, seconds};
pub(crate) use trash::trash_place;

/// Where ExifTool is looked for when nobody said.
pub(crate) const EXIFTOOL: &str = "exiftool";

/// Everything that `write` needs to know.
pub(crate) struct WriteSettings {
    /// The server and the way to it.
    pub(crate) server: ServerSettings,
    /// Where the keys come from, one for each account.
    pub(crate) keys: Vec<KeySource>,
    /// Who signs in for the faces, if anybody.
    pub(crate) login: Option<LoginSource>,
    /// What is written, and how.
    pub(crate) options: WriteOptions,
    /// Who reads and writes metadata.
    pub(crate) engine: EngineSettings,
    /// The folder of the state; `None` for the usual one of this server and user.
    pub(crate) state_dir: Option<PathBuf>,
    /// Whether only to show what would be done.
    pub(crate) dry_run: bool,
    /// Whether what is known of albums is forgotten first.
    pub(crate) clear_album_cache: bool,
    /// What is kept for an exact undo.
    pub(crate) retention: Retention,
    /// Whether concerns about secrets end the run.
    pub(crate) strict: bool,
    /// What the user should know before the run.
    pub(crate) concerns: Vec<String>,
}

impl WriteSettings {
    /// Decides everything, or says what is missing or contradicts itself.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Self> {
        sources.environment.refuse_unknown(&catalogue::variables())?;
        let keys = KeySource::resolve(sources)?;
        let server = ServerSettings::resolve(sources)?;
        let mut concerns: Vec<String> = keys.iter().filter_map(|key| key.concerns(sources.config)).collect();
        concerns.dedup();
        let login = LoginSource::resolve(sources)?;
        concerns.extend(login.iter().filter_map(|login| login.concern(sources.config)));
        concerns.extend(server.concern());
        Ok(Self {
            server,
            keys,
            login,
            options: options::resolve(sources)?,
            engine: EngineSettings::resolve(sources)?,
            state_dir: sources.path(&catalogue::STATE_DIR)?,
            dry_run: sources.flag(&catalogue::DRY_RUN)?,
            clear_album_cache: sources.flag(&catalogue::CLEAR_ALBUM_CACHE)?,
            retention: retention::retention(sources)?,
            strict: sources.flag(&catalogue::STRICT)?,
            concerns,
        })
    }
}

/// The kinds of data that are written; none where nobody chose any.
pub(crate) fn kinds_of_data(sources: &Sources<'_>) -> Result<BTreeSet<Datum>> {
    Ok(data::find(sources)?.map(|(data, _)| data).unwrap_or_default())
}

/// The library folder, and the rule from paths of the server to paths below it.
pub(crate) fn path_mapping(sources: &Sources<'_>) -> Result<PathMapping> {
    paths::resolve(sources)
}

/// How originals are replaced.
pub(crate) fn replace_options(sources: &Sources<'_>) -> Result<ReplaceOptions> {
    let hard_links = match sources.word(&catalogue::HARD_LINKS)? {
        Some(words::HardLinks::Break) => HardLinkPolicy::Break,
        Some(words::HardLinks::Skip) | None => HardLinkPolicy::Refuse,
    };
    let depth = if sources.flag(&catalogue::PARANOID)? { Depth::Whole } else { Depth::Borders };
    Ok(ReplaceOptions {
        hard_links,
        touch: sources.flag(&catalogue::TOUCH)?,
        depth,
        inside_from: in_place_from(sources)?,
    })
}

/// From how many bytes on a file may be written in place.
fn in_place_from(sources: &Sources<'_>) -> Result<Option<u64>> {
    const MEGABYTE: u64 = 1 << 20;
    let Some(given) = sources.find(&catalogue::IN_PLACE_FROM)? else {
        return Ok(ReplaceOptions::default().inside_from);
    };
    let text = given.text()?;
    if text.eq_ignore_ascii_case("never") {
        return Ok(None);
    }
    let bytes = text.parse::<u64>().ok().and_then(|megabytes| megabytes.checked_mul(MEGABYTE));
    bytes.map(Some).ok_or_else(|| given.not("a number of megabytes, or never"))
}

/// How many files are at work at the same time.
pub(crate) fn workers(sources: &Sources<'_>) -> Result<usize> {
    Ok(to_usize(sources.number(&catalogue::WORKERS, 1..=64)?.unwrap_or(2)))
}

/// What the server is told afterwards.
pub(crate) fn after(sources: &Sources<'_>) -> Result<AfterWrite> {
    Ok(sources.word::<words::AfterWord>(&catalogue::AFTER)?.map_or(AfterWrite::default(), Into::into))
}

/// The ExifTool program.
pub(crate) fn exiftool(sources: &Sources<'_>) -> Result<PathBuf> {
    Ok(sources.path(&catalogue::EXIFTOOL)?.unwrap_or_else(|| EXIFTOOL.into()))
}

/// The zone of times that name none.
pub(crate) fn time_zone(sources: &Sources<'_>) -> Result<TimeZone> {
    let Some(given) = sources.find(&catalogue::TIME_ZONE)? else { return Ok(TimeZone::system()) };
    // The system knows more forms of its own variable than names of zones.
    if given.origin == Origin::Environment("TZ".to_owned()) {
        return Ok(TimeZone::system());
    }
    let name = given.text()?;
    TimeZone::get(&name).or_else(|_| TimeZone::posix(&name)).map_err(|_| {
        usage(format!("{} is `{name}`, expected a time zone such as Europe/Berlin", given.origin))
    })
}

/// A name that can be one of a tag. Immich takes `/` for the border between a tag and what is below it, so no part may be
/// empty.
fn plain_tag(name: &str) -> Result<String> {
    if name.split('/').any(|part| part.trim().is_empty()) {
        return Err(usage(format!(
            "`{name}` is no name of a tag; write it as `review` or `review/duplicate`"
        )));
    }
    Ok(name.to_owned())
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
