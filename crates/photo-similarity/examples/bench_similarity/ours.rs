//! Our own grouping of the files of a folder: only bytes, looks, sizes and names are known of them.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context as _, Result};
use photo_similarity::{
    Format, Forms, FrameName, Group, Hash, HashKind, Limits, Looks, Photo, PhotoId, Rules, Search, Signature,
    SimilarityError, Which, decode, groups,
};

use crate::clock;
use crate::exif::Exif;
use crate::score::Grouping;
use crate::truth::Truth;

/// Bits up to which two photos are duplicates: the default threshold of 5.
pub(crate) const DUPLICATE: u32 = 40;

/// Pixels of the short side at which the organizer decodes.
pub(crate) const SHORT_SIDE: u32 = 240;

/// One file, looked at.
pub(crate) struct Looked {
    pub(crate) file: String,
    pub(crate) photo: Photo,
    pub(crate) format: Option<Format>,
    pub(crate) bytes: u64,
    pub(crate) exif: Exif,
    look: Result<Signature, SimilarityError>,
}

/// All files of the set, in the order of their ids.
pub(crate) struct Collection {
    pub(crate) truth: Truth,
    pub(crate) files: Vec<Looked>,
    /// Processor time for reading, decoding and hashing, in seconds.
    seconds: f64,
}

/// Decodes and hashes all files.
pub(crate) fn look_at(photos: &Path) -> Result<Collection> {
    let truth = Truth::read(photos)?;
    let (time, files) = clock::measured(|| {
        truth.files.iter().map(|known| look(photos, &known.file)).collect::<Result<Vec<Looked>>>()
    })?;
    let mut files = files?;
    files.sort_by_key(|file| file.photo.id);
    Ok(Collection { truth, files, seconds: time.as_secs_f64() })
}

fn look(photos: &Path, file: &str) -> Result<Looked> {
    let bytes = std::fs::read(photos.join(file)).with_context(|| file.to_owned())?;
    let (mut id, mut content) = ([0; 16], [0; 20]);
    blake3::Hasher::new().update(file.as_bytes()).finalize_xof().fill(&mut id);
    blake3::Hasher::new().update(&bytes).finalize_xof().fill(&mut content);
    let decoded = decode(&bytes, SHORT_SIDE, &Limits::default());
    let known = decoded.as_ref().ok();
    let photo = Photo {
        content: Some(content),
        name: FrameName::of(file),
        size: known.map(|decoded| (decoded.width, decoded.height)),
        ..Photo::new(PhotoId(id))
    };
    Ok(Looked {
        file: file.to_owned(),
        photo,
        format: known.map(|decoded| decoded.format),
        bytes: bytes.len() as u64,
        exif: Exif::of(&bytes),
        look: decoded.map(|decoded| Signature::of(HashKind::P256, &decoded.luma)),
    })
}

impl Collection {
    /// The groups within `limit` bits, in these forms.
    pub(crate) fn groups(&self, limit: u32, forms: Forms) -> Vec<Group> {
        let mut looks = Looks::new(forms);
        for file in &self.files {
            looks.push(file.look.as_ref().ok());
        }
        let search = Search { limit, threads: NonZeroUsize::MIN, nearest: self.files.len() };
        let edges = search.pairs(&looks, Which::All, &|_, _| true).unwrap_or_default();
        let photos: Vec<Photo> = self.files.iter().map(|file| file.photo).collect();
        let hash =
            |file: &Looked| file.look.as_ref().ok().filter(|look| !look.is_plain()).map(|look| look.hash);
        let hashes: Vec<Option<Hash>> = self.files.iter().map(hash).collect();
        let rules = Rules { duplicate: limit.min(DUPLICATE), similar: limit, bursts: None };
        groups(&photos, &hashes, &edges, &rules)
    }

    /// The same as paths, with what it took.
    pub(crate) fn grouping(&self, name: &str, limit: u32, forms: Forms) -> Result<Grouping> {
        let (time, found) = clock::measured(|| self.groups(limit, forms))?;
        let path = |photo: u32| self.files[photo as usize].file.clone();
        let members = |group: &Group| group.members.iter().map(|member| path(member.photo)).collect();
        let skipped: BTreeSet<String> =
            self.files.iter().filter(|file| file.look.is_err()).map(|file| file.file.clone()).collect();
        Ok(Grouping {
            name: name.to_owned(),
            groups: found.iter().map(|group| (group.class.to_string(), members(group))).collect(),
            skipped,
            seconds: Some(self.seconds + time.as_secs_f64()),
        })
    }
}
