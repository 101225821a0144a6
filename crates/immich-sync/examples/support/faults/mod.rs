//! Disks that are full or read-only, rights that are missing, and people who work on the same files: what the
//! program does, and whether it goes on where it was when the cause is gone.
//!
//! A trial has a library, a state and a log, each in a folder of its own; one of them is on a small file system
//! or is made inaccessible. After a run with the fault every original has to be bit-identical to before or to the
//! version that a run without a fault makes; the run has to say what is wrong, and where. Then the fault goes
//! away, and a further run has to come to the end state of a run without a fault, and one more to do nothing.

pub(crate) mod disk;
mod ground;
pub(crate) mod list;
mod meddler;
pub(crate) mod trial;
