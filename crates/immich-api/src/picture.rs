//! The small pictures that the server makes of each asset.
//!
//! They come as WebP or JPEG, upright, whatever the original is. A proxy that wants a log-in answers 200 with
//! a page, so that what is not called a picture is not taken for one.

use crate::answer::Answer;
use crate::call::{Call, Caller};
use crate::clean::clean;
use crate::client::Client;
use crate::error::{ApiError, BodyProblem};
use crate::ids::AssetId;

const ENDPOINT: &str = "GET /assets/{id}/thumbnail";
/// Largest small picture: two hundred times a usual one, twice an uncompressed one.
const LARGEST_SMALL: u64 = 4 * 1024 * 1024;
/// Largest preview: fifty times a usual one.
const LARGEST_PREVIEW: u64 = 32 * 1024 * 1024;
/// Longest name of a media type that is worth keeping, in characters.
const LONGEST_TYPE: usize = 60;

/// Which of the pictures that the server makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Thumbnail {
    /// The short side has 250 pixels, unless the administrator set it otherwise; some 10 kB.
    #[default]
    Small,
    /// The short side has 1440 pixels, unless the administrator set it otherwise; some 300 kB.
    Preview,
}

/// An encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file as the server made it.
    pub bytes: Vec<u8>,
    /// What it is said to be, such as `image/webp`; the bytes may be something else.
    pub media_type: String,
}

impl Thumbnail {
    fn name(self) -> &'static str {
        match self {
            Self::Small => "thumbnail",
            Self::Preview => "preview",
        }
    }

    fn limit(self) -> u64 {
        match self {
            Self::Small => LARGEST_SMALL,
            Self::Preview => LARGEST_PREVIEW,
        }
    }
}

/// Fetches one picture.
pub(crate) fn fetch(client: &Client, id: &AssetId, size: Thumbnail) -> Result<Picture, ApiError> {
    let url = client.url(&format!("/assets/{id}/thumbnail?size={}", size.name()));
    let call = Call { limit: size.limit(), ..Call::picture(ENDPOINT, &url, Caller::Key) };
    match client.transport.repeat(&call, || client.transport.answer(&call, picture)) {
        Err(ApiError::Status { status: 404, .. }) => Err(ApiError::NoThumbnail { id: id.clone() }),
        Err(error) if error.is_unknown_id() => Err(ApiError::NoSuchAsset { id: id.clone() }),
        answer => answer,
    }
}

fn picture(answer: Answer) -> Result<Picture, ApiError> {
    let media_type = answer.media_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let is_picture = media_type.starts_with("image/") || media_type == "application/octet-stream";
    let problem = match (is_picture, answer.body.is_empty()) {
        (true, false) => {
            return Ok(Picture { media_type: clean(media_type, LONGEST_TYPE), bytes: answer.body });
        }
        (true, true) => BodyProblem::Empty,
        (false, _) => BodyProblem::NotAPicture,
    };
    Err(ApiError::Unexpected { endpoint: ENDPOINT, problem, excerpt: answer.excerpt() })
}
