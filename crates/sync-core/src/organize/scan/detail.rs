//! A photo as a scan finds it, and what of it waits on the disk until its group is known.

use immich_api::AssetId;
use photo_similarity::{Exposure, Format, PhotoId, Traits};
use serde::{Deserialize, Serialize};

use crate::organize::record::MemberRecord;
use crate::organize::summary::SkipKind;
use crate::state::PictureKey;

/// A photo or video of a listing.
pub(in crate::organize) struct Found {
    /// Its name.
    pub(in crate::organize) id: PhotoId,
    /// What only members of groups need.
    pub(in crate::organize) detail: Detail,
    /// SHA-1 of its bytes, where the listing knows it.
    pub(in crate::organize) content: Option<[u8; 20]>,
    /// Camera and time, where the listing knows them.
    pub(in crate::organize) exposure: Option<Exposure>,
    /// The number of its stack: parts of one shot.
    pub(in crate::organize) stack: Option<u64>,
    /// Photos that may be parts of one shot by their names have the same number; 0 for none.
    pub(in crate::organize) family: u64,
    /// Under which name its looks are remembered.
    pub(in crate::organize) key: PictureKey,
    /// What its looks depend on.
    pub(in crate::organize) stamp: [u8; 16],
    /// Whether the filters let it through.
    pub(in crate::organize) passes: bool,
    /// How its looks are found out.
    pub(in crate::organize) how: How,
}

/// How the looks of a photo are found out.
pub(in crate::organize) enum How {
    /// From the server.
    Thumbnail {
        /// With the key of this account.
        account: u16,
        /// Whether the server says that it has made one.
        is_made: bool,
    },
    /// From the file itself.
    File,
    /// Not at all: only its bytes count.
    BytesOnly(SkipKind),
    /// Somebody else did already.
    Loaded(Box<Loaded>),
}

/// Looks that come out of a file with hashes.
pub(in crate::organize) struct Loaded {
    pub(in crate::organize) signature: photo_similarity::Signature,
    pub(in crate::organize) size: Option<(u32, u32)>,
}

/// What only members of groups need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::organize) struct Detail {
    /// As it is stored in a group, without distance and set.
    pub(in crate::organize) member: MemberRecord,
    /// In an album of the user.
    #[serde(default)]
    pub(in crate::organize) in_album: bool,
    /// A raw file.
    #[serde(default)]
    pub(in crate::organize) is_raw: bool,
    /// How many tags it has, where that is known.
    #[serde(default)]
    pub(in crate::organize) tags: u32,
    /// When it was taken by the camera's clock, in milliseconds since 1970.
    #[serde(default)]
    pub(in crate::organize) shot: Option<i64>,
    /// What a file was when it was listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::organize) stamp: Option<[u8; 16]>,
}

impl Detail {
    /// What counts when the best of a group is chosen.
    pub(in crate::organize) fn traits(&self, place: Option<u32>) -> Traits<'_> {
        let member = &self.member;
        let pixels =
            member.width.zip(member.height).map(|(width, height)| u64::from(width) * u64::from(height));
        Traits {
            id: member.place.photo(),
            set: member.set,
            is_pinned: false,
            is_favourite: member.is_favourite,
            is_in_album: self.in_album,
            place,
            pixels,
            format: member.format,
            is_raw: self.is_raw,
            has_camera: member.camera.is_some() && self.shot.is_some(),
            bytes: member.bytes,
            fields: self.fields(),
            people: u32::try_from(member.people.len()).unwrap_or(u32::MAX),
            taken: member.taken.map(jiff::Timestamp::as_millisecond).or(self.shot),
            name: &member.name,
            look: None,
        }
    }

    /// How many kinds of data are known.
    fn fields(&self) -> u32 {
        let member = &self.member;
        let known = [
            member.description.is_some(),
            member.rating.is_some_and(|stars| stars != 0),
            member.position.is_some(),
            member.camera.is_some(),
            self.shot.is_some(),
            self.tags > 0,
            !member.people.is_empty(),
        ];
        known.into_iter().map(u32::from).sum()
    }
}

/// The asset that a photo is, if it is one.
pub(in crate::organize) fn asset_of(id: PhotoId) -> AssetId {
    AssetId::from_u128(u128::from_be_bytes(id.0))
}

/// A number for make and model; 0 for none.
pub(in crate::organize) fn camera_number(camera: &str) -> u32 {
    let digest = blake3::hash(camera.to_lowercase().as_bytes());
    u32::from_le_bytes(*digest.as_bytes().first_chunk().unwrap_or(&[0; 4]))
}

/// Make and model in one line; the make is left out where the model begins with it.
pub(in crate::organize) fn camera_name(make: Option<&str>, model: Option<&str>) -> Option<String> {
    let trimmed =
        |text: Option<&str>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match (trimmed(make), trimmed(model)) {
        (Some(make), Some(model)) => {
            let first = make.split_whitespace().next().unwrap_or_default().to_lowercase();
            let repeats = model.to_lowercase().starts_with(&first);
            Some(if repeats { model } else { format!("{make} {model}") })
        }
        (make, model) => model.or(make),
    }
}

/// What kind of picture a file is by its name.
pub(in crate::organize) fn format_of(name: &str) -> Option<Format> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "jpe" | "jfif" => Format::Jpeg,
        "webp" => Format::WebP,
        "png" => Format::Png,
        "tif" | "tiff" => Format::Tiff,
        "gif" => Format::Gif,
        "heic" | "heif" | "hif" => Format::Heic,
        "avif" => Format::Avif,
        _ => return None,
    })
}

/// Digest of anything, for keys, stamps and numbers.
pub(in crate::organize) fn digest16(what: &str, parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what.as_bytes());
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    digest
}

/// The same as a number that is never 0.
pub(in crate::organize) fn digest8(what: &str, parts: &[&[u8]]) -> u64 {
    let digest = digest16(what, parts);
    u64::from_le_bytes(*digest.first_chunk().unwrap_or(&[0; 8])).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_named_once() {
        let name = |make, model| camera_name(Some(make), Some(model));

        assert_eq!(name("Canon", "Canon EOS 6D").unwrap(), "Canon EOS 6D");
        assert_eq!(name("NIKON CORPORATION", "NIKON D750").unwrap(), "NIKON D750");
        assert_eq!(name("Apple", "iPhone 13").unwrap(), "Apple iPhone 13");
        assert_eq!(camera_name(Some("Apple"), Some(" ")).unwrap(), "Apple");
        assert_eq!(camera_name(None, None), None);
    }

    #[test]
    fn digests_do_not_run_into_each_other() {
        assert_ne!(digest16("a", &[b"bc", b"d"]), digest16("a", &[b"b", b"cd"]));
        assert_ne!(digest8("a", &[]), 0);
    }
}
