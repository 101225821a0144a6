//! Writes into thousands of files that ExifTool complains about, and says how long it took.
//!
//! `cargo run -p immich-sync --example warnings -- --files 10000`. Exit code 1 when the program hangs, fails,
//! leaves a file out, or ExifTool had nothing to complain about.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::process::ExitCode;

use clap::Parser;

use support::program::Program;
use support::warned;

/// Writes into thousands of files that ExifTool complains about, and says how long it took
#[derive(Debug, Parser)]
struct Args {
    /// How many files
    #[arg(long, default_value_t = 10_000)]
    files: usize,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match Program::beside_this_example().and_then(|program| warned::run(&program, args.files)) {
        Ok(warned) => {
            println!(
                "{} of {} files written in {:.0} s; ExifTool complained {} times ({} bytes)",
                warned.written,
                args.files,
                warned.took.as_secs_f64(),
                warned.complaints,
                warned.bytes
            );
            let all = usize::try_from(warned.written).is_ok_and(|written| written == args.files);
            if all && warned.complaints >= args.files { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
