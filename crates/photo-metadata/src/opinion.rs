//! A second opinion on some of the files that the native code writes: how many, and what a disagreement means.
//!
//! Of each container the first files are all judged, then one in so many. One disagreement is enough: the container
//! is left to ExifTool for the rest of the run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::structure::Container;

/// Files of a container that are judged before it is left to chance.
const FIRST: u64 = 20;

/// How many files were written of each container, ever (but see [`Opinions::is_wanted`]), and which containers are distrusted in this run.
#[derive(Debug)]
pub(crate) struct Opinions {
    /// One in so many is judged; 0 judges none.
    every: u32,
    written: Mutex<BTreeMap<&'static str, u64>>,
    distrusted: Mutex<BTreeSet<Container>>,
}

impl Opinions {
    pub(crate) fn new(every: u32) -> Self {
        Self { every, written: Mutex::default(), distrusted: Mutex::default() }
    }

    /// Goes on from what was written in earlier runs, by the containers' labels.
    pub(crate) fn recall(&self, experience: &BTreeMap<String, u64>) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |container: &Container| {
            experience.get(container.label()).map(|count| (container.label(), *count))
        };
        written.extend(super::native::CONTAINERS.iter().filter_map(known));
    }

    /// Counts a file that was written, and tells whether it is one to be judged. `has_judge` is asked only where one is
    /// wanted.
    ///
    /// Of the first files only those count that can be judged: a judge who comes later finds them still to come.
    pub(crate) fn is_wanted(&self, container: Container, has_judge: impl FnOnce() -> bool) -> bool {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let count = written.entry(container.label()).or_default();
        *count += 1;
        let is_first = *count <= FIRST;
        if self.every == 0 || !(is_first || count.is_multiple_of(self.every.into())) {
            return false;
        }
        let is_judged = has_judge();
        if is_first && !is_judged {
            *count -= 1;
        }
        is_judged
    }

    pub(crate) fn distrust(&self, container: Container) {
        self.distrusted.lock().unwrap_or_else(PoisonError::into_inner).insert(container);
    }

    pub(crate) fn trusts(&self, container: Container) -> bool {
        !self.distrusted.lock().unwrap_or_else(PoisonError::into_inner).contains(&container)
    }

    /// How many files were written of each container, by its label.
    pub(crate) fn written(&self) -> BTreeMap<String, u64> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.iter().map(|(label, count)| ((*label).to_owned(), *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(opinions: &Opinions, files: usize) -> Vec<usize> {
        (1..=files).filter(|_| opinions.is_wanted(Container::Jpeg, || true)).collect()
    }

    #[test]
    fn the_first_files_of_a_container_are_judged_and_then_one_in_so_many() {
        let opinions = Opinions::new(50);

        let judged = judged(&opinions, 110);

        assert_eq!(judged, (1..=20).chain([50, 100]).collect::<Vec<_>>());
        assert!(opinions.is_wanted(Container::Png, || true));
    }

    #[test]
    fn the_count_goes_on_where_an_earlier_run_ended() {
        let first = Opinions::new(1000);
        judged(&first, 15);

        let second = Opinions::new(1000);
        second.recall(&first.written());

        assert_eq!(judged(&second, 100), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn none_is_judged_where_none_is_wanted() {
        assert!(judged(&Opinions::new(0), 30).is_empty());
    }

    #[test]
    fn the_first_files_wait_for_a_judge() {
        let opinions = Opinions::new(1000);

        assert!(!(1..=50).any(|_| opinions.is_wanted(Container::Jpeg, || false)));

        assert_eq!(judged(&opinions, 100), (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn no_judge_is_called_where_none_is_wanted() {
        let opinions = Opinions::new(0);

        assert!(!opinions.is_wanted(Container::Jpeg, || panic!("nobody is wanted")));
    }
}
