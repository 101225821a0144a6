//! What an export is told: which library, to where, under which names, and what is written beside the photos.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::Result;
use apple_photos::PathMap;
use sync_core::export::{Cleanup, ExportOptions, Files, OnConflict, Said, Selection, Template};

use super::setting::Setting;
use super::words::{ConflictWord, SidecarWord};
use super::{Sources, catalogue, time_zone, workers};
use crate::engines::EngineSettings;
use crate::exit::usage;

/// The folders of the photos when nobody says.
const DIRECTORY: &str = "{created.year}/{created.mm}";
/// What stands behind the name of an edited version when nobody says.
const EDITED: &str = "_edited";
/// The trash of an export when nobody says, in its destination.
const TRASH: &str = ".immich-sync-trash";

/// Everything that an export needs to know.
pub(crate) struct ExportSettings {
    /// The library; absolute.
    pub(crate) library: PathBuf,
    /// The destination; absolute.
    pub(crate) to: PathBuf,
    /// What is wanted.
    pub(crate) options: ExportOptions,
    /// Where files outside of the library are on this machine.
    pub(crate) volumes: PathMap,
    /// Who reads and writes metadata.
    pub(crate) engine: EngineSettings,
    /// Where every file is listed.
    pub(crate) report: Option<ReportFile>,
    /// The folder of the state; `None` for the usual one of this machine.
    pub(crate) state_dir: Option<PathBuf>,
    /// Whether only to show what would be done.
    pub(crate) dry_run: bool,
}

/// A list of all files, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    /// Where.
    pub(crate) path: PathBuf,
    /// As JSON; else as CSV.
    pub(crate) as_json: bool,
}

impl ExportSettings {
    /// Decides everything, or says what is missing or contradicts itself.
    pub(crate) fn resolve(sources: &Sources<'_>, typed: Option<&Path>) -> Result<Self> {
        sources.environment.refuse_unknown(&catalogue::variables())?;
        let library = match typed {
            Some(library) => Some(library.to_owned()),
            None => sources.path(&catalogue::EXPORT_LIBRARY)?,
        };
        let example = "`immich-sync export apple-photos \"Photos Library.photoslibrary\" --to ~/Export`";
        let Some(library) = library else {
            return Err(usage(format!("no library to export; name it, as in {example}")));
        };
        let Some(to) = sources.path(&catalogue::EXPORT_TO)? else {
            return Err(usage(format!("no folder to export to; name it with --to, as in {example}")));
        };
        let (library, to) = (absolute(&library)?, absolute(&to)?);
        if to.starts_with(&library) {
            return Err(usage(
                "--to is inside of the library, which is never written to; name another folder",
            ));
        }
        Ok(Self {
            options: options(sources, &to)?,
            volumes: volumes(sources)?,
            engine: EngineSettings::resolve(sources)?,
            report: report(sources)?,
            state_dir: sources.path(&catalogue::STATE_DIR)?,
            dry_run: sources.flag(&catalogue::DRY_RUN)?,
            library,
            to,
        })
    }
}

fn options(sources: &Sources<'_>, to: &Path) -> Result<ExportOptions> {
    let suffix = sources.text(&catalogue::EXPORT_EDITED_SUFFIX)?.unwrap_or_else(|| EDITED.to_owned());
    if suffix.is_empty() || suffix.contains(['/', '{', '\0']) || suffix.len() > 100 {
        return Err(usage("--edited-suffix is plain text without `/` and `{`, such as _edited"));
    }
    let on_conflict = sources.word::<ConflictWord>(&catalogue::EXPORT_ON_CONFLICT)?;
    Ok(ExportOptions {
        folder: template(sources, &catalogue::EXPORT_DIRECTORY)?.map_or_else(|| parsed(DIRECTORY), Ok)?,
        name: template(sources, &catalogue::EXPORT_FILENAME)?,
        edited_suffix: suffix,
        selection: Selection {
            hidden: sources.flag(&catalogue::EXPORT_HIDDEN)?,
            trashed: sources.flag(&catalogue::EXPORT_DELETED)?,
            shared: sources.flag(&catalogue::EXPORT_SHARED)?,
            syndicated: sources.flag(&catalogue::EXPORT_SYNDICATED)?,
            unpicked: !sources.flag(&catalogue::EXPORT_SKIP_BURSTS)?,
        },
        files: Files {
            edited: !sources.flag(&catalogue::EXPORT_SKIP_EDITED)?,
            originals_of_edited: !sources.flag(&catalogue::EXPORT_SKIP_ORIGINAL)?,
            live: !sources.flag(&catalogue::EXPORT_SKIP_LIVE)?,
            raw: !sources.flag(&catalogue::EXPORT_SKIP_RAW)?,
        },
        sidecar: sources.word::<SidecarWord>(&catalogue::EXPORT_SIDECAR)?.is_some(),
        embed: sources.flag(&catalogue::EXPORT_EMBED)?,
        said: Said {
            albums_as_keywords: sources.flag(&catalogue::EXPORT_ALBUM_KEYWORD)?,
            people_as_keywords: sources.flag(&catalogue::EXPORT_PERSON_KEYWORD)?,
            favourite_rating: sources.flag(&catalogue::EXPORT_FAVORITE_RATING)?,
        },
        touch: sources.flag(&catalogue::EXPORT_TOUCH_FILE)?,
        on_conflict: on_conflict.map_or(OnConflict::default(), Into::into),
        cleanup: cleanup(sources, to)?,
        workers: workers(sources)?,
        confirmed: sources.flag(&catalogue::YES)?,
    })
}

fn template(sources: &Sources<'_>, setting: &Setting) -> Result<Option<Template>> {
    let text = sources.text(setting)?.filter(|text| !text.is_empty());
    text.map(|text| parsed(&text)).transpose()
}

fn parsed(text: &str) -> Result<Template> {
    Template::parse(text).map_err(|error| usage(error.to_string()))
}

fn cleanup(sources: &Sources<'_>, to: &Path) -> Result<Option<Cleanup>> {
    let trash = sources.path(&catalogue::EXPORT_CLEANUP_TO)?.map(|trash| absolute(&trash)).transpose()?;
    if !sources.flag(&catalogue::EXPORT_CLEANUP)? {
        return match trash {
            Some(_) => Err(usage("--cleanup-to says where --cleanup puts files; add --cleanup")),
            None => Ok(None),
        };
    }
    Ok(Some(Cleanup { trash: trash.unwrap_or_else(|| to.join(TRASH)), zone: time_zone(sources)? }))
}

fn volumes(sources: &Sources<'_>) -> Result<PathMap> {
    let pair = |text: String| match text.split_once('=') {
        Some((mac, here)) if mac.starts_with('/') && !here.is_empty() => {
            Ok((PathBuf::from(mac), absolute(Path::new(here))?))
        }
        _ => Err(usage(format!("--volume is `{text}`, expected MAC=HERE, as in /Volumes/Disk=/mnt/disk"))),
    };
    let folders = sources.texts(&catalogue::EXPORT_PATH_MAP)?.into_iter().map(pair).collect::<Result<_>>()?;
    Ok(PathMap { folders })
}

fn report(sources: &Sources<'_>) -> Result<Option<ReportFile>> {
    let Some(path) = sources.path(&catalogue::EXPORT_REPORT)? else { return Ok(None) };
    let path = absolute(&path)?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("csv") => Ok(Some(ReportFile { path, as_json: false })),
        Some("json") => Ok(Some(ReportFile { path, as_json: true })),
        _ => Err(usage("--report names a file that ends in .csv or .json")),
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| usage(format!("`{}`: {error}", path.display())))
}
