use std::path::Path;

use clap::Parser as _;
use sync_core::import::Kin;
use sync_core::import::sources::apple::{BurstRule, EditedRule};
use sync_core::import::sources::takeout::Partner;

use super::*;
use crate::args::{Args, Command, ImportCommand};
use crate::config::ConfigFile;
use crate::environment::Environment;

const SERVER: [(&str, &str); 2] = [("IMMICH_URL", "http://nas:2283"), ("IMMICH_API_KEY", "k")];

fn of(args: &[&str], environment: &[(&str, &str)], config: &str) -> Result<ImportSettings> {
    let words = ["immich-sync", "import"].into_iter().chain(args.iter().copied());
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), *value));
    let parsed = Args::try_parse_from(words);
    let Ok(Args { command: Command::Import(command), .. }) = parsed else { panic!("{args:?} is not taken") };
    let (matches, asked) = match &command {
        ImportCommand::Folder(args) => (args.options.matches(), Asked::Folder(&args.paths)),
        ImportCommand::GoogleTakeout(args) => (args.options.matches(), Asked::Takeout(&args.paths)),
        ImportCommand::ApplePhotos(args) => (args.options.matches(), Asked::Apple(args.library.as_deref())),
    };
    let sources = Sources {
        matches,
        environment: &Environment::new(environment),
        config: &ConfigFile::parse(config, Path::new("config.toml"))?,
    };
    ImportSettings::resolve(&sources, &Folders::default(), asked)
}

fn takeout(settings: ImportSettings) -> TakeoutOptions {
    match settings.from {
        ImportFrom::Takeout(options) => options,
        other => panic!("{other:?}"),
    }
}

fn folder(settings: ImportSettings) -> FolderOptions {
    match settings.from {
        ImportFrom::Folder(options) => options,
        other => panic!("{other:?}"),
    }
}

#[test]
fn folders_are_taken_as_they_are_unless_somebody_says() {
    let usual = folder(of(&["folder", "/a", "/b"], &SERVER, "").unwrap());
    let args =
        ["folder", "/a", "--folder-as-album", "FOLDER", "--album-path-joiner", " > ", "--folder-as-tags"];
    let more = ["--include-extensions", ".JPG,png", "--include-type", "image", "--date-range", "2023"];
    let even =
        ["--ban-file", "@eaDir/", "--exclude", "x/**", "--no-date-from-name", "--ignore-sidecar-files"];

    let told = folder(of(&[&args[..], &more, &even].concat(), &SERVER, "").unwrap());

    assert_eq!(usual, FolderOptions::new(vec!["/a".into(), "/b".into()]));
    assert_eq!((told.albums, told.joiner.as_str(), told.folder_tags), (FolderAlbums::Folder, " > ", true));
    assert_eq!(told.include_extensions, ["jpg".to_owned(), "png".to_owned()].into());
    assert_eq!(told.exclude, ["@eaDir/", "x/**"]);
    assert_eq!(told.dates, Some("2023".parse().unwrap()));
    assert!(!told.dates_in_names && !told.sidecars && told.include_kinds.len() == 1);
    let wrong = of(&["folder", "/a", "--date-range", "last year"], &SERVER, "").err().unwrap();
    assert!(wrong.to_string().contains("--date-range"), "{wrong}");
    assert!(
        of(&["folder"], &SERVER, "[import.folder]\npaths = [\"/x\"]\nfolder_as_album = \"path\"\n").is_ok()
    );
}

#[test]
fn without_an_option_all_of_an_export_is_taken_but_its_trash() {
    let settings = of(&["google-takeout", "/a.zip", "/b.tgz"], &SERVER, "").unwrap();

    assert_eq!(settings.options.uploads.get(), 4);
    assert_eq!((settings.options.delete, &settings.options.stack), (DeleteRule::Keep, &StackRule::new()));
    assert!(settings.options.tags.is_empty() && !settings.options.restore && !settings.dry_run);
    assert_eq!(settings.server.rate_limit, RateLimit::Auto);
    let expected = TakeoutOptions::new(vec!["/a.zip".into(), "/b.tgz".into()]);
    assert_eq!(takeout(settings), expected);
}

