//! The log file and the file of numbers.

use serde_json::Value;

use crate::place::{Place, Said};

#[test]
fn the_numbers_of_a_run_are_in_a_file_under_the_names_of_the_older_tool() {
    let place = Place::with(3);
    let stats = place.folder.path().join("stats");
    let dir = stats.to_str().unwrap();

    Said::by(&mut place.write(&["--caption", "--export-stats", "json", "--stats-dir", dir])).ended_with(0);
    Said::by(&mut place.write(&["--caption", "--export-stats", "csv", "--stats-dir", dir])).ended_with(0);

    let mut names: Vec<String> =
        stats.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_by_key(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "csv"));
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names.iter().all(|name| name.starts_with("immich_sync_stats_20") && name.len() > 30),
        "{names:?}"
    );
    let first: Value = serde_json::from_slice(&std::fs::read(stats.join(&names[0])).unwrap()).unwrap();
    assert_eq!((&first["statistics"]["updated"], &first["statistics"]["total"]), (&3.into(), &3.into()));
    let second = std::fs::read_to_string(stats.join(&names[1])).unwrap();
    assert!(second.contains(",updated,0\n") && second.contains(",skipped,3\n"), "{second}");
}

#[test]
fn a_folder_for_statistics_that_cannot_be_made_is_said_before_anything_is_written() {
    let place = Place::with(1);
    let (before, dir) = (place.contents(), place.files[0].join("stats"));

    let mut command = place.write(&["--caption", "--export-stats", "json", "--stats-dir"]);
    let said = Said::by(command.arg(&dir)).ended_with(2);

    assert!(said.stderr.contains(dir.to_str().unwrap()), "{}", said.stderr);
    assert_eq!(place.contents(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn statistics_that_cannot_be_written_are_said_and_make_it_one() {
    let place = Place::with(1);

    let said = Said::by(&mut place.write(&["--caption", "--export-stats", "json", "--stats-dir", "/proc"]));

    let said = said.ended_with(1);
    assert!(said.stderr.contains("/proc/immich_sync_stats"), "{}", said.stderr);
}

#[test]
fn a_log_file_that_cannot_be_written_is_said_before_anything_is_asked() {
    let place = Place::with(1);

    let said = Said::by(&mut place.write(&["--all", "--log-file", "/nowhere/log"])).ended_with(2);

    assert!(said.stderr.contains("`/nowhere/log` cannot be written"), "{}", said.stderr);
    assert_eq!(place.sandbox.requests(), []);
}

#[test]
fn a_log_that_fills_its_disk_is_said_once_and_the_run_goes_on() {
    let place = Place::with(5);

    let said = Said::by(&mut place.write(&["--caption", "--json", "--log-file", "/dev/full"])).ended_with(1);

    let summary = said.objects().into_iter().find(|object| object["type"] == "summary").unwrap();
    assert_eq!(summary["done"], 5);
    assert_eq!(said.stderr.matches("Warning:").count(), 1, "{}", said.stderr);
    assert!(said.stderr.contains("make room for the log"), "{}", said.stderr);
}

#[test]
fn text_of_users_stays_in_the_fields_of_the_log() {
    let place = Place::with(2);
    let name = "2024 \u{1b}[2J\nERROR forged";
    let folder = place.files[0].parent().unwrap().join(name);
    std::fs::create_dir(&folder).unwrap();
    let log = place.folder.path().join("log");
    for format in ["text", "json"] {
        let path = folder.to_str().unwrap();
        let arguments = ["--caption", "--log-format", format, "--path", path, "--log-level", "debug"];
        Said::by(place.write(&arguments).arg("--log-file").arg(&log));
    }
    std::fs::remove_file(&place.files[0]).unwrap();

    Said::by(place.write(&["--caption", "--log-format", "json", "--log-file"]).arg(&log)).ended_with(3);

    let text = std::fs::read_to_string(&log).unwrap();
    assert!(!text.contains('\u{1b}') && !text.lines().any(|line| line.starts_with("ERROR forged")), "{text}");
    let skipped = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let skipped: Vec<Value> = skipped.filter(|line| line["message"] == "skipped").collect();
    assert!(skipped.iter().any(|line| line["path"] == place.files[0].to_str().unwrap()), "{text}");
}
