//! What `organize` is told: where photos are, what belongs together, and what is done about it.
//!
//! Albums, people and libraries stay names here; the server is asked for their ids when there is one.

mod rules;
mod source;
mod wishes;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::Result;
use jiff::Timestamp;
use photo_similarity::{Limits, Preference, Rules};
use sync_core::local_trash::TrashPlace;
use sync_core::organize::{Link, LookOptions, Scope, SourceChoice};

use super::selection::moment;
use super::trash::real;
use super::words::HashWord;
use super::{ServerSettings, Sources, catalogue, retention, time_zone, to_usize, trash_place};
use crate::exit::usage;
use crate::folders::Folders;
use crate::key::KeySource;

pub(crate) use source::source_words;
#[cfg(test)]
pub(crate) use wishes::RemoveTag;
pub(super) use wishes::chooses;
pub(crate) use wishes::{Wish, Wishes};

/// Bytes of thumbnails that are kept when nobody says.
const CACHE_SIZE: u64 = 5_000_000_000;

/// Everything that `organize` needs to know.
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct OrganizeSettings {
    /// The server and the keys of its accounts; `None` for folders of this machine alone.
    pub(crate) server: Option<(ServerSettings, Vec<KeySource>)>,
    /// Where photos are.
    pub(crate) source: SourceChoice,
    /// What belongs together.
    pub(crate) rules: Rules,
    /// How pictures are looked at.
    pub(crate) look: LookOptions,
    /// Whether every picture is looked at again.
    pub(crate) rehash: bool,
    /// Which photos count, in the words of the user.
    pub(crate) names: Names,
    /// Only photos taken at or after this moment.
    pub(crate) since: Option<Timestamp>,
    /// What the filters mean for the other side of a pair.
    pub(crate) scope: Scope,
    /// Whether photos of partners and shared albums are compared too.
    pub(crate) include_shared: bool,
    /// Whether archived photos count.
    pub(crate) archived: bool,
    /// What comes before the usual order when the best is chosen.
    pub(crate) prefer: Vec<Preference>,
    /// Folders and libraries whose photos are kept.
    pub(crate) prefer_places: Vec<String>,
    /// Thumbnails that are kept.
    pub(crate) thumbnails: Thumbnails,
    /// Files of hashes.
    pub(crate) exchange: Exchange,
    /// What is done about the groups.
    pub(crate) wishes: Wishes,
    /// Where each group gets a folder, and how files come into it.
    pub(crate) output: Option<(PathBuf, Link)>,
    /// Where copies on this machine go.
    pub(crate) trash: TrashPlace,
    /// The page that shows them.
    pub(crate) report: Option<PathBuf>,
    /// Groups on the page.
    pub(crate) report_limit: u64,
    /// Pictures that are decoded at the same time.
    pub(crate) workers: usize,
    /// The folder of the state; `None` for the usual one.
    pub(crate) state_dir: Option<PathBuf>,
    /// Whether only to show what would be done.
    pub(crate) dry_run: bool,
    /// Whether to go on where a yes is needed.
    pub(crate) yes: bool,
    /// Whether concerns about secrets end the run.
    pub(crate) strict: bool,
    /// What the user should know before the run.
    pub(crate) concerns: Vec<String>,
}

/// Filters by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Albums.
    pub(crate) albums: Vec<String>,
    /// People.
    pub(crate) people: Vec<String>,
    /// External libraries.
    pub(crate) libraries: Vec<String>,
}

/// Thumbnails on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thumbnails {
    /// Where; `None` keeps none.
    pub(crate) folder: Option<PathBuf>,
    /// How many bytes of them at most.
    pub(crate) bytes: u64,
}

/// Files of hashes, from and for other machines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// Whose photos are compared with.
    pub(crate) load: Vec<PathBuf>,
    /// Where all hashes are written to.
    pub(crate) save: Option<PathBuf>,
}

