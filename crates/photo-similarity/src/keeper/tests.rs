//! Each rule of the order, and that the order is one.

use proptest::prelude::*;

use super::*;

fn photo(id: u8) -> Traits<'static> {
    Traits {
        id: PhotoId([id; 16]),
        set: 0,
        is_pinned: false,
        is_favourite: false,
        is_in_album: false,
        place: None,
        pixels: Some(12_000_000),
        format: Some(Format::Jpeg),
        is_raw: false,
        has_camera: true,
        bytes: Some(3_000_000),
        fields: 3,
        people: 0,
        taken: Some(1000),
        name: "IMG_0001.JPG",
        look: None,
    }
}

/// The second of the two wins, whichever comes first, and for this reason.
fn second_wins(one: &Traits<'_>, other: &Traits<'_>, prefer: &[Preference], reason: Criterion) {
    let forth = keeper(&[one.clone(), other.clone()], prefer);
    let back = keeper(&[other.clone(), one.clone()], prefer);
    assert_eq!(forth, Some(Verdict { best: 1, reason }));
    assert_eq!(back, Some(Verdict { best: 0, reason }));
}

#[test]
fn what_the_user_said_comes_before_pixels() {
    let small = || Traits { pixels: Some(1000), ..photo(2) };

    second_wins(&photo(1), &Traits { is_pinned: true, ..small() }, &[Preference::Larger], Criterion::Pinned);
    second_wins(&photo(1), &Traits { is_favourite: true, ..small() }, &[], Criterion::Favourite);
    second_wins(&photo(1), &Traits { is_in_album: true, ..small() }, &[], Criterion::Album);
    second_wins(&photo(1), &Traits { place: Some(1), ..small() }, &[], Criterion::Place);
}

#[test]
fn a_preference_comes_before_favourites() {
    let favourite = Traits { is_favourite: true, bytes: Some(9_000_000), ..photo(1) };

    second_wins(
        &favourite,
        &Traits { bytes: Some(8_000_000), ..photo(2) },
        &[Preference::Lighter],
        Criterion::FewerBytes,
    );
    second_wins(
        &favourite,
        &Traits { taken: Some(2000), ..photo(2) },
        &[Preference::Newer],
        Criterion::Later,
    );
}

#[test]
fn pixels_come_before_camera_and_bytes() {
    let large = Traits { pixels: Some(13_000_000), has_camera: false, bytes: Some(10), ..photo(2) };

    second_wins(&photo(1), &large, &[], Criterion::Pixels);
    second_wins(&large, &photo(1), &[Preference::Camera], Criterion::Camera);
}

#[test]
fn a_bloated_copy_without_camera_does_not_win() {
    let bloated = Traits { has_camera: false, bytes: Some(30_000_000), ..photo(1) };

    second_wins(&bloated, &photo(2), &[], Criterion::Camera);
}

#[test]
fn one_per_cent_fewer_pixels_are_as_many() {
    let cut = Traits { pixels: Some(11_900_000), bytes: Some(4_000_000), ..photo(2) };

    second_wins(&photo(1), &cut, &[], Criterion::Bytes);
}

#[test]
fn raw_comes_before_heic_before_jpeg_of_the_same_exposure_only() {
    let raw = |set| Traits { is_raw: true, pixels: None, format: None, bytes: Some(1), set, ..photo(9) };
    let heic = |set| Traits { format: Some(Format::Heic), bytes: Some(1_000_000), set, ..photo(8) };

    second_wins(&photo(1), &heic(0), &[], Criterion::Format);
    second_wins(&photo(1), &raw(0), &[], Criterion::Pixels);
    second_wins(&heic(0), &Traits { pixels: Some(12_000_000), ..raw(0) }, &[], Criterion::Format);
    second_wins(&heic(1), &photo(1), &[], Criterion::Bytes);
}

