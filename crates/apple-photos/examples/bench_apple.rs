//! What reading a library costs, beside osxphotos: processor time and memory, each in a process of its own.
//!
//! `cargo xtask bench apple`, with `--assets 10000,50000` or `--generation 14`. Exit code 1 when a bound is missed or
//! the two do not tell the same. Linux only.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, ensure};
use apple_photos::{FileRole, Flag, Library, OpenOptions, RelatedFile};
use clap::Parser;
use sample_pictures::{AppleGeneration, AppleLibrary, AppleMix};
use serde_json::{Value, json};

/// Bytes of the database for each asset that nobody reads, as real libraries have them.
const BALLAST: usize = 2500;

/// Up to so many assets: seconds of processor time and megabytes of memory that are allowed.
const BOUNDS: [(u64, f64, f64); 2] = [(10_000, 0.5, 100.0), (50_000, 2.0, 250.0)];

/// What osxphotos does for the same: every property that an import asks for, of every photo.
const PEER: &str = "
import json, resource, sys
import osxphotos
db = osxphotos.PhotosDB(dbfile=sys.argv[1])
sums = dict(assets=0, here=0, edited=0, live=0, raw=0, keywords=0, faces=0, favourites=0, in_albums=0, captions=0)
for photo in db.photos(intrash=False) + db.photos(intrash=True):
    sums['assets'] += 1
    sums['here'] += photo.path is not None
    sums['edited'] += photo.path_edited is not None
    sums['live'] += photo.path_live_photo is not None
    sums['raw'] += photo.has_raw
    sums['keywords'] += len(set(photo.keywords))
    sums['faces'] += len(photo.face_info)
    sums['favourites'] += photo.favorite
    sums['in_albums'] += len([a for a in photo.album_info])
    sums['captions'] += photo.description is not None
    photo.date, photo.title, photo.location, photo.original_filename, photo.persons, photo.hidden
used = resource.getrusage(resource.RUSAGE_SELF)
waited = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime + waited.ru_utime + waited.ru_stime
print(json.dumps(dict(sums=sums, cpu=cpu, peak=used.ru_maxrss / 1024)))
";

/// Measures reading of made libraries
#[derive(Debug, Parser)]
struct Args {
    /// How many assets, one library for each number
    #[arg(long, value_delimiter = ',', default_value = "10000,50000")]
    assets: Vec<usize>,
    /// Which macOS: 10, 14 or 26
    #[arg(long, default_value_t = 26)]
    generation: u32,
    /// A Python that has osxphotos
    #[arg(long)]
    osxphotos: Option<PathBuf>,
    /// How often each is measured; the best counts
    #[arg(long, default_value_t = 3)]
    times: u32,
    /// Where libraries are made, to look at them afterwards
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Read this library and say what that cost
    #[arg(long, hide = true)]
    read: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match &args.read {
        Some(library) => read(library),
        None => run(&args),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all bounds are kept.
fn run(args: &Args) -> anyhow::Result<bool> {
    let generation = match args.generation {
        10 => AppleGeneration::MacOs10_15,
        14 => AppleGeneration::MacOs14,
        _ => AppleGeneration::MacOs26,
    };
    let temporary = tempfile::tempdir()?;
    let folder = args.keep.as_deref().unwrap_or(temporary.path());
    let mut is_kept = true;
    println!("| assets | database | | CPU s | peak MB | CPU, ours = 1 |");
    println!("| ---: | ---: | --- | ---: | ---: | ---: |");
    for assets in &args.assets {
        let package = folder.join(format!("{assets}.photoslibrary"));
        let mut library = AppleLibrary::of_many(generation, *assets, 1, AppleMix::Everything);
        (library.in_log, library.ballast) = (assets / 100, BALLAST);
        library.write(&package)?;
        let size = package.join("database/Photos.sqlite").metadata()?.len() >> 20;
        let ours =
            best(args.times, || Command::new(std::env::current_exe()?).arg("--read").arg(&package).output())?;
        line(*assets, size, "apple-photos", &ours, 1.0);
        is_kept &= within(*assets, &ours);
        let Some(python) = &args.osxphotos else { continue };
        let theirs = best(1, || Command::new(python).args(["-c", PEER]).arg(&package).output())?;
        line(*assets, size, "osxphotos 0.77.2", &theirs, theirs.cpu / ours.cpu);
        is_kept &= agree(&ours.sums, &theirs.sums);
    }
    Ok(is_kept)
}

/// What a process said of itself.
struct Figures {
    cpu: f64,
    peak: f64,
    sums: Value,
}

/// Runs it so many times.
fn best(times: u32, start: impl Fn() -> std::io::Result<std::process::Output>) -> anyhow::Result<Figures> {
    let mut best: Option<Figures> = None;
    for _ in 0..times.max(1) {
        let output = start().context("start what is measured")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "what is measured ended with {}: {said}", output.status);
        let line = output.stdout.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty());
        let told: Value = serde_json::from_slice(line.unwrap_or_default())?;
        let number = |key: &str| told[key].as_f64().with_context(|| format!("no {key}"));
        let figures = Figures { cpu: number("cpu")?, peak: number("peak")?, sums: told["sums"].clone() };
        if best.as_ref().is_none_or(|best| figures.cpu < best.cpu) {
            best = Some(figures);
        }
    }
    best.context("nothing was measured")
}

