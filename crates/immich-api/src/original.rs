//! Originals, streamed to wherever they are wanted.
//!
//! A video has gigabytes and a home line breaks, so a transfer goes on where it broke, as long as each piece
//! brings something. What is there already is never asked to come again in other words: the bytes are wanted
//! as they are stored (no compression on the way, or their count would mean nothing), the answer must begin
//! where it was told to, and a file that was replaced meanwhile ends the transfer. There is no limit on the
//! size, only on the silence and on crawling.

use std::io::{Read, Write};
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::debug;
use ureq::Body;
use ureq::http::Response;
use ureq::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, LAST_MODIFIED};

use crate::call::{Call, Caller, Extent};
use crate::client::Client;
use crate::error::{ApiError, BodyProblem};
use crate::failure;
use crate::ids::AssetId;
use crate::transport::{Failure, text};

const ENDPOINT: &str = "GET /assets/{id}/original";
/// So many bytes must come in each [`PACE_TIME`]: 500 per second, less than any line.
const PACE: u64 = 64 * 1024;
const PACE_TIME: Duration = Duration::from_mins(2);
/// A transfer that broke is gone on with once more for each so many bytes.
const BYTES_PER_RESUMPTION: u64 = 1024 * 1024;
/// And so often in any case.
const RESUMPTIONS: u64 = 10;
/// Redirects on the same server, at most.
const MOST_HOPS: usize = 5;

/// What was transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Bytes that were handed on by this call.
    pub bytes: u64,
    /// Bytes of the whole original; `None` when the server did not say.
    pub whole: Option<u64>,
}

/// A transfer under way.
struct Download<'t> {
    client: &'t Client,
    id: &'t AssetId,
    into: &'t mut dyn Write,
    from: u64,
    written: u64,
    whole: Option<u64>,
    modified: Option<String>,
}

/// How one answer ended.
enum Ended {
    Whole,
    /// It broke after bytes were handed on.
    Broken(ApiError),
}

/// Streams an original from a place on, and goes on where it breaks.
pub(crate) fn fetch(
    client: &Client,
    id: &AssetId,
    from: u64,
    into: &mut dyn Write,
) -> Result<Transfer, ApiError> {
    let mut download = Download { client, id, into, from, written: 0, whole: None, modified: None };
    let path = client.url(&format!("/assets/{id}/original"));
    let mut resumptions = 0;
    loop {
        let call = Call { bytes_from: Some(download.place()), ..Call::get(ENDPOINT, &path, Caller::Key) };
        match client.transport.repeat(&call, || download.go_on(&call)) {
            Ok(Ended::Whole) => return Ok(download.transfer()),
            Ok(Ended::Broken(error)) => {
                resumptions += 1;
                if resumptions > RESUMPTIONS + download.written / BYTES_PER_RESUMPTION {
                    return Err(error);
                }
                debug!(at = download.place(), %error, "going on with a transfer that broke");
            }
            Err(error) if error.is_unknown_id() => return Err(ApiError::NoSuchAsset { id: id.clone() }),
            Err(error) => return Err(error),
        }
    }
}

