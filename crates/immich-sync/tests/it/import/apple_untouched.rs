//! No command changes a byte of a library of Apple Photos: on a medium that cannot be written, and while another program
//! writes the database.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sample_pictures::{AppleGeneration, AppleLibrary, AppleMix, ApplePhotosBusy};

use super::stand::Stand;
use crate::place::{Said, contents};

/// Photos of a library that is not as small as a toy.
const PHOTOS: usize = 40;

/// Photos for a server that reads each file, which takes it long.
const FEW: usize = 6;

/// Size, times and bytes of everything in a package.
type State = BTreeMap<PathBuf, (u64, [i64; 4], Vec<u8>)>;

fn state(package: &Path) -> State {
    let about = |(path, bytes): (PathBuf, Vec<u8>)| {
        let metadata = path.symlink_metadata().unwrap();
        let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
        (path, (metadata.len(), times, bytes))
    };
    contents(package).into_iter().map(about).collect()
}

fn library(stand: &Stand, generation: AppleGeneration, photos: usize) -> PathBuf {
    let package = stand.folder.path().join("My.photoslibrary");
    let mut library = AppleLibrary::of_many(generation, photos, 5, AppleMix::Everything);
    library.in_log = photos / 4;
    library.write(&package).unwrap();
    package
}

/// Every command that reads a library, one after the other. Some photos are lost on purpose, so 3 is right too.
fn all_commands(stand: &Stand, package: &Path, may_be_torn: bool) {
    let (package, out) = (package.to_str().unwrap(), stand.folder.path().join("out"));
    let out = out.to_str().unwrap();
    let import = ["import", "apple-photos", package];
    let export = ["export", "apple-photos", package, "--to", out];
    let commands: [Vec<&str>; 6] = [
        [&import[..], &["--dry-run"]].concat(),
        [&import[..], &["--people", "sidecar", "--type-tags"]].concat(),
        import.to_vec(),
        [&export[..], &["--dry-run"]].concat(),
        [&export[..], &["--sidecar", "xmp", "--embed", "--touch-file"]].concat(),
        export.to_vec(),
    ];
    for words in commands {
        let said = Said::by(&mut stand.bare(&words));
        let is_torn = may_be_torn && said.stderr.contains("times it was copied");
        assert!(matches!(said.code, Some(0 | 3)) || is_torn, "{words:?}: {:?} {}", said.code, said.stderr);
    }
}

#[test]
fn a_library_on_a_medium_that_cannot_be_written_is_imported_and_exported() {
    let stand = Stand::with(1);
    let package = library(&stand, AppleGeneration::MacOs26, PHOTOS);
    let mount = |arguments: &[&str]| {
        let mut command = Command::new("mount");
        command.args(arguments).arg(&package).output().is_ok_and(|output| output.status.success())
    };
    let is_bound = mount(&["--bind", package.to_str().unwrap()]);
    let is_closed = is_bound && mount(&["-o", "remount,ro,bind"]);
    if !is_closed {
        eprintln!("SKIPPED the read-only mount: nothing can be mounted here; the files are closed instead");
        assert!(Command::new("chmod").args(["-R", "a-w"]).arg(&package).status().unwrap().success());
    }
    let before = state(&package);

    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| all_commands(&stand, &package, false)));

    let is_unchanged = state(&package) == before;
    if is_bound {
        assert!(Command::new("umount").arg(&package).status().unwrap().success());
    }
    if !is_closed {
        assert!(Command::new("chmod").args(["-R", "u+w"]).arg(&package).status().unwrap().success());
    }
    assert!(is_unchanged, "something in the library changed");
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
    assert!(stand.there().len() > PHOTOS / 2, "{}", stand.there().len());
}

#[test]
fn what_photos_has_begun_to_write_is_not_seen_and_nothing_is_touched() {
    let stand = Stand::that_reads(1);
    let package = library(&stand, AppleGeneration::MacOs14, FEW);
    let photos = ApplePhotosBusy::open(&package).unwrap();
    photos.name_all("written").unwrap();
    photos.begin_to_name_all("not yet").unwrap();
    let before = state(&package);

    all_commands(&stand, &package, false);

    assert!(state(&package) == before, "something in the library changed");
    let captions: Vec<String> = stand.there().into_iter().filter_map(|view| view.description).collect();
    let is_written = captions.iter().filter(|caption| caption.starts_with("written")).count();
    assert!(
        is_written >= FEW / 2 && !captions.iter().any(|caption| caption.contains("not yet")),
        "{captions:?}"
    );
}

#[test]
fn a_library_that_photos_writes_all_the_time_is_read_whole_or_refused_and_not_touched() {
    let stand = Stand::with(1);
    let package = library(&stand, AppleGeneration::MacOs26, PHOTOS);
    let without_database = |mut state: State| {
        state.retain(|path, _| !path.starts_with(package.join("database")));
        state
    };
    let before = without_database(state(&package));
    let is_over = AtomicBool::new(false);

    let names = std::thread::scope(|scope| {
        scope.spawn(|| {
            let photos = ApplePhotosBusy::open(&package).unwrap();
            let mut round = 0;
            while !is_over.load(Ordering::Relaxed) {
                round += 1;
                photos.name_all(&format!("round {round}")).unwrap();
                std::thread::park_timeout(Duration::from_millis(if round % 8 == 0 { 60 } else { 0 }));
            }
        });
        let ended = std::panic::catch_unwind(AssertUnwindSafe(|| all_commands(&stand, &package, true)));
        is_over.store(true, Ordering::Relaxed);
        ended
    });

    if let Err(panic) = names {
        std::panic::resume_unwind(panic);
    }
    assert!(without_database(state(&package)) == before, "something in the library changed");
    let quiet = Said::by(&mut stand.bare(&["import", "apple-photos", package.to_str().unwrap()]));
    assert!(matches!(quiet.code, Some(0 | 3)), "{:?} {}", quiet.code, quiet.stderr);
    assert!(stand.there().len() > PHOTOS / 2, "{}", stand.there().len());
}
