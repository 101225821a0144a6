//! The look right before a file goes: it and the photo that is kept are read again, as a whole.
//!
//! An *exact* copy has the SHA-1 that was compared, and so has what is kept. A *duplicate* is decoded beside what is kept:
//! both have to look alike now, whatever a scan said of them, and the copy must say nothing that the kept one does not,
//! because nobody hands over metadata from file to file. Of an asset on the server only the checksum counts.

use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use immich_api::{ApiError, Reader};
use photo_metadata::replace::{FileIdentity, identity};
use photo_similarity::{Forms, HashKind, Limits, Signature, decode};

use crate::error::{SyncError, chain};
use crate::organize::actions::FARTHEST;
use crate::organize::scan::{About, NotRead, SHORT_SIDE, facts_of, is_same, open_listed, sha1_of};
use crate::organize::sources::{Content, note_metadata, read};
use crate::organize::{MemberRecord, hexadecimal};

/// What the user is told when the kept photo is not there.
pub(super) const NO_KEEPER: &str = "the photo that would be kept is gone or was changed";

/// A file as it was read just now.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) identity: FileIdentity,
    pub(super) sha1: String,
    picture: Option<Picture>,
}

#[derive(Debug)]
struct Picture {
    signature: Signature,
    about: About,
}

/// What is kept, as it is now.
#[derive(Debug)]
pub(super) enum Keeper {
    File(Box<Seen>),
    /// An asset with this checksum.
    Asset(String),
}

/// Whether the scan knows both by their bytes, and these are the same.
pub(super) fn is_exact(one: &MemberRecord, other: &MemberRecord) -> bool {
    one.sha1.is_some() && one.sha1 == other.sha1
}

/// Reads a file that was listed with this stamp, and decodes it where its bytes alone do not tell.
pub(super) fn file(path: &Path, member: &MemberRecord, decodes: bool) -> Result<Seen, String> {
    let stamp = member.stamp.ok_or_else(|| "it was never listed as a file here".to_owned())?;
    let not_read = |error| match error {
        NotRead::Vanished => CHANGED.to_owned(),
        NotRead::TooLarge(size) => format!("its file has {size} bytes, too many to be looked at"),
        NotRead::Failed(error) => format!("it cannot be read: {error}"),
    };
    let (mut opened, facts) = open_listed(path, stamp).map_err(not_read)?;
    let sha1 = sha1_of(&mut opened).map_err(|error| not_read(NotRead::Failed(error)))?;
    let sha1 = hexadecimal(&sha1);
    let picture = if decodes {
        opened.seek(SeekFrom::Start(0)).map_err(|error| not_read(NotRead::Failed(error)))?;
        let content = read(&mut opened, &facts, path, Limits::default().memory).map_err(not_read)?;
        Some(picture(content)?)
    } else {
        None
    };
    let identity = identity(path).map_err(|error| chain(&error))?;
    if !is_same(&opened, stamp) || identity.inode != facts.inode || at(path) != Some(stamp) {
        return Err(CHANGED.to_owned());
    }
    if member.sha1.as_ref().is_some_and(|then| *then != sha1) {
        return Err("its bytes are others than those that were compared, although nothing else tells: the disk may be \
                    failing"
            .to_owned());
    }
    Ok(Seen { identity, sha1, picture })
}

const CHANGED: &str = "it was changed since it was compared; the next scan looks at it again";

/// The stamp of what is at a path now.
pub(super) fn at(path: &Path) -> Option<[u8; 16]> {
    path.symlink_metadata().ok().filter(std::fs::Metadata::is_file).map(|about| facts_of(&about).stamp())
}

fn picture(content: Content) -> Result<Picture, String> {
    let Content::Picture(bytes) = content else {
        return Err("it is no picture that can be looked at; only identical ones go".to_owned());
    };
    let mut about = About::default();
    note_metadata(&bytes, &mut about);
    let decoded = decode(&bytes, SHORT_SIDE, &Limits::default()).map_err(|error| chain(&error))?;
    Ok(Picture { signature: Signature::of(HashKind::P256, &decoded.luma), about })
}

/// Asks the server for what is kept there, at this moment. `Ok(Err)` is why it does not count.
pub(super) fn asset(
    reader: Option<&Reader<'_>>,
    best: &MemberRecord,
) -> Result<Result<Keeper, String>, SyncError> {
    let (Some(reader), Some(id)) = (reader, best.place.asset()) else {
        return Ok(Err("the server that keeps it is no part of this run".to_owned()));
    };
    let asset = match reader.asset(id) {
        Ok(asset) => asset,
        Err(ApiError::NoSuchAsset { .. }) => return Ok(Err(NO_KEEPER.to_owned())),
        Err(error) => return Err(error.into()),
    };
    let is_safe = !asset.is_trashed
        && !asset.is_offline
        && asset.visibility.is_shown()
        && asset.owner_id.to_string() == best.account;
    if !is_safe {
        return Ok(Err(
            "the photo that would be kept is in the trash, hidden or offline on the server".to_owned()
        ));
    }
    let checksum = asset.checksum.as_ref().filter(|_| asset.library_id.is_none());
    Ok(match checksum.and_then(immich_api::Checksum::bytes) {
        Some(sha1) => Ok(Keeper::Asset(hexadecimal(&sha1))),
        None => Err("the server does not know the content of the photo that would be kept".to_owned()),
    })
}

