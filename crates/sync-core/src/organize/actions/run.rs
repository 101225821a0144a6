//! One run of actions, from the groups to the summary.

use std::collections::{BTreeMap, BTreeSet};

use immich_api::Client;
use jiff::{SignedDuration, Timestamp};

use super::albums::Albums;
use super::describe::Describe;
use super::fields::Fields;
use super::fresh::Fresh;
use super::options::{ActOptions, Action};
use super::remove_tags::RemoveTags;
use super::review::Review;
use super::stack::StackUp;
use super::tags::TagGroups;
use super::trash::Trash;
use super::twins::Twins;
use crate::account::{Account, identity};
use crate::deeds::hand::Hand;
use crate::deeds::orders::Orders;
use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::organize::pages::each_group;
use crate::organize::{Decision, GroupRecord, MemberRecord, Place};
use crate::state::{DeedStore, GroupStore, RunId, Store};
use crate::stop::StopFlag;
use crate::summary::Summary;

/// A look at all photos that is older than this is repeated before the next action.
const STALE: SignedDuration = SignedDuration::from_secs(60);

/// Everything that actions remember.
pub trait ActStore: Store + GroupStore + DeedStore {}

impl<T: Store + GroupStore + DeedStore> ActStore for T {}

/// Everything that actions need, told by the caller.
pub struct Act<'a> {
    /// What is remembered: groups, decisions, deeds.
    pub store: &'a dyn ActStore,
    /// What is to be done.
    pub options: &'a ActOptions,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// Whether to stop after the current batch.
    pub stop: &'a StopFlag,
    /// What time it is.
    pub now: &'a (dyn Fn() -> Timestamp + Sync),
}

/// How actions ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActSummary {
    /// All of them together; what a preview would do counts as done.
    pub total: Summary,
    /// Each by its name, in the order in which they were asked for.
    pub by_action: Vec<(&'static str, Summary)>,
    /// The run in the state; `None` when there was nothing to do, and in a preview.
    pub run: Option<RunId>,
    /// Runs of the same command behind that one: each part that is done with files here is one of its own.
    pub more_runs: Vec<RunId>,
}

/// What an action works with: its options, the second look, and the orders of each account.
pub(super) struct Desk<'a> {
    pub(super) options: &'a ActOptions,
    pub(super) store: &'a dyn ActStore,
    pub(super) fresh: &'a Fresh,
    pub(super) now: Timestamp,
    pub(super) accounts: BTreeMap<String, Orders<'a>>,
}

impl Desk<'_> {
    /// The photos of a group that the user chose to keep.
    pub(super) fn chosen(&self, group: &GroupRecord) -> Result<Vec<Place>, SyncError> {
        Ok(match self.store.decision(group.id)? {
            Some(Decision::Keep(places)) => places,
            Some(Decision::NotDuplicates) | None => Vec::new(),
        })
    }
}

/// An action that is under way. It goes through all groups twice: counting, and for real.
pub(super) trait Work {
    /// Learns what the server has, once.
    fn learn(&mut self, _desk: &mut Desk<'_>) -> Result<(), SyncError> {
        Ok(())
    }

    /// Before the first group of each pass.
    fn begin(&mut self, _desk: &mut Desk<'_>) -> Result<(), SyncError> {
        Ok(())
    }

