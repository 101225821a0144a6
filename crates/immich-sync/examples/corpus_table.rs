//! Writes into a copy of each file of the corpus, and prints what came of it as a table.
//!
//! `cargo xtask corpus-table` twice over: with everything allowed, and with the careful default. Exit code 1
//! when any file is neither right nor refused untouched, 2 when there is no corpus.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use support::corpus::{self, Corpus, Outcome, Verdict};
use support::program::Program;

/// Writes into a copy of each file of the corpus, and prints what came of it as a table
#[derive(Debug, Parser)]
struct Args {
    /// Name each file
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let folder = corpus::shared().join("corpus");
    if !folder.is_dir() {
        eprintln!("no corpus at {}; name its parent in IMMICH_SYNC_SHARED", folder.display());
        return ExitCode::from(2);
    }
    match print_tables(&folder, args.list) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints both tables; how many files are wrong.
fn print_tables(folder: &Path, list: bool) -> anyhow::Result<usize> {
    let program = Program::beside_this_example()?;
    let corpus = Corpus::open(folder, &program.judge)?;
    let mut wrong = 0;
    for flags in [&["--write-raw", "--write-signed"][..], &[]] {
        wrong += print(flags, &corpus::run(&program, &corpus, flags)?, list);
    }
    Ok(wrong)
}

/// The numbers of one kind of file.
#[derive(Default)]
struct Row {
    written: usize,
    refused: BTreeMap<String, usize>,
    wrong: usize,
}

impl Row {
    fn take(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Written => self.written += 1,
            Verdict::Refused(reason) => *self.refused.entry(general(reason)).or_default() += 1,
            Verdict::Wrong(_) => self.wrong += 1,
        }
    }

    fn print(&self, name: &str) {
        let refused: usize = self.refused.values().sum();
        let reasons: Vec<String> =
            self.refused.iter().map(|(reason, count)| format!("{count} × {reason}")).collect();
        println!(
            "{name:14} {:>6} {:>7} {refused:>7} {:>6}  {}",
            self.written + refused + self.wrong,
            self.written,
            self.wrong,
            reasons.join("; ")
        );
    }
}

/// Letters of a reason that the table shows.
const SHOWN: usize = 100;

/// A reason without what is true of one file only, so that it can be counted.
fn general(reason: &str) -> String {
    let is_number = |word: &str| {
        word.contains(|letter: char| letter.is_ascii_digit()) && !word.contains(char::is_alphabetic)
    };
    let word = |word| match word {
        path if str::contains(path, "/") => "…",
        number if is_number(number) => "N",
        word => word,
    };
    let text = reason.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    if text.chars().count() > SHOWN { text.chars().take(SHOWN - 1).chain(['…']).collect() } else { text }
}

/// Prints a table; how many files are wrong.
fn print(flags: &[&str], outcomes: &[Outcome], list: bool) -> usize {
    let allowed = if flags.is_empty() { "the careful default".to_owned() } else { flags.join(" ") };
    println!("\nwrite --all, {allowed}\n");
    if list {
        for outcome in outcomes {
            print_file(outcome);
        }
        println!();
    }
    let (mut rows, mut total) = (BTreeMap::<&str, Row>::new(), Row::default());
    for outcome in outcomes {
        rows.entry(&outcome.kind).or_default().take(&outcome.verdict);
        total.take(&outcome.verdict);
    }
    println!("{:14} {:>6} {:>7} {:>7} {:>6}  reasons", "container", "files", "written", "refused", "wrong");
    for (kind, row) in &rows {
        row.print(kind);
    }
    total.refused = BTreeMap::from([("named above".to_owned(), total.refused.values().sum())]);
    total.print("all");
    for outcome in outcomes {
        if let Verdict::Wrong(findings) = &outcome.verdict {
            println!("WRONG {}: {}", outcome.file.display(), findings.join("; "));
        }
    }
    total.wrong
}

fn print_file(outcome: &Outcome) {
    let (word, why) = match &outcome.verdict {
        Verdict::Written => ("written", String::new()),
        Verdict::Refused(reason) => ("refused", format!(": {reason}")),
        Verdict::Wrong(findings) => ("WRONG", format!(": {}", findings.join("; "))),
    };
    println!("{word:8} {:10} {}{why}", outcome.kind, outcome.file.display());
}
