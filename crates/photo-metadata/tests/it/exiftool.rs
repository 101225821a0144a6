//! The pool against both real ExifTool versions, and against programs that only pretend to be one.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use photo_metadata::MetadataError;
use photo_metadata::exiftool::{Arguments, ExifToolPool, PoolOptions};

use crate::places;

const CAPTION: &str = "XMP-dc:Description";
const KEYWORD: &str = "XMP-dc:Subject";

/// Values that were options, commands or other values to some client of ExifTool before.
fn hostile_values(canary: &Path) -> Vec<String> {
    let canary = canary.display();
    let mut values: Vec<String> = [
        "plain",
        "two\nlines",
        "carriage\rreturn",
        "both\r\nof them\n\n",
        "\n-all=\nother.jpg",
        "\n-overwrite_original\n-o\nmoved.jpg",
        "#[CSTR]literal\\n",
        "# not a comment",
        " leading and trailing ",
        "\ttab\t",
        "\u{a0}no-break\u{a0}",
        "cost $5 @home ${status} \\$ \\\\ \\n \" '",
        "a & b &amp; &#65; &lt; &unknown;",
        "<=/etc/hostname",
        "=^+-",
        "-execute7",
        "{ready1}",
        "%d%f%e",
        "Zoë, 東京, 👩\u{200d}👩\u{200d}👧, e\u{301}",
        "]]></rdf:li></x:xmpmeta>",
        "a, b; c | d / e",
        "|id>x",
        ";",
        "0",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push(format!("x\n-if\nsystem(\"touch {canary}\")"));
    values.push(format!("x\n-XMP:Title<${{make;`touch {canary}`}}"));
    values.push(format!("${{make;`touch {canary}`}}"));
    values.push(format!("$(touch {canary}) `touch {canary}` | touch {canary} |"));
    values
}

fn write(pool: &ExifToolPool, source: &Path, target: &Path, caption: &str) {
    let mut arguments = Arguments::new();
    arguments.set(CAPTION, caption).add(KEYWORD, caption).write_to(source, target).expect("a usable path");
    let output = pool.run(&arguments, None).expect("an answer");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "1 image files created", "{}: {}", source.display(), output.stderr);
    assert_eq!(output.status, Some(0));
}

fn read(pool: &ExifToolPool, file: &Path) -> serde_json::Value {
    let mut arguments = Arguments::new();
    for option in ["-json", "-struct", "-XMP-dc:Description", "-XMP-dc:Subject"] {
        arguments.option(option);
    }
    arguments.path(file).expect("a usable path");
    let output = pool.run(&arguments, None).expect("an answer");
    let mut files: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(files.len(), 1);
    files.remove(0)
}

