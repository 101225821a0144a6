//! A number for each kind of error, which its message ends with and `docs/troubleshooting.md` explains.
//!
//! A message is for the one who reads it now; its words change with the version and the language. What people search
//! for, and what they write to each other, is the number, so a number keeps its meaning for ever. It comes from the
//! types of errors and never from their texts, as the exit codes do.

use std::fmt;

use immich_api::ApiError;
use photo_metadata::MetadataError;
use sync_core::SyncError;
use sync_core::import::SourceError;

use crate::exit::{Complaint, ExitStatus};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal)+) => {
        /// A kind of error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code {
            $($(#[$doc])* $name = $number,)+
        }

        impl Code {
            /// All of them, in the order of their numbers.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

codes! {
    /// The command line, a variable or a setting.
    Setting = 1001
    /// The config file cannot be read.
    ConfigUnreadable = 1002
    /// The config file says something that is not understood.
    ConfigWrong = 1003
    /// Two names of one setting say different things.
    Contradiction = 1004
    /// There is no API key.
    NoKey = 1005
    /// The place that a secret should come from does not give it.
    SecretUnreadable = 1006
    /// Others can read a secret, and that was not to be borne.
    SecretOpen = 1007
    /// The address of the server is none.
    BadAddress = 1008
    /// The text is no API key or login.
    BadKey = 1009
    /// The certificate authority is none.
    BadCertificate = 1010
    /// Something has to be said first.
    NeedsAnswer = 1011
    /// Nothing answers at the address.
    Unreachable = 2001
    /// No secure connection.
    Tls = 2002
    /// Something else than Immich answers.
    NotImmich = 2003
    /// The server leads elsewhere.
    Redirect = 2004
    /// The server is too old.
    ServerTooOld = 2005
    /// The key is refused.
    KeyRefused = 2006
    /// The key lacks a permission.
    PermissionMissing = 2007
    /// An administrator is needed.
    AdminNeeded = 2008
    /// E-mail address or password are refused.
    LoginRefused = 2009
    /// Key and login, or two keys, do not fit each other.
    OtherUser = 2010
    /// The server fails for a reason that passes.
    ServerTrouble = 2011
    /// The server answers something that was not expected.
    Unexpected = 2012
    /// The trash of the server keeps nothing.
    TrashOff = 2013
    /// No room is left for the user on the server.
    Quota = 2014
    /// The server does not take a file.
    NotTaken = 2015
    /// An asset is not what it was.
    AssetGone = 2016
    /// The library folder.
    Library = 3001
    /// Another file or folder that was named.
    Named = 3002
    /// A disk that cannot be written.
    ReadOnly = 3003
    /// No permission on this machine.
    NoPermission = 3004
    /// No room on this machine.
    DiskFull = 3005
    /// ExifTool is missing or too old.
    ExifTool = 3006
    /// ExifTool broke off.
    ExifToolStopped = 3007
    /// A file changed, or is in use.
    FileChanged = 3008
    /// A file that is left alone.
    FileRefused = 3009
    /// The disk said no.
    Disk = 3010
    /// Another run is at work.
    Locked = 4001
    /// The state cannot be used.
    State = 4002
    /// The state belongs to another server.
    OtherServer = 4003
    /// Much would change or go.
    Brake = 4004
    /// Nothing is known of it.
    NothingKnown = 4005
    /// An undo needs the server.
    NeedsServer = 4006
    /// It was stopped.
    Stopped = 4007
    /// A source of photos cannot be read.
    Source = 5001
    /// That is no library of Apple Photos that can be read.
    NoPhotosLibrary = 5002
    /// macOS does not let us at the library.
    PhotosNotAllowed = 5003
    /// A library of Apple Photos is damaged, in use or unknown.
    PhotosDamaged = 5004
    /// A fault of this program.
    Fault = 9001
    /// Anything else.
    Other = 9002
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IS-{}", *self as u16)
    }
}

impl Code {
    /// The kind of an error: that of the first cause that says one.
    pub(crate) fn of_error(error: &anyhow::Error) -> Self {
        for cause in error.chain() {
            if let Some(complaint) = cause.downcast_ref::<Complaint>() {
                return complaint.code();
            }
            if let Some(error) = cause.downcast_ref::<SyncError>() {
                return Self::of_sync(error);
            }
            if let Some(error) = cause.downcast_ref::<ApiError>() {
                return Self::of_api(error);
            }
            if let Some(error) = cause.downcast_ref::<MetadataError>() {
                return Self::of_metadata(error);
            }
        }
        Self::Other
    }

    /// The kind of what has only an exit code.
    pub(crate) fn of_status(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Usage => Self::Setting,
            ExitStatus::Brake => Self::Brake,
            ExitStatus::Unreachable => Self::Unreachable,
            ExitStatus::Locked => Self::Locked,
            ExitStatus::KeyRefused => Self::PermissionMissing,
            ExitStatus::UnsupportedServer => Self::ServerTooOld,
            ExitStatus::ExifTool => Self::ExifTool,
            ExitStatus::Interrupted(_) => Self::Stopped,
            ExitStatus::Ok | ExitStatus::Failed | ExitStatus::Partial => Self::Other,
        }
    }

    fn of_sync(error: &SyncError) -> Self {
        match error {
            SyncError::Api(error) => Self::of_api(error),
            SyncError::UploadsFail { source } if source.is_unanswered() => Self::of_api(source),
            SyncError::UploadsFail { .. } => Self::NotTaken,
            SyncError::Metadata(error) => Self::of_metadata(error),
            SyncError::Source(error) => Self::of_source(error),
            SyncError::Photos(error) => Self::of_photos(error),
            SyncError::State { .. } => Self::State,
            SyncError::Locked { .. } => Self::Locked,
            SyncError::Library { .. } => Self::Library,
            SyncError::Named { .. } => Self::Named,
            SyncError::OtherServer { .. } => Self::OtherServer,
            SyncError::NeedsAnswer(_) => Self::NeedsAnswer,
            SyncError::Brake(_) | SyncError::SourceShrank { .. } | SyncError::ExportShrank { .. } => {
                Self::Brake
            }
            SyncError::NothingKnown(_) => Self::NothingKnown,
            SyncError::NeedsServer(_) => Self::NeedsServer,
            SyncError::DoesNotAddUp { .. } => Self::Fault,
            _ => Self::Other,
        }
    }

    fn of_api(error: &ApiError) -> Self {
        match error {
            ApiError::BadAddress { .. } => Self::BadAddress,
            ApiError::BadKey { .. } | ApiError::BadLogin { .. } => Self::BadKey,
            ApiError::BadCertificate { .. } => Self::BadCertificate,
            ApiError::Unreachable { .. } => Self::Unreachable,
            ApiError::Tls { .. } => Self::Tls,
            ApiError::NotImmich { .. } => Self::NotImmich,
            ApiError::ForeignRedirect { .. } => Self::Redirect,
            ApiError::UnsupportedVersion { .. } | ApiError::NotSupported { .. } => Self::ServerTooOld,
            ApiError::Refused { .. } => Self::KeyRefused,
            ApiError::LoginRefused { .. } => Self::LoginRefused,
            ApiError::OtherUser => Self::OtherUser,
            ApiError::MissingPermission { .. } => Self::PermissionMissing,
            ApiError::AdminNeeded { .. } => Self::AdminNeeded,
            ApiError::TrashOff => Self::TrashOff,
            ApiError::QuotaExceeded => Self::Quota,
            ApiError::NotAccepted { .. } | ApiError::TooLargeToUpload { .. } => Self::NotTaken,
            ApiError::Source { .. } => Self::Source,
            ApiError::NoSuchAsset { .. } | ApiError::NoThumbnail { .. } | ApiError::Changed { .. } => {
                Self::AssetGone
            }
            ApiError::NotStored { .. } => Self::Disk,
            ApiError::RequestTooLarge { .. } => Self::Fault,
            ApiError::Stopped => Self::Stopped,
            ApiError::Unexpected { .. } | ApiError::TooLarge { .. } => Self::Unexpected,
            error if error.is_transient() => Self::ServerTrouble,
            _ => Self::Unexpected,
        }
    }

    fn of_metadata(error: &MetadataError) -> Self {
        match error {
            MetadataError::ExifToolMissing { .. }
            | MetadataError::ExifToolUnusable { .. }
            | MetadataError::ExifToolTooOld { .. } => Self::ExifTool,
            MetadataError::ExifToolStopped { .. }
            | MetadataError::ExifToolTimeout { .. }
            | MetadataError::ExifToolOutput { .. } => Self::ExifToolStopped,
            MetadataError::ReadOnly { .. } | MetadataError::Immutable { .. } => Self::ReadOnly,
            MetadataError::NoPermission { .. } => Self::NoPermission,
            MetadataError::DiskFull { .. } => Self::DiskFull,
            MetadataError::Missing { .. } | MetadataError::Conflict { .. } | MetadataError::Busy { .. } => {
                Self::FileChanged
            }
            MetadataError::UnsupportedName { .. }
            | MetadataError::NotRegular { .. }
            | MetadataError::HardLinked { .. }
            | MetadataError::NameTooLong { .. }
            | MetadataError::NewVersionRefused { .. }
            | MetadataError::NotOurWorkFolder { .. }
            | MetadataError::UnknownContainer { .. }
            | MetadataError::Unreadable { .. }
            | MetadataError::WriteRefused { .. }
            | MetadataError::Beyond { .. }
            | MetadataError::NotVerified { .. } => Self::FileRefused,
            _ => Self::Disk,
        }
    }

    fn of_source(error: &SourceError) -> Self {
        match error {
            SourceError::Apple(error) => Self::of_photos(error),
            _ => Self::Source,
        }
    }

    fn of_photos(error: &apple_photos::Error) -> Self {
        use apple_photos::Error;
        match error {
            Error::NotALibrary { .. } | Error::TooOld { .. } | Error::IPhoto { .. } => Self::NoPhotosLibrary,
            Error::NotAllowed { .. } => Self::PhotosNotAllowed,
            Error::Stopped => Self::Stopped,
            _ => Self::PhotosDamaged,
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;
    use crate::exit::usage;

    fn code(error: impl Into<anyhow::Error>) -> String {
        Code::of_error(&error.into()).to_string()
    }

    /// The numbers that the page has a heading for.
    fn explained(page: &str) -> Vec<&str> {
        page.lines()
            .filter_map(|line| line.strip_prefix("### IS-").or(line.strip_prefix("#### IS-")))
            .collect()
    }

    #[test]
    fn every_code_is_explained_and_nothing_else_is() {
        let page = include_str!("../../../docs/troubleshooting.md");
        let all: Vec<String> = Code::ALL.iter().map(|code| (*code as u16).to_string()).collect();

        assert_eq!(explained(page), all, "docs/troubleshooting.md has `### IS-…` for each, in their order");
    }

    #[test]
    fn an_explanation_says_what_to_do() {
        let page = include_str!("../../../docs/troubleshooting.md");

        for part in page.split("\n### IS-").skip(1) {
            let text = part.split("\n## ").next().unwrap();
            let words = text.split_whitespace().count();
            assert!(words >= 15, "too little to help: IS-{text}");
        }
    }

    #[test]
    fn the_kind_comes_from_the_type_whatever_stands_around_it() {
        let refused = || ApiError::Refused { endpoint: "GET /x" };
        let around: anyhow::Result<()> = Err(SyncError::Api(refused())).context("while connecting");

        assert_eq!(code(around.unwrap_err()), "IS-2006");
        assert_eq!(code(usage("no")), "IS-1001");
        assert_eq!(code(SyncError::Brake("much".to_owned())), "IS-4004");
        assert_eq!(
            code(ApiError::Status { endpoint: "GET /x", status: 503, message: String::new() }),
            "IS-2011"
        );
        assert_eq!(code(anyhow::anyhow!("something else")), "IS-9002");
    }
}