impl Download<'_> {
    /// The first byte that is missing.
    fn place(&self) -> u64 {
        self.from.saturating_add(self.written)
    }

    fn transfer(&self) -> Transfer {
        Transfer { bytes: self.written, whole: self.whole }
    }

    /// One try, from the place on that was reached.
    fn go_on(&mut self, call: &Call<'_>) -> Result<Ended, Failure> {
        let response = self.open(call)?;
        let status = response.status().as_u16();
        if status == 416 && self.is_all(&response)? {
            return Ok(Ended::Whole);
        }
        if !matches!(status, 200 | 206) {
            let answer = self.client.transport.read(call, response)?;
            let retry_after = answer.retry_after;
            let refused = answer.success(ENDPOINT).and_then(|_| Err(other_range(status)));
            return refused.map_err(|error| Failure { error, retry_after });
        }
        let before = self.written;
        let skip = self.check(&response)?;
        match self.receive(response, skip) {
            Ok(()) => Ok(Ended::Whole),
            Err(error) if self.written > before && error.is_transient() => Ok(Ended::Broken(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends the request and follows redirects on the same server.
    fn open(&self, call: &Call<'_>) -> Result<Response<Body>, ApiError> {
        let transport = &self.client.transport;
        let mut url = call.url.to_owned();
        for _ in 0..=MOST_HOPS {
            let open =
                || transport.with_trusting_agent(|agent| transport.open(agent, call, &url, Extent::Stream));
            let response = transport.in_turn(call, open, |response| response.status().as_u16())?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let answer = transport.read(call, response)?;
            match transport.redirect(call, &url, &answer)? {
                Some(target) => url = target,
                None => return Err(answer.success(ENDPOINT).err().unwrap_or_else(|| other_range(300))),
            }
        }
        Err(ApiError::Status { endpoint: ENDPOINT, status: 302, message: "it leads in a circle".to_owned() })
    }

    /// Whether a server that has nothing from here on says so because we have everything.
    fn is_all(&mut self, response: &Response<Body>) -> Result<bool, ApiError> {
        let range = text(response.headers(), &CONTENT_RANGE).unwrap_or_default();
        let whole = range.strip_prefix("bytes */").and_then(|whole| whole.trim().parse().ok());
        self.note(whole, None)?;
        match whole {
            Some(whole) if whole == self.place() => Ok(true),
            Some(_) => Err(self.changed()),
            None => Ok(false),
        }
    }

    /// Checks the head of an answer; says how many of its bytes are there already.
    fn check(&mut self, response: &Response<Body>) -> Result<u64, ApiError> {
        let headers = response.headers();
        if text(headers, &CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
            return Err(other_range(response.status().as_u16()));
        }
        let modified = text(headers, &LAST_MODIFIED).map(str::to_owned);
        let length = text(headers, &CONTENT_LENGTH).and_then(|length| length.trim().parse::<u64>().ok());
        if response.status().as_u16() == 200 {
            self.note(length, modified)?;
            // The request was for a part: the server does not know parts and begins again.
            return match length {
                Some(length) if length < self.place() => Err(self.changed()),
                _ => Ok(self.place()),
            };
        }
        let range = text(headers, &CONTENT_RANGE).and_then(parse_range).ok_or_else(|| other_range(206))?;
        self.note(range.whole, modified)?;
        let fits = range.first == self.place() && range.whole.is_none_or(|whole| range.last + 1 == whole);
        if fits { Ok(0) } else { Err(other_range(206)) }
    }

    /// Keeps what is known of the file, and refuses another one.
    fn note(&mut self, whole: Option<u64>, modified: Option<String>) -> Result<(), ApiError> {
        let differs = self.whole.is_some() && whole.is_some() && self.whole != whole
            || self.modified.is_some() && modified.is_some() && self.modified != modified;
        if differs {
            return Err(self.changed());
        }
        self.whole = self.whole.or(whole);
        self.modified = self.modified.take().or(modified);
        Ok(())
    }

    fn changed(&self) -> ApiError {
        ApiError::Changed { id: self.id.clone() }
    }

    /// Hands on the body, without its first `skip` bytes.
    fn receive(&mut self, response: Response<Body>, mut skip: u64) -> Result<(), ApiError> {
        let transport = &self.client.transport;
        let mut reader = response.into_body().into_reader();
        let mut piece = vec![0; 64 * 1024];
        let (mut since, mut came) = (transport.options.clock.now(), 0_u64);
        loop {
            transport.check_stop()?;
            let length = match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) => return Err(failure::inside_an_answer(ENDPOINT, error)),
            };
            transport.bytes_received.fetch_add(length as u64, Ordering::Relaxed);
            let passed = usize::try_from(skip).unwrap_or(usize::MAX).min(length);
            skip -= passed as u64;
            self.hand_on(&piece[passed..length])?;
            came += length as u64;
            let now = transport.options.clock.now();
            if now.saturating_sub(since) > PACE_TIME {
                if came < PACE {
                    return Err(broken("it hardly moves"));
                }
                (since, came) = (now, 0);
            }
        }
        match self.whole {
            Some(whole) if whole != self.place() => Err(broken("it ended too early")),
            _ if skip > 0 => Err(self.changed()),
            _ => Ok(()),
        }
    }

    fn hand_on(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        let stored = self.into.write_all(bytes);
        stored.map_err(|source| ApiError::NotStored { endpoint: ENDPOINT, source })?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// `bytes 100-199/200`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByteRange {
    first: u64,
    last: u64,
    /// `None` for `*`.
    whole: Option<u64>,
}

fn parse_range(header: &str) -> Option<ByteRange> {
    let (range, whole) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.trim().split_once('-')?;
    let range = ByteRange {
        first: first.parse().ok()?,
        last: last.parse().ok()?,
        whole: if whole.trim() == "*" { None } else { Some(whole.trim().parse().ok()?) },
    };
    let fits = range.first <= range.last && range.whole.is_none_or(|whole| range.last < whole);
    fits.then_some(range)
}

fn other_range(status: u16) -> ApiError {
    let excerpt = format!("status {status}");
    ApiError::Unexpected { endpoint: ENDPOINT, problem: BodyProblem::OtherRange, excerpt }
}

fn broken(problem: &'static str) -> ApiError {
    ApiError::Interrupted { endpoint: ENDPOINT, source: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_and_one_that_makes_no_sense_is_none() {
        let range = |first, last, whole| Some(ByteRange { first, last, whole });

        assert_eq!(parse_range("bytes 0-99/200"), range(0, 99, Some(200)));
        assert_eq!(parse_range("bytes 100-199/*"), range(100, 199, None));
        for nonsense in
            ["", "bytes", "bytes */200", "bytes 9-1/20", "bytes 0-20/20", "items 0-1/2", "bytes -1-2/3"]
        {
            assert_eq!(parse_range(nonsense), None, "{nonsense:?}");
        }
    }
}
