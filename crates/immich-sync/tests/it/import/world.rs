//! Everything that a server has, as one value that can be compared.

use std::collections::BTreeMap;

use immich_sandbox::{AssetId, AssetView, Sandbox};
use jiff::Timestamp;

/// Photos by their ids, albums with their photos, stacks, tags.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct World {
    pub(super) photos: BTreeMap<AssetId, AssetView>,
    albums: Vec<(String, Vec<AssetId>)>,
    stacks: Vec<Vec<AssetId>>,
    tags: Vec<String>,
}

impl World {
    pub(super) fn of(sandbox: &Sandbox) -> Self {
        // When something was last changed is not part of what it is.
        let view = |view: AssetView| (view.id, AssetView { updated_at: Timestamp::UNIX_EPOCH, ..view });
        let members = |id| {
            let mut members = sandbox.album_members(id);
            members.sort();
            members
        };
        let mut stacks = sandbox.stacks();
        stacks.sort();
        Self {
            photos: sandbox.views().into_iter().map(view).collect(),
            albums: sandbox.albums().into_iter().map(|(id, name, _)| (name, members(id))).collect(),
            stacks,
            tags: sandbox.tags_of(sandbox.admin()),
        }
    }

    /// What it comes to when what was not there before is in the trash and counts for nothing.
    pub(super) fn without_new_trash(mut self, before: &Self) -> Self {
        self.photos.retain(|id, view| before.photos.contains_key(id) || !view.is_trashed);
        let photos = &self.photos;
        for (_, members) in &mut self.albums {
            members.retain(|id| photos.contains_key(id));
        }
        for members in &mut self.stacks {
            members.retain(|id| photos.contains_key(id));
        }
        self.stacks.retain(|members| members.len() > 1);
        self
    }

    /// Fails the test unless both are the same, and shows the first difference.
    #[track_caller]
    pub(super) fn assert_same(&self, other: &Self, what: &str) {
        for (id, view) in &self.photos {
            assert_eq!(Some(view), other.photos.get(id), "{what}");
        }
        assert_eq!(self.photos.len(), other.photos.len(), "{what}: {:?}", other.photos);
        assert_eq!(self, other, "{what}");
    }
}
