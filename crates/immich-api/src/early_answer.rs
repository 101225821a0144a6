//! Hearing the server while a body is still being sent.
//!
//! The HTTP library sends a body to its end before it looks for an answer. A server that knows a checksum answers
//! after the headers, and a proxy that finds a file too large answers and closes; without a look the first would
//! get gigabytes for nothing, and of the second only a broken connection would be seen. So from time to time, and
//! when sending fails, this layer looks whether something came. From then on it drops what is sent, which makes
//! the library go on to the answer, and says that the connection cannot be used again.
//!
//! It lies twice in a connection. A look is taken above TLS, as below it a greeting of the other side would pass for
//! an answer. A failure is caught below it, since TLS reads nothing any more once it cannot write.
//!
//! Built on a part of the library that changes with its minor versions; nothing else in this crate is.

use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport, time};
use ureq::{Error, Timeout};

use crate::clock::Clock;

/// How often a look is taken. A look takes some milliseconds, for which nothing is sent.
const INTERVAL: Duration = Duration::from_millis(250);
/// What a look waits: as short as the system can.
const GLANCE: time::Duration = time::Duration::from_millis(1);
/// How long an answer may take to arrive after sending failed.
const LAST_WORDS: time::Duration = time::Duration::from_secs(1);

/// What a layer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duty {
    /// Takes a look from time to time.
    Look,
    /// Reads what there is when sending fails.
    Catch,
}

/// Puts the layer on top of connections.
pub(crate) struct EarlyAnswers {
    duty: Duty,
    is_answered: Arc<AtomicBool>,
    clock: Arc<dyn Clock>,
}

impl EarlyAnswers {
    /// Connections that say in `is_answered` that the request under way was answered.
    pub(crate) fn new(duty: Duty, is_answered: &Arc<AtomicBool>, clock: &Arc<dyn Clock>) -> Self {
        Self { duty, is_answered: Arc::clone(is_answered), clock: Arc::clone(clock) }
    }
}

impl fmt::Debug for EarlyAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EarlyAnswers").finish_non_exhaustive()
    }
}

impl<In: Transport> Connector<In> for EarlyAnswers {
    type Out = Listening<In>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Listening {
            inner,
            duty: self.duty,
            is_answered: Arc::clone(&self.is_answered),
            looked_at: self.clock.now(),
            clock: Arc::clone(&self.clock),
            is_spent: false,
            has_unread: false,
        }))
    }
}

/// A connection that is listened to while it sends.
pub(crate) struct Listening<T> {
    inner: T,
    duty: Duty,
    is_answered: Arc<AtomicBool>,
    clock: Arc<dyn Clock>,
    looked_at: Duration,
    /// It was answered in the middle of a request: what it will hear next is not known.
    is_spent: bool,
    /// An answer, or its beginning, is in the buffer, and the library does not know.
    has_unread: bool,
}

impl<T: Transport> Listening<T> {
    fn is_due(&mut self) -> bool {
        let now = self.clock.now();
        let is_due = now.saturating_sub(self.looked_at) >= INTERVAL;
        if is_due {
            self.looked_at = now;
        }
        is_due
    }

    /// Whether something came within that time; then nothing is sent any more.
    fn hears(&mut self, within: time::Duration) -> bool {
        let timeout =
            NextTimeout { after: within, reason: Timeout::RecvResponse, per_read: None, per_write: None };
        let hears = matches!(self.inner.await_input(timeout), Ok(true));
        if hears {
            (self.is_spent, self.has_unread) = (true, true);
            self.is_answered.store(true, Ordering::Relaxed);
        }
        hears
    }
}

impl<T: Transport> Transport for Listening<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.is_spent || (self.duty == Duty::Look && self.is_due() && self.hears(GLANCE)) {
            return Ok(());
        }
        match self.inner.transmit_output(amount, timeout) {
            Err(error) if self.duty == Duty::Catch && is_closed(&error) && self.hears(LAST_WORDS) => Ok(()),
            result => result,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        // The library asks here also for what is in the buffer, as it has read nothing of it yet.
        if std::mem::take(&mut self.has_unread) { Ok(true) } else { self.inner.await_input(timeout) }
    }

    fn is_open(&mut self) -> bool {
        !self.is_spent && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<T: fmt::Debug> fmt::Debug for Listening<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").field("inner", &self.inner).finish_non_exhaustive()
    }
}

/// Whether the other side takes no more, though it may have said why.
fn is_closed(error: &Error) -> bool {
    match error {
        Error::Timeout(_) => true,
        Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
        ),
        _ => false,
    }
}
