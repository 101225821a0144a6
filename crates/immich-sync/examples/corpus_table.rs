//! Writes into a copy of each file of the corpus, and prints what came of it as a table.
//!
//! `cargo xtask corpus-table`, with everything allowed by each engine, and with the careful default; then two writes are
//! taken back. Exit code 1 when any file is neither right nor refused untouched, or not the original again after the
//! undo, 2 when there is no corpus.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to its terminal")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "each harness uses a part of what they share")]
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use support::corpus::{self, Corpus, Outcome, Undone, Verdict};
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

/// Who writes, and the flags for it. What the program wrote is judged here anyway, so it does without its own second
/// opinion.
const ENGINES: [(&str, &[&str]); 3] = [
    ("native", &["--engine", "native"]),
    ("auto", &["--engine", "auto", "--second-opinion", "0"]),
    ("exiftool", &["--engine", "exiftool"]),
];

/// Prints all tables; how many files are wrong.
fn print_tables(folder: &Path, list: bool) -> anyhow::Result<usize> {
    let program = Program::beside_this_example()?;
    let corpus = Corpus::open(folder, &program.judge)?;
    let mut wrong = 0;
    let mut coverage: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for (column, (name, engine)) in ENGINES.iter().enumerate() {
        let flags = [&["--write-raw", "--write-signed"][..], engine].concat();
        let outcomes = corpus::run(&program, &corpus, &flags)?;
        wrong += print(&format!("--engine {name} --write-raw --write-signed"), &outcomes, list);
        for outcome in &outcomes {
            for kind in [outcome.kind.as_str(), "all"] {
                let row = coverage.entry(kind.to_owned()).or_default();
                row[0] += usize::from(column == 0);
                row[column + 1] += usize::from(outcome.verdict == Verdict::Written);
            }
        }
    }
    wrong += print("the careful default", &corpus::run(&program, &corpus, &[])?, list);
    print_coverage(&coverage);
    Ok(wrong + print_undone(&corpus::undo(&program, &corpus, &["--write-raw", "--write-signed"])?))
}

fn print_coverage(coverage: &BTreeMap<String, [usize; 4]>) {
    println!("\nwritten rightly, of all files of a kind, broken and signed ones included\n");
    println!("{:14} {:>6} {:>7} {:>7} {:>9}", "container", "files", "native", "auto", "exiftool");
    for (kind, [files, native, auto, exiftool]) in coverage {
        println!("{kind:14} {files:>6} {native:>7} {auto:>7} {exiftool:>9}");
    }
}

/// Prints what came of the undo; how much of it is not as it should be.
fn print_undone(undone: &Undone) -> usize {
    println!("\nwritten, written again as it is, written with other data, both taken back\n");
    println!("{:>4} files changed when the same was written again", undone.again);
    println!("{:>4} files were written twice", undone.written);
    println!("{:>4} of them were as after the first run, when the second was taken back", undone.first_again);
    println!("{:>4} of them were the original again, to the last byte, when both were", undone.exact);
    for file in &undone.otherwise {
        println!("     other bytes: {}", file.display());
    }
    undone.again + (undone.written - undone.first_again) + undone.otherwise.len()
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
fn print(title: &str, outcomes: &[Outcome], list: bool) -> usize {
    println!("\nwrite --all, {title}\n");
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
