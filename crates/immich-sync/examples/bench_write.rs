//! What a write-back costs: the first run, a second run on the unchanged library, and as the measure ExifTool
//! alone, kept open, writing the same tags with `-overwrite_original` (no proof, no sync, no journal).
//!
//! Prints processor time with all children, wall time, requests and files written. Ratios count; machines are
//! noisy.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark talks to its terminal, is told by its environment, and ends when something is wrong"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser;
use immich_sandbox::{Sandbox, Scenario, Version};
use sample_pictures::{Exif, Kind, Picture};

#[derive(Parser)]
struct Cli {
    /// How many JPEG files
    #[arg(long, default_value_t = 300)]
    files: usize,
    /// Bytes of image data of each, about
    #[arg(long, default_value_t = 3_000_000)]
    bytes: usize,
}

/// One measured step.
struct Cost {
    wall: Duration,
    processor: Duration,
}

fn main() {
    let cli = Cli::parse();
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .expect("Linux, to count all children");
    let exiftool = std::env::var_os("IMMICH_SYNC_EXIFTOOL").expect("IMMICH_SYNC_EXIFTOOL names the ExifTool");
    let binary = std::env::current_exe().unwrap().parent().unwrap().with_file_name("immich-sync");
    assert!(binary.exists(), "no {}; cargo xtask bench-write builds it", binary.display());
    let folder = tempfile::tempdir().unwrap();
    let (photos, peer) = (folder.path().join("photos"), folder.path().join("peer"));
    let names = make(&cli, &photos, &peer);
    let sandbox = serve(&names, &photos);

    let write = |title: &str| {
        sandbox.clear_requests();
        let before = modified(&photos, &names);
        let cost = measure(|| {
            let status = Command::new(&binary)
                .args([
                    "write",
                    "--all",
                    "--quiet",
                    "--people-keywords",
                    "--rate-limit",
                    "1000",
                    "--server",
                    &sandbox.url(),
                ])
                .args(["--path-map", &format!("/mnt/photos={}", photos.display()), "--library"])
                .arg(&photos)
                .arg("--state-dir")
                .arg(folder.path().join("state"))
                .arg("--exiftool")
                .arg(&exiftool)
                .env("IMMICH_API_KEY", sandbox.api_key())
                .status()
                .unwrap();
            assert!(status.success(), "{title}: {status}");
        });
        let written = before.iter().zip(modified(&photos, &names)).filter(|(old, new)| **old != *new).count();
        report(title, &cost, names.len(), Some((sandbox.requests().len(), written)));
        cost
    };
    println!("{} JPEG files of about {} bytes", cli.files, cli.bytes);
    let first = write("first run");
    let second = write("second run, nothing changed");
    let alone = measure(|| stay_open(Path::new(&exiftool), &peer, &names));
    report("ExifTool alone, kept open", &alone, names.len(), None);
    println!("first run : ExifTool alone = {:.2} in processor time", ratio(&first, &alone));
    println!("first run : second run     = {:.0}", ratio(&first, &second));
}

fn ratio(one: &Cost, other: &Cost) -> f64 {
    one.processor.as_secs_f64() / other.processor.as_secs_f64().max(0.01)
}

fn make(cli: &Cli, photos: &Path, peer: &Path) -> Vec<String> {
    std::fs::create_dir_all(photos).unwrap();
    std::fs::create_dir_all(peer).unwrap();
    let filler: Vec<u8> = (0..cli.bytes).map(|index| u8::try_from(index * 31 % 251).unwrap_or(0)).collect();
    let exif = Exif::new().taken("2024:07:01 12:00:00").camera("Maker", "Model").maker_note(vec![7; 4000]);
    let picture = Picture::new(Kind::Jpeg).size(320, 240).exif(exif.thumbnail()).trailer(filler).build();
    let names: Vec<String> = (0..cli.files).map(|number| format!("{number:05}.jpg")).collect();
    for name in &names {
        std::fs::write(photos.join(name), &picture).unwrap();
        std::fs::write(peer.join(name), &picture).unwrap();
    }
    names
}

fn serve(names: &[String], photos: &Path) -> Sandbox {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library("/mnt/photos", photos);
    let alice = scenario.person("Alice");
    for name in names {
        scenario
            .asset_file(&library, name)
            .description("At the lake")
            .rating(4)
            .gps(52.5, 13.4)
            .taken("2024-07-02T10:00:00Z", Some("Europe/Berlin"))
            .person(&alice);
    }
    Sandbox::start(scenario).unwrap()
}

/// The peer: the same tags through one ExifTool.
fn stay_open(exiftool: &Path, folder: &Path, names: &[String]) {
    let mut child = Command::new(exiftool)
        .args(["-stay_open", "True", "-@", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for name in names {
        let path: PathBuf = folder.join(name);
        for line in [
            "-n",
            "-overwrite_original",
            "-XMP-dc:Subject+=Alice",
            "-XMP-iptcExt:PersonInImage+=Alice",
            "-XMP-dc:Description=At the lake",
            "-IFD0:ImageDescription=At the lake",
            "-GPS:GPSLatitude=52.5",
            "-GPS:GPSLatitudeRef=N",
            "-GPS:GPSLongitude=13.4",
            "-GPS:GPSLongitudeRef=E",
            "-ExifIFD:DateTimeOriginal=2024:07:02 12:00:00",
            "-ExifIFD:CreateDate=2024:07:02 12:00:00",
            "-ExifIFD:OffsetTimeOriginal=+02:00",
            "-ExifIFD:OffsetTimeDigitized=+02:00",
            "-XMP-exif:DateTimeOriginal=2024:07:02 12:00:00+02:00",
            "-XMP-photoshop:DateCreated=2024:07:02 12:00:00+02:00",
            "-XMP-xmp:Rating=4",
            "-IFD0:Rating=4",
            "-IFD0:RatingPercent=75",
            "-XMP-microsoft:RatingPercent=75",
        ] {
            writeln!(input, "{line}").unwrap();
        }
        writeln!(input, "{}\n-execute", path.display()).unwrap();
    }
    writeln!(input, "-stay_open\nFalse").unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}

fn modified(folder: &Path, names: &[String]) -> Vec<u64> {
    use std::os::unix::fs::MetadataExt as _;
    names.iter().map(|name| std::fs::metadata(folder.join(name)).unwrap().ino()).collect()
}

fn measure(work: impl FnOnce()) -> Cost {
    let (before, start) = (children_time(), Instant::now());
    work();
    // Children of children that outlive their parent come to us; their time counts once they are waited for.
    while rustix::process::wait(rustix::process::WaitOptions::empty()).is_ok_and(|status| status.is_some()) {}
    Cost { wall: start.elapsed(), processor: children_time().saturating_sub(before) }
}

/// Processor time of all children that were waited for, and of theirs (proc(5), fields 16 and 17).
fn children_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux, for its /proc");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[13].parse::<u64>().unwrap() + fields[14].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

fn report(title: &str, cost: &Cost, files: usize, counts: Option<(usize, usize)>) {
    let per_file = cost.processor.as_secs_f64() * 1000.0 / f64::from(u32::try_from(files).unwrap());
    let wall = cost.wall.as_secs_f64();
    let processor = cost.processor.as_secs_f64();
    print!("{title:<28} {processor:7.2} s CPU  {per_file:7.2} ms CPU per file  {wall:7.2} s wall");
    match counts {
        Some((requests, written)) => println!("  {requests} requests  {written} files written"),
        None => println!(),
    }
}
