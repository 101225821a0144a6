//! The one place where requests leave.
//!
//! Here are the key (in a header marked as sensitive, never in a URL), the rate, the repeats, the limits of
//! size and time, and the redirects, which are followed by hand because a library would take the key along
//! to another host. A request may be sent twice unless its [`Call`] says otherwise: it asks, or it sets a
//! state.

use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tracing::{debug, trace};
use ureq::http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderValue, LOCATION, RANGE,
    RETRY_AFTER,
};
use ureq::http::{HeaderMap, Method, Request, Response};
use ureq::{Agent, AsSendBody, Body, SendBody};

use crate::address::{Origin, resolve};
use crate::answer::Answer;
use crate::call::{Call, Caller, Extent};
use crate::error::ApiError;
use crate::failure;
use crate::json::Json;
use crate::lanes::{Lane, Lanes};
use crate::options::ClientOptions;
use crate::rate::{Limiter, sign};
use crate::retry;
use crate::stats::RequestStats;
use crate::tls;
use crate::upload_form::Form;

/// Largest JSON that Immich takes; beyond it the server answers 500 instead of naming the reason.
pub(crate) const LARGEST_REQUEST: usize = 10 * 1024 * 1024;
/// More hops than any honest setup has.
const MOST_HOPS: usize = 5;
/// How often a wait asks whether to stop.
const SLICE: Duration = Duration::from_millis(100);

/// A try that failed.
pub(crate) struct Failure {
    pub(crate) error: ApiError,
    /// The wait that the server asks for.
    pub(crate) retry_after: Option<Duration>,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { error, retry_after: None }
    }
}

/// The shortest pause while a server is away.
const LEAST_AWAY: Duration = Duration::from_secs(1);

