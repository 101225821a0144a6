//! Everything a change must pass, in one command, with a summary.
//!
//! All steps run even when one fails: a list of three faults is worth more than the first of them.
//! The tests come last, so that their own summary stands right above ours.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::browser::BrowserArgs;
use crate::harness::{DemoArgs, KillLoopArgs};
use crate::metrics::MetricsArgs;
use crate::tests_run::TestArgs;
use crate::workspace::Workspace;
use crate::{borders, browser, docs, harness, metrics, packages, shell, tests_run, tools};

type Step = (&'static str, fn(&Workspace) -> anyhow::Result<()>);

const STEPS: [Step; 14] = [
    ("setup", tools::setup),
    ("borders", borders::check),
    ("metrics", |workspace| metrics::run(workspace, &MetricsArgs::default())),
    ("fmt", |workspace| cargo(workspace, &["fmt", "--all", "--check"])),
    ("clippy", |workspace| {
        cargo(workspace, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
    }),
    ("doc", |workspace| {
        let mut command = Command::new("cargo");
        command.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        shell::run(command.current_dir(&workspace.root))
    }),
    ("docs", docs::check),
    ("messages", crate::messages::check),
    ("packages", packages::check),
    ("browser", |workspace| browser::run(workspace, &BrowserArgs::default())),
    ("demo", |workspace| harness::demo(workspace, &DemoArgs::default())),
    ("kill-loop", |workspace| {
        harness::kill_loop(workspace, &KillLoopArgs { runs: 60, ..KillLoopArgs::default() })
    }),
    ("heif", heif),
    ("test", |workspace| {
        tests_run::run(workspace, &TestArgs { require_shared: true, ..TestArgs::default() })
    }),
];

/// Runs all steps; one that fails is an error at the end.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let results: Vec<(&str, Duration, anyhow::Result<()>)> = STEPS
        .into_iter()
        .map(|(name, step)| {
            println!("== {name}");
            let start = Instant::now();
            let result = step(workspace);
            if let Err(error) = &result {
                eprintln!("error: {error:#}");
            }
            println!("== {name}: {} after {:.1} s", verdict(&result), start.elapsed().as_secs_f64());
            (name, start.elapsed(), result)
        })
        .collect();
    println!("== summary");
    for (name, time, result) in &results {
        println!("{:10} {:6} {:7.1} s", name, verdict(result), time.as_secs_f64());
    }
    match results.iter().filter(|(_, _, result)| result.is_err()).count() {
        0 => Ok(()),
        failed => bail!("{failed} of {} steps failed", results.len()),
    }
}

fn verdict(result: &anyhow::Result<()>) -> &'static str {
    if result.is_ok() { "ok" } else { "FAILED" }
}

/// The decoding of HEIC and AVIF, which is behind a feature; where its library cannot be had, that is said.
fn heif(workspace: &Workspace) -> anyhow::Result<()> {
    if !tools::heif() {
        println!("SKIPPED the feature heif: libheif is not installed");
        return Ok(());
    }
    let feature = ["-p", "photo-similarity", "--features", "heif"];
    cargo(workspace, &[&["clippy"], &feature[..], &["--all-targets", "--", "-D", "warnings"]].concat())?;
    let arguments = feature.map(str::to_owned).to_vec();
    tests_run::run(workspace, &TestArgs { require_shared: true, arguments, ..TestArgs::default() })
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> anyhow::Result<()> {
    shell::run(Command::new("cargo").args(arguments).current_dir(&workspace.root))
}
