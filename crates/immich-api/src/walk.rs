//! A walk through the user's assets that misses nothing it could have seen.
//!
//! What comes back is never trusted to be what was asked for: partners' assets come unasked, as do (from
//! 3.0 on) the hidden videos of live photos, and a filter that the server does not know is ignored. When
//! the library may have moved during a round, another round follows, which yields only what no round saw
//! before; the walk is complete when a round stood still or brought nothing new.

use std::collections::BTreeSet;
use std::vec;

use crate::album::AlbumScope;
use crate::asset::{Asset, Unreadable};
use crate::error::{ApiError, BodyProblem};
use crate::ids::AssetId;
use crate::pages::Item;
use crate::query::AssetQuery;
use crate::reader::Reader;
use crate::report::WalkReport;
use crate::round::Round;
use crate::shared_albums;
use crate::sightings::{Sight, Sightings};
use crate::version::Trait;

/// Rounds after the first one; a library that still moves then is being filled.
const MOST_REPAIRS: u32 = 3;
/// Single assets per item of the iterator.
const SINGLES: usize = 50;

/// Pages of assets, each asset once. Ends after the first error.
pub struct AssetWalk<'a> {
    reader: Reader<'a>,
    query: AssetQuery,
    /// What is in the albums asked for, once it is known.
    in_albums: Option<BTreeSet<AssetId>>,
    seen: Sightings,
    stage: Stage<'a>,
    report: WalkReport,
}

enum Stage<'a> {
    Singles(vec::IntoIter<AssetId>),
    BeforeRound(u32),
    InRound(u32, Round<'a>),
    /// Whether the rounds saw everything.
    BeforeForeign(bool),
    /// What others have put into albums, one by one; and whether the rounds saw everything.
    Foreign(vec::IntoIter<AssetId>, bool),
    Over,
}

impl<'a> AssetWalk<'a> {
    pub(crate) fn new(reader: Reader<'a>, mut query: AssetQuery) -> Self {
        let stage = match &mut query.ids {
            Some(ids) => {
                ids.sort();
                ids.dedup();
                Stage::Singles(ids.clone().into_iter())
            }
            None => Stage::BeforeRound(0),
        };
        Self {
            reader,
            query,
            in_albums: None,
            seen: Sightings::default(),
            stage,
            report: WalkReport::default(),
        }
    }

    /// What was seen and dropped so far; final after the last page.
    pub fn report(&self) -> WalkReport {
        self.report.clone()
    }

