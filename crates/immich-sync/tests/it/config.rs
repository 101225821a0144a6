//! Settings from everywhere: files of other tools, variables, and the way to see which one counts.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::place::{Place, Said, exiftool};

/// A config file of this name for this server and library, in a folder of its own.
fn file(place: &Place, name: &str, text: &str) -> PathBuf {
    let path = place.folder.path().join(name);
    let text = text
        .replace("<url>", &place.sandbox.url())
        .replace("<key>", &place.sandbox.api_key())
        .replace("<dir>", place.library().to_str().unwrap());
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

#[test]
fn the_config_files_of_the_older_tools_are_enough() {
    let place = Place::with(2);
    for (name, text) in [
        (
            "immich-sync.conf",
            "[immich]\nimmich_instance_url = <url>/api/\nimmich_api_key = <key>\nimmich_photo_dir = <dir>\n",
        ),
        (
            ".env",
            "IMMICH_INSTANCE_URL=\"<url>\"\nIMMICH_API_KEY='<key>'\nPHOTO_DIR=<dir> # here\nTZ=Europe/Berlin\n",
        ),
        (
            "x.json",
            "{\"IMMICH_INSTANCE_URL\": \"<url>\", \"IMMICH_API_KEY\": \"<key>\", \"IMMICH_PHOTO_DIR\": \"<dir>\"}",
        ),
        ("x.yaml", "immich:\n  url: <url>\n  api_key: <key>\n  cache_size_mb: 5000\nlibrary: <dir>\n"),
    ] {
        let config = file(&place, name, text);
        let mut command = place.bare(&["write", "--caption", "--dry-run", "--json", "--config"]);

        let said = Said::by(command.arg(config).arg("--exiftool").arg(exiftool())).ended_with(0);

        assert_eq!(said.last()["done"], 2, "{name}: {}", said.stdout);
        assert!(!said.stderr.contains("Warning"), "{name}: {}", said.stderr);
    }
}

#[test]
fn the_config_file_of_the_daily_script_is_found_where_it_is() {
    let place = Place::with(1);
    let config = file(&place, "old", "IMMICH_URL=\"<url>\"\nIMMICH_API_KEY=\"<key>\"\n");
    let folder = place.home().join(".config/immich-sync");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(config, folder.join("config")).unwrap();
    let mut command = place.bare(&["write", "--caption", "--json", "--library"]);

    let said = Said::by(command.arg(place.library()).arg("--exiftool").arg(exiftool())).ended_with(0);

    assert_eq!(said.last()["done"], 1);
}

#[test]
fn show_tells_where_each_value_comes_from() {
    let place = Place::with(1);
    let config = file(&place, "config.toml", "library = \"<dir>\"\nworkers = 3\napi_key = \"<key>\"\n");
    let config = config.to_str().unwrap();
    let show = |more: &[&str]| {
        let mut command = place.bare(&[&["config", "show", "--config", config, "--gps"], more].concat());
        Said::by(command.env("IMMICH_URL", "http://nas").env("IMMICH_SYNC_TOUCH", "yes")).ended_with(0).stdout
    };

    let (plain, origins, json) = (show(&[]), show(&["--origin"]), show(&["--json"]));

    for (start, end) in [
        ("server = http://nas ", "(IMMICH_URL)".to_owned()),
        ("touch = true ", "(IMMICH_SYNC_TOUCH)".to_owned()),
        ("workers = 3 ", format!("(`workers` of `{config}`, line 2)")),
        ("write = gps ", "(--gps)".to_owned()),
        ("caption_max_len = 2000 ", "(default)".to_owned()),
        ("api_key = (set) ", format!("(`api_key` of `{config}`, line 3)")),
    ] {
        let found = origins.lines().find(|line| line.starts_with(start));
        assert!(found.is_some_and(|line| line.ends_with(&end)), "{start} {end}\n{origins}");
        assert!(plain.lines().any(|line| format!("{line} ").starts_with(start)), "{plain}");
    }
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    let workers = rows.iter().find(|row| row["key"] == "workers").unwrap();
    assert_eq!((&workers["value"], &workers["origins"][0]["line"]), (&"3".into(), &2.into()));
    for text in [plain, origins, json] {
        assert!(!text.contains(&place.sandbox.api_key()), "{text}");
    }
    assert_eq!(place.sandbox.requests(), []);
}

#[test]
fn variables_that_contradict_each_other_are_both_named() {
    let place = Place::with(1);

    let said = Said::by(
        place
            .bare(&["write", "--all"])
            .env("IMMICH_API_KEY", "k")
            .env("IMMICH_PHOTO_DIR", place.library())
            .env("PHOTO_DIR", "/elsewhere")
            .env("IMMICH_URL", place.sandbox.url()),
    )
    .ended_with(2);

    assert!(said.stderr.contains("IMMICH_PHOTO_DIR and PHOTO_DIR are both set"), "{}", said.stderr);
    assert_eq!(place.sandbox.requests(), []);
}

#[test]
fn what_has_no_effect_here_is_said_in_the_log_and_nowhere_else() {
    let place = Place::with(1);
    let log = place.folder.path().join("log");
    let mut command = place.write(&["--caption", "--log-level", "debug", "--log-file"]);

    let said = Said::by(command.arg(&log).env("IMMICH_ASSET_BATCH_SIZE", "25")).ended_with(0);

    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains("IMMICH_ASSET_BATCH_SIZE"), "{text}");
    assert!(!said.stdout.contains("IMMICH_ASSET_BATCH_SIZE"));
}

#[test]
fn two_keys_of_one_account_are_a_mistake() {
    let place = Place::with(1);
    let second = place.sandbox.add_api_key(place.sandbox.admin(), &["all"]);
    let both = format!("{},{second}", place.sandbox.api_key());

    let said = Said::by(place.write(&["--all"]).env("IMMICH_API_KEY", &both)).ended_with(2);

    assert!(said.stderr.contains("two of the API keys belong to the same account"), "{}", said.stderr);
    assert!(!said.stderr.contains(&second), "{}", said.stderr);
}
