//! Tests of the crate as a whole, with real photos, in one binary so that it links once.

#[cfg(test)]
mod copies;
#[cfg(test)]
mod decoding;
#[cfg(test)]
#[path = "../support/encode.rs"]
mod encode;
#[cfg(test)]
mod groups;
#[cfg(test)]
#[cfg(feature = "heif")]
mod heif;
#[cfg(test)]
mod places;
#[cfg(test)]
mod raws;
#[cfg(test)]
#[path = "../support/scene.rs"]
mod scene;
