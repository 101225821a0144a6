//! From the command line to a config file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use immich_api::{AssetId, Client, Permission, RateLimit};
use messages_macros::tr;
use sync_core::StopFlag;

use super::dialogue::{Keyed, Questions};
use super::file;
use super::place::samples;
use super::rehearsal::{PHOTOS, rehearse};
use super::text::{Answers, KeyPlace, text};
use super::wishes::{self, Wishes};
use crate::args::InitArgs;
use crate::config::ConfigFile;
use crate::environment::Environment;
use crate::exit::{ExitStatus, usage};
use crate::folders::Folders;
use crate::key::KeySource;
use crate::language::word_of;
use crate::output::{Console, Dialogue, clean_path, count};
use crate::settings::words::{Managed, TargetWord};
use crate::settings::{ServerSettings, Sources, catalogue};

/// Runs the command; tells how it went.
pub(crate) fn run(args: &InitArgs) -> ExitStatus {
    let console = Console::detect();
    let stop = StopFlag::new();
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // Where signals cannot be caught they end the program, which has written nothing until its last step.
        let _ = signal_hook::flag::register(signal, stop.shared());
    }
    match set_up(args, console, &stop) {
        Ok(status) => status,
        Err(error) if stop.is_raised() => {
            console.aside("");
            console.error(&error);
            ExitStatus::Interrupted(2)
        }
        Err(error) => {
            console.error(&error);
            ExitStatus::of_error(&error, None)
        }
    }
}

fn set_up(args: &InitArgs, console: Console, stop: &StopFlag) -> Result<ExitStatus> {
    let (environment, folders, none) = (Environment::of_process(), Folders::of_user(), ConfigFile::default());
    environment.refuse_unknown(&catalogue::variables())?;
    let sources = Sources { matches: args.options.matches(), environment: &environment, config: &none };
    let given = Given::of(args, &sources)?;
    let yes = sources.flag(&catalogue::YES)?;
    let dialogue = if yes { None } else { Dialogue::begin(console, stop) };
    if dialogue.is_none() {
        given.require_all(yes)?;
    }
    let path = config_path(&sources, &folders)?;
    let may_replace = may_replace(args, dialogue, &path)?;
    let tell = |line: &str| console.aside(line);
    let server = server_settings(&sources, given.server.clone().unwrap_or_default())?;
    let mut questions = Questions { dialogue, stop, server, yes, tell: &tell };
    let (address, found_server) = questions.server(given.server)?;
    questions.server.url.clone_from(&address);
    let Keyed { place: key, source, client } = questions.key(given.key, &found_server)?;
    let assets = samples(&client)?;
    let (library, found) = questions.library(given.library, &assets)?;
    let has_managed = assets.iter().any(|asset| asset.library_id.is_none());
    let wishes =
        (!args.sync.is_empty()).then(|| wishes::given(&args.sync, given.target, given.managed, has_managed));
    let wishes = questions.wishes(wishes, &source, &client, has_managed)?;
    let made = text(&Answers {
        server: &address,
        key: &key,
        ca_file: questions.server.ca_file.as_deref(),
        insecure: questions.server.insecure,
        library: &library,
        found: &found,
        wishes: &wishes,
        kinds: &kinds(&client, &wishes, &tell),
        exiftool: given.exiftool.as_deref(),
        today: &jiff::Zoned::now().strftime("%Y-%m-%d").to_string(),
    });
    if stop.is_raised() {
        return Err(usage("stopped; nothing was written"));
    }
    let old = file::write(&path, &made, may_replace)?;
    let shown = clean_path(&path);
    tell(&match key {
        KeyPlace::Here(_) => tr!("\nWritten: {shown} (only you can read it)"),
        KeyPlace::File(_) | KeyPlace::Variable(_) => tr!("\nWritten: {shown}"),
    });
    if let Some(old) = old {
        tell(&tr!("The one before is now {}", clean_path(&old)));
    }
    let ids: Vec<AssetId> = spread(&assets.into_iter().map(|asset| asset.id).collect::<Vec<_>>());
    let status = try_out(&sources, &path, &ids, &wishes, &tell)?;
    next(&path, &folders, &wishes, &tell);
    Ok(status)
}

/// What was said by options and variables.
struct Given {
    server: Option<String>,
    key: Option<KeySource>,
    library: Option<PathBuf>,
    target: Option<sync_core::writeback::Target>,
    managed: Option<sync_core::writeback::ManagedPolicy>,
    exiftool: Option<PathBuf>,
    says_what: bool,
}

impl Given {
    fn of(args: &InitArgs, sources: &Sources<'_>) -> Result<Self> {
        let mut keys = KeySource::find(sources)?;
        if keys.len() > 1 {
            return Err(usage(
                "one key is set up at a time; further ones are added to the file, an [[account]] each",
            ));
        }
        let exiftool = sources.path(&catalogue::EXIFTOOL)?;
        Ok(Self {
            server: sources.text(&catalogue::SERVER)?,
            key: keys.pop(),
            library: sources.path(&catalogue::LIBRARY)?,
            target: sources.word::<TargetWord>(&catalogue::TARGET)?.map(Into::into),
            managed: sources.word::<Managed>(&catalogue::MANAGED)?.map(Into::into),
            // A relative one would start at the folder of the config file.
            exiftool: exiftool.map(|path| {
                if path.components().count() > 1 { std::path::absolute(&path).unwrap_or(path) } else { path }
            }),
            says_what: !args.sync.is_empty(),
        })
    }

