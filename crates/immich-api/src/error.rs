//! Why a request failed, what to do about it, and whether to try again.
//!
//! Text that came from a server is cleaned before it gets here, see `clean.rs`. No variant can hold the
//! key: it is in none of the values these are built from.

use std::error::Error;

use crate::ids::AssetId;
use crate::version::{OLDEST, ServerVersion};

/// A cause from a lower layer.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why the client could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// The address of the server cannot be used as it is written.
    #[error("the server address `{address}` cannot be used: {problem}")]
    BadAddress {
        /// As the user wrote it, without a password.
        address: String,
        /// What is wrong and what to write.
        problem: String,
    },

    /// The API key cannot be one.
    #[error(
        "the API key cannot be used: {problem}; copy it from the account settings of Immich, under API keys"
    )]
    BadKey {
        /// What is wrong; never the key.
        problem: &'static str,
    },

    /// The e-mail address or the password cannot be one.
    #[error("this login cannot be used: {problem}")]
    BadLogin {
        /// What is wrong; never the password.
        problem: &'static str,
    },

    /// The own certificates cannot be read.
    #[error(
        "the own certificate authority cannot be used: {problem}; give a PEM file with `BEGIN CERTIFICATE`"
    )]
    BadCertificate {
        /// What is wrong.
        problem: &'static str,
    },

    /// No answer at all: wrong address, no network, a time-out.
    #[error("cannot reach {url}; check the address and that the server runs")]
    Unreachable {
        /// Where the request went.
        url: String,
        /// What the network said.
        source: Cause,
    },

    /// An answer began and broke off.
    #[error("the connection broke while {endpoint} was answered")]
    Interrupted {
        /// What was asked.
        endpoint: &'static str,
        /// What the network said.
        source: Cause,
    },

    /// The certificate of the server is not trusted, or the two sides found no common TLS.
    #[error(
        "no secure connection to {url}; if the certificate is your own, name the authority that signed it (ca_file) in the settings; a certificate that is its own authority has to be made with basicConstraints=CA:FALSE"
    )]
    Tls {
        /// Where the request went.
        url: String,
        /// What TLS said.
        source: Cause,
    },

    /// Something answers there, but it is not Immich.
    #[error(
        "{url} answers, but not as an Immich server ({detail}); write the address that opens Immich in the browser"
    )]
    NotImmich {
        /// The address that was tried.
        url: String,
        /// What came instead.
        detail: String,
    },

    /// A server older than this client knows.
    #[error("Immich {version} is too old; the oldest version that works is {OLDEST}: update the server")]
    UnsupportedVersion {
        /// What the server says of itself; `None` when it is too old even to say so.
        version: VersionFound,
    },

    /// The key is wrong.
    #[error(
        "the server refused the API key at {endpoint}; create a new one in the account settings of Immich"
    )]
    Refused {
        /// What was asked.
        endpoint: &'static str,
    },

    /// E-mail address and password do not fit, passwords are switched off, or the session has ended.
    #[error(
        "the server refused the login at {endpoint}; check e-mail address and password, and that the server allows logins by password"
    )]
    LoginRefused {
        /// What was asked.
        endpoint: &'static str,
    },

    /// The login and the key are of two users.
    #[error("the e-mail address belongs to another user than the API key; use both of the same user")]
    OtherUser,

    /// The server is too old for this.
    #[error("this server cannot send {what}; Immich {since} and newer can")]
    NotSupported {
        /// What was wished for.
        what: &'static str,
        /// The first version that can.
        since: ServerVersion,
    },

    /// The key is right but may not do this.
    #[error(
        "the API key lacks the permission `{permission}` for {endpoint}; add it to the key in the account settings of Immich"
    )]
    MissingPermission {
        /// As Immich names it, such as `asset.read`.
        permission: String,
        /// What was asked.
        endpoint: &'static str,
    },

    /// The key belongs to a user who may not do this, whatever the key's permissions.
    #[error("{endpoint} is for administrators of Immich only; use the API key of an administrator")]
    AdminNeeded {
        /// What was asked.
        endpoint: &'static str,
    },

    /// The server knows no such asset, or the key's user may not see it.
    #[error("the server has no asset {id} that this key may see")]
    NoSuchAsset {
        /// The asset that was asked for.
        id: AssetId,
    },

    /// The server has no picture of this asset: it made none yet, or could not.
    #[error("the server has no thumbnail of asset {id}")]
    NoThumbnail {
        /// The asset that was asked for.
        id: AssetId,
    },

    /// An order that must not be given twice, and nobody knows whether the server followed it.
    ///
    /// Look for what it would have made before giving it again.
    #[error("{endpoint} was sent, but what became of it is not known")]
    Unanswered {
        /// What was ordered.
        endpoint: &'static str,
        /// Why there is no answer.
        source: Box<ApiError>,
    },

    /// The trash of the server is switched off: what is put there is deleted at the next clean-up.
    #[error(
        "the server keeps nothing in its trash, so that assets would be lost in the night; switch the trash on, with at least one day, in the administration of Immich"
    )]
    TrashOff,

    /// The file was replaced on the server while it was being downloaded.
    #[error("asset {id} changed on the server while its original was downloaded; start over")]
    Changed {
        /// The asset.
        id: AssetId,
    },

    /// What the server sent could not be stored.
    #[error("cannot store what {endpoint} answered")]
    NotStored {
        /// What was asked.
        endpoint: &'static str,
        /// What the disk said.
        source: std::io::Error,
    },

    /// A status that was not expected.
    #[error("{endpoint} answered {status}: {message}")]
    Status {
        /// What was asked.
        endpoint: &'static str,
        /// The HTTP status.
        status: u16,
        /// What the server said about it, cleaned.
        message: String,
    },

    /// An answer that is not what Immich sends.
    #[error(
        "{endpoint} answered something unexpected ({problem}){}; is there a proxy in between?",
        after_colon(excerpt)
    )]
    Unexpected {
        /// What was asked.
        endpoint: &'static str,
        /// In what way.
        problem: BodyProblem,
        /// The start of the answer, cleaned.
        excerpt: String,
    },

    /// An answer larger than any that Immich sends.
    #[error("{endpoint} answered more than {limit} bytes; the answer was not read to its end")]
    TooLarge {
        /// What was asked.
        endpoint: &'static str,
        /// The limit in bytes.
        limit: u64,
    },

    /// A request larger than the server takes.
    #[error("the request {endpoint} has {size} bytes, more than the {limit} that Immich takes")]
    RequestTooLarge {
        /// What was asked.
        endpoint: &'static str,
        /// The size of the request in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },

    /// The server points to another one, which must not see the key.
    #[error(
        "{endpoint} is redirected to {host}, which was not followed; if that is your server, write its address instead"
    )]
    ForeignRedirect {
        /// What was asked.
        endpoint: &'static str,
        /// Scheme, name and port of the other server, cleaned.
        host: String,
    },

    /// A file could not be read to its end, or is not what was announced; nothing of it was stored.
    #[error("`{name}` was not uploaded")]
    Source {
        /// Its name, cleaned.
        name: String,
        /// What is wrong.
        #[source]
        problem: SourceProblem,
    },

    /// The user's space on the server is used up.
    #[error("no space is left for this user on the server; the administrator can raise the quota")]
    QuotaExceeded,

    /// The server does not take files of this kind.
    #[error("the server does not take `{name}`: {message}")]
    NotAccepted {
        /// Its name, cleaned.
        name: String,
        /// What the server said about it, cleaned.
        message: String,
    },

    /// Something before the server, most likely a proxy, does not let a file of this size pass.
    #[error(
        "`{name}` is too large for the way to the server ({size} bytes); raise the limit of the proxy (nginx: client_max_body_size) or use an address without one"
    )]
    TooLargeToUpload {
        /// Its name, cleaned.
        name: String,
        /// Its size in bytes.
        size: u64,
    },

    /// The user asked to stop.
    #[error("stopped")]
    Stopped,
}

