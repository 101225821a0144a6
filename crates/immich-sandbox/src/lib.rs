//! An Immich-compatible server in memory over real HTTP, for the demo and for tests.
//!
//! It plays release 2.7.5 or 3.0.3 with the shapes, texts and quirks that were recorded from real servers,
//! keeps a list of what was asked, and can be told to misbehave. It shares no types with the client: both
//! could be wrong together.
//!
//! ```
//! use immich_sandbox::{Fault, Sandbox, Scenario, Version};
//!
//! let folder = tempfile::tempdir()?;
//! std::fs::create_dir_all(folder.path().join("2024"))?;
//! std::fs::write(folder.path().join("2024/a.jpg"), "not really a picture")?;
//!
//! let mut scenario = Scenario::new(Version::V3_0_3);
//! let library = scenario.external_library("/mnt/photos", folder.path());
//! let alice = scenario.person("Alice Doe");
//! let album = scenario.album("Summer");
//! let asset = scenario
//!     .asset_file(&library, "2024/a.jpg")
//!     .description("At the lake")
//!     .rating(4)
//!     .favorite(true)
//!     .gps(52.5, 13.4)
//!     .taken("2024-07-01T22:30:00Z", Some("Europe/Berlin"))
//!     .person(&alice)
//!     .tag("Places/Germany/Berlin")
//!     .album(&album)
//!     .id();
//! let unknown = scenario.asset(&library, "2024/b.jpg").taken(None, None).rating(None).description(None).id();
//!
//! let sandbox = Sandbox::start(scenario)?;
//! sandbox.inject(Fault::status(503).retry_after(1).on("GET", "/assets").times(2));
//! // … point a client at `sandbox.url()` with `sandbox.api_key()` …
//! assert!(sandbox.writes().is_empty());
//! assert_eq!(sandbox.view(asset).map(|view| view.rating), Some(Some(4)));
//! assert_eq!(sandbox.view(unknown).map(|view| view.instant), Some(None));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod asset_builder;
mod call;
mod changes;
mod checksum;
mod checksums;
mod connection;
mod dates;
mod edited;
mod error;
mod exiftool;
mod fault;
mod fault_body;
mod form;
mod identity;
mod ids;
mod incoming;
mod jobs;
mod media_type;
mod members;
mod model;
mod planted;
mod precedence;
mod problem;
mod question;
mod record;
mod regions;
mod reread;
mod routes;
mod sandbox;
mod scenario;
mod search;
mod server;
mod session;
mod sidecar;
mod stack_table;
mod tags;
mod thumbnail;
mod traffic;
mod version;
mod view;
mod witness;
mod world;
mod zone;

pub use asset_builder::AssetBuilder;
pub use error::SandboxError;
pub use fault::Fault;
pub use ids::{AlbumId, AssetId, DuplicateId, FaceId, KeyId, LibraryId, PersonId, StackId, TagId, UserId};
pub use model::{
    Album, Asset, AssetKind, Camera, Face, FaceBox, Person, Place, SourceType, User, Visibility,
};
pub use planted::PictureMaker;
pub use question::Question;
pub use record::RecordedRequest;
pub use sandbox::Sandbox;
pub use scenario::{Library, Scenario};
pub use traffic::RouteTraffic;
pub use version::Version;
pub use view::{AssetView, FaceView};
pub use witness::Witness;
