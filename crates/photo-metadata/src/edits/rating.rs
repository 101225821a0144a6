//! Stars: one scale of 0 to 5 and one in percent, in XMP and in EXIF.
//!
//! The percent scale is not "stars times twenty": 20 percent are two stars in Windows.

use super::{Datum, Draft, Policy};
use crate::fields::{Known, RatingWish, Stars};
use crate::tag::Tag;
use crate::value::Value;

const PLACES: [Tag; 4] = [Tag::Rating, Tag::ExifRating, Tag::ExifRatingPercent, Tag::MicrosoftRating];

pub(super) fn plan(wish: Known<RatingWish>, draft: &mut Draft<'_>) {
    let stars = match wish {
        Known::Unknown => return,
        Known::Nothing => return draft.take_back(&PLACES),
        Known::Is(RatingWish::Stars(stars)) => stars,
        Known::Is(RatingWish::Favorite) if is_rated(draft) => return,
        Known::Is(RatingWish::Favorite) => Stars::FAVORITE,
    };
    let agreed = draft.base.agreed.rating == wish.value().copied();
    let places = places(draft);
    if draft.server_wins(Datum::Rating, &places, agreed, |tag, value| {
        value.says_the_same(&Value::number(f64::from(scaled(stars, tag))), tag)
    }) {
        give(stars, draft);
    }
}

/// Where the file is rated. 0 is what cameras write for "not rated"; where we wrote stars, somebody took them away.
fn places(draft: &Draft<'_>) -> Vec<Tag> {
    let zero = |tag: Tag| draft.current(tag).and_then(Value::as_number) == Some(0.0);
    let taken_away = draft.base.agreed.rating.is_some();
    let overwrite = draft.policies.of(Datum::Rating) == Policy::Overwrite;
    PLACES.into_iter().filter(|&tag| !zero(tag) || (taken_away && overwrite)).collect()
}

fn scaled(stars: Stars, tag: Tag) -> u8 {
    match tag {
        Tag::ExifRatingPercent | Tag::MicrosoftRating => stars.percent(),
        _ => stars.count(),
    }
}

fn give(stars: Stars, draft: &mut Draft<'_>) {
    for tag in PLACES {
        let value = Value::number(f64::from(scaled(stars, tag)));
        if tag == Tag::Rating || draft.container().is_exif_first() {
            draft.set(tag, value);
        } else {
            draft.set_if_present(tag, value);
        }
    }
}

/// Whether somebody else rated the file: stars, or -1 for a rejected one.
fn is_rated(draft: &Draft<'_>) -> bool {
    [Tag::Rating, Tag::ExifRating].into_iter().any(|tag| {
        let stars = draft.current(tag).and_then(Value::as_number);
        stars.is_some_and(|stars| stars != 0.0) && !draft.is_ours(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{changes, file};
    use super::super::{Rules, plan_edits};
    use crate::base::Base;
    use crate::fields::{Known, PhotoFields, RatingWish, Stars};
    use crate::file_tags::FileTags;
    use crate::structure::Container;
    use crate::tag::Tag;
    use crate::value::Value;

    fn rating(wish: RatingWish) -> PhotoFields {
        PhotoFields { rating: Known::Is(wish), ..PhotoFields::default() }
    }

    #[test]
    fn mistake_05_one_star_is_one_percent() {
        let photo = file(Container::Jpeg, &[]);

        let changes = changes(&rating(RatingWish::Stars(Stars::new(1).unwrap())), &photo);

        assert_eq!(
            changes,
            ["XMP-xmp:Rating=1", "IFD0:Rating=1", "IFD0:RatingPercent=1", "XMP-microsoft:RatingPercent=1"]
        );
    }

    #[test]
    fn mistake_04_a_rating_that_the_server_does_not_know_stays() {
        let photo = file(Container::Jpeg, &[(Tag::Rating, "3")]);

        assert!(changes(&PhotoFields::default(), &photo).is_empty());
    }

    #[test]
    fn a_favourite_gets_five_stars_only_where_nobody_rated() {
        let rated = file(Container::Jpeg, &[(Tag::Rating, "3")]);
        let rejected = file(Container::Jpeg, &[(Tag::Rating, "-1")]);
        let unrated = file(Container::Jpeg, &[(Tag::Rating, "0")]);

        let wish = rating(RatingWish::Favorite);

        assert!(changes(&wish, &rated).is_empty());
        assert!(changes(&wish, &rejected).is_empty());
        assert_eq!(changes(&wish, &unrated)[0], "XMP-xmp:Rating=5");
    }

    #[test]
    fn only_a_rating_that_we_wrote_is_taken_back() {
        let ours = file(Container::Jpeg, &[(Tag::Rating, "5"), (Tag::ExifRatingPercent, "99")]);
        let theirs = file(Container::Jpeg, &[(Tag::Rating, "3"), (Tag::ExifRatingPercent, "50")]);
        let written = [(Tag::Rating, Value::text("5")), (Tag::ExifRatingPercent, Value::text("99"))].into();
        let base = Base { written, ..Base::default() };
        let nothing = PhotoFields { rating: Known::Nothing, ..PhotoFields::default() };

        let edits =
            |photo: &FileTags, base: &Base| plan_edits(&nothing, photo, base, &Rules::default()).edits;

        assert_eq!(edits(&ours, &base).len(), 2);
        assert!(edits(&ours, &base).iter().all(|edit| edit.new.is_none()));
        assert!(edits(&theirs, &base).is_empty());
        assert!(edits(&ours, &Base::default()).is_empty());
    }
}