/// A JSON number is a text that looks like one, and a list here has one entry.
fn text(value: &serde_json::Value) -> String {
    let value = value.get(0).unwrap_or(value);
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn hostile_values_are_stored_literally_and_run_nothing() {
    for pool in places::all_exiftools() {
        let folder = tempfile::tempdir().expect("a folder");
        let canary = folder.path().join("canary");
        let (source, other) = (folder.path().join("source.jpg"), folder.path().join("other.jpg"));
        fs::write(&source, places::tiny_jpeg()).expect("a sample");
        fs::write(&other, places::tiny_jpeg()).expect("a sample");
        let values = hostile_values(&canary);

        for (number, value) in values.iter().enumerate() {
            let target = folder.path().join(format!("{number}.jpg"));
            write(&pool, &source, &target, value);

            let stored = read(&pool, &target);
            assert_eq!(text(&stored["Description"]), *value, "{}", pool.version());
            assert_eq!(text(&stored["Subject"]), *value, "{}", pool.version());
        }

        assert!(!canary.exists(), "{}: a value ran a command", pool.version());
        assert_eq!(fs::read(&source).expect("the source"), places::tiny_jpeg());
        assert_eq!(fs::read(&other).expect("the other"), places::tiny_jpeg());
        let files = fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(files, values.len() + 2, "{}: a file too many or too few", pool.version());
    }
}

#[test]
fn random_text_comes_back_as_it_was() {
    let pool = places::start(&places::exiftool());
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source.jpg");
    fs::write(&source, places::tiny_jpeg()).expect("a sample");
    let mut random = fastrand::Rng::with_seed(3);
    let alphabet: Vec<char> =
        "ab \n\r\t&;#$@\\\"'<>=-+^%{}[]()|`~!?*é東👩\u{a0}\u{2028}\u{85}".chars().collect();

    for number in 0..300 {
        let length = random.usize(1..30);
        let value: String = (0..length).map(|_| alphabet[random.usize(..alphabet.len())]).collect();
        let target = folder.path().join(format!("{number}.jpg"));
        write(&pool, &source, &target, &value);
        let stored = read(&pool, &target);
        assert_eq!(text(&stored["Description"]), value);
        assert_eq!(text(&stored["Subject"]), value);
    }
}

#[test]
fn strange_names_are_the_files_they_name() {
    let names: [&[u8]; 16] = [
        b"plain.jpg",
        b" leading.jpg",
        b"trailing .jpg",
        b"-all=.jpg",
        b"#[CSTR]x.jpg",
        b"@args.jpg",
        b"cost $5 @home.jpg",
        b"quote\" and \\n.jpg",
        b"100%d %f %e.jpg",
        b"line\nbreak \\ \"q\".jpg",
        b"return\r.jpg",
        b"pipe.jpg |",
        b"ends with return.jpg\r",
        b"latin-\xe9\xff.jpg",
        b"*?.jpg",
        "東京 👩 e\u{301}.jpg".as_bytes(),
    ];
    for pool in places::all_exiftools() {
        let folder = tempfile::tempdir().expect("a folder");
        for (number, name) in names.iter().enumerate() {
            let shown = String::from_utf8_lossy(name);
            let source = folder.path().join(OsStr::from_bytes(name));
            fs::write(&source, places::tiny_jpeg()).expect("a sample");
            // An extension that ExifTool does not know must not become one that it knows.
            let extension = if name.ends_with(b".jpg") { "jpg" } else { "dat" };
            let target = folder.path().join(format!("new{number}.{extension}"));
            write(&pool, &source, &target, &shown);
            assert_eq!(text(&read(&pool, &target)["Description"]), shown, "{}", pool.version());
            fs::copy(&target, &source).expect("room for a copy");
            fs::remove_file(&target).expect("our own file");
            assert_eq!(text(&read(&pool, &source)["Description"]), shown, "{}", pool.version());
        }
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), names.len());
    }
}

#[test]
fn strange_folders_are_the_folders_they_name() {
    for pool in places::all_exiftools() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["50%done %f", "line\nbreak \"x\" \\", "cost $5 @home", "100%\nof\rit", " x "] {
            let below = folder.path().join(name);
            fs::create_dir(&below).expect("a folder");
            let (source, target) = (below.join("source.jpg"), below.join("new.jpg"));
            fs::write(&source, places::tiny_jpeg()).expect("a sample");
            write(&pool, &source, &target, name);
            assert_eq!(text(&read(&pool, &target)["Description"]), name, "{}", pool.version());
        }
    }
}

#[test]
fn names_that_cannot_be_given_literally_are_refused() {
    let mut arguments = Arguments::new();
    for path in ["relative.jpg", "/a\nb$c.jpg", "/a@b\r.jpg"] {
        let refused = arguments.path(Path::new(path)).err();
        assert!(matches!(refused, Some(MetadataError::UnsupportedName { .. })), "{path:?}: {refused:?}");
    }
    for (source, target) in
        [("/a/b.jpg", "/50%d/new.jpg"), ("/50%d/b.jpg", "/50%d/%e.jpg"), ("/50%d\n/b.jpg", "/50%d\n/new.jpg")]
    {
        let refused = arguments.write_to(Path::new(source), Path::new(target)).err();
        assert!(matches!(refused, Some(MetadataError::UnsupportedName { .. })), "{target}: {refused:?}");
    }
    assert_eq!(arguments.lines(), b"", "what is refused leaves nothing behind");
}

#[test]
fn ten_thousand_warnings_hold_nothing_up() {
    for pool in places::all_exiftools() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut arguments = Arguments::new();
        arguments.option("-json");
        for number in 0..10_000 {
            arguments.path(&folder.path().join(format!("{number}.jpg"))).expect("a plain path");
        }
        let output = pool.run(&arguments, None).expect("an answer");
        assert_eq!(output.stderr.lines().filter(|line| line.contains("not found")).count(), 10_000);
        assert_eq!(output.status, Some(1));

        // And one warning a command, more of them than a pipe holds.
        let mut arguments = Arguments::new();
        arguments.option("-json").path(&folder.path().join("x".repeat(200))).expect("a plain path");
        for _ in 0..1_000 {
            let output = pool.run(&arguments, None).expect("an answer");
            assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        }
    }
}

