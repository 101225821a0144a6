//! From the command line to a list of verdicts.

use messages_macros::word;
use serde_json::json;
use sync_core::StopFlag;

use super::checks::ALL;
use super::gather::gather;
use super::verdict::{Level, Verdict};
use crate::args::DoctorArgs;
use crate::config::ConfigFile;
use crate::environment::Environment;
use crate::exit::ExitStatus;
use crate::folders::Folders;
use crate::language::{self, Language};
use crate::output::{Console, clean, count};
use crate::settings::{Sources, catalogue};
use crate::start::{Start, typed_json};

/// The form of the JSON; fields that are added keep it.
const SCHEMA: u32 = 1;

/// Runs the command; tells how it went.
pub(crate) fn run(args: &DoctorArgs) -> ExitStatus {
    let console = Console::detect();
    let matches = args.options.matches();
    let stop = StopFlag::new();
    let tell = |line: &str| {
        if console.can_draw && !typed_json(matches) {
            console.aside(&console.aside.dim(&format!("{line} …")));
        }
    };
    let probe = !args.no_probe;
    // A config file that is not understood is a finding here, and no reason to say nothing else.
    let (facts, json, quiet) = match Start::read(matches) {
        Ok(start) => {
            let sources = start.sources();
            let flag = |setting| sources.flag(setting).unwrap_or(false);
            let facts = gather(&sources, &start.folders, None, probe, &stop, &tell);
            (facts, flag(&catalogue::JSON), flag(&catalogue::QUIET))
        }
        Err(error) => {
            let (environment, none) = (Environment::of_process(), ConfigFile::default());
            let sources = Sources { matches, environment: &environment, config: &none };
            let error = Some(clean(&format!("{error:#}")));
            let facts = gather(&sources, &Folders::of_user(), error, probe, &stop, &tell);
            (facts, typed_json(matches), false)
        }
    };
    if json {
        // Machines read English, whoever asks.
        language::speak(Language::English);
    }
    let verdicts: Vec<Verdict> = ALL.iter().map(|check| (check.judge)(&facts)).collect();
    let status = status(&verdicts);
    if json {
        console.result(&as_json(&verdicts, status));
    } else {
        show(console, &verdicts, quiet);
    }
    status
}

/// The worst of them counts.
fn status(verdicts: &[Verdict]) -> ExitStatus {
    match verdicts.iter().map(|verdict| verdict.level).max() {
        Some(Level::Failure) => ExitStatus::Failed,
        Some(Level::Warning) => ExitStatus::Partial,
        _ => ExitStatus::Ok,
    }
}

fn as_json(verdicts: &[Verdict], status: ExitStatus) -> String {
    let checks: Vec<serde_json::Value> = ALL
        .iter()
        .zip(verdicts)
        .map(|(check, verdict)| {
            json!({
                "id": check.id,
                "title": (check.title)(),
                "verdict": verdict.level.word(),
                "reason": verdict.reason,
                "remedy": verdict.remedy,
            })
        })
        .collect();
    json!({ "type": "doctor", "schema": SCHEMA, "checks": checks, "exit_code": status.code() }).to_string()
}

fn show(console: Console, verdicts: &[Verdict], quiet: bool) {
    let paint = console.result;
    let widest = ALL.iter().map(|check| (check.title)().chars().count()).max().unwrap_or(0);
    let levels = [Level::Ok, Level::Skipped, Level::Note, Level::Warning, Level::Failure];
    let word_width = levels.map(|level| level.shown().chars().count()).into_iter().max().unwrap_or(0);
    for (check, verdict) in ALL.iter().zip(verdicts) {
        if quiet && verdict.level < Level::Warning {
            continue;
        }
        let word = format!("{:<word_width$}", verdict.level.shown());
        let word = match verdict.level {
            Level::Ok => paint.green(&word),
            Level::Skipped => paint.dim(&word),
            Level::Note => word,
            Level::Warning => paint.yellow(&word),
            Level::Failure => paint.red(&word),
        };
        console.result(&format!("{word}  {:<widest$}  {}", (check.title)(), clean(&verdict.reason)));
        if let Some(remedy) = &verdict.remedy {
            console.result(&format!("{:word_width$}  {:<widest$}  → {}", "", "", clean(remedy)));
        }
    }
    let number = |level| verdicts.iter().filter(|verdict| verdict.level == level).count() as u64;
    let (failures, warnings, notes) = (number(Level::Failure), number(Level::Warning), number(Level::Note));
    let parts: Vec<String> = [
        (failures > 0).then(|| count(failures, "failure")),
        (warnings > 0).then(|| count(warnings, "warning")),
        (notes > 0).then(|| count(notes, "note")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let all = count(verdicts.len() as u64, "check");
    let found = if parts.is_empty() { word!("all is well").to_owned() } else { parts.join(", ") };
    console.result(&format!("\n{all}: {found}"));
}

#[cfg(test)]
mod tests {
    use super::super::verdict::{failure, note, ok, skipped, warning};
    use super::*;

    #[test]
    fn the_worst_verdict_is_the_exit_code() {
        let code = |verdicts: &[Verdict]| status(verdicts).code();

        assert_eq!(code(&[ok("x"), skipped("x")]), 0);
        assert_eq!(code(&[ok("x"), note("x", "y")]), 0);
        assert_eq!(code(&[warning("x", "y"), note("x", "y")]), 3);
        assert_eq!(code(&[failure("x", "y"), warning("x", "y")]), 1);
    }
}
