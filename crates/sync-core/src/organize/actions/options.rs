//! What the user asks to be done with groups, with nothing left open.

use std::collections::BTreeSet;

use immich_api::Permission;
use photo_similarity::{Class, GroupId, HashKind};

/// Something that is done with groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Tags are taken off again, with those below.
    RemoveTags {
        /// The tag.
        name: String,
        /// Whether also where we did not put them.
        all: bool,
    },
    /// Photos are tagged: `NAME/keep`, and `NAME/exact`, `NAME/duplicate`, `NAME/burst` or `NAME/similar`.
    Tag {
        /// The tag above.
        name: String,
    },
    /// Photos that are also among the local files are tagged.
    TagTwins {
        /// The tag.
        name: String,
    },
    /// An album for each group.
    Albums {
        /// What stands before the number.
        prefix: String,
    },
    /// The photos of a group become one stack, the keeper on top.
    Stack,
    /// Groups are shown on Immich's own review page.
    Review {
        /// Whether photos are taken out of groups that Immich found itself.
        overwrite: bool,
    },
    /// The keeper gets the heart.
    Favourite,
    /// Captions say which group a photo is in.
    Describe,
    /// All but the keeper go to the archive.
    Archive,
    /// Copies of the keeper go to the trash of the server, after the keeper got what only they have.
    Trash,
}

impl Action {
    /// Its name, for events, messages and JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RemoveTags { .. } => "remove-tags",
            Self::Tag { .. } => "tag",
            Self::TagTwins { .. } => "tag-duplicates-of-local",
            Self::Albums { .. } => "albums",
            Self::Stack => "stack",
            Self::Review { .. } => "review",
            Self::Favourite => "favourite",
            Self::Describe => "description",
            Self::Archive => "archive",
            Self::Trash => "trash",
        }
    }

    /// The classes that it is for when the user names none: what hides photos is for copies only.
    pub fn classes(&self) -> BTreeSet<Class> {
        match self {
            Self::Archive | Self::Trash | Self::TagTwins { .. } => [Class::Exact, Class::Duplicate].into(),
            Self::Stack => [Class::Exact, Class::Duplicate, Class::Burst].into(),
            Self::RemoveTags { .. }
            | Self::Tag { .. }
            | Self::Albums { .. }
            | Self::Review { .. }
            | Self::Favourite
            | Self::Describe => [Class::Exact, Class::Duplicate, Class::Burst, Class::Similar].into(),
        }
    }

    /// What an API key must be allowed for it, beside listing assets.
    pub fn permissions(&self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::RemoveTags { .. } => &[P::TagRead, P::TagAsset, P::TagDelete],
            Self::Tag { .. } | Self::TagTwins { .. } => &[P::TagRead, P::TagCreate, P::TagAsset],
            Self::Albums { .. } => &[
                P::AlbumRead,
                P::AlbumCreate,
                P::AlbumUpdate,
                P::AlbumDelete,
                P::AlbumAssetCreate,
                P::AlbumAssetDelete,
            ],
            Self::Stack => &[P::StackRead, P::StackCreate, P::StackUpdate, P::StackDelete],
            Self::Review { .. } | Self::Favourite | Self::Describe | Self::Archive => &[P::AssetUpdate],
            Self::Trash => &[
                P::AssetDelete,
                P::AssetUpdate,
                P::AlbumRead,
                P::AlbumAssetCreate,
                P::TagRead,
                P::TagCreate,
                P::TagAsset,
                P::FaceRead,
                P::FaceCreate,
            ],
        }
    }
}

/// Everything about what is done with groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActOptions {
    /// What, in this order.
    pub actions: Vec<Action>,
    /// Only groups of these classes; `None` for those that each action is for.
    pub classes: Option<BTreeSet<Class>>,
    /// Only these groups; `None` for all.
    pub groups: Option<BTreeSet<GroupId>>,
    /// The hash that photos were compared by, for distances in captions.
    pub kind: HashKind,
    /// Whether the groups are those of the whole library, completely listed: only then may what we did for groups
    /// that are no more be taken away again.
    pub whole: bool,
    /// Whether the user said yes to a run that changes much.
    pub confirmed: bool,
}

impl ActOptions {
    /// Whether an action is for groups of this class.
    pub(super) fn wants(&self, action: &Action, class: Class) -> bool {
        match &self.classes {
            Some(classes) => classes.contains(&class),
            None => action.classes().contains(&class),
        }
    }

    /// Whether what belongs to no group any more may go.
    pub(super) fn follows(&self) -> bool {
        self.whole && self.groups.is_none()
    }
}
