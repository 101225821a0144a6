//! How jobs end, in words, and which end of several is the worst.

use messages_macros::word;
use unattended::Outcome;

use super::process::Ended;
use crate::exit::ExitStatus;
use crate::output::JobResult;

/// The codes from the worst on. What nobody can mend by waiting comes before what may pass, and what was done in part
/// comes last.
const WORST_FIRST: [u8; 9] = [12, 2, 13, 20, 10, 1, 4, 11, 3];

/// The word for a job that ran out of time.
pub(super) const TIMEOUT: &str = "timeout";
/// The word for a job whose hook failed in front of it.
pub(super) const HOOK: &str = "hook";
/// The word for a job that nobody saw end.
pub(super) const CUT_OFF: &str = "cut-off";
/// The word for a job that was asked to stop.
pub(super) const INTERRUPTED: &str = "interrupted";

/// A code in a word.
pub(super) fn word(code: u8) -> &'static str {
    match code {
        0 => "ok",
        2 => "usage",
        3 => "partial",
        4 => "brake",
        10 => "unreachable",
        11 => "locked",
        12 => "key-refused",
        13 => "unsupported-server",
        20 => "exiftool",
        129 | 130 | 143 => INTERRUPTED,
        128.. => "killed",
        _ => "failed",
    }
}

/// The word for how a job or a run ended, as people read it; machines and hooks get the word itself.
pub(crate) fn shown_end(word: &str) -> &str {
    match word {
        "ok" => word!("ok"),
        "usage" => word!("usage"),
        "partial" => word!("partial"),
        "brake" => word!("brake"),
        "unreachable" => word!("unreachable"),
        "locked" => word!("locked"),
        "key-refused" => word!("key-refused"),
        "unsupported-server" => word!("unsupported-server"),
        "exiftool" => word!("exiftool"),
        "failed" => word!("failed"),
        "killed" => word!("killed"),
        TIMEOUT => word!("timeout"),
        HOOK => word!("hook"),
        CUT_OFF => word!("cut-off"),
        INTERRUPTED => word!("interrupted"),
        other => other,
    }
}

/// How a job ended. `signal` is the one that was handed on to it.
pub(super) fn outcome(
    ended: &Ended,
    result: &JobResult,
    accepts_partial: bool,
    signal: Option<u8>,
) -> Outcome {
    let code = ended.code;
    let word = match code {
        _ if ended.is_late => TIMEOUT,
        0 => word(0),
        _ if signal.is_some() => INTERRUPTED,
        _ if ended.was_killed => "killed",
        code => word(code),
    };
    Outcome {
        exit: Some(code),
        word: word.to_owned(),
        is_good: !ended.is_late && (code == 0 || (code == 3 && accepts_partial)),
        counts: result.counts.clone(),
    }
}

/// How a run ends whose jobs ended like this. A signal to the run itself is the end of it, whatever came before.
pub(super) fn worst(outcomes: &[Outcome], signal: Option<u8>) -> ExitStatus {
    if let Some(signal) = signal {
        return ExitStatus::Interrupted(signal);
    }
    let bad: Vec<u8> = outcomes.iter().filter(|outcome| !outcome.is_good).map(of_job).collect();
    let worst = WORST_FIRST.into_iter().find(|code| bad.contains(code));
    status(worst.unwrap_or(0))
}

/// What the end of a job counts as: anything without a number of its own is a failure.
fn of_job(outcome: &Outcome) -> u8 {
    match outcome.exit {
        Some(code) if outcome.word == word(code) && WORST_FIRST.contains(&code) => code,
        _ => 1,
    }
}

fn status(code: u8) -> ExitStatus {
    match code {
        0 => ExitStatus::Ok,
        2 => ExitStatus::Usage,
        3 => ExitStatus::Partial,
        4 => ExitStatus::Brake,
        10 => ExitStatus::Unreachable,
        11 => ExitStatus::Locked,
        12 => ExitStatus::KeyRefused,
        13 => ExitStatus::UnsupportedServer,
        20 => ExitStatus::ExifTool,
        _ => ExitStatus::Failed,
    }
}

#[cfg(test)]
mod tests {
    use unattended::Tail;

    use super::*;

    fn ended(code: u8, was_killed: bool, is_late: bool) -> Ended {
        Ended { code, was_killed, is_late, tail: Tail::default() }
    }

    fn of(code: u8, was_killed: bool, is_late: bool) -> Outcome {
        outcome(&ended(code, was_killed, is_late), &JobResult::default(), false, None)
    }

    #[test]
    fn every_end_has_a_word() {
        let words = [of(0, false, false), of(3, false, false), of(137, true, false), of(143, false, true)];
        let words: Vec<&str> = words.iter().map(|outcome| outcome.word.as_str()).collect();

        assert_eq!(words, ["ok", "partial", "killed", "timeout"]);
        let stopped = outcome(&ended(143, false, false), &JobResult::default(), false, Some(15));
        assert_eq!(stopped.word, "interrupted");
    }

    #[test]
    fn part_of_it_is_good_where_that_is_accepted() {
        let part = |accepts| outcome(&ended(3, false, false), &JobResult::default(), accepts, None);

        assert!(part(true).is_good && !part(false).is_good);
        assert_eq!(worst(&[part(true)], None), ExitStatus::Ok);
        assert_eq!(worst(&[part(false)], None), ExitStatus::Partial);
    }

    #[test]
    fn the_worst_of_several_is_that_of_the_run() {
        let run = |codes: &[u8]| {
            let outcomes: Vec<Outcome> = codes.iter().map(|code| of(*code, *code > 128, false)).collect();
            worst(&outcomes, None).code()
        };

        assert_eq!(run(&[0, 0]), 0);
        assert_eq!(run(&[3, 10, 0]), 10);
        assert_eq!(run(&[10, 12]), 12);
        assert_eq!(run(&[137, 3]), 1, "a killed job is a failed one");
        assert_eq!(run(&[101]), 1, "a panic");
        assert_eq!(worst(&[of(143, false, true)], None).code(), 1, "out of time");
        assert_eq!(worst(&[of(12, false, false)], Some(15)).code(), 143);
    }
}
