//! What a scan makes of the photos of a server.

use immich_sandbox::{AssetId, AssetKind, Camera, Sandbox, Scenario, Version, Visibility};
use photo_similarity::Class;
use sync_core::organize::{Decision, SkipKind, ThumbnailCache};
use sync_core::state::GroupStore as _;

use super::lab::{Lab, client, client_with, scene, thumbnails};

/// Uploads of these names and bytes.
fn uploads(files: &[(&str, Vec<u8>)]) -> (Sandbox, Vec<AssetId>) {
    uploads_to(Version::V3_0_3, files)
}

fn uploads_to(version: Version, files: &[(&str, Vec<u8>)]) -> (Sandbox, Vec<AssetId>) {
    let mut scenario = Scenario::new(version);
    let storage = scenario.managed_storage("/data/upload", "/nowhere");
    let ids = files
        .iter()
        .map(|(name, bytes)| scenario.asset(&storage, name).picture(bytes.clone()).id())
        .collect();
    (Sandbox::start(scenario).unwrap(), ids)
}

fn two_copies_and_a_single() -> Vec<(&'static str, Vec<u8>)> {
    vec![("a.jpg", scene(1, 800, 600)), ("a_small.jpg", scene(1, 400, 300)), ("b.jpg", scene(2, 800, 600))]
}

#[test]
fn copies_are_found_and_a_second_scan_fetches_nothing() {
    for version in [Version::V3_0_3, Version::V2_7_5] {
        let (sandbox, _) = uploads_to(version, &two_copies_and_a_single());
        let lab = Lab::immich();

        let (first, _) = lab.scan(&[client(&sandbox)]);
        let fetched = thumbnails(&sandbox);
        let groups = lab.groups();
        sandbox.clear_requests();
        let (second, _) = lab.scan(&[client(&sandbox)]);

        assert_eq!((first.seen, first.looked_at, fetched), (3, 3, 3));
        assert_eq!(lab.names(), [(Class::Duplicate, vec!["a.jpg".to_owned(), "a_small.jpg".to_owned()])]);
        assert_eq!((second.seen, second.remembered, thumbnails(&sandbox)), (3, 3, 0));
        assert_eq!(lab.groups(), groups);
        assert!(sandbox.writes().is_empty(), "a scan changes nothing on the server");
        assert!(second.is_clean());
    }
}

#[test]
fn what_is_written_into_a_file_does_not_change_its_looks() {
    let (sandbox, ids) = uploads(&two_copies_and_a_single());
    let lab = Lab::immich();
    lab.scan(&[client(&sandbox)]);
    sandbox.clear_requests();

    let later = "2026-11-22T10:00:00Z".parse().unwrap();
    sandbox.edit(ids[0], |asset| (asset.file_modified_at, asset.size) = (later, Some(9_999_999))).unwrap();
    let (summary, _) = lab.scan(&[client(&sandbox)]);

    assert_eq!((summary.remembered, thumbnails(&sandbox)), (3, 0));
}

#[test]
fn a_picture_that_became_another_is_looked_at_again() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    scenario.asset(&library, "one.jpg").picture(scene(1, 800, 600));
    let changing = scenario.asset(&library, "other.jpg").picture(scene(1, 400, 300)).id();
    let sandbox = Sandbox::start(scenario).unwrap();
    let lab = Lab::immich();
    lab.scan(&[client(&sandbox)]);
    assert_eq!(lab.groups().len(), 1);

    sandbox.set_picture(changing, &scene(9, 400, 300)).unwrap();
    // The sandbox makes the thumbhash of it.
    sandbox.edit(changing, |asset| asset.checksum = [9; 20]).unwrap();
    let (summary, _) = lab.scan(&[client(&sandbox)]);

    assert_eq!((summary.looked_at, summary.remembered), (1, 1));
    assert!(lab.groups().is_empty(), "{:?}", lab.names());
}

#[test]
fn the_checksum_of_an_external_library_is_no_content() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", "/nowhere");
    scenario.asset(&library, "one.jpg").picture(scene(1, 400, 300)).checksum([7; 20]);
    scenario.asset(&library, "other.jpg").picture(scene(2, 400, 300)).checksum([7; 20]);
    let sandbox = Sandbox::start(scenario).unwrap();
    let lab = Lab::immich();

    let (summary, _) = lab.scan(&[client(&sandbox)]);

    assert_eq!((summary.looked_at, summary.groups_in_all()), (2, 0));
}

