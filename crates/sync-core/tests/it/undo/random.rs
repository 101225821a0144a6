//! Random photos, random sidecars, random runs: after the undo all files are as before, to the byte.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use fastrand::Rng;
use immich_sandbox::{AssetBuilder, AssetId, FaceBox, SourceType};
use photo_metadata::Datum;
use sample_pictures::{Exif, Gps, Iptc, Kind, Picture, Xmp};
use sync_core::state::{RunId, Store};
use sync_core::undo::UndoTarget;
use sync_core::writeback::Target;

use super::lab::{TakesBack, bytes, differences, judged, left_over};
use crate::harness::{Home, Setting};

const KINDS: [Kind; 12] = [
    Kind::Jpeg,
    Kind::Jpeg,
    Kind::Jpeg,
    Kind::Png,
    Kind::WebpExtended,
    Kind::Tiff,
    Kind::Gif,
    Kind::Heic,
    Kind::Avif,
    Kind::Dng,
    Kind::Mp4,
    Kind::Mov,
];

const NAMES: [&str; 6] = ["Alice", "Bob, Jr.", "写真 太郎", "😀 Zoë", "O'Brien", "$HOME @ {x}"];
const WORDS: [&str; 6] = ["beach", "Été", "Places/Sea", "Places/Sea/North", "x|y", "007"];
const CAPTIONS: [&str; 5] = ["a caption", "two\nlines", "&amp; <b> &#10; ]]>", "Ünïcödé 😀", "-all="];

fn some<'a>(random: &mut Rng, all: &[&'a str]) -> Vec<&'a str> {
    let count = random.usize(0..4);
    random.choose_multiple(all.iter().copied(), count)
}

fn one<'a>(random: &mut Rng, all: &[&'a str]) -> Option<&'a str> {
    random.bool().then(|| all[random.usize(..all.len())])
}

fn degrees(random: &mut Rng) -> (f64, f64) {
    (random.f64() * 170.0 - 85.0, random.f64() * 350.0 - 175.0)
}

/// What a packet of another program may hold; none of it is ours.
fn packet(random: &mut Rng) -> Xmp {
    let mut xmp = some(random, &WORDS).into_iter().fold(Xmp::new(), Xmp::subject);
    xmp = one(random, &CAPTIONS).map_or(xmp.clone(), |text| xmp.clone().description(text));
    if random.bool() {
        xmp = xmp.rating(random.i8(-1..=5));
    }
    if random.bool() {
        xmp = some(random, &WORDS).into_iter().fold(xmp, Xmp::hierarchical);
    }
    if random.bool() {
        xmp = some(random, &WORDS).into_iter().fold(xmp, Xmp::tags_list);
    }
    if random.bool() {
        xmp = xmp.face("Somebody Else", 0.25, 0.5, 0.125, 0.25).region_dimensions(64, 48);
    }
    xmp.label("Red").title("a title")
}

fn picture(random: &mut Rng, kind: Kind) -> Picture {
    let mut picture = Picture::new(kind).seed(random.u64(..1000));
    if kind.holds_exif() && random.u8(..4) > 0 {
        let mut exif = Exif::new().camera("Maker", "Model");
        exif = one(random, &CAPTIONS).map_or(exif.clone(), |text| exif.clone().image_description(text));
        if random.bool() {
            exif = exif.taken("2019:05:06 07:08:09");
        }
        if random.bool() {
            exif = exif.offset("+02:00");
        }
        if random.bool() {
            let (latitude, longitude) = degrees(random);
            exif = exif.gps(Gps::new(latitude, longitude));
        }
        if random.bool() {
            exif = exif.rating(random.u16(0..=5));
        }
        picture = picture.exif(exif);
    }
    if kind.holds_xmp() && random.u8(..3) > 0 {
        picture = picture.xmp(packet(random));
    }
    if kind.holds_iptc() && random.bool() {
        let iptc = some(random, &WORDS).into_iter().fold(Iptc::new(), Iptc::keyword);
        picture =
            picture.iptc(one(random, &CAPTIONS).map_or(iptc.clone(), |text| iptc.clone().caption(text)));
    }
    picture
}

