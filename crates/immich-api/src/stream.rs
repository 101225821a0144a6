//! Answers of many lines, handed on while they come.
//!
//! Nothing of the answer is kept but the current line, so its whole length may be beyond any memory. What
//! is bounded instead: the length of a line, the silence between two pieces, and, far above anything
//! honest, the bytes and the time of the whole.

use std::io::Read;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::debug;
use ureq::Body;
use ureq::http::Response;

use crate::call::{Call, Extent};
use crate::error::ApiError;
use crate::failure;
use crate::lines::Lines;
use crate::transport::{Failure, Transport};

/// Longest line: a hundred times the longest that was recorded.
const LONGEST_LINE: usize = 64 * 1024;
/// Largest stream: thirty million faces.
const LARGEST_STREAM: u64 = 16 * 1024 * 1024 * 1024;
/// Longest stream: who sends a byte a minute is no server.
const LONGEST_STREAM: Duration = Duration::from_hours(2);

/// What takes the lines.
pub(crate) type Take<'t> = dyn FnMut(&[u8]) -> Result<(), ApiError> + 't;

/// How a stream ended.
enum Ended {
    Whole,
    /// It broke after lines were handed on, which cannot be taken back.
    Broken(ApiError),
}

impl Transport {
    /// Sends a request and hands on the lines of the answer as they come.
    ///
    /// Repeated only as long as no line was taken: the rest of a broken stream cannot be asked for.
    pub(crate) fn lines(&self, call: &Call<'_>, take: &mut Take<'_>) -> Result<(), ApiError> {
        match self.repeat(call, || self.stream(call, take))? {
            Ended::Whole => Ok(()),
            Ended::Broken(error) => Err(error),
        }
    }

    /// One try.
    fn stream(&self, call: &Call<'_>, take: &mut Take<'_>) -> Result<Ended, Failure> {
        let open = || self.with_trusting_agent(|agent| self.open(agent, call, call.url, Extent::Stream));
        let response = self.in_turn(call, open, |response| response.status().as_u16())?;
        if !response.status().is_success() {
            let answer = self.read(call, response)?;
            self.redirect(call, call.url, &answer)?;
            let retry_after = answer.retry_after;
            let refused = answer.success(call.endpoint).map(|_| Ended::Whole);
            return refused.map_err(|error| Failure { error, retry_after });
        }
        let mut taken = 0_u64;
        let result = self.read_lines(call, response, &mut |line| {
            take(line)?;
            taken += 1;
            Ok(())
        });
        debug!(endpoint = call.endpoint, lines = taken, "streamed");
        match result {
            Ok(()) => Ok(Ended::Whole),
            Err(error) if taken > 0 => Ok(Ended::Broken(error)),
            Err(error) => Err(error.into()),
        }
    }

    fn read_lines(
        &self,
        call: &Call<'_>,
        response: Response<Body>,
        take: &mut Take<'_>,
    ) -> Result<(), ApiError> {
        let mut reader = response.into_body().into_reader();
        let too_long = |_| ApiError::TooLarge { endpoint: call.endpoint, limit: LONGEST_LINE as u64 };
        let mut lines = Lines::up_to(LONGEST_LINE);
        let (mut piece, mut received) = (vec![0; 64 * 1024], 0_u64);
        let start = self.options.clock.now();
        loop {
            self.check_stop()?;
            if self.options.clock.now().saturating_sub(start) > LONGEST_STREAM {
                let source = "it does not come to its end".into();
                return Err(ApiError::Interrupted { endpoint: call.endpoint, source });
            }
            let length = match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) => return Err(failure::inside_an_answer(call.endpoint, error)),
            };
            self.bytes_received.fetch_add(length as u64, Ordering::Relaxed);
            received += length as u64;
            if received > LARGEST_STREAM {
                return Err(ApiError::TooLarge { endpoint: call.endpoint, limit: LARGEST_STREAM });
            }
            lines.push(&piece[..length], &mut *take)?.map_err(too_long)?;
        }
        take(lines.rest())
    }
}
