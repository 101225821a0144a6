//! Writing, and doing it again.

use immich_sandbox::Version;

use crate::place::{Place, Said};

#[test]
fn a_second_run_writes_nothing() {
    let place = Place::with(16);

    let first = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0);
    let after = place.contents();
    let second = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0);

    assert_eq!(first.last()["done"], 16, "{}", first.stdout);
    assert_eq!(second.last()["done"], 0, "{}", second.stdout);
    assert_eq!(second.last()["skipped"]["unchanged"], 16);
    assert_eq!(place.contents(), after);
    let told: Vec<String> = place.sandbox.writes().into_iter().map(|request| request.path).collect();
    assert_eq!(told, ["/api/assets/jobs"], "the server is told once");
}

#[test]
fn every_object_names_its_type_and_the_last_is_the_summary() {
    let place = Place::with(4);

    let said = Said::by(&mut place.write(&["--rating", "--json"])).ended_with(0);

    let objects = said.objects();
    let types: Vec<&str> = objects.iter().map(|object| object["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["mapped", "written", "written", "written", "written", "summary"]);
    assert_eq!(objects[1]["edits"][0]["tag"], "XMP-xmp:Rating");
    assert_eq!(objects[5]["exit_code"], 0);
}

#[test]
fn an_edit_on_the_server_is_the_only_thing_written_next() {
    let place = Place::with(6);
    Said::by(&mut place.write(&["--all"])).ended_with(0);
    place.sandbox.edit(place.assets[2], |asset| asset.description = Some("Another".to_owned())).unwrap();

    let said = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0);

    let written: Vec<_> = said.objects().into_iter().filter(|object| object["type"] == "written").collect();
    let paths: Vec<&str> = written.iter().map(|object| object["path"].as_str().unwrap()).collect();
    assert_eq!(paths, [place.files[2].canonicalize().unwrap().to_str().unwrap()]);
}

#[test]
fn a_server_of_2_x_is_written_back_without_a_question() {
    let place = Place::on(Version::V2_7_5, 4, true, |_, asset| asset.favorite(true).id());

    let first = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0);
    let second = Said::by(&mut place.write(&["--all", "--json"])).ended_with(0);

    assert_eq!((first.last()["done"].as_u64(), second.last()["done"].as_u64()), (Some(4), Some(0)));
}

#[test]
fn a_run_can_be_narrowed_down() {
    let place = Place::with(8);
    let done = |arguments: &[&str]| {
        let all = [&["--caption", "--dry-run", "--json"], arguments].concat();
        Said::by(&mut place.write(&all)).ended_with(0).last()["done"].as_u64().unwrap()
    };
    let year = place.files[0].parent().unwrap().parent().unwrap();
    let in_year = place.files.iter().filter(|file| file.starts_with(year)).count() as u64;

    assert_eq!(done(&["--limit", "3"]), 3);
    assert_eq!(done(&["--asset", &place.assets[1].to_string(), &place.assets[5].to_string()]), 2);
    assert_eq!(done(&["--path", year.file_name().unwrap().to_str().unwrap()]), in_year);
    assert_eq!(done(&["--path", place.files[3].to_str().unwrap()]), 1);
    assert_eq!(done(&["--since", "2099-01-01"]), 0);
}

#[test]
fn quiet_says_nothing_when_all_is_well_and_something_when_not() {
    let place = Place::with(3);
    let fine = Said::by(&mut place.write(&["--all", "--quiet"])).ended_with(0);
    std::fs::remove_file(&place.files[0]).unwrap();

    let trouble = Said::by(&mut place.write(&["--all", "--quiet"])).ended_with(3);

    assert_eq!((fine.stdout.as_str(), fine.stderr.as_str()), ("", ""));
    assert!(
        trouble.stderr.contains("Skipped `") && trouble.stderr.contains("no such file"),
        "{}",
        trouble.stderr
    );
}

#[test]
fn a_config_file_alone_is_enough() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with(2);
    let folder = place.home().join(".config/immich-sync");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "server = {:?}\napi_key = {:?}\nlibrary = {:?}\nexiftool = {:?}\nwrite = [\"caption\"]\n",
        place.sandbox.url(),
        place.sandbox.api_key(),
        place.library(),
        crate::place::exiftool(),
    );
    std::fs::write(folder.join("config.toml"), text).unwrap();
    std::fs::set_permissions(folder.join("config.toml"), std::fs::Permissions::from_mode(0o600)).unwrap();

    let said = Said::by(&mut place.bare(&["write", "--json"])).ended_with(0);

    assert_eq!(said.last()["done"], 2);
    assert_eq!(said.stderr, "");
}

#[test]
fn the_state_is_kept_from_other_users() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with(1);

    Said::by(&mut place.write(&["--all"])).ended_with(0);

    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let states = place.home().join(".local/state/immich-sync");
    let folder = states.read_dir().unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(&folder), 0o700);
    for file in folder.read_dir().unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[test]
fn the_log_file_names_every_file() {
    let place = Place::with(3);
    let log = place.folder.path().join("log");

    Said::by(place.write(&["--caption"]).env("IMMICH_LOG_FILE", &log).env("IMMICH_LOG_FORMAT", "json"))
        .ended_with(0);

    let text = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().filter(|line| line["message"] == "written").count(), 3, "{text}");
}
