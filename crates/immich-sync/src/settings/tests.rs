use std::path::Path;
use std::time::Duration;

use clap::Parser as _;
use immich_api::{LibraryId, RateLimit};
use photo_metadata::replace::{Depth, HardLinkPolicy, ReplaceOptions};
use photo_metadata::{Allowances, Datum, Policy, TagChoices};
use sync_core::paths::PathRule;
use sync_core::writeback::{
    AfterWrite, AlbumOptions, Brake, FaceOptions, IdentityCheck, ManagedPolicy, Selection, SidecarForm,
    Target, Targets,
};

use super::selection::moment;
use super::words::{LogFormat, LogLevel, StatsFormat};
use super::*;
use crate::args::{Args, Command};
use crate::config::ConfigFile;
use crate::environment::Environment;

/// A complete set of settings, to which each test adds.
const LEAST: [&str; 3] = ["--server=http://cli", "--library=/cli", "--all"];
const KEY: (&str, &str) = ("IMMICH_API_KEY", "k");

struct Told {
    args: Vec<&'static str>,
    environment: Vec<(&'static str, &'static str)>,
    config: &'static str,
}

impl Told {
    fn with<T>(&self, resolve: impl FnOnce(&Sources<'_>) -> Result<T>) -> Result<T> {
        let words = ["immich-sync", "write"].into_iter().chain(self.args.iter().copied());
        let Ok(Args { command: Command::Write(options), .. }) = Args::try_parse_from(words) else {
            panic!("{:?} is not taken", self.args)
        };
        let environment = self.environment.iter().map(|(name, value)| ((*name).to_owned(), *value));
        resolve(&Sources {
            matches: options.matches(),
            environment: &Environment::new(environment),
            config: &ConfigFile::parse(self.config, Path::new("/etc/config.toml")).unwrap(),
        })
    }

    fn options(&self) -> WriteOptions {
        self.settings().unwrap().options
    }

    fn settings(&self) -> Result<WriteSettings> {
        self.with(WriteSettings::resolve)
    }

    fn output(&self) -> OutputSettings {
        self.with(OutputSettings::resolve).unwrap()
    }

    fn error(&self) -> String {
        match self.settings() {
            Ok(_) => panic!("resolved"),
            Err(error) => error.to_string(),
        }
    }
}

fn told(args: &[&'static str], environment: &[(&'static str, &'static str)], config: &'static str) -> Told {
    Told { args: args.to_vec(), environment: environment.to_vec(), config }
}

fn least(more: &[&'static str], environment: &[(&'static str, &'static str)], config: &'static str) -> Told {
    told(&[&LEAST, more].concat(), &[&[KEY], environment].concat(), config)
}

#[test]
fn one_rule_for_paths_in_the_environment_wins_over_the_other_in_the_config() {
    let config = "path_map = [{ server = \"/data\", local = \"/cli/x\" }]";

    let settings = least(&[], &[("IMMICH_PATH_SEGMENTS", "2")], config).settings().unwrap();

    assert_eq!(settings.options.mapping.rule, PathRule::LastSegments(2));
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_config() {
    let config = "server = \"http://file\"\nlibrary = \"/file\"\nworkers = 7";
    let environment = [KEY, ("IMMICH_INSTANCE_URL", "http://env"), ("IMMICH_PHOTO_DIR", "/env")];

    let all = told(&LEAST, &environment, config).settings().unwrap();
    let two = told(&["--all"], &environment, config).settings().unwrap();
    let one = told(&["--all"], &[KEY], config).settings().unwrap();

    assert_eq!(
        (all.server.url.as_str(), all.options.mapping.root.as_path()),
        ("http://cli", Path::new("/cli"))
    );
    assert_eq!(
        (two.server.url.as_str(), two.options.mapping.root.as_path()),
        ("http://env", Path::new("/env"))
    );
    assert_eq!(
        (one.server.url.as_str(), one.options.mapping.root.as_path()),
        ("http://file", Path::new("/file"))
    );
    assert_eq!(one.options.workers, 7);
}

#[test]
fn a_file_named_in_the_environment_comes_before_the_config_and_after_the_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    std::fs::write(&path, "http://secret-file\n").unwrap();
    let path: &'static str = Box::leak(path.to_str().unwrap().to_owned().into_boxed_str());
    let config = "server = \"http://file\"\nlibrary = \"/file\"";

    let file = told(&["--all"], &[KEY, ("IMMICH_URL_FILE", path)], config).settings().unwrap();
    let both = told(&["--all"], &[KEY, ("IMMICH_URL_FILE", path), ("IMMICH_URL", "http://env")], config);

    assert_eq!(file.server.url, "http://secret-file");
    assert_eq!(both.settings().unwrap().server.url, "http://env");
}

#[test]
fn every_alias_of_a_known_tool_is_taken() {
    for (name, value) in [("IMMICH_INSTANCE_URL", "http://a"), ("IMMICH_URL", "http://a")] {
        let settings = told(&["--all", "--library=/x"], &[KEY, (name, value)], "").settings().unwrap();
        assert_eq!(settings.server.url, "http://a", "{name}");
    }
    for name in ["IMMICH_PHOTO_DIR", "PHOTO_DIR"] {
        let settings = told(&["--all", "--server=http://a"], &[KEY, (name, "/x")], "").settings().unwrap();
        assert_eq!(settings.options.mapping.root, Path::new("/x"), "{name}");
    }
    let settings =
        least(&[], &[("CAPTION_MAX_LEN", "10"), ("IMMICH_PATH_SEGMENTS", "2")], "").settings().unwrap();
    assert_eq!(settings.options.caption_limit, 10);
    assert_eq!(settings.options.mapping.rule, PathRule::LastSegments(2));
}

#[test]
fn aliases_that_contradict_each_other_are_both_named() {
    let environment = [KEY, ("IMMICH_INSTANCE_URL", "http://a"), ("IMMICH_URL", "http://b")];

    let error = told(&["--all", "--library=/x"], &environment, "").error();

    assert!(error.contains("IMMICH_INSTANCE_URL") && error.contains("IMMICH_URL are both"), "{error}");
}

#[test]
fn what_is_missing_is_named_with_the_way_to_give_it() {
    assert!(told(&["--server=http://a", "--library=/x"], &[KEY], "").error().contains("--all"));
    assert!(told(&["--all", "--library=/x"], &[KEY], "").error().contains("--server"));
    assert!(told(&["--all", "--server=http://a"], &[KEY], "").error().contains("--library"));
    assert!(told(&LEAST, &[], "").error().contains("IMMICH_API_KEY"));
}

#[test]
fn how_deep_a_version_is_proved_and_what_is_written_in_place_can_be_said() {
    let replace = |more: &[&'static str]| least(more, &[], "").settings().unwrap().options.replace;

    assert_eq!((replace(&[]).depth, replace(&["--paranoid"]).depth), (Depth::Borders, Depth::Whole));
    assert_eq!(replace(&[]).inside_from, Some(32 << 20));
    assert_eq!(replace(&["--in-place-from=500"]).inside_from, Some(500 << 20));
    assert_eq!(replace(&["--in-place-from=never"]).inside_from, None);
    let error = least(&["--in-place-from=big"], &[], "").error();
    assert!(error.contains("a number of megabytes, or never"), "{error}");
}

#[test]
fn the_defaults_are_careful() {
    let settings = least(&[], &[], "").settings().unwrap();

    let options = settings.options;
    assert_eq!(options.mapping.rule, PathRule::Search);
    assert_eq!((options.caption_limit, options.workers), (2000, 2));
    assert_eq!(options.replace, ReplaceOptions::default());
    assert_eq!((options.replace.hard_links, options.replace.touch), (HardLinkPolicy::Refuse, false));
    assert_eq!(options.allowed, Allowances { signed: false, raw: false });
    assert_eq!((options.managed, options.recheck), (None, false));
    assert_eq!(options.selection, Selection::default());
    assert_eq!((options.rules.choices, options.targets), (TagChoices::default(), Targets::default()));
    assert_eq!((options.albums, options.faces), (AlbumOptions::default(), FaceOptions::default()));
    assert_eq!((options.brake, options.after), (Brake::default(), AfterWrite::Refresh));
    assert_eq!(options.identity, IdentityCheck::Strict);
    assert!(Datum::ALL.iter().all(|datum| options.rules.policies.of(*datum) == Policy::Overwrite));
    assert_eq!(settings.server.rate_limit, RateLimit::PerSecond(10.0));
    assert!(
        !settings.dry_run && !settings.strict && !settings.server.insecure && settings.concerns.is_empty()
    );
    assert_eq!((settings.engine.exiftool.as_path(), settings.state_dir), (Path::new("exiftool"), None));
}

#[test]
fn the_kinds_of_data_come_from_the_first_source_that_names_any() {
    let kinds = |told: Told| told.settings().unwrap().options.data.into_iter().collect::<Vec<_>>();
    let base: &[&'static str] = &["--server=http://a", "--library=/x"];
    let config = "write = [\"rating\"]";
    let environment = [KEY, ("IMMICH_SYNC_GPS", "yes"), ("IMMICH_SYNC_TIME", "true")];

    assert_eq!(kinds(told(&[base, &["--people"]].concat(), &environment, config)), [Datum::People]);
    assert_eq!(kinds(told(base, &environment, config)), [Datum::Gps, Datum::Time]);
    assert_eq!(kinds(told(base, &[KEY], config)), [Datum::Rating]);
    assert_eq!(kinds(told(&[base, &["--all"]].concat(), &[KEY], config)).len(), 5);
    assert_eq!(kinds(told(&[base, &["--everything"]].concat(), &[KEY], config)), Datum::ALL);
    let more = kinds(told(&[base, &["--all", "--albums", "--face-coordinates"]].concat(), &[KEY], ""));
    assert_eq!(more.len(), 7);
    assert_eq!(
        kinds(told(base, &[KEY, ("IMMICH_SYNC_WRITE", "tags, gps")], config)),
        [Datum::Gps, Datum::Tags]
    );
    assert!(told(base, &[KEY], "write = [\"peopel\"]").error().contains("`peopel` is no kind of data"));
}

#[test]
fn a_dry_run_can_be_asked_for_in_the_environment() {
    assert!(least(&[], &[("IMMICH_SYNC_DRY_RUN", "true")], "").settings().unwrap().dry_run);
    assert!(least(&[], &[("IMMICH_SYNC_DRYRUN", "true")], "").error().contains("IMMICH_SYNC_DRY_RUN"));
}

#[test]
fn folders_are_mapped_in_their_order_and_stay_in_the_library() {
    let maps = ["--path-map=/data/a=anna", "--path-map=/data=/cli/rest"];

    let PathRule::Prefixes(prefixes) = least(&maps, &[], "").settings().unwrap().options.mapping.rule else {
        panic!("no prefixes");
    };

    assert_eq!(prefixes[0].local, Path::new("/cli/anna"));
    assert_eq!((prefixes[1].server.as_str(), prefixes[1].local.as_path()), ("/data", Path::new("/cli/rest")));
    for outside in ["--path-map=/data=/elsewhere", "--path-map=/data=../x", "--path-map=/data=/cli/../etc"] {
        assert!(least(&[outside], &[], "").error().contains("not below the library folder"), "{outside}");
    }
    assert!(least(&["--path-map=/data"], &[], "").error().contains("SERVER=LOCAL"));
}

#[test]
fn folders_are_mapped_from_the_environment_and_the_config_too() {
    let config = "path_map = [{ server = \"/c\", local = \"c\" }]";
    let rule = |told: Told| match told.settings().unwrap().options.mapping.rule {
        PathRule::Prefixes(maps) => maps.into_iter().map(|map| map.server).collect::<Vec<_>>(),
        PathRule::LastSegments(count) => vec![count.to_string()],
        PathRule::Search => Vec::new(),
    };

    assert_eq!(rule(least(&[], &[("IMMICH_SYNC_PATH_MAP", "/a=a;/b=b")], config)), ["/a", "/b"]);
    assert_eq!(rule(least(&[], &[], config)), ["/c"]);
    assert_eq!(rule(least(&["--path-segments=4"], &[], config)), ["4"]);
}

#[test]
fn numbers_are_checked_wherever_they_come_from() {
    for (name, value) in
        [("IMMICH_PATH_SEGMENTS", "11"), ("CAPTION_MAX_LEN", "0"), ("IMMICH_SYNC_WORKERS", "x")]
    {
        let error = least(&[], &[(name, value)], "").error();
        assert!(error.contains("expected a number from 1"), "{error}");
    }
    let error = least(&[], &[], "workers = 0").error();
    assert!(
        error.contains("`workers` of `/etc/config.toml`, line 1, is") || error.contains("line 1 is `0`"),
        "{error}"
    );
    assert!(least(&["--workers=0"], &[], "").error().contains("--workers is `0`"));
}

#[test]
fn contradicting_modes_are_refused() {
    assert!(least(&["--recheck"], &[("IMMICH_SYNC_ONLY_NEW", "1")], "").error().contains("--recheck"));
}

#[test]
fn managed_files_and_hard_links_are_words() {
    let settings = least(&["--managed=skip"], &[("IMMICH_SYNC_HARD_LINKS", "BREAK")], "").settings().unwrap();

    assert_eq!(settings.options.managed, Some(ManagedPolicy::Skip));
    assert_eq!(settings.options.replace.hard_links, HardLinkPolicy::Break);
    assert!(least(&[], &[("IMMICH_SYNC_MANAGED", "maybe")], "").error().contains("original, sidecar, skip"));
}

#[test]
fn a_date_is_a_moment_or_a_day_on_the_clock_of_this_machine() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();

    assert_eq!(moment("2024-07-01", &berlin).unwrap().to_string(), "2024-06-30T22:00:00Z");
    assert_eq!(moment("2024-07-01T12:00", &berlin).unwrap().to_string(), "2024-07-01T10:00:00Z");
    assert_eq!(moment("2024-07-01T12:00:00+05:00", &berlin).unwrap().to_string(), "2024-07-01T07:00:00Z");
    assert!(moment("yesterday", &berlin).is_err());
}

#[test]
fn assets_of_the_environment_are_checked() {
    let id = "00000000-0000-4000-8000-000000000001";

    assert_eq!(
        least(&[], &[("IMMICH_SYNC_ASSET", id)], "").settings().unwrap().options.selection.assets.len(),
        1
    );
    assert!(least(&[], &[("IMMICH_SYNC_ASSET", "../x")], "").error().contains("IMMICH_SYNC_ASSET"));
}

#[test]
fn the_log_takes_the_words_of_the_known_tool() {
    let structured =
        least(&[], &[("IMMICH_LOG_FILE", "/l"), ("IMMICH_STRUCTURED_LOGS", "true")], "").output();
    let plain = least(&[], &[("IMMICH_LOG_FILE", "/l")], "").output();
    let json = least(&["--json"], &[("IMMICH_LOG_FORMAT", "JSON"), ("IMMICH_LOG_FILE", "/l")], "").output();

    let limits = unattended::log_file::Limits::USUAL;
    assert_eq!(structured.log, Some(LogFile { path: "/l".into(), format: LogFormat::Json, limits }));
    assert_eq!(plain.log, Some(LogFile { path: "/l".into(), format: LogFormat::Text, limits }));
    assert_eq!(json.log, structured.log);
    assert!(json.json && !plain.json);
    assert_eq!(least(&[], &[("IMMICH_SYNC_LOG_LEVEL", "WARNING")], "").output().level, Some(LogLevel::Warn));
    assert_eq!(least(&["-q"], &[], "log_level = \"debug\"").output().level, Some(LogLevel::Debug));
}

#[test]
fn a_key_on_the_command_line_is_a_concern() {
    let settings = least(&["--api-key=marker"], &[], "").settings().unwrap();

    assert_eq!(settings.concerns.len(), 1);
    assert!(!settings.concerns[0].contains("marker"));
}

#[test]
fn a_policy_is_for_all_kinds_or_for_one() {
    let of = |told: Told, datum| told.options().rules.policies.of(datum);
    let typed = ["--policy=people=never", "--policy=fill-missing"];
    let table = "policy = { rating = \"never\" }";

    assert_eq!(of(least(&typed, &[], ""), Datum::People), Policy::Never);
    assert_eq!(of(least(&typed, &[], ""), Datum::Gps), Policy::FillMissing);
    let variable = [("IMMICH_SYNC_POLICY", "caption=fill-missing,rating=never")];
    assert_eq!(of(least(&[], &variable, ""), Datum::Caption), Policy::FillMissing);
    assert_eq!(of(least(&[], &variable, ""), Datum::Time), Policy::Overwrite);
    assert_eq!(of(least(&[], &[], table), Datum::Rating), Policy::Never);
    assert_eq!(of(least(&[], &[], "policy = [\"fill-missing\", \"gps=never\"]"), Datum::Gps), Policy::Never);
    assert!(least(&["--policy=sometimes"], &[], "").error().contains("overwrite, fill-missing, never"));
    assert!(least(&["--policy=faces=never"], &[], "").error().contains("face-coordinates"));
}

#[test]
fn a_target_is_for_all_libraries_or_for_one() {
    let id = "00000000-0000-4000-8000-000000000001";
    let one = "--target=00000000-0000-4000-8000-000000000001=sidecar";

    let targets = least(&[one, "--target=both", "--sidecar-form=lightroom"], &[], "").options().targets;

    assert_eq!((targets.target, targets.form), (Target::Both, SidecarForm::Lightroom));
    assert_eq!(targets.by_library.get(&LibraryId::parse(id).unwrap()), Some(&Target::Sidecar));
    assert!(least(&["--target=nas=both"], &[], "").error().contains("--target"));
    assert!(least(&["--target=everywhere"], &[], "").error().contains("original, sidecar, both"));
}

#[test]
fn every_choice_of_the_layout_reaches_the_options() {
    let choices = |arguments: &[&'static str]| least(arguments, &[], "").options().rules.choices;
    let usual = TagChoices::default();

    assert_eq!(choices(&["--people-keywords"]), TagChoices { people_as_keywords: true, ..usual });
    assert_eq!(choices(&["--no-people-keywords"]), usual);
    assert_eq!(choices(&["--people-hierarchy"]), TagChoices { people_in_hierarchy: true, ..usual });
    assert_eq!(choices(&["--no-album-hierarchy"]), TagChoices { albums_in_hierarchy: false, ..usual });
    assert_eq!(choices(&["--album-comment"]), TagChoices { albums_in_comment: true, ..usual });
    assert_eq!(choices(&["--no-flat-tags"]), TagChoices { flat_tags: false, ..usual });
    assert_eq!(choices(&["--microsoft-regions"]), TagChoices { microsoft_regions: true, ..usual });
    let config = least(&["--flat-tags"], &[], "flat_tags = false\nalbum_hierarchy = false").options();
    assert_eq!(config.rules.choices, TagChoices { albums_in_hierarchy: false, ..usual });
}

#[test]
fn what_belongs_to_albums_faces_and_the_brake_reaches_the_options() {
    let arguments = [
        "--shared-albums",
        "--faces-although-imported",
        "--face-recheck=3",
        "--brake-percent=50",
        "--yes",
        "--after=scan",
        "--trust-paths",
        "--sidecar-when-refused",
        "--managed=sidecar",
    ];
    let cache = [("IMMICH_ALBUM_CACHE_TTL", "60"), ("IMMICH_ALBUM_CACHE_MAX_STALE", "2d")];

    let options = least(&arguments, &cache, "").options();

    let (fresh_for, stale_for) = (Duration::from_mins(1), Duration::from_hours(48));
    assert_eq!(options.albums, AlbumOptions { shared: true, fresh_for, stale_for });
    assert_eq!(options.faces, FaceOptions { even_if_imported: true, recheck_one_in: 3 });
    assert_eq!(options.brake, Brake { percent: 50, confirmed: true });
    assert_eq!((options.after, options.identity), (AfterWrite::Scan, IdentityCheck::TrustPaths));
    assert!(options.targets.sidecar_when_refused);
    assert_eq!(options.managed, Some(ManagedPolicy::Sidecar));
}

#[test]
fn to_forget_the_checkpoint_is_to_look_again_and_to_resume_is_what_always_happens() {
    assert!(least(&["--clear-checkpoint"], &[], "").options().recheck);
    assert!(!least(&["--resume", "--only-new"], &[], "").options().recheck);
    assert!(least(&["--clear-album-cache"], &[], "").settings().unwrap().clear_album_cache);
}

#[test]
fn the_statistics_go_where_they_are_wanted() {
    let output = least(&["--export-stats=csv"], &[("IMMICH_SYNC_STATS_DIR", "/stats")], "").output();

    assert_eq!(output.statistics, Some(StatsFile { folder: "/stats".into(), format: StatsFormat::Csv }));
    assert_eq!(least(&[], &[], "").output().statistics, None);
}

#[test]
fn a_login_needs_a_password_that_is_no_option() {
    let login = ["--login=anna@example.org"];

    assert!(least(&login, &[], "").error().contains("IMMICH_SYNC_PASSWORD"));
    assert!(least(&login, &[("IMMICH_SYNC_PASSWORD", "p")], "").settings().unwrap().login.is_some());
    assert!(least(&["--login=a", "--password-file=/p"], &[], "").settings().unwrap().login.is_some());
    assert!(Args::try_parse_from(["immich-sync", "write", "--password=p"]).is_err());
}

#[test]
fn two_ways_to_say_how_to_log_must_agree() {
    let both = least(&[], &[("IMMICH_LOG_FORMAT", "text"), ("IMMICH_STRUCTURED_LOGS", "1")], "");

    let error = both.with(OutputSettings::resolve).unwrap_err().to_string();

    assert!(error.contains("IMMICH_LOG_FORMAT and IMMICH_STRUCTURED_LOGS"), "{error}");
}

#[test]
fn a_time_without_zone_is_one_of_the_zone_that_was_given() {
    let since = |zone| least(&["--since=2024-07-01"], &[("IMMICH_SYNC_TIME_ZONE", zone)], "");

    let berlin = since("Europe/Berlin").options().selection.since;

    assert_eq!(berlin.map(|moment| moment.to_string()).as_deref(), Some("2024-06-30T22:00:00Z"));
    assert!(since("Europe/Nowhere").error().contains("Europe/Nowhere"));
}

#[test]
fn every_setting_is_listed_with_where_it_comes_from_and_no_secret_is() {
    let listed = least(&["--api-key=marker"], &[("IMMICH_SYNC_WORKERS", "3")], "\ntouch = true")
        .with(|sources| rows(sources, None));

    let rows = listed.unwrap();
    let row = |key: &str| {
        let row = rows.iter().find(|row| row.key == key).unwrap();
        let origins: Vec<String> = row.origins.iter().map(ToString::to_string).collect();
        (row.value.clone().unwrap_or_default(), origins.join(" "))
    };
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(row("write"), pair("people, gps, caption, time, rating", "--all"));
    assert_eq!(row("server"), pair("http://cli", "--server"));
    assert_eq!(row("workers"), pair("3", "IMMICH_SYNC_WORKERS"));
    assert_eq!(row("touch"), pair("true", "`touch` of `/etc/config.toml`, line 2"));
    assert_eq!(row("album_hierarchy"), pair("true", ""));
    assert_eq!(row("api_key"), pair("(set)", "--api-key"));
    assert!(rows.iter().all(|row| row.value.as_deref() != Some("marker")));
}

#[test]
fn what_is_kept_for_undo_is_a_year_and_two_gigabytes_unless_somebody_says_otherwise() {
    let kept = |args: &[&'static str], config| least(args, &[], config).settings().unwrap().retention;
    let days = |days: u64| Some(std::time::Duration::from_secs(days * 86_400));

    let usual = kept(&[], "");
    assert_eq!((usual.age, usual.bytes), (days(365), Some(2_000_000_000)));
    let said = kept(&["--undo-keep-size", "unlimited"], "undo_keep_days = 30\nundo_keep_size = \"1GB\"");
    assert_eq!((said.age, said.bytes), (days(30), None));
    let wrong = least(&["--undo-keep-size", "much"], &[], "").error();
    assert!(wrong.contains("--undo-keep-size") && wrong.contains("2GB"), "{wrong}");
}
