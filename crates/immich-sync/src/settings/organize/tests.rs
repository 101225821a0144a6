use std::path::Path;

use clap::Parser as _;
use immich_api::RateLimit;
use photo_similarity::{Bursts, Class, HashKind};

use super::*;
use crate::args::{Args, Command};
use crate::config::ConfigFile;
use crate::environment::Environment;

const SERVER: [(&str, &str); 2] = [("IMMICH_URL", "http://nas:2283"), ("IMMICH_API_KEY", "k")];

/// What the command line, the environment and a config file of this name make of it.
fn of(args: &[&str], environment: &[(&str, &str)], config: (&str, &str)) -> Result<OrganizeSettings> {
    let words = ["immich-sync", "organize"].into_iter().chain(args.iter().copied());
    let Ok(Args { command: Command::Organize(organize), .. }) = Args::try_parse_from(words) else {
        panic!("{args:?} is not taken")
    };
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), *value));
    let folders = Folders { cache: Some("/home/anna/.cache/immich-sync".into()), ..Folders::default() };
    let sources = Sources {
        matches: organize.options.matches(),
        environment: &Environment::new(environment),
        config: &ConfigFile::parse(config.1, Path::new(config.0))?,
    };
    OrganizeSettings::resolve(&sources, &folders)
}

fn typed(args: &[&str]) -> Result<OrganizeSettings> {
    of(args, &SERVER, ("config.toml", ""))
}

