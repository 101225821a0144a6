//! Setting up: the whole conversation, wrong answers, options alone, and what a stop leaves.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use immich_sandbox::{Fault, Version};

use crate::place::{Place, Said, exiftool};
use crate::terminal::{CTRL_C, NOTHING, converse};

/// `init` with nothing said beforehand but where ExifTool is.
fn init(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.bare(&["init"]);
    command.arg("--exiftool").arg(exiftool()).args(arguments);
    command
}

fn config(place: &Place) -> PathBuf {
    place.home().join(".config/immich-sync/config.toml")
}

fn text(place: &Place) -> String {
    std::fs::read_to_string(config(place)).unwrap()
}

/// The options that say it all.
fn all(place: &Place) -> Vec<String> {
    let key = place.folder.path().join("key");
    std::fs::write(&key, place.sandbox.api_key()).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let [key, library] = [key, place.library()].map(|path| path.to_str().unwrap().to_owned());
    ["--server", &place.sandbox.url(), "--api-key-file", &key, "--library", &library, "--sync", "write"]
        .map(str::to_owned)
        .into()
}

fn with<'a>(options: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    options.iter().map(String::as_str).chain(more.iter().copied()).collect()
}

#[test]
fn four_answers_make_a_config_file_that_works() {
    let place = Place::with(3);
    let before = place.contents();
    let (url, key, library) = (place.sandbox.url(), place.sandbox.api_key(), place.library());

    let (code, shown) = converse(
        &mut init(&place, &[]),
        &[("1/4", &url), ("2/4", &key), ("3/4", library.to_str().unwrap()), ("4/4", "")],
    );

    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(&key), "the key was shown: {shown}");
    assert!(
        shown.contains("3 of 3 photos found") && shown.contains("/mnt/photos on the server is"),
        "{shown}"
    );
    assert!(
        shown.contains("Immich 3.0.3") && shown.contains("Next: `immich-sync write --dry-run`"),
        "{shown}"
    );
    assert!(shown.contains("user-settings?isOpen=api-keys"), "{shown}");
    assert_eq!(place.contents(), before, "a look changed something");
    assert_eq!(place.sandbox.writes(), []);
    let mode = config(&place).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "the key is in it");
    assert!(text(&place).contains("# 3 of 3 photos were found"), "{}", text(&place));
    let said = Said::by(&mut place.bare(&["write", "--json"])).ended_with(0);
    assert_eq!(said.last()["done"], 3);
}

#[test]
fn a_wrong_answer_is_explained_and_asked_again() {
    let place = Place::with(3);
    let (url, key, library) = (place.sandbox.url(), place.sandbox.api_key(), place.library());
    let few = place.sandbox.add_api_key(place.sandbox.admin(), &["user.read", "asset.read"]);
    let elsewhere = place.folder.path().join("empty");
    std::fs::create_dir(&elsewhere).unwrap();

    let (code, shown) = converse(
        &mut init(&place, &[]),
        &[
            ("1/4", "ftp://nas"),
            ("[IS-1008]", NOTHING),
            ("1/4", &url.replace("http://", "")),
            ("2/4", "no such key"),
            ("[IS-1009]", NOTHING),
            ("2/4", "no-such-key"),
            ("[IS-2006]", NOTHING),
            ("2/4", &few),
            ("the API key lacks", NOTHING),
            ("2/4", &key),
            ("3/4", "/nowhere"),
            ("is not there", NOTHING),
            ("3/4", elsewhere.to_str().unwrap()),
            ("none of 3 photos", NOTHING),
            ("3/4", library.to_str().unwrap()),
            ("4/4", "9"),
            ("none of 1 to 3", NOTHING),
            ("4/4", "2"),
        ],
    );

    assert_eq!(code, Some(0), "{shown}");
    for key in [&key, &few, &"no-such-key".to_owned()] {
        assert!(!shown.contains(key.as_str()), "a key was shown: {shown}");
    }
    assert!(text(&place).contains("target = \"sidecar\""), "{}", text(&place));
}

#[test]
fn another_scheme_or_port_is_proposed_and_taken_with_enter() {
    let place = Place::with(1);
    let (key, library) = (place.sandbox.api_key(), place.library());
    let wrong = place.sandbox.url().replace("http://", "https://");

    let (code, shown) = converse(
        &mut init(&place, &[]),
        &[
            ("1/4", &wrong),
            ("there is an Immich at", NOTHING),
            ("1/4", ""),
            ("2/4", &key),
            ("3/4", library.to_str().unwrap()),
            ("4/4", "1"),
        ],
    );

    assert_eq!(code, Some(0), "{shown}");
    assert!(text(&place).contains(&format!("server = \"{}\"", place.sandbox.url())), "{}", text(&place));
}

#[test]
fn files_that_immich_manages_are_a_part_of_the_last_question() {
    let place = Place::managed(2);
    let (url, key, library) = (place.sandbox.url(), place.sandbox.api_key(), place.library());

    let (code, shown) = converse(
        &mut init(&place, &[]),
        &[("1/4", &url), ("2/4", &key), ("3/4", library.to_str().unwrap()), ("4/4", "2,4")],
    );

    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("integrity check"), "{shown}");
    assert!(text(&place).contains("managed = \"original\"") && text(&place).contains("[organize]"));
    Said::by(&mut place.bare(&["write", "--json"])).ended_with(0);
}