#[test]
fn then_metadata_people_date_and_name_decide() {
    second_wins(
        &photo(1),
        &Traits { fields: 4, bytes: Some(2_999_000), ..photo(2) },
        &[],
        Criterion::Metadata,
    );
    second_wins(&photo(1), &Traits { people: 1, ..photo(2) }, &[], Criterion::People);
    second_wins(&photo(1), &Traits { taken: Some(999), ..photo(2) }, &[], Criterion::Earlier);
    second_wins(&Traits { name: "IMG_0001 (1).JPG", ..photo(1) }, &photo(2), &[], Criterion::Name);
    second_wins(&photo(2), &photo(1), &[], Criterion::Id);
}

#[test]
fn sharpness_decides_only_where_all_have_it_and_pixels_are_equal() {
    let look = |sharpness, clipped| Some(Look { sharpness, clipped, mean: 120.0 });
    let (blurred, sharp) =
        (Traits { look: look(50.0, 0.0), ..photo(1) }, Traits { look: look(400.0, 0.0), ..photo(2) });

    second_wins(&blurred, &sharp, &[], Criterion::Look);
    second_wins(&Traits { look: look(400.0, 0.5), ..photo(3) }, &sharp, &[], Criterion::Look);
    second_wins(&sharp, &photo(1), &[], Criterion::Id);
    second_wins(&Traits { pixels: Some(8_000_000), ..sharp }, &blurred, &[], Criterion::Pixels);
}

#[test]
fn nothing_has_no_keeper_and_one_photo_needs_no_reason() {
    assert_eq!(keeper(&[], &[]), None);
    assert_eq!(keeper(&[photo(1)], &[]), Some(Verdict { best: 0, reason: Criterion::Id }));
}

fn any_photo(id: u8) -> impl Strategy<Value = Traits<'static>> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), 0_u16..2, prop::option::of(0_u32..2));
    let sizes = (prop::option::of(980_u64..1020), prop::option::of(980_u64..1020), 0_u32..2, 0_i64..2);
    let look = prop::option::weighted(0.9, (0.0_f32..500.0, 0.0_f32..1.0, 0.0_f32..255.0));
    (flags, sizes, look, 0_usize..3).prop_map(move |(flags, sizes, look, name)| Traits {
        is_favourite: flags.0,
        is_raw: flags.1,
        has_camera: flags.2,
        set: flags.3,
        place: flags.4,
        pixels: sizes.0,
        bytes: sizes.1,
        fields: sizes.2,
        taken: Some(sizes.3),
        look: look.map(|(sharpness, clipped, mean)| Look { sharpness, clipped, mean }),
        name: ["a.jpg", "a copy.jpg", "IMG-20190501-WA0003.jpg"][name],
        ..photo(id)
    })
}

fn any_preference() -> impl Strategy<Value = Preference> {
    prop::sample::select(vec![Preference::Larger, Preference::Lighter, Preference::Newer, Preference::Format])
}

proptest! {
    #[test]
    fn the_order_of_a_group_does_not_matter(
        photos in (0..7_u8).map(any_photo).collect::<Vec<_>>(),
        shuffled in Just((0..7).collect::<Vec<usize>>()).prop_shuffle(),
        prefer in prop::collection::vec(any_preference(), 0..3),
    ) {
        let ids = |photos: &[Traits<'_>]| -> Vec<PhotoId> {
            ranking(photos, &prefer).into_iter().map(|position| photos[position].id).collect()
        };
        let other: Vec<Traits<'_>> = shuffled.iter().map(|position| photos[*position].clone()).collect();

        prop_assert_eq!(ids(&photos), ids(&other));
        let (one, two) = (keeper(&photos, &prefer).unwrap(), keeper(&other, &prefer).unwrap());
        prop_assert_eq!(photos[one.best].id, other[two.best].id);
        prop_assert_eq!(one.reason, two.reason);
        prop_assert_eq!(one.best, ranking(&photos, &prefer)[0]);
    }
}
