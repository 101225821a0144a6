//! The threads that send, and those that look at what is there.

use std::io::{self, Read};

use immich_api::{ApiError, AssetId, NewAsset, Note, Reader, UploadStatus, Uploaded, Visibility, Writer};
use photo_metadata::structure::{self, Problem};
use serde_json::json;

use super::hashing::{Hashed, SMALL};
use super::wish::{Own, Wish, asks_for_own, wish};
use super::work::{Arrival, Failure, Look, Outcome, Sent, There, Work};
use super::{Facts, Locator, Media, MediaKind, Source, SourceError};
use crate::deeds::Hex;

/// The key of our note on each asset.
pub(crate) const NOTE: &str = "immich-sync";

/// As much of a large file as is read for its date, in bytes.
const HEAD: u64 = 256 << 10;

/// Bytes that wait in memory for each upload at a time. More do not make a run faster, and what is freed in pieces by other
/// threads takes its room as well.
const HELD: usize = 3 << 20;

/// What a sending thread has.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) writer: Writer<'a>,
}

/// What is known of the halves of an item: the asset of one that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Halves {
    /// The moving half, where it is on the server already.
    pub(super) motion: Option<AssetId>,
    /// The picture, where that is there and only the moving half is to be sent.
    pub(super) still: Option<There>,
}

impl Sending<'_> {
    /// Uploads an item: its moving half first, hidden, then itself.
    pub(super) fn send(&self, work: &Work, halves: &Halves) -> Sent {
        let failed =
            |failure| Sent { outcome: Outcome::default(), media: Err(failure), motion: None, bytes_read: 0 };
        let facts = match self.source.facts(&work.item) {
            Ok(facts) => facts,
            Err(error) => return failed(Failure::Source(error)),
        };
        let Some(hashed) = &work.media else {
            let path = work.item.media.path.path().to_path_buf();
            return failed(Failure::Source(SourceError::Changed { path }));
        };
        let own = self.own(work, &facts);
        let wish = wish(&facts, &work.item.media, own);
        if let Some(still) = &halves.still {
            return self.motion_alone(work, facts, &wish, still);
        }
        let motion = match (&work.item.motion, &work.motion, &halves.motion) {
            (Some(media), Some(hashed), None) => Some(self.motion(work, media, hashed, &wish)),
            _ => None,
        };
        let (motion, media) = match motion {
            // Without its moving half it would be a photo that never gets one.
            Some(Err(failure)) => (None, Err(failure)),
            Some(Ok(arrival)) => {
                let media = self.photo(work, hashed, &wish, Some(&arrival.asset));
                (Some(arrival), media)
            }
            None => (None, self.photo(work, hashed, &wish, halves.motion.as_ref())),
        };
        let again = |hashed: &Hashed, size| if hashed.held.is_none() { size } else { 0 };
        let bytes_read = again(hashed, work.item.media.size);
        let sidecar = wish.sidecar.as_ref().map(|bytes| blake3::hash(bytes).to_hex().to_string());
        let damage = if media.is_ok() { damage(work) } else { None };
        let outcome = Outcome { facts, base: wish.base, sidecar, own, is_open: wish.is_open, damage };
        Sent { outcome, media, motion, bytes_read }
    }

    /// Sends the moving half of a picture that is there.
    fn motion_alone(&self, work: &Work, facts: Facts, wish: &Wish, still: &There) -> Sent {
        let sent = match (&work.item.motion, &work.motion) {
            (Some(media), Some(hashed)) => Some(self.motion(work, media, hashed, wish)),
            _ => None,
        };
        let there = Arrival { asset: still.asset.clone(), ours: false };
        let (motion, media) = match sent {
            Some(Err(failure)) => (None, Err(failure)),
            Some(Ok(arrival)) => (Some(arrival), Ok(there)),
            None => (None, Ok(there)),
        };
        Sent { outcome: Outcome { facts, ..Outcome::default() }, media, motion, bytes_read: 0 }
    }

    /// What the file says itself, where that decides what goes with it.
    fn own(&self, work: &Work, facts: &Facts) -> Own {
        if !(asks_for_own(facts) || work.is_edit()) || work.item.media.kind == MediaKind::Sidecar {
            return Own::default();
        }
        if let Some(held) = work.media.as_ref().and_then(|hashed| hashed.held.as_ref()) {
            return Own::of(&held.bytes);
        }
        // Some formats say it at their end; what could have been held may as well be read.
        let most = if work.item.media.size <= SMALL as u64 { work.item.media.size } else { HEAD };
        let mut head = Vec::new();
        let read = self.source.open(&work.item.media).map(|reader| reader.take(most).read_to_end(&mut head));
        if matches!(read, Ok(Ok(_))) { Own::of(&head) } else { Own::default() }
    }

    fn motion(&self, work: &Work, media: &Media, hashed: &Hashed, wish: &Wish) -> Result<Arrival, Failure> {
        let item = Hex(work.item.id.of_motion().0);
        let (notes, device) = (self.notes(item, hashed), item.to_string());
        let asset = NewAsset {
            checksum: Some(hashed.sha1),
            visibility: Some(Visibility::Hidden),
            notes: &notes,
            device: (&device, NOTE),
            ..NewAsset::new(&media.name, media.size, wish.created, media.modified)
        };
        self.upload(&asset, media, hashed)
    }

    fn photo(
        &self,
        work: &Work,
        hashed: &Hashed,
        wish: &Wish,
        video: Option<&AssetId>,
    ) -> Result<Arrival, Failure> {
        let media = &work.item.media;
        let item = Hex(work.item.id.0);
        let (notes, device) = (self.notes(item, hashed), item.to_string());
        let asset = NewAsset {
            checksum: Some(hashed.sha1),
            is_favourite: wish.is_favourite,
            visibility: wish.is_archived.then_some(Visibility::Archive),
            live_photo_video: video,
            sidecar: wish.sidecar.as_deref(),
            notes: &notes,
            device: (&device, NOTE),
            ..NewAsset::new(&media.name, media.size, wish.created, media.modified)
        };
        self.upload(&asset, media, hashed)
    }

    /// The recovery copy of the ledger.
    fn notes(&self, item: Hex<16>, hashed: &Hashed) -> [Note; 1] {
        let value = json!({ "source": self.source.kind(), "item": item, "sha1": Hex(hashed.sha1) });
        [Note { key: NOTE.to_owned(), value }]
    }

    fn upload(&self, asset: &NewAsset<'_>, media: &Media, hashed: &Hashed) -> Result<Arrival, Failure> {
        let mut broken: Option<SourceError> = None;
        let uploaded = self.writer.upload(asset, &mut || match &hashed.held {
            Some(held) => Ok(Box::new(held.bytes.as_slice()) as Box<dyn Read + '_>),
            None => self.source.open(media).map(|reader| reader as Box<dyn Read + '_>).map_err(|error| {
                broken.get_or_insert(error);
                io::Error::other("the source cannot be read")
            }),
        });
        match (uploaded, broken) {
            (Ok(Uploaded { id, status, .. }), _) => {
                let ours = match status {
                    UploadStatus::Created => true,
                    UploadStatus::Duplicate { maybe_ours } => maybe_ours,
                };
                Ok(Arrival { asset: id, ours })
            }
            (Err(_), Some(error)) => Err(Failure::Source(error)),
            (Err(error), None) => Err(Failure::Api(error)),
        }
    }
}

