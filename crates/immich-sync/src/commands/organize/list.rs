//! `organize list`: the groups of the last scan, page by page, so that any number of them needs no memory.

use std::collections::BTreeSet;

use anyhow::Result;
use messages_macros::{tr, word};
use photo_similarity::Class;
use sync_core::organize::Decision;
use sync_core::state::GroupStore;

use super::find::Groups;
use crate::args::ListArgs;
use crate::output::{Console, Shown, class_lines, count};

/// Groups that are read at a time.
const PAGE: usize = 200;

/// Groups that are shown when nobody says how many.
const SHOWN: u64 = 20;

/// Lists them.
pub(super) fn run(args: &ListArgs, console: Console) -> Result<()> {
    let groups = Groups::open(args.options.matches(), console)?;
    let classes: BTreeSet<Class> = args.classes.iter().map(|&class| class.into()).collect();
    let limit = args.limit.unwrap_or(if groups.view.json { u64::MAX } else { SHOWN });
    let wanted = Wanted { classes, limit, all: args.all };
    let listed = each(&groups.store, &wanted, |shown| groups.view.list(&shown))?;
    if !groups.view.json {
        tell_the_rest(&groups, &listed, args.all, console)?;
    }
    Ok(())
}

/// Which groups are listed.
pub(super) struct Wanted {
    /// Of these classes; of all when empty.
    pub(super) classes: BTreeSet<Class>,
    /// At most so many.
    pub(super) limit: u64,
    /// Also those that are no duplicates by the user's decision.
    pub(super) all: bool,
}

/// What was listed and what was not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    shown: u64,
    ignored: u64,
    there_is_more: bool,
}

/// Hands out groups in the order of their numbers.
pub(super) fn each(store: &dyn GroupStore, wanted: &Wanted, mut show: impl FnMut(Shown)) -> Result<Listed> {
    let Wanted { classes, limit, all } = wanted;
    let decisions = store.decisions()?;
    let only = if classes.len() == 1 { classes.first().copied() } else { None };
    let (mut listed, mut after) = (Listed::default(), 0);
    loop {
        let page = store.groups_after(after, only, PAGE)?;
        if page.is_empty() {
            return Ok(listed);
        }
        for (number, group) in page {
            after = number;
            if !classes.is_empty() && !classes.contains(&group.class) {
                continue;
            }
            let decision = decisions.get(&group.id).cloned();
            if decision == Some(Decision::NotDuplicates) && !all {
                listed.ignored += 1;
                continue;
            }
            if listed.shown == *limit {
                listed.there_is_more = true;
                return Ok(listed);
            }
            listed.shown += 1;
            show(Shown::new(number, group, decision));
        }
    }
}

fn tell_the_rest(groups: &Groups, listed: &Listed, all: bool, console: Console) -> Result<()> {
    let Some(last) = &groups.last else {
        console.aside(word!("Nothing was scanned yet; `immich-sync organize` does."));
        return Ok(());
    };
    let counts = groups.store.group_counts()?;
    let photos = count(last.photos, "photo");
    let when = last.at.to_zoned(groups.view.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    if counts.values().all(|count| count.groups == 0) {
        console.aside(&tr!("No duplicates among {photos} on {when}."));
        return Ok(());
    }
    console.aside("");
    console.aside(&tr!("Found among {photos} on {when}:"));
    for line in class_lines(&counts, console.aside) {
        console.aside(&line);
    }
    if listed.there_is_more {
        let shown = count(listed.shown, "group");
        console.aside(&tr!("{shown} shown; --limit and --class show others, --json all of them."));
    }
    if listed.ignored > 0 && !all {
        let ignored = count(listed.ignored, "group");
        console.aside(&tr!(
            "{ignored} left out because you said that they are no duplicates; --all shows them."
        ));
    }
    console.aside(word!("`immich-sync organize show NUMBER` shows one, `organize decide` decides."));
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use photo_similarity::{Criterion, GroupId, PhotoId};
    use sync_core::organize::GroupRecord;
    use sync_core::state::SqliteStore;

    use super::*;

    fn group(number: u16) -> GroupRecord {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        let class = if number < 300 { Class::Exact } else { Class::Similar };
        let id = GroupId::of([PhotoId(id)]);
        GroupRecord { id, class, members: Vec::new(), reason: Criterion::Id, also: Vec::new() }
    }

    #[test]
    fn groups_are_listed_over_pages_without_those_that_are_none() {
        let store = SqliteStore::in_memory().unwrap();
        store.replace_groups(&mut (1..=500).map(|number| Ok(group(number)))).unwrap();
        store.decide(group(7).id, Some(&Decision::NotDuplicates), Timestamp::UNIX_EPOCH).unwrap();
        let list = |classes: &[Class], limit, all| {
            let mut numbers = Vec::new();
            let wanted = Wanted { classes: classes.iter().copied().collect(), limit, all };
            let listed = each(&store, &wanted, |shown| numbers.push(shown.number)).unwrap();
            (numbers, listed)
        };

        let (all, listed) = list(&[], u64::MAX, false);
        assert_eq!((all.len(), all.contains(&7), listed.ignored), (499, false, 1));
        assert_eq!(list(&[], u64::MAX, true).0.len(), 500);
        assert_eq!(list(&[Class::Similar], 2, false).0, [300, 301]);
        assert!(list(&[Class::Similar], 2, false).1.there_is_more);
        assert_eq!(list(&[Class::Exact, Class::Similar], u64::MAX, false).0.len(), 499);
        assert!(!list(&[Class::Similar], 201, false).1.there_is_more, "exactly as many as there are");
    }
}
