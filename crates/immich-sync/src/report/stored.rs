//! The groups of the last scan on their way to the page, a few at a time.

use std::collections::{BTreeMap, VecDeque};

use anyhow::{Result, bail};
use photo_similarity::{Class, GroupId};
use sync_core::StopFlag;
use sync_core::organize::{Decision, GroupRecord};
use sync_core::state::GroupStore;

use super::{CLASSES, Head, Pictures, ReportFile, Written, page};

/// Groups that are read at a time.
const PAGE: usize = 64;

/// Writes the groups of a state as a page; those that are no duplicates, as somebody said, are left out.
pub(crate) fn make(
    store: &dyn GroupStore,
    pictures: &Pictures<'_>,
    head: &Head,
    file: &ReportFile,
    stop: &StopFlag,
) -> Result<Written> {
    let groups = Stored {
        store,
        stop,
        decisions: store.decisions()?,
        wanted: CLASSES
            .iter()
            .map(|class| (*class, head.shown.get(class).copied().unwrap_or_default()))
            .collect(),
        after: 0,
        read: VecDeque::new(),
    };
    file.write(|out| page::write(groups, pictures, head, out))
}

/// Reads groups class by class.
struct Stored<'a> {
    store: &'a dyn GroupStore,
    stop: &'a StopFlag,
    decisions: BTreeMap<GroupId, Decision>,
    /// How many more of which class, the next one first.
    wanted: VecDeque<(Class, u64)>,
    /// The number of the last one that was read, of this class.
    after: u64,
    read: VecDeque<(u64, GroupRecord)>,
}

impl Stored<'_> {
    fn next_group(&mut self) -> Result<Option<(u64, GroupRecord)>> {
        while let Some((class, left)) = self.wanted.front_mut() {
            if self.stop.is_raised() {
                bail!("stopped before the report was complete; there is none of this run");
            }
            if *left > 0 && self.read.is_empty() {
                self.read = self.store.groups_after(self.after, Some(*class), PAGE)?.into();
            }
            let found = if *left > 0 { self.read.pop_front() } else { None };
            let Some((number, group)) = found else {
                self.wanted.pop_front();
                self.read.clear();
                self.after = 0;
                continue;
            };
            self.after = number;
            if self.decisions.get(&group.id) != Some(&Decision::NotDuplicates) {
                *left -= 1;
                return Ok(Some((number, group)));
            }
        }
        Ok(None)
    }
}

impl Iterator for Stored<'_> {
    type Item = Result<(u64, GroupRecord)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_group().transpose()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::Timestamp;
    use photo_similarity::Limits;
    use sync_core::organize::MemberRecord;
    use sync_core::state::SqliteStore;

    use super::*;
    use crate::report::testing::{asset, group, head};

    fn groups() -> Vec<GroupRecord> {
        let of = |class, numbers: std::ops::Range<u8>| {
            numbers.map(move |number| group(number, class, vec![asset(1, "a"), asset(number, "b")]))
        };
        of(Class::Exact, 1..100).chain(of(Class::Similar, 100..110)).collect()
    }

    fn page(shown: &[(Class, u64)], ignored: &[u8]) -> (String, Written) {
        let store = SqliteStore::in_memory().unwrap();
        store.replace_groups(&mut groups().into_iter().map(Ok)).unwrap();
        for number in ignored {
            let id = GroupId([*number; 16]);
            store.decide(id, Some(&Decision::NotDuplicates), Timestamp::UNIX_EPOCH).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.html");
        let pictures = Pictures { bytes: &|_| None, limits: Limits::default(), workers: 2 };
        let head = Head { shown: shown.iter().copied().collect(), ..head(&groups()) };
        let written =
            make(&store, &pictures, &head, &ReportFile::at(&path, false).unwrap(), &StopFlag::new()).unwrap();
        (fs::read_to_string(path).unwrap(), written)
    }

    fn has(page: &str, number: u8) -> bool {
        page.contains(&format!("id=\"g{}\"", format!("{number:02x}").repeat(6)))
    }

    #[test]
    fn as_many_of_each_class_are_shown_as_asked_and_the_first_ones() {
        let (page, written) = page(&[(Class::Exact, 70), (Class::Similar, 2)], &[]);

        let shown: Vec<u8> = (1..110).filter(|number| has(&page, *number)).collect();
        assert_eq!(shown, (1..=70).chain([100, 101]).collect::<Vec<u8>>());
        assert_eq!(written, Written { groups: 72, pictures: 0, without_picture: 144 });
    }

    #[test]
    fn a_stop_leaves_no_page_behind() {
        let store = SqliteStore::in_memory().unwrap();
        store.replace_groups(&mut groups().into_iter().map(Ok)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let stop = StopFlag::new();
        let bytes = |_: &MemberRecord| {
            stop.raise();
            None
        };
        let pictures = Pictures { bytes: &bytes, limits: Limits::default(), workers: 1 };
        let file = ReportFile::at(&folder.path().join("out.html"), false).unwrap();

        let answer = make(&store, &pictures, &head(&groups()), &file, &stop);

        assert!(answer.unwrap_err().to_string().contains("cannot be written"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_no_duplicate_makes_room_for_another() {
        let (page, _) = page(&[(Class::Exact, 3), (Class::Similar, 50)], &[1, 3, 105]);

        let shown: Vec<u8> = (1..110).filter(|number| has(&page, *number)).collect();
        assert_eq!(shown, [2, 4, 5, 100, 101, 102, 103, 104, 106, 107, 108, 109]);
    }
}