#[test]
fn the_same_upload_of_two_users_is_exact_and_each_keeps_the_own_one() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let other = scenario.user("Zoë");
    let key = scenario.api_key(other, &["all"]);
    let mine = scenario.managed_storage("/data/upload", "/nowhere");
    let theirs = scenario.managed_storage_of(other, "/data/upload", "/nowhere");
    scenario.asset(&mine, "a.jpg").picture(scene(1, 400, 300));
    scenario.asset(&theirs, "b.jpg").picture(scene(1, 400, 300));
    let sandbox = Sandbox::start(scenario).unwrap();
    let lab = Lab::immich();

    let (summary, _) = lab.scan(&[client(&sandbox), client_with(&sandbox, key)]);

    let group = &lab.groups()[0];
    assert_eq!((summary.seen, group.class, group.members.len()), (2, Class::Exact, 2));
    assert!(group.members.iter().all(|member| member.is_own));
    assert_ne!(group.members[0].account, group.members[1].account);
}

#[test]
fn what_is_trashed_hidden_locked_or_offline_has_no_part() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let storage = scenario.managed_storage("/data/upload", "/nowhere");
    let picture = || scene(1, 400, 300);
    let video = scenario.asset(&storage, "live.mov").kind(AssetKind::Video).id();
    scenario.asset(&storage, "still.jpg").picture(picture()).live_photo(&video);
    scenario.asset(&storage, "archived.jpg").picture(picture()).visibility(Visibility::Archive);
    scenario.asset(&storage, "trashed.jpg").picture(picture()).trashed();
    scenario.asset(&storage, "offline.jpg").picture(picture()).offline();
    scenario.asset(&storage, "locked.jpg").picture(picture()).visibility(Visibility::Locked);
    let sandbox = Sandbox::start(scenario).unwrap();
    let mut lab = Lab::immich();

    let (summary, _) = lab.scan(&[client(&sandbox)]);
    assert_eq!(summary.seen, 2);
    assert_eq!(lab.groups()[0].members.len(), 2);

    lab.options.filters.archived = false;
    let (summary, _) = lab.scan(&[client(&sandbox)]);
    assert_eq!((summary.seen, summary.groups_in_all()), (1, 0));
}

#[test]
fn videos_are_compared_by_their_bytes_only() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let other = scenario.user("Zoë");
    let key = scenario.api_key(other, &["all"]);
    let mine = scenario.managed_storage("/data/upload", "/nowhere");
    let theirs = scenario.managed_storage_of(other, "/data/upload", "/nowhere");
    scenario.asset(&mine, "a.mp4").kind(AssetKind::Video).checksum([1; 20]);
    scenario.asset(&mine, "b.mp4").kind(AssetKind::Video).checksum([2; 20]);
    scenario.asset(&theirs, "c.mp4").kind(AssetKind::Video).checksum([1; 20]);
    let sandbox = Sandbox::start(scenario).unwrap();
    let lab = Lab::immich();

    let (summary, _) = lab.scan(&[client(&sandbox), client_with(&sandbox, key)]);

    assert_eq!((summary.skipped[&SkipKind::Video], thumbnails(&sandbox)), (3, 0));
    assert_eq!(lab.groups().len(), 1);
    assert_eq!(lab.groups()[0].class, Class::Exact);
    assert!(summary.is_clean());
}

#[test]
fn parts_of_one_shot_are_no_copies() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let storage = scenario.managed_storage("/data/upload", "/nowhere");
    let taken = "2024-07-01T12:00:00Z";
    let camera =
        || Camera { make: Some("Canon".to_owned()), model: Some("EOS 6D".to_owned()), ..Camera::default() };
    scenario.asset(&storage, "IMG_1.CR2").thumbnail(scene(1, 400, 300)).taken(taken, None).camera(camera());
    scenario.asset(&storage, "IMG_1.JPG").picture(scene(1, 400, 300)).taken(taken, None).camera(camera());
    let first = scenario.asset(&storage, "x.jpg").picture(scene(2, 400, 300)).id();
    let second = scenario.asset(&storage, "y.jpg").picture(scene(2, 800, 600)).id();
    scenario.stack(&[first, second]);
    let sandbox = Sandbox::start(scenario).unwrap();
    let lab = Lab::immich();

    let (summary, _) = lab.scan(&[client(&sandbox)]);

    assert_eq!((summary.looked_at, summary.groups_in_all()), (4, 0), "{:?}", lab.names());
}

#[test]
fn pictures_without_thumbnails_are_skipped_with_their_reason() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let storage = scenario.managed_storage("/data/upload", "/nowhere");
    scenario.asset(&storage, "good.jpg").picture(scene(1, 400, 300));
    scenario.asset(&storage, "broken.jpg").picture(b"no picture at all".to_vec());
    scenario.asset(&storage, "odd.heic").thumbnail(b"\xff\xd8\xff\xe0 cut".to_vec());
    let sandbox = Sandbox::start(scenario).unwrap();
    let lab = Lab::immich();

    let (summary, told) = lab.scan(&[client(&sandbox)]);

    assert_eq!((summary.seen, summary.looked_at, summary.skipped_in_all()), (3, 1, 2));
    assert!(!summary.is_clean());
    let codes: Vec<_> = told.not_compared.iter().map(|(name, code, _)| (name.as_str(), *code)).collect();
    assert!(codes.contains(&("broken.jpg", Some("no-thumbnail"))), "{codes:?}");
    assert!(codes.iter().any(|(name, _)| *name == "odd.heic"), "{codes:?}");
}

