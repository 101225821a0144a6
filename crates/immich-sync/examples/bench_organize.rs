//! What the organizer costs: a library of 100,000 photos again and again, and very many groups.
//!
//! `cargo xtask bench organize`, with `--assets 1000000`, `--groups 50000,200000` or `--json`. Exit code 1 when a bound
//! is missed. Linux only.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::process::ExitCode;

use clap::Parser;

use support::far::SERVE;
use support::organized::crowd::Crowd;
use support::organized::figures::{Series, Step};
use support::organized::plain;
use support::organized::server::{Far, serve};
use support::program::Program;

/// Measures the organizer on large libraries
#[derive(Debug, Parser)]
struct Args {
    /// Photos that are compared again and again; 0 leaves that out
    #[arg(long, default_value_t = 100_000)]
    assets: usize,
    /// Groups of two photos each; several numbers: one after the other
    #[arg(long, value_delimiter = ',', default_values_t = [50_000, 200_000])]
    groups: Vec<usize>,
    /// Of these so many get albums, stacks and hearts, too; 0 leaves that out
    #[arg(long, default_value_t = 2_000)]
    part: usize,
    /// Groups on the page
    #[arg(long, default_value_t = 1_000)]
    on_the_page: usize,
    /// One object for each library, for machines
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ended = match arguments.split_first() {
        Some((first, numbers)) if first == SERVE => serve(numbers).map(|()| true),
        _ => run(&Args::parse()),
    };
    match ended {
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
    let program = Program::beside_this_example()?;
    let told = |step: &Step| eprintln!("{step}");
    let mut all_met = true;
    let mut tell = |series: &Series| {
        if args.json {
            println!("{}", series.to_json());
        } else {
            println!("{series}");
        }
        all_met &= series.missed().is_empty();
    };
    if args.assets > 0 {
        let host = Far::start(plain::library(args.assets))?;
        tell(&plain::measure(&program, host, args.assets, &told)?);
    }
    for &groups in args.groups.iter().filter(|groups| **groups > 0) {
        let crowd = Crowd { groups, part: args.part.min(groups), on_the_page: args.on_the_page };
        let host = Far::start(crowd.library())?;
        tell(&crowd.measure(&program, host, &told)?);
    }
    Ok(all_met)
}
