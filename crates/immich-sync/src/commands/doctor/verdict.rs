//! What a check comes to.

use messages_macros::word;

/// How well it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// All is well.
    Ok,
    /// Not looked at, since something before it failed or was not wanted.
    Skipped,
    /// Worth knowing.
    Note,
    /// It may go wrong.
    Warning,
    /// It will not work.
    Failure,
}

impl Level {
    /// As the terminal has it.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Ok => word!("ok"),
            Self::Skipped => word!("skipped"),
            Self::Note => word!("note"),
            Self::Warning => word!("warning"),
            Self::Failure => word!("failure"),
        }
    }

    /// As JSON has it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// How well it is.
    pub(super) level: Level,
    /// What was found.
    pub(super) reason: String,
    /// What to do, unless all is well.
    pub(super) remedy: Option<String>,
}

/// All is well.
pub(super) fn ok(reason: impl Into<String>) -> Verdict {
    Verdict { level: Level::Ok, reason: reason.into(), remedy: None }
}

/// It was not looked at.
pub(super) fn skipped(reason: impl Into<String>) -> Verdict {
    Verdict { level: Level::Skipped, reason: reason.into(), remedy: None }
}

/// Worth knowing.
pub(super) fn note(reason: impl Into<String>, remedy: impl Into<String>) -> Verdict {
    Verdict { level: Level::Note, reason: reason.into(), remedy: Some(remedy.into()) }
}

/// It may go wrong.
pub(super) fn warning(reason: impl Into<String>, remedy: impl Into<String>) -> Verdict {
    Verdict { level: Level::Warning, reason: reason.into(), remedy: Some(remedy.into()) }
}

/// It will not work.
pub(super) fn failure(reason: impl Into<String>, remedy: impl Into<String>) -> Verdict {
    Verdict { level: Level::Failure, reason: reason.into(), remedy: Some(remedy.into()) }
}
