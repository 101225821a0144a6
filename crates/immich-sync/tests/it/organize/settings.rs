//! Settings from files: the table of the config file, and the YAML of the organizer people come from.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::shelf::Shelf;
use crate::place::Said;

fn file(shelf: &Shelf, name: &str, text: &str) -> PathBuf {
    let path = shelf.folder.path().join(name);
    let text = text.replace("<url>", &shelf.sandbox.url()).replace("<key>", &shelf.sandbox.api_key());
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

#[test]
fn the_config_file_holds_the_organizer_as_a_job() {
    let shelf = Shelf::new();
    let text =
        "server = \"<url>\"\napi_key = \"<key>\"\n[organize]\ntag_only = true\nduplicate_tag = \"twice\"\n";
    let config = file(&shelf, "config.toml", text);

    Said::by(&mut shelf.bare(&["organize", "--config", config.to_str().unwrap()])).ended_with(0);

    assert_eq!(shelf.tags(shelf.boat[0]), ["twice/keep"]);
}

#[test]
fn the_yaml_of_the_organizer_is_enough_and_its_cache_is_used() {
    let shelf = Shelf::new();
    let text = "immich:\n  url: <url>\n  api_key: <key>\n  cache_dir: cache\n  cache_size_mb: 50\n";
    let config = file(&shelf, "organizer.yaml", text);

    let said = Said::by(&mut shelf.bare(&["organize", "--config", config.to_str().unwrap(), "--json"]))
        .ended_with(0);

    assert_eq!(said.last()["scan"]["seen"], 10);
    assert!(!said.stderr.contains("Warning"), "{}", said.stderr);
    let cache = shelf.folder.path().join("cache");
    assert!(cache.read_dir().unwrap().next().is_some());
    assert_eq!(cache.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn stream_mode_keeps_no_thumbnail() {
    let shelf = Shelf::new();
    let cache = shelf.folder.path().join("cache");

    Said::by(&mut shelf.organize(&["--stream-mode", "--cache-dir", cache.to_str().unwrap()])).ended_with(0);

    assert!(!cache.exists());
    assert!(!shelf.folder.path().join("home/.cache").exists());
}
