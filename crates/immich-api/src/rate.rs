//! How many requests leave per second.
//!
//! Immich itself never says "too many"; its proxy may. A fixed rate is a promise to the owner of a small
//! server. `Auto` looks for the rate that the server bears, the way TCP shares a line: it doubles each second
//! until the server pushes back for the first time, halves then, and adds a little after each quick answer.
//! Whoever fetches a hundred thousand thumbnails would else wait an hour for the first rate to grow.
//!
//! Arithmetic only: it says how long to wait, the transport waits.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::ApiError;
use crate::options::RateLimit;

/// Where both kinds start, in requests per second.
const START: f64 = 10.0;
/// Slowest that `Auto` gets.
const SLOWEST: f64 = 0.5;
/// Fastest that `Auto` gets: twice the thumbnails per second that a server was seen to send at best.
const FASTEST: f64 = 1000.0;
/// No limit worth the name.
const UNLIMITED: f64 = 10_000.0;
/// What a quick answer adds to the rate, before and after the first push-back: twice as fast in a second, and a
/// twentieth faster in a second.
const GROWTH: (f64, f64) = (1.0, 0.05);
/// An answer slower than this is a sign of too much work on the server.
const SLOW: Duration = Duration::from_secs(3);
/// One slow phase is one sign, however many requests are in flight.
const CALM: Duration = Duration::from_secs(1);

/// Hands out the moments at which requests may leave.
#[derive(Debug)]
pub(crate) struct Limiter {
    adapts: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    rate: f64,
    /// Answers since the start of the second under way, and that start: what the server bears.
    lately: (u32, Duration),
    /// When the next request is due if all leave evenly.
    due: Duration,
    last_brake: Option<Duration>,
}

/// How a request went, as far as the rate is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// An answer, after that long.
    Answered(Duration),
    /// Too many requests, overloaded, or no answer in time.
    PushedBack,
}

/// What an answer, or none, says about the rate.
pub(crate) fn sign(status: Result<u16, &ApiError>, took: Duration) -> Sign {
    match status {
        Ok(429 | 503) => Sign::PushedBack,
        Err(error) if error.is_transient() => Sign::PushedBack,
        Ok(_) | Err(_) => Sign::Answered(took),
    }
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        let (rate, adapts) = match limit {
            RateLimit::PerSecond(rate) if rate.is_finite() && rate > 0.0 => {
                (rate.clamp(0.01, UNLIMITED), false)
            }
            RateLimit::PerSecond(_) => (START, false),
            RateLimit::Auto => (START, true),
            RateLimit::UntilPushedBack => (UNLIMITED, true),
        };
        Self {
            adapts,
            state: Mutex::new(State {
                rate,
                lately: (0, Duration::ZERO),
                due: Duration::ZERO,
                last_brake: None,
            }),
        }
    }

    /// Takes the next place and says how long to wait for it.
    ///
    /// After a pause up to half a second's worth of requests may leave at once.
    pub(crate) fn reserve(&self, now: Duration) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let interval = Duration::from_secs_f64(1.0 / state.rate);
        let ahead = Duration::from_millis(500).saturating_sub(interval);
        let leaves = now.max(state.due.saturating_sub(ahead));
        state.due = state.due.max(now) + interval;
        leaves.saturating_sub(now)
    }

    /// Learns from an answer; a fixed rate learns nothing.
    pub(crate) fn learn(&self, now: Duration, sign: Sign) {
        if !self.adapts {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.count(now);
        match sign {
            Sign::Answered(latency) if latency < SLOW && state.rate > FASTEST => {}
            Sign::Answered(latency) if latency < SLOW => {
                let growth = if state.last_brake.is_none() { GROWTH.0 } else { GROWTH.1 };
                state.rate = (state.rate + growth.max(1.0 / state.rate)).min(FASTEST);
            }
            Sign::Answered(_) => state.brake(now, 0.8),
            Sign::PushedBack => state.brake(now, 0.5),
        }
    }

    #[cfg(test)]
    fn rate(&self) -> f64 {
        self.state.lock().unwrap().rate
    }
}

impl State {
    fn count(&mut self, now: Duration) {
        let (count, since) = self.lately;
        let is_over = now.saturating_sub(since) > Duration::from_secs(1);
        self.lately = if is_over { (1, now) } else { (count + 1, since) };
    }

