//! What others have put into albums that the user sees.
//!
//! A search finds own assets and those of partners, also when it asks for an album; what anybody else shares is
//! on the album's own timeline only. That is told by month and in columns, with the owner of each asset; before
//! 1.133 the album itself lists its assets.

use std::collections::BTreeSet;

use crate::album::Album;
use crate::clean::clean;
use crate::error::{ApiError, BodyProblem};
use crate::ids::{AssetId, UserId};
use crate::json::Json;
use crate::lenient::{member, text};
use crate::reader::{Reader, list};
use crate::version::Trait;

const MONTHS: &str = "GET /timeline/buckets";
const MONTH: &str = "GET /timeline/bucket";
/// Longest name of a month, in characters: an instant with all that may be in it.
const LONGEST_MONTH: usize = 40;

/// The assets in these albums that are not the user's.
pub(crate) fn foreign(reader: Reader<'_>, albums: &[Album]) -> Result<BTreeSet<AssetId>, ApiError> {
    let me = &reader.client.server().user.id;
    let mut foreign = BTreeSet::new();
    for album in albums {
        let assets = if reader.client.has(Trait::TimelineColumns) {
            on_timeline(reader, album)?
        } else {
            listed(reader, album)?
        };
        foreign.extend(assets.into_iter().filter(|(_, owner)| owner != me).map(|(id, _)| id));
    }
    Ok(foreign)
}

type Owned = Vec<(AssetId, UserId)>;

fn on_timeline(reader: Reader<'_>, album: &Album) -> Result<Owned, ApiError> {
    let name = |month: &Json<'_>| text(member(month, "timeBucket"));
    let months = reader
        .client
        .get(MONTHS, &format!("/timeline/buckets?albumId={}", album.id), |answer| list(answer, name))?;
    let mut assets = Vec::new();
    for month in months {
        // The server's own word goes into the next address.
        let is_month = month.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ".contains(&byte));
        if !is_month || month.len() > LONGEST_MONTH {
            let excerpt = clean(&month, LONGEST_MONTH);
            return Err(ApiError::Unexpected { endpoint: MONTHS, problem: BodyProblem::Shape, excerpt });
        }
        let path = format!("/timeline/bucket?albumId={}&timeBucket={month}", album.id);
        assets.extend(reader.client.get(MONTH, &path, columns)?);
    }
    Ok(assets)
}

/// Two columns of the same length; anything else is no answer.
fn columns(answer: &Json<'_>) -> Option<Owned> {
    let ids = list(member(answer, "id")?, |id| AssetId::parse(id.as_str()?).ok())?;
    let owners = list(member(answer, "ownerId")?, |owner| UserId::parse(owner.as_str()?).ok())?;
    (ids.len() == owners.len()).then(|| ids.into_iter().zip(owners).collect())
}

fn listed(reader: Reader<'_>, album: &Album) -> Result<Owned, ApiError> {
    let owned = |asset: &Json<'_>| {
        let id = AssetId::parse(&text(member(asset, "id"))?).ok()?;
        Some((id, UserId::parse(&text(member(asset, "ownerId"))?).ok()?))
    };
    let assets = |answer: &Json<'_>| list(member(answer, "assets")?, owned);
    reader.client.get("GET /albums/{id}", &format!("/albums/{}", album.id), assets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::answer;

    #[test]
    fn columns_of_different_lengths_are_no_answer() {
        let (id, owner) = (AssetId::from_u128(1), UserId::from_u128(2));

        assert_eq!(
            columns(&answer!({"id": [id], "ownerId": [owner], "ratio": [1.3]})),
            Some(vec![(id.clone(), owner.clone())])
        );
        assert_eq!(columns(&answer!({"id": [id], "ownerId": []})), None);
        assert_eq!(columns(&answer!({"id": [id]})), None);
        assert_eq!(columns(&answer!({"id": ["../x"], "ownerId": [owner]})), None);
    }
}