/// Sends requests to one origin.
pub(crate) struct Transport {
    origin: Origin,
    agents: Vec<Agent>,
    /// Which of the agents the server's certificate satisfies.
    chosen: AtomicUsize,
    key: HeaderValue,
    limiter: Limiter,
    /// The rate of uploads, which is not that of other requests.
    pub(crate) uploads: Limiter,
    lanes: Lanes,
    pub(crate) options: ClientOptions,
    requests: AtomicU64,
    retries: AtomicU64,
    /// Whether there was an answer at all.
    answered: AtomicBool,
    pub(crate) bytes_received: AtomicU64,
    pub(crate) bytes_sent: AtomicU64,
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
            uploads: Limiter::new(options.upload_limit),
            lanes: Lanes::default(),
            origin,
            key,
            options,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            answered: AtomicBool::new(false),
            bytes_received: AtomicU64::new(0),
            bytes_sent: AtomicU64::new(0),
            waited_millis: AtomicU64::new(0),
        })
    }

    /// What was sent so far.
    pub(crate) fn stats(&self) -> RequestStats {
        RequestStats {
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            bytes_received: self.bytes_received.load(Ordering::Relaxed),
            bytes_sent: self.bytes_sent.load(Ordering::Relaxed),
            waited: Duration::from_millis(self.waited_millis.load(Ordering::Relaxed)),
        }
    }

    /// Sends a request and reads the JSON that comes back, repeating what fails for a passing reason.
    pub(crate) fn json<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        self.repeat(call, || self.answer(call, |answer| answer.read(call.endpoint, &read)))
    }

    /// The same, with the server's time.
    pub(crate) fn json_and_date<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<(T, Option<std::time::SystemTime>), ApiError> {
        let read = |answer: Answer| Ok((answer.read(call.endpoint, &read)?, answer.date));
        self.repeat(call, || self.answer(call, read))
    }

    /// Sends a request whose answer says nothing but that it was taken.
    pub(crate) fn done(&self, call: &Call<'_>) -> Result<(), ApiError> {
        self.repeat(call, || self.answer(call, |_| Ok(())))
    }

    /// Tries until it works, as long as the failures are passing ones.
    pub(crate) fn repeat<T>(
        &self,
        call: &Call<'_>,
        mut attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, ApiError> {
        check_size(call)?;
        let mut repeat = 0;
        let mut away = Duration::ZERO;
        loop {
            let Failure { error, retry_after } = match attempt() {
                Ok(value) => {
                    self.answered.store(true, Ordering::Relaxed);
                    return Ok(value);
                }
                Err(failure) => failure,
            };
            let error = if call.is_once { retry::once(call.endpoint, error) } else { error };
            let mut pause = retry::wait(repeat, retry_after, self.options.clock.chance());
            if !self.may_repeat(call, &error, repeat) {
                if !self.may_come_back(&error, away) {
                    return Err(error);
                }
                pause = pause.max(LEAST_AWAY);
                away += pause;
            }
            debug!(endpoint = call.endpoint, repeat, ?pause, %error, "asking again");
            self.wait(pause)?;
            self.retries.fetch_add(1, Ordering::Relaxed);
            repeat += 1;
        }
    }

    /// Whether a server that nobody hears is worth waiting for.
    fn may_come_back(&self, error: &ApiError, away: Duration) -> bool {
        let is_silent = matches!(error, ApiError::Unreachable { .. });
        is_silent && self.answered.load(Ordering::Relaxed) && away < self.options.patience
    }

    fn may_repeat(&self, call: &Call<'_>, error: &ApiError, repeat: u32) -> bool {
        let is_probe = matches!(call.caller, Caller::Nobody);
        let nonsense_to_a_probe = is_probe && matches!(error, ApiError::Unexpected { .. });
        // A picture whose file is gone on the server is a 500 for ever, and there may be thousands of them.
        let is_lost_picture = call.wants_picture && matches!(error, ApiError::Status { status: 500, .. });
        let most = if is_lost_picture { self.options.retries.min(1) } else { self.options.retries };
        repeat < most && error.is_transient() && !nonsense_to_a_probe
    }

    /// One try for an answer that is read as a whole.
    pub(crate) fn answer<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(Answer) -> Result<T, ApiError>,
    ) -> Result<T, Failure> {
        let answer = self.in_turn(call, || self.follow(call), |answer| answer.status)?;
        let retry_after = answer.retry_after;
        let read = answer.success(call.endpoint).and_then(read);
        read.map_err(|error| Failure { error, retry_after })
    }

    /// Sends at the next place in the rate, and learns from how it went.
    pub(crate) fn in_turn<T>(
        &self,
        call: &Call<'_>,
        send: impl FnOnce() -> Result<T, ApiError>,
        status: impl Fn(&T) -> u16,
    ) -> Result<T, ApiError> {
        self.wait(self.limiter.reserve(self.options.clock.now()))?;
        let start = self.options.clock.now();
        let answer = send();
        let now = self.options.clock.now();
        let took = now.saturating_sub(start);
        self.limiter.learn(now, sign(answer.as_ref().map(&status), took));
        if let Ok(answer) = &answer {
            debug!(endpoint = call.endpoint, status = status(answer), millis = took.as_millis(), "answered");
        }
        answer
    }

    /// One answer, with its redirects.
    fn follow(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        let mut url = call.url.to_owned();
        let mut hops = 0;
        loop {
            let answer = self.with_trusting_agent(|agent| {
                self.read(call, self.open(agent, call, &url, Extent::Bounded)?)
            })?;
            let Some(target) = self.redirect(call, &url, &answer)? else { return Ok(answer) };
            if call.method != Method::GET || hops == MOST_HOPS {
                return Ok(answer);
            }
            hops += 1;
            trace!(endpoint = call.endpoint, "following a redirect on the same server");
            url = target;
        }
    }

    /// Where a redirect leads on the same server; an error when it leads to another one.
    pub(crate) fn redirect(
        &self,
        call: &Call<'_>,
        url: &str,
        answer: &Answer,
    ) -> Result<Option<String>, ApiError> {
        match &answer.location {
            Some(location) if is_redirect(answer.status) => resolve(&self.origin, url, location)
                .map(Some)
                .map_err(|host| ApiError::ForeignRedirect { endpoint: call.endpoint, host }),
            Some(_) | None => Ok(None),
        }
    }

    /// Sends once, with the first agent that trusts the server.
    pub(crate) fn with_trusting_agent<T>(
        &self,
        send: impl FnMut(&Agent) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.with_trusting_of(&self.agents, send)
    }

    /// The same with these agents, which differ in whom they trust as those of the transport do.
    pub(crate) fn with_trusting_of<T>(
        &self,
        agents: &[Agent],
        mut send: impl FnMut(&Agent) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        loop {
            let chosen = self.chosen.load(Ordering::Relaxed);
            match send(agents.get(chosen).unwrap_or(&agents[0])) {
                Err(ApiError::Tls { .. }) if chosen + 1 < agents.len() => {
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

    /// Does something over a connection for uploads.
    pub(crate) fn with_lane<T>(
        &self,
        upload: impl FnOnce(&Lane) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let lane = self.lanes.take(&self.options)?;
        let result = upload(&lane);
        self.lanes.put_back(lane);
        result
    }

    /// Sends a form with the user's key, and reads the head of the answer.
    pub(crate) fn send_form(
        &self,
        agent: &Agent,
        call: &Call<'_>,
        (form, length, checksum): (&Form, u64, Option<&str>),
        body: &mut dyn Read,
    ) -> Result<Response<Body>, ApiError> {
        self.check_stop()?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        trace!(endpoint = call.endpoint, length, "sending");
        let mut request = Request::builder().method(call.method.clone()).uri(call.url);
        request = request.header("x-api-key", self.key.clone());
        request = request.header(CONTENT_TYPE, form.content_type.as_str()).header(CONTENT_LENGTH, length);
        if let Some(checksum) = checksum {
            request = request.header("x-immich-checksum", checksum);
        }
        let request = request.body(SendBody::from_reader(body)).map_err(|_| bad_url(call.url))?;
        agent.run(request).map_err(|error| failure::before_an_answer(call.endpoint, &self.origin, error))
    }

    /// Sends once, in the name of the caller, and reads the head of the answer.
    pub(crate) fn open(
        &self,
        agent: &Agent,
        call: &Call<'_>,
        url: &str,
        extent: Extent,
    ) -> Result<Response<Body>, ApiError> {
        self.check_stop()?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        trace!(endpoint = call.endpoint, "asking");
        let bad_url = |_| bad_url(url);
        let mut request = Request::builder().method(call.method.clone()).uri(url);
        match call.caller {
            Caller::Nobody | Caller::Login => {}
            Caller::Key => request = request.header("x-api-key", self.key.clone()),
            Caller::Session(token) => request = request.header(AUTHORIZATION, token.clone()),
        }
        if call.wants_picture {
            request = request.header(ACCEPT, "image/*,*/*;q=0.1");
        }
        if let Some(from) = call.bytes_from {
            request = request.header(ACCEPT, "*/*").header(ACCEPT_ENCODING, "identity");
            request = if from > 0 { request.header(RANGE, format!("bytes={from}-")) } else { request };
        }
        let response = match call.body {
            Some(body) => {
                let request = request.header(CONTENT_TYPE, "application/json");
                run(agent, request.body(body).map_err(bad_url)?, extent, call.is_once)
            }
            None => run(agent, request.body(()).map_err(bad_url)?, extent, call.is_once),
        };
        response.map_err(|error| failure::before_an_answer(call.endpoint, &self.origin, error))
    }

    /// Reads the body up to the limit, counted after inflation.
    pub(crate) fn read(&self, call: &Call<'_>, response: Response<Body>) -> Result<Answer, ApiError> {
        let (head, body) = response.into_parts();
        let limit = if head.status.is_success() { call.limit } else { 1024 * 1024 };
        let mut reader = body.into_reader();
        let mut received = Vec::new();
        let mut piece = vec![0; 64 * 1024];
        loop {
            // What must not be sent twice is waited for, or nobody would know what became of it.
            if !call.is_once {
                self.check_stop()?;
            }
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
            media_type: text(&head.headers, &CONTENT_TYPE).map(str::to_owned),
            body: received,
            is_secret: matches!(call.caller, Caller::Login),
        })
    }

    /// Waits, unless asked to stop.
    pub(crate) fn wait(&self, duration: Duration) -> Result<(), ApiError> {
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

    pub(crate) fn check_stop(&self) -> Result<(), ApiError> {
        if (self.options.stop)() { Err(ApiError::Stopped) } else { Ok(()) }
    }
}

/// What must not be sent twice goes over a fresh connection: an old one may have been closed by the server
/// just now, and then nobody knows whether it heard.
fn run(
    agent: &Agent,
    request: Request<impl AsSendBody>,
    extent: Extent,
    afresh: bool,
) -> Result<Response<Body>, ureq::Error> {
    match (extent, afresh) {
        (Extent::Bounded, false) => agent.run(request),
        (Extent::Bounded, true) => {
            agent.run(agent.configure_request(request).max_idle_age(Duration::ZERO).build())
        }
        (Extent::Stream, _) => agent.run(agent.configure_request(request).timeout_recv_body(None).build()),
    }
}

fn bad_url(url: &str) -> ApiError {
    let problem = "no request can be made from it".to_owned();
    ApiError::BadAddress { address: crate::clean::clean(url, 100), problem }
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

/// A header that is plain text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &ureq::http::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
