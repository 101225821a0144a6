//! What the user wants of a library of Apple Photos.

use std::collections::BTreeSet;
use std::path::PathBuf;

use apple_photos::PathMap;

use crate::import::{HiddenRule, Kin};

/// What the user wants of a library.
#[derive(Debug, Clone, PartialEq)]
pub struct AppleOptions {
    /// The folder whose name ends in `.photoslibrary`. Absolute.
    pub library: PathBuf,
    /// A folder that exists, for the private copy of the database.
    pub scratch: PathBuf,
    /// This program, for the message that it needs a permission.
    pub program: PathBuf,
    /// Where files that are not in the library are on this machine.
    pub map: PathMap,
    /// What happens with photos that were edited.
    pub edited: EditedRule,
    /// What of a burst is taken.
    pub burst: BurstRule,
    /// What is stacked. HEIC and JPEG of one exposure are no pair in Photos.
    pub stack: BTreeSet<Kin>,
    /// What happens with hidden photos.
    pub hidden: HiddenRule,
    /// The reduced copies in shared albums, and these albums, are taken, too.
    pub shared_albums: bool,
    /// Albums are made.
    pub albums: bool,
    /// How the names of people travel.
    pub people: PeopleRule,
    /// Panoramas, screenshots and the like get a tag.
    pub type_tags: bool,
}

/// What happens with a photo that was edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EditedRule {
    /// Both versions are sent and stacked, the edited one on top.
    #[default]
    Stack,
    /// Only the original is sent.
    Original,
    /// Only the edited version is sent, where there is one.
    Edited,
    /// Both are sent and stay side by side.
    Both,
}

/// What of a burst is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BurstRule {
    /// What Photos shows: the picture on top and those that the user picked.
    #[default]
    Selected,
    /// All pictures.
    All,
}

/// How the names of people travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PeopleRule {
    /// They are told with each photo, for tags.
    #[default]
    Names,
    /// With the place of each face, in the sidecar that goes with the original of a photo that was not edited: Photos
    /// does not keep where the faces are in the original of one that was.
    Sidecar,
    /// With the place of each face, which is drawn on the server: on the version that Photos knows the place in, the
    /// edited one where there is one.
    Faces,
    /// Not at all.
    None,
}

impl AppleOptions {
    /// What Photos shows, with all that it says.
    pub fn new(library: PathBuf, scratch: PathBuf, program: PathBuf) -> Self {
        Self {
            library,
            scratch,
            program,
            map: PathMap::default(),
            edited: EditedRule::Stack,
            burst: BurstRule::Selected,
            stack: BTreeSet::from([Kin::RawJpeg, Kin::Burst, Kin::Edited]),
            hidden: HiddenRule::Skip,
            shared_albums: false,
            albums: true,
            people: PeopleRule::Names,
            type_tags: false,
        }
    }
}
