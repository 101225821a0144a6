//! What imports cost: first and later ones of folders, beside the client of the Immich project, and exports of Google
//! Photos.
//!
//! `cargo xtask bench import`, with `--only first` (or `again`, `takeout`, `apple`), `--rounds 1` or `--json`. Exit code 1 when a
//! bound is missed. Linux only.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use support::far::SERVE;
use support::imported::clients::Clients;
use support::imported::figures::{Row, Table};
use support::imported::{again, apple, first, server, takeout};
use support::program::Program;

/// Measures imports
#[derive(Debug, Parser)]
struct Args {
    /// The program, unless it is the one beside this harness
    #[arg(long)]
    program: Option<PathBuf>,
    /// Only these
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Node for the client of the Immich project
    #[arg(long, requires = "official_client")]
    node: Option<PathBuf>,
    /// Its script; without it nothing is compared
    #[arg(long)]
    official_client: Option<PathBuf>,
    /// Runs of each case of which the best counts
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Files of 200 KB that are sent
    #[arg(long, default_value_t = 2_000)]
    small: u32,
    /// Files of 20 MiB that are sent
    #[arg(long, default_value_t = 100)]
    large: u32,
    /// Files that are there already
    #[arg(long, default_value_t = 100_000)]
    files: u32,
    /// Photos of an export, and then twice as many
    #[arg(long, default_value_t = 8_000)]
    photos: u32,
    /// Assets of a library of Apple Photos
    #[arg(long, default_value_t = 10_000)]
    assets: usize,
    /// The command of osxphotos; without it nothing is compared with it
    #[arg(long)]
    osxphotos: Option<PathBuf>,
    /// One object for each table, for machines
    #[arg(long)]
    json: bool,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// First imports
    First,
    /// Later imports
    Again,
    /// Exports of Google Photos
    Takeout,
    /// Libraries of Apple Photos, imported and exported
    Apple,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ended = match arguments.split_first() {
        Some((first, _)) if first == SERVE => server::serve().map(|()| true),
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
    let told = |row: &Row| eprintln!("{row}");
    let peer = args.node.clone().zip(args.official_client.clone());
    let program = match &args.program {
        Some(path) => path.clone(),
        None => Program::beside_this_example()?.binary,
    };
    let clients = Clients { program, peer, told: &told };
    let is_wanted = |part| args.only.is_empty() || args.only.contains(&part);
    let mut all_met = true;
    let mut tell = |table: &Table| {
        if args.json {
            println!("{}", table.to_json());
        } else {
            println!("{table}");
        }
        all_met &= table.is_met();
    };
    if is_wanted(Part::First) {
        tell(&first::small(&clients, args.small, args.rounds)?);
        tell(&first::large(&clients, args.large, args.rounds)?);
    }
    if is_wanted(Part::Again) {
        tell(&again::measure(&clients, args.files, args.rounds)?);
    }
    if is_wanted(Part::Takeout) {
        tell(&takeout::measure(&clients, args.photos, args.rounds)?);
    }
    if is_wanted(Part::Apple) {
        let peer = args.osxphotos.clone().map(|osxphotos| apple::Peer { osxphotos });
        tell(&apple::measure(&clients, args.assets, peer.as_ref())?);
    }
    Ok(all_met)
}
