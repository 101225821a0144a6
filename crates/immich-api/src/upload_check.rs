//! Before an upload: which bytes the server has already, and which kinds of files it takes.
//!
//! Only what the user uploaded counts: the files of an external library are known to the server by their path, so
//! that their bytes are new to it.

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::ids::AssetId;
use crate::json::Json;
use crate::lenient::{boolean, member, text};
use crate::reader::Reader;

/// Checksums per question, as the official client asks: 400 kB, and some 70 ms of the server's time.
const BATCH: usize = 5000;

/// What the server says of a checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It has no such bytes of this user.
    Accept,
    /// It has them, perhaps in the trash.
    Duplicate {
        /// The asset that has them.
        asset: AssetId,
        /// Whether that is in the trash.
        is_trashed: bool,
    },
    /// It would not take them, for this reason, such as `unsupported-format`.
    Refused(String),
}

/// The file extensions that a server takes, in lower case and with their dot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaTypes {
    /// Of photos.
    pub image: Vec<String>,
    /// Of videos.
    pub video: Vec<String>,
    /// Of sidecars.
    pub sidecar: Vec<String>,
}

impl Reader<'_> {
    /// Which of these bytes the user has on the server, by their SHA-1; the answers are in the order of the
    /// question. 5,000 for each request.
    ///
    /// A question, though it takes the permission to upload.
    pub fn upload_check(self, checksums: &[[u8; 20]]) -> Result<Vec<Checked>, ApiError> {
        let mut all = Vec::with_capacity(checksums.len());
        for batch in checksums.chunks(BATCH) {
            let items = batch.iter().enumerate().map(|(index, sum)| {
                json!({ "id": index.to_string(), "checksum": crate::asset::Checksum::from(sum).as_str() })
            });
            let question = json!({ "assets": items.collect::<Value>() });
            let read = |answer: &Json<'_>| checked(answer, batch.len());
            let path = "/assets/bulk-upload-check";
            all.extend(self.client.ask("POST /assets/bulk-upload-check", path, &question, read)?.0);
        }
        Ok(all)
    }

    /// The kinds of files that this server takes.
    pub fn media_types(self) -> Result<MediaTypes, ApiError> {
        self.client.get("GET /server/media-types", "/server/media-types", media_types)
    }
}

/// One answer for each of the batch, or no answer at all.
fn checked(answer: &Json<'_>, count: usize) -> Option<Vec<Checked>> {
    let mut all = vec![None; count];
    for result in member(answer, "results")?.as_list()? {
        let place = text(member(result, "id"))?.parse::<usize>().ok()?;
        *all.get_mut(place)? = Some(one(result)?);
    }
    all.into_iter().collect()
}

fn one(result: &Json<'_>) -> Option<Checked> {
    let asset = || AssetId::parse(&text(member(result, "assetId"))?).ok();
    match text(member(result, "action"))?.as_str() {
        "accept" => Some(Checked::Accept),
        "reject" => match text(member(result, "reason")).unwrap_or_default() {
            reason if reason == "duplicate" => {
                let is_trashed = boolean(member(result, "isTrashed")).unwrap_or(false);
                Some(Checked::Duplicate { asset: asset()?, is_trashed })
            }
            reason => Some(Checked::Refused(crate::clean::clean(&reason, 100))),
        },
        _ => None,
    }
}

fn media_types(answer: &Json<'_>) -> Option<MediaTypes> {
    let of = |name| {
        let list = member(answer, name)?.as_list()?;
        list.iter().map(|item| item.as_str().map(str::to_ascii_lowercase)).collect::<Option<Vec<_>>>()
    };
    Some(MediaTypes { image: of("image")?, video: of("video")?, sidecar: of("sidecar")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::answer;

    #[test]
    fn each_checksum_has_its_answer_whatever_their_order() {
        let id = AssetId::from_u128(1);
        let said = answer!({ "results": [
            { "id": "2", "action": "reject", "reason": "unsupported-format" },
            { "id": "0", "action": "accept" },
            { "id": "1", "action": "reject", "reason": "duplicate", "assetId": id, "isTrashed": true },
        ]});

        let duplicate = Checked::Duplicate { asset: id, is_trashed: true };
        let refused = Checked::Refused("unsupported-format".to_owned());
        assert_eq!(checked(&said, 3), Some(vec![Checked::Accept, duplicate, refused]));
        for count in [2, 4] {
            assert_eq!(checked(&said, count), None, "an answer too many or one too few");
        }
        let nobody = answer!({ "results": [{ "id": "0", "action": "reject", "reason": "duplicate" }] });
        assert_eq!(checked(&nobody, 1), None);
    }
}
