//! What an import is told: from where, what of it, and what becomes of it on the server.
//!
//! An import goes into one account: a photo belongs to somebody.

mod apple;
mod folder;
mod takeout;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Result;
use immich_api::RateLimit;
use jiff::{Timestamp, Zoned};
use sync_core::import::sources::apple::{AppleOptions, PeopleRule};
use sync_core::import::sources::folder::{FolderAlbums, FolderOptions};
use sync_core::import::sources::takeout::{Partner, TakeoutOptions};
use sync_core::import::{DeleteRule, EditRule, HiddenRule, ImportOptions, Preference, StackRule};
use sync_core::local_trash::TrashPlace;

use super::setting::Setting;
use super::words::{DeleteWord, EditWord, HiddenWord, KinWord, WinnerWord};
use super::{ServerSettings, Sources, catalogue, plain_tag, time_zone, to_usize, trash_place};
use crate::args::JobCommand;
use crate::exit::usage;
use crate::folders::Folders;
use crate::key::KeySource;

/// Uploads at a time when nobody says. Each may hold 4 MiB in memory, and more of them do not make a server faster.
const UPLOADS: NonZeroUsize = match NonZeroUsize::new(4) {
    Some(uploads) => uploads,
    None => NonZeroUsize::MIN,
};

/// What people are below as tags.
const PEOPLE: &str = "People";

/// Everything that an import needs to know.
pub(crate) struct ImportSettings {
    /// The server and the way to it.
    pub(crate) server: ServerSettings,
    /// Where the key of the account comes from.
    pub(crate) key: KeySource,
    /// What is imported.
    pub(crate) from: ImportFrom,
    /// What becomes of it.
    pub(crate) options: ImportOptions,
    /// The folder of the state; `None` for the usual one of this server and user.
    pub(crate) state_dir: Option<PathBuf>,
    /// Where files go once the server has them; `None` where they stay.
    pub(crate) put_away: Option<TrashPlace>,
    /// Whether heavy jobs of the server wait meanwhile.
    pub(crate) pause_jobs: bool,
    /// Whether only to show what would be done.
    pub(crate) dry_run: bool,
    /// Whether concerns about secrets end the run.
    pub(crate) strict: bool,
    /// What the user should know before the run.
    pub(crate) concerns: Vec<String>,
}

/// What is imported.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ImportFrom {
    /// Folders.
    Folder(FolderOptions),
    /// An export of Google Photos.
    Takeout(TakeoutOptions),
    /// A library of Apple Photos.
    Apple(Box<AppleOptions>),
}

/// Where an import is from, as the command line names it, and what stands there in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// `import folder`
    Folder(&'a [PathBuf]),
    /// `import google-takeout`
    Takeout(&'a [PathBuf]),
    /// `import apple-photos`
    Apple(Option<&'a Path>),
}

impl Asked<'_> {
    /// As a job names it.
    pub(crate) fn command(self) -> JobCommand {
        match self {
            Self::Folder(_) => JobCommand::ImportFolder,
            Self::Takeout(_) => JobCommand::ImportTakeout,
            Self::Apple(_) => JobCommand::ImportApple,
        }
    }
}

impl ImportFrom {
    /// The command, as it is typed.
    pub(crate) fn command(&self) -> &'static str {
        match self {
            Self::Folder(_) => "import folder",
            Self::Takeout(_) => "import google-takeout",
            Self::Apple(_) => "import apple-photos",
        }
    }

    /// Where it is, absolute.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Folder(options) => &options.roots,
            Self::Takeout(options) => &options.paths,
            Self::Apple(options) => std::slice::from_ref(&options.library),
        }
    }

    /// Whether photos may get tags because of what the source says.
    pub(crate) fn has_tags(&self) -> bool {
        match self {
            // A sidecar may have tags.
            Self::Folder(options) => options.folder_tags || options.sidecars,
            Self::Takeout(options) => options.tag,
            // Keywords.
            Self::Apple(_) => true,
        }
    }

    /// Whether photos may go into albums because of what the source says.
    pub(crate) fn has_albums(&self) -> bool {
        match self {
            Self::Folder(options) => {
                options.albums != FolderAlbums::None || (options.sidecars && options.listed_albums)
            }
            Self::Takeout(options) => options.albums || matches!(options.partner, Partner::Album(_)),
            Self::Apple(options) => options.albums,
        }
    }
}

impl ImportSettings {
    /// Decides everything, or says what is missing or contradicts itself.
    pub(crate) fn resolve(sources: &Sources<'_>, folders: &Folders, asked: Asked<'_>) -> Result<Self> {
        sources.environment.refuse_unknown(&catalogue::variables())?;
        let mut options = options(sources)?;
        let from = match asked {
            Asked::Folder(paths) => ImportFrom::Folder(folder::resolve(sources, paths, options.hidden)?),
            Asked::Takeout(paths) => ImportFrom::Takeout(takeout::resolve(sources, paths, options.hidden)?),
            Asked::Apple(library) => {
                let apple = apple::resolve(sources, library, options.hidden)?;
                options.people_tag = (apple.people == PeopleRule::Names).then(|| PEOPLE.to_owned());
                options.stack.clone_from(&apple.stack);
                ImportFrom::Apple(Box::new(apple))
            }
        };
        let put_away = put_away(sources, folders, &from, &options)?;
        let key = key(sources)?;
        let mut server = ServerSettings::resolve(sources)?;
        if sources.find(&catalogue::RATE_LIMIT)?.is_none() {
            // Photos come by the thousand, and a server that is too busy says so.
            server.rate_limit = RateLimit::Auto;
        }
        let mut concerns: Vec<String> = key.concerns(sources.config).into_iter().collect();
        concerns.extend(server.concern());
        Ok(Self {
            server,
            key,
            from,
            options,
            state_dir: sources.path(&catalogue::STATE_DIR)?,
            put_away,
            pause_jobs: sources.flag(&catalogue::IMPORT_PAUSE_JOBS)?,
            dry_run: sources.flag(&catalogue::DRY_RUN)?,
            strict: sources.flag(&catalogue::STRICT)?,
            concerns,
        })
    }
}

