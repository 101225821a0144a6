//! Connections for uploads: one for each that is under way.
//!
//! An upload has to know that its own connection was answered, and the HTTP library does not say which connection it
//! takes. So each upload in flight has a lane of its own, with one connection that lives on from file to file.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::Agent;

use crate::error::ApiError;
use crate::options::ClientOptions;
use crate::tls;

/// Lanes that are kept for later; more uploads at once find no server that is quicker for it.
const MOST_KEPT: usize = 32;

/// One connection, by each way to trust the server.
pub(crate) struct Lane {
    pub(crate) agents: Vec<Agent>,
    /// Set while the request under way has been answered before its end.
    pub(crate) is_answered: Arc<AtomicBool>,
}

/// The lanes that nobody uses now.
#[derive(Default)]
pub(crate) struct Lanes(Mutex<Vec<Lane>>);

impl Lanes {
    /// A free lane, or a new one.
    pub(crate) fn take(&self, options: &ClientOptions) -> Result<Lane, ApiError> {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match free {
            Some(lane) => Ok(lane),
            None => {
                let is_answered = Arc::new(AtomicBool::new(false));
                Ok(Lane { agents: tls::upload_agents(options, &is_answered)?, is_answered })
            }
        }
    }

    /// Keeps a lane for the next upload.
    pub(crate) fn put_back(&self, lane: Lane) {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < MOST_KEPT {
            free.push(lane);
        }
    }
}