/// What is missing of a file that was cut off. It is sent all the same: it may be the only copy that there is.
fn damage(work: &Work) -> Option<String> {
    let held = work.media.as_ref().and_then(|hashed| hashed.held.as_ref());
    let problems = match (held, &work.item.media.locator) {
        (Some(held), _) => structure::problems(&held.bytes),
        (None, Locator::File(path)) => {
            structure::examine_header(path).map(|seen| seen.problems).unwrap_or_default()
        }
        // What an archive holds was compared with its check sum.
        (None, Locator::Inside { .. } | Locator::Away { .. }) => Vec::new(),
    };
    problems.iter().find_map(|problem| match problem {
        Problem::Truncated { part, missing } => {
            Some(format!("it is cut off: {part} lacks {missing} bytes or more"))
        }
        Problem::NoEndOfImage => Some("it is cut off: the picture has no end".to_owned()),
        _ => None,
    })
}

/// Bytes that wait in memory at most, for so many uploads at a time.
pub(super) fn room(uploads: usize) -> usize {
    uploads.saturating_mul(HELD).max(SMALL)
}

/// What source and server say of an item that is there.
pub(super) fn look(
    source: &dyn Source,
    reader: Reader<'_>,
    work: &Work,
    there: &There,
    is_recovering: bool,
) -> Result<Look, Failure> {
    let facts = source.facts(&work.item).map_err(Failure::Source)?;
    if there.is_twice {
        return Ok(Look { facts, is_noted: false, asset: None });
    }
    let asset = match reader.asset(&there.asset) {
        Ok(asset) => Some(Box::new(asset)),
        Err(ApiError::NoSuchAsset { .. }) => None,
        Err(error) => return Err(Failure::Api(error)),
    };
    let is_noted = is_recovering && asset.is_some() && is_noted(source, reader, work, &there.asset)?;
    Ok(Look { facts, is_noted, asset })
}

/// Whether our note on an asset says that it is this item of this source, with these bytes.
fn is_noted(source: &dyn Source, reader: Reader<'_>, work: &Work, asset: &AssetId) -> Result<bool, Failure> {
    let notes = match reader.notes(asset) {
        Ok(notes) => notes,
        Err(ApiError::NotSupported { .. } | ApiError::NoSuchAsset { .. }) => return Ok(false),
        Err(error) => return Err(Failure::Api(error)),
    };
    let ours = json!({ "source": source.kind(), "item": Hex(work.item.id.0), "sha1": Hex(work.sha1()) });
    Ok(notes.iter().any(|note| note.key == NOTE && note.value == ours))
}
