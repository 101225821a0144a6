//! Typed client of the Immich HTTP API, with a half that only reads.
//!
//! It knows HTTP and no files, prints nothing and reads no environment. Servers from 1.118 on are
//! understood; what differs between versions stands in one table.
//!
//! ```no_run
//! use immich_api::{ApiKey, AssetQuery, Client, ClientOptions};
//!
//! # fn main() -> Result<(), immich_api::ApiError> {
//! let client = Client::connect(ClientOptions::new("http://nas:2283", ApiKey::new("key")?))?;
//! let mut walk = client.reader().walk_assets(&AssetQuery::default());
//! for page in &mut walk {
//!     for asset in page? {
//!         let caption = asset.exif.and_then(|exif| exif.description);
//!         assert!(caption.is_none_or(|caption| caption.len() < 10_000));
//!     }
//! }
//! assert!(walk.report().complete);
//! # Ok(())
//! # }
//! ```

mod address;
mod album;
mod album_orders;
mod answer;
mod asset;
mod call;
mod change;
mod clean;
mod client;
mod clock;
mod copy_order;
mod discovery;
mod early_answer;
mod error;
mod exif;
mod face_orders;
mod face_stream;
mod failure;
mod found;
mod ids;
mod item_stream;
mod json;
mod key;
mod lanes;
mod lenient;
mod library;
mod lines;
mod login;
mod membership;
mod new_asset;
mod notes;
mod options;
mod orders;
mod original;
mod pages;
mod permission;
mod person;
mod person_orders;
mod picture;
mod query;
mod queues;
mod rate;
mod reader;
mod report;
mod retry;
mod round;
mod sample;
mod server_info;
mod session;
mod shared_albums;
mod sightings;
mod stack;
mod stack_orders;
mod stats;
mod stream;
mod tag;
mod tag_orders;
mod tls;
mod transport;
mod trash;
mod trash_orders;
mod upload;
mod upload_body;
mod upload_check;
mod upload_form;
mod version;
mod walk;
mod writer;

pub use crate::album::{Album, AlbumScope};
pub use crate::asset::{Asset, AssetKind, Checksum, Unreadable, Visibility};
pub use crate::change::{AssetChange, Edit, Taken};
pub use crate::client::{BEST_IN_FLIGHT, Client};
pub use crate::clock::{Clock, SystemClock};
pub use crate::copy_order::CopyWhat;
pub use crate::error::{ApiError, BodyProblem, Cause, SourceProblem, VersionFound};
pub use crate::exif::Exif;
pub use crate::face_orders::FaceArea;
pub use crate::face_stream::{FaceOfAsset, StreamedFaces};
pub use crate::found::Found;
pub use crate::ids::{
    AlbumId, AssetId, BadId, DuplicateId, FaceId, LibraryId, PersonId, StackId, TagId, UserId,
};
pub use crate::key::ApiKey;
pub use crate::library::Library;
pub use crate::login::Login;
pub use crate::new_asset::{NewAsset, Note, UploadStatus, Uploaded};
pub use crate::options::{ClientOptions, RateLimit, StopQuestion};
pub use crate::orders::Ordered;
pub use crate::original::Transfer;
pub use crate::permission::Permission;
pub use crate::person::{Face, FaceOwner, FaceSource, Person};
pub use crate::picture::{Picture, Thumbnail};
pub use crate::query::{AssetQuery, LibraryFilter};
pub use crate::queues::{Queue, QueueName};
pub use crate::reader::Reader;
pub use crate::report::WalkReport;
pub use crate::server_info::{CurrentUser, Features, KeyInfo, ServerInfo};
pub use crate::session::Session;
pub use crate::stack::{Stack, StackMembers};
pub use crate::stats::RequestStats;
pub use crate::tag::Tag;
pub use crate::trash::TrashRule;
pub use crate::upload::OpenSource;
pub use crate::upload_check::{Checked, MediaTypes};
pub use crate::version::{OLDEST, ServerVersion};
pub use crate::walk::AssetWalk;
pub use crate::writer::Writer;