    /// One group; `chosen` is false for groups of other classes, and those that were not asked for.
    fn group(&mut self, group: &GroupRecord, chosen: bool, desk: &mut Desk<'_>) -> Result<(), SyncError>;

    /// After the last group of each pass.
    fn end(&mut self, _desk: &mut Desk<'_>) -> Result<(), SyncError> {
        Ok(())
    }

    /// What has to be asked before it is done for real, after counting.
    fn question(&self, _desk: &Desk<'_>, _counted: u64) -> Result<Option<String>, SyncError> {
        Ok(None)
    }

    /// Milliseconds that a change costs the server, where that is worth saying.
    fn costs(&self) -> Option<u64> {
        None
    }

    /// Whether it looks at groups at all.
    fn needs_groups(&self) -> bool {
        true
    }
}

impl<'a> Act<'a> {
    /// Shows what would be done. Only reads.
    pub fn preview(&self, accounts: &[Account<'a>]) -> Result<ActSummary, SyncError> {
        identity(accounts, self.store)?;
        let fresh = self.look(accounts)?;
        let hand = |account: &Account<'a>| Hand::idle(*account, self.store, self.reporter);
        let mut desk = self.desk(&fresh, accounts.iter().map(hand).collect(), false);
        let mut summary = ActSummary { total: complete(), ..ActSummary::default() };
        for action in self.actions() {
            let mut work = work_of(action);
            work.learn(&mut desk)?;
            self.pass(action, work.as_mut(), &mut desk, 0)?;
            summary.add(action, &desk);
        }
        self.finish(summary, &fresh)
    }

    /// Does it. What an earlier run left open is settled first. `command` is what is remembered of it.
    pub fn run(&self, clients: &'a [Client], command: &str) -> Result<ActSummary, SyncError> {
        let accounts: Vec<Account<'a>> = clients.iter().map(Account::of).collect();
        self.store.set_identity(&identity(&accounts, self.store)?)?;
        crate::deeds::settle(self.store, &accounts, clients, self.reporter)?;
        let fresh = self.look(&accounts)?;
        let (works, counted) = self.count(&fresh, &accounts)?;
        let mut summary = ActSummary { total: complete(), ..ActSummary::default() };
        if counted.iter().all(|counted| counted.done == 0) {
            for (action, counted) in self.actions().into_iter().zip(counted) {
                summary.total.join(&counted);
                summary.by_action.push((action.name(), counted));
            }
            return self.finish(summary, &fresh);
        }
        let run = self.store.begin_run(command, (self.now)())?;
        summary.run = Some(run);
        let (mut fresh, mut looked) = (fresh, (self.now)());
        for (index, ((action, mut work), counted)) in
            self.actions().into_iter().zip(works).zip(counted).enumerate()
        {
            if self.stop.is_raised() {
                summary.total.stopped = true;
                break;
            }
            // An hour of tagging may lie between two actions, and the user goes on using the server.
            if (self.now)().duration_since(looked) > STALE {
                summary.total.listing_complete &= fresh.is_complete;
                (fresh, looked) = (self.look(&accounts)?, (self.now)());
            }
            let hand = |client| Hand::at_work(client, run, self.store, self.reporter, self.now);
            let mut desk = self.desk(&fresh, clients.iter().map(hand).collect(), false);
            if index > 0 {
                work.learn(&mut desk)?;
            }
            self.pass(action, work.as_mut(), &mut desk, counted.done)?;
            summary.add(action, &desk);
        }
        summary.total.listing_complete &= fresh.is_complete;
        self.store.end_run(run, &summary.total, (self.now)())?;
        self.finish(summary, &fresh)
    }

    /// Each action once, however often it was asked for.
    fn actions(&self) -> Vec<&'a Action> {
        let actions = &self.options.actions;
        actions
            .iter()
            .enumerate()
            .filter(|(index, action)| !actions[..*index].contains(action))
            .map(|(_, action)| action)
            .collect()
    }

    /// Counts everything, asks what has to be asked, and tells what is planned.
    fn count(&self, fresh: &Fresh, accounts: &[Account<'a>]) -> Result<(Works, Vec<Summary>), SyncError> {
        let hand = |account: &Account<'a>| Hand::idle(*account, self.store, self.reporter);
        let mut desk = self.desk(fresh, accounts.iter().map(hand).collect(), true);
        let (mut works, mut counted, mut questions) = (Vec::new(), Vec::new(), Vec::new());
        for action in self.actions() {
            let mut work = work_of(action);
            work.learn(&mut desk)?;
            self.pass(action, work.as_mut(), &mut desk, 0)?;
            let mut summary = ActSummary { total: complete(), ..ActSummary::default() };
            summary.add(action, &desk);
            questions.extend(work.question(&desk, summary.total.done)?);
            works.push((work, action));
            counted.push(summary.total);
        }
        if !questions.is_empty() && !self.options.confirmed {
            return Err(SyncError::Brake(questions.join("; ")));
        }
        for ((work, action), counted) in works.iter().zip(&counted).filter(|(_, counted)| counted.done > 0) {
            let seconds = work.costs().map(|each| (counted.done * each).div_ceil(1000));
            let (action, changes) = (action.name(), counted.done);
            self.reporter.report(&Event::ActionPlanned { action, changes, seconds });
        }
        Ok((works.into_iter().map(|(work, _)| work).collect(), counted))
    }

    fn desk<'b>(&'b self, fresh: &'b Fresh, hands: Vec<Hand<'b>>, counting: bool) -> Desk<'b> {
        let orders = |hand: Hand<'b>| (hand.account().to_owned(), Orders::new(hand, self.reporter, counting));
        Desk {
            options: self.options,
            store: self.store,
            fresh,
            now: (self.now)(),
            accounts: hands.into_iter().map(orders).collect(),
        }
    }

