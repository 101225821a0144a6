//! The files and lines of a schedule: what they should be, and what they are.

use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use unattended::units::mark::{self, Mark};
use unattended::units::{Service, cron, launchd, systemd};

use super::system::{System, crontab, put_crontab};
use crate::exit::usage;
use crate::language::said;
use crate::output::clean_path;

/// Where the units of the system are.
const UNITS_OF_SYSTEM: &str = "/etc/systemd/system";

/// Where a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A file of its own, with what ends a comment in it.
    File(PathBuf, &'static str),
    /// A block in the user's crontab.
    Crontab,
}

/// A piece of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it is.
    pub(super) place: Place,
    /// What it should be.
    pub(super) text: String,
}

/// What is in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// What was made here.
    Ours(String),
    /// What was made here and changed by somebody.
    Changed(String),
    /// Something else of the same name.
    Foreign,
}

/// The folders in which units of a user are.
pub(super) struct Homes<'a> {
    /// The home folder.
    pub(super) home: &'a Path,
    /// The folder of configs, of which systemd has one below.
    pub(super) config: &'a Path,
}

/// The places of a system.
pub(super) fn places(system: System, homes: &Homes<'_>) -> Vec<Place> {
    let units = |folder: &Path| {
        [systemd::SERVICE, systemd::TIMER].map(|name| Place::File(folder.join(name), "")).to_vec()
    };
    match system {
        System::TimerOfUser => units(&homes.config.join("systemd/user")),
        System::TimerOfAll => units(Path::new(UNITS_OF_SYSTEM)),
        System::Launchd => vec![Place::File(launchd::path(homes.home), " -->")],
        System::Cron => vec![Place::Crontab],
    }
}

/// What should be in them.
pub(super) fn pieces(system: System, homes: &Homes<'_>, service: &Service) -> Result<Vec<Piece>> {
    let wrong = |error: unattended::units::UnitError| usage(error.to_string());
    let texts = match system {
        System::TimerOfUser | System::TimerOfAll => {
            vec![systemd::service(service).map_err(wrong)?, systemd::timer(service)]
        }
        System::Launchd => vec![launchd::agent(service).map_err(wrong)?],
        System::Cron => vec![cron::block(service).map_err(wrong)?],
    };
    let pieces = places(system, homes).into_iter().zip(texts);
    Ok(pieces.map(|(place, text)| Piece { place, text }).collect())
}

impl Place {
    /// What is there.
    pub(super) fn look(&self) -> Result<Found> {
        match self {
            Self::Crontab => {
                let crontab = crontab()?;
                Ok(match cron::find(&crontab) {
                    None => Found::Nothing,
                    Some((block, Mark::Whole)) => Found::Ours(block.to_owned()),
                    Some((block, Mark::Changed | Mark::None)) => Found::Changed(block.to_owned()),
                })
            }
            Self::File(path, comment_end) => {
                let text = match std::fs::read(path) {
                    Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                        return Ok(Found::Nothing);
                    }
                    read => read.with_context(|| format!("`{}` cannot be read", path.display()))?,
                };
                let text = String::from_utf8_lossy(&text).into_owned();
                Ok(match mark::of(&text, comment_end) {
                    Mark::Whole => Found::Ours(text),
                    Mark::Changed => Found::Changed(text),
                    Mark::None => Found::Foreign,
                })
            }
        }
    }

    /// Its name for errors.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path, _) => format!("`{}`", clean_path(path)),
            Self::Crontab => "the block of immich-sync in your crontab".to_owned(),
        }
    }

    /// The same in the language of the reader.
    pub(super) fn shown(&self) -> String {
        said(&self.name())
    }

    /// Takes away what is there.
    pub(super) fn remove(&self) -> Result<()> {
        match self {
            Self::Crontab => put_crontab(&cron::with_block(&crontab()?, None)),
            Self::File(path, _) => {
                std::fs::remove_file(path).with_context(|| format!("`{}` cannot be removed", path.display()))
            }
        }
    }
}

impl Piece {
    /// Puts it there, in the place of what is there.
    pub(super) fn put(&self) -> Result<()> {
        match &self.place {
            Place::Crontab => put_crontab(&cron::with_block(&crontab()?, Some(&self.text))),
            Place::File(path, _) => {
                write(path, &self.text).with_context(|| format!("`{}` cannot be written", path.display()))
            }
        }
    }
}

/// Writes a file next to its place and renames it. Everybody may read it: managers insist on that, and there is
/// nothing in it to hide.
fn write(path: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    let folder = path.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder)?;
    let aside = folder.join(format!(".immich-sync.{}", std::process::id()));
    let _ = std::fs::remove_file(&aside);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&aside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| {
        file.set_permissions(std::fs::Permissions::from_mode(0o644))?;
        file.sync_all()?;
        Ok(rustix::fs::rename(&aside, path)?)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    Ok(written?)
}
