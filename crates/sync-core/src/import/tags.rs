//! Tags.
//!
//! Surprising: Immich reads a new photo's tags from its file when it comes to it, and drops those that it was given
//! meanwhile. So tags of new photos are looked at once more at the end.

use std::collections::BTreeSet;

use immich_api::AssetId;

use super::finish::Finishing;
use super::flow::Flow;
use super::shelves::{BATCH, Groups, is_done};
use crate::deeds::What;
use crate::deeds::hand::Fate;
use crate::deeds::look::Standing;
use crate::error::SyncError;

/// Photos per deed; each is a job of the server.
const TAGGED: usize = 250;

impl Flow<'_> {
    /// Gives photos the tags of the source, and takes those away that we gave them.
    pub(super) fn tag(&mut self, all: &mut [Finishing]) -> Result<(), SyncError> {
        let (mut wanted, mut unwanted): (Groups<String>, Groups<String>) = Default::default();
        for (index, done) in all.iter().enumerate() {
            let sent: BTreeSet<&String> = done.entry.sent.tags.iter().collect();
            for tag in done.facts.tags.iter().filter(|tag| !sent.contains(tag)) {
                wanted.entry(tag.clone()).or_default().push(index);
            }
            for tag in
                done.facts.tags_once.iter().filter(|tag| done.is_new() && !done.facts.tags.contains(*tag))
            {
                wanted.entry(tag.clone()).or_default().push(index);
            }
            for tag in sent.into_iter().filter(|tag| !done.facts.tags.contains(*tag)) {
                unwanted.entry(tag.clone()).or_default().push(index);
            }
        }
        for (tag, items) in wanted {
            let made = self.make_tag(&tag)?;
            for chunk in items.chunks(TAGGED) {
                self.tag_these(&tag, chunk, &made, all)?;
            }
        }
        for (tag, items) in unwanted {
            self.untag_these(&tag, &items, all)?;
        }
        Ok(())
    }

    fn tag_these(
        &mut self,
        tag: &str,
        items: &[usize],
        made: &Fate,
        all: &mut [Finishing],
    ) -> Result<(), SyncError> {
        let members: Vec<(usize, AssetId)> =
            items.iter().filter_map(|index| Some((*index, all[*index].asset()?.clone()))).collect();
        let mut assets: Vec<AssetId> = members.iter().map(|(_, asset)| asset.clone()).collect();
        assets.sort_unstable();
        assets.dedup();
        let fates = if *made == Fate::Done {
            self.hand()?.perform(&What::Tag { tag: tag.to_owned(), assets: assets.clone() }, None)?
        } else {
            vec![made.clone(); assets.len()]
        };
        // A run that was killed may have given it and not remembered so.
        let ours = if fates.contains(&Fate::Already) {
            self.import.store.tagged_by_us(self.owner.account, tag)?
        } else {
            BTreeSet::new()
        };
        for (index, asset) in members {
            let done = &mut all[index];
            let fate = assets.binary_search(&asset).ok().and_then(|at| fates.get(at));
            done.is_changed |= fate != Some(&Fate::Already);
            match fate {
                Some(Fate::Already) if !ours.contains(&asset) => {}
                Some(Fate::Done | Fate::Already) | None => {
                    if done.facts.tags.contains(tag) {
                        done.entry.sent.tags.push(tag.to_owned());
                    }
                    if done.is_new() {
                        self.tagged.entry(tag.to_owned()).or_default().push(asset);
                    }
                }
                Some(fate) => done.fail(fate, &format!("the tag `{tag}`")),
            }
        }
        Ok(())
    }

    fn untag_these(&mut self, tag: &str, items: &[usize], all: &mut [Finishing]) -> Result<(), SyncError> {
        let assets: Vec<AssetId> = items.iter().filter_map(|index| all[*index].asset().cloned()).collect();
        let others = self.import.store.entries_by_asset(self.owner.account, &assets)?;
        for index in items {
            let done = &mut all[*index];
            done.entry.sent.tags.retain(|sent| sent != tag);
            let keeps = others.iter().any(|other| {
                other.item != done.item
                    && other.standing.asset() == done.asset()
                    && other.sent.tags.iter().any(|sent| sent == tag)
            });
            let Some(asset) = done.asset().cloned().filter(|_| !keeps) else { continue };
            let what = What::Untag { tag: tag.to_owned(), assets: vec![asset] };
            let fates = self.hand()?.perform(&what, None)?;
            all[*index].is_changed = true;
            for fate in &fates {
                all[*index].fail(fate, &format!("the tag `{tag}`"));
                if !is_done(fate) {
                    all[*index].entry.sent.tags.push(tag.to_owned());
                }
            }
        }
        Ok(())
    }

    /// Makes a tag and those above it, as far as they are not there.
    fn make_tag(&mut self, tag: &str) -> Result<Fate, SyncError> {
        let ends = tag.match_indices('/').map(|(end, _)| end).chain([tag.len()]);
        let paths: Vec<String> = ends.map(|end| tag[..end].to_owned()).collect();
        let hand = self.hand()?;
        let known = hand.tags()?;
        let missing: Vec<String> = paths.into_iter().filter(|path| !known.contains_key(path)).collect();
        if missing.is_empty() {
            return Ok(Fate::Done);
        }
        let fates = hand.perform(&What::MakeTags { tags: missing }, None)?;
        Ok(fates.into_iter().find(|fate| !is_done(fate)).unwrap_or(Fate::Done))
    }

    /// Looks at the tags of new photos again, and sets those that got lost.
    pub(super) fn tag_again(&mut self) -> Result<(), SyncError> {
        for (tag, assets) in std::mem::take(&mut self.tagged) {
            for chunk in assets.chunks(BATCH) {
                let what = What::Tag { tag: tag.clone(), assets: chunk.to_vec() };
                let (standings, _) = self.hand()?.looker().standings(&what)?;
                let lost = what.only(|item| standings.get(item) == Some(&Standing::Before));
                if let Some(lost) = lost {
                    self.hand()?.perform(&lost, None)?;
                }
            }
        }
        Ok(())
    }
}