/// What is wrong with a file that was to be uploaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceProblem {
    /// It cannot be opened or read.
    #[error("it cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// It ended too early: it was changed meanwhile, or is being written.
    #[error("it has {read} bytes and not the {announced} it had before; it was changed meanwhile")]
    Shorter {
        /// Bytes that it should have.
        announced: u64,
        /// Bytes that it has.
        read: u64,
    },
    /// It has more than it should: it was changed meanwhile, or is being written.
    #[error("it has more than the {announced} bytes it had before; it was changed meanwhile")]
    Longer {
        /// Bytes that it should have.
        announced: u64,
    },
}

/// What an unsupported server said of its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionFound {
    /// It named this one.
    Named(ServerVersion),
    /// It speaks the dialect of before 1.113.
    BeforeServerRoutes,
}

impl std::fmt::Display for VersionFound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named(version) => version.fmt(f),
            Self::BeforeServerRoutes => f.write_str("before 1.113"),
        }
    }
}

/// In what way a body was not what Immich sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyProblem {
    /// JSON that stops in the middle.
    #[error("the JSON stops in the middle")]
    Truncated,
    /// Nothing at all where something was asked for.
    #[error("it is empty")]
    Empty,
    /// No JSON, such as the error page of a proxy.
    #[error("no JSON")]
    NotJson,
    /// Nested deeper than any answer of Immich.
    #[error("nested too deeply")]
    TooDeep,
    /// More values than any answer of Immich.
    #[error("too many values")]
    TooManyValues,
    /// No picture, such as the log-in page of a proxy.
    #[error("no picture")]
    NotAPicture,
    /// Another part of the bytes than the one that was asked for.
    #[error("another part of the bytes")]
    OtherRange,
    /// JSON of another shape.
    #[error("another shape")]
    Shape,
    /// Items that a filter should have kept out.
    #[error("a filter was ignored")]
    IgnoredFilter,
    /// The pages of a list lead in a circle.
    #[error("its pages do not end")]
    EndlessPages,
}

