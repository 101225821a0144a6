//! The exit codes, which schedulers and scripts depend on.

use immich_sandbox::Fault;
use sync_core::lock::{LibraryLock, RunLock};

use crate::place::{Place, Said};

#[test]
fn nothing_chosen_is_a_mistake_of_usage() {
    let place = Place::with(1);

    let said = Said::by(&mut place.write(&[])).ended_with(2);

    assert!(said.stderr.contains("--all"), "{}", said.stderr);
    assert_eq!(place.sandbox.requests(), []);
}

#[test]
fn an_unknown_option_and_an_unknown_config_key_are_mistakes_of_usage() {
    let place = Place::with(1);
    let config = place.folder.path().join("config.toml");
    std::fs::write(&config, "libary = \"/photos\"\n").unwrap();

    Said::by(&mut place.write(&["--al"])).ended_with(2);
    let said = Said::by(&mut place.write(&["--all", "--config", config.to_str().unwrap()])).ended_with(2);

    assert!(said.stderr.contains("did you mean `library`?"), "{}", said.stderr);
}

#[test]
fn a_missing_library_folder_is_named() {
    let place = Place::with(1);
    std::fs::remove_dir_all(place.library()).unwrap();

    let said = Said::by(&mut place.write(&["--all"])).ended_with(2);

    assert!(said.stderr.contains("name the folder that holds the originals"), "{}", said.stderr);
}

#[test]
fn managed_files_need_an_answer_before_the_first_write() {
    let place = Place::managed(3);
    let before = place.contents();

    let said = Said::by(&mut place.write(&["--all"])).ended_with(2);
    assert!(
        said.stderr.contains("--managed original") && said.stderr.contains("--managed skip"),
        "{}",
        said.stderr
    );
    assert_eq!(place.contents(), before);

    Said::by(&mut place.write(&["--all", "--managed", "skip"])).ended_with(0);
    assert_eq!(place.contents(), before);

    let said = Said::by(&mut place.write(&["--all", "--managed", "original", "--json"])).ended_with(0);
    assert_eq!(said.last()["done"], 3);
}

#[test]
fn a_photo_that_cannot_be_written_makes_it_three() {
    let place = Place::with(4);
    std::fs::write(&place.files[0], "").unwrap();

    let said = Said::by(&mut place.write(&["--all", "--json", "--trust-paths"])).ended_with(3);

    assert_eq!((&said.last()["done"], &said.last()["skipped"]["refused"]), (&3.into(), &1.into()));
    assert_eq!(said.last()["exit_code"], 3);
}

#[test]
fn a_server_that_is_not_there_is_ten() {
    let place = Place::with(1);
    // A port that was free a moment ago, and that nobody listens on now.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");

    let said = Said::by(&mut place.write(&["--all", "--json", "--rate-limit", "1000", "--server", &url]));

    let said = said.ended_with(10);
    assert_eq!(said.last()["type"], "error");
    assert!(said.stderr.contains(&url), "{}", said.stderr);
}

#[test]
fn a_state_in_use_is_eleven_and_names_who_uses_it() {
    let place = Place::with(1);
    let state = place.folder.path().join("state");
    let _lock = RunLock::acquire(&state, "pid 1 on another-host").unwrap();

    let said = Said::by(&mut place.write(&["--all", "--state-dir", state.to_str().unwrap()])).ended_with(11);

    assert!(said.stderr.contains("pid 1 on another-host"), "{}", said.stderr);
}

#[test]
fn a_library_in_use_is_eleven_whatever_the_state() {
    let place = Place::with(1);
    let lock = LibraryLock::acquire(&place.library()).unwrap();
    assert!(lock.is_held(), "the file system of the tests has no locks for folders");

    let said = Said::by(&mut place.write(&["--all"])).ended_with(11);
    drop(lock);

    assert!(said.stderr.contains("library"), "{}", said.stderr);
    Said::by(&mut place.write(&["--all"])).ended_with(0);
}

#[test]
fn a_refused_key_is_twelve() {
    let place = Place::with(1);

    let said = Said::by(place.write(&["--all"]).env("IMMICH_API_KEY", "no-such-key")).ended_with(12);

    assert!(!said.stderr.contains("no-such-key"), "{}", said.stderr);
}

#[test]
fn missing_permissions_are_twelve_and_all_named_before_anything_is_listed() {
    let place = Place::with(1);
    let key = place.sandbox.add_api_key(place.sandbox.admin(), &["user.read", "album.read"]);

    let said = Said::by(place.write(&["--all"]).env("IMMICH_API_KEY", key)).ended_with(12);

    assert!(said.stderr.contains("`asset.read` and `asset.statistics`"), "{}", said.stderr);
    assert!(!place.sandbox.requests().iter().any(|request| request.path.contains("/search/")));
}

#[test]
fn each_kind_of_data_asks_for_its_own_permission() {
    let place = Place::with(1);
    let least = &["user.read", "asset.read", "asset.statistics"];
    let key = place.sandbox.add_api_key(place.sandbox.admin(), least);

    for (kind, permission) in
        [("--albums", "album.read"), ("--tags", "tag.read"), ("--face-coordinates", "face.read")]
    {
        let said = Said::by(place.write(&[kind]).env("IMMICH_API_KEY", &key)).ended_with(12);

        assert!(said.stderr.contains(&format!("`{permission}`")), "{}", said.stderr);
    }
    assert!(!place.sandbox.requests().iter().any(|request| request.path.contains("/search/")));
}

#[test]
fn the_least_key_is_enough() {
    let place = Place::with(2);
    let key =
        place.sandbox.add_api_key(place.sandbox.admin(), &["user.read", "asset.read", "asset.statistics"]);

    Said::by(place.write(&["--all"]).env("IMMICH_API_KEY", key)).ended_with(0);
}

#[test]
fn a_server_that_is_too_old_is_thirteen() {
    let place = Place::with(1);
    place
        .sandbox
        .inject(Fault::body(r#"{"major":1,"minor":100,"patch":0}"#).on("GET", "/api/server/version"));

    let said = Said::by(&mut place.write(&["--all"])).ended_with(13);

    assert!(said.stderr.contains("1.100.0"), "{}", said.stderr);
}

#[test]
fn no_exiftool_is_twenty_where_nothing_goes_without_it() {
    let place = Place::with(1);
    let with = |program| ["--all", "--engine", "exiftool", "--exiftool", program];

    let missing = Said::by(&mut place.write(&with("/nowhere/exiftool"))).ended_with(20);
    let other = Said::by(&mut place.write(&with("/bin/true"))).ended_with(20);

    assert!(missing.stderr.contains("apt install libimage-exiftool-perl"), "{}", missing.stderr);
    assert!(other.stderr.contains("/bin/true"), "{}", other.stderr);
    assert_eq!(place.sandbox.requests(), [], "the key stayed at home");
}
