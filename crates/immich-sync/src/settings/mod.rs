//! What a run will do, with nothing left open: command line, then environment, then config file, then default.
//!
//! Resolving reads the environment as it was at the start and the config file, and nothing else: no key, no
//! server, no photo. So what is wrong is said before anything happens, and all of it can be tested as text.

mod data;
pub(crate) mod names;
mod output;
mod paths;
mod server;

use std::path::PathBuf;

use anyhow::Result;
use immich_api::AssetId;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use photo_metadata::replace::{HardLinkPolicy, ReplaceOptions};
use photo_metadata::{Allowances, Rules, TagChoices};
use sync_core::writeback::{
    AfterWrite, AlbumOptions, Brake, FaceOptions, IdentityCheck, ManagedPolicy, Selection, Targets,
    WriteOptions,
};

use crate::args::{HardLinks, Managed, WriteArgs};
use crate::config::ConfigFile;
use crate::environment::Environment;
use crate::exit::usage;
use crate::key::KeySource;

pub(crate) use output::{LogFile, OutputSettings};
pub(crate) use server::ServerSettings;

/// Characters of the longest caption, as people know it from the tool they come from.
const CAPTION_MAX_LEN: u32 = 2000;

/// Where ExifTool is looked for when nobody said.
const EXIFTOOL: &str = "exiftool";

/// Everything that `write` needs to know.
pub(crate) struct WriteSettings {
    /// The server and the way to it.
    pub(crate) server: ServerSettings,
    /// Where the key comes from.
    pub(crate) key: KeySource,
    /// What is written, and how.
    pub(crate) options: WriteOptions,
    /// The ExifTool program.
    pub(crate) exiftool: PathBuf,
    /// The folder of the state; `None` for the usual one of this server and user.
    pub(crate) state_dir: Option<PathBuf>,
    /// Whether only to show what would be done.
    pub(crate) dry_run: bool,
    /// Whether concerns about secrets end the run.
    pub(crate) strict: bool,
    /// What the user should know before the run.
    pub(crate) concerns: Vec<String>,
}

/// What the settings are made of, in their order of precedence.
pub(crate) struct Sources<'a> {
    /// The command line.
    pub(crate) args: &'a WriteArgs,
    /// The environment.
    pub(crate) environment: &'a Environment,
    /// The config file.
    pub(crate) config: &'a ConfigFile,
}

impl WriteSettings {
    /// Decides everything, or says what is missing or contradicts itself.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Self> {
        let Sources { args, environment, config, .. } = *sources;
        environment.refuse_unknown(&names::all())?;
        let key = KeySource::resolve(args.api_key.as_deref(), environment, config)?;
        let server = ServerSettings::resolve(sources)?;
        let strict = sources.flag(args.strict, names::STRICT, config.strict)?;
        let concerns = [key.concerns(config), server.concern()].into_iter().flatten().collect();
        let exiftool =
            args.exiftool.clone().map_or_else(|| environment.path(names::EXIFTOOL), |path| Ok(Some(path)))?;
        let state_dir = args
            .state_dir
            .clone()
            .map_or_else(|| environment.path(names::STATE_DIR), |path| Ok(Some(path)))?;
        Ok(Self {
            server,
            key,
            options: options(sources)?,
            exiftool: exiftool.or_else(|| config.exiftool.clone()).unwrap_or_else(|| EXIFTOOL.into()),
            state_dir: state_dir.or_else(|| config.state_dir.clone()),
            dry_run: sources.flag(args.dry_run, names::DRY_RUN, None)?,
            strict,
            concerns,
        })
    }
}

