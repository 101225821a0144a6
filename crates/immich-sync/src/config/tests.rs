use super::*;
use crate::settings::catalogue;

fn parse(text: &str) -> Result<ConfigFile> {
    ConfigFile::parse(text, Path::new("/etc/config.toml"))
}

fn error_of(name: &str, text: &str) -> String {
    match ConfigFile::parse(text, Path::new(name)) {
        Ok(_) => panic!("read: {text}"),
        Err(error) => error.to_string(),
    }
}

fn error(text: &str) -> String {
    error_of("/etc/config.toml", text)
}

fn value(config: &ConfigFile, setting: &Setting) -> String {
    config.find(setting).map_or_else(|| "-".to_owned(), |given| given.texts().unwrap().join("|"))
}

#[test]
fn every_setting_that_a_file_may_hold_is_read_from_one() {
    // `job` is a table in a file, and an option that names one.
    for setting in catalogue::all().filter(|setting| setting.name != catalogue::JOB.name) {
        let key = setting.key();
        let text = if setting.is_yes_or_no() { format!("{key} = true") } else { format!("{key} = \"7\"") };

        let found = parse(&text).map(|config| value(&config, &setting));

        match found {
            Ok(found) if setting.in_config => assert!(found == "7" || found == "true", "{key}: {found}"),
            Ok(found) => panic!("`{key}` was read as {found}"),
            Err(error) => {
                assert!(!setting.in_config, "{error}");
                assert!(error.to_string().contains("for one run at a time"), "{error}");
            }
        }
    }
}

#[test]
fn an_unknown_key_is_named_with_file_line_and_the_nearest_one() {
    assert_eq!(
        error("server = \"x\"\nlibary = \"/photos\"\n"),
        "the config file `/etc/config.toml`, line 2: the key `libary` is not known; did you mean `library`?"
    );
}

#[test]
fn a_key_spelled_as_an_option_is_understood_as_a_mistake() {
    assert!(error("api-key-file = \"x\"").contains("did you mean `api_key_file`?"));
    assert!(error("path_map = [{ sever = \"/a\", local = \"/b\" }]").contains("did you mean `server`?"));
    assert!(error("[[account]]\napi_key_flie = \"x\"").contains("line 2: the key `account.api_key_flie`"));
}

#[test]
fn no_message_repeats_the_line_with_the_key() {
    for text in [
        "api_key = \"marker\nserver = 1",
        "api_key = marker",
        "api_key = [\"marker\", true]",
        "api_key = marker\"",
        "api_key = { marker = \"marker\" }",
        "[[account]]\napi_key = [\"marker\"]",
    ] {
        let error = error(text);

        assert!(!error.contains("marker"), "{error}");
        assert!(error.contains("line 1") || error.contains("line 2"), "{error}");
    }
    for (name, text) in [
        ("a.json", "{\"api_key\": \"marker\", }"),
        ("a.json", "{\"api_key\": {\"x\": \"marker\"}}"),
        ("a.yaml", "api_key: [marker]"),
        ("a.env", "IMMICH_API_KEY='marker"),
        ("a.ini", "marker"),
    ] {
        let error = error_of(name, text);

        assert!(!error.contains("marker"), "{error}");
    }
}

#[test]
fn the_files_of_the_known_tools_are_read_as_they_are() {
    for (name, text) in [
        (
            "immich-sync.conf",
            "[immich]\nIMMICH_INSTANCE_URL = http://nas:2283/api\nimmich_api_key = k\nIMMICH_PHOTO_DIR = /p\nIMMICH_PATH_SEGMENTS = 4\nIMMICH_ASSET_BATCH_SIZE = 25\n",
        ),
        (
            "immich-sync.conf",
            "IMMICH_INSTANCE_URL=http://nas:2283/api\nIMMICH_API_KEY=k\nPHOTO_DIR=/p\nIMMICH_PATH_SEGMENTS=4\nIMMICH_SEARCH_PAGE_SIZE=1\n",
        ),
        (
            ".env",
            "IMMICH_INSTANCE_URL=http://nas:2283/api\nIMMICH_API_KEY='k'\nIMMICH_PHOTO_DIR=\"/p\" # originals\nIMMICH_PATH_SEGMENTS=4\nFLASK_PORT=5000\n",
        ),
        (
            "sync.json",
            "{\"IMMICH_INSTANCE_URL\": \"http://nas:2283/api\", \"IMMICH_API_KEY\": \"k\", \"IMMICH_PHOTO_DIR\": \"/p\", \"IMMICH_PATH_SEGMENTS\": 4, \"IMMICH_ASSET_BATCH_SIZE\": 25}",
        ),
        (
            "organizer.yaml",
            "immich:\n  url: http://nas:2283/api\n  api_key: k\n  cache_size_mb: 5000\nlibrary: /p\npath_segments: 4\nflask_port: 1\n",
        ),
        (
            "config",
            "IMMICH_URL=\"http://nas:2283/api\"\nIMMICH_API_KEY=\"k\"\nPHOTO_DIR=/p\nIMMICH_PATH_SEGMENTS=4\nFLASK_HOST=x\n",
        ),
    ] {
        let config = ConfigFile::parse(text, Path::new(name)).unwrap();

        let found = [&catalogue::SERVER, &catalogue::API_KEY, &catalogue::LIBRARY, &catalogue::PATH_SEGMENTS]
            .map(|setting| value(&config, setting));
        assert_eq!(found, ["http://nas:2283/api", "k", "/p", "4"], "{name}: {text}");
        assert_eq!(config.without_meaning.len(), 1, "{name}: {:?}", config.without_meaning);
    }
}