impl OrganizeSettings {
    /// Decides everything, or says what is missing or contradicts itself.
    pub(crate) fn resolve(sources: &Sources<'_>, folders: &Folders) -> Result<Self> {
        sources.environment.refuse_unknown(&catalogue::variables())?;
        let source = source::resolve(sources)?;
        let wishes = wishes::resolve(sources)?;
        let output = output(sources, &source)?;
        let trash = trash_place(sources.path(&catalogue::ORGANIZE_LOCAL_TRASH)?, folders, local(&source))?;
        let names = names(sources)?;
        let asks_server = !matches!(source, SourceChoice::Local(_)) || wishes.remove_tag.is_some();
        let (server, concerns) = if asks_server { server(sources)? } else { (None, Vec::new()) };
        if server.is_none() {
            refuse_without_server(&wishes, &names)?;
        }
        let since = match sources.text(&catalogue::ORGANIZE_SINCE)? {
            Some(text) => Some(moment(&text, &time_zone(sources)?)?),
            None => None,
        };
        let touching = sources.flag(&catalogue::ORGANIZE_TOUCHING)?;
        let is_idle = wishes.actions.is_empty() && output.is_none();
        if is_idle && sources.typed(&catalogue::ORGANIZE_GROUP).is_some() {
            return Err(usage(
                "--group says with which groups something is done; `immich-sync organize show GROUP` shows one",
            ));
        }
        let report_limit = sources.number(&catalogue::ORGANIZE_REPORT_LIMIT, 1..=1_000_000)?;
        Ok(Self {
            server,
            source,
            rules: rules::resolve(sources)?,
            look: look(sources)?,
            rehash: sources.flag(&catalogue::ORGANIZE_REHASH)?,
            names,
            since,
            scope: if touching { Scope::Touching } else { Scope::Inside },
            include_shared: sources.flag(&catalogue::ORGANIZE_SHARED)?,
            archived: sources.flag(&catalogue::ORGANIZE_ARCHIVED)?,
            prefer: rules::preferences(sources)?,
            prefer_places: sources.texts(&catalogue::ORGANIZE_PREFER_PLACE)?,
            thumbnails: thumbnails(sources, folders)?,
            exchange: Exchange {
                load: sources.paths(&catalogue::ORGANIZE_LOAD_HASHES)?,
                save: sources.path(&catalogue::ORGANIZE_SAVE_HASHES)?,
            },
            wishes,
            output,
            trash,
            report: sources.path(&catalogue::ORGANIZE_REPORT)?,
            report_limit: u64::from(report_limit.unwrap_or(1000)),
            workers: workers(sources)?,
            state_dir: sources.path(&catalogue::STATE_DIR)?,
            dry_run: sources.flag(&catalogue::DRY_RUN)?,
            yes: sources.flag(&catalogue::YES)?,
            strict: sources.flag(&catalogue::STRICT)?,
            concerns,
        })
    }
}

/// A server and the keys of its accounts, and what is to be said of the way the keys are kept.
type Served = (Option<(ServerSettings, Vec<KeySource>)>, Vec<String>);

fn server(sources: &Sources<'_>) -> Result<Served> {
    let keys = KeySource::resolve(sources)?;
    let server = ServerSettings::at_its_pace(sources)?;
    let mut concerns: Vec<String> = keys.iter().filter_map(|key| key.concerns(sources.config)).collect();
    concerns.dedup();
    concerns.extend(server.concern());
    Ok((Some((server, keys)), concerns))
}

