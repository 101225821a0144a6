//! Who wins where a file and the server say different things: the merge of three, for one value each.
//!
//! The third side is what both last agreed on. A server that still says that, while the file says something else,
//! has not read the file yet: the file stays. Where both moved on, the server wins. What the server does not have
//! any more leaves the file only where it is still what we wrote.

use super::{Datum, Draft, Policy};
use crate::tag::{Tag, ValueKind};
use crate::time::FileDate;
use crate::value::Value;

impl Draft<'_> {
    /// Whether the server's value goes into the file. `says` whether a place says it already; `agreed` whether the
    /// server still says what both agreed on.
    pub(super) fn server_wins(
        &mut self,
        datum: Datum,
        places: &[Tag],
        agreed: bool,
        says: impl Fn(Tag, &Value) -> bool,
    ) -> bool {
        let filled = self.filled(places);
        let differs = filled.iter().any(|&tag| self.current(tag).is_some_and(|value| !says(tag, value)));
        match self.policies.of(datum) {
            Policy::Never => false,
            Policy::Overwrite if agreed && differs => {
                self.keep_changed(datum);
                false
            }
            Policy::Overwrite => true,
            Policy::FillMissing => {
                let free = filled.iter().all(|&tag| self.is_ours(tag));
                if differs && !free {
                    self.keep(
                        datum,
                        "the file says something else, and only what is missing is written".to_owned(),
                    );
                }
                free
            }
        }
    }

    /// Says that the file keeps its value because it is newer.
    pub(super) fn keep_changed(&mut self, datum: Datum) {
        self.keep(datum, "it was changed in the file, and the server has not read that yet".to_owned());
    }

    pub(super) fn keep(&mut self, datum: Datum, why: String) {
        let kept = super::Kept { datum, why };
        if !self.kept.contains(&kept) {
            self.kept.push(kept);
        }
    }

    /// Those of the places that say anything at all.
    pub(super) fn filled(&self, places: &[Tag]) -> Vec<Tag> {
        let filled = |tag: &Tag| self.current(*tag).is_some_and(|value| !says_nothing(*tag, value));
        places.iter().copied().filter(filled).collect()
    }

    /// Whether the file still says what we wrote there.
    pub(super) fn is_ours(&self, tag: Tag) -> bool {
        match (self.base.written.get(&tag), self.current(tag)) {
            (Some(ours), Some(now)) => now.says_the_same(ours, tag),
            _ => false,
        }
    }

    /// Takes away what is still as we wrote it.
    pub(super) fn take_back(&mut self, places: &[Tag]) {
        for &tag in places {
            if self.is_ours(tag) {
                self.clear(tag);
            }
        }
    }
}

/// Blanks, a date of zeros: what cameras and programs write for "nothing".
fn says_nothing(tag: Tag, value: &Value) -> bool {
    match tag.kind() {
        ValueKind::Date => FileDate::parse(value.as_text()).is_none(),
        _ => value.as_text().trim_matches([' ', '\0', '\n', '\r', '\t']).is_empty(),
    }
}
