//! The secrets that this program knows of, so that they can be looked for in what leaves.
//!
//! What a program prints as a key is not known here: it would have to be started.

use std::path::PathBuf;

use anyhow::Result;
use unattended::Secrets;

use super::super::{Sources, catalogue};
use crate::key::first_line_of;

/// All of them: of the environment, and of the whole config file with its accounts and jobs.
pub(super) fn known(sources: &Sources<'_>) -> Result<Secrets> {
    let (mut texts, mut files) = (Vec::new(), Vec::new());
    let (of_config, files_of_config) = sources.config.secrets();
    texts.extend(of_config);
    files.extend(files_of_config);
    for setting in catalogue::all() {
        let Some(given) = sources.environment.find(&setting)? else { continue };
        if setting.is_secret {
            texts.extend(given.texts()?);
        } else if catalogue::is_file_of_a_secret(setting.name) {
            files.extend(given.values.iter().map(PathBuf::from));
        }
    }
    // A file that cannot be read is told by whoever needs it.
    texts.extend(files.iter().filter_map(|file| first_line_of(file).ok()));
    Ok(Secrets::new(texts))
}
