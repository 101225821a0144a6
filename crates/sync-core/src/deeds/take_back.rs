//! Deeds of earlier runs: those that were left open are settled, and those of a run are taken back.
//!
//! The newest deed goes first, each the other way round. An item goes back only where the server still says what the
//! deed left; what was changed since stays and is told. A deed of which something stays counts on, so that its rest can
//! be taken back when whatever is in the way is gone: a photo that a later run tagged otherwise, for one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use immich_api::{AssetId, Client};
use jiff::Timestamp;

use super::caption::with_line;
use super::files::HERE;
use super::hand::{Fate, Hand};
use super::here::{settle_here, take_back_here};
use super::imagined::Imagined;
use super::look::{Looker, Standing, value_of};
use super::tagged::Tagged;
use super::{DeedId, DeedRow, Setting, Value, What};
use crate::account::Account;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::plan::{Failed, SkipReason, Skipped};
use crate::state::{DeedStore, RunId};
use crate::stop::StopFlag;
use crate::summary::Summary;

/// Deeds per page.
const PAGE: usize = 16;

/// Settles what runs that were killed, or lost the server, left open. What belongs to accounts that take no part stays
/// open.
pub(crate) fn settle<'a>(
    store: &'a dyn DeedStore,
    accounts: &[Account<'a>],
    clients: &'a [Client],
    reporter: &'a dyn Reporter,
) -> Result<(), SyncError> {
    let (mut completed, mut rolled_back) = (0, 0);
    for row in store.open_deeds()? {
        let found = accounts.iter().zip(clients).find(|(account, _)| account.user() == row.deed.account);
        let Some((_, client)) = found else { continue };
        let mut hand = Hand::at_work(client, row.deed.run, store, reporter, &Timestamp::default);
        if hand.settle(&row)? {
            completed += 1;
        } else {
            rolled_back += 1;
        }
    }
    if completed + rolled_back > 0 {
        reporter.report(&Event::Recovered { folders: 0, completed, rolled_back });
    }
    Ok(())
}

/// Takes back the deeds of a run; a part of an undo.
pub struct TakeBack<'a> {
    /// What is remembered.
    pub store: &'a dyn DeedStore,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current deed.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

impl<'a> TakeBack<'a> {
    /// Settles what earlier runs left open.
    pub fn settle(&self, clients: &'a [Client]) -> Result<(), SyncError> {
        let accounts: Vec<Account<'a>> = clients.iter().map(Account::of).collect();
        settle_here(self.store, self.reporter)?;
        settle(self.store, &accounts, clients, self.reporter)
    }

