//! The photos of the server: one walk through the listing of each account.
//!
//! A picture is remembered under the checksum of its upload, so that deleting and uploading it again costs nothing. In an
//! external library that is not one of its content (it is made of the path), and the asset itself is the name. Whether
//! the pixels are still the same, the tiny picture (thumbhash) tells that the server sends along: it stays as it is when
//! metadata are written into the file, which moves every time and every size.

use std::collections::{BTreeSet, HashMap, HashSet};

use immich_api::{Asset, AssetKind, AssetQuery, StackMembers, Visibility};
use photo_similarity::{Exposure, is_raw};

use super::members;
use crate::account::Account;
use crate::error::SyncError;
use crate::organize::options::Filters;
use crate::organize::place::Place;
use crate::organize::record::MemberRecord;
use crate::organize::scan::{
    Desk, Detail, Found, How, Scan, camera_name, camera_number, digest8, digest16, format_of,
};
use crate::organize::summary::SkipKind;
use crate::state::PictureKey;

/// What is known of an account beside its listing.
struct Beside {
    number: u16,
    user: String,
    /// Assets in any album of the user.
    in_albums: HashSet<u128>,
    /// Assets in one of the albums that were asked for; `None` where none was.
    asked: Option<HashSet<u128>>,
    /// Stacks by asset, and whether we made them.
    stacks: HashMap<u128, (immich_api::StackId, bool)>,
}

/// Lists all accounts. Partners' photos come with their own, and those of users who are part of the run do not count
/// among them.
pub(super) fn list(scan: &Scan<'_>, desk: &mut Desk<'_, '_>) -> Result<(), SyncError> {
    let users: BTreeSet<String> = scan.accounts.iter().map(Account::user).collect();
    for (number, account) in scan.accounts.iter().enumerate() {
        let beside = beside(scan, account, u16::try_from(number).unwrap_or(u16::MAX))?;
        walk(scan, desk, account, &beside, &users)?;
    }
    Ok(())
}

fn beside(scan: &Scan<'_>, account: &Account<'_>, number: u16) -> Result<Beside, SyncError> {
    let reader = account.reader;
    let filters = &scan.options.filters;
    let asked = match filters.albums.as_slice() {
        [] => None,
        albums => Some(members::of_albums(reader, albums)?),
    };
    let ours = scan.store.stacks_of_ours(&account.user())?;
    let mut stacks = HashMap::new();
    for StackMembers { id, mut assets, .. } in reader.stacks()? {
        assets.sort_unstable();
        let is_ours = ours.contains(&assets);
        stacks.extend(assets.iter().map(|asset| (asset.as_u128(), (id.clone(), is_ours))));
    }
    Ok(Beside { number, user: account.user(), in_albums: members::in_albums(scan, reader)?, asked, stacks })
}

fn walk(
    scan: &Scan<'_>,
    desk: &mut Desk<'_, '_>,
    account: &Account<'_>,
    beside: &Beside,
    users: &BTreeSet<String>,
) -> Result<(), SyncError> {
    let query = AssetQuery { include_shared: scan.options.filters.include_shared, ..AssetQuery::default() };
    let mut walk = account.reader.walk_assets(&query);
    for page in &mut walk {
        let found = page?.into_iter().filter_map(|asset| found(asset, &scan.options.filters, beside, users));
        desk.take(found.collect())?;
        if desk.is_stopped() {
            return Ok(());
        }
    }
    let report = walk.report();
    if !report.complete {
        desk.warn(
            "the server's listing changed all the time or is shorter than what the server counts: photos may be \
             missing from this scan, so run it again",
        );
    }
    desk.listing(report.complete, report.unreadable_count);
    Ok(())
}