fn line(assets: usize, size: u64, who: &str, figures: &Figures, ratio: f64) {
    println!("| {assets} | {size} MB | {who} | {:.2} | {:.0} | {ratio:.1} |", figures.cpu, figures.peak);
}

fn within(assets: usize, figures: &Figures) -> bool {
    let bound = BOUNDS.iter().find(|(most, ..)| assets as u64 <= *most);
    let Some((_, cpu, peak)) = bound else { return true };
    let is_kept = figures.cpu <= *cpu && figures.peak <= *peak;
    if !is_kept {
        eprintln!("{assets} assets may cost {cpu} s and {peak} MB");
    }
    is_kept
}

/// Whether two readers counted the same.
fn agree(ours: &Value, theirs: &Value) -> bool {
    if ours != theirs {
        eprintln!("they do not agree:\n{ours}\n{theirs}");
    }
    ours == theirs
}

/// Reads a library as an import does.
fn read(package: &Path) -> anyhow::Result<bool> {
    let scratch = tempfile::tempdir_in(package.parent().context("a library is in a folder")?)?;
    let library = Library::open(package, &OpenOptions::new(scratch.path(), "bench_apple"))?;
    let [mut here, mut edited, mut live, mut raw, mut keywords] = [0_u64; 5];
    let [mut faces, mut favourites, mut in_albums, mut captions, mut assets] = [0_u64; 5];
    library.assets(&mut |asset| {
        // The other reader leaves out pictures of bursts that nobody picked, and faces of nobody.
        if asset.burst.as_ref().is_some_and(|burst| !burst.is_shown()) {
            return ControlFlow::Continue(());
        }
        let is_here = |role| u64::from(asset.file(role).is_some_and(RelatedFile::is_here));
        assets += 1;
        here += u64::from(asset.main_file().is_some_and(RelatedFile::is_here));
        edited += is_here(FileRole::Edited);
        live += is_here(FileRole::LiveVideo);
        raw += u64::from(asset.file(FileRole::Raw).is_some());
        keywords += asset.keywords.len() as u64;
        faces += asset.faces.iter().filter(|face| face.person.is_some()).count() as u64;
        favourites += u64::from(asset.flags.has(Flag::Favourite));
        in_albums += asset.albums.len() as u64;
        captions += u64::from(asset.caption.is_some());
        ControlFlow::Continue(())
    })?;
    let sums = json!({
        "assets": assets, "here": here, "edited": edited, "live": live, "raw": raw, "keywords": keywords,
        "faces": faces, "favourites": favourites, "in_albums": in_albums, "captions": captions,
    });
    println!("{}", json!({ "sums": sums, "cpu": processor_time()?, "peak": peak()? }));
    Ok(true)
}

/// In seconds: fields 14 and 15 of proc(5) have ticks of a hundredth only, this has nanoseconds of the one thread.
fn processor_time() -> anyhow::Result<f64> {
    let schedule = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: f64 = schedule.split_whitespace().next().context("no time")?.parse()?;
    Ok(nanoseconds / 1e9)
}

/// `VmHWM` of proc(5), in megabytes.
fn peak() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak")?;
    let kilobytes: f64 = line.split_whitespace().next().context("no peak")?.parse()?;
    Ok(kilobytes / 1024.0)
}
