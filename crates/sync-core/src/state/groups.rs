//! The groups of the last scan and what was decided about groups.

use std::collections::BTreeMap;

use jiff::Timestamp;
use photo_similarity::{Class, GroupId};

use super::sqlite::{Durability, SqliteStore};
use super::statements::groups;
use crate::error::SyncError;
use crate::organize::{Decision, GroupRecord};

/// How much there is of a class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClassCount {
    /// Groups.
    pub groups: u64,
    /// Photos in them.
    pub photos: u64,
    /// Bytes that are won when only the keepers stay.
    pub gain: u64,
}

/// Remembers groups and decisions. Groups have numbers from 1 on, in the order of class, gain and id.
pub trait GroupStore: Send + Sync {
    /// Takes the place of all groups of the scan before; all or nothing. `groups` come in the order of their numbers.
    fn replace_groups(
        &self,
        groups: &mut dyn Iterator<Item = Result<GroupRecord, SyncError>>,
    ) -> Result<u64, SyncError>;

    /// Up to `limit` groups behind the one with this number (0: from the start), each with its own.
    fn groups_after(
        &self,
        number: u64,
        class: Option<Class>,
        limit: usize,
    ) -> Result<Vec<(u64, GroupRecord)>, SyncError>;

    /// The groups whose id begins with these hexadecimal digits, at most two of them.
    fn groups_named(&self, prefix: &str) -> Result<Vec<(u64, GroupRecord)>, SyncError>;

    /// The group with this number.
    fn group_numbered(&self, number: u64) -> Result<Option<GroupRecord>, SyncError>;

    /// How much there is, by class. Groups that the user called no duplicates do not count; all else about groups knows
    /// them, so that they can be shown when asked for.
    fn group_counts(&self) -> Result<BTreeMap<Class, ClassCount>, SyncError>;

    /// Notes a decision; replaces an earlier one. `None` takes it back.
    fn decide(&self, group: GroupId, decision: Option<&Decision>, at: Timestamp) -> Result<(), SyncError>;

    /// What was decided about this group.
    fn decision(&self, group: GroupId) -> Result<Option<Decision>, SyncError>;

    /// All decisions, by group.
    fn decisions(&self) -> Result<BTreeMap<GroupId, Decision>, SyncError>;
}

impl GroupStore for SqliteStore {
    fn replace_groups(
        &self,
        groups: &mut dyn Iterator<Item = Result<GroupRecord, SyncError>>,
    ) -> Result<u64, SyncError> {
        let mut broken = None;
        let count = self.write(Durability::Now, |change| {
            let mut sound = groups.map_while(|group| group.map_err(|error| broken = Some(error)).ok());
            let count = groups::replace(change, &mut sound)?;
            if broken.is_some() {
                // The transaction must not be committed; the caller gets the error that stands in `broken`.
                return Err(super::trouble::Trouble::fault("the groups could not all be made"));
            }
            Ok(count)
        });
        match broken {
            Some(error) => Err(error),
            None => count,
        }
    }

    fn groups_after(
        &self,
        number: u64,
        class: Option<Class>,
        limit: usize,
    ) -> Result<Vec<(u64, GroupRecord)>, SyncError> {
        self.read(|connection| groups::after(connection, number, class, limit))
    }

    fn groups_named(&self, prefix: &str) -> Result<Vec<(u64, GroupRecord)>, SyncError> {
        self.read(|connection| groups::named(connection, prefix))
    }

    fn group_numbered(&self, number: u64) -> Result<Option<GroupRecord>, SyncError> {
        self.read(|connection| groups::numbered(connection, number))
    }

    fn group_counts(&self) -> Result<BTreeMap<Class, ClassCount>, SyncError> {
        self.read(groups::counts)
    }

    fn decide(&self, group: GroupId, decision: Option<&Decision>, at: Timestamp) -> Result<(), SyncError> {
        self.write(Durability::Now, |change| groups::decide(change, group, decision, at))
    }

    fn decision(&self, group: GroupId) -> Result<Option<Decision>, SyncError> {
        self.read(|connection| groups::decision(connection, group))
    }

    fn decisions(&self) -> Result<BTreeMap<GroupId, Decision>, SyncError> {
        self.read(groups::decisions)
    }
}

#[cfg(test)]
mod tests {
    use photo_similarity::{Criterion, PhotoId};

    use super::*;

    fn group(number: u8, class: Class) -> GroupRecord {
        let id = GroupId::of([PhotoId([number; 16])]);
        GroupRecord { id, class, members: Vec::new(), reason: Criterion::Id, also: Vec::new() }
    }

    fn filled() -> SqliteStore {
        let store = SqliteStore::in_memory().unwrap();
        let mut groups =
            (1..=5).map(|number| Ok(group(number, if number < 4 { Class::Exact } else { Class::Similar })));
        assert_eq!(store.replace_groups(&mut groups).unwrap(), 5);
        store
    }

    #[test]
    fn groups_come_page_by_page_and_by_class() {
        let store = filled();

        let numbers = |after, class, limit| {
            let found = store.groups_after(after, class, limit).unwrap();
            found.into_iter().map(|(number, _)| number).collect::<Vec<_>>()
        };

        assert_eq!(numbers(0, None, 2), [1, 2]);
        assert_eq!(numbers(2, None, 9), [3, 4, 5]);
        assert_eq!(numbers(0, Some(Class::Similar), 9), [4, 5]);
        assert_eq!(store.group_counts().unwrap()[&Class::Exact].groups, 3);
    }

    #[test]
    fn a_group_is_found_by_the_beginning_of_its_name() {
        let store = filled();
        let name = group(3, Class::Exact).id.to_string();

        let found = store.groups_named(&name[..8]).unwrap();

        assert_eq!(found, [(3, group(3, Class::Exact))]);
        assert!(store.groups_named("xyz").unwrap().is_empty());
        assert_eq!(store.groups_named("").unwrap().len(), 2);
    }

    #[test]
    fn a_scan_that_fails_leaves_the_groups_of_the_one_before() {
        let store = filled();
        let mut groups =
            [Ok(group(9, Class::Exact)), Err(SyncError::NothingKnown("it".to_owned()))].into_iter();

        assert!(matches!(store.replace_groups(&mut groups), Err(SyncError::NothingKnown(_))));

        assert_eq!(store.groups_after(0, None, 99).unwrap().len(), 5);
    }

    #[test]
    fn a_decision_holds_until_it_is_taken_back() {
        let store = filled();
        let id = group(1, Class::Exact).id;

        store.decide(id, Some(&Decision::NotDuplicates), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(store.decision(id).unwrap(), Some(Decision::NotDuplicates));
        assert_eq!(store.decisions().unwrap().len(), 1);

        store.decide(id, None, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(store.decision(id).unwrap(), None);
    }
}