    /// One page or one turn of the stage; `None` at the end.
    fn step(&mut self) -> Result<Option<Vec<Asset>>, ApiError> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Over => Ok(None),
            Stage::Singles(mut ids) => {
                let page = self.singles(&mut ids)?;
                if ids.len() > 0 {
                    self.stage = Stage::Singles(ids);
                } else {
                    self.report.complete = true;
                }
                Ok(Some(page))
            }
            Stage::BeforeForeign(complete) => {
                self.stage = Stage::Foreign(self.foreign()?.into_iter(), complete);
                Ok(Some(Vec::new()))
            }
            Stage::Foreign(mut ids, complete) => {
                let page = self.singles(&mut ids)?;
                // What was taken out of an album meanwhile is no asset that was asked for.
                self.report.missing.clear();
                if ids.len() > 0 {
                    self.stage = Stage::Foreign(ids, complete);
                } else {
                    self.report.complete = complete;
                }
                Ok(Some(page))
            }
            Stage::BeforeRound(number) => {
                self.look_up_albums()?;
                let knows_albums = self.reader.client.has(Trait::AlbumFilter);
                let round = Round::open(self.reader, &self.query.filter(knows_albums), number)?;
                self.report.counted = round.counted();
                self.stage = Stage::InRound(number, round);
                Ok(Some(Vec::new()))
            }
            Stage::InRound(number, mut round) => {
                let before = self.seen.len();
                if let Some(items) = round.next_page(&mut self.seen)? {
                    round.new += self.seen.len() - before;
                    let page = self.take(items, number);
                    self.stage = Stage::InRound(number, round);
                    return Ok(Some(page));
                }
                self.close(number, &round)?;
                Ok(Some(Vec::new()))
            }
        }
    }

    /// Decides whether the round was enough.
    fn close(&mut self, number: u32, round: &Round<'_>) -> Result<(), ApiError> {
        if number > 0 && round.new == 0 || round.stood_still()? {
            // A server that counts more than it lists has not shown everything.
            let shown = round.listed().max(self.seen.len()) + self.report.unreadable_count;
            self.report.complete = round.counted().is_none_or(|counted| counted <= shown);
        } else if number < MOST_REPAIRS {
            tracing::debug!(number, "the library moved during the walk; walking again");
            self.stage = Stage::BeforeRound(number + 1);
            return Ok(());
        }
        if self.query.include_shared {
            self.stage = Stage::BeforeForeign(std::mem::take(&mut self.report.complete));
        }
        Ok(())
    }

    /// Learns what is in the albums asked for: nothing in an asset says so, and a filter may be ignored.
    fn look_up_albums(&mut self) -> Result<(), ApiError> {
        if self.query.albums.is_empty() || self.in_albums.is_some() {
            return Ok(());
        }
        let mut members = BTreeSet::new();
        for album in &self.query.albums {
            members.extend(self.reader.album_assets(album)?);
        }
        self.in_albums = Some(members);
        Ok(())
    }

    /// What others have put into albums, as far as the search has not found it: partners' assets are there twice.
    fn foreign(&mut self) -> Result<Vec<AssetId>, ApiError> {
        let albums = if self.query.albums.is_empty() {
            let mut albums = self.reader.albums(AlbumScope::OwnAndShared)?;
            albums.retain(|album| album.is_shared);
            albums
        } else {
            self.query.albums.clone()
        };
        let mut ids = shared_albums::foreign(self.reader, &albums)?;
        if let Some(members) = &mut self.in_albums {
            members.extend(ids.iter().cloned());
        }
        ids.retain(|id| !self.seen.knows(id));
        Ok(ids.into_iter().collect())
    }

    fn singles(&mut self, ids: &mut vec::IntoIter<AssetId>) -> Result<Vec<Asset>, ApiError> {
        self.look_up_albums()?;
        let mut items = Vec::new();
        for id in ids.by_ref().take(SINGLES) {
            match self.reader.asset(&id) {
                Ok(asset) => items.push(Item::new(Ok(asset), &mut self.seen)),
                Err(ApiError::NoSuchAsset { id }) => self.report.missing.push(id),
                Err(ApiError::Unexpected { problem: BodyProblem::Shape, .. }) => {
                    let problem = "it is not described as an asset";
                    items.push(Item::new(Err(Unreadable { id: Some(id), problem }), &mut self.seen));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.take(items, 0))
    }

    /// Sorts out a page: what is new and was asked for goes on, the rest is counted.
    fn take(&mut self, items: Vec<Item>, round: u32) -> Vec<Asset> {
        self.report.pages += 1;
        let mut page = Vec::new();
        for item in items {
            // Without an id nothing tells whether an earlier round had it.
            let is_new = item.sight.map_or(round == 0, |sight| sight == Sight::First);
            match item.asset {
                _ if !is_new => {}
                Err(unreadable) => self.report.note_unreadable(unreadable),
                Ok(asset) => page.extend(self.wanted(asset)),
            }
        }
        self.report.yielded += page.len() as u64;
        if round > 0 {
            self.report.repaired += page.len() as u64;
        }
        page
    }

    fn wanted(&mut self, asset: Asset) -> Option<Asset> {
        let report = &mut self.report;
        let is_foreign = asset.owner_id != self.reader.client.server().user.id;
        let in_albums = self.in_albums.as_ref().is_none_or(|members| members.contains(&asset.id));
        let reason = if is_foreign && !self.query.include_shared {
            &mut report.dropped_foreign
        } else if asset.is_trashed {
            &mut report.dropped_trashed
        } else if !asset.visibility.is_shown() {
            &mut report.dropped_hidden
        } else if !in_albums || !self.query.matches(&asset) {
            &mut report.dropped_unasked
        } else {
            return Some(asset);
        };
        *reason += 1;
        None
    }
}

impl Iterator for AssetWalk<'_> {
    type Item = Result<Vec<Asset>, ApiError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.step() {
                Ok(Some(page)) if page.is_empty() => {}
                Ok(page) => return page.map(Ok),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