impl Sources<'_> {
    /// A flag: there on the command line, else what the environment, else what the config file says.
    fn flag(&self, on_command_line: bool, names: &[&'static str], in_config: Option<bool>) -> Result<bool> {
        if on_command_line {
            return Ok(true);
        }
        Ok(self.environment.flag(names)?.or(in_config).unwrap_or(false))
    }

    /// A number within bounds, wherever it comes from.
    fn number(
        &self,
        on_command_line: Option<u32>,
        names: &[&'static str],
        in_config: Option<u32>,
        bounds: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>> {
        let expected = format!("a number from {} to {}", bounds.start(), bounds.end());
        let number = match on_command_line {
            Some(number) => Some(number),
            None => self.environment.parsed(names, &expected)?.or(in_config),
        };
        match number {
            Some(number) if !bounds.contains(&number) => {
                let name = names.first().map_or("", |name| name.trim_start_matches("IMMICH_SYNC_"));
                let name = name.to_ascii_lowercase().replace('_', "-");
                Err(usage(format!("--{name} is {number}, expected {expected}")))
            }
            number => Ok(number),
        }
    }
}

fn options(sources: &Sources<'_>) -> Result<WriteOptions> {
    let Sources { args, environment, config, .. } = *sources;
    let caption_limit = sources.number(
        args.caption_max_len,
        names::CAPTION_MAX_LEN,
        config.caption_max_len,
        1..=1_000_000,
    )?;
    let workers =
        sources.number(args.workers.map(u32::from), names::WORKERS, config.workers.map(u32::from), 1..=64)?;
    let no_keywords = sources.flag(
        args.no_people_keywords,
        names::NO_PEOPLE_KEYWORDS,
        config.people_keywords.map(|wanted| !wanted),
    )?;
    let hard_links = match args.hard_links {
        None => environment.word(names::HARD_LINKS)?.or(config.hard_links),
        given => given,
    };
    let managed = match args.managed {
        None => environment.word(names::MANAGED)?.or(config.managed),
        given => given,
    };
    Ok(WriteOptions {
        data: data::resolve(sources)?,
        caption_limit: to_usize(caption_limit.unwrap_or(CAPTION_MAX_LEN)),
        rules: Rules {
            choices: TagChoices { people_as_keywords: !no_keywords, ..TagChoices::default() },
            ..Rules::default()
        },
        targets: Targets::default(),
        identity: IdentityCheck::TrustPaths,
        albums: AlbumOptions::default(),
        faces: FaceOptions::default(),
        brake: Brake::default(),
        after: AfterWrite::Nothing,
        allowed: Allowances {
            signed: sources.flag(args.write_signed, names::WRITE_SIGNED, config.write_signed)?,
            raw: sources.flag(args.write_raw, names::WRITE_RAW, config.write_raw)?,
        },
        replace: ReplaceOptions {
            hard_links: match hard_links {
                Some(HardLinks::Break) => HardLinkPolicy::Break,
                Some(HardLinks::Skip) | None => HardLinkPolicy::Refuse,
            },
            touch: sources.flag(args.touch, names::TOUCH, config.touch)?,
        },
        mapping: paths::resolve(sources)?,
        managed: managed.map(|managed| match managed {
            Managed::Original => ManagedPolicy::Original,
            Managed::Skip => ManagedPolicy::Skip,
        }),
        selection: selection(sources)?,
        recheck: recheck(sources)?,
        workers: to_usize(workers.unwrap_or(2)),
    })
}

fn recheck(sources: &Sources<'_>) -> Result<bool> {
    let recheck = sources.flag(sources.args.recheck, names::RECHECK, None)?;
    let only_new = sources.flag(sources.args.only_new, names::ONLY_NEW, None)?;
    if recheck && only_new {
        return Err(usage("--only-new skips what is unchanged and --recheck opens it; choose one of them"));
    }
    Ok(recheck)
}

fn selection(sources: &Sources<'_>) -> Result<Selection> {
    let Sources { args, environment, .. } = *sources;
    let assets = if args.asset.is_empty() { assets_of_environment(environment)? } else { args.asset.clone() };
    let since = match &args.since {
        Some(text) => Some(text.clone()),
        None => environment.text(names::SINCE)?,
    };
    let path = match &args.path {
        Some(path) => Some(path.clone()),
        None => environment.text(names::PATH)?,
    };
    if path.as_deref().is_some_and(str::is_empty) {
        return Err(usage("--path is empty; name a file or folder, or leave it out"));
    }
    let limit = match args.limit {
        Some(limit) => Some(limit),
        None => environment.parsed(names::LIMIT, "a number")?,
    };
    Ok(Selection {
        assets,
        since: since.map(|text| moment(&text, &TimeZone::system())).transpose()?,
        path,
        limit,
    })
}

fn assets_of_environment(environment: &Environment) -> Result<Vec<AssetId>> {
    let text = environment.text(names::ASSET)?.unwrap_or_default();
    let words = text.split([',', ' ', '\n']).filter(|word| !word.is_empty());
    words
        .map(|word| AssetId::parse(word).map_err(|error| usage(format!("IMMICH_SYNC_ASSET: {error}"))))
        .collect()
}

/// A moment, or the beginning of a day or a time on the clock of this machine.
fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let local =
        text.parse::<civil::DateTime>().or_else(|_| text.parse::<civil::Date>().map(civil::DateTime::from));
    local.and_then(|local| local.to_zoned(zone.clone())).map(|zoned| zoned.timestamp()).map_err(|_| {
        usage(format!("`{text}` is no date; write 2024-07-01, 2024-07-01T12:00:00 or 2024-07-01T12:00:00Z"))
    })
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
