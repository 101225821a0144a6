//! What the user wants of folders as a source.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::super::super::{HiddenRule, MediaKind};
use super::range::DateRange;

/// What the user wants of folders.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct FolderOptions {
    /// The folders, absolute.
    pub roots: Vec<PathBuf>,
    /// Whether folders below are looked into as well.
    pub recursive: bool,
    /// Whether folders become albums.
    pub albums: FolderAlbums,
    /// What stands between the folders in a title of [`FolderAlbums::Path`].
    pub joiner: String,
    /// The path of the folder becomes a tag, a part for each folder below the root.
    pub folder_tags: bool,
    /// Only files that one of these patterns matches; all when empty. See [`super::FolderSource::new`].
    pub include: Vec<String>,
    /// No files and folders that one of these matches.
    pub exclude: Vec<String>,
    /// Only files with these extensions, in small letters and without the dot; all when empty.
    pub include_extensions: BTreeSet<String>,
    /// No files with these.
    pub exclude_extensions: BTreeSet<String>,
    /// Only pictures, or only videos; all when empty. Raw pictures are pictures.
    pub include_kinds: BTreeSet<MediaKind>,
    /// Only what was taken in this time, as far as that is known without reading everything.
    pub dates: Option<DateRange>,
    /// The date of a file that says none is taken from its name.
    pub dates_in_names: bool,
    /// XMP and JSON beside photos, iCloud lists and Picasa's files are honoured.
    pub sidecars: bool,
    /// Albums of Picasa, of iCloud lists and of JSON become albums.
    pub listed_albums: bool,
    /// What happens with what a list says is hidden.
    pub hidden: HiddenRule,
    /// What a list says was deleted is imported as well.
    pub trashed: bool,
    /// Extensions that the server takes, in small letters and without the dot; those of a current one when `None`.
    pub accepted: Option<BTreeSet<String>>,
    /// A folder with nothing in it is what the user expects, and no disk that is not there.
    pub may_be_empty: bool,
    /// The file system gives a file other numbers and change times with each mount, so that only size and time count.
    pub ignore_inode: bool,
}

impl FolderOptions {
    /// The defaults for these folders.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self {
            roots,
            recursive: true,
            albums: FolderAlbums::None,
            joiner: " / ".to_owned(),
            folder_tags: false,
            include: Vec::new(),
            exclude: Vec::new(),
            include_extensions: BTreeSet::new(),
            exclude_extensions: BTreeSet::new(),
            include_kinds: BTreeSet::new(),
            dates: None,
            dates_in_names: true,
            sidecars: true,
            listed_albums: true,
            hidden: HiddenRule::Skip,
            trashed: false,
            accepted: None,
            may_be_empty: false,
            ignore_inode: false,
        }
    }
}

/// Whether folders become albums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FolderAlbums {
    /// They do not.
    #[default]
    None,
    /// Each folder is an album with the name of the folder; where two folders have one name, with their paths.
    Folder,
    /// Each folder is an album with its path below the root.
    Path,
}
