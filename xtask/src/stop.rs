//! An end of the command with an exit code of its own.

/// A missing tool that the user has to install.
pub(crate) const MISSING_TOOL: u8 = 2;

/// Why the command ends, and with which exit code. Any other error ends it with 1.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) code: u8,
    pub(crate) message: String,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}