    /// Names all that is missing at once.
    fn require_all(&self, yes: bool) -> Result<()> {
        let missing: Vec<&str> = [
            (self.server.is_none(), "--server"),
            (self.key.is_none(), "--api-key-file"),
            (self.library.is_none(), "--library"),
            (!self.says_what, "--sync"),
        ]
        .into_iter()
        .filter_map(|(is_missing, option)| is_missing.then_some(option))
        .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let why = if yes { "with --yes nothing is asked" } else { "there is no terminal to ask at" };
        Err(usage(format!(
            "{why}, so all has to be said; missing: {} (such as --server http://nas:2283 --api-key-file FILE --library DIR \
             --sync write,organize)",
            missing.join(", ")
        )))
    }
}

fn server_settings(sources: &Sources<'_>, url: String) -> Result<ServerSettings> {
    Ok(ServerSettings {
        url,
        rate_limit: RateLimit::Auto,
        patience: Duration::ZERO,
        ca_file: sources.path(&catalogue::CA_FILE)?.map(std::path::absolute).transpose()?,
        insecure: sources.flag(&catalogue::INSECURE)?,
    })
}

fn config_path(sources: &Sources<'_>, folders: &Folders) -> Result<PathBuf> {
    let named = sources.path(&catalogue::CONFIG)?;
    let path = named.or_else(|| folders.config_files.first().cloned());
    let path = path.ok_or_else(|| usage("there is no home folder; name the config file with --config"))?;
    if path.extension().is_none_or(|end| end != "toml") {
        return Err(usage(format!("the config file is TOML; call it `{}.toml`", clean_path(&path))));
    }
    Ok(std::path::absolute(path)?)
}

fn may_replace(args: &InitArgs, dialogue: Option<Dialogue<'_>>, path: &Path) -> Result<bool> {
    if args.force || path.symlink_metadata().is_err() {
        return Ok(args.force);
    }
    let question =
        tr!("There is a config file {} already. Write it anew, and keep the old one?", clean_path(path));
    match dialogue.map(|dialogue| dialogue.confirm(&question)).transpose()? {
        Some(true) => Ok(true),
        Some(false) | None => Err(file::in_the_way(path)),
    }
}

/// The kinds of data that are written: the usual ones, and of albums and tags what the key may read.
fn kinds(client: &Client, wishes: &Wishes, tell: &dyn Fn(&str)) -> Vec<&'static str> {
    let mut kinds = vec!["people", "gps", "caption", "time", "rating"];
    for (kind, permission) in [("albums", Permission::AlbumRead), ("tags", Permission::TagRead)] {
        if client.server().can(permission) {
            kinds.push(kind);
        } else if wishes.writes() {
            let kind = word_of(kind);
            tell(&tr!("     Without {kind}: the key lacks `{permission}`."));
        }
    }
    kinds
}

/// A few of all of them: the newest and the oldest, and what lies between.
fn spread(ids: &[AssetId]) -> Vec<AssetId> {
    let few = ids.len().min(PHOTOS);
    let steps = few.saturating_sub(1).max(1);
    (0..few).filter_map(|at| ids.get(at * (ids.len() - 1) / steps).cloned()).collect()
}

fn try_out(
    sources: &Sources<'_>,
    config: &Path,
    ids: &[AssetId],
    wishes: &Wishes,
    tell: &dyn Fn(&str),
) -> Result<ExitStatus> {
    if !wishes.writes() || ids.is_empty() {
        return Ok(ExitStatus::Ok);
    }
    let photos = count(ids.len().min(PHOTOS) as u64, "photo");
    tell(&tr!("\nWhat would be written into {photos} (nothing is):\n"));
    let is_borne = sources.find(&catalogue::STRICT)?.is_some() && !sources.flag(&catalogue::STRICT)?;
    let status = rehearse(config, ids, sources.path(&catalogue::EXIFTOOL)?.as_deref(), is_borne);
    // That some of a few photos are not to be written does not mean that it was not set up.
    Ok(if status == ExitStatus::Partial { ExitStatus::Ok } else { status })
}

fn next(path: &Path, folders: &Folders, wishes: &Wishes, tell: &dyn Fn(&str)) {
    let with = if folders.config_files.first().is_some_and(|usual| usual == path) {
        String::new()
    } else {
        format!(" --config {}", clean_path(path))
    };
    if wishes.writes() {
        tell(&tr!(
            "\nNext: `immich-sync write{with} --dry-run` shows all of it, `immich-sync write{with}` writes."
        ));
    } else {
        tell(&tr!("\nNext: `immich-sync organize{with}` finds what is there twice, and changes nothing."));
    }
    tell(&tr!("Later: `immich-sync schedule install{with}` does it every night at 02:00."));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_photos_that_are_looked_at_are_spread_over_the_sample() {
        let ids: Vec<AssetId> = (0..96_u128).map(AssetId::from_u128).collect();

        for all in [PHOTOS, PHOTOS + 1, 48, 96] {
            let few = spread(&ids[..all]);

            assert_eq!(few.iter().collect::<BTreeSet<_>>().len(), PHOTOS, "of {all}");
            assert_eq!((&few[0], &few[PHOTOS - 1]), (&ids[0], &ids[all - 1]));
        }
        assert_eq!(spread(&ids[..3]), ids[..3]);
        assert_eq!((spread(&ids[..1]).len(), spread(&[]).len()), (1, 0));
    }
}
