//! The words that settings take, and what each means.

mod apple;

use clap::ValueEnum;
use photo_metadata::{Datum, EngineChoice, Policy};
use photo_similarity::{Class, HashKind, Preference};
use sync_core::export::OnConflict;
use sync_core::import::sources::folder::FolderAlbums;
use sync_core::import::{DeleteRule, EditRule, HiddenRule, Kin, MediaKind, Preference as Winner};
use sync_core::writeback::{AfterWrite, ManagedPolicy, SidecarForm, Target};

pub(crate) use apple::{BurstWord, EditedWord, PeopleWord};

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

/// What happens when something else is where an exported file would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConflictWord {
    /// The exported file gets a number behind its name
    Rename,
    /// The file is not exported
    Skip,
}

impl From<ConflictWord> for OnConflict {
    fn from(word: ConflictWord) -> Self {
        match word {
            ConflictWord::Rename => Self::Rename,
            ConflictWord::Skip => Self::Skip,
        }
    }
}

/// The form of what is put beside an exported photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SidecarWord {
    /// XMP, in IMG_1.jpg.xmp
    Xmp,
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

/// Where the organizer looks for photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum SourceWord {
    /// On the server
    Immich,
    /// In folders of this machine
    Local,
}

/// How looks are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HashWord {
    /// 256 bits, the most exact
    P256,
    /// 64 bits, differences of neighbouring pixels
    #[value(name = "dhash")]
    DHash,
    /// 64 bits, frequencies
    #[value(name = "phash")]
    PHash,
    /// 256 bits, as Meta's ThreatExchange
    Pdq,
}

impl From<HashWord> for HashKind {
    fn from(word: HashWord) -> Self {
        match word {
            HashWord::P256 => Self::P256,
            HashWord::DHash => Self::DHash,
            HashWord::PHash => Self::PHash,
            HashWord::Pdq => Self::Pdq,
        }
    }
}

/// How closely photos belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClassWord {
    /// The same bytes
    Exact,
    /// Copies of one exposure
    Duplicate,
    /// Takes of the same
    Burst,
    /// Look alike
    Similar,
}

impl From<ClassWord> for Class {
    fn from(word: ClassWord) -> Self {
        match word {
            ClassWord::Exact => Self::Exact,
            ClassWord::Duplicate => Self::Duplicate,
            ClassWord::Burst => Self::Burst,
            ClassWord::Similar => Self::Similar,
        }
    }
}

/// What makes a photo the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PreferWord {
    /// More pixels
    Larger,
    /// The larger file
    Heavier,
    /// The smaller file
    Lighter,
    /// The earlier shot
    Older,
    /// The later shot
    Newer,
    /// Raw before HEIC before JPEG
    Format,
    /// Straight from a camera, even with fewer pixels
    Camera,
    /// In an album
    Album,
    /// More metadata
    Metadata,
    /// More people
    People,
    /// In a preferred place
    Place,
}

impl From<PreferWord> for Preference {
    fn from(word: PreferWord) -> Self {
        match word {
            PreferWord::Larger => Self::Larger,
            PreferWord::Heavier => Self::Heavier,
            PreferWord::Lighter => Self::Lighter,
            PreferWord::Older => Self::Older,
            PreferWord::Newer => Self::Newer,
            PreferWord::Format => Self::Format,
            PreferWord::Camera => Self::Camera,
            PreferWord::Album => Self::Album,
            PreferWord::Metadata => Self::Metadata,
            PreferWord::People => Self::People,
            PreferWord::Place => Self::Place,
        }
    }
}

/// Who wins where a source and the server differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WinnerWord {
    /// What changed since the last run; where both did, the server, and it is told
    Changed,
    /// The source
    Source,
    /// The server
    Server,
    /// What was changed later, as far as both say when
    Newest,
}

impl From<WinnerWord> for Winner {
    fn from(word: WinnerWord) -> Self {
        match word {
            WinnerWord::Changed => Self::Changed,
            WinnerWord::Source => Self::Source,
            WinnerWord::Server => Self::Server,
            WinnerWord::Newest => Self::Newest,
        }
    }
}

/// What happens with photos that are gone from the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeleteWord {
    /// They stay on the server
    Keep,
    /// Those that were sent from here go to the trash of the server, if all of the source could be seen; many only after a
    /// yes
    Trash,
}

impl From<DeleteWord> for DeleteRule {
    fn from(word: DeleteWord) -> Self {
        match word {
            DeleteWord::Keep => Self::Keep,
            DeleteWord::Trash => Self::Trash,
        }
    }
}

/// What happens with a photo that has other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EditWord {
    /// The new version is stacked on the old one
    Stack,
    /// The old one goes to the trash of the server, if it was sent from here
    Replace,
    /// Both stay
    KeepBoth,
}

impl From<EditWord> for EditRule {
    fn from(word: EditWord) -> Self {
        match word {
            EditWord::Stack => Self::Stack,
            EditWord::Replace => Self::Replace,
            EditWord::KeepBoth => Self::KeepBoth,
        }
    }
}

/// What belongs together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KinWord {
    /// A raw picture and what the camera made of it
    RawJpeg,
    /// HEIC and JPEG of one exposure
    HeicJpeg,
    /// Pictures of a burst
    Burst,
    /// A picture and an edited version of it
    Edited,
    /// Nothing does
    None,
}

impl KinWord {
    /// What it names.
    pub(crate) fn kin(self) -> Option<Kin> {
        match self {
            Self::RawJpeg => Some(Kin::RawJpeg),
            Self::HeicJpeg => Some(Kin::HeicJpeg),
            Self::Burst => Some(Kin::Burst),
            Self::Edited => Some(Kin::Edited),
            Self::None => None,
        }
    }
}

/// What happens with hidden photos of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HiddenWord {
    /// They are left out
    Skip,
    /// They go into the archive
    Archive,
}

impl From<HiddenWord> for HiddenRule {
    fn from(word: HiddenWord) -> Self {
        match word {
            HiddenWord::Skip => Self::Skip,
            HiddenWord::Archive => Self::Archive,
        }
    }
}

/// Whether folders become albums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FolderAlbumWord {
    /// They do not
    None,
    /// By their name; where two have the same, by their paths
    Folder,
    /// By their path below the folder that was named
    Path,
}

impl From<FolderAlbumWord> for FolderAlbums {
    fn from(word: FolderAlbumWord) -> Self {
        match word {
            FolderAlbumWord::None => Self::None,
            FolderAlbumWord::Folder => Self::Folder,
            FolderAlbumWord::Path => Self::Path,
        }
    }
}

/// Pictures or videos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MediaWord {
    /// Pictures, those of cameras' own formats among them
    Image,
    /// Videos
    Video,
}

impl From<MediaWord> for MediaKind {
    fn from(word: MediaWord) -> Self {
        match word {
            MediaWord::Image => Self::Image,
            MediaWord::Video => Self::Video,
        }
    }
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
