//! Tests of the whole crate, in one binary so that it links once.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that cannot go on has failed the test that called it"
)]

mod accounts;
mod albums;
mod apple;
mod brakes;
mod child;
mod deeds;
mod export;
mod faces;
mod faulted;
mod faults;
mod harness;
mod hostile;
mod identity;
mod import;
mod in_place;
mod local_trash;
mod lock;
mod mistakes;
mod paths;
mod people;
mod pitfalls;
mod policies;
mod roundtrip;
mod scan;
mod sidecars;
mod state;

mod tags;
mod takeout;
mod told;
mod undo;
mod users;
