//! A dry run as the kernel sees it: nothing is opened for writing, made, renamed, removed or touched.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::place::{Place, Said};
use crate::support::kills::sweep::has_tracer;

/// The calls that change something, and those that open.
const CALLS: &str = "trace=?open,openat,?openat2,?creat,?rename,renameat,?renameat2,?unlink,unlinkat,?mkdir,\
                     mkdirat,?rmdir,?link,linkat,?symlink,symlinkat,?mknod,mknodat,?chmod,fchmod,fchmodat,\
                     ?fchmodat2,?chown,?lchown,fchown,fchownat,?utime,?utimes,?futimesat,utimensat,setxattr,\
                     lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,truncate,ftruncate,fallocate,\
                     copy_file_range,sendfile";

/// Says that a test needs a tracer and there is none.
pub(crate) fn skipped(test: &str) {
    let line = format!("SKIPPED {test}: strace is not installed\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The calls of a traced run that could have changed something.
fn changes(log: &str) -> Vec<String> {
    let changes = log.lines().filter(|line| changes_something(line));
    changes.map(str::to_owned).collect()
}

fn changes_something(line: &str) -> bool {
    let call = line.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
    let is_end_or_signal = ["+++", "---", "<... ", "???("].iter().any(|sign| call.starts_with(sign));
    let opens = call.starts_with("open");
    let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"];
    let harmless = call.contains("\"/dev/null\"") || call.contains("\"/dev/tty\"");
    match (is_end_or_signal || harmless, opens) {
        (true, _) => false,
        (false, true) => writes.iter().any(|flag| call.contains(flag)),
        (false, false) => true,
    }
}

/// What a dry run did, by the kernel's account.
fn traced(place: &Place, arguments: &[&str]) -> Vec<String> {
    let log = place.folder.path().join("trace.log");
    let bare = place.write(arguments);
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-qq", "-s", "4096", "-e", "signal=none", "-e", CALLS, "-o"]).arg(&log);
    command.arg(bare.get_program()).args(bare.get_args()).env_clear();
    for (name, value) in bare.get_envs() {
        command.envs(value.map(|value| (name, value)));
    }
    let said = Said::by(&mut command).ended_with(0);
    assert!(said.last()["done"].as_u64().unwrap() > 0, "nothing would be done: {}", said.stdout);
    let text = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
    let opened = place.files.iter().filter(|file| text.contains(file.file_name().unwrap().to_str().unwrap()));
    assert_eq!(opened.count(), place.files.len(), "the trace does not show the files being read");
    changes(&text)
}

fn times(folder: &Path) -> Vec<(std::path::PathBuf, std::time::SystemTime)> {
    crate::place::contents(folder)
        .into_keys()
        .map(|path| {
            let modified = path.metadata().unwrap().modified().unwrap();
            (path, modified)
        })
        .collect()
}

#[test]
fn a_first_dry_run_changes_nothing_anywhere() {
    if !has_tracer() {
        return skipped("a_first_dry_run_changes_nothing_anywhere");
    }
    let place = Place::with(12);
    let (before, then) = (place.contents(), times(&place.library()));

    let changes = traced(&place, &["--all", "--dry-run", "--json"]);

    assert_eq!(changes, Vec::<String>::new());
    assert_eq!((place.contents(), times(&place.library())), (before, then));
    assert_eq!(place.sandbox.writes(), []);
}

#[test]
fn a_dry_run_over_a_state_changes_nothing_anywhere() {
    if !has_tracer() {
        return skipped("a_dry_run_over_a_state_changes_nothing_anywhere");
    }
    let place = Place::with(6);
    Said::by(&mut place.write(&["--all", "--after", "nothing"])).ended_with(0);
    for asset in &place.assets {
        place.sandbox.edit(*asset, |asset| asset.description = Some("Another".to_owned())).unwrap();
    }
    let (before, state) = (place.contents(), crate::place::contents(&place.home()));

    let changes = traced(&place, &["--all", "--dry-run", "--json"]);

    assert_eq!(changes, Vec::<String>::new());
    assert_eq!((place.contents(), crate::place::contents(&place.home())), (before, state));
    assert_eq!(place.sandbox.writes(), []);
}

#[test]
fn the_trace_of_a_real_run_shows_its_changes() {
    if !has_tracer() {
        return skipped("the_trace_of_a_real_run_shows_its_changes");
    }
    let place = Place::with(2);

    let changes = traced(&place, &["--all", "--json"]);

    for call in ["mkdirat(", "renameat(", "unlinkat(", "O_CREAT"] {
        assert!(changes.iter().any(|line| line.contains(call)), "{call}: {changes:#?}");
    }
}