#[test]
fn a_scan_that_was_stopped_goes_on_where_it_was() {
    let files: Vec<(String, Vec<u8>)> = (0..200)
        .map(|number| (format!("{number}.jpg"), scene(number / 2, 40 + 20 * u32::from(number % 2 == 0), 30)))
        .collect();
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let (sandbox, _) = uploads(&files);
    let lab = Lab::immich();

    let (stopped, _) = lab.try_scan(&[client(&sandbox)], Some(96));
    let stopped = stopped.unwrap();
    assert!(stopped.stopped && stopped.adds_up() && lab.groups().is_empty());
    assert!(stopped.skipped[&SkipKind::NotReached] > 50, "{stopped:?}");
    let lab = Lab { stop: sync_core::StopFlag::new(), ..lab };
    let (finished, _) = lab.scan(&[client(&sandbox)]);

    assert_eq!(finished.remembered, stopped.looked_at);
    assert_eq!(finished.looked_at, 200 - stopped.looked_at);
    let whole = Lab::immich();
    whole.scan(&[client(&sandbox)]);
    assert_eq!(lab.groups(), whole.groups());
}

#[test]
fn a_library_that_is_suddenly_empty_keeps_its_groups_until_that_is_certain() {
    let (sandbox, ids) = uploads(&two_copies_and_a_single());
    let lab = Lab::immich();
    lab.scan(&[client(&sandbox)]);
    let groups = lab.groups();
    assert_eq!(groups.len(), 1);
    for id in ids {
        sandbox.remove(id).unwrap();
    }

    let (summary, told) = lab.scan(&[client(&sandbox)]);
    assert!(summary.groups_kept && !summary.is_clean());
    assert!(told.warnings.iter().any(|text| text.contains("only 0 photos are listed")), "{told:?}");
    assert_eq!(lab.groups(), groups);

    let (summary, _) = lab.scan(&[client(&sandbox)]);
    assert!(!summary.groups_kept);
    assert!(lab.groups().is_empty());
}

#[test]
fn what_the_user_decided_holds() {
    let (sandbox, _) = uploads(&two_copies_and_a_single());
    let lab = Lab::immich();
    lab.scan(&[client(&sandbox)]);
    let group = lab.groups().remove(0);
    let small = group.members[1].place.clone();

    lab.store.decide(group.id, Some(&Decision::Keep(vec![small.clone()])), lab.now).unwrap();
    lab.scan(&[client(&sandbox)]);
    assert_eq!(lab.groups()[0].members[0].place, small);
    assert_eq!(lab.groups()[0].reason, photo_similarity::Criterion::Pinned);

    lab.store.decide(group.id, Some(&Decision::NotDuplicates), lab.now).unwrap();
    let (summary, _) = lab.scan(&[client(&sandbox)]);
    assert_eq!((summary.groups_in_all(), lab.groups().len()), (0, 1), "known, and not counted");
}

#[test]
fn a_cache_spares_the_server_when_everything_is_looked_at_anew() {
    let (sandbox, _) = uploads(&two_copies_and_a_single());
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab { cache: Some(ThumbnailCache::open(folder.path(), 1 << 20).unwrap()), ..Lab::immich() };
    lab.scan(&[client(&sandbox)]);
    let groups = lab.groups();
    sandbox.clear_requests();

    let again = Lab { cache: lab.cache, ..Lab::immich() };
    let (summary, _) = again.scan(&[client(&sandbox)]);

    assert_eq!((summary.looked_at, thumbnails(&sandbox)), (3, 0));
    assert_eq!(again.groups(), groups);
}

#[test]
fn one_failed_thumbnail_does_not_end_the_scan_and_is_tried_again() {
    let (sandbox, _) = uploads(&two_copies_and_a_single());
    let lab = Lab::immich();
    sandbox.inject(immich_sandbox::Fault::status(418).on("GET", "/assets").times(1));

    let (summary, told) = lab.scan(&[client(&sandbox)]);
    assert_eq!((summary.failed, summary.looked_at), (1, 2), "{told:?}");
    assert_eq!(told.not_compared[0].1, None);

    let (summary, _) = lab.scan(&[client(&sandbox)]);
    assert_eq!((summary.looked_at, summary.remembered), (1, 2));
}
