//! What is written comes back: the server's view of a photo is the same after it has read the file again, and
//! a second run has nothing to do. As properties over random metadata and containers.

mod everything;

use immich_sandbox::{AssetId, AssetView};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sample_pictures::{Exif, Gps, Iptc, Kind, Picture, Xmp};
use sync_core::state::SqliteStore;

use crate::harness::{Counting, Setting, snapshot};

const KINDS: [Kind; 10] = [
    Kind::Jpeg,
    Kind::Jpeg,
    Kind::Png,
    Kind::WebpLossless,
    Kind::WebpExtended,
    Kind::Tiff,
    Kind::Gif,
    Kind::Heic,
    Kind::Mp4,
    Kind::Mov,
];

const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC+2",
    "UTC-3:30",
    "UTC",
];

/// Instants around the two clock changes of Berlin and New York in 2024, and the ends of the range.
const EDGES: [&str; 8] = [
    "2024-03-31T00:59:59Z",
    "2024-03-31T01:00:00Z",
    "2024-10-27T00:30:00Z",
    "2024-10-27T01:30:00Z",
    "2024-11-03T05:30:00Z",
    "2024-11-03T06:30:00Z",
    "1900-01-01T00:00:00Z",
    "2099-12-31T23:59:59Z",
];

/// One random photo: its file, and what the server was told after it had read the file.
#[derive(Debug, Clone)]
struct Case {
    kind: Kind,
    seed: u64,
    old_caption: Option<String>,
    old_keywords: Vec<String>,
    old_rating: Option<i8>,
    in_iptc: bool,
    /// Wall clock, offset and fraction that the file already has.
    old_taken: Option<(String, Option<String>, Option<String>)>,
    old_place: Option<(f64, f64)>,
    names: Vec<String>,
    caption: Option<String>,
    rating: Option<i8>,
    favorite: bool,
    place: Option<(f64, f64)>,
    taken: Option<(String, Option<&'static str>)>,
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Bob, Jr.".to_owned()),
        Just("写真 太郎".to_owned()),
        Just("😀 Zoë".to_owned()),
        Just("-all=".to_owned()),
        Just("#hash".to_owned()),
        Just("  blank".to_owned()),
        Just("two\nlines".to_owned()),
        Just("$HOME @ {x}".to_owned()),
        Just("True".to_owned()),
        Just("007".to_owned()),
        "[ -~äöüéßøłñ]{1,40}".prop_map(|text| text),
        "\\PC{1,80}",
    ]
}

fn caption() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        "(?s).{0,200}",
        "\\PC{1900,2100}",
        Just("x".repeat(2000)),
        Just("ä😀".repeat(1000)),
        Just("a\r\nb\n\n-execute\n".to_owned()),
        Just("&amp; <b> &#10; ]]>".to_owned()),
    ]
    // Immich reads a caption that looks like a number or a truth value as one: `1e5` comes back as `100000`,
    // `True` as `true`.
    .prop_filter("a number", |text| text.trim().parse::<f64>().is_err())
    .prop_filter("a truth value", |text| !["true", "false"].contains(&text.trim().to_lowercase().as_str()))
}