#[test]
fn an_unknown_key_of_another_tool_gets_the_nearest_variable() {
    assert!(error_of(".env", "IMMICH_INSTANCE_URI=x").contains("did you mean `IMMICH_INSTANCE_URL`?"));
    assert!(error_of("x.yaml", "immich:\n  url: x\n  api_kee: k").contains("line 3: the key `api_kee`"));
}

#[test]
fn two_names_of_one_setting_in_one_file_must_agree() {
    let two = error_of(".env", "IMMICH_URL=http://a\nIMMICH_INSTANCE_URL=http://b\n");

    assert!(two.contains("`IMMICH_URL` and `IMMICH_INSTANCE_URL` say different things"), "{two}");
    assert!(ConfigFile::parse("IMMICH_URL=x\nIMMICH_INSTANCE_URL=x\n", Path::new(".env")).is_ok());
}

#[test]
fn accounts_stand_in_tables() {
    let text = "[[account]]\napi_key_file = \"anna\"\n[[account]]\napi_key_command = [\"pass\", \"ben\"]\n";
    let mut config = parse(text).unwrap();

    config.find_paths(None);

    assert_eq!(config.accounts[0].file.as_deref(), Some(Path::new("/etc/anna")));
    assert_eq!(config.accounts[1].command.as_deref(), Some(&["pass".to_owned(), "ben".to_owned()][..]));
}

#[test]
fn the_value_of_a_date_or_a_number_is_its_text() {
    let config = parse("since = 2024-07-01\nrate_limit = 2.5\nworkers = 4").unwrap();

    let found = [&catalogue::SINCE, &catalogue::RATE_LIMIT, &catalogue::WORKERS].map(|s| value(&config, s));
    assert_eq!(found, ["2024-07-01", "2.5", "4"]);
}

#[test]
fn a_missing_file_matters_only_when_it_was_asked_for() {
    let nowhere = PathBuf::from("/nowhere/config.toml");

    let none = ConfigFile::load(None, std::slice::from_ref(&nowhere), None).unwrap();
    let error = ConfigFile::load(Some(&nowhere), &[], None).err().unwrap().to_string();

    assert!(none.find(&catalogue::SERVER).is_none());
    assert!(error.contains("/nowhere/config.toml"), "{error}");
}

#[test]
fn the_first_of_the_usual_files_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, older) = (folder.path().join("config.toml"), folder.path().join("config"));
    std::fs::write(&older, "IMMICH_URL=\"http://older\"\nIMMICH_API_KEY=\"k\"\n").unwrap();
    let server = |config: ConfigFile| value(&config, &catalogue::SERVER);

    assert_eq!(server(ConfigFile::load(None, &[ours.clone(), older.clone()], None).unwrap()), "http://older");
    std::fs::write(&ours, "server = \"http://ours\"").unwrap();
    assert_eq!(server(ConfigFile::load(None, &[ours, older], None).unwrap()), "http://ours");
}

#[test]
fn paths_start_at_home_or_at_the_file() {
    let mut config = parse(
        "library = \"~/Photos\"\napi_key_file = \"key\"\nstate_dir = \"/state\"\nexiftool = \"exiftool\"",
    )
    .unwrap();
    config.find_paths(Some(Path::new("/home/anna")));

    let found = [&catalogue::LIBRARY, &catalogue::API_KEY_FILE, &catalogue::STATE_DIR, &catalogue::EXIFTOOL];
    assert_eq!(
        found.map(|setting| value(&config, setting)),
        ["/home/anna/Photos", "/etc/key", "/state", "exiftool"]
    );
}

#[test]
fn the_table_of_the_organizer_holds_its_options_and_so_does_the_top() {
    let table = parse("library = \"/p\"\n[organize]\nlibrary = [\"NAS\"]\nthreshold = 7").unwrap();
    let top = parse("organize_threshold = 7").unwrap();

    assert_eq!(value(&table, &catalogue::LIBRARY), "/p");
    assert_eq!(value(&table, &catalogue::ORGANIZE_LIBRARY), "NAS");
    assert_eq!(value(&table, &catalogue::ORGANIZE_THRESHOLD), value(&top, &catalogue::ORGANIZE_THRESHOLD));
    assert!(error("[organize]\ntreshold = 1").contains("line 2: the key `organize.treshold` is not known"));
}

#[test]
fn the_cache_of_the_organizer_is_counted_in_megabytes() {
    let text = "immich:\n  url: x\n  cache_dir: ~/c\n  cache_size_mb: 500\n";

    let mut config = ConfigFile::parse(text, Path::new("/etc/organizer.yaml")).unwrap();
    config.find_paths(Some(Path::new("/home/anna")));

    assert_eq!(value(&config, &catalogue::ORGANIZE_CACHE_SIZE), "500MB");
    assert_eq!(value(&config, &catalogue::ORGANIZE_CACHE_DIR), "/home/anna/c");
    assert!(error("cache_size_mb = 500").contains("is not known"));
}

#[test]
fn what_never_ends_is_no_config_file() {
    let error = ConfigFile::load(Some(Path::new("/dev/zero")), &[], None).err().unwrap().to_string();

    assert!(error.contains("/dev/zero") && error.contains("larger than 4 MiB"), "{error}");
}
