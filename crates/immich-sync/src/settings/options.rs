//! What is written, how, and into which files.

use anyhow::Result;
use photo_metadata::Allowances;
use sync_core::writeback::{AlbumOptions, Brake, FaceOptions, IdentityCheck, WriteOptions};

use super::words::Managed;
use super::{Sources, after, catalogue, data, layout, paths, replace_options, selection, to_usize, workers};
use crate::exit::usage;

/// Characters of the longest caption, as people know it from the tool they come from.
const CAPTION_MAX_LEN: u32 = 2000;

/// The options of a write-back.
pub(super) fn resolve(sources: &Sources<'_>) -> Result<WriteOptions> {
    let caption_limit = sources.number(&catalogue::CAPTION_MAX_LEN, 1..=1_000_000)?;
    let trust_paths = sources.flag(&catalogue::TRUST_PATHS)?;
    Ok(WriteOptions {
        data: data::resolve(sources)?,
        caption_limit: to_usize(caption_limit.unwrap_or(CAPTION_MAX_LEN)),
        rules: layout::rules(sources)?,
        targets: layout::targets(sources)?,
        allowed: Allowances {
            signed: sources.flag(&catalogue::WRITE_SIGNED)?,
            raw: sources.flag(&catalogue::WRITE_RAW)?,
        },
        replace: replace_options(sources)?,
        mapping: paths::resolve(sources)?,
        identity: if trust_paths { IdentityCheck::TrustPaths } else { IdentityCheck::Strict },
        managed: sources.word::<Managed>(&catalogue::MANAGED)?.map(Into::into),
        albums: albums(sources)?,
        faces: faces(sources)?,
        brake: brake(sources)?,
        after: after(sources)?,
        selection: selection::resolve(sources)?,
        recheck: recheck(sources)?,
        workers: workers(sources)?,
    })
}

fn albums(sources: &Sources<'_>) -> Result<AlbumOptions> {
    let usual = AlbumOptions::default();
    Ok(AlbumOptions {
        shared: sources.flag(&catalogue::SHARED_ALBUMS)?,
        fresh_for: sources.time(&catalogue::ALBUM_CACHE_TTL)?.unwrap_or(usual.fresh_for),
        stale_for: sources.time(&catalogue::ALBUM_CACHE_MAX_STALE)?.unwrap_or(usual.stale_for),
    })
}

fn faces(sources: &Sources<'_>) -> Result<FaceOptions> {
    let usual = FaceOptions::default();
    Ok(FaceOptions {
        even_if_imported: sources.flag(&catalogue::FACES_ALTHOUGH_IMPORTED)?,
        recheck_one_in: sources
            .number(&catalogue::FACE_RECHECK, 1..=1_000_000)?
            .unwrap_or(usual.recheck_one_in),
    })
}

fn brake(sources: &Sources<'_>) -> Result<Brake> {
    let usual = Brake::default();
    let percent = sources.number(&catalogue::BRAKE_PERCENT, 1..=100)?;
    Ok(Brake {
        percent: percent.and_then(|percent| percent.try_into().ok()).unwrap_or(usual.percent),
        confirmed: sources.flag(&catalogue::YES)?,
    })
}

fn recheck(sources: &Sources<'_>) -> Result<bool> {
    let recheck = sources.flag(&catalogue::RECHECK)?;
    if recheck && sources.flag(&catalogue::ONLY_NEW)? {
        return Err(usage("--only-new skips what is unchanged and --recheck opens it; choose one of them"));
    }
    // There is no file of finished photos to delete; to forget them is to look at each again.
    Ok(recheck || sources.flag(&catalogue::CLEAR_CHECKPOINT)?)
}
