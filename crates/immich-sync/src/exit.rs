//! Exit codes, from the types of errors and never from their texts.
//!
//! The numbers are stable: schedulers and scripts depend on them.

use std::fmt;
use std::process::ExitCode;

use immich_api::ApiError;
use photo_metadata::MetadataError;
use sync_core::export::ExportSummary;
use sync_core::import::ImportSummary;
use sync_core::organize::{ActSummary, ScanSummary};
use sync_core::{Summary, SyncError};

use crate::codes::Code;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Everything is done.
    Ok,
    /// Something failed that has no number of its own.
    Failed,
    /// The command line, the environment or the config file.
    Usage,
    /// Finished, but some photos failed or were refused.
    Partial,
    /// Much of what was written before would go, and nobody said yes.
    Brake,
    /// The server cannot be reached or gives no sensible answer.
    Unreachable,
    /// Another run is active.
    Locked,
    /// The key is refused, or may not do what is needed.
    KeyRefused,
    /// The server is too old.
    UnsupportedServer,
    /// ExifTool is missing or too old.
    ExifTool,
    /// A signal ended it.
    Interrupted(u8),
}

impl ExitStatus {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Brake => 4,
            Self::Unreachable => 10,
            Self::Locked => 11,
            Self::KeyRefused => 12,
            Self::UnsupportedServer => 13,
            Self::ExifTool => 20,
            Self::Interrupted(signal) => 128_u8.saturating_add(signal),
        }
    }

    /// How a run that came to its end did. `signal` is the one that asked it to stop, if any.
    pub(crate) fn of_summary(summary: &Summary, signal: Option<u8>) -> Self {
        match signal {
            Some(signal) if summary.stopped => Self::Interrupted(signal),
            _ if summary.is_clean() => Self::Ok,
            _ => Self::Partial,
        }
    }

    /// How the organizer did that came to its end.
    pub(crate) fn of_organizing(
        scan: Option<&ScanSummary>,
        acted: Option<&ActSummary>,
        signal: Option<u8>,
    ) -> Self {
        let stopped = scan.is_some_and(|scan| scan.stopped) || acted.is_some_and(|acted| acted.total.stopped);
        let is_clean =
            scan.is_none_or(ScanSummary::is_clean) && acted.is_none_or(|acted| acted.total.is_clean());
        match signal {
            Some(signal) if stopped => Self::Interrupted(signal),
            _ if is_clean && !stopped => Self::Ok,
            _ => Self::Partial,
        }
    }

    /// How an import did that came to its end.
    pub(crate) fn of_import(import: &ImportSummary, put_away: Option<&Summary>, signal: Option<u8>) -> Self {
        let is_clean = import.failed == 0
            && import.troubled() == 0
            && import.listing_complete
            && put_away.is_none_or(Summary::is_clean);
        let stopped = import.stopped || put_away.is_some_and(|summary| summary.stopped);
        match signal {
            Some(signal) if stopped => Self::Interrupted(signal),
            _ if is_clean && !stopped => Self::Ok,
            _ => Self::Partial,
        }
    }

    /// How an export did that came to its end.
    pub(crate) fn of_export(export: &ExportSummary, signal: Option<u8>) -> Self {
        let is_clean = export.failed == 0 && export.troubled() == 0 && export.listing_complete;
        match signal {
            Some(signal) if export.stopped => Self::Interrupted(signal),
            _ if is_clean && !export.stopped => Self::Ok,
            _ => Self::Partial,
        }
    }

    /// What an error means; `signal` is the one that asked to stop, if any.
    pub(crate) fn of_error(error: &anyhow::Error, signal: Option<u8>) -> Self {
        for cause in error.chain() {
            if let Some(complaint) = cause.downcast_ref::<Complaint>() {
                return complaint.status;
            }
            if let Some(error) = cause.downcast_ref::<SyncError>() {
                return of_sync(error, signal);
            }
            if let Some(error) = cause.downcast_ref::<ApiError>() {
                return of_api(error, signal);
            }
            if let Some(error) = cause.downcast_ref::<MetadataError>() {
                return of_metadata(error);
            }
        }
        Self::Failed
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

/// What the program itself has to say against going on.
#[derive(Debug)]
pub(crate) struct Complaint {
    status: ExitStatus,
    code: Code,
    message: String,
    source: Option<std::io::Error>,
}

impl Complaint {
    /// An error that ends with this status.
    pub(crate) fn error(status: ExitStatus, message: impl Into<String>) -> anyhow::Error {
        Self::coded(status, Code::of_status(status), message)
    }

    /// The same, with a kind of its own.
    pub(crate) fn coded(status: ExitStatus, code: Code, message: impl Into<String>) -> anyhow::Error {
        Self { status, code, message: message.into(), source: None }.into()
    }

    /// Its kind.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The same, with what the system said.
    pub(crate) fn because(
        status: ExitStatus,
        message: impl Into<String>,
        source: std::io::Error,
    ) -> anyhow::Error {
        Self { status, code: Code::of_status(status), message: message.into(), source: Some(source) }.into()
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Complaint {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// Something on the command line, in the environment or in the config file that has to be put right.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    Complaint::error(ExitStatus::Usage, message)
}

/// The same, of a kind of its own.
pub(crate) fn usage_of(code: Code, message: impl Into<String>) -> anyhow::Error {
    Complaint::coded(ExitStatus::Usage, code, message)
}

fn of_sync(error: &SyncError, signal: Option<u8>) -> ExitStatus {
    match error {
        SyncError::Api(error) => of_api(error, signal),
        SyncError::UploadsFail { source } if source.is_unanswered() => ExitStatus::Unreachable,
        SyncError::Metadata(error) => of_metadata(error),
        SyncError::Photos(error) => of_photos(error, signal),
        SyncError::Locked { .. } => ExitStatus::Locked,
        SyncError::Brake(_) | SyncError::SourceShrank { .. } | SyncError::ExportShrank { .. } => {
            ExitStatus::Brake
        }
        SyncError::Library { .. }
        | SyncError::Named { .. }
        | SyncError::OtherServer { .. }
        | SyncError::NeedsAnswer(_)
        | SyncError::NeedsServer(_)
        | SyncError::NothingKnown(_) => ExitStatus::Usage,
        _ => ExitStatus::Failed,
    }
}

fn of_photos(error: &apple_photos::Error, signal: Option<u8>) -> ExitStatus {
    use apple_photos::Error;
    match error {
        Error::NotALibrary { .. } | Error::TooOld { .. } | Error::IPhoto { .. } => ExitStatus::Usage,
        Error::Stopped => signal.map_or(ExitStatus::Failed, ExitStatus::Interrupted),
        _ => ExitStatus::Failed,
    }
}

fn of_api(error: &ApiError, signal: Option<u8>) -> ExitStatus {
    match error {
        ApiError::BadAddress { .. }
        | ApiError::BadKey { .. }
        | ApiError::BadLogin { .. }
        | ApiError::BadCertificate { .. }
        | ApiError::OtherUser => ExitStatus::Usage,
        ApiError::Refused { .. }
        | ApiError::LoginRefused { .. }
        | ApiError::MissingPermission { .. }
        | ApiError::AdminNeeded { .. } => ExitStatus::KeyRefused,
        ApiError::UnsupportedVersion { .. } | ApiError::NotSupported { .. } => ExitStatus::UnsupportedServer,
        ApiError::Tls { .. } | ApiError::NotImmich { .. } | ApiError::ForeignRedirect { .. } => {
            ExitStatus::Unreachable
        }
        ApiError::Stopped => signal.map_or(ExitStatus::Failed, ExitStatus::Interrupted),
        error if error.is_transient() => ExitStatus::Unreachable,
        _ => ExitStatus::Failed,
    }
}

fn of_metadata(error: &MetadataError) -> ExitStatus {
    match error {
        MetadataError::ExifToolMissing { .. }
        | MetadataError::ExifToolUnusable { .. }
        | MetadataError::ExifToolTooOld { .. } => ExitStatus::ExifTool,
        _ => ExitStatus::Failed,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    fn code(error: impl Into<anyhow::Error>) -> u8 {
        ExitStatus::of_error(&error.into(), None).code()
    }

    fn io() -> std::io::Error {
        std::io::ErrorKind::NotFound.into()
    }

    #[test]
    fn each_kind_of_error_has_its_number() {
        let unreachable = || ApiError::Unreachable { url: "http://nas".to_owned(), source: Box::new(io()) };
        let locked = SyncError::Locked { path: "/s".into(), holder: "pid 1".to_owned() };
        let old = MetadataError::ExifToolTooOld { found: "9.00".to_owned(), needed: "12.38".to_owned() };

        assert_eq!(code(usage("no")), 2);
        assert_eq!(code(SyncError::NeedsAnswer("say so".to_owned())), 2);
        assert_eq!(code(SyncError::Brake("much".to_owned())), 4);
        assert_eq!(code(unreachable()), 10);
        assert_eq!(code(SyncError::Api(unreachable())), 10);
        assert_eq!(code(ApiError::Status { endpoint: "GET /x", status: 503, message: String::new() }), 10);
        assert_eq!(code(ApiError::Status { endpoint: "GET /x", status: 400, message: String::new() }), 1);
        assert_eq!(code(locked), 11);
        assert_eq!(code(ApiError::Refused { endpoint: "GET /x" }), 12);
        assert_eq!(code(SyncError::Metadata(old)), 20);
        assert_eq!(code(MetadataError::ExifToolMissing { program: "x".into(), source: io() }), 20);
        assert_eq!(code(anyhow::anyhow!("something else")), 1);
    }

    #[test]
    fn a_context_does_not_hide_the_kind() {
        let error: anyhow::Result<()> =
            Err(ApiError::Refused { endpoint: "GET /x" }).context("while connecting");

        assert_eq!(ExitStatus::of_error(&error.unwrap_err(), None).code(), 12);
    }

    #[test]
    fn a_stopped_request_ends_with_the_signal() {
        assert_eq!(ExitStatus::of_error(&ApiError::Stopped.into(), Some(15)).code(), 143);
        assert_eq!(ExitStatus::of_error(&ApiError::Stopped.into(), Some(2)).code(), 130);
    }

    #[test]
    fn an_import_that_left_something_behind_is_no_success() {
        let clean = ImportSummary { listing_complete: true, ..ImportSummary::default() };
        let failed = ImportSummary { failed: 1, ..clean.clone() };
        let empty =
            ImportSummary { skipped: [(sync_core::import::SkipKind::Empty, 1)].into(), ..clean.clone() };
        let stopped = ImportSummary { stopped: true, ..clean.clone() };

        assert_eq!(
            ExitStatus::of_import(&clean, None, Some(2)).code(),
            0,
            "the signal came when all was done"
        );
        assert_eq!(ExitStatus::of_import(&failed, None, None).code(), 3);
        assert_eq!(ExitStatus::of_import(&empty, None, None).code(), 3);
        assert_eq!(
            ExitStatus::of_import(&ImportSummary::default(), None, None).code(),
            3,
            "an incomplete listing"
        );
        assert_eq!(ExitStatus::of_import(&stopped, None, Some(15)).code(), 143);
    }

    #[test]
    fn a_run_with_a_trouble_is_no_success() {
        let clean = Summary { listing_complete: true, ..Summary::default() };
        let failed = Summary { failed: 1, ..clean.clone() };
        let stopped = Summary { stopped: true, ..clean.clone() };

        assert_eq!(ExitStatus::of_summary(&clean, None).code(), 0);
        assert_eq!(ExitStatus::of_summary(&failed, None).code(), 3);
        assert_eq!(ExitStatus::of_summary(&Summary::default(), None).code(), 3, "an incomplete listing");
        assert_eq!(ExitStatus::of_summary(&stopped, Some(15)).code(), 143);
        assert_eq!(ExitStatus::of_summary(&clean, Some(2)).code(), 0, "the signal came when all was done");
    }
}
