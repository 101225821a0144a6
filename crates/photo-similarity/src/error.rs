//! Why a picture cannot be compared, in words for its owner.

/// Why a picture has no signature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimilarityError {
    /// Not a still picture, or of a kind that this build does not read.
    #[error("{0} cannot be compared by its looks")]
    Unsupported(String),

    /// The file says that it is larger than what is allowed; nothing of it was decoded.
    #[error("it would need {needed} {unit}, and {allowed} are allowed")]
    TooLarge {
        /// What it would need.
        needed: u64,
        /// What is allowed.
        allowed: u64,
        /// Of what.
        unit: &'static str,
    },

    /// The file is damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),

    /// The file could not be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

impl SimilarityError {
    /// Whether the same may work the next time without anybody's help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Io(error) => {
                matches!(error.kind(), std::io::ErrorKind::Interrupted | std::io::ErrorKind::TimedOut)
            }
            Self::Unsupported(_) | Self::TooLarge { .. } | Self::Damaged(_) => false,
        }
    }
}
