//! The background jobs of the server, done one after the other and before the answer leaves, so that no test has
//! to wait.

use std::sync::PoisonError;

use crate::{AssetId, SandboxError, reread, server::Shared, sidecar};

/// Reads these files again.
pub(crate) fn refresh(shared: &Shared, ids: &[AssetId]) -> Result<(), SandboxError> {
    let _alone = shared.jobs.lock().unwrap_or_else(PoisonError::into_inner);
    reread::refresh(shared, ids)
}

/// Writes what was edited into sidecars and reads those assets again.
pub(crate) fn write_edits(shared: &Shared, ids: &[AssetId]) -> Result<(), SandboxError> {
    let _alone = shared.jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let (written, outcome) = sidecar::write(shared, ids);
    reread::refresh(shared, &written)?;
    outcome
}