#[test]
fn a_stop_at_any_question_leaves_nothing() {
    let place = Place::with(2);
    let (url, key, library) = (place.sandbox.url(), place.sandbox.api_key(), place.library());
    let talk = [("1/4", url.as_str()), ("2/4", &key), ("3/4", library.to_str().unwrap()), ("4/4", "1")];

    for stopped in 0..talk.len() {
        let mut talk = talk[..=stopped].to_vec();
        talk[stopped].1 = CTRL_C;

        let (code, shown) = converse(&mut init(&place, &[]), &talk);

        assert_eq!(code, Some(130), "{shown}");
        assert!(shown.contains("nothing was written"), "{shown}");
        assert!(!place.home().join(".config").exists() && !place.home().join(".local").exists());
    }
}

#[test]
fn options_say_it_all_where_nobody_can_be_asked() {
    let place = Place::with(2);
    let options = all(&place);

    let said = Said::by(&mut init(&place, &with(&options, &["--yes"]))).ended_with(0);

    assert!(said.stdout.contains("Caption 0"), "the look at a few photos: {}", said.stdout);
    assert!(text(&place).contains("api_key_file = "), "{}", text(&place));
    assert!(!text(&place).contains(&place.sandbox.api_key()));
}

#[test]
fn what_is_missing_is_named_at_once_where_nobody_can_be_asked() {
    let place = Place::with(1);

    let none = Said::by(&mut init(&place, &[])).ended_with(2);
    let some = Said::by(&mut init(&place, &["--library", "/p", "--yes"])).ended_with(2);

    assert!(none.stderr.contains("missing: --server, --api-key-file, --library, --sync"), "{}", none.stderr);
    assert!(some.stderr.contains("missing: --server, --api-key-file, --sync"), "{}", some.stderr);
    assert_eq!(place.sandbox.requests(), []);
}

#[test]
fn a_config_file_is_kept_unless_it_may_go_and_then_beside_the_new_one() {
    let place = Place::with(1);
    let options = all(&place);
    std::fs::create_dir_all(config(&place).parent().unwrap()).unwrap();
    std::fs::write(config(&place), "# mine\n").unwrap();

    let refused = Said::by(&mut init(&place, &with(&options, &[]))).ended_with(2);
    let kept = text(&place);
    let (no, _) = converse(&mut init(&place, &with(&options, &[])), &[("Write it anew", "")]);
    let (yes, shown) = converse(&mut init(&place, &with(&options, &[])), &[("Write it anew", "y")]);
    Said::by(&mut init(&place, &with(&options, &["--force"]))).ended_with(0);

    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!((kept.as_str(), no, yes), ("# mine\n", Some(2), Some(0)), "{shown}");
    let old = config(&place).with_file_name("config.toml.old");
    assert_eq!(std::fs::read_to_string(old).unwrap(), "# mine\n");
}

#[test]
fn a_key_of_the_environment_stays_there() {
    let place = Place::with(1);
    let library = place.library();
    let mut command = init(&place, &["--yes", "--sync", "write", "--library", library.to_str().unwrap()]);

    Said::by(command.env("IMMICH_URL", place.sandbox.url()).env("IMMICH_API_KEY", place.sandbox.api_key()))
        .ended_with(0);

    assert!(!text(&place).contains(&place.sandbox.api_key()), "{}", text(&place));
    assert!(text(&place).contains("IMMICH_API_KEY"));
}

#[test]
fn each_way_to_fail_has_its_exit_code_and_writes_nothing() {
    let place = Place::with(1);
    let options = all(&place);
    let run = |more: &[&str], code| Said::by(&mut init(&place, &with(&options, more))).ended_with(code);

    run(&["--server", "http://127.0.0.1:9"], 10);
    run(&["--library", "/nowhere"], 2);
    let few =
        place.sandbox.add_api_key(place.sandbox.admin(), &["user.read", "asset.read", "asset.statistics"]);
    let mut organize =
        init(&place, &["--server", &place.sandbox.url(), "--sync", "organize", "--yes", "--library"]);
    let said = Said::by(organize.arg(place.library()).env("IMMICH_API_KEY", few)).ended_with(12);
    assert!(said.stderr.contains("`asset.view`, `album.read`, `stack.read`"), "{}", said.stderr);
    place.sandbox.inject(Fault::body(r#"{"major":1,"minor":90,"patch":0}"#).on("GET", "/api/server/version"));
    run(&[], 13);
    assert!(!config(&place).exists());
}

#[test]
fn a_server_without_photos_is_set_up_too() {
    let place = Place::on(Version::V2_7_5, 0, false, |_, asset| asset.id());
    std::fs::create_dir_all(place.library()).unwrap();
    let options = all(&place);

    let said = Said::by(&mut init(&place, &with(&options, &["--yes"]))).ended_with(0);

    assert!(said.stderr.contains("no photos of this user yet"), "{}", said.stderr);
    assert!(config(&place).exists());
}
