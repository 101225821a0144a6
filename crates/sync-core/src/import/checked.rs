//! What the server has by its bytes: only a SHA-1 makes an item an asset that is there.

use std::collections::HashMap;

use immich_api::{ApiError, AssetId, Checked};

use super::flow::Flow;
use super::send::Halves;
use super::work::{Failure, There, Work, Works};
use super::{Entry, SkipKind, Standing};
use crate::deeds::hand::Fate;
use crate::deeds::{Hex, NewUpload, What};
use crate::error::SyncError;

impl Flow<'_> {
    /// What the server says of items by their bytes.
    pub(super) fn checked(
        &mut self,
        works: Works,
        answers: Result<Vec<Checked>, ApiError>,
    ) -> Result<(), SyncError> {
        if self.has_given_up() {
            return Ok(());
        }
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                self.fatal.get_or_insert(error.into());
                return Ok(());
            }
        };
        let duplicates: Vec<[u8; 20]> = works
            .iter()
            .flat_map(|work| work.sums())
            .zip(&answers)
            .filter(|(_, answer)| matches!(answer, Checked::Duplicate { .. }))
            .map(|(sum, _)| sum)
            .collect();
        let known = self.import.store.entries_by_sha1(self.owner.account, &duplicates)?;
        let mut by_asset: HashMap<AssetId, Vec<Entry>> = HashMap::new();
        for entry in known {
            if let Some(asset) = entry.standing.asset() {
                by_asset.entry(asset.clone()).or_default().push(entry);
            }
        }
        let (asked, mut accepted) = (works.len(), 0);
        let mut answers = answers.into_iter();
        for work in works {
            let media = answers.next().unwrap_or(Checked::Accept);
            let motion = work.motion.as_ref().and_then(|_| answers.next());
            match media {
                Checked::Accept => {
                    accepted += 1;
                    self.accept(work, motion);
                }
                Checked::Duplicate { asset, is_trashed } => {
                    let known = by_asset.get(&asset).map(Vec::as_slice).unwrap_or_default();
                    let mut work = work;
                    if let Some(Checked::Duplicate { asset, is_trashed: false }) = motion {
                        self.has_motion(&mut work, asset);
                    }
                    self.is_there(work, asset, is_trashed, known)?;
                }
                Checked::Refused(why) => self.refused(&work, &why)?,
            }
        }
        self.learn(asked, accepted);
        Ok(())
    }

    fn accept(&mut self, work: Box<Work>, motion: Option<Checked>) {
        let motion = match motion {
            Some(Checked::Duplicate { asset, is_trashed: false }) => Some(asset),
            _ => None,
        };
        if self.client.is_none() && self.flying.contains_key(&work.sha1()) {
            // A preview remembers the bytes that it would have sent.
            self.leave(&work, SkipKind::Twice, None);
            return;
        }
        match self.flying.get_mut(&work.sha1()) {
            Some(waiting) => waiting.push(work),
            None => {
                self.flying.insert(work.sha1(), Vec::new());
                self.accepted.push_back((work, Halves { motion, still: None }));
            }
        }
    }

    /// The moving half of an item is on the server, whoever sent it.
    fn has_motion(&self, work: &mut Work, asset: AssetId) {
        let (Some(media), Some(hashed)) = (&work.item.motion, &work.motion) else { return };
        let mut entry = work.entry(&self.owner, media, hashed.sha1);
        let known = work.known_motion.as_ref().map(|entry| &entry.standing);
        let ours = known.is_some_and(|standing| standing.is_ours() && standing.asset() == Some(&asset));
        entry.standing = Standing::There { asset, ours };
        work.known_motion = Some(entry);
    }

    /// The server has these bytes.
    fn is_there(
        &mut self,
        work: Box<Work>,
        asset: AssetId,
        is_trashed: bool,
        known: &[Entry],
    ) -> Result<(), SyncError> {
        let ours = known.iter().any(|entry| entry.standing.is_ours());
        if is_trashed {
            let withdrawn = known.iter().any(|entry| matches!(entry.standing, Standing::Withdrawn { .. }));
            if !withdrawn && !self.import.options.restore {
                return self.is_deleted(&work, asset, ours);
            }
            if !self.fetch_back(&work, &asset)? {
                self.fail(&work, &Failure::Api(ApiError::NoSuchAsset { id: asset }));
                return Ok(());
            }
        }
        let stays = |entry: &Entry| entry.stamp == work.stamp && entry.bytes == work.item.media.stamp;
        let same = known.iter().find(|entry| entry.item == work.item.id && entry.source == self.owner.source);
        if !is_trashed
            && same.is_some_and(|entry| stays(entry) && matches!(entry.standing, Standing::There { .. }))
        {
            self.leave(&work, SkipKind::Unchanged, None);
            return Ok(());
        }
        let another =
            |entry: &&Entry| entry.item != work.item.id && matches!(entry.standing, Standing::There { .. });
        let is_twice = same.is_none() && known.iter().filter(another).any(|entry| self.is_around(entry));
        self.look(work, There { asset, ours, is_twice });
        Ok(())
    }

    /// Somebody trashed or deleted it on the server.
    pub(super) fn is_deleted(&mut self, work: &Work, asset: AssetId, ours: bool) -> Result<(), SyncError> {
        let mut entry = work.entry(&self.owner, &work.item.media, work.sha1());
        entry.standing = Standing::Deleted { asset, ours };
        self.leave_as(work, entry, SkipKind::DeletedHere, None)
    }

    pub(super) fn refused(&mut self, work: &Work, why: &str) -> Result<(), SyncError> {
        let mut entry = work.entry(&self.owner, &work.item.media, work.sha1());
        entry.standing = Standing::Refused { why: why.to_owned() };
        self.leave_as(work, entry, SkipKind::Refused, Some(why))
    }

    /// Takes an asset out of the trash; whether that was possible.
    pub(super) fn fetch_back(&mut self, work: &Work, asset: &AssetId) -> Result<bool, SyncError> {
        let upload =
            NewUpload { item: Hex(work.item.id.0), sha1: Hex(work.sha1()), asset: Some(asset.clone()) };
        let fates = self.hand()?.perform(&What::Upload { uploads: vec![upload] }, None)?;
        Ok(fates.iter().all(|fate| matches!(fate, Fate::Done | Fate::Already)))
    }
}
