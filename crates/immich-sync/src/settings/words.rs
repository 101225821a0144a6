//! The words that settings take, and what each means.

use clap::ValueEnum;
use photo_metadata::{Datum, EngineChoice, Policy};
use sync_core::writeback::{AfterWrite, ManagedPolicy, SidecarForm, Target};

/// What to do with files that Immich manages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Managed {
    /// Write into them; Immich keeps the checksum of the upload, and its integrity check reports them
    Original,
    /// Write sidecars beside them
    Sidecar,
    /// Leave them alone
    Skip,
}

impl From<Managed> for ManagedPolicy {
    fn from(word: Managed) -> Self {
        match word {
            Managed::Original => Self::Original,
            Managed::Sidecar => Self::Sidecar,
            Managed::Skip => Self::Skip,
        }
    }
}

/// What to do with a file that has more than one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HardLinks {
    /// Leave it alone
    Skip,
    /// Write it; its other names keep the old content
    Break,
}

/// Who reads and writes metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineWord {
    /// The program itself where it can, ExifTool for the rest
    Auto,
    /// The program itself; what it cannot write is refused
    Native,
    /// ExifTool
    #[value(name = "exiftool")]
    ExifTool,
}

impl From<EngineWord> for EngineChoice {
    fn from(word: EngineWord) -> Self {
        match word {
            EngineWord::Auto => Self::Auto,
            EngineWord::Native => Self::Native,
            EngineWord::ExifTool => Self::ExifTool,
        }
    }
}

/// Where data go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetWord {
    /// Into the file itself; raw files get a sidecar
    Original,
    /// Into a sidecar beside it
    Sidecar,
    /// Into both
    Both,
}

impl From<TargetWord> for Target {
    fn from(word: TargetWord) -> Self {
        match word {
            TargetWord::Original => Self::Original,
            TargetWord::Sidecar => Self::Sidecar,
            TargetWord::Both => Self::Both,
        }
    }
}

/// How new sidecars are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormWord {
    /// IMG_1.jpg.xmp, as Immich and digiKam do
    Immich,
    /// IMG_1.xmp, as Lightroom does
    Lightroom,
}

impl From<FormWord> for SidecarForm {
    fn from(word: FormWord) -> Self {
        match word {
            FormWord::Immich => Self::Immich,
            FormWord::Lightroom => Self::Lightroom,
        }
    }
}

/// What the server is told after files were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AfterWord {
    /// To read the changed photos again
    Refresh,
    /// That, and to scan the external libraries that were touched; for administrators
    Scan,
    /// Nothing
    Nothing,
}

impl From<AfterWord> for AfterWrite {
    fn from(word: AfterWord) -> Self {
        match word {
            AfterWord::Refresh => Self::Refresh,
            AfterWord::Scan => Self::Scan,
            AfterWord::Nothing => Self::Nothing,
        }
    }
}

/// Who wins where file and server differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyWord {
    /// The server, unless only the file was changed
    Overwrite,
    /// The file; what it does not say is written
    FillMissing,
    /// Nothing is written
    Never,
}

impl From<PolicyWord> for Policy {
    fn from(word: PolicyWord) -> Self {
        match word {
            PolicyWord::Overwrite => Self::Overwrite,
            PolicyWord::FillMissing => Self::FillMissing,
            PolicyWord::Never => Self::Never,
        }
    }
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum LogLevel {
    /// Only what failed
    Error,
    /// Also what the user should know
    #[value(alias = "warning")]
    Warn,
    /// Also every file that was written
    Info,
    /// Also what was tried, for finding faults
    Debug,
    /// Everything
    Trace,
}

/// How the log file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line of text
    Text,
    /// A JSON object a line
    Json,
}

/// How the numbers of a run are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatsFormat {
    /// One JSON object
    Json,
    /// A table of numbers
    Csv,
}

/// The words of a type, for a message.
pub(crate) fn listed<T: ValueEnum>() -> String {
    let words = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    words.map(|word| word.get_name().to_owned()).collect::<Vec<_>>().join(", ")
}

/// The kind of data of this name.
pub(crate) fn datum(name: &str) -> Option<Datum> {
    Datum::ALL.into_iter().find(|datum| datum.to_string().eq_ignore_ascii_case(name))
}
