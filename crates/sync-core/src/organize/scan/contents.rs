//! SHA-1 of files, only where it can tell something: of files that are as long as another photo or video.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::ControlFlow;

use sha1::{Digest as _, Sha1};

use super::desk::{Desk, FILE};
use super::detail::Detail;
use super::open_file;
use super::spool::Slot;
use crate::error::SyncError;
use crate::organize::place::Place;
use crate::parallel;
use crate::state::{PictureKey, PictureRecord};

/// Bytes that are read at once.
const BUFFER: usize = 256 << 10;

/// Files whose SHA-1 is remembered in one commit.
const BATCH: usize = 64;

/// Finds out what is missing.
pub(super) fn find(desk: &mut Desk<'_, '_>) -> Result<(), SyncError> {
    if desk.is_stopped() {
        return Ok(());
    }
    let wanted = wanted(desk);
    let details = desk.spool.reader()?;
    let (stop, workers) = (desk.scan.stop.clone(), desk.scan.options.workers);
    let mut batch: Vec<(u32, [u8; 20])> = Vec::new();
    let mut fatal = None;
    let items = wanted.into_iter().take_while(|_| !stop.is_raised());
    let work = |(position, slot): (u32, Slot)| {
        let detail: Detail = details.get(slot)?;
        let (Place::File(path), Some(stamp)) = (&detail.member.place, detail.stamp) else {
            return Ok((position, None));
        };
        let opened = open_file::open(path.path(), stamp);
        let sum = opened.ok().and_then(|(mut file, _)| {
            let sum = sha1_of(&mut file).ok()?;
            open_file::is_same(&file, stamp).then_some(sum)
        });
        Ok::<_, SyncError>((position, sum))
    };
    parallel::ordered(items, workers, work, |result| {
        let noted = result.and_then(|(position, sum)| {
            batch.extend(sum.map(|sum| (position, sum)));
            if batch.len() < BATCH { Ok(()) } else { note(desk, &mut batch) }
        });
        match noted {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                fatal.get_or_insert(error);
                ControlFlow::Break(())
            }
        }
    });
    if let Some(error) = fatal {
        return Err(error);
    }
    note(desk, &mut batch)?;
    desk.is_stopped();
    Ok(())
}

/// Files without SHA-1 that are as long as something else.
fn wanted(desk: &Desk<'_, '_>) -> Vec<(u32, Slot)> {
    let shelf = &desk.shelf;
    let mut once = HashSet::new();
    let mut repeated = HashSet::new();
    for rest in shelf.rest.iter().filter(|rest| rest.bytes > 0 && !rest.marks.is_gone) {
        if !once.insert(rest.bytes) {
            repeated.insert(rest.bytes);
        }
    }
    drop(once);
    (0_u32..)
        .zip(shelf.rest.iter().zip(&shelf.photos))
        .filter(|(_, (rest, photo))| {
            rest.marks.is_file
                && !rest.marks.is_gone
                && photo.content.is_none()
                && repeated.contains(&rest.bytes)
        })
        .map(|(position, (rest, _))| (position, rest.slot))
        .collect()
}

/// Notes what was found out, on the shelf and in the state.
fn note(desk: &mut Desk<'_, '_>, batch: &mut Vec<(u32, [u8; 20])>) -> Result<(), SyncError> {
    let keys: Vec<PictureKey> =
        batch.iter().map(|(position, _)| PictureKey(desk.shelf.photos[*position as usize].id.0)).collect();
    let known = desk.scan.store.pictures(&desk.methods[FILE], &keys)?;
    let mut records: Vec<PictureRecord> = Vec::new();
    for ((position, sum), known) in batch.drain(..).zip(known) {
        desk.shelf.photos[position as usize].content = Some(sum);
        records.extend(known.map(|known| PictureRecord { sha1: Some(sum), ..known }));
    }
    if records.is_empty() { Ok(()) } else { desk.scan.store.put_pictures(&desk.methods[FILE], &records) }
}

/// SHA-1 of what is in a file from here on.
pub(in crate::organize) fn sha1_of(file: &mut File) -> io::Result<[u8; 20]> {
    let (mut hasher, mut buffer) = (Sha1::new(), vec![0; BUFFER]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
