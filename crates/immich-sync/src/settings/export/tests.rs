use clap::Parser as _;

use super::*;
use crate::args::{Args, Command, ExportCommand};
use crate::config::ConfigFile;
use crate::environment::Environment;

const LIBRARY: &str = "/photos/My.photoslibrary";

fn of(args: &[&str], environment: &[(&str, &str)]) -> Result<ExportSettings> {
    let words = ["immich-sync", "export", "apple-photos", LIBRARY].into_iter().chain(args.iter().copied());
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), *value));
    let parsed = Args::try_parse_from(words);
    let Ok(Args { command: Command::Export(ExportCommand::ApplePhotos(args)), .. }) = parsed else {
        panic!("{args:?} is not taken")
    };
    let sources = Sources {
        matches: args.options.matches(),
        environment: &Environment::new(environment),
        config: &ConfigFile::default(),
    };
    ExportSettings::resolve(&sources, args.library.as_deref())
}

fn told(args: &[&str]) -> Result<ExportSettings> {
    of(args, &[])
}

#[test]
fn an_export_goes_into_folders_of_years_and_months() {
    let settings = told(&["--to", "/out"]).unwrap();

    assert_eq!(settings.options.folder.text(), DIRECTORY);
    assert_eq!(settings.options.name, None);
    assert_eq!(settings.options.files, Files::default());
    assert!(settings.options.selection.unpicked && !settings.options.selection.hidden);
    assert_eq!((settings.options.cleanup, settings.report), (None, None));
}

#[test]
fn what_is_wrong_is_said_before_anything_is_written() {
    for (arguments, part) in [
        (&["--to", "/out", "--directory", "{nonsense}"][..], "{nonsense}"),
        (&["--to", "/out", "--filename", "{counter}"], "{counter}"),
        (&["--to", "/photos/My.photoslibrary/x"], "inside of the library"),
        (&["--to", "/out", "--cleanup-to", "/trash"], "--cleanup"),
        (&["--to", "/out", "--report", "/r.txt"], ".csv"),
        (&["--to", "/out", "--volume", "disk"], "MAC=HERE"),
        (&[], "--to"),
    ] {
        let error = told(arguments).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(part), "{arguments:?}: {error}");
    }
}

#[test]
fn a_variable_carries_the_name_of_the_command() {
    let variables = [("IMMICH_SYNC_EXPORT_APPLE_PHOTOS_SKIP_LIVE", "yes")];

    let options = of(&["--to", "/out", "--cleanup"], &variables).unwrap().options;

    assert!(!options.files.live);
    assert_eq!(options.cleanup.unwrap().trash, Path::new("/out/.immich-sync-trash"));
}
