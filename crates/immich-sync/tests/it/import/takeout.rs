//! An export arrives, arrives again, and goes.

use immich_sandbox::{Fault, Version};
use serde_json::{Value, json};

use super::stand::{ORDINARY, Stand};
use crate::place::Said;

#[test]
fn an_export_arrives_whole_and_a_second_run_sends_nothing() {
    for version in [Version::V3_0_3, Version::V2_7_5] {
        let stand = Stand::on(version, 40);
        let before = stand.export();

        let first = Said::by(&mut stand.import(&["--json"])).ended_with(0).last();

        stand.assert_all_once();
        let albums = stand.taken().iter().flat_map(|photo| photo.albums.clone()).collect();
        assert_eq!(stand.albums(), albums);
        let hearts = stand.taken().iter().filter(|photo| photo.is_favourite).count();
        assert_eq!(stand.there().iter().filter(|view| view.is_favorite).count(), hearts);
        let count = |name: &str| first[name].as_u64().unwrap();
        let skipped: u64 = first["skipped"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(count("done") + skipped + count("failed"), count("seen"));
        stand.sandbox.clear_requests();
        let again = Said::by(&mut stand.import(&["--json"])).ended_with(0).last();
        assert_eq!(stand.sandbox.writes(), [], "{again}");
        assert_eq!((&again["done"], &again["bytes_read"]), (&json!(0), &json!(0)), "{again}");
        let asked: Vec<String> = stand.sandbox.requests().into_iter().map(|request| request.path).collect();
        // All of it is the connection: where the server is, what it can do, and what the key may.
        assert!(asked.len() <= 5 && !asked.iter().any(|path| path.contains("assets")), "{asked:?}");
        assert!(stand.export() == before, "something in the export changed");
    }
}

#[test]
fn a_dry_run_names_what_would_be_sent_and_changes_nothing_anywhere() {
    let stand = Stand::with(24);

    let text = Said::by(&mut stand.import(&["--dry-run"])).ended_with(0);
    let json = Said::by(&mut stand.import(&["-n", "--json"])).ended_with(0);

    let would = json.objects().iter().filter(|object| object["type"] == "would-upload").count();
    assert_eq!(json.last()["uploaded"], would);
    assert_eq!(would, stand.taken().len());
    assert_eq!(text.stdout.lines().filter(|line| line.starts_with("Would send `")).count(), would);
    assert!(text.stderr.contains("Dry run over"), "{}", text.stderr);
    let asked = stand.sandbox.writes();
    assert!(asked.iter().all(|request| request.path.ends_with("bulk-upload-check")), "{asked:?}");
    assert!(stand.there().is_empty() && !stand.states().exists());
}

#[test]
fn undo_moves_what_was_sent_to_the_trash_and_the_next_import_leaves_it_there() {
    let stand = Stand::with(24);
    let run = Said::by(&mut stand.import(&["--json"])).ended_with(0).last()["run"].to_string();

    let history = Said::by(&mut stand.bare(&["history"])).ended_with(0);
    let asked = Said::by(&mut stand.bare(&["undo", &run])).ended_with(2);
    let all = stand.there().len();
    Said::by(&mut stand.bare(&["undo", &run, "--yes"])).ended_with(0);

    assert!(history.stdout.contains("import google-takeout"), "{}", history.stdout);
    assert!(history.stdout.contains("uploaded"), "{}", history.stdout);
    assert!(asked.stderr.contains("--yes"), "{}", asked.stderr);
    assert!(all > 0 && stand.there().is_empty(), "{} of {all}", stand.there().len());
    assert!(stand.sandbox.views().len() == all, "something went for good");
    assert_eq!(stand.albums().len(), 0);
    let again = Said::by(&mut stand.import(&["--json"])).ended_with(0).last();
    assert_eq!(again["uploaded"], 0, "{again}");
    assert!(stand.there().is_empty());
}

#[test]
fn options_reach_the_server() {
    let stand = Stand::with(24);

    Said::by(&mut stand.import(&["--tag", "import/old", "--into-album", "All", "--no-sync-albums"]))
        .ended_with(0);

    assert_eq!(stand.albums(), ["All".to_owned()].into());
    let photos = stand.taken().len();
    let tagged = stand.there().iter().filter(|view| view.tags.contains(&"import/old".to_owned())).count();
    assert_eq!((tagged, stand.sandbox.albums()[0].2), (photos, photos));
}

#[test]
fn the_config_file_holds_a_takeout_as_a_job() {
    let stand = Stand::with(16);
    let parts: Vec<String> = stand.takeout.parts.iter().map(|part| format!("{:?}", part.display())).collect();
    let text = format!("[import.google-takeout]\npaths = [{}]\nsync_albums = false\n", parts.join(", "));
    let config = stand.file("config.toml", text.as_bytes());

    Said::by(&mut stand.bare(&["import", "google-takeout", "--config", config.to_str().unwrap()]))
        .ended_with(0);

    stand.assert_all_once();
    assert!(stand.albums().is_empty());
}

#[test]
fn what_is_wrong_ends_with_its_number_before_anything_is_sent() {
    let stand = Stand::with(8);
    let admin = stand.sandbox.admin();
    let poor = stand.sandbox.add_api_key(admin, &["user.read", "asset.read"]);
    let enough = stand.sandbox.add_api_key(admin, &ORDINARY);

    let nothing = Said::by(&mut stand.bare(&["import", "google-takeout"])).ended_with(2);
    let refused = Said::by(stand.import(&[]).env("IMMICH_API_KEY", "no-such-key")).ended_with(12);
    let missing = Said::by(stand.import(&[]).env("IMMICH_API_KEY", poor)).ended_with(12);
    assert!(stand.there().is_empty());
    Said::by(stand.import(&[]).env("IMMICH_API_KEY", enough)).ended_with(0);

    assert!(nothing.stderr.contains("no place to import from"), "{}", nothing.stderr);
    assert!(!refused.stderr.contains("no-such-key"), "{}", refused.stderr);
    for permission in ["`asset.upload`", "`asset.update`", "`album.create`"] {
        assert!(missing.stderr.contains(permission), "{}", missing.stderr);
    }
    stand.assert_all_once();
}

#[test]
fn a_part_that_is_broken_is_named_and_the_rest_goes_on() {
    let mut stand = Stand::with(24);
    let broken = stand.file("takeout/broken.zip", b"PK\x03\x04 and no more");
    stand.takeout.parts.push(broken);

    let said = Said::by(&mut stand.import(&["--json"])).ended_with(3);

    assert!(
        said.objects()
            .iter()
            .any(|object| object["type"] == "failed"
                && object["path"].as_str().unwrap().ends_with("broken.zip"))
    );
    assert_eq!(said.last()["listing_complete"], false);
    stand.assert_all_once();
}

#[test]
fn when_every_upload_fails_it_is_a_failure() {
    let stand = Stand::with(8);
    stand.sandbox.inject(Fault::status(413).on("POST", "/api/assets"));

    let said = Said::by(&mut stand.import(&["--json"]));

    assert!(![Some(0), Some(3)].contains(&said.code), "{:?} {}", said.code, said.stdout);
    stand.sandbox.clear_faults();
    Said::by(&mut stand.import(&[])).ended_with(0);
    stand.assert_all_once();
}

#[test]
fn undo_refuses_where_the_trash_of_the_server_keeps_nothing() {
    let stand = Stand::without_trash(8);
    let run = Said::by(&mut stand.import(&["--json"])).ended_with(0).last()["run"].to_string();
    let all = stand.there().len();

    let said = Said::by(&mut stand.bare(&["undo", &run, "--yes"])).ended_with(2);

    assert!(said.stderr.contains("gone for good"), "{}", said.stderr);
    assert_eq!(stand.there().len(), all);
}
