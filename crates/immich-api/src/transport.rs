//! The one place where requests leave.
//!
//! Here are the key (in a header marked as sensitive, never in a URL), the rate, the repeats, the limits of
//! size and time, and the redirects, which are followed by hand because a library would take the key along
//! to another host. Every request of this client may be sent twice: it asks, or it sets a state.

use std::io::Read;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tracing::{debug, trace};
use ureq::http::header::{CONTENT_TYPE, DATE, HeaderValue, LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, Method, Request, Response};
use ureq::{Agent, Body};

use crate::address::{Origin, resolve};
use crate::answer::Answer;
use crate::error::ApiError;
use crate::failure;
use crate::json::Json;
use crate::options::ClientOptions;
use crate::rate::{Limiter, Sign};
use crate::retry;
use crate::stats::RequestStats;
use crate::tls;

/// Largest answer that is read, after inflation. The largest honest one measured has half a megabyte.
pub(crate) const LARGEST_ANSWER: u64 = 64 * 1024 * 1024;
/// Largest JSON that Immich takes; beyond it the server answers 500 instead of naming the reason.
pub(crate) const LARGEST_REQUEST: usize = 10 * 1024 * 1024;
/// More hops than any honest setup has.
const MOST_HOPS: usize = 5;
/// How often a wait asks whether to stop.
const SLICE: Duration = Duration::from_millis(100);

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    /// How messages name it, such as `GET /assets/{id}`.
    pub(crate) endpoint: &'static str,
    pub(crate) method: Method,
    /// Absolute, on the origin of the server, without anything secret.
    pub(crate) url: &'a str,
    /// JSON.
    pub(crate) body: Option<&'a [u8]>,
    /// A probe goes without the key, and its nonsense answers are not asked for again.
    pub(crate) is_probe: bool,
}

/// Sends requests to one origin.
pub(crate) struct Transport {
    origin: Origin,
    agents: Vec<Agent>,
    /// Which of the agents the server's certificate satisfies.
    chosen: AtomicUsize,
    key: HeaderValue,
    limiter: Limiter,
    options: ClientOptions,
    requests: AtomicU64,
    retries: AtomicU64,
    bytes_received: AtomicU64,
    waited_millis: AtomicU64,
}

impl Transport {
    /// Prepares the connections; sends nothing.
    pub(crate) fn new(options: ClientOptions, origin: Origin) -> Result<Self, ApiError> {
        let mut key = HeaderValue::from_str(options.key.reveal())
            .map_err(|_| ApiError::BadKey { problem: "no header can carry it" })?;
        key.set_sensitive(true);
        Ok(Self {
            agents: tls::agents(&options)?,
            chosen: AtomicUsize::new(0),
            limiter: Limiter::new(options.rate_limit),
            origin,
            key,
            options,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            bytes_received: AtomicU64::new(0),
            waited_millis: AtomicU64::new(0),
        })
    }

    /// What was sent so far.
    pub(crate) fn stats(&self) -> RequestStats {
        RequestStats {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            bytes_received: self.bytes_received.load(Ordering::Relaxed),
            waited: Duration::from_millis(self.waited_millis.load(Ordering::Relaxed)),
        }
    }

