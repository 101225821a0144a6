//! Faults to play: what goes wrong, for which requests, how often.
//!
//! A fault is told like a sentence: `Fault::status(503).retry_after(2).on("GET", "/assets").times(3)`.
//! Chance comes from a seed, so a run that failed fails again.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::ids::mix;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing but waiting.
    Latency,
    /// A status with an error body, from before the server (nothing happens there).
    Status(u16),
    /// The page of a proxy.
    HtmlPage,
    /// The connection ends without an answer, and nothing happened.
    CutBefore,
    /// The connection ends in the middle of the request, after so many bytes of its body.
    CutRequest(u64),
    /// The request takes effect, half of the answer arrives, the connection ends.
    CutWithin,
    /// The request takes effect, and no answer comes.
    LostAnswer,
    /// A whole answer by its length, but half of the JSON.
    TruncatedJson,
    /// An answer that never ends.
    Endless,
    /// So many bytes of JSON whitespace, compressed a thousand times.
    GzipBomb(u64),
    /// Arrays in arrays.
    DeepJson(usize),
    /// Somewhere else.
    Redirect(u16, String),
    /// The true answer, a byte at a time.
    Slow(Duration),
    /// Another body instead of the true one, with status 200.
    Body(String),
    /// The true answer with some of its bytes turned over.
    WrongBytes,
}

/// Something that goes wrong, for the requests it matches.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(crate) effect: Effect,
    pub(crate) latency: Duration,
    pub(crate) retry_after: Option<String>,
    /// Strikes before the body of the request is read.
    pub(crate) is_early: bool,
    method: Option<String>,
    prefix: String,
    is_exact: bool,
    skip: u64,
    left: Option<u64>,
    chance: Option<(f64, u64)>,
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self {
            effect,
            latency: Duration::ZERO,
            retry_after: None,
            is_early: false,
            method: None,
            prefix: String::new(),
            is_exact: false,
            skip: 0,
            left: None,
            chance: None,
        }
    }

    /// This status instead of an answer; the request has no effect.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::Status(status))
    }

    /// 502 with the HTML page of a proxy.
    pub fn html_502() -> Self {
        Self::new(Effect::HtmlPage)
    }

    /// Waits, then answers as usual.
    pub fn latency(wait: Duration) -> Self {
        Self { latency: wait, ..Self::new(Effect::Latency) }
    }

    /// Ends the connection without an answer and without an effect.
    pub fn cut_before_answer() -> Self {
        Self::new(Effect::CutBefore)
    }

    /// Ends the connection once about so many bytes of the body have arrived; nothing happens.
    pub fn cut_within_request(after_bytes: u64) -> Self {
        Self::new(Effect::CutRequest(after_bytes))
    }

    /// The effect happens; the connection ends in the middle of the answer.
    pub fn cut_within_answer() -> Self {
        Self::new(Effect::CutWithin)
    }

    /// The effect happens; the connection ends before any answer.
    pub fn lost_answer() -> Self {
        Self::new(Effect::LostAnswer)
    }

    /// The effect happens; the answer is a complete HTTP answer with half of its JSON.
    pub fn truncated_json() -> Self {
        Self::new(Effect::TruncatedJson)
    }

    /// An answer that goes on until the client hangs up.
    pub fn endless_body() -> Self {
        Self::new(Effect::Endless)
    }

    /// An answer of about so many bytes once it is unpacked, a thousandth of that on the wire.
    pub fn gzip_bomb(unpacked_bytes: u64) -> Self {
        Self::new(Effect::GzipBomb(unpacked_bytes))
    }

    /// JSON arrays nested so deep.
    pub fn deep_json(depth: usize) -> Self {
        Self::new(Effect::DeepJson(depth))
    }

    /// A redirect (301, 302, 303, 307, 308) to this address or path.
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::new(Effect::Redirect(status, location.into()))
    }

    /// The true answer, one byte each `pause`.
    pub fn slow_body(pause: Duration) -> Self {
        Self::new(Effect::Slow(pause))
    }

    /// Status 200 with this body, whatever was asked: a wrong type, a login page, nonsense.
    pub fn body(text: impl Into<String>) -> Self {
        Self::new(Effect::Body(text.into()))
    }

    /// The effect happens; the answer is as long as the true one, with some of its bytes turned over.
    pub fn wrong_bytes() -> Self {
        Self::new(Effect::WrongBytes)
    }

    /// Sends a `Retry-After` header, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.retry_after_text(seconds.to_string())
    }

    /// Sends this `Retry-After` header, which may be a date or nonsense.
    #[must_use]
    pub fn retry_after_text(mut self, value: impl Into<String>) -> Self {
        self.retry_after = Some(value.into());
        self
    }

    /// Answers before the body of the request is read, as a proxy does that has heard enough.
    #[must_use]
    pub fn before_the_body(mut self) -> Self {
        self.is_early = true;
        self
    }

    /// Waits before that.
    #[must_use]
    pub fn after_waiting(mut self, wait: Duration) -> Self {
        self.latency = wait;
        self
    }

    /// Only for this method and paths that start so, with or without `/api`. An empty method is any.
    #[must_use]
    pub fn on(mut self, method: &str, path_prefix: &str) -> Self {
        self.method = Some(method.to_owned()).filter(|method| !method.is_empty());
        path_prefix.strip_prefix("/api").unwrap_or(path_prefix).clone_into(&mut self.prefix);
        self
    }

    /// Only for this method and just this path, with or without `/api`.
    #[must_use]
    pub fn exactly_on(self, method: &str, path: &str) -> Self {
        Self { is_exact: true, ..self.on(method, path) }
    }

    /// Lets the first `count` matching requests pass.
    #[must_use]
    pub fn after(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// Ends after so many times.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.left = Some(count);
        self
    }

    /// Only with this chance from 0 to 1, rolled from a seed.
    #[must_use]
    pub fn with_probability(mut self, chance: f64, seed: u64) -> Self {
        self.chance = Some((chance, seed));
        self
    }

    /// How it is named in the record.
    pub(crate) fn name(&self) -> String {
        format!("{:?}", self.effect)
    }

    /// Whether it strikes this request; counts and rolls.
    fn strikes(&mut self, method: &str, path: &str) -> bool {
        let path = path.strip_prefix("/api").unwrap_or(path);
        let is_path = if self.is_exact { path == self.prefix } else { path.starts_with(&self.prefix) };
        let meant = self.method.as_deref().is_none_or(|own| own == method) && is_path;
        if !meant || self.left == Some(0) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if !self.roll() {
            return false;
        }
        self.left = self.left.map(|left| left - 1);
        true
    }

    fn roll(&mut self) -> bool {
        let Some((chance, seed)) = &mut self.chance else { return true };
        *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let rolled = f64::from(u32::try_from(mix(*seed) >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX);
        rolled < *chance
    }
}

