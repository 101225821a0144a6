//! What is remembered of a picture beside of its hashes, as JSON.

use photo_similarity::Format;
use serde::{Deserialize, Serialize};

use crate::organize::summary::SkipKind;

/// What was learnt when a picture was looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::organize) struct About {
    /// Width of the whole picture in pixels, upright; of files only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) width: Option<u32>,
    /// Height of the whole picture in pixels, upright; of files only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) height: Option<u32>,
    /// What kind of picture the file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) format: Option<Format>,
    /// A digest of all decoded pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) picture: Option<u64>,
    /// Make and model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) camera: Option<String>,
    /// When it was taken by the camera's clock, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) shot: Option<i64>,
    /// The caption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) description: Option<String>,
    /// Stars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) rating: Option<i32>,
    /// Degrees north and east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) position: Option<(f64, f64)>,
    /// How many keywords it has.
    #[serde(skip_serializing_if = "is_none_of_them")]
    pub(in crate::organize) tags: u32,
    /// Names of people in its metadata.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::organize) people: Vec<String>,
    /// It is a raw file; its looks are those of the picture that it carries of itself.
    #[serde(skip_serializing_if = "is_false")]
    pub(in crate::organize) is_raw: bool,
    /// Why it has no looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) problem: Option<Problem>,
    /// It is neither a picture nor a video.
    #[serde(skip_serializing_if = "is_false")]
    pub(in crate::organize) is_other: bool,
}

/// Why a picture has no looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::organize) struct Problem {
    /// In one word.
    pub(in crate::organize) kind: SkipKind,
    /// In many.
    pub(in crate::organize) why: String,
    /// Which build said so: another one may be able to read it.
    pub(in crate::organize) by: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_none_of_them(value: &u32) -> bool {
    *value == 0
}

impl About {
    /// Out of the state; nothing where it cannot be read.
    pub(super) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// For the state.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether what is remembered still says all, as far as this build knows.
    pub(super) fn holds(&self) -> bool {
        self.problem.as_ref().is_none_or(|problem| problem.by == build())
    }
}

/// Which build this is, as far as reading pictures goes.
pub(in crate::organize) fn build() -> &'static str {
    if cfg!(feature = "heif") {
        concat!(env!("CARGO_PKG_VERSION"), " raw heif")
    } else {
        concat!(env!("CARGO_PKG_VERSION"), " raw")
    }
}
