//! The folders of the user, the same on Linux and macOS.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy as _, Xdg};

/// Our name in the folders of the user.
const NAME: &str = "immich-sync";

/// Where this user keeps things; `None` where there is no home folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folders {
    /// The home folder.
    pub(crate) home: Option<PathBuf>,
    /// The usual config files: ours, and that of the script whose place it takes.
    pub(crate) config_files: Vec<PathBuf>,
    /// The folder of all states.
    pub(crate) states: Option<PathBuf>,
    /// The trash of the home folder, where this system has one that file managers know.
    pub(crate) trash: Option<PathBuf>,
    /// The folder of logs of runs that nobody watches.
    pub(crate) logs: Option<PathBuf>,
    /// The folder of what can be fetched again.
    pub(crate) cache: Option<PathBuf>,
}

impl Folders {
    /// By the XDG rules.
    pub(crate) fn of_user() -> Self {
        let Ok(xdg) = Xdg::new() else { return Self::default() };
        Self {
            home: Some(xdg.home_dir().to_owned()),
            config_files: ["config.toml", "config"].map(|file| xdg.config_dir().join(NAME).join(file)).into(),
            states: xdg.state_dir().map(|states| states.join(NAME)),
            logs: if cfg!(target_os = "macos") {
                Some(xdg.home_dir().join("Library/Logs").join(NAME))
            } else {
                xdg.state_dir().map(|states| states.join(NAME).join("log"))
            },
            trash: Some(xdg.data_dir().join("Trash")),
            cache: Some(xdg.cache_dir().join(NAME)),
        }
    }
}
