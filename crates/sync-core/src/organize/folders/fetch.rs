//! The original of an asset in a group folder: what a broken run fetched of it is gone on with, and the whole is checked
//! before it gets its name.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use immich_api::{AssetId, Reader};
use rustix::fs::OFlags;
use sha1::{Digest as _, Sha1};

use super::failed;
use super::local::{finish, in_the_way, part_of};
use crate::deeds::files::{digest, open};
use crate::error::chain;
use crate::organize::MemberRecord;

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// Fetches an original to a place where nothing is; its digest, or `None` when it is there already.
pub(super) fn original(
    reader: Reader<'_>,
    id: &AssetId,
    to: &Path,
    member: &MemberRecord,
) -> Result<Option<String>, String> {
    if let Ok(mut there) = open(to) {
        return if is_right(&mut there, member) == Ok(true) { Ok(None) } else { Err(in_the_way(to)) };
    }
    let part = part_of(to);
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    let mut file = options.open(&part).map_err(failed("it cannot be written"))?;
    let mut from = file.metadata().map_err(failed("it cannot be looked at"))?.len();
    if member.bytes.is_some_and(|bytes| from > bytes) {
        from = 0;
    }
    for attempt in 0..2 {
        if from == 0 {
            file.set_len(0).map_err(failed("it cannot be written"))?;
        }
        if member.bytes != Some(from) {
            reader.original(id, from, &mut file).map_err(|error| chain(&error))?;
        }
        file.sync_all().map_err(failed("it cannot be written"))?;
        match is_right(&mut file, member) {
            Ok(true) => {
                let digest = rewound(&mut file).and_then(|()| digest(&mut file));
                let digest = digest.map_err(failed("it cannot be read"))?;
                finish(&part, to).map_err(|error| error.to_string())?;
                return Ok(Some(digest));
            }
            // What an earlier run left may be of another version of the file.
            Ok(false) if attempt == 0 && from > 0 => from = 0,
            Ok(false) => break,
            Err(error) => return Err(error),
        }
    }
    let _: io::Result<()> = std::fs::remove_file(&part);
    Err("what the server sends is not the file that it names; the file may be damaged or changed there"
        .to_owned())
}

/// Whether a file has the checksum of the asset or, in an external library, whose checksums are none of the content, its
/// size.
fn is_right(file: &mut File, member: &MemberRecord) -> Result<bool, String> {
    let length = file.metadata().map_err(failed("it cannot be looked at"))?.len();
    if member.bytes.is_some_and(|bytes| bytes != length) {
        return Ok(false);
    }
    match member.sha1.as_ref().filter(|_| member.library.is_none()) {
        Some(wanted) => Ok(sha1(file).map_err(failed("it cannot be read"))? == *wanted),
        None => Ok(length > 0),
    }
}

fn rewound(file: &mut File) -> io::Result<()> {
    file.seek(SeekFrom::Start(0)).map(drop)
}

fn sha1(file: &mut File) -> io::Result<String> {
    rewound(file)?;
    let (mut hasher, mut piece) = (Sha1::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hasher.update(&piece[..read]),
        }
    }
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    Ok(hasher.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
}