/// A library of random photos that a server knows random things of.
fn library(random: &mut Rng, photos: usize) -> (Home, Vec<AssetId>) {
    let mut setting = Setting::new();
    let people: Vec<_> = NAMES.iter().map(|name| setting.scenario.person(name)).collect();
    let albums: Vec<_> = ["Summer", "Été 2024"].iter().map(|name| setting.scenario.album(name)).collect();
    let mut ids = Vec::new();
    for number in 0..photos {
        let kind = KINDS[random.usize(..KINDS.len())];
        let name = format!("{number:02}.{}", kind.extension());
        setting.file(&name, &picture(random, kind));
        match random.u8(..6) {
            0 => drop(setting.bytes(&format!("{name}.xmp"), packet(random).document().as_bytes())),
            1 => drop(setting.bytes(&format!("{number:02}.xmp"), packet(random).document().as_bytes())),
            _ => {}
        }
        let mut asset = setting.scenario.asset_file(&setting.library, &name).favorite(random.bool());
        asset = asset.description(one(random, &CAPTIONS)).rating(random.bool().then(|| random.i8(1..=5)));
        for person in random.choose_multiple(people.iter(), 2) {
            let area = FaceBox { x1: 10, y1: 12, x2: 40, y2: 44, ..FaceBox::default() };
            asset = asset.face(Some(*person), area, SourceType::MachineLearning);
        }
        asset = some(random, &WORDS).into_iter().fold(asset, AssetBuilder::tag);
        if random.bool() {
            asset = asset.album(&albums[random.usize(..albums.len())]);
        }
        if random.bool() {
            let (latitude, longitude) = degrees(random);
            asset = asset.gps(latitude, longitude).taken("2024-07-01T22:30:00Z", "Europe/Berlin");
        }
        ids.push(asset.id());
    }
    let mut home = setting.start();
    home.options.data = Datum::ALL.iter().copied().collect();
    home.options.targets.target = [Target::Original, Target::Sidecar, Target::Both][random.usize(..3)];
    home.options.allowed.raw = random.bool();
    (home, ids)
}

/// What a server may learn between two runs.
fn learn(random: &mut Rng, home: &Home, ids: &[AssetId]) {
    for id in ids {
        let (caption, stars, favorite) = (one(random, &CAPTIONS), random.i8(1..=5), random.bool());
        let tags = some(random, &WORDS);
        home.sandbox
            .edit(*id, |asset| {
                asset.description = caption.map(str::to_owned);
                asset.rating = favorite.then_some(stars);
                asset.is_favorite = favorite;
                asset.faces.truncate(1);
            })
            .unwrap();
        home.sandbox.set_tags(*id, &tags).unwrap();
    }
}

/// Writes twice into a random library and takes both runs back; answers with how many changes there were, or with what
/// is not as it was.
fn write_and_take_back(seed: u64) -> Result<usize, String> {
    let mut random = Rng::with_seed(seed);
    let (mut home, ids) = library(&mut random, 20);
    home.options.brake.confirmed = true;
    let (before, tags_before) = (bytes(home.photos.path()), judged(home.photos.path()));
    let (first, told) = home.write();
    assert_eq!(first.failed, 0, "seed {seed}: {told:?}");
    learn(&mut random, &home, &ids);
    let (second, told) = home.write();
    assert_eq!(second.failed, 0, "seed {seed}: {told:?}");
    let changes = home.store.journal(None).unwrap().len();

    let mut wrong = take_all_back(&home, random.bool());

    wrong.extend(differences(&judged(home.photos.path()), &tags_before));
    wrong.extend(other_files(&bytes(home.photos.path()), &before));
    wrong.extend(left_over(home.photos.path()).iter().map(|path| format!("{} is left over", path.display())));
    let journal = home.store.journal(None).unwrap();
    let left = journal.iter().filter(|row| row.intent.undoes.is_none() && row.undone_by.is_none());
    wrong.extend(left.map(|row| format!("{} still counts", row.intent.path.display())));
    if wrong.is_empty() { Ok(changes) } else { Err(format!("seed {seed}:\n{}\n", wrong.join("\n"))) }
}

/// By the folder or run by run; answers with what could not be taken back.
fn take_all_back(home: &Home, by_folder: bool) -> Vec<String> {
    let targets = if by_folder {
        vec![UndoTarget::Path(home.photos.path().to_owned())]
    } else {
        vec![UndoTarget::Run(RunId(2)), UndoTarget::Run(RunId(1))]
    };
    let mut wrong = Vec::new();
    for target in targets {
        let (summary, told) = home.undo(&target);
        if !summary.is_clean() || !told.kept.is_empty() {
            wrong.push(format!("{target}: {:?} {:?} {:?}", told.kept, told.skipped, told.failed));
        }
    }
    wrong
}

/// Files that are new or gone, or have another content.
fn other_files(now: &BTreeMap<PathBuf, Vec<u8>>, before: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let names: BTreeSet<_> = now.keys().chain(before.keys()).collect();
    let is_other = |name: &&&PathBuf| now.get(**name) != before.get(**name);
    names.iter().filter(is_other).map(|name| format!("{} is not what it was", name.display())).collect()
}

#[test]
fn forty_random_photos_are_as_they_were() {
    let changes: Result<Vec<usize>, String> = [1, 2].into_iter().map(write_and_take_back).collect();

    let changes: usize = changes.unwrap_or_else(|wrong| panic!("{wrong}")).into_iter().sum();
    assert!(changes >= 40, "only {changes} changes were made");
}

#[test]
#[ignore = "takes minutes; `cargo xtask undo` runs it"]
fn a_thousand_random_changes_are_taken_back() {
    let (mut changes, mut wrong) = (0, String::new());
    for seed in 100.. {
        match write_and_take_back(seed) {
            Ok(more) => changes += more,
            Err(what) => wrong += &what,
        }
        eprintln!("seed {seed}: {changes} changes");
        if changes >= 1000 || wrong.len() > 50_000 {
            break;
        }
    }

    assert!(wrong.is_empty(), "{wrong}");
    assert!(changes >= 1000, "{changes} changes");
}
