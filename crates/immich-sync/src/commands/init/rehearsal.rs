//! The end of setting up: a few photos, as `write --dry-run` would tell them, with the config file that was just made.

use std::path::Path;

use clap::Parser as _;
use immich_api::AssetId;

use crate::args::{Args, Command};
use crate::exit::ExitStatus;
use crate::language;

/// Photos that are looked at.
pub(super) const PHOTOS: usize = 20;

/// Shows what would be written into these photos; changes nothing.
pub(super) fn rehearse(
    config: &Path,
    assets: &[AssetId],
    exiftool: Option<&Path>,
    is_borne: bool,
) -> ExitStatus {
    let mut words: Vec<std::ffi::OsString> =
        ["immich-sync", "write", "--dry-run", "--config"].map(Into::into).to_vec();
    words.push(config.into());
    words.extend(exiftool.into_iter().flat_map(|path| ["--exiftool".into(), path.into()]));
    words.extend(["--lang", language::current().code()].map(Into::into));
    words.extend(is_borne.then(|| "--no-strict".into()));
    for asset in assets.iter().take(PHOTOS) {
        words.extend(["--asset".into(), asset.to_string().into()]);
    }
    match Args::try_parse_from(words).map(|args| args.command) {
        Ok(Command::Write(options)) => crate::commands::write::run(options.matches()),
        // The words are ours, so this is a fault, and the run itself would tell it.
        Ok(_) | Err(_) => ExitStatus::Failed,
    }
}