    /// Shows what would be taken back. Only reads.
    pub fn preview(&self, of: RunId, accounts: &[Account<'a>]) -> Result<Summary, SyncError> {
        let hand = |account: &Account<'a>| Hand::idle(*account, self.store, self.reporter);
        self.each(of, None, accounts.iter().map(hand).collect())
    }

    /// Takes back, as a part of the run `run`.
    pub fn run(&self, of: RunId, run: RunId, clients: &'a [Client]) -> Result<Summary, SyncError> {
        let hand = |client| Hand::at_work(client, run, self.store, self.reporter, self.now);
        self.each(of, Some(run), clients.iter().map(hand).collect())
    }

    fn each(&self, of: RunId, run: Option<RunId>, hands: Vec<Hand<'a>>) -> Result<Summary, SyncError> {
        let mut hands: BTreeMap<String, (Hand<'a>, Tagged)> =
            hands.into_iter().map(|hand| (hand.account().to_owned(), (hand, Tagged::default()))).collect();
        let mut summary = Summary { listing_complete: true, ..Summary::default() };
        let mut imagined = run.is_none().then(Imagined::default);
        let mut before: Option<DeedId> = None;
        loop {
            let page = self.store.deeds_to_undo(of, before, PAGE)?;
            let Some(last) = page.last() else { return Ok(summary) };
            before = Some(last.id);
            for row in &page {
                if self.stop.is_raised() {
                    summary.stopped = true;
                    return Ok(summary);
                }
                if row.deed.account == HERE {
                    let told = (self.store, self.reporter);
                    take_back_here(row, run, told, (self.now)(), &mut summary)?;
                    continue;
                }
                match hands.get_mut(&row.deed.account) {
                    Some((hand, tagged)) => self.one(row, hand, tagged, imagined.as_mut(), &mut summary)?,
                    None => self.without_key(row, &mut summary),
                }
            }
        }
    }

    fn one(
        &self,
        row: &DeedRow,
        hand: &mut Hand<'a>,
        tagged: &Tagged,
        imagined: Option<&mut Imagined>,
        summary: &mut Summary,
    ) -> Result<(), SyncError> {
        let mut back = row.deed.what.reversed();
        let looker = Looker { tagged: Some(tagged), ..hand.looker() };
        let (mut standings, _) = looker.standings(&back)?;
        if let Some(imagined) = &imagined {
            imagined.correct(&back, &mut standings, hand.looker())?;
        }
        keep_words_of_the_user(&mut back, &mut standings, hand.looker())?;
        for (item, standing) in standings.iter().enumerate() {
            let reason = match standing {
                Standing::Before | Standing::Between => continue,
                Standing::After => SkipReason::NothingLeft,
                Standing::Gone => SkipReason::Vanished,
                Standing::Other(why) => SkipReason::TouchedSince(why.clone()),
            };
            self.skip(&back, item, reason, summary);
        }
        let doable = |item: usize| matches!(standings[item], Standing::Before | Standing::Between);
        let Some(doable) = back.only(doable) else { return Ok(()) };
        if let Some(imagined) = imagined {
            imagined.pass(&doable);
        }
        let fates = hand.perform(&doable, Some(row.id))?;
        // A preview changes nothing, and is right to hear the same again.
        let is_sure = fates.iter().all(|fate| *fate == Fate::Done);
        if !hand.is_idle() {
            tagged.note(&doable, is_sure);
        }
        for (item, fate) in fates.into_iter().enumerate() {
            self.count(&doable, item, fate, summary);
        }
        Ok(())
    }

    fn count(&self, what: &What, item: usize, fate: Fate, summary: &mut Summary) {
        match fate {
            Fate::Done => {
                summary.seen += 1;
                summary.done += 1;
            }
            Fate::Already => self.skip(what, item, SkipReason::NothingLeft, summary),
            Fate::Refused => self.skip(what, item, SkipReason::Vanished, summary),
            Fate::Failed { message, transient } => {
                summary.seen += 1;
                summary.failed += 1;
                if let Some(asset) = what.photo(item).cloned() {
                    let path = path(&asset);
                    self.reporter.report(&Event::Failed(&Failed { asset, path, message, transient }));
                } else {
                    self.reporter.report(&Event::Warning(&message));
                }
            }
        }
    }

    fn skip(&self, what: &What, item: usize, reason: SkipReason, summary: &mut Summary) {
        summary.skip(&reason);
        if let Some(asset) = what.photo(item).cloned() {
            let path = path(&asset);
            self.reporter.report(&Event::Skipped(&Skipped { asset, path, reason }));
        } else if reason != SkipReason::NothingLeft {
            self.reporter.report(&Event::Warning(&reason.to_string()));
        }
    }

    fn without_key(&self, row: &DeedRow, summary: &mut Summary) {
        let reason = SkipReason::TouchedSince(format!(
            "what was done for the user {} needs an API key of that user",
            row.deed.account
        ));
        for item in 0..row.deed.what.len() {
            self.skip(&row.deed.what, item, reason.clone(), summary);
        }
    }
}

/// Messages name a photo by its id where nobody knows its path.
fn path(asset: &AssetId) -> PathBuf {
    PathBuf::from(asset.to_string())
}

/// Of a caption that somebody edited since, only our line goes (or comes back); the words of the user stay.
fn keep_words_of_the_user(
    back: &mut What,
    standings: &mut [Standing],
    looker: Looker<'_>,
) -> Result<(), SyncError> {
    let What::Set { settings } = back else { return Ok(()) };
    for (setting, standing) in settings.iter_mut().zip(standings) {
        let (Value::Description(ours), Value::Description(was)) = (&setting.before, &setting.after) else {
            return Ok(());
        };
        if !matches!(standing, Standing::Other(_)) {
            continue;
        }
        let line = |text: &str| text.lines().find(|line| with_line(line, None).is_empty()).map(str::to_owned);
        let (ours, was) = (line(ours), line(was));
        let now = looker.each(vec![setting.asset.clone()])?.pop().flatten();
        let now = now.as_ref().and_then(|asset| value_of(asset, &setting.before));
        let Some(Value::Description(now)) = now else { continue };
        if ours.is_some() && line(&now) == ours {
            let after = Value::Description(with_line(&now, was.as_deref()));
            *setting = Setting { asset: setting.asset.clone(), before: Value::Description(now), after };
            *standing = Standing::Before;
        }
    }
    Ok(())
}
