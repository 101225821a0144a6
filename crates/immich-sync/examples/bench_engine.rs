//! What a write and a read cost natively, beside ExifTool on the same files in the same run, and beside the floor:
//! a copy by the kernel, a sync and a rename.
//!
//! The native write is the whole of it: work folder, draft, proof on paper, copy, proof on the disk, attributes, sync,
//! rename. ExifTool's is a bare one: one process kept open, the same tags, no proof, no sync. Ratios count; machines
//! are noisy.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Parser;
use photo_metadata::exiftool::{ExifToolPool, PoolOptions};
use photo_metadata::{Engine, ExifTool, Native};

use support::corpus;
use support::engine::cost::{Cost, bytes_written, measure};
use support::engine::files::{self, Set};
use support::engine::work::{self, Job};

/// Measures native writes and reads beside ExifTool and beside a bare copy
#[derive(Parser)]
struct Cli {
    /// How many JPEG files of 2 to 4 MB are made
    #[arg(long, default_value_t = 500)]
    jpegs: usize,
    /// How often each file of another kind is copied, so that there is something to measure
    #[arg(long, default_value_t = 10)]
    copies: usize,
    /// Megabytes of the large movie
    #[arg(long, default_value_t = 400)]
    movie: u32,
    /// Where the files are made: a folder on a disk, not in memory
    #[arg(long)]
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> anyhow::Result<()> {
    // ExifTool's processes are given to whoever takes orphans; here that is who counts their time.
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    let program =
        std::env::var_os("IMMICH_SYNC_EXIFTOOL").context("IMMICH_SYNC_EXIFTOOL names the ExifTool")?;
    let corpus = corpus::shared().join("corpus");
    ensure!(corpus.is_dir(), "no corpus at {}; name its parent in IMMICH_SYNC_SHARED", corpus.display());
    let folder = match &cli.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }?;
    let pool = ExifToolPool::start(PoolOptions { workers: 1, ..PoolOptions::new(program) })?;
    let exiftool = ExifTool::new(pool);
    println!("{}; times per file; the floor is a copy by the kernel, a sync and a rename\n", exiftool.name());
    println!(
        "{:22} {:>5} {:>8}  {:>20}  {:>20}  {:>20}  {:>15}  {:>12}",
        "",
        "files",
        "MB",
        "floor CPU / wall ms",
        "native CPU / wall ms",
        "ExifTool CPU / wall",
        "ExifTool/native",
        "native/floor"
    );
    for set in files::sets(&corpus, folder.path(), cli.jpegs, cli.copies)? {
        compare(&set, &exiftool)?;
    }
    movie(&files::movie(&corpus, folder.path(), cli.movie)?, &exiftool)
}

/// The kernel's account is too coarse for fewer.
const LEAST_READINGS: usize = 2_000;

/// Reads and writes all files of a set both ways.
fn compare(set: &Set, exiftool: &dyn Engine) -> anyhow::Result<()> {
    let jobs: Vec<Job> = set.files.iter().filter_map(|file| work::plan(file)).collect();
    let jobs = work::written_by_both(exiftool, jobs);
    ensure!(!jobs.is_empty(), "no file of {} is written natively", set.name);
    // The floor of a reading is to open the file.
    let times = LEAST_READINGS.div_ceil(jobs.len());
    let floor = measure(|| (0..times).try_for_each(|_| work::look(&jobs)))?.shared_by(times);
    let native = measure(|| (0..times).try_for_each(|_| work::read(&Native, &jobs)))?.shared_by(times);
    let peer = measure(|| work::read(exiftool, &jobs))?;
    line(&format!("{} read", set.name), &jobs, [&floor, &native, &peer]);
    let peer = measure(|| work::write_bare(exiftool, &jobs))?;
    let floor = measure(|| work::copy(&jobs))?;
    let native = measure(|| work::write(&Native, &jobs))?;
    line(&format!("{} write", set.name), &jobs, [&floor, &native, &peer]);
    work::require_written(exiftool, &jobs)?;
    let native = measure(|| work::write_again(&Native, &jobs))?;
    line(&format!("{} write again", set.name), &jobs, [&floor, &native, &peer]);
    Ok(())
}

fn line(title: &str, jobs: &[Job], [floor, native, peer]: [&Cost; 3]) {
    let files = jobs.len();
    let bytes: u64 = jobs.iter().map(|job| job.length).sum();
    let pair = |cost: &Cost| {
        let (processor, wall) = cost.per(files);
        format!("{processor:.2} / {wall:.2}")
    };
    let ratio = |one: &Cost, other: &Cost| {
        let processor = one.processor.as_secs_f64() / other.processor.as_secs_f64();
        format!("{processor:.1} / {:.1}", one.wall.as_secs_f64() / other.wall.as_secs_f64())
    };
    println!(
        "{title:22} {files:>5} {:>8.1}  {:>20}  {:>20}  {:>20}  {:>15}  {:>12}",
        mega(bytes),
        pair(floor),
        pair(native),
        pair(peer),
        ratio(peer, native),
        ratio(native, floor)
    );
}

/// One large movie, written into where it stands.
fn movie(path: &Path, exiftool: &dyn Engine) -> anyhow::Result<()> {
    let jobs: Vec<Job> = work::plan(path).into_iter().collect();
    ensure!(jobs.len() == 1, "the movie is not written natively");
    let peer = measure(|| work::write_bare(exiftool, &jobs))?;
    let floor = measure(|| work::copy(&jobs))?;
    let before = bytes_written();
    let native = measure(|| work::write(&Native, &jobs))?;
    let written = bytes_written() - before;
    println!();
    line("large MOV write", &jobs, [&floor, &native, &peer]);
    println!("large MOV: {:.3} MB written natively", mega(written));
    work::require_written(exiftool, &jobs)
}

fn mega(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let bytes = bytes as f64;
    bytes / 1e6
}