fn error(args: &[&str]) -> String {
    match typed(args) {
        Ok(_) => panic!("{args:?} is taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn without_a_word_the_server_is_looked_at_for_duplicates_and_nothing_is_done() {
    let settings = typed(&[]).unwrap();

    assert_eq!(settings.source, SourceChoice::Immich);
    assert_eq!(settings.rules, Rules { duplicate: 40, similar: 40, bursts: None });
    assert_eq!(settings.look.kind, HashKind::P256);
    assert!(settings.wishes.actions.is_empty() && settings.wishes.remove_tag.is_none());
    assert_eq!(settings.wishes.tag, "review-duplicate");
    let cache = Some("/home/anna/.cache/immich-sync/thumbnails".into());
    assert_eq!(settings.thumbnails, Thumbnails { folder: cache, bytes: 5_000_000_000 });
    assert_eq!(settings.server.unwrap().0.rate_limit, RateLimit::Auto);
    assert!(settings.archived && settings.report.is_none());
}

#[test]
fn folders_alone_ask_no_server_and_need_no_key() {
    let local = of(&["-s", "/a", "/b"], &[], ("config.toml", "")).unwrap();
    let both = typed(&["--source", "immich,local", "-s", "/a"]).unwrap();

    assert_eq!(local.source, SourceChoice::Local(vec!["/a".into(), "/b".into()]));
    assert!(local.server.is_none());
    assert_eq!(both.source, SourceChoice::Both(vec!["/a".into()]));
    assert!(both.server.is_some());
}

#[test]
fn a_source_that_leaves_something_out_is_a_mistake() {
    assert!(error(&["--source", "immich", "-s", "/a"]).contains("immich,local"));
    assert!(error(&["--source", "local"]).contains("-s"));
    assert!(error(&["--source", "nas"]).contains("immich, local"));
    let config = ("config.toml", "[organize]\nsource_dir = [\"/a\"]");
    assert_eq!(of(&["--source", "immich"], &SERVER, config).unwrap().source, SourceChoice::Immich);
}

#[test]
fn a_threshold_is_eight_bits_a_step_and_duplicates_end_at_five() {
    let limits = |args: &[&str]| {
        let rules = typed(args).unwrap().rules;
        (rules.duplicate, rules.similar)
    };

    assert_eq!(limits(&["--threshold", "0"]), (0, 0));
    assert_eq!(limits(&["--threshold", "3"]), (24, 24));
    assert_eq!(limits(&["--threshold", "7"]), (40, 56));
    assert_eq!(limits(&["--similar"]), (40, 56));
    assert_eq!(limits(&["--max-distance", "44"]), (40, 44));
    assert_eq!(limits(&["--hash", "dhash"]), (5, 5));
    assert_eq!(limits(&["--hash", "DHASH", "--threshold", "8"]), (5, 8));
    for (args, words) in [
        (&["--threshold", "11"][..], "0 to 10"),
        (&["--max-distance", "100"], "0 to 80"),
        (&["--hash", "dhash", "--max-distance", "21"], "0 to 20"),
    ] {
        assert!(error(args).contains(words), "{args:?}");
    }
}

#[test]
fn what_is_typed_comes_before_what_the_config_file_says_in_another_way() {
    let config = ("config.toml", "[organize]\nmax_distance = 20\nsimilar = true\ntag_only = true");
    let limit = |args: &[&str]| of(args, &SERVER, config).unwrap().rules.similar;

    assert_eq!(limit(&[]), 20);
    assert_eq!(limit(&["--threshold", "6"]), 48);
    assert_eq!(limit(&["--max-distance", "8"]), 8);
    let actions = |args: &[&str]| of(args, &SERVER, config).unwrap().wishes.actions;
    assert_eq!(actions(&[]), [Wish::Tag]);
    assert_eq!(actions(&["--stack"]), [Wish::Stack], "the command line alone chooses");
}

#[test]
fn bursts_are_found_when_somebody_says_how_long_they_last() {
    assert_eq!(typed(&["--burst-seconds", "10"]).unwrap().rules.bursts.map(|b| b.within), Some(10_000));
    assert_eq!(typed(&["--burst-seconds", "0"]).unwrap().rules.bursts, None::<Bursts>);
}

#[test]
fn every_spelling_that_people_know_is_taken() {
    let settings = of(
        &[
            "--source",
            "immich",
            "--immich-url",
            "http://a",
            "--immich-api-key",
            "k",
            "--threshold",
            "5",
            "--tag-only",
            "--duplicate-tag",
            "review",
            "--create-albums",
            "--album-prefix",
            "Same-",
            "--mark-best-favorite",
            "--stream-mode",
            "--immich-album",
            "Trip, 2024",
            "--load-hashes",
            "/h",
            "--tag-duplicates-of-local",
        ],
        &[],
        ("config.toml", ""),
    )
    .unwrap();

    let wishes = settings.wishes;
    assert_eq!(wishes.actions, [Wish::Tag, Wish::TagLocal, Wish::Albums, Wish::Favourite]);
    assert_eq!((wishes.tag.as_str(), wishes.album_prefix.as_str()), ("review", "Same-"));
    assert_eq!(settings.names.albums, ["Trip, 2024"]);
    assert_eq!(settings.thumbnails.folder, None);
    assert_eq!(settings.exchange.load, [std::path::PathBuf::from("/h")]);
    assert_eq!(typed(&["--mark-best-favourite"]).unwrap().wishes.actions, [Wish::Favourite]);
}

#[test]
fn the_yaml_of_the_organizer_is_understood() {
    let yaml = "immich:\n  url: http://nas:2283\n  api_key: k\n  cache_dir: /c\n  cache_size_mb: 500\n\
                threshold: 7\nsource: immich\nduplicate_tag: review\ntag_only: true\nimmich_album:\n- One\n- Two\n";

    let settings = of(&[], &[], ("organizer.yaml", yaml)).unwrap();

    assert_eq!(settings.thumbnails, Thumbnails { folder: Some("/c".into()), bytes: 500_000_000 });
    assert_eq!(settings.rules.similar, 56);
    assert_eq!((settings.wishes.actions, settings.wishes.tag.as_str()), (vec![Wish::Tag], "review"));
    assert_eq!(settings.names.albums, ["One", "Two"]);
}

#[test]
fn options_that_write_has_too_are_settings_of_their_own() {
    let config =
        ("config.toml", "library = \"/photos\"\nworkers = 1\n[organize]\nlibrary = [\"NAS\"]\nworkers = 3");
    let variable = [SERVER[0], SERVER[1], ("IMMICH_SYNC_ORGANIZE_SINCE", "2024-07-01T00:00:00Z")];

    let settings = of(&[], &variable, config).unwrap();

    assert_eq!((settings.names.libraries, settings.workers), (vec!["NAS".to_owned()], 3));
    assert!(settings.since.is_some());
}

#[test]
fn what_cannot_be_meant_is_said() {
    assert!(error(&["--duplicate-tag", "x"]).contains("--tag-only"));
    assert!(error(&["--remove-tag", "x", "--stack"]).contains("nothing else"));
    assert!(error(&["--trash", "--class", "exact,similar"]).contains("no copies"));
    assert!(error(&["--trash", "--hash", "dhash"]).contains("p256 only"));
    assert!(error(&["--all-tagged"]).contains("--remove-tag"));
    assert!(error(&["--tag-only", "--duplicate-tag", "a//b"]).contains("no name of a tag"));
    assert!(error(&["--class", "exact,same"]).contains("exact, duplicate, burst, similar"));
    assert!(error(&["--source", "local", "-s", "/a", "--stack"]).contains("--stack"));
    assert!(error(&["--source", "local", "-s", "/a", "--person", "Anna"]).contains("--person"));
    let unknown = of(&[], &SERVER, ("config.toml", "[organize]\nthresold = 5")).err().unwrap().to_string();
    assert!(unknown.contains("line 2: the key `organize.thresold` is not known"), "{unknown}");
}

#[test]
fn a_tag_is_removed_alone_and_classes_and_groups_are_lists() {
    let remove = typed(&["--remove-tag", "review", "--all-tagged"]).unwrap().wishes;
    let wishes = typed(&["--archive", "--class", "similar,exact", "--class", "exact", "--group", "3,4f2a"])
        .unwrap()
        .wishes;

    assert_eq!(remove.remove_tag, Some(wishes::RemoveTag { name: "review".to_owned(), everywhere: true }));
    assert_eq!(wishes.classes, [Class::Exact, Class::Similar]);
    assert_eq!(wishes.groups, ["3", "4f2a"]);
}

#[test]
fn folders_of_groups_do_not_lie_among_the_photos_that_are_compared() {
    let here = tempfile::tempdir().unwrap();
    let photos = here.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    std::os::unix::fs::symlink(&photos, here.path().join("link")).unwrap();
    let output = |name: &str| here.path().join(name).to_str().unwrap().to_owned();
    let photos = photos.to_str().unwrap();

    for inside in
        [output("photos"), output("photos/groups/new"), output("link/groups"), output("photos/../link")]
    {
        let message = error(&["-s", photos, "-o", &inside]);
        assert!(message.contains("choose a folder outside"), "{inside}: {message}");
    }
    for outside in [output("groups"), output("photos-groups")] {
        assert!(of(&["-s", photos, "-o", &outside], &[], ("config.toml", "")).is_ok(), "{outside}");
    }
    assert!(typed(&["-o", photos]).is_ok(), "the server alone is compared");
}