    fn brake(&mut self, now: Duration, factor: f64) {
        if self.last_brake.is_none_or(|last| now.saturating_sub(last) >= CALM) {
            // A rate that was never reached says nothing of what the server bears.
            if self.rate > FASTEST {
                self.rate = self.rate.min(f64::from(self.lately.0).max(START));
            }
            self.rate = (self.rate * factor).max(SLOWEST);
            self.last_brake = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of 1000 eager requests leave within the first ten seconds.
    fn leave_within_ten_seconds(limiter: &Limiter) -> usize {
        let mut now = Duration::ZERO;
        let mut left = 0;
        while left < 1000 {
            now += limiter.reserve(now);
            if now > Duration::from_secs(10) {
                return left;
            }
            left += 1;
        }
        left
    }

    #[test]
    fn a_fixed_rate_is_kept_up_to_a_small_start() {
        let left = leave_within_ten_seconds(&Limiter::new(RateLimit::PerSecond(10.0)));

        assert!((100..=106).contains(&left), "{left}");
    }

    #[test]
    fn a_rate_below_one_per_second_waits_whole_seconds() {
        let limiter = Limiter::new(RateLimit::PerSecond(0.5));

        assert_eq!(limiter.reserve(Duration::ZERO), Duration::ZERO);
        assert_eq!(limiter.reserve(Duration::ZERO), Duration::from_secs(2));
    }

    #[test]
    fn many_waiting_threads_get_different_moments() {
        let limiter = Limiter::new(RateLimit::PerSecond(10.0));
        let waits: Vec<Duration> = (0..20).map(|_| limiter.reserve(Duration::ZERO)).collect();

        assert!(waits.is_sorted());
        assert_eq!(waits[19], Duration::from_millis(1500));
    }

    #[test]
    fn what_is_no_rate_is_the_default() {
        for rate in [f64::NAN, f64::INFINITY, 0.0, -3.0] {
            assert!((Limiter::new(RateLimit::PerSecond(rate)).rate() - START).abs() < 1e-9);
        }
    }

    #[test]
    fn auto_grows_with_quick_answers_and_halves_once_per_pushing_back() {
        let limiter = Limiter::new(RateLimit::Auto);
        for _ in 0..100 {
            limiter.learn(Duration::ZERO, Sign::Answered(Duration::from_millis(20)));
        }
        let grown = limiter.rate();
        for _ in 0..8 {
            limiter.learn(Duration::from_secs(5), Sign::PushedBack);
        }

        assert!(grown > START && grown < FASTEST);
        assert!((limiter.rate() - grown / 2.0).abs() < 1e-9);
    }

    #[test]
    fn auto_is_at_hundreds_within_seconds_and_recovers_from_a_push_back_within_a_minute() {
        let limiter = Limiter::new(RateLimit::Auto);
        let quick = Sign::Answered(Duration::from_millis(15));
        let seconds_until = |wanted: f64, from: u64| {
            (from..from + 100).find(|second| {
                // As many answers as the rate lets through in that second.
                let (mut sent, rate) = (0.0, limiter.rate());
                while sent < rate {
                    limiter.learn(Duration::from_secs(*second), quick);
                    sent += 1.0;
                }
                limiter.rate() >= wanted
            })
        };

        let grown = seconds_until(500.0, 0).unwrap();
        limiter.learn(Duration::from_secs(100), Sign::PushedBack);
        let recovered = seconds_until(500.0, 100).unwrap() - 100;

        assert!(grown <= 6 && (5..60).contains(&recovered), "{grown} {recovered}");
    }

    #[test]
    fn without_a_push_back_there_is_no_limit_worth_the_name_and_after_one_half_of_what_came() {
        let limiter = Limiter::new(RateLimit::UntilPushedBack);
        let quick = Sign::Answered(Duration::from_millis(15));
        assert!(leave_within_ten_seconds(&limiter) >= 1000);
        for number in 0..80 {
            limiter.learn(Duration::from_millis(10 * number), quick);
        }

        limiter.learn(Duration::from_millis(805), Sign::PushedBack);

        assert!((limiter.rate() - 40.5).abs() < 1e-9, "{}", limiter.rate());
    }

    #[test]
    fn auto_stays_within_its_bounds_and_a_fixed_rate_does_not_move() {
        let auto = Limiter::new(RateLimit::Auto);
        let fixed = Limiter::new(RateLimit::PerSecond(7.0));
        for second in 0..100 {
            auto.learn(Duration::from_secs(second), Sign::PushedBack);
            fixed.learn(Duration::from_secs(second), Sign::PushedBack);
        }

        assert!((auto.rate() - SLOWEST).abs() < 1e-9);
        assert!((fixed.rate() - 7.0).abs() < 1e-9);
    }
}
