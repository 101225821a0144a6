//! How well copies are found, and what it costs, beside czkawka and beside Immich's choice of what to keep.
//!
//! ```text
//! cargo xtask bench similarity [--json] [--only PART]... [--without-million]
//! ```
//!
//! Recall, false pairs and groups are those of the real photos in the shared folder, of which `truth.tsv` says what is a
//! copy of what. Speeds are processor time of one thread; machines are noisy, so peers run on the same files in the same
//! run, and ratios count. What has to hold stands at the end, each bar with what was measured.
//!
//! It fails when a bar of accuracy is missed, which no machine excuses; missed speeds are shown.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark talks to its terminal")]

mod bars;
mod clock;
mod czkawka;
mod encoding;
mod exif;
mod finding;
mod keepers;
mod ours;
mod scaling;
mod score;
mod search;
mod speed;
mod table;
mod thumbnails;
mod truth;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};
use peak_alloc::PeakAlloc;

use bars::Bars;
use czkawka::Czkawka;
use table::Table;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Measures how well copies are found and what it costs, beside czkawka and Immich's rule
#[derive(Parser)]
struct Cli {
    /// Print the tables as JSON
    #[arg(long)]
    json: bool,
    /// Measure only this; may be given several times
    #[arg(long)]
    only: Vec<Part>,
    /// Leave out the search among a million hashes, which takes a minute or two
    #[arg(long)]
    without_million: bool,
    /// The czkawka_cli to compare with; without it that is left out
    #[arg(long)]
    czkawka: Option<PathBuf>,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Recall, false pairs, splits and groups
    Finding,
    /// Which copy is kept
    Keepers,
    /// Originals against their thumbnails
    Thumbnails,
    /// Decoding and hashing
    Hashing,
    /// Pairs among many hashes
    Search,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all bars of accuracy were held.
fn run(cli: &Cli) -> Result<bool> {
    let shared = shared();
    let photos = shared.join("similarity");
    ensure!(
        photos.join("truth.tsv").is_file(),
        "no photos with planted copies at {}: name their parent folder in IMMICH_SYNC_SHARED",
        photos.display()
    );
    let wants = |part: Part| cli.only.is_empty() || cli.only.contains(&part);
    let czkawka = cli.czkawka.as_deref().map(Czkawka::at).transpose()?;
    let mut report = Report { json: cli.json, tables: Vec::new() };
    let mut bars = Bars::default();
    let known =
        if wants(Part::Finding) || wants(Part::Keepers) { Some(ours::look_at(&photos)?) } else { None };
    if let Some(known) = known.as_ref().filter(|_| wants(Part::Finding)) {
        report.add(finding::measured(known, &photos, czkawka.as_ref(), &mut bars)?);
    }
    if let Some(known) = known.as_ref().filter(|_| wants(Part::Keepers)) {
        report.add(keepers::measured(known));
    }
    let folder = tempfile::tempdir().context("a folder for thumbnails and copies")?;
    if wants(Part::Thumbnails) || wants(Part::Hashing) {
        let made = thumbnails::make(&shared, folder.path())?;
        if wants(Part::Thumbnails) {
            report.add(thumbnails::measured(&made, &mut bars)?);
        }
        if wants(Part::Hashing) {
            let table = speed::measured(&made, &photos, folder.path(), czkawka.as_ref(), &mut bars)?;
            report.add(table);
        }
    }
    if wants(Part::Search) {
        report.add(search::measured(!cli.without_million, &mut bars)?);
    }
    report.add(bars.table());
    report.finish()?;
    Ok(bars.are_accurate())
}

/// The folder with test material, where tests look for it too.
fn shared() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    std::env::var_os("IMMICH_SYNC_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from)
}

/// What is printed: each table as soon as it is there, or all of them as JSON.
struct Report {
    json: bool,
    tables: Vec<Table>,
}

impl Report {
    fn add(&mut self, table: Table) {
        if self.json {
            self.tables.push(table);
        } else {
            println!("{table}");
        }
    }

    fn finish(&self) -> Result<()> {
        if self.json {
            let tables: Vec<serde_json::Value> = self.tables.iter().map(Table::to_json).collect();
            println!("{}", serde_json::to_string_pretty(&tables)?);
        }
        Ok(())
    }
}