fn key(sources: &Sources<'_>) -> Result<KeySource> {
    let mut keys = KeySource::resolve(sources)?.into_iter();
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(key),
        _ => Err(usage(
            "an import goes into one account, and there are several API keys; name that of the account with \
             --api-key-file FILE",
        )),
    }
}

/// What becomes of photos when nobody says anything.
pub(crate) fn import_options() -> ImportOptions {
    ImportOptions {
        into_album: None,
        tags: BTreeSet::new(),
        session_tag: None,
        people_tag: None,
        prefer: Preference::default(),
        delete: DeleteRule::default(),
        on_edit: EditRule::default(),
        stack: StackRule::new(),
        hidden: HiddenRule::default(),
        restore: false,
        rehash: false,
        uploads: UPLOADS,
        confirmed: false,
    }
}

fn options(sources: &Sources<'_>) -> Result<ImportOptions> {
    let tags = sources.texts(&catalogue::IMPORT_TAG)?;
    let tags = tags.iter().map(|tag| plain_tag(tag)).collect::<Result<BTreeSet<_>>>()?;
    let uploads = sources.number(&catalogue::IMPORT_CONCURRENT_TASKS, 1..=32)?.map(to_usize);
    let into_album = sources.text(&catalogue::IMPORT_INTO_ALBUM)?;
    let session = sources.flag(&catalogue::IMPORT_SESSION_TAG)?;
    let zone = time_zone(sources)?;
    let people = sources.flag(&catalogue::IMPORT_PEOPLE_TAG)?;
    let prefer = sources.word::<WinnerWord>(&catalogue::IMPORT_PREFER)?;
    let hidden = sources.word::<HiddenWord>(&catalogue::IMPORT_HIDDEN)?;
    let delete = sources.word::<DeleteWord>(&catalogue::IMPORT_DELETE)?;
    let on_edit = sources.word::<EditWord>(&catalogue::IMPORT_ON_EDIT)?;
    let stack = sources.words::<KinWord>(&catalogue::IMPORT_STACK)?;
    Ok(ImportOptions {
        into_album: into_album.filter(|name| !name.is_empty()),
        tags,
        session_tag: session.then(|| session_tag(&Timestamp::now().to_zoned(zone))),
        people_tag: people.then(|| PEOPLE.to_owned()),
        prefer: prefer.map_or(Preference::default(), Into::into),
        delete: delete.map_or(DeleteRule::default(), Into::into),
        on_edit: on_edit.map_or(EditRule::default(), Into::into),
        stack: stack.into_iter().filter_map(KinWord::kin).collect(),
        hidden: hidden.map_or(HiddenRule::default(), Into::into),
        restore: sources.flag(&catalogue::IMPORT_RESTORE)?,
        rehash: sources.flag(&catalogue::IMPORT_REHASH)?,
        uploads: uploads.and_then(NonZeroUsize::new).unwrap_or(UPLOADS),
        confirmed: sources.flag(&catalogue::YES)?,
    })
}

/// What photos of a run are tagged with; braces, as people know them from another uploader.
fn session_tag(now: &Zoned) -> String {
    format!("{{immich-sync}}/{}", now.strftime("%Y-%m-%d %H-%M-%S"))
}

/// Where files go that the server has, if they are to go.
fn put_away(
    sources: &Sources<'_>,
    folders: &Folders,
    from: &ImportFrom,
    options: &ImportOptions,
) -> Result<Option<TrashPlace>> {
    let wanted = sources.flag(&catalogue::IMPORT_DELETE_AFTER)?;
    let trash = sources.path(&catalogue::IMPORT_FOLDER_LOCAL_TRASH)?;
    if !wanted {
        return match sources.typed(&catalogue::IMPORT_FOLDER_LOCAL_TRASH) {
            Some(_) => Err(usage("--local-trash belongs to --delete-after")),
            None => Ok(None),
        };
    }
    let folder = match from {
        ImportFrom::Folder(folder) => folder,
        ImportFrom::Apple(_) => {
            return Err(usage(
                "--delete-after is for folders: the files of a library belong to Apple Photos",
            ));
        }
        ImportFrom::Takeout(_) => {
            return Err(usage(
                "--delete-after is for folders: an export of Google Photos lies in archives, where one photo cannot go \
             alone, and what is said of it in files that others need as well; delete the export when all of it arrived",
            ));
        }
    };
    if options.delete == DeleteRule::Trash {
        return Err(usage(
            "--delete-after takes files away here on purpose, so --delete trash would take them for deleted; keep one \
             of them",
        ));
    }
    trash_place(trash, folders, &folder.roots).map(Some)
}

/// Where the photos are: as typed, else as the setting says.
fn paths(sources: &Sources<'_>, typed: &[PathBuf], setting: &Setting, example: &str) -> Result<Vec<PathBuf>> {
    let paths = if typed.is_empty() { sources.paths(setting)? } else { typed.to_vec() };
    if paths.is_empty() {
        return Err(usage(format!("no place to import from; name it, as in `immich-sync {example}`")));
    }
    paths.iter().map(|path| absolute(path)).collect()
}

/// The ids of what is remembered are made of absolute paths, so the same folder has to have the same one from anywhere.
fn absolute(path: &Path) -> Result<PathBuf> {
    let wrong = |error: std::io::Error| usage(format!("`{}`: {error}", path.display()));
    std::path::absolute(path).map_err(wrong)
}
