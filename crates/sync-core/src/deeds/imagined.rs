//! What would be so by now in a preview, which takes back nothing: an album that is to go is still full of photos, and one
//! that they are to come back into is not there yet.
//!
//! Only that is corrected which hangs on a deed that the preview went past; whatever else somebody did still counts.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::{AssetId, PersonId, Reader};

use super::look::{Looker, Standing};
use super::{AlbumRef, PersonRef, What};
use crate::error::SyncError;

/// The deeds that a preview went past, as far as others hang on them.
#[derive(Debug, Default)]
pub(super) struct Imagined {
    /// Photos that would have lost a tag.
    untagged: BTreeMap<String, BTreeSet<AssetId>>,
    /// Tags that would be gone.
    dropped: BTreeSet<String>,
    /// Albums by name, and photos that would be out of them.
    emptied: BTreeMap<String, BTreeSet<AssetId>>,
    /// Albums by name that would be there.
    made: BTreeSet<String>,
    /// Photos on which people would not be marked any more.
    unmarked: BTreeMap<PersonId, BTreeSet<AssetId>>,
}

impl Imagined {
    /// Goes past a deed.
    pub(super) fn pass(&mut self, what: &What) {
        match what {
            What::Untag { tag, assets } => {
                self.untagged.entry(tag.clone()).or_default().extend(assets.iter().cloned());
            }
            What::DropTags { tags } => self.dropped.extend(tags.iter().cloned()),
            What::RemoveFromAlbum { album, assets } => {
                self.emptied.entry(album.name.clone()).or_default().extend(assets.iter().cloned());
            }
            What::MakeAlbum { album, .. } => {
                self.made.insert(album.name.clone());
            }
            What::DropFaces { faces } => {
                for face in faces {
                    self.unmarked.entry(face.person.clone()).or_default().insert(face.asset.clone());
                }
            }
            _ => {}
        }
    }

    /// How items would stand by now.
    pub(super) fn correct(
        &self,
        what: &What,
        standings: &mut [Standing],
        looker: Looker<'_>,
    ) -> Result<(), SyncError> {
        if !standings.iter().any(|standing| matches!(standing, Standing::Other(_))) {
            return Ok(());
        }
        match what {
            What::DropTags { tags } => self.tags(tags, standings, looker.reader),
            What::DropAlbum { album, description } => {
                if self.would_be_empty(album, description, looker)? {
                    standings.fill(Standing::Before);
                }
                Ok(())
            }
            What::DropPerson { person: PersonRef { id: Some(id), name } } => {
                let is_theirs = looker.reader.person(id)?.is_some_and(|found| found.name == *name);
                let free = self.unmarked.get(id).cloned().unwrap_or_default();
                if is_theirs
                    && looker.reader.removes_people()
                    && looker.reader.assets_of_person(id)?.is_subset(&free)
                {
                    standings.fill(Standing::Before);
                }
                Ok(())
            }
            What::AddToAlbum { album, .. } if self.made.contains(&album.name) => {
                standings.fill(Standing::Before);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A tag would go when no other is below it and no other photo has it.
    fn tags(&self, tags: &[String], standings: &mut [Standing], reader: Reader<'_>) -> Result<(), SyncError> {
        let known = reader.tags()?;
        let mut stays: BTreeSet<&str> = BTreeSet::new();
        for (tag, standing) in tags.iter().zip(standings) {
            let Some(found) = known.iter().find(|found| found.value == *tag) else { continue };
            let below = format!("{tag}/");
            let goes = |other: &str| {
                self.dropped.contains(other)
                    || (tags.iter().any(|tag| tag == other) && !stays.contains(other))
            };
            let alone = known.iter().all(|other| !other.value.starts_with(&below) || goes(&other.value));
            let is_freed = |asset: &AssetId| {
                let lost = |(lost, assets): (&String, &BTreeSet<AssetId>)| {
                    (lost == tag || lost.starts_with(&below)) && assets.contains(asset)
                };
                self.untagged.iter().any(lost)
            };
            if alone && reader.tagged_assets(&found.id)?.is_some_and(|left| left.iter().all(is_freed)) {
                *standing = Standing::Before;
            } else {
                stays.insert(tag);
            }
        }
        Ok(())
    }

    fn would_be_empty(
        &self,
        album: &AlbumRef,
        description: &str,
        looker: Looker<'_>,
    ) -> Result<bool, SyncError> {
        let (Some(emptied), Some(found)) = (self.emptied.get(&album.name), looker.album(album)?) else {
            return Ok(false);
        };
        if found.name != album.name || found.description != description || found.is_shared {
            return Ok(false);
        }
        let left = looker.reader.album_assets(&found)?;
        // A search does not find everything that an album counts.
        Ok(found.asset_count == Some(left.len() as u64) && left.iter().all(|asset| emptied.contains(asset)))
    }
}
