//! What the user wants of an import, whatever the source.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use super::Kin;

/// What the user wants.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportOptions {
    /// Every photo goes into this album, too.
    pub into_album: Option<String>,
    /// Every photo gets these tags, too.
    pub tags: BTreeSet<String>,
    /// What is sent in this run gets this tag. It is no part of what is compared later.
    pub session_tag: Option<String>,
    /// People become tags below this one; `None` for no such tags.
    pub people_tag: Option<String>,
    /// Who wins where source and server differ and both changed, or nothing is known of before.
    pub prefer: Preference,
    /// What happens with what is gone from the source.
    pub delete: DeleteRule,
    /// What happens when a file of ours changed.
    pub on_edit: EditRule,
    /// What is stacked; nothing when empty.
    pub stack: StackRule,
    /// What happens with hidden photos of a source.
    pub hidden: HiddenRule,
    /// What was deleted on the server is sent again.
    pub restore: bool,
    /// Every file is read and hashed, even if its size and times say that it is the same.
    pub rehash: bool,
    /// Uploads at a time.
    pub uploads: NonZeroUsize,
    /// The brake was asked about and may be passed.
    pub confirmed: bool,
}

/// Who wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preference {
    /// What changed since the last run; where both changed, the server, and it is told.
    #[default]
    Changed,
    /// The source.
    Source,
    /// The server: what it has is never changed.
    Server,
    /// The newer one, as far as both say when they were changed; otherwise as [`Preference::Changed`].
    Newest,
}

/// What happens with items that are gone from the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeleteRule {
    /// Nothing.
    #[default]
    Keep,
    /// What we uploaded goes to the trash of the server, behind the brake, and only when the listing was complete.
    Trash,
}

/// What happens when the file of an item of ours has other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EditRule {
    /// The new version is stacked on the old one.
    #[default]
    Stack,
    /// The new version takes over albums and all, and the old one goes to the trash.
    Replace,
    /// Both stay side by side.
    KeepBoth,
}

/// What is stacked.
pub type StackRule = BTreeSet<Kin>;

/// What happens with hidden photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HiddenRule {
    /// They are left out, and told.
    #[default]
    Skip,
    /// They go into the archive.
    Archive,
}