fn instant() -> impl Strategy<Value = String> {
    let first: Timestamp = "1900-01-01T00:00:00Z".parse().unwrap();
    let last: Timestamp = "2100-12-31T00:00:00Z".parse().unwrap();
    let any = (first.as_second()..last.as_second(), prop_oneof![Just(0), 1..1000_i32]);
    prop_oneof![
        3 => any.prop_map(|(second, ms)| Timestamp::new(second, ms * 1_000_000).unwrap().to_string()),
        1 => prop::sample::select(&EDGES[..]).prop_map(str::to_owned),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let file = (
        prop::sample::select(&KINDS[..]),
        0..1000_u64,
        prop::option::of("[a-zäö]{2}[a-zäö ]{0,28}"),
        // A server has each tag of an asset once.
        prop::collection::btree_set("[a-zäö]{1,12}", 0..3)
            .prop_map(|keywords| keywords.into_iter().collect()),
        prop::option::of(0..=5_i8),
        any::<bool>(),
        prop::option::of((
            "(19[7-9][0-9]|20[0-3][0-9]):(0[1-9]|1[0-2]):(0[1-9]|1[0-9]|2[0-8]) (0[0-9]|1[0-9]):[0-5][0-9]:[0-5][0-9]",
            prop::option::of("[+-]0[0-9]:(00|30)"),
            prop::option::of("[0-9]{1,6}"),
        )),
        prop::option::of((-89.0..89.0_f64, -179.0..179.0_f64)),
    );
    let server = (
        prop::collection::vec(name(), 0..4),
        prop::option::of(caption()),
        prop::option::of(1..=5_i8),
        any::<bool>(),
        prop::option::of((-90.0..90.0_f64, -180.0..180.0_f64)),
        prop::option::of((instant(), prop::sample::select(&ZONES[..]), prop::bool::weighted(0.8))),
    );
    (file, server).prop_map(|(file, server)| {
        let (kind, seed, old_caption, old_keywords, old_rating, in_iptc, old_taken, old_place) = file;
        let (names, caption, rating, favorite, place, taken) = server;
        // A server that knows a place knows the zone there; without a zone there is no place.
        let taken = taken.map(|(instant, zone, known)| (instant, (known || place.is_some()).then_some(zone)));
        let place = place.filter(|_| {
            // For a video, UTC is what Immich says when it knows neither zone nor place.
            taken.as_ref().is_some_and(|(_, zone)| !(kind.is_video() && *zone == Some("UTC")))
        });
        // A server that knows no zone has read a file that says none.
        let zone_known = taken.as_ref().is_some_and(|(_, zone)| zone.is_some());
        let old_taken = old_taken
            .filter(|_| taken.is_some())
            .map(|(wall, offset, fraction)| (wall, offset.filter(|_| zone_known), fraction));
        Case {
            old_place: old_place.filter(|_| place.is_some()),
            old_taken,
            kind,
            seed,
            old_caption,
            old_keywords,
            old_rating,
            in_iptc,
            names,
            caption,
            rating,
            favorite,
            place,
            taken,
        }
    })
}

fn picture(case: &Case) -> Picture {
    let mut picture = Picture::new(case.kind).seed(case.seed);
    let mut exif = Exif::new().camera("Maker", "Model");
    let mut xmp = Xmp::new();
    if let Some(text) = &case.old_caption {
        exif = exif.image_description(text.as_str());
        xmp = xmp.description(text.as_str());
    }
    if let Some((wall, offset, fraction)) = &case.old_taken {
        exif = exif.taken(wall.as_str());
        exif = offset.as_ref().map_or(exif.clone(), |offset| exif.clone().offset(offset.as_str()));
        exif = fraction.as_ref().map_or(exif.clone(), |digits| exif.clone().sub_sec(digits.as_str()));
    }
    if let Some((latitude, longitude)) = case.old_place {
        exif = exif.gps(Gps::new(latitude, longitude));
    }
    for keyword in &case.old_keywords {
        xmp = xmp.subject(keyword.as_str());
    }
    if let Some(stars) = case.old_rating {
        xmp = xmp.rating(stars);
    }
    if case.kind.holds_exif() {
        picture = picture.exif(exif);
    }
    if case.kind.holds_xmp() {
        picture = picture.xmp(xmp);
    }
    if case.in_iptc && case.kind.holds_iptc() {
        let iptc = case.old_keywords.iter().fold(Iptc::new(), |iptc, keyword| iptc.keyword(keyword.as_str()));
        picture = picture.iptc(match &case.old_caption {
            Some(text) => iptc.caption(text.as_str()),
            None => iptc,
        });
    }
    picture
}

/// Immich trims descriptions; characters that XML forbids cannot be stored; captions end at 2,000 characters.
fn stored_caption(raw: &str) -> Option<String> {
    photo_metadata::text::caption(raw, 2000)
}

fn check(case: &Case, before: &AssetView, after: &AssetView) -> Result<(), TestCaseError> {
    let said = |view: &AssetView| view.description.clone().filter(|text| !text.is_empty());
    prop_assert_eq!(
        said(after),
        said(before).and_then(|raw| stored_caption(&raw)),
        "caption of {:?}",
        case.kind
    );
    let rating = before.rating.or(before.is_favorite.then_some(5));
    prop_assert_eq!(after.rating, rating, "rating of {:?}", case.kind);
    prop_assert_eq!(&after.people, &before.people);
    for (after, before) in [(after.latitude, before.latitude), (after.longitude, before.longitude)] {
        prop_assert_eq!(after.is_some(), before.is_some(), "place of {:?}", case.kind);
        prop_assert!((after.unwrap_or(0.0) - before.unwrap_or(0.0)).abs() < 1e-6, "{:?} {:?}", after, before);
    }
    if case.taken.is_some() {
        let (after_at, before_at) = (after.instant.unwrap(), before.instant.unwrap());
        // The file's own fraction of a second stays where the server knows none.
        let second = |instant: Timestamp| instant.as_millisecond().div_euclid(1000);
        prop_assert_eq!(second(after_at), second(before_at), "time of {:?}", case.kind);
        let knows_fraction = before_at.subsec_nanosecond() != 0 && !case.kind.is_video();
        prop_assert!(!knows_fraction || after_at.subsec_nanosecond() == before_at.subsec_nanosecond());
        // A file cannot say seconds of an offset; local mean times of long ago move by less than 30 s.
        let moved = (after.local_date_time - before.local_date_time).total(jiff::Unit::Second).unwrap();
        prop_assert!(moved.abs() <= 30.0, "{} {}", after.local_date_time, before.local_date_time);
    }
    Ok(())
}

fn round_trip(cases: &[Case], keywords: bool) -> Result<(), TestCaseError> {
    let mut setting = Setting::new();
    let mut ids: Vec<AssetId> = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let name = format!("{index:02}.{}", case.kind.extension());
        setting.file(&name, &picture(case));
        let people: Vec<_> = case.names.iter().map(|name| setting.scenario.person(name)).collect();
        let mut asset = setting.scenario.asset_file(&setting.library, &name).favorite(case.favorite);
        asset = people.iter().fold(asset, immich_sandbox::AssetBuilder::person);
        // What the server was not told it read from the file.
        asset = asset.description(case.caption.as_deref().or(case.old_caption.as_deref()).map(str::trim));
        let in_file = case.old_rating.filter(|_| case.kind.holds_xmp());
        asset = asset.rating(case.rating.or(in_file.filter(|stars| *stars > 0)));
        let in_file = if case.kind.holds_xmp() { case.old_keywords.as_slice() } else { &[] };
        asset = in_file.iter().fold(asset, |asset, keyword| asset.tag(keyword));
        if let Some((latitude, longitude)) = case.place {
            asset = asset.gps(latitude, longitude);
        }
        asset = match &case.taken {
            Some((instant, zone)) => asset.taken(instant.as_str(), *zone),
            None => asset.taken(None, None),
        };
        ids.push(asset.id());
    }
    let mut home = setting.start();
    home.options.rules.choices.people_as_keywords = keywords;
    let before: Vec<AssetView> = ids.iter().map(|id| home.sandbox.view(*id).unwrap()).collect();

    let (first, told) = home.write();
    prop_assert_eq!(first.failed + first.troubled, 0, "{:?}", told);
    let written = snapshot(home.photos.path());
    let (second, _) = home.write();
    prop_assert_eq!(second.done, 0);
    home.sandbox.refresh(&ids).unwrap();
    let after: Vec<AssetView> = ids.iter().map(|id| home.sandbox.view(*id).unwrap()).collect();
    let (third, told) = home.write();
    prop_assert_eq!(third.done, 0, "after the server has read the files: {:?}", told);
    home.store = SqliteStore::in_memory().unwrap();
    let (fourth, told) = home.write();
    prop_assert_eq!(fourth.done, 0, "with nothing remembered: {:?}", told);

    prop_assert_eq!(snapshot(home.photos.path()), written, "not a byte was written again");
    for ((case, before), after) in cases.iter().zip(&before).zip(&after) {
        check(case, before, after)?;
        prop_assert!(keywords || before.tags == after.tags, "{:?} {:?} {:?}", before.tags, after.tags, case);
    }
    Ok(())
}