#[test]
fn a_config_file_of_the_user_is_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let canary = folder.path().join("canary");
    let config = format!("open(F, '>', '{}'); close F; 1;\n", canary.display());
    fs::write(folder.path().join(".ExifTool_config"), config).expect("a config file");
    let real = places::exiftool();
    let script = format!("HOME='{}' exec '{}' \"$@\"\n", folder.path().display(), real.display());
    let wrapper = program(folder.path(), "wrapper", &script);

    places::start(&wrapper);
    assert!(!canary.exists(), "the pool ran the config file");

    std::process::Command::new(&wrapper).arg("-ver").output().expect("an answer");
    assert!(canary.exists(), "the trap works when it is sprung");
}

#[test]
fn several_threads_share_the_pool() {
    let pool = places::start(&places::exiftool());
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source.jpg");
    fs::write(&source, places::tiny_jpeg()).expect("a sample");

    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (pool, source, folder) = (&pool, &source, folder.path());
            scope.spawn(move || {
                for number in 0..15 {
                    let caption = format!("thread {thread} number {number}");
                    let target = folder.join(format!("{thread}-{number}.jpg"));
                    write(pool, source, &target, &caption);
                    assert_eq!(text(&read(pool, &target)["Description"]), caption);
                }
            });
        }
    });
}

/// Makes a script executable. A copy is written first: a script that is open for writing cannot be started.
fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}")).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("an executable script");
    path
}

/// A program that answers like ExifTool, with the last argument before the end, and misbehaves when told to.
///
/// `die` ends it, `die-once` ends it the first time, `hang` makes it and a child of it hang, `flood` prints
/// without end. Each start adds its number to the file `starts`.
fn fake(folder: &Path, version: &str) -> PathBuf {
    let script = r#"
cd 'FOLDER'
echo $$ >> starts
while IFS= read -r line; do
  case "$line" in
    -ver) answer=VERSION ;;
    -echo4) ;;
    limit) answer=$(ulimit -v) ;;
    die) echo "a last word" >&2; exit 3 ;;
    die-once) if [ ! -e died ]; then : > died; exit 3; fi; answer=alive ;;
    hang) sleep 1000 & echo $! > sleeper; wait ;;
    flood) yes ;;
    '{status'*) mark=${line#'{status ${status}}'} ;;
    -execute*) echo "$answer"; echo "$mark"; printf '{status 0}%s\n' "$mark" >&2 ;;
    *) answer=$line ;;
  esac
done
"#;
    let script = script.replace("FOLDER", &folder.display().to_string()).replace("VERSION", version);
    program(folder, "fake", &script)
}

fn options(program: PathBuf) -> PoolOptions {
    PoolOptions { workers: 1, ..PoolOptions::new(program) }
}

fn numbers(file: &Path) -> Vec<i32> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| line.trim().parse().expect("a number")).collect()
}

fn is_running(id: i32) -> bool {
    // A process that has ended but was not waited for still has a folder; its state tells.
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

fn ends_soon(id: i32) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while is_running(id) && Instant::now() < deadline {
        std::thread::yield_now();
    }
    !is_running(id)
}

fn ask(pool: &ExifToolPool, line: &'static str) -> Result<String, MetadataError> {
    let mut arguments = Arguments::new();
    arguments.option(line);
    let output = pool.run(&arguments, None)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[test]
fn a_command_that_hangs_is_ended_with_all_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = ExifToolPool::start(options(fake(folder.path(), "13.59"))).expect("a working pool");
    let mut arguments = Arguments::new();
    arguments.option("hang");

    let started = Instant::now();
    let result = pool.run(&arguments, Some(Duration::from_millis(300)));

    assert!(matches!(result, Err(MetadataError::ExifToolTimeout { .. })), "{result:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(ends_soon(numbers(&folder.path().join("starts"))[0]));
    assert!(ends_soon(numbers(&folder.path().join("sleeper"))[0]), "a child of it is left");
    assert_eq!(ask(&pool, "next").expect("a fresh process"), "next");
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_may_not_use_all_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = ExifToolPool::start(options(fake(folder.path(), "13.59"))).expect("a working pool");

    let kilobytes = ask(&pool, "limit").expect("an answer");

    assert_eq!(kilobytes, (4 << 20).to_string());
}

#[test]
fn a_command_that_prints_without_end_is_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = ExifToolPool::start(options(fake(folder.path(), "13.59"))).expect("a working pool");

    let result = ask(&pool, "flood");

    assert!(matches!(result, Err(MetadataError::ExifToolOutput { .. })), "{result:?}");
    assert_eq!(ask(&pool, "next").expect("a fresh process"), "next");
}

