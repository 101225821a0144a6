//! Which assets are in an album: one list of albums, and one search for each that changed since it was asked for.
//!
//! Shares the memory of albums with whatever else asks for them.

use std::collections::{BTreeMap, HashSet};

use immich_api::{Album, AlbumId, AlbumScope, AssetId, Reader};
use jiff::{SignedDuration, Timestamp};

use crate::error::{SyncError, chain};
use crate::event::{Activity, Event};
use crate::organize::actions::is_album_of_ours;
use crate::organize::scan::Scan;
use crate::state::CachedAlbum;

/// How long an album that looks unchanged is believed to be: some changes leave count and time as they were.
const FRESH_HOURS: i64 = 24;

/// The assets in any album of the user, as numbers; empty where the albums cannot be listed now. Albums that we made of
/// groups say nothing about what the user cares for: they would take the keeper's reason away in the next scan.
pub(super) fn in_albums(scan: &Scan<'_>, reader: Reader<'_>) -> Result<HashSet<u128>, SyncError> {
    let account = reader.server().user.id.to_string();
    let albums: Vec<Album> = match reader.albums(AlbumScope::Own) {
        Ok(albums) => albums.into_iter().filter(|album| !is_album_of_ours(album)).collect(),
        Err(error) if error.is_transient() => {
            let text = format!("the albums cannot be listed ({}); they do not count", chain(&error));
            scan.reporter.report(&Event::Warning(&text));
            return Ok(HashSet::new());
        }
        Err(error) => return Err(error.into()),
    };
    let known: BTreeMap<AlbumId, CachedAlbum> =
        scan.store.album_cache(&account)?.into_iter().map(|album| (album.id.clone(), album)).collect();
    let mut members = HashSet::new();
    for (number, album) in albums.iter().enumerate() {
        if scan.stop.is_raised() {
            break;
        }
        members.extend(of_album(scan, reader, &account, album, known.get(&album.id))?);
        let (done, total) = (number as u64 + 1, albums.len() as u64);
        scan.reporter.report(&Event::Asked { what: Activity::Albums, done, total });
    }
    Ok(members)
}

fn of_album(
    scan: &Scan<'_>,
    reader: Reader<'_>,
    account: &str,
    album: &Album,
    known: Option<&CachedAlbum>,
) -> Result<Vec<u128>, SyncError> {
    let now = (scan.now)();
    if let Some(known) = known.filter(|known| is_same(known, album, now)) {
        return Ok(known.members.clone());
    }
    if album.asset_count == Some(0) {
        return Ok(Vec::new());
    }
    let members: Vec<u128> = match reader.album_assets(album) {
        Ok(assets) => assets.iter().map(AssetId::as_u128).collect(),
        Err(error) if error.is_transient() => {
            let text =
                format!("album {:?} cannot be listed ({}); it does not count", album.name, chain(&error));
            scan.reporter.report(&Event::Warning(&text));
            return Ok(Vec::new());
        }
        Err(error) => return Err(error.into()),
    };
    let memory = CachedAlbum {
        id: album.id.clone(),
        name: album.name.clone(),
        updated_at: album.updated_at,
        asset_count: album.asset_count,
        members: members.clone(),
        fetched: now,
    };
    scan.store.put_album(account, &memory)?;
    Ok(members)
}

fn is_same(known: &CachedAlbum, album: &Album, now: Timestamp) -> bool {
    let age = now.duration_since(known.fetched);
    known.updated_at == album.updated_at
        && known.asset_count == album.asset_count
        && known.name == album.name
        && age >= SignedDuration::ZERO
        && age < SignedDuration::from_hours(FRESH_HOURS)
}

/// The assets of these albums, own and shared; an album that the user does not see is an error.
pub(super) fn of_albums(reader: Reader<'_>, wanted: &[AlbumId]) -> Result<HashSet<u128>, SyncError> {
    let albums = reader.albums(AlbumScope::OwnAndShared)?;
    let mut members = HashSet::new();
    for wanted in wanted {
        let Some(album) = albums.iter().find(|album| album.id == *wanted) else { continue };
        members.extend(reader.album_assets(album)?.iter().map(AssetId::as_u128));
    }
    Ok(members)
}
