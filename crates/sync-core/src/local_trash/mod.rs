//! Files of this machine that go to a trash, and nowhere else: renamed, never copied, never deleted, announced before, and
//! brought back by an undo.
//!
//! Whether a file may go is for others to say; here is where it goes and how. Organizer and import share it.

pub(crate) mod note;
mod off_limits;
mod place;
mod sites;
mod unit;

pub(crate) use off_limits::{is_in_a_storage, is_in_a_trash};
pub(crate) use place::Site;
pub use place::TrashPlace;
pub(crate) use sites::{Sites, real};
pub(crate) use unit::{Going, Mover, items};
