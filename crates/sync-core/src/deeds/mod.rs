//! What is done on the server, as data, and everything that makes a deed of it: announced, ordered, closed, settled after a
//! kill, taken back.
//!
//! ```text
//! orders (gathered) ─► hand: announce ─► order ─► close          look: what is there now?
//!                        lost answer, kill ─► settle by looking ─┘   ▲
//!                        undo ─► take back, newest first ────────────┘
//! ```
//!
//! Organizer and import do their work through this, so that one journal lists it and one undo takes it back.

pub(crate) mod caption;
mod deed;
pub(crate) mod faces;
pub(crate) mod files;
pub(crate) mod hand;
mod here;
mod hex;
mod imagined;
mod local_path;
pub(crate) mod look;
pub(crate) mod moving;
pub(crate) mod orders;
pub(crate) mod people;
mod restack;
mod tagged;
mod take_back;
mod trashed;
mod what;

pub use deed::{
    AlbumRef, Deed, DeedCount, DeedId, DeedRow, DeedState, DrawnFace, Imported, MadeFile, NewUpload,
    Numbered, NumberedAlbum, PersonRef, Restack, Setting, TrashedFile, Value,
};
pub(crate) use files::HERE;
pub(crate) use here::settle_here;
pub use hex::{Hex, NotHex};
pub use local_path::LocalPath;
pub use take_back::TakeBack;
pub(crate) use take_back::settle;
pub use what::What;