/// Photos per run; a run costs a server and a walk, a photo a few calls of ExifTool.
const PER_RUN: usize = 12;

/// Runs in CI; `PROPTEST_CASES` asks for more.
const RUNS: u32 = 12;

fn runs() -> Config {
    let asked = Config::default();
    let default = Config { cases: RUNS, ..Config::default() };
    let config = if asked.cases == 256 { default } else { asked };
    Config { max_shrink_iters: 64, failure_persistence: None, ..config }
}

#[test]
fn what_is_written_comes_back_and_the_second_run_writes_nothing() {
    let cases = prop::collection::vec(case(), PER_RUN);

    TestRunner::new(runs())
        .run(&(cases, any::<bool>()), |(cases, keywords)| round_trip(&cases, keywords))
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn an_unchanged_library_is_neither_opened_nor_asked_for_photo_by_photo() {
    let mut setting = Setting::new();
    for number in 0..30_u64 {
        let name = format!("2024/{number:02}.jpg");
        setting.file(&name, &Picture::new(Kind::Jpeg).seed(number));
        setting.scenario.asset_file(&setting.library, &name).description("new").rating(3);
    }
    let home = setting.start();
    home.write();
    home.sandbox.clear_requests();
    let before = snapshot(home.photos.path());
    let counting = Counting::default();

    let (second, told) = home.write_with(&counting);

    assert_eq!(counting.calls(), 0, "no file was opened");
    assert_eq!(second.skipped.get("unchanged"), Some(&30), "{told:?}");
    assert_eq!(snapshot(home.photos.path()), before);
    let requests = home.sandbox.requests();
    assert!(requests.len() <= 10, "{} requests", requests.len());
    assert!(home.sandbox.writes().is_empty());
}
