//! An export arrives with everything that it says, whatever is missing at first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use immich_sandbox::{AssetId, AssetView, Visibility};
use sample_pictures::TakeoutPhoto;

use super::stand::Stand;
use crate::place::Said;

/// Twice each oddity that the generator knows.
const PHOTOS: usize = 36;

/// Everything on the server, by the CRC-32 of its bytes there.
fn by_sum(stand: &Stand) -> BTreeMap<u32, AssetView> {
    stand.arrived().into_iter().map(|(bytes, view)| (crc32fast::hash(&bytes), view)).collect()
}

/// Fails the test unless everything that the export says of its photos is on the server.
#[track_caller]
fn assert_whole(stand: &Stand) {
    let arrived = by_sum(stand);
    let by_id: BTreeMap<AssetId, (u32, &AssetView)> =
        arrived.iter().map(|(sum, view)| (view.id, (*sum, view))).collect();
    let photos = stand.taken();
    for photo in &photos {
        let view = arrived.get(&photo.sum).unwrap_or_else(|| panic!("{photo:?} did not arrive"));
        check(photo, view);
        let motion = view.live_photo_video.map(|id| by_id[&id]);
        assert_eq!(motion.map(|(sum, _)| sum), photo.motion_sum, "{photo:?}");
        if let Some((_, motion)) = motion {
            assert_eq!((motion.visibility, motion.albums.len()), (Visibility::Hidden, 0), "{photo:?}");
        }
    }
    let wanted = photos.iter().flat_map(|photo| [Some(photo.sum), photo.motion_sum]).flatten();
    assert_eq!(arrived.keys().copied().collect::<BTreeSet<_>>(), wanted.collect());
}

#[track_caller]
fn check(photo: &TakeoutPhoto, view: &AssetView) {
    let what = format!("{photo:?}\n{view:?}");
    assert_eq!(view.file_name, photo.name, "{what}");
    assert_eq!(view.description.as_deref().unwrap_or_default(), photo.description, "{what}");
    assert_eq!(view.is_favorite, photo.is_favourite, "{what}");
    assert_eq!(view.visibility == Visibility::Archive, photo.is_archived, "{what}");
    assert_eq!(view.albums.iter().cloned().collect::<BTreeSet<_>>(), photo.albums, "{what}");
    assert_eq!(view.albums.len(), photo.albums.len(), "{what}");
    let people = photo.people.iter().map(|name| format!("People/{name}"));
    assert_eq!(view.tags.iter().cloned().collect::<BTreeSet<_>>(), people.collect(), "{what}");
    if let Some(taken) = photo.taken {
        assert_eq!(view.instant.map(jiff::Timestamp::as_second), Some(taken), "{what}");
    }
    if let (Some(taken), Some(offset)) = (photo.taken, photo.offset) {
        let wall = jiff::tz::TimeZone::UTC.to_zoned(view.local_date_time).unwrap().timestamp();
        assert_eq!(wall.as_second() - taken, i64::from(offset) * 60, "{what}");
    }
    if let Some((north, east)) = photo.position {
        let near = |one: Option<f64>, other: f64| one.is_some_and(|one| (one - other).abs() < 1e-4);
        assert!(near(view.latitude, north) && near(view.longitude, east), "{what}");
    }
}

#[test]
fn names_dates_zones_places_albums_and_captions_arrive_and_another_order_of_parts_is_no_news() {
    let mut stand = Stand::that_reads(PHOTOS);

    let first = Said::by(&mut stand.import(&["--people-tag", "--json"])).ended_with(0);

    assert_whole(&stand);
    let captions = stand.there().iter().filter_map(|view| view.description.clone()).collect::<String>();
    assert!(captions.contains("\n\"second\" line, ünïcode"), "{}", first.stdout);
    let parts = stand.takeout.parts.clone();
    let folder = parts[1].parent().unwrap().to_owned();
    for order in [parts.iter().rev().cloned().collect::<Vec<PathBuf>>(), vec![folder]] {
        stand.takeout.parts = order;
        stand.sandbox.clear_requests();
        let again = Said::by(&mut stand.import(&["--people-tag", "--json"])).ended_with(0).last();
        assert_eq!((&again["done"], &again["bytes_read"]), (&0.into(), &0.into()), "{again}");
        assert_eq!(stand.sandbox.writes(), [], "{:?}", stand.takeout.parts);
    }
}

#[test]
fn a_part_that_is_missing_is_named_and_what_it_would_have_said_follows_when_it_is_there() {
    let mut stand = Stand::that_reads(PHOTOS);
    let all = stand.takeout.parts.clone();
    stand.takeout.parts.retain(|part| !part.to_str().unwrap().ends_with("002.zip"));
    assert_eq!(stand.takeout.parts.len() + 1, all.len());

    let first = Said::by(&mut stand.import(&["--people-tag", "--json"])).ended_with(3);

    assert!(first.stdout.contains("part 2"), "{}", first.stdout);
    assert_eq!(first.last()["listing_complete"], false);
    assert!(first.last()["uploaded"].as_u64().unwrap() > 15, "{}", first.last());
    stand.takeout.parts = all;
    Said::by(&mut stand.import(&["--people-tag", "--json"])).ended_with(0);
    let arrived = by_sum(&stand);
    for photo in stand.taken() {
        let view = arrived.get(&photo.sum).unwrap_or_else(|| panic!("{photo:?} did not arrive"));
        check(photo, view);
    }
}
