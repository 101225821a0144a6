//! Runs that end early: a full disk, a stop, a kill between two steps. What has a name is whole, and the next run goes on.

use std::process::Command;

use sample_pictures::AppleFile;
use sync_core::SyncError;

use super::bench::{Bench, everything, photo};

fn large(count: usize) -> Bench {
    Bench::new((0..count).map(|number| {
        let mut photo = photo(&format!("k{number}"), &format!("IMG_{number:03}.JPG"));
        let mut bytes = b"\xff\xd8".to_vec();
        bytes.resize(100_000 + number, u8::try_from(number).unwrap());
        photo.original = AppleFile::of(bytes);
        photo
    }))
}

/// Every file has the bytes of the library's file of this name.
fn assert_whole(bench: &Bench) {
    for (name, bytes) in bench.files() {
        let number: usize = name.trim_end_matches(".JPG").rsplit('_').next().unwrap().parse().unwrap();
        assert_eq!(bytes.len(), 100_000 + number, "{name}");
        assert!(bytes[2..].iter().all(|byte| usize::from(*byte) == number), "{name}");
    }
}

#[test]
fn a_full_disk_ends_the_run_with_whole_files_and_the_next_one_goes_on() {
    let mut bench = large(20);
    std::fs::create_dir(&bench.to).unwrap();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=1000k", "tmpfs"]).arg(&bench.to).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED a_full_disk_ends_the_run: a tmpfs cannot be mounted here");
        return;
    }
    bench.options.workers = 1;

    let (full, _) = bench.try_run();
    let (some, parts) = (bench.files().len(), everything(&bench.to).len());
    assert_whole(&bench);
    Command::new("mount").args(["-o", "remount,size=20000k"]).arg(&bench.to).status().unwrap();
    let (then, told) = bench.run();
    assert_whole(&bench);
    let all = bench.files().len();
    Command::new("umount").arg("-l").arg(&bench.to).status().unwrap();

    assert!(matches!(full, Err(SyncError::Named { .. })), "{full:?}");
    assert!((1..20).contains(&some) && parts == some, "{some} of {parts}");
    assert_eq!((then.written, all), (20 - some as u64, 20), "{told:?}");
}

#[test]
fn what_a_killed_run_left_aside_is_taken_away() {
    let bench = large(2);
    bench.run();
    let work = bench.to.join(".immich-sync-export");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join("7.part.JPG"), "half").unwrap();
    std::fs::write(work.join("notes.txt"), "not ours").unwrap();
    std::fs::remove_file(bench.to.join("2024/05/IMG_001.JPG")).unwrap();

    let (summary, _) = bench.run();

    assert_eq!(summary.written, 1);
    let left = everything(&work);
    assert_eq!(left.into_keys().collect::<Vec<_>>(), ["notes.txt"]);
    assert_whole(&bench);
}
