//! Sending: a few tries, all of them together within a set time, whoever hangs.
//!
//! A service that is away must neither hold up a run nor keep another service from being told, so each has a thread
//! of its own and all have the same end.

use std::time::Duration;

use super::{Channel, Notice, Request};
use crate::secrets::Secrets;

/// Tries of one message.
const TRIES: u32 = 4;
/// Wait before the second; each further one waits three times as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Longest time of one try.
const TRY: Duration = Duration::from_secs(10);

/// Somebody who sends over HTTP.
pub trait Sender: Sync {
    /// Sends a POST without following anything, and says the status of the answer, or in words why there was none.
    fn post(&self, request: &Request, limit: Duration) -> Result<u16, String>;
}

/// Time, told from outside.
pub trait Pace: Sync {
    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// Waits for that long.
    fn wait(&self, time: Duration);
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// To whom, without secrets.
    pub to: String,
    /// Why it did not arrive; `None` where it did. Holds no secret.
    pub failed: Option<String>,
    /// Tries that it took.
    pub tries: u32,
}

/// Tells everybody who is to be told of this event, all within `limit`.
pub fn deliver(
    channels: &[Channel],
    notice: &Notice,
    limit: Duration,
    sender: &dyn Sender,
    pace: &dyn Pace,
) -> Vec<Delivery> {
    let end = pace.now() + limit;
    let requests: Vec<(&Channel, Request)> =
        channels.iter().filter_map(|channel| Some((channel, channel.request(notice)?))).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = requests
            .iter()
            .map(|(channel, request)| scope.spawn(move || to_one(channel, request, end, sender, pace)))
            .collect();
        // A thread that panicked has told nobody; that must not end the run.
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

fn to_one(
    channel: &Channel,
    request: &Request,
    end: Duration,
    sender: &dyn Sender,
    pace: &dyn Pace,
) -> Delivery {
    let mut secrets = Secrets::new([channel.url.clone(), request.url.clone()]);
    secrets.add(channel.token.clone());
    let (mut wait, mut failed) = (FIRST_WAIT, "there was no time left".to_owned());
    let mut tries = 0;
    while tries < TRIES {
        let left = end.saturating_sub(pace.now());
        if left.is_zero() {
            break;
        }
        tries += 1;
        let is_hopeless = match sender.post(request, left.min(TRY)) {
            Ok(200..=299) => {
                return Delivery { to: format!("{channel:?}"), failed: None, tries };
            }
            Ok(status) => {
                failed = of_status(status);
                !matches!(status, 408 | 429 | 500..=599)
            }
            Err(reason) => {
                failed = secrets.hide(&reason);
                false
            }
        };
        if is_hopeless || pace.now() + wait >= end {
            break;
        }
        if tries < TRIES {
            pace.wait(wait);
            wait *= 3;
        }
    }
    Delivery { to: format!("{channel:?}"), failed: Some(failed), tries }
}

fn of_status(status: u16) -> String {
    match status {
        300..=399 => format!("it answered {status}, which points elsewhere; that is not followed"),
        401 | 403 => format!("it answered {status}; check the token"),
        404 => "it answered 404; check the address".to_owned(),
        _ => format!("it answered {status}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::testing::notice;
    use super::super::{Event, Service};
    use super::*;

    /// Answers in turn; time only passes where something waits.
    struct Fake {
        answers: Mutex<Vec<Result<u16, String>>>,
        sent: Mutex<Vec<Request>>,
        now: Mutex<Duration>,
        takes: Duration,
    }

    impl Fake {
        fn answering(mut answers: Vec<Result<u16, String>>, takes: Duration) -> Self {
            answers.reverse();
            let (answers, sent, now) = (Mutex::new(answers), Mutex::default(), Mutex::default());
            Self { answers, sent, now, takes }
        }
    }

    impl Sender for Fake {
        fn post(&self, request: &Request, limit: Duration) -> Result<u16, String> {
            *self.now.lock().unwrap() += self.takes.min(limit);
            self.sent.lock().unwrap().push(request.clone());
            if self.takes > limit {
                Err("timeout".to_owned())
            } else {
                self.answers.lock().unwrap().pop().unwrap()
            }
        }
    }

    impl Pace for Fake {
        fn now(&self) -> Duration {
            *self.now.lock().unwrap()
        }

        fn wait(&self, time: Duration) {
            *self.now.lock().unwrap() += time;
        }
    }

    fn told(fake: &Fake) -> Delivery {
        let on = Service::Webhook.usual();
        let (url, token) = ("https://h/secret-path".to_owned(), Some("token-1234".to_owned()));
        let channel = Channel { service: Service::Webhook, url, token, on };
        let minute = Duration::from_mins(1);
        let mut all = deliver(&[channel], &notice(Event::Failure), minute, fake, fake);
        all.pop().unwrap()
    }

    #[test]
    fn a_busy_service_is_asked_again_and_one_that_refuses_is_not() {
        let busy = Fake::answering(vec![Ok(503), Err("reset".to_owned()), Ok(204)], Duration::ZERO);
        let delivery = told(&busy);
        assert_eq!((delivery.failed, delivery.tries), (None, 3));
        assert_eq!(busy.now(), Duration::from_secs(4), "1 s, then 3 s");

        for status in [301, 403, 404] {
            let delivery = told(&Fake::answering(vec![Ok(status)], Duration::ZERO));
            assert!(delivery.failed.unwrap().contains(&status.to_string()));
            assert_eq!(delivery.tries, 1);
        }
    }

    #[test]
    fn a_service_that_hangs_is_given_up_within_the_time() {
        let fake = Fake::answering(Vec::new(), Duration::from_hours(1));

        let delivery = told(&fake);

        assert_eq!(delivery.failed.as_deref(), Some("timeout"));
        assert!(fake.now() <= Duration::from_mins(1), "{:?}", fake.now());
    }

    #[test]
    fn neither_address_nor_token_is_in_what_is_said_of_a_failure() {
        let reason = "bad uri https://h/secret-path with token-1234".to_owned();

        let delivery = told(&Fake::answering(vec![Err(reason); 4], Duration::ZERO));

        assert_eq!((delivery.to.as_str(), delivery.tries), ("webhook at https://h/***", 4));
        assert_eq!(delivery.failed.as_deref(), Some("bad uri *** with ***"));
    }

    #[test]
    fn all_are_told_at_once_and_only_those_who_asked() {
        let fake = Fake::answering(vec![Ok(200), Ok(200)], Duration::ZERO);
        let channel = |service: Service| Channel {
            service,
            url: "https://h/x".to_owned(),
            token: None,
            on: service.usual(),
        };
        let channels = Service::ALL.map(channel);

        let delivered = deliver(&channels, &notice(Event::Start), Duration::from_mins(1), &fake, &fake);

        assert_eq!(delivered.len(), 1, "{delivered:?}");
        assert_eq!(fake.sent.lock().unwrap()[0].url, "https://h/x/start");
    }
}
