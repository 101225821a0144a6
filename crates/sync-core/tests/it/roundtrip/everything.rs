//! All kinds of data at once, through files and sidecars and back: write, refresh, write, refresh, and then nothing
//! changes any more, neither in a file nor on the server.
//!
//! What makes this hard is that Immich makes tags of the keywords in a file, and takes the first list that it
//! finds for all of them. So names of people, albums and tags meet each other here.

mod world;

use std::collections::BTreeSet;

use immich_sandbox::{AssetId, AssetView, PersonId, SourceType};
use photo_metadata::Datum;
use photo_metadata::text;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sync_core::state::SqliteStore;
use sync_core::writeback::IdentityCheck;

use self::world::{DOG, Imports, Setup, Shot, World, world};
use super::{check, runs};
use crate::harness::{Home, Setting, Told, snapshot};

fn build(world: &World) -> (Home, Vec<AssetId>) {
    let Setup { version, target, form, after, choices, writes_sidecars, imports_faces } = world.setup.clone();
    let mut setting = Setting::of(version);
    setting.scenario.writes_sidecars(writes_sidecars);
    setting.scenario.import_faces(imports_faces != Imports::No);
    let people: Vec<PersonId> = world.people.iter().map(|name| setting.scenario.person(name)).collect();
    let hidden = setting.scenario.hidden_person("Mallory");
    let albums: Vec<_> = world.albums.iter().map(|name| setting.scenario.album(name)).collect();
    let mut ids = Vec::new();
    for (number, shot) in world.shots.iter().enumerate() {
        let name = shot.file_name(number);
        setting.file(&name, &shot.picture());
        if shot.has_stem_sidecar && writes_sidecars {
            let foreign = "<crs:Exposure2012 xmlns:crs='http://ns.adobe.com/camera-raw-settings/1.0/'>+0.35</crs:Exposure2012>";
            setting.bytes(&format!("{number:02}.xmp"), shot.xmp().foreign(foreign).document().as_bytes());
        }
        let mut asset = shot.describe(setting.scenario.asset_file(&setting.library, &name));
        for (person, area) in &shot.people {
            asset = asset.face(Some(people[*person]), *area, SourceType::MachineLearning);
        }
        asset = asset.person(&hidden);
        asset = shot.albums.iter().fold(asset, |asset, album| asset.album(&albums[*album]));
        if shot.is_edited && writes_sidecars && shot.says_something() {
            asset = asset.told_in_sidecar();
        }
        ids.push(asset.id());
    }
    let mut home = setting.start();
    home.options.data = Datum::ALL.into();
    home.options.identity = IdentityCheck::Strict;
    home.options.targets.target = target;
    home.options.targets.form = form;
    home.options.after = after;
    home.options.rules.choices = choices;
    home.options.faces.even_if_imported = imports_faces == Imports::YesAndAllowed;
    (home, ids)
}

fn views(home: &Home, ids: &[AssetId]) -> Vec<AssetView> {
    ids.iter().map(|id| home.sandbox.view(*id).unwrap()).collect()
}

/// The server looks through its library, as it does every night.
fn scan(home: &Home) {
    let client = home.client();
    let library = client.reader().libraries().unwrap().remove(0).id;
    client.writer().scan_library(&library).unwrap();
}

/// Tags that a server makes of our entries, on a photo to which nobody gave a tag.
fn echoes(world: &World, shot: &Shot) -> BTreeSet<String> {
    let choices = world.setup.choices;
    let part = |name: &str| text::name(name).map(|name| name.replace('/', "|"));
    let mut echoes = BTreeSet::new();
    let mut people: Vec<&str> =
        shot.people.iter().map(|(person, _)| world.people[*person].as_str()).collect();
    // A server that imports faces makes a person of the dog.
    people.extend((shot.has_dog && world.setup.imports_faces != Imports::No).then_some(DOG));
    for name in people.into_iter().filter_map(text::name) {
        if choices.people_as_keywords {
            let whole: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
            echoes.insert(whole.join("/"));
        }
        if choices.people_in_hierarchy {
            echoes.extend(part(&name).map(|name| format!("People/{name}")));
        }
    }
    if choices.albums_in_hierarchy {
        let names = shot.albums.iter().filter_map(|album| part(&world.albums[*album]));
        echoes.extend(names.map(|name| format!("Albums/{name}")));
    }
    echoes
}

/// The server says what it said before, but for the echoes that are documented.
fn check_all(world: &World, shot: &Shot, before: &AssetView, after: &AssetView) -> Result<(), TestCaseError> {
    let tags = |view: &AssetView| view.tags.iter().cloned().collect::<BTreeSet<String>>();
    let (had, has) = (tags(before), tags(after));
    if had.is_empty() {
        let echoes = echoes(world, shot);
        prop_assert!(has.is_subset(&echoes), "{has:?} of {echoes:?}");
    } else {
        prop_assert_eq!(&has, &had, "tags of {:?}", shot);
    }
    prop_assert_eq!(&after.albums, &before.albums);
    let own = |view: &AssetView| {
        view.faces.iter().filter(|face| face.source != SourceType::Exif).cloned().collect::<Vec<_>>()
    };
    prop_assert_eq!(own(after), own(before));
    if world.setup.imports_faces == Imports::No {
        prop_assert_eq!(&after.faces, &before.faces);
    }
    let mut people = after.clone();
    if world.setup.imports_faces != Imports::No {
        // A server that imports faces shows the regions of others as people.
        people.people.clone_from(&before.people);
    }
    check(&shot.photo, before, &people)
}

fn went_well(summary: &sync_core::Summary, told: &Told) -> Result<(), TestCaseError> {
    prop_assert_eq!(summary.failed + summary.troubled, 0, "{:?}", told);
    Ok(())
}

fn round_trip(world: &World) -> Result<(), TestCaseError> {
    let (mut home, ids) = build(world);
    let before = views(&home, &ids);

    let (first, told) = home.write();
    went_well(&first, &told)?;
    let (second, told) = home.write();
    went_well(&second, &told)?;
    // Where the server takes regions of others for people, these are new to the second run.
    prop_assert!(second.files == 0 || world.setup.imports_faces != Imports::No, "{:?}", told);
    scan(&home);
    let after = views(&home, &ids);
    let files = snapshot(home.photos.path());
    home.sandbox.clear_requests();
    let (third, told) = home.write();

    prop_assert_eq!(third.files, 0, "{:?}", told);
    prop_assert!(home.sandbox.writes().is_empty());
    prop_assert_eq!(&views(&home, &ids), &after);
    home.store = SqliteStore::in_memory().unwrap();
    let (fourth, told) = home.write();
    prop_assert_eq!(fourth.files, 0, "with nothing remembered: {:?}", told);
    prop_assert_eq!(&views(&home, &ids), &after);
    prop_assert!(snapshot(home.photos.path()) == files, "not a byte was written again");
    for ((shot, before), after) in world.shots.iter().zip(&before).zip(&after) {
        check_all(world, shot, before, after)?;
    }
    Ok(())
}

/// Photos per run.
const PER_RUN: usize = 12;

#[test]
fn all_kinds_of_data_come_to_rest_and_the_server_has_what_it_had() {
    TestRunner::new(runs())
        .run(&world(PER_RUN), |world| round_trip(&world))
        .unwrap_or_else(|failure| panic!("{failure}"));
}
