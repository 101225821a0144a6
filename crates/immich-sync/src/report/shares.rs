//! How many groups of each class a page shows.

use std::collections::BTreeMap;

use photo_similarity::Class;
use sync_core::state::ClassCount;

/// Shares `limit` groups out among the classes: each gets the same, and what one does not need goes to the others. A
/// library with a hundred thousand exact copies shows its similar photos too.
pub(crate) fn shares(counts: &BTreeMap<Class, ClassCount>, limit: u64) -> BTreeMap<Class, u64> {
    let mut shown: BTreeMap<Class, u64> = counts.keys().map(|class| (*class, 0)).collect();
    let mut left = limit;
    loop {
        let open: Vec<Class> = counts
            .iter()
            .filter(|(class, count)| shown[class] < count.groups)
            .map(|(class, _)| *class)
            .collect();
        if open.is_empty() || left == 0 {
            return shown;
        }
        let each = (left / open.len() as u64).max(1);
        for class in open {
            let more = each.min(counts[&class].groups - shown[&class]).min(left);
            shown.entry(class).and_modify(|number| *number += more);
            left -= more;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(groups: [u64; 4]) -> BTreeMap<Class, ClassCount> {
        let count = |groups| ClassCount { groups, ..ClassCount::default() };
        super::super::CLASSES.into_iter().zip(groups.map(count)).collect()
    }

    fn shared(groups: [u64; 4], limit: u64) -> Vec<u64> {
        shares(&counts(groups), limit).into_values().collect()
    }

    #[test]
    fn what_one_class_does_not_need_goes_to_the_others() {
        assert_eq!(shared([200_000, 10, 0, 5_000], 1_000), [495, 10, 0, 495]);
        assert_eq!(shared([3, 2, 1, 0], 1_000), [3, 2, 1, 0]);
        assert_eq!(shared([9, 9, 9, 9], 2), [1, 1, 0, 0]);
        assert_eq!(shares(&BTreeMap::new(), 10), BTreeMap::new());
    }

    proptest! {
        #[test]
        fn all_that_may_be_shown_is_shown(groups in prop::array::uniform4(0_u64..50), limit in 0_u64..120) {
            let shown = shared(groups, limit);

            prop_assert_eq!(shown.iter().sum::<u64>(), limit.min(groups.iter().sum()));
            prop_assert!(shown.iter().zip(groups).all(|(shown, there)| *shown <= there));
        }
    }
}