    /// One action, over all groups.
    fn pass(
        &self,
        action: &Action,
        work: &mut dyn Work,
        desk: &mut Desk<'_>,
        total: u64,
    ) -> Result<(), SyncError> {
        desk.accounts.values_mut().for_each(|orders| orders.begin(action.name(), total));
        work.begin(desk)?;
        if work.needs_groups() {
            each_group(self.store, |group| {
                let chosen = self.options.wants(action, group.class)
                    && self.options.groups.as_ref().is_none_or(|groups| groups.contains(&group.id));
                work.group(group, chosen, desk)?;
                Ok(!self.stop.is_raised())
            })?;
        }
        if !self.stop.is_raised() {
            work.end(desk)?;
        }
        for orders in desk.accounts.values_mut() {
            if self.stop.is_raised() { orders.forget() } else { orders.give_all()? }
        }
        Ok(())
    }

    /// The second look at all photos of all groups.
    fn look(&self, accounts: &[Account<'a>]) -> Result<Fresh, SyncError> {
        let mut wanted = Vec::new();
        let users: BTreeSet<String> = accounts.iter().map(Account::user).collect();
        each_group(self.store, |group| {
            let ours = group.members.iter().filter(|member| member.is_own && users.contains(&member.account));
            wanted.extend(ours.filter_map(|member| member.place.asset()).map(immich_api::AssetId::as_u128));
            Ok(true)
        })?;
        let mut fresh = Fresh::of(wanted);
        let reviews = self.options.actions.iter().any(|action| matches!(action, Action::Review { .. }));
        for account in accounts {
            let hand = Hand::idle(*account, self.store, self.reporter);
            fresh.look(hand.looker(), reviews && self.options.follows())?;
        }
        Ok(fresh)
    }

    fn finish(&self, mut summary: ActSummary, fresh: &Fresh) -> Result<ActSummary, SyncError> {
        summary.total.listing_complete &= fresh.is_complete;
        summary.total.require_sum()?;
        self.reporter.report(&Event::Finished(&summary.total));
        Ok(summary)
    }
}

impl ActSummary {
    /// Adds what something else of the same command came to, with its run.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.total.join(&other.total);
        self.by_action.extend(other.by_action);
        let runs = [self.run, other.run].into_iter().flatten().chain(self.more_runs).chain(other.more_runs);
        let mut runs: Vec<RunId> = runs.collect();
        runs.sort_unstable();
        self.run = runs.first().copied();
        self.more_runs = runs.into_iter().skip(1).collect();
        self
    }

    fn add(&mut self, action: &Action, desk: &Desk<'_>) {
        let mut sum = complete();
        desk.accounts.values().for_each(|orders| sum.join(&orders.summary));
        self.total.join(&sum);
        self.by_action.push((action.name(), sum));
    }
}

fn complete() -> Summary {
    Summary { listing_complete: true, ..Summary::default() }
}

fn work_of(action: &Action) -> Box<dyn Work> {
    match action {
        Action::RemoveTags { name, all } => Box::new(RemoveTags::new(name, *all)),
        Action::Tag { name } => Box::new(TagGroups::new(name)),
        Action::TagTwins { name } => Box::new(Twins::new(name)),
        Action::Albums { prefix } => Box::new(Albums::new(prefix)),
        Action::Stack => Box::new(StackUp::default()),
        Action::Review { overwrite } => Box::new(Review::new(*overwrite)),
        Action::Favourite => Box::new(Fields::Favourite),
        Action::Describe => Box::new(Describe::default()),
        Action::Archive => Box::new(Fields::Archive),
        Action::Trash => Box::new(Trash::default()),
    }
}

/// The actions of a run, under way.
type Works = Vec<Box<dyn Work>>;

/// The members of a group that an account owns and that can be acted on, the best first; the others are skipped.
pub(super) fn usable<'g>(
    group: &'g GroupRecord,
    account: &str,
    fresh: &Fresh,
    orders: &mut Orders<'_>,
) -> Vec<&'g MemberRecord> {
    let mut usable = Vec::new();
    for member in members_of(group, account) {
        match (fresh.of_member(member), member.photo()) {
            (Ok(_), Some(_)) => usable.push(member),
            (Err(reason), Some(photo)) => orders.skip(photo, reason),
            (_, None) => {}
        }
    }
    usable
}

/// The members of a group that an account owns.
pub(super) fn members_of<'g>(
    group: &'g GroupRecord,
    account: &str,
) -> impl Iterator<Item = &'g MemberRecord> {
    group
        .members
        .iter()
        .filter(move |member| member.is_own && member.account == account && member.place.asset().is_some())
}
