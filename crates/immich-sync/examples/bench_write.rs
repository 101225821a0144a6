//! What a write-back costs from end to end, with the native code and with ExifTool alone: the first run over a library
//! and a second one in which nothing changed.
//!
//! The files are made of one picture of a camera's size. Where the file system can share blocks they cost next to no
//! room until they are written. Ratios count; machines are noisy.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, ensure};
use clap::Parser;
use immich_sandbox::{Sandbox, Scenario, Version};
use sample_pictures::{Exif, Kind, Picture};

use support::measured::{Cost, measure, take_in_orphans};
use support::program::{Program, SERVER_ROOT};

/// Measures a first and a second write-back over large JPEG files, natively and with ExifTool
#[derive(Parser)]
struct Cli {
    /// How many JPEG files
    #[arg(long, default_value_t = 10_000)]
    files: usize,
    /// How many of them ExifTool writes; it needs some time
    #[arg(long, default_value_t = 1_000)]
    peer_files: usize,
    /// Bytes of each, about
    #[arg(long, default_value_t = 3_000_000)]
    bytes: usize,
    /// Where the library is made: a folder on a disk with room for what is written
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
    take_in_orphans()?;
    let program = Program::beside_this_example()?;
    println!(
        "{:34} {:>7} {:>9} {:>12} {:>11} {:>11} {:>10} {:>9}",
        "", "files", "files/s", "CPU ms/file", "GB written", "memory MB", "requests", "changed"
    );
    let native = library(cli, &program, "auto", cli.files)?;
    let peer = library(cli, &program, "exiftool", cli.peer_files)?;
    println!("first run: ExifTool / native = {:.1} in processor time a file", peer / native);
    Ok(())
}

/// Both runs of one engine; the processor time of the first in milliseconds a file.
fn library(cli: &Cli, program: &Program, engine: &str, count: usize) -> anyhow::Result<f64> {
    let folder = match &cli.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }?;
    let photos = folder.path().join("photos");
    let names = make(cli.bytes, &photos, count)?;
    let sandbox = serve(&names, &photos)?;
    let mut first = None;
    for title in ["first run", "second run, nothing changed"] {
        sandbox.clear_requests();
        let before = inodes(&photos, &names)?;
        let cost = measure(&mut command(program, &sandbox, folder.path(), engine))?;
        let changed = before.iter().zip(inodes(&photos, &names)?).filter(|(old, new)| **old != *new).count();
        let per_file =
            report(&format!("{title}, --engine {engine}"), &cost, count, sandbox.requests().len(), changed);
        ensure!(changed == if first.is_none() { count } else { 0 }, "{changed} files changed in the {title}");
        first.get_or_insert(per_file);
    }
    first.context("a first run")
}

fn command(program: &Program, sandbox: &Sandbox, folder: &Path, engine: &str) -> Command {
    let photos = folder.join("photos");
    let mut command = Command::new(&program.binary);
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", "/nonexistent");
    command.env("IMMICH_API_KEY", sandbox.api_key());
    command.args(["write", "--all", "--quiet", "--people-keywords", "--rate-limit", "100000"]);
    command.args(["--engine", engine, "--server", &sandbox.url()]).arg("--library").arg(&photos);
    command.arg("--path-map").arg(format!("{SERVER_ROOT}={}", photos.display()));
    command.arg("--state-dir").arg(folder.join("state")).arg("--exiftool").arg(&program.exiftool);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn make(bytes: usize, photos: &Path, count: usize) -> anyhow::Result<Vec<String>> {
    std::fs::create_dir_all(photos)?;
    let filler: Vec<u8> = (0..bytes).map(|index| u8::try_from(index * 31 % 251).unwrap_or(0)).collect();
    let exif = Exif::new().taken("2024:07:01 12:00:00").camera("Maker", "Model").maker_note(vec![7; 4000]);
    let picture = Picture::new(Kind::Jpeg).size(320, 240).exif(exif.thumbnail()).trailer(filler).build();
    let names: Vec<String> = (0..count).map(|number| format!("{number:05}.jpg")).collect();
    let first = photos.join("00000.jpg");
    std::fs::write(&first, picture)?;
    for name in names.iter().skip(1) {
        let copy = File::create(photos.join(name))?;
        if rustix::fs::ioctl_ficlone(&copy, File::open(&first)?).is_err() {
            std::io::copy(&mut File::open(&first)?, &mut &copy)?;
        }
    }
    Ok(names)
}

fn serve(names: &[String], photos: &Path) -> anyhow::Result<Sandbox> {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let library = scenario.external_library(SERVER_ROOT, photos);
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
    Sandbox::start(scenario).context("the server of the benchmark cannot start")
}

fn inodes(folder: &Path, names: &[String]) -> anyhow::Result<Vec<u64>> {
    names.iter().map(|name| Ok(std::fs::metadata(folder.join(name))?.ino())).collect()
}

/// Prints one line; milliseconds of processor time a file.
#[expect(clippy::cast_precision_loss, reason = "shown with a few digits")]
fn report(title: &str, cost: &Cost, files: usize, requests: usize, changed: usize) -> f64 {
    let per_file = (cost.processor + cost.children).as_secs_f64() * 1000.0 / files as f64;
    println!(
        "{title:34} {files:>7} {:>9.0} {per_file:>12.2} {:>11.3} {:>11.0} {requests:>10} {changed:>9}",
        files as f64 / cost.wall.as_secs_f64(),
        cost.written as f64 / 1e9,
        cost.memory as f64 / 1e6,
    );
    per_file
}