/// All faults that wait to strike, shared with the server's thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The first fault that strikes this request.
    pub(crate) fn strike(&self, method: &str, path: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter_mut().find_map(|fault| fault.strikes(method, path).then(|| fault.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_after_and_as_often_as_told() {
        let faults = Faults::default();
        faults.add(Fault::status(503).on("GET", "/api/assets").after(1).times(2));

        let struck: Vec<bool> = (0..5).map(|_| faults.strike("GET", "/api/assets/1").is_some()).collect();

        assert_eq!(struck, [false, true, true, false, false]);
    }

    #[test]
    fn another_method_or_path_is_spared() {
        let faults = Faults::default();
        faults.add(Fault::status(503).on("GET", "/assets"));

        assert!(faults.strike("PUT", "/api/assets").is_none());
        assert!(faults.strike("GET", "/api/albums").is_none());
        faults.add(Fault::status(503).exactly_on("POST", "/api/assets"));
        assert!(faults.strike("POST", "/api/assets/bulk-upload-check").is_none());
        assert!(faults.strike("POST", "/api/assets").is_some());
    }

    #[test]
    fn chance_is_about_right_and_repeats() {
        let count = |seed| {
            let faults = Faults::default();
            faults.add(Fault::lost_answer().with_probability(0.3, seed));
            (0..10_000).filter(|_| faults.strike("GET", "/").is_some()).count()
        };

        assert_eq!(count(1), count(1));
        assert!((2_800..3_200).contains(&count(1)), "{}", count(1));
    }
}
