//! A file of an item has other bytes: a new version of the same photo, or another photo under the same name.
//!
//! It is the same photo only when both were taken at the same time. The new version takes over what belongs to the photo,
//! is looked at once more, and only then the old one is stacked below it, or goes to the trash where we had uploaded it.

use std::collections::BTreeSet;

use immich_api::{ApiError, Asset, AssetId, CopyWhat};

use super::finish::Finishing;
use super::flow::Flow;
use super::merge::{is_empty, values};
use super::run::versions_of;
use super::work::version;
use super::{EditRule, Entry, Stamp};
use crate::deeds::hand::{Fate, ends_the_run};
use crate::deeds::look::value_of;
use crate::deeds::{Hex, NewUpload, Restack, Setting, Value, What};
use crate::error::{SyncError, chain};
use crate::event::Event;

impl Flow<'_> {
    /// New versions take the place of old ones.
    pub(super) fn replace_versions(&mut self, all: &mut [Finishing]) -> Result<(), SyncError> {
        if self.client.is_none() {
            return Ok(());
        }
        let these: BTreeSet<AssetId> = all.iter().filter_map(|done| done.asset().cloned()).collect();
        for done in all {
            let Some(old) = done.edit_of.clone() else { continue };
            self.replace_version(done, &old, &these)?;
        }
        Ok(())
    }

    /// Whether an asset is another item of a source, too, because both had the same bytes.
    fn is_shared(&self, old: &Entry, these: &BTreeSet<AssetId>) -> Result<bool, SyncError> {
        let Some(asset) = old.standing.asset() else { return Ok(false) };
        let entries = self.import.store.entries_by_asset(self.owner.account, std::slice::from_ref(asset))?;
        let versions = versions_of(self.owner.source);
        let is_other = |entry: &Entry| entry.item != old.item && entry.source != versions;
        Ok(these.contains(asset) || entries.iter().any(is_other))
    }

    fn replace_version(
        &mut self,
        done: &mut Finishing,
        old: &Entry,
        these: &BTreeSet<AssetId>,
    ) -> Result<(), SyncError> {
        let (Some(was), Some(now)) = (old.standing.asset().cloned(), done.asset().cloned()) else {
            return Ok(());
        };
        let rule = self.import.options.on_edit;
        if rule != EditRule::KeepBoth {
            let (Some(before), Some(after)) = (self.found(&was)?, self.found(&now)?) else {
                return self.let_go(done, old);
            };
            // A photo that stays what another item is, is no older version.
            if is_same_photo(done, &before, &after) && !self.is_shared(old, these)? {
                self.take_over(done, old, (&before, &after))?;
            }
        }
        if done.failed.is_some() { Ok(()) } else { self.let_go(done, old) }
    }

    /// An asset that is there and not in the trash.
    fn found(&self, asset: &AssetId) -> Result<Option<Asset>, SyncError> {
        match self.account.reader.asset(asset) {
            Ok(asset) => Ok(Some(asset).filter(|asset| !asset.is_trashed)),
            Err(ApiError::NoSuchAsset { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn take_over(
        &mut self,
        done: &mut Finishing,
        old: &Entry,
        (before, after): (&Asset, &Asset),
    ) -> Result<(), SyncError> {
        let Some(client) = self.client else { return Ok(()) };
        let has_sidecar = done.entry.sent.sidecar.is_some();
        let what = CopyWhat { sidecar: !has_sidecar, stack: false, ..CopyWhat::ALL };
        let is_copied = match client.writer().copy_asset(&before.id, &after.id, what) {
            Ok(()) => true,
            Err(ApiError::NotSupported { .. }) => false,
            Err(error @ ApiError::MissingPermission { .. }) => {
                let (message, transient) = (chain(&error), false);
                done.fail(&Fate::Failed { message, transient }, "its older version");
                return Ok(());
            }
            Err(error) if ends_the_run(&error) => return Err(error.into()),
            Err(error) => {
                let (message, transient) = (chain(&error), error.is_transient());
                done.fail(&Fate::Failed { message, transient }, "its older version");
                return Ok(());
            }
        };
        self.carry(done, (before, after))?;
        let sum = self.found(&after.id)?.and_then(|asset| asset.checksum?.bytes());
        if sum != Some(done.entry.sha1) {
            done.fail(&Fate::Refused, "its new version");
        }
        if done.failed.is_some() {
            return Ok(());
        }
        match self.import.options.on_edit {
            EditRule::Replace if !old.standing.is_ours() || !is_copied => {
                let why =
                    if is_copied { "we did not upload it" } else { "the server is too old to hand it over" };
                let told =
                    format!("the older version of `{}` stays, because {why}", done.path().path().display());
                self.import.reporter.report(&Event::Warning(&told));
                Ok(())
            }
            EditRule::Replace => self.withdraw_version(done, old, &before.id),
            EditRule::Stack => self.stack_on(done, before, &after.id),
            EditRule::KeepBoth => Ok(()),
        }
    }

    /// What the user said of the old version on the server, and the server does not hand over.
    fn carry(&mut self, done: &mut Finishing, (before, after): (&Asset, &Asset)) -> Result<(), SyncError> {
        let said = values(&done.facts);
        let none = [
            Value::Archived(false),
            Value::Description(String::new()),
            Value::Rating(None),
            Value::Position(None),
        ];
        for empty in none {
            let Some(value) = value_of(before, &empty).filter(|value| !is_empty(value)) else { continue };
            let is_said = said.iter().any(|said| said.field() == value.field());
            // A sidecar that the server copied says the same, but it need not have one.
            if is_said {
                continue;
            }
            let setting = Setting {
                asset: after.id.clone(),
                before: value_of(after, &value).unwrap_or(empty),
                after: value,
            };
            if setting.before == setting.after {
                continue;
            }
            let field = setting.after.field();
            let fates = self.hand()?.perform(&What::Set { settings: vec![setting] }, None)?;
            for fate in &fates {
                done.fail(fate, &format!("its {field}"));
            }
        }
        for tag in before.tags.iter().flatten() {
            let what = What::Tag { tag: tag.value.clone(), assets: vec![after.id.clone()] };
            for fate in &self.hand()?.perform(&what, None)? {
                done.fail(fate, &format!("the tag `{}`", tag.value));
            }
        }
        Ok(())
    }

    fn stack_on(&mut self, done: &mut Finishing, before: &Asset, now: &AssetId) -> Result<(), SyncError> {
        let stack = match &before.stack {
            Some(stack) => self.account.reader.stack(&stack.id)?,
            None => None,
        };
        let mut members = vec![before.id.clone()];
        let mut was = Vec::new();
        if let Some(stack) = stack {
            members = stack.assets;
            members.sort_by_key(|asset| (*asset != stack.primary, asset.clone()));
            was.push(members.clone());
        }
        members.retain(|asset| asset != now);
        members.insert(0, now.clone());
        let restack = Restack { before: was, after: vec![members] };
        let fates = self.hand()?.perform(&What::Restack { stacks: vec![restack] }, None)?;
        for fate in &fates {
            done.fail(fate, "its stack");
        }
        Ok(())
    }

    fn withdraw_version(
        &mut self,
        done: &mut Finishing,
        old: &Entry,
        asset: &AssetId,
    ) -> Result<(), SyncError> {
        let old = self.as_version(old);
        self.remember(std::slice::from_ref(&old))?;
        let upload = NewUpload { item: Hex(old.item.0), sha1: Hex(old.sha1), asset: Some(asset.clone()) };
        let fates = self.hand()?.perform(&What::Withdraw { uploads: vec![upload] }, None)?;
        for fate in &fates {
            done.fail(fate, "its older version");
        }
        Ok(())
    }

    fn as_version(&self, entry: &Entry) -> Entry {
        Entry {
            item: version(entry.item, entry.sha1),
            source: versions_of(self.owner.source),
            stamp: Stamp([0; 16]),
            ..entry.clone()
        }
    }

    /// The old version is known as such from now on, and the new one as the item.
    fn let_go(&mut self, done: &Finishing, old: &Entry) -> Result<(), SyncError> {
        let old = self.as_version(old);
        let known = self.import.store.entries(&old.account, &old.source, &[old.item])?;
        if known.is_empty() {
            self.remember(std::slice::from_ref(&old))?;
        }
        let new = self.as_version(&done.entry);
        self.import.store.put_entries(std::slice::from_ref(&done.entry))?;
        self.import.store.forget_entries(&new.account, &new.source, &[new.item])
    }
}

/// Whether both were taken at the same second; what says no time is no other photo.
fn is_same_photo(done: &Finishing, before: &Asset, after: &Asset) -> bool {
    let after = done.taken.or(if done.is_new() { None } else { after.local_date_time });
    match (before.local_date_time, after) {
        (Some(before), Some(after)) => before.as_second() == after.as_second(),
        _ => true,
    }
}
