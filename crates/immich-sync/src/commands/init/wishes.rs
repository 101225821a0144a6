//! What to do day by day, and where metadata go: one question, since the second is nothing without the first.

use messages_macros::word;
use sync_core::writeback::{ManagedPolicy, Target};

use crate::args::SyncWord;
use crate::exit::usage;

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// What to do.
    pub(crate) what: Vec<SyncWord>,
    /// Where metadata go.
    pub(crate) target: Target,
    /// What is done with files that Immich manages; `None` where there are none.
    pub(crate) managed: Option<ManagedPolicy>,
}

/// One line of the question.
pub(crate) struct Choice {
    /// What it says.
    pub(crate) text: fn() -> &'static str,
    wishes: fn(&mut Wishes),
}

const INTO_ALL: Choice = Choice {
    text: || {
        word!(
            "Write what Immich knows into the originals, also into those that Immich manages (its integrity check will list those)"
        )
    },
    wishes: |wishes| wishes.write(Target::Original, Some(ManagedPolicy::Original)),
};
const INTO_EXTERNAL: Choice = Choice {
    text: || {
        word!(
            "Write what Immich knows into the originals, and into sidecars beside files that Immich manages"
        )
    },
    wishes: |wishes| wishes.write(Target::Original, Some(ManagedPolicy::Sidecar)),
};
const INTO_ORIGINALS: Choice = Choice {
    text: || word!("Write what Immich knows into the originals"),
    wishes: |wishes| wishes.write(Target::Original, None),
};
const INTO_SIDECARS: Choice = Choice {
    text: || word!("Write what Immich knows into sidecars (.xmp) only; originals stay as they are"),
    wishes: |wishes| wishes.write(Target::Sidecar, Some(ManagedPolicy::Sidecar)),
};
const ORGANIZE: Choice = Choice {
    text: || word!("Find duplicates and similar photos"),
    wishes: |wishes| wishes.what.push(SyncWord::Organize),
};

impl Wishes {
    /// Nothing yet.
    fn none() -> Self {
        Self { what: Vec::new(), target: Target::Original, managed: None }
    }

    fn write(&mut self, target: Target, managed: Option<ManagedPolicy>) {
        self.what.push(SyncWord::Write);
        (self.target, self.managed) = (target, managed);
    }

    /// Whether metadata are written.
    pub(crate) fn writes(&self) -> bool {
        self.what.contains(&SyncWord::Write)
    }
}

/// The lines of the question; what Immich manages is a question only where there is some.
pub(crate) fn choices(has_managed: bool) -> Vec<Choice> {
    if has_managed {
        vec![INTO_EXTERNAL, INTO_ALL, INTO_SIDECARS, ORGANIZE]
    } else {
        vec![INTO_ORIGINALS, INTO_SIDECARS, ORGANIZE]
    }
}

/// The wishes of an answer such as `1`, or `1, 4`.
pub(crate) fn chosen(answer: &str, choices: &[Choice]) -> anyhow::Result<Wishes> {
    let mut wishes = Wishes::none();
    for word in answer.split([',', ' ']).filter(|word| !word.is_empty()) {
        let choice = word.parse::<usize>().ok().and_then(|number| choices.get(number.checked_sub(1)?));
        let choice = choice.ok_or_else(|| {
            usage(format!("`{word}` is none of 1 to {}; several are separated by commas", choices.len()))
        })?;
        (choice.wishes)(&mut wishes);
    }
    match wishes.what.iter().filter(|what| **what == SyncWord::Write).count() {
        0 if wishes.what.is_empty() => Err(usage("nothing was chosen")),
        0 | 1 => {
            wishes.what.sort();
            wishes.what.dedup();
            Ok(wishes)
        }
        _ => Err(usage("metadata go to one place; choose one of the lines that begin with `Write`")),
    }
}

/// The wishes of options. Without a word on files that Immich manages those get sidecars, which can harm nothing.
pub(crate) fn given(
    what: &[SyncWord],
    target: Option<Target>,
    managed: Option<ManagedPolicy>,
    has_managed: bool,
) -> Wishes {
    let mut what = what.to_vec();
    what.sort();
    what.dedup();
    let managed = managed.or(has_managed.then_some(ManagedPolicy::Sidecar));
    Wishes { what, target: target.unwrap_or(Target::Original), managed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managed_files_are_a_question_only_where_there_are_some() {
        assert_eq!(choices(false).len(), 3);
        assert_eq!(choices(true).len(), 4);
        assert_eq!(chosen("1", &choices(false)).unwrap().managed, None);
        assert_eq!(chosen("1", &choices(true)).unwrap().managed, Some(ManagedPolicy::Sidecar));
        assert_eq!(chosen("2", &choices(true)).unwrap().managed, Some(ManagedPolicy::Original));
    }

    #[test]
    fn several_are_chosen_with_commas_but_one_place_for_metadata() {
        let both = chosen("4, 3", &choices(true)).unwrap();

        assert_eq!(both.what, [SyncWord::Write, SyncWord::Organize]);
        assert_eq!(both.target, Target::Sidecar);
        for wrong in ["", "5", "0", "x", "1,2"] {
            assert!(chosen(wrong, &choices(true)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn without_a_word_files_that_immich_manages_get_sidecars() {
        let given = |managed, has| given(&[SyncWord::Write], None, managed, has).managed;

        assert_eq!(given(None, true), Some(ManagedPolicy::Sidecar));
        assert_eq!(given(None, false), None);
        assert_eq!(given(Some(ManagedPolicy::Skip), true), Some(ManagedPolicy::Skip));
    }
}
