//! Bytes from anybody against the native parsers, for as long as one likes.
//!
//! Two ways lead there. Mutations of the collected files run on any toolchain and also measure time and memory. With
//! `--libfuzzer` the compiler's coverage leads the way, which needs a nightly toolchain and `cargo-fuzz`.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::tests_run::Surroundings;
use crate::workspace::Workspace;
use crate::{environment, shell};

/// Parsers that have a target of their own in `fuzz/`.
const LIBFUZZER_TARGETS: [&str; 9] =
    ["jpeg", "heif", "video", "png", "webp", "sidecar", "xmp", "exif", "photoshop"];

/// What `fuzz` is asked.
#[derive(Debug, Args)]
pub(crate) struct FuzzArgs {
    /// Time for each parser
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,

    /// Decides all inputs; another one each time by default
    #[arg(long)]
    seed: Option<u64>,

    /// One parser only: jpeg, heif, video, png, webp, sidecar, xmp, exif or photoshop
    #[arg(long, value_parser = LIBFUZZER_TARGETS)]
    target: Option<String>,

    /// Run an input again that a run has kept
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "libfuzzer"])]
    replay: Option<std::path::PathBuf>,

    /// Let the compiler's coverage lead; needs nightly and cargo-fuzz
    #[arg(long)]
    libfuzzer: bool,
}

/// Runs the fuzzers; a finding is an error, and the input that shows it is kept below `target/`.
pub(crate) fn run(workspace: &Workspace, args: &FuzzArgs) -> anyhow::Result<()> {
    if args.libfuzzer { libfuzzer(workspace, args) } else { mutations(workspace, args) }
}

fn mutations(workspace: &Workspace, args: &FuzzArgs) -> anyhow::Result<()> {
    let seed = match args.seed {
        Some(seed) => seed,
        None => SystemTime::now().duration_since(UNIX_EPOCH).context("a clock before 1970")?.as_secs(),
    };
    let mut command = Command::new("cargo");
    command
        .args(["test", "--profile", "fuzz", "--package", "photo-metadata", "--features", "fuzzing"])
        .args(["--test", "hostile", "--", "--nocapture"])
        .args(args.target.iter().map(|target| format!("no_{target}_")))
        .env("IMMICH_SYNC_FUZZ_SECONDS", args.seconds.to_string())
        .env("IMMICH_SYNC_FUZZ_SEED", seed.to_string())
        .current_dir(&workspace.root);
    if let Some(input) = &args.replay {
        let input = input.canonicalize().with_context(|| input.display().to_string())?;
        command.env("IMMICH_SYNC_FUZZ_REPLAY", input);
    }
    Surroundings::prepare(workspace)?.apply(&mut command);
    shell::run(&mut command)
}

fn libfuzzer(workspace: &Workspace, args: &FuzzArgs) -> anyhow::Result<()> {
    if environment::program("cargo-fuzz").is_none() {
        bail!("no cargo-fuzz here; install it with `cargo install cargo-fuzz`");
    }
    let toolchains = shell::output_of(Command::new("rustup").args(["toolchain", "list"]))?;
    if !String::from_utf8_lossy(&toolchains).contains("nightly") {
        bail!("no nightly toolchain here; install it with `rustup toolchain install nightly`");
    }
    let targets = LIBFUZZER_TARGETS.into_iter();
    for target in targets.filter(|target| args.target.as_ref().is_none_or(|wanted| wanted == target)) {
        let mut command = Command::new("cargo");
        command
            .args(["+nightly", "fuzz", "run", target, "--"])
            .arg(format!("-max_total_time={}", args.seconds))
            // A second for each input, and a limit on what is allocated at once and in all.
            .args(["-timeout=1", "-malloc_limit_mb=64", "-rss_limit_mb=512", "-max_len=262144"])
            .args(args.seed.map(|seed| format!("-seed={seed}")))
            .current_dir(&workspace.root);
        shell::run(&mut command)?;
    }
    Ok(())
}
