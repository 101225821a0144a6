//! The commands that a job can be, and the options that each of them takes.

use super::picks::{ForApple, ForExporting, ForFolders, ForOrganizing, ForTakeout, ForWriting, Picks as _};
use crate::settings::setting::Setting;

/// What a job starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobCommand {
    /// `write`
    Write,
    /// `organize`
    Organize,
    /// `import folder`
    ImportFolder,
    /// `import google-takeout`
    ImportTakeout,
    /// `import apple-photos`
    ImportApple,
    /// `export apple-photos`
    ExportApple,
}

impl JobCommand {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Write,
        Self::Organize,
        Self::ImportFolder,
        Self::ImportTakeout,
        Self::ImportApple,
        Self::ExportApple,
    ];

    /// As it is typed.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Organize => "organize",
            Self::ImportFolder => "import folder",
            Self::ImportTakeout => "import google-takeout",
            Self::ImportApple => "import apple-photos",
            Self::ExportApple => "export apple-photos",
        }
    }

    /// What stands before the keys of its options in the catalogue, its own first.
    pub(crate) fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Write => &[""],
            Self::Organize => &["organize_", ""],
            Self::ImportFolder => &["import_folder_", "import_", ""],
            Self::ImportTakeout => &["import_google_takeout_", "import_", ""],
            Self::ImportApple => &["import_apple_photos_", "import_", ""],
            Self::ExportApple => &["export_apple_photos_", ""],
        }
    }

    /// Whether it takes this setting. Those that only a file can hold belong to every command that has a key.
    pub(crate) fn takes(self, setting: &Setting) -> bool {
        let is_picked = match self {
            Self::Write => ForWriting::takes(setting),
            Self::Organize => ForOrganizing::takes(setting),
            Self::ImportFolder => ForFolders::takes(setting),
            Self::ImportTakeout => ForTakeout::takes(setting),
            Self::ImportApple => ForApple::takes(setting),
            Self::ExportApple => ForExporting::takes(setting),
        };
        is_picked || (self != Self::ExportApple && FOR_EVERY_SERVER.contains(&setting.name))
    }
}

/// What no command line holds, and every command with a server goes by.
const FOR_EVERY_SERVER: [&str; 2] = ["server-file", "api-key-command"];