/// Why a copy must stay; `None` when it may go.
pub(super) fn objection(keeper: &Keeper, copy: &Seen) -> Option<String> {
    match keeper {
        Keeper::Asset(sha1) if *sha1 == copy.sha1 => None,
        Keeper::Asset(_) => Some("what is kept on the server has other bytes".to_owned()),
        Keeper::File(kept) if kept.sha1 == copy.sha1 => None,
        Keeper::File(kept) => match (&kept.picture, &copy.picture) {
            (Some(kept), Some(copy)) => differs(kept, copy),
            _ => Some(CHANGED.to_owned()),
        },
    }
}

fn differs(kept: &Picture, copy: &Picture) -> Option<String> {
    if kept.signature.is_plain() || copy.signature.is_plain() {
        return Some("it is too plain to be judged by its looks".to_owned());
    }
    let forms = Forms { rotations: true, trims: true };
    let apart = forms.distance(&kept.signature, &copy.signature);
    if apart > u32::from(FARTHEST) {
        return Some(format!("it is {apart}/256 from the photo that is kept"));
    }
    lacking(&kept.about, &copy.about)
        .map(|what| format!("it has {what}, and the photo that is kept has not; nothing hands that over"))
}

/// What a copy says that the kept photo does not.
fn lacking(kept: &About, copy: &About) -> Option<&'static str> {
    let says_more = |copy: &Option<String>, kept: &Option<String>| copy.is_some() && copy != kept;
    let has_stars = |about: &About| about.rating.is_some_and(|stars| stars != 0);
    [
        (says_more(&copy.description, &kept.description), "a caption of its own"),
        (has_stars(copy) && copy.rating != kept.rating, "stars"),
        (copy.position.is_some() && kept.position.is_none(), "a place"),
        (copy.shot.is_some() && kept.shot.is_none(), "a date"),
        (copy.camera.is_some() && kept.camera.is_none(), "a camera"),
        (copy.tags > kept.tags, "more keywords"),
        (copy.people.iter().any(|person| !kept.people.contains(person)), "names of people"),
    ]
    .into_iter()
    .find_map(|(is_so, what)| is_so.then_some(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_copy_says_keeps_it() {
        let nothing = About::default();
        let full = About {
            description: Some("At the lake".to_owned()),
            rating: Some(4),
            position: Some((1.0, 2.0)),
            shot: Some(5),
            camera: Some("Apple iPhone".to_owned()),
            tags: 2,
            people: vec!["Zoë".to_owned()],
            ..About::default()
        };
        assert_eq!(lacking(&full, &nothing), None);
        assert_eq!(lacking(&full, &full), None);
        let only: [About; 7] = [
            About { description: full.description.clone(), ..About::default() },
            About { rating: Some(4), ..About::default() },
            About { position: full.position, ..About::default() },
            About { shot: Some(5), ..About::default() },
            About { camera: full.camera.clone(), ..About::default() },
            About { tags: 1, ..About::default() },
            About { people: full.people.clone(), ..About::default() },
        ];
        for about in only {
            assert!(lacking(&nothing, &about).is_some(), "{about:?}");
            assert_eq!(lacking(&full, &about), None, "{about:?}");
        }
        let other = About { description: Some("In the sea".to_owned()), ..About::default() };
        assert_eq!(lacking(&full, &other), Some("a caption of its own"));
        assert_eq!(lacking(&nothing, &About { rating: Some(0), ..About::default() }), None);
    }

    #[test]
    fn an_asset_vouches_for_the_same_bytes_only() {
        let identity = FileIdentity { device: 1, inode: 2, size: 3, mtime_ns: 4, ctime_ns: 5, links: 1 };
        let copy = Seen { identity, sha1: "ab".to_owned(), picture: None };

        assert_eq!(objection(&Keeper::Asset("ab".to_owned()), &copy), None);
        assert!(objection(&Keeper::Asset("cd".to_owned()), &copy).is_some());
        let other = Seen { identity, sha1: "cd".to_owned(), picture: None };
        assert!(objection(&Keeper::File(Box::new(other)), &copy).is_some(), "never decoded");
    }
}