/// Where each group gets a folder. Among the photos that are compared, its copies would be found as duplicates.
fn output(sources: &Sources<'_>, source: &SourceChoice) -> Result<Option<(PathBuf, Link)>> {
    let folder = sources.path(&catalogue::ORGANIZE_OUTPUT)?;
    if let (Some(output), SourceChoice::Local(folders) | SourceChoice::Both(folders)) = (&folder, source) {
        let output = real(output);
        if let Some(compared) = folders.iter().find(|compared| output.starts_with(real(compared))) {
            return Err(usage(format!(
                "--output `{}` lies in `{}`, whose photos are compared, and the next scan would find its copies; \
                 choose a folder outside of it",
                output.display(),
                compared.display()
            )));
        }
    }
    let Some(given) = sources.find(&catalogue::ORGANIZE_LINK)? else {
        return Ok(folder.map(|folder| (folder, Link::default())));
    };
    let link = match given.text()?.to_ascii_lowercase().as_str() {
        "copy" => Link::Copy,
        "hard" => Link::Hard,
        _ => return Err(given.not("copy or hard")),
    };
    if folder.is_none() && sources.typed(&catalogue::ORGANIZE_LINK).is_some() {
        return Err(usage("--link belongs to --output DIR"));
    }
    Ok(folder.map(|folder| (folder, link)))
}

/// The folders of this machine whose photos are compared.
fn local(source: &SourceChoice) -> &[PathBuf] {
    match source {
        SourceChoice::Local(folders) | SourceChoice::Both(folders) => folders,
        SourceChoice::Immich => &[],
    }
}

/// What only a server can do is no use without one.
fn refuse_without_server(wishes: &Wishes, names: &Names) -> Result<()> {
    let is_of_the_server = |wish: &&Wish| **wish != Wish::Trash;
    let action = wishes.actions.iter().find(is_of_the_server).map(|wish| wish.option());
    let filters = [
        (&names.albums, catalogue::ORGANIZE_ALBUM),
        (&names.people, catalogue::ORGANIZE_PERSON),
        (&names.libraries, catalogue::ORGANIZE_LIBRARY),
    ];
    let filter = filters.iter().find(|(names, _)| !names.is_empty()).map(|(_, setting)| setting.option);
    match action.or(filter) {
        Some(option) => Err(usage(format!(
            "--{option} is about photos on the server; say --source immich, or --source immich,local for both"
        ))),
        None => Ok(()),
    }
}

fn names(sources: &Sources<'_>) -> Result<Names> {
    Ok(Names {
        albums: sources.texts(&catalogue::ORGANIZE_ALBUM)?,
        people: sources.texts(&catalogue::ORGANIZE_PERSON)?,
        libraries: sources.texts(&catalogue::ORGANIZE_LIBRARY)?,
    })
}

fn look(sources: &Sources<'_>) -> Result<LookOptions> {
    Ok(LookOptions {
        kind: sources.word::<HashWord>(&catalogue::ORGANIZE_HASH)?.unwrap_or(HashWord::P256).into(),
        detail: sources.flag(&catalogue::ORGANIZE_DETAIL)?,
        rotations: sources.flag(&catalogue::ORGANIZE_ROTATIONS)?,
        trims: sources.flag(&catalogue::ORGANIZE_TRIMS)?,
        limits: Limits::default(),
    })
}

fn thumbnails(sources: &Sources<'_>, folders: &Folders) -> Result<Thumbnails> {
    let bytes = match sources.find(&catalogue::ORGANIZE_CACHE_SIZE)? {
        Some(given) => retention::size(&given)?.unwrap_or(u64::MAX),
        None => CACHE_SIZE,
    };
    if sources.flag(&catalogue::ORGANIZE_STREAM)? || bytes == 0 {
        return Ok(Thumbnails { folder: None, bytes: 0 });
    }
    let named = sources.path(&catalogue::ORGANIZE_CACHE_DIR)?;
    let usual = || folders.cache.as_ref().map(|cache| cache.join("thumbnails"));
    Ok(Thumbnails { folder: named.or_else(usual), bytes })
}

fn workers(sources: &Sources<'_>) -> Result<usize> {
    let said = sources.number(&catalogue::ORGANIZE_WORKERS, 1..=256)?.map(to_usize);
    Ok(said.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get)))
}
