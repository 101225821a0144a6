//! The title: one place, since no reader has another one that it prefers.

use super::Draft;
use crate::fields::{Caption, Known};
use crate::tag::Tag;
use crate::value::Value;

pub(super) fn plan(title: &Known<Caption>, draft: &mut Draft<'_>) {
    match title {
        Known::Unknown => {}
        Known::Nothing => draft.take_back(&[Tag::Title]),
        Known::Is(title) => {
            if !draft.current(Tag::Title).is_some_and(|value| title.is_said_by(value.as_text())) {
                draft.set(Tag::Title, Value::text(title.text()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, file};
    use super::*;
    use crate::fields::PhotoFields;
    use crate::structure::Container;

    #[test]
    fn a_title_is_written_where_it_is_not_said() {
        let wanted = PhotoFields { title: Known::of(Caption::new("Lake", 100)), ..PhotoFields::default() };

        let new = changes(&wanted, &file(Container::Jpeg, &[(Tag::Title, "Sea")]));
        let same = changes(&wanted, &file(Container::Jpeg, &[(Tag::Title, "Lake ")]));

        assert_eq!(new, ["XMP-dc:Title=Lake"]);
        assert!(same.is_empty(), "{same:?}");
    }
}
