//! What records look like on the wire, per release.
//!
//! The shapes were compared field by field with recorded answers and with the published API description.
//! One habit of the server shows everywhere: the same date is `…Z` with milliseconds where it comes from
//! a record, and `…+00:00` with up to six digits where the database made the JSON.

mod album;
mod asset;
mod people;
mod sync;
mod tag;
mod time;
mod user;

pub(crate) use album::{AlbumDetail, album};
pub(crate) use asset::{Detail, asset};
pub(crate) use people::{face, person};
pub(crate) use sync::{sync_face, sync_people};
pub(crate) use tag::tag;
pub(crate) use time::{Style, at};
pub(crate) use user::{user, user_with_rights};
