//! Stars: one scale of 0 to 5 and one in percent, in XMP and in EXIF.
//!
//! The percent scale is not "stars times twenty": 20 percent are two stars in Windows.

use super::Draft;
use crate::fields::{Known, RatingWish, Stars};
use crate::tag::Tag;
use crate::value::Value;

pub(super) fn plan(wish: Known<RatingWish>, draft: &mut Draft<'_>) {
    match wish {
        Known::Unknown => {}
        Known::Nothing => take_back(draft),
        Known::Is(RatingWish::Stars(stars)) => give(stars, draft),
        Known::Is(RatingWish::Favorite) if is_rated(draft) => {}
        Known::Is(RatingWish::Favorite) => give(Stars::FAVORITE, draft),
    }
}

fn give(stars: Stars, draft: &mut Draft<'_>) {
    let count = Value::number(f64::from(stars.count()));
    let percent = Value::number(f64::from(stars.percent()));
    draft.set(Tag::Rating, count.clone());
    if draft.container().is_exif_first() {
        draft.set(Tag::ExifRating, count);
        draft.set(Tag::ExifRatingPercent, percent.clone());
        draft.set(Tag::MicrosoftRating, percent);
    } else {
        draft.set_if_present(Tag::ExifRating, count);
        draft.set_if_present(Tag::ExifRatingPercent, percent.clone());
        draft.set_if_present(Tag::MicrosoftRating, percent);
    }
}

/// Whether somebody rated the file: stars, or -1 for a rejected one. 0 is what cameras write for "not rated".
fn is_rated(draft: &Draft<'_>) -> bool {
    [Tag::Rating, Tag::ExifRating]
        .into_iter()
        .any(|tag| draft.current(tag).and_then(Value::as_number).is_some_and(|stars| stars != 0.0))
}

/// Only where the file still says what we wrote; a rating that somebody gave since then stays.
fn take_back(draft: &mut Draft<'_>) {
    for tag in [Tag::Rating, Tag::ExifRating, Tag::ExifRatingPercent, Tag::MicrosoftRating] {
        let ours = draft.base.written.get(&tag);
        if let (Some(ours), Some(value)) = (ours, draft.current(tag))
            && value.says_the_same(ours, tag)
        {
            draft.clear(tag);
        }
    }
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