#[test]
fn a_read_is_asked_once_more_when_the_process_dies() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = ExifToolPool::start(options(fake(folder.path(), "13.59"))).expect("a working pool");

    assert_eq!(ask(&pool, "die-once").expect("an answer in the end"), "alive");

    let result = ask(&pool, "die");
    let Err(MetadataError::ExifToolStopped { message }) = result else { panic!("{result:?}") };
    assert_eq!(message, "a last word");
    assert_eq!(numbers(&folder.path().join("starts")).len(), 3, "not more than one repetition");
}

#[test]
fn a_write_is_not_asked_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = ExifToolPool::start(options(fake(folder.path(), "13.59"))).expect("a working pool");
    let mut arguments = Arguments::new();
    arguments.option("die-once").set(CAPTION, "x");

    let result = pool.run(&arguments, None);

    assert!(matches!(result, Err(MetadataError::ExifToolStopped { .. })), "{result:?}");
    assert!(result.is_err_and(|error| error.is_transient()));
    assert_eq!(numbers(&folder.path().join("starts")).len(), 1);
}

#[test]
fn a_process_is_replaced_after_so_many_commands_and_gone_with_its_pool() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = PoolOptions { restart_after: 3, ..options(fake(folder.path(), "13.59")) };
    let pool = ExifToolPool::start(options).expect("a working pool");
    for _ in 0..8 {
        assert_eq!(ask(&pool, "same").expect("an answer"), "same");
    }
    let starts = numbers(&folder.path().join("starts"));
    assert_eq!(starts.len(), 3, "one command for the version, then eight");

    drop(pool);
    for id in starts {
        assert!(ends_soon(id), "{id} is left");
    }
}

#[test]
fn no_answer_is_lost_or_exchanged_when_processes_are_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = ExifToolPool::start(options(fake(folder.path(), "13.59"))).expect("a working pool");
    let starts = folder.path().join("starts");
    let lines: [&str; 7] = ["one", "two", "three", "four", "five", "six", "seven"];
    let (mut right, mut stopped) = (0, 0);

    std::thread::scope(|scope| {
        let (asked, asks) = std::sync::mpsc::sync_channel::<()>(0);
        scope.spawn(|| {
            for () in asks {
                for _ in 0..fastrand::usize(..300) {
                    std::thread::yield_now();
                }
                let id = numbers(&starts).last().copied().and_then(rustix::process::Pid::from_raw);
                if let Some(id) = id {
                    // It may have ended already, by the kill before.
                    let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
                }
            }
        });
        for number in 0..1000 {
            asked.send(()).expect("a killer who listens");
            let line = lines[number % lines.len()];
            match ask(&pool, line) {
                Ok(answer) => {
                    assert_eq!(answer, line);
                    right += 1;
                }
                Err(MetadataError::ExifToolStopped { .. }) => stopped += 1,
                Err(error) => panic!("{error}"),
            }
        }
        drop(asked);
    });

    eprintln!("{right} right, {stopped} stopped twice, {} starts", numbers(&starts).len());
    assert_eq!(right + stopped, 1000);
    assert!(numbers(&starts).len() > 100, "hardly anything was killed");
}

#[test]
fn a_missing_a_strange_and_an_old_program_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = |program: PathBuf| ExifToolPool::start(options(program)).err();

    let missing = start(folder.path().join("nothing"));
    assert!(matches!(missing, Some(MetadataError::ExifToolMissing { .. })), "{missing:?}");
    let strange = start(fake(folder.path(), "'hello there'"));
    assert!(matches!(strange, Some(MetadataError::ExifToolUnusable { .. })), "{strange:?}");
    let old = start(fake(folder.path(), "12.37"));
    assert!(matches!(old, Some(MetadataError::ExifToolTooOld { .. })), "{old:?}");
    let dead = start(program(folder.path(), "dead", "echo no perl >&2; exit 127\n"));
    let Some(MetadataError::ExifToolUnusable { message, .. }) = dead else { panic!("{dead:?}") };
    assert_eq!(message, "no perl");
}