/// A text behind a colon, or nothing.
fn after_colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

impl ApiError {
    /// Whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Interrupted { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Self::Unexpected { problem, .. } => match problem {
                BodyProblem::Truncated
                | BodyProblem::Empty
                | BodyProblem::NotJson
                | BodyProblem::NotAPicture => true,
                BodyProblem::TooDeep
                | BodyProblem::TooManyValues
                | BodyProblem::OtherRange
                | BodyProblem::Shape
                | BodyProblem::IgnoredFilter
                | BodyProblem::EndlessPages => false,
            },
            Self::BadAddress { .. }
            | Self::BadKey { .. }
            | Self::BadLogin { .. }
            | Self::BadCertificate { .. }
            | Self::LoginRefused { .. }
            | Self::OtherUser
            | Self::NotSupported { .. }
            | Self::Tls { .. }
            | Self::NotImmich { .. }
            | Self::UnsupportedVersion { .. }
            | Self::Refused { .. }
            | Self::MissingPermission { .. }
            | Self::AdminNeeded { .. }
            | Self::NoSuchAsset { .. }
            | Self::NoThumbnail { .. }
            | Self::Unanswered { .. }
            | Self::TrashOff
            | Self::Changed { .. }
            | Self::NotStored { .. }
            | Self::TooLarge { .. }
            | Self::RequestTooLarge { .. }
            | Self::ForeignRedirect { .. }
            | Self::Source { .. }
            | Self::QuotaExceeded
            | Self::NotAccepted { .. }
            | Self::TooLargeToUpload { .. }
            | Self::Stopped => false,
        }
    }

    /// Whether nobody knows if the order was followed; see [`Self::Unanswered`].
    pub fn is_unanswered(&self) -> bool {
        matches!(self, Self::Unanswered { .. })
    }

    /// Whether the server refused an id: it knows none such, or the key may not use it that way.
    pub fn is_unknown_id(&self) -> bool {
        matches!(self, Self::Status { status: 400, message, .. } if message.starts_with("Not found or no "))
    }
}
