//! What the harnesses and the tests that put the program through its paces have in common.
//!
//! Everything here judges from outside: the program is started as a user starts it, and files are read by an
//! ExifTool of our own, with lists of our own of what may differ. Nothing of the writer's verification is
//! asked for its opinion, since both could be wrong together.

pub(crate) mod compare;
pub(crate) mod corpus;
pub(crate) mod engine;
pub(crate) mod far;
pub(crate) mod faults;
pub(crate) mod files;
pub(crate) mod frames;
pub(crate) mod goal;
pub(crate) mod imported;
pub(crate) mod kills;
pub(crate) mod measured;
pub(crate) mod organized;
pub(crate) mod program;
pub(crate) mod reading;
pub(crate) mod told;
pub(crate) mod unchanged;
pub(crate) mod warned;
pub(crate) mod wishes;
