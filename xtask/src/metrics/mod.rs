//! Numbers about the code, and the few of them that are limits.
//!
//! Long files, missing docs and calls that may panic creep in one at a time. The count of each is
//! shown; beyond the limits the command fails. `syn` reads the code: a count of lines that start
//! with `fn` would be cheaper and wrong.

mod count;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use crate::source::Source;
use crate::workspace::{Crate, Workspace};

/// Lines of a file from which it is listed.
const LONG_FILE: usize = 400;
/// Lines of a file from which it is an error.
const FILE_LIMIT: usize = 500;
/// Lines of a function from which it is listed.
const LONG_FUNCTION: usize = 60;
/// Lines of a function from which it is an error.
const FUNCTION_LIMIT: usize = 120;

/// What `metrics` is asked.
#[derive(Debug, Default, Args)]
pub(crate) struct MetricsArgs {
    /// Print the numbers as JSON
    #[arg(long)]
    json: bool,
}

/// The numbers of one crate.
#[derive(Debug, Default, Serialize)]
struct Numbers {
    name: String,
    /// Files under `src`, without those of tests.
    files: usize,
    /// Lines of these.
    lines: usize,
    /// Files under `tests`, `examples` and `benches`, and those of tests under `src`.
    test_files: usize,
    /// Lines of these.
    test_lines: usize,
    long_files: Vec<Place>,
    long_functions: Vec<Place>,
    undocumented: Vec<Place>,
    /// Calls that may panic, outside of tests.
    may_panic: Vec<Place>,
}

/// Something at a place.
#[derive(Debug, Serialize)]
struct Place {
    file: String,
    line: usize,
    what: String,
    /// Lines it has, where that is what it is listed for.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
}

/// Prints the numbers; one beyond a limit is an error.
pub(crate) fn run(workspace: &Workspace, args: &MetricsArgs) -> anyhow::Result<()> {
    let all: Vec<Numbers> =
        workspace.crates.iter().map(|krate| of_crate(workspace, krate)).collect::<anyhow::Result<_>>()?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        all.iter().for_each(print);
    }
    let faults: Vec<String> = all.iter().flat_map(faults).collect();
    for fault in &faults {
        eprintln!("over the limit: {fault}");
    }
    if !faults.is_empty() {
        bail!("{} limits are exceeded", faults.len());
    }
    Ok(())
}

fn of_crate(workspace: &Workspace, krate: &Crate) -> anyhow::Result<Numbers> {
    let mut numbers = Numbers { name: krate.name.clone(), ..Numbers::default() };
    for folder in ["src", "tests", "examples", "benches"] {
        for source in Source::all_under(&krate.folder().join(folder))? {
            add_length(workspace, &source, &mut numbers);
            let lines = source.text.lines().count();
            if folder == "src" && !source.is_test {
                numbers.files += 1;
                numbers.lines += lines;
                let name = workspace.relative(&source.path).display().to_string();
                count::add(&name, &source, &mut numbers)?;
            } else {
                numbers.test_files += 1;
                numbers.test_lines += lines;
            }
        }
    }
    Ok(numbers)
}

fn add_length(workspace: &Workspace, source: &Source, numbers: &mut Numbers) {
    let length = source.text.lines().count();
    if length > LONG_FILE {
        let file = workspace.relative(&source.path).display().to_string();
        numbers.long_files.push(Place { file, line: 1, what: "file".into(), length: Some(length) });
    }
}

fn faults(numbers: &Numbers) -> Vec<String> {
    let over = |places: &[Place], limit: usize| -> Vec<String> {
        places.iter().filter(|place| place.length > Some(limit)).map(describe).collect()
    };
    [
        over(&numbers.long_files, FILE_LIMIT),
        over(&numbers.long_functions, FUNCTION_LIMIT),
        numbers.undocumented.iter().map(|place| format!("{} has no doc comment", describe(place))).collect(),
        numbers.may_panic.iter().map(|place| format!("{} may panic", describe(place))).collect(),
    ]
    .concat()
}

fn describe(place: &Place) -> String {
    let length = place.length.map_or_else(String::new, |lines| format!(", {lines} lines"));
    format!("{}:{}: {}{length}", place.file, place.line, place.what)
}

fn print(numbers: &Numbers) {
    println!(
        "{:16} {:3} files {:6} lines  {:3} test files {:6} lines  {} undocumented  {} may panic",
        numbers.name,
        numbers.files,
        numbers.lines,
        numbers.test_files,
        numbers.test_lines,
        numbers.undocumented.len(),
        numbers.may_panic.len(),
    );
    for (title, places) in [("long file", &numbers.long_files), ("long function", &numbers.long_functions)] {
        for place in places {
            println!("    {title}: {}", describe(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(length: Option<usize>) -> Place {
        Place { file: "a.rs".into(), line: 3, what: "f".into(), length }
    }

    #[test]
    fn a_long_file_is_listed_and_a_longer_one_is_a_fault() {
        let numbers = Numbers { long_files: vec![place(Some(450)), place(Some(501))], ..Numbers::default() };

        assert_eq!(faults(&numbers), ["a.rs:3: f, 501 lines"]);
    }

    #[test]
    fn a_missing_doc_and_a_panic_are_faults_at_once() {
        let numbers =
            Numbers { undocumented: vec![place(None)], may_panic: vec![place(None)], ..Numbers::default() };

        assert_eq!(faults(&numbers), ["a.rs:3: f has no doc comment", "a.rs:3: f may panic"]);
    }
}
