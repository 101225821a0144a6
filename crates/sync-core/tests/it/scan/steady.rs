//! The same photos give the same groups, however they came.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sync_core::organize::GroupRecord;

use super::lab::{Lab, plant, scene};

/// Ids, keepers and classes.
fn marks(groups: &[GroupRecord]) -> Vec<(String, String, photo_similarity::Class)> {
    let mark = |group: &GroupRecord| (group.id.to_string(), group.members[0].place.to_string(), group.class);
    groups.iter().map(mark).collect()
}

#[test]
fn ten_increments_in_any_order_give_the_groups_of_all_at_once() {
    let pictures: Vec<(String, Vec<u8>)> = (0..30_u64)
        .map(|number| {
            let size = 120 + 40 * u32::try_from(number % 3).unwrap();
            (format!("{number}.jpg"), scene(number / 3, size, size * 3 / 4))
        })
        .collect();
    let steps = prop::collection::vec(prop::collection::btree_set(0..pictures.len(), 1..12), 10);
    let mut runner = TestRunner::new(Config { cases: 4, ..Config::default() });
    runner
        .run(&(steps, 1_usize..3), |(steps, workers)| {
            let folder = tempfile::tempdir().unwrap();
            let mut lab = Lab::folder(folder.path());
            lab.options.workers = workers;
            let mut there = BTreeSet::new();
            for step in steps {
                for number in step {
                    let (name, bytes) = &pictures[number];
                    if there.remove(&number) {
                        std::fs::remove_file(folder.path().join(name)).unwrap();
                    } else {
                        plant(folder.path(), &[(name, bytes.clone())]);
                        there.insert(number);
                    }
                }
                // One more, so that no step is taken for a folder that is not mounted.
                plant(folder.path(), &[("always.jpg", scene(999, 160, 120))]);
                lab.scan(&[]);
                if lab.scan(&[]).0.groups_kept {
                    lab.scan(&[]);
                }
            }
            let fresh = Lab::folder(folder.path());
            fresh.scan(&[]);
            prop_assert_eq!(marks(&lab.groups()), marks(&fresh.groups()));
            Ok(())
        })
        .unwrap();
}