/// What an asset is for the scan; `None` for what has no part in it.
fn found(asset: Asset, filters: &Filters, beside: &Beside, users: &BTreeSet<String>) -> Option<Found> {
    let owner = asset.owner_id.to_string();
    let is_own = owner == beside.user;
    let is_listed = match asset.visibility {
        Visibility::Timeline => true,
        Visibility::Archive => filters.archived,
        _ => false,
    };
    if (!is_own && users.contains(&owner)) || !is_listed || asset.is_trashed || asset.is_offline {
        return None;
    }
    let how = match asset.kind {
        AssetKind::Image => How::Thumbnail { account: beside.number, is_made: asset.thumbhash.is_some() },
        AssetKind::Video => How::BytesOnly(SkipKind::Video),
        AssetKind::Audio | AssetKind::Other => return None,
    };
    let number = asset.id.as_u128();
    let passes = passes(&asset, filters, beside);
    let stack = beside.stacks.get(&number);
    let content =
        asset.checksum.as_ref().and_then(immich_api::Checksum::bytes).filter(|_| asset.library_id.is_none());
    let key = match content {
        Some(sha1) => digest16("content", &[&sha1]),
        None => digest16("asset", &[&number.to_be_bytes()]),
    };
    let stamp = stamp(&asset);
    let camera =
        asset.exif.as_ref().and_then(|exif| camera_name(exif.make.as_deref(), exif.model.as_deref()));
    let shot = shot_time(&asset);
    let exposure =
        camera.as_deref().zip(shot).map(|(camera, taken)| Exposure { camera: camera_number(camera), taken });
    let family = shot.map_or(0, |shot| {
        let stem = stem(&asset.original_file_name);
        digest8("shot", &[owner.as_bytes(), &shot.to_le_bytes(), stem.as_bytes()])
    });
    // What we stacked are copies, and stay a group: else its tags and albums would go with the next scan.
    let shot_of_stack = stack
        .filter(|(_, is_ours)| !is_ours)
        .map(|(stack, _)| digest8("stack", &[stack.to_string().as_bytes()]));
    let stack = stack.map(|(stack, _)| stack.to_string());
    let in_album = beside.in_albums.contains(&number);
    let is_raw = is_raw(&asset.original_file_name) || is_raw(&asset.original_path);
    let member = member(asset, is_own, camera, stack);
    let id = member.place.photo();
    let detail = Detail { member, in_album, is_raw, tags: 0, shot, stamp: None };
    let (stack, key) = (shot_of_stack, PictureKey(key));
    Some(Found { id, detail, content, exposure, stack, family, key, stamp, passes, how })
}

/// What tells that the pixels are still the same.
fn stamp(asset: &Asset) -> [u8; 16] {
    match (&asset.thumbhash, asset.file_modified_at) {
        (Some(thumbhash), _) => digest16("thumbhash", &[thumbhash.as_bytes()]),
        (None, Some(modified)) => digest16("modified", &[&modified.as_millisecond().to_le_bytes()]),
        (None, None) => digest16("unknown", &[]),
    }
}

/// When the picture was taken by the camera's clock. A time that the server made up from the file's is none.
fn shot_time(asset: &Asset) -> Option<i64> {
    asset.exif.as_ref()?.date_time_original?;
    Some(asset.local_date_time?.as_millisecond())
}

fn passes(asset: &Asset, filters: &Filters, beside: &Beside) -> bool {
    let has = |person: &immich_api::PersonId| {
        asset.people.as_ref().is_some_and(|people| people.iter().any(|other| other.id == *person))
    };
    let in_library = |library: &immich_api::LibraryId| asset.library_id.as_ref() == Some(library);
    beside.asked.as_ref().is_none_or(|asked| asked.contains(&asset.id.as_u128()))
        && filters.people.iter().all(has)
        && (filters.libraries.is_empty() || filters.libraries.iter().any(in_library))
        && filters.since.is_none_or(|since| asset.file_created_at.is_some_and(|taken| taken >= since))
}

fn member(asset: Asset, is_own: bool, camera: Option<String>, stack: Option<String>) -> MemberRecord {
    let (width, height) = asset.shown_size().unzip();
    let exif = asset.exif.unwrap_or_default();
    let is_external = asset.library_id.is_some();
    let names = asset.people.unwrap_or_default().into_iter().map(|person| person.name);
    MemberRecord {
        place: Place::Asset(asset.id),
        is_own,
        account: asset.owner_id.to_string(),
        library: asset.library_id.map(|library| library.to_string()),
        distance: None,
        set: 0,
        format: format_of(&asset.original_file_name),
        name: asset.original_file_name,
        path: asset.original_path,
        bytes: exif.file_size,
        width,
        height,
        taken: asset.file_created_at,
        camera,
        is_favourite: asset.is_favorite.unwrap_or_default(),
        rating: exif.rating,
        description: exif.description.filter(|text| !text.trim().is_empty()),
        position: exif.latitude.zip(exif.longitude),
        people: names.filter(|name| !name.is_empty()).collect(),
        sha1: asset
            .checksum
            .filter(|_| !is_external)
            .and_then(|sum| sum.bytes())
            .map(|sha1| crate::organize::hexadecimal(&sha1)),
        updated: asset.updated_at,
        stamp: None,
        stack,
        is_archived: asset.visibility == Visibility::Archive,
        live_video: asset.live_photo_video_id.map(|video| video.to_string()),
    }
}

/// The name of a file without its extension, in small letters.
fn stem(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_lowercase()
}
