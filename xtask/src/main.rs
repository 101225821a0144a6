//! Developer commands: `cargo xtask <command>`.
//!
//! What the project asks of itself (tests with a known ExifTool, borders between crates, limits on
//! files and functions) is a command here, so that a machine and a person check it the same way.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer command talks to its terminal")]

mod borders;
mod browser;
mod ci;
mod docs;
mod environment;
mod fuzz;
mod harness;
mod imports;
mod messages;
mod metrics;
mod packages;
mod shell;
mod source;
mod stop;
mod tests_run;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::stop::Stop;
use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Developer commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install ExifTool 13.59 into target/tools; needs perl, npm and a C compiler
    Setup,
    /// Run all tests with that ExifTool
    Test(tests_run::TestArgs),
    /// Run everything a change must pass
    Ci,
    /// Run the demo with that ExifTool
    Demo(harness::DemoArgs),
    /// Kill writing runs at random moments, and look at every original afterwards
    KillLoop(harness::KillLoopArgs),
    /// Write into each file of the corpus, and print what came of it as a table
    CorpusTable(harness::HarnessArgs),
    /// Run on full, read-only and locked disks and beside people who change the same files; needs root
    Faults(harness::HarnessArgs),
    /// Write into 10,000 files that ExifTool complains about
    Warnings(harness::HarnessArgs),
    /// Measure runs, writes and reads, beside ExifTool and what they may cost
    Bench(harness::BenchArgs),
    /// Kill a process that writes the state, a thousand times, and look at the state each time
    StateKills,
    /// Write into random photos and take it back, a thousand times, and into all of the corpus
    Undo,
    /// Kill runs of actions and silence their server at each request, and take a thousand libraries back
    Deeds,
    /// Stop, kill and cut imports, silence their server at each request, and look whether all arrived once
    Imports(imports::ImportsArgs),
    /// Let 10,000 requests go wrong, and compare the end with a home in which none did
    FaultedRequests,
    /// Feed spoiled files to the native parsers
    Fuzz(fuzz::FuzzArgs),
    /// Look at the report page in Chromium
    Browser(browser::BrowserArgs),
    /// Check who uses whom between crates and modules
    CheckBorders,
    /// Check that the documents agree with the program, with each other and in both languages
    Docs(docs::DocsArgs),
    /// Check that everything that people read has its German, and that the German is right in itself
    Messages,
    /// Check the packages as far as that goes without building them
    Packages(packages::PackagesArgs),
    /// Count files, lines, long functions, missing docs and calls that may panic
    Metrics(metrics::MetricsArgs),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(error.downcast_ref::<Stop>().map_or(1, |stop| stop.code))
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Setup => tools::setup(&workspace),
        Command::Test(args) => tests_run::run(&workspace, &args),
        Command::Ci => ci::run(&workspace),
        Command::Demo(args) => harness::demo(&workspace, &args),
        Command::KillLoop(args) => harness::kill_loop(&workspace, &args),
        Command::CorpusTable(args) => harness::corpus_table(&workspace, &args),
        Command::Faults(args) => harness::faults(&workspace, &args),
        Command::Warnings(args) => harness::warnings(&workspace, &args),
        Command::Bench(args) => harness::bench(&workspace, &args),
        Command::StateKills => harness::state_kills(&workspace),
        Command::Undo => harness::undo(&workspace),
        Command::Deeds => harness::deeds(&workspace),
        Command::Imports(args) => imports::run(&workspace, &args),
        Command::FaultedRequests => harness::faulted_requests(&workspace),
        Command::Fuzz(args) => fuzz::run(&workspace, &args),
        Command::Browser(args) => browser::run(&workspace, &args),
        Command::Docs(args) => docs::run(&workspace, &args),
        Command::CheckBorders => borders::check(&workspace),
        Command::Messages => crate::messages::check(&workspace),
        Command::Packages(args) => packages::run(&workspace, &args),
        Command::Metrics(args) => metrics::run(&workspace, &args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
