//! What the program costs when nothing changed: requests, opened files, written bytes, processor time, memory.
//!
//! `cargo xtask bench unchanged`, with `--assets 1000000`, `--version 2.7.5`, `--faces` or `--reread`. Exit code 1
//! when a bound is missed. Linux only.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use immich_sandbox::Version;

use support::goal::Goal;
use support::program::Program;
use support::unchanged::figures::Figures;
use support::unchanged::{Case, Scene};

/// Measures the program on an unchanged library
#[derive(Debug, Parser)]
struct Args {
    /// Assets in the library
    #[arg(long, default_value_t = 100_000)]
    assets: usize,
    /// Photos that are written by the program itself before; the others only get the records of such a run
    #[arg(long, default_value_t = 300)]
    real: usize,
    /// Release of the server
    #[arg(long, value_enum, default_value = "3.0.3")]
    version: Release,
    /// Write face regions too
    #[arg(long)]
    faces: bool,
    /// Immich has read the written files again, and made tags of the albums in them
    #[arg(long)]
    reread: bool,
    /// How often the run is measured
    #[arg(long, default_value_t = 1)]
    times: u32,
}

/// The releases that the server can play.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Release {
    #[value(name = "2.7.5")]
    Two,
    #[value(name = "3.0.3")]
    Three,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
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
    let version = match args.version {
        Release::Two => Version::V2_7_5,
        Release::Three => Version::V3_0_3,
    };
    let Args { assets, real, faces, reread, .. } = *args;
    let program = Program::beside_this_example()?;
    let begin = Instant::now();
    let scene = Scene::set(Case { assets, real, version, faces, reread })?;
    eprintln!("{assets} photos and their server after {:.0} s", begin.elapsed().as_secs_f64());
    let primed = scene.prime(&program)?;
    eprintln!(
        "{} photos written and {} recorded as written after {:.0} s",
        primed.real,
        primed.planned,
        begin.elapsed().as_secs_f64()
    );
    let mut all_met = true;
    for _ in 0..args.times {
        let figures = scene.measure(&program)?;
        println!("{}", title(&figures));
        println!("{figures}");
        all_met &= figures.goals().iter().all(Goal::is_met);
    }
    Ok(all_met)
}

fn title(figures: &Figures) -> String {
    let Case { assets, version, faces, reread, .. } = &figures.case;
    let faces = if *faces { " --face-coordinates" } else { "" };
    let reread = if *reread { ", tags read from the files" } else { "" };
    format!("{assets} unchanged photos, Immich {version}, --all --albums{faces}{reread}")
}