    /// Sends a request and reads the JSON that comes back, repeating what fails for a passing reason.
    pub(crate) fn json<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        self.repeat(call, |answer| answer.read(call.endpoint, &read))
    }

    /// The same, with the server's time.
    pub(crate) fn json_and_date<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<(T, Option<std::time::SystemTime>), ApiError> {
        self.repeat(call, |answer| Ok((answer.read(call.endpoint, &read)?, answer.date)))
    }

    /// Sends a request whose answer says nothing but that it was taken.
    pub(crate) fn done(&self, call: &Call<'_>) -> Result<(), ApiError> {
        self.repeat(call, |_| Ok(()))
    }

    fn repeat<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Answer) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        check_size(call)?;
        let mut repeat = 0;
        loop {
            let (error, asked) = match self.attempt(call) {
                Ok(answer) => {
                    let asked = answer.retry_after;
                    match answer.success(call.endpoint).and_then(|answer| read(&answer)) {
                        Ok(value) => return Ok(value),
                        Err(error) => (error, asked),
                    }
                }
                Err(error) => (error, None),
            };
            if !self.may_repeat(call, &error, repeat) {
                return Err(error);
            }
            let pause = retry::wait(repeat, asked, self.options.clock.chance());
            debug!(endpoint = call.endpoint, repeat, ?pause, %error, "asking again");
            self.wait(pause)?;
            self.retries.fetch_add(1, Ordering::Relaxed);
            repeat += 1;
        }
    }

    fn may_repeat(&self, call: &Call<'_>, error: &ApiError, repeat: u32) -> bool {
        let nonsense_to_a_probe = call.is_probe && matches!(error, ApiError::Unexpected { .. });
        repeat < self.options.retries && error.is_transient() && !nonsense_to_a_probe
    }

    /// One try, with its redirects, at its place in the rate.
    fn attempt(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        self.wait(self.limiter.reserve(self.options.clock.now()))?;
        let start = self.options.clock.now();
        let answer = self.follow(call);
        let now = self.options.clock.now();
        let sign = match &answer {
            Ok(answer) if matches!(answer.status, 429 | 503) => Sign::PushedBack,
            Err(error) if error.is_transient() => Sign::PushedBack,
            Ok(_) | Err(_) => Sign::Answered(now.saturating_sub(start)),
        };
        self.limiter.learn(now, sign);
        if let Ok(answer) = &answer {
            let millis = now.saturating_sub(start).as_millis();
            debug!(
                endpoint = call.endpoint,
                status = answer.status,
                bytes = answer.body.len(),
                millis,
                "answered"
            );
        }
        answer
    }

    fn follow(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        let mut url = call.url.to_owned();
        let mut hops = 0;
        loop {
            let answer = self.send(call, &url)?;
            let Some(location) = answer.location.clone().filter(|_| is_redirect(answer.status)) else {
                return Ok(answer);
            };
            let target = resolve(&self.origin, &url, &location)
                .map_err(|host| ApiError::ForeignRedirect { endpoint: call.endpoint, host })?;
            if call.method != Method::GET || hops == MOST_HOPS {
                return Ok(answer);
            }
            hops += 1;
            trace!(endpoint = call.endpoint, "following a redirect on the same server");
            url = target;
        }
    }

    /// Sends once, with the first agent that trusts the server.
    fn send(&self, call: &Call<'_>, url: &str) -> Result<Answer, ApiError> {
        loop {
            let chosen = self.chosen.load(Ordering::Relaxed);
            let agent = self.agents.get(chosen).unwrap_or(&self.agents[0]);
            match self.send_with(agent, call, url) {
                Err(ApiError::Tls { .. }) if chosen + 1 < self.agents.len() => {
                    self.chosen.store(chosen + 1, Ordering::Relaxed);
                }
                Err(error @ ApiError::Tls { .. }) => {
                    self.chosen.store(0, Ordering::Relaxed);
                    return Err(error);
                }
                result => return result,
            }
        }
    }

    fn send_with(&self, agent: &Agent, call: &Call<'_>, url: &str) -> Result<Answer, ApiError> {
        self.check_stop()?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        trace!(endpoint = call.endpoint, "asking");
        let bad_url = |_| ApiError::BadAddress {
            address: crate::clean::clean(url, 100),
            problem: "no request can be made from it".to_owned(),
        };
        let mut request = Request::builder().method(call.method.clone()).uri(url);
        if !call.is_probe {
            request = request.header("x-api-key", self.key.clone());
        }
        let response = match call.body {
            Some(body) => {
                let request = request.header(CONTENT_TYPE, "application/json");
                agent.run(request.body(body).map_err(bad_url)?)
            }
            None => agent.run(request.body(()).map_err(bad_url)?),
        };
        match response {
            Ok(response) => self.read(call, response),
            Err(error) => Err(failure::before_an_answer(call.endpoint, &self.origin, error)),
        }
    }

    /// Reads the body up to the limit, counted after inflation.
    fn read(&self, call: &Call<'_>, response: Response<Body>) -> Result<Answer, ApiError> {
        let (head, body) = response.into_parts();
        let limit = if head.status.is_success() { LARGEST_ANSWER } else { 1024 * 1024 };
        let mut reader = body.into_reader();
        let mut received = Vec::new();
        let mut piece = vec![0; 64 * 1024];
        loop {
            self.check_stop()?;
            let length = match reader.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => length,
                // The status of an error is worth more than the rest of its text.
                Err(_) if !head.status.is_success() => break,
                Err(error) => return Err(failure::inside_an_answer(call.endpoint, error)),
            };
            self.bytes_received.fetch_add(length as u64, Ordering::Relaxed);
            if (received.len() + length) as u64 > limit {
                if !head.status.is_success() {
                    break;
                }
                return Err(ApiError::TooLarge { endpoint: call.endpoint, limit });
            }
            received.extend_from_slice(&piece[..length]);
        }
        let date = text(&head.headers, &DATE).and_then(|date| httpdate::parse_http_date(date).ok());
        Ok(Answer {
            status: head.status.as_u16(),
            date,
            retry_after: retry::retry_after(text(&head.headers, &RETRY_AFTER), date),
            location: text(&head.headers, &LOCATION).map(str::to_owned),
            body: received,
        })
    }

    /// Waits, unless asked to stop.
    fn wait(&self, duration: Duration) -> Result<(), ApiError> {
        let mut left = duration;
        while !left.is_zero() {
            self.check_stop()?;
            let slice = left.min(SLICE);
            self.options.clock.sleep(slice);
            left -= slice;
        }
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.waited_millis.fetch_add(millis, Ordering::Relaxed);
        self.check_stop()
    }

    fn check_stop(&self) -> Result<(), ApiError> {
        if (self.options.stop)() { Err(ApiError::Stopped) } else { Ok(()) }
    }
}

fn check_size(call: &Call<'_>) -> Result<(), ApiError> {
    let size = call.body.map_or(0, <[u8]>::len);
    if size > LARGEST_REQUEST {
        return Err(ApiError::RequestTooLarge { endpoint: call.endpoint, size, limit: LARGEST_REQUEST });
    }
    Ok(())
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

fn text<'a>(headers: &'a HeaderMap, name: &ureq::http::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