#[test]
fn each_option_says_what_it_says() {
    let args = ["google-takeout", "/t", "--no-include-archived", "--include-trashed", "--no-sync-albums"];
    let more = ["--partner-shared-album", "Hers", "--tag", "a/b", "--tag", "c, d", "--into-album", "All"];
    let even = ["--people-tag", "--prefer", "SOURCE", "--hidden", "archive", "--concurrent-tasks", "2"];
    let rest = ["--delete", "trash", "--on-edit", "keep-both", "--stack", "burst,RAW-jpeg"];
    let settings = of(&[&args[..], &more, &even, &rest].concat(), &SERVER, "").unwrap();

    let tags: Vec<&str> = settings.options.tags.iter().map(String::as_str).collect();
    assert_eq!(tags, ["a/b", "c, d"]);
    assert_eq!(settings.options.into_album.as_deref(), Some("All"));
    assert_eq!(settings.options.people_tag.as_deref(), Some("People"));
    assert_eq!((settings.options.prefer, settings.options.uploads.get()), (Preference::Source, 2));
    assert_eq!((settings.options.delete, settings.options.on_edit), (DeleteRule::Trash, EditRule::KeepBoth));
    assert_eq!(settings.options.stack, [Kin::RawJpeg, Kin::Burst].into());
    let export = takeout(settings);
    assert!(!export.archived && export.trashed && !export.albums && export.unmatched);
    assert_eq!((export.partner, export.locked), (Partner::Album("Hers".to_owned()), HiddenRule::Archive));
}

#[test]
fn a_config_file_holds_it_in_its_tables_and_the_environment_comes_first() {
    let config = "server = \"http://nas:2283\"\n[import]\ninto_album = \"Old\"\ntag = [\"x\"]\n\
                  [import.google-takeout]\npaths = [\"/takeout\"]\ninclude_trashed = true\n";
    let environment = [("IMMICH_API_KEY", "k"), ("IMMICH_SYNC_IMPORT_INTO_ALBUM", "New")];

    let settings = of(&["google-takeout"], &environment, config).unwrap();

    assert_eq!(settings.options.into_album.as_deref(), Some("New"));
    assert!(settings.options.tags.contains("x"));
    let export = takeout(settings);
    assert!(export.trashed);
    assert_eq!(export.paths, [PathBuf::from("/takeout")]);
}

#[test]
fn what_is_wrong_is_named() {
    let wrong =
        |args: &[&str], environment: &[(&str, &str)], config: &str| match of(args, environment, config) {
            Ok(_) => panic!("{args:?} is taken"),
            Err(error) => error.to_string(),
        };
    let two_keys = [SERVER[0], ("IMMICH_API_KEY", "k,l")];
    let both = ["google-takeout", "/t", "--no-include-partner", "--partner-shared-album", "Hers"];

    assert!(wrong(&["google-takeout"], &SERVER, "").contains("no place to import from"));
    assert!(wrong(&["google-takeout", "/t"], &two_keys, "").contains("one account"));
    assert!(wrong(&["google-takeout", "/t", "--tag", "a//b"], &SERVER, "").contains("a//b"));
    assert!(wrong(&["google-takeout", "/t", "--concurrent-tasks", "0"], &SERVER, "").contains("1 to 32"));
    assert!(wrong(&both, &SERVER, "").contains("keep one"));
    let unknown = wrong(&["google-takeout", "/t"], &SERVER, "[import]\ninto_albun = \"x\"\n");
    assert!(unknown.contains("did you mean `import_into_album`?"), "{unknown}");
}

fn apple(args: &[&str], config: &str) -> (AppleOptions, ImportOptions) {
    let settings = of(&[&["apple-photos"], args].concat(), &SERVER, config).unwrap();
    match settings.from {
        ImportFrom::Apple(options) => (*options, settings.options),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_library_of_apple_photos_is_taken_as_photos_shows_it_unless_somebody_says() {
    let (usual, options) = apple(&["/a.photoslibrary"], "");

    assert_eq!(usual, AppleOptions::new("/a.photoslibrary".into(), PathBuf::new(), PathBuf::new()));
    assert_eq!(options.people_tag.as_deref(), Some("People"));
    let args = ["/a", "--edited", "original", "--burst", "all", "--stack", "none", "--people", "sidecar"];
    let more = [
        "--shared-albums",
        "--no-sync-albums",
        "--type-tags",
        "--hidden",
        "archive",
        "--volume",
        "/Volumes/D=/mnt/d",
    ];
    let (told, options) = apple(&[&args[..], &more].concat(), "");
    assert_eq!(
        (told.edited, told.burst, told.people),
        (EditedRule::Original, BurstRule::All, PeopleRule::Sidecar)
    );
    assert!(told.stack.is_empty() && told.shared_albums && !told.albums && told.type_tags);
    assert_eq!((told.hidden, options.people_tag), (HiddenRule::Archive, None));
    assert_eq!(told.map.folders, [("/Volumes/D".into(), "/mnt/d".into())]);
    let (told, options) = apple(&["/a", "--people", "faces"], "");
    assert_eq!((told.people, options.people_tag), (PeopleRule::Faces, None));
    let config = "[import.apple-photos]\nlibrary = \"/x\"\nedited = \"both\"\n";
    assert_eq!((apple(&[], config).0.library, apple(&[], config).0.edited), ("/x".into(), EditedRule::Both));
    let wrong = of(&["apple-photos", "/a", "--volume", "disk"], &SERVER, "").err().unwrap();
    assert!(wrong.to_string().contains("/Volumes/Disk=/mnt/disk"), "{wrong}");
}
