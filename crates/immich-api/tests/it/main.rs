//! The client against real HTTP: a small server that misbehaves on demand, and recorded answers.

#![expect(clippy::unwrap_used, reason = "a helper that cannot go on has failed the test that called it")]

mod albums;
mod changes;
mod connect;
mod faces;
mod fake;
mod faults;
mod filters;
mod gzip;
mod import_orders;
mod limits;
mod orders;
mod originals;
mod people;
mod pictures;
mod recorded;
mod redirects;
mod sample;
mod sandboxed;
mod secrets;
mod session;
mod stacks;
mod tags;
mod tls;
mod trash;
mod turned_clock;
mod upload_faults;
mod uploads;
mod walk;
mod wire;
mod write;
