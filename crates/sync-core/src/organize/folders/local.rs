//! A local file in a group folder: a copy that shares its blocks where the file system can, or a hard link when asked for.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::failed;
use crate::deeds::files::{digest, open};
use crate::organize::MemberRecord;

/// How a local file comes into a group folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    /// As a copy; the file system shares the blocks of both where it can.
    #[default]
    Copy,
    /// As a second name of the same file: who edits the one edits the other.
    Hard,
}

/// Puts a file at a place where nothing is; its digest, or `None` when it is there already.
pub(super) fn place(
    from: &Path,
    to: &Path,
    member: &MemberRecord,
    link: Link,
) -> Result<Option<String>, String> {
    let mut source = open(from).map_err(failed("it cannot be opened"))?;
    let about = source.metadata().map_err(failed("it cannot be looked at"))?;
    if member.bytes.is_some_and(|bytes| bytes != about.len()) {
        return Err("it was changed since it was compared; the next scan looks at it again".to_owned());
    }
    let digest = digest(&mut source).map_err(failed("it cannot be read"))?;
    if let Ok(mut there) = open(to) {
        let same = self::digest(&mut there).is_ok_and(|found| found == digest);
        return if same { Ok(None) } else { Err(in_the_way(to)) };
    }
    match link {
        Link::Hard => std::fs::hard_link(from, to).map_err(failed("no hard link can be made"))?,
        Link::Copy => {
            let part = part_of(to);
            copy(from, &part, &about).map_err(failed("it cannot be copied"))?;
            let mut copied = open(&part).map_err(failed("its copy cannot be read"))?;
            if self::digest(&mut copied).ok().as_ref() != Some(&digest) {
                return Err("its copy is not the same; the disk may be failing".to_owned());
            }
            finish(&part, to).map_err(|error| error.to_string())?;
        }
    }
    Ok(Some(digest))
}

pub(super) fn in_the_way(path: &Path) -> String {
    format!("another file is at `{}`; move it away", path.display())
}

/// Where a file is until it is complete.
pub(super) fn part_of(to: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(to.file_name().unwrap_or_default());
    name.push(".part");
    to.with_file_name(name)
}

/// Copies through the kernel, which shares blocks where it can, with the time of the original.
fn copy(from: &Path, part: &Path, about: &std::fs::Metadata) -> io::Result<()> {
    match std::fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut source = open(from)?;
    let mut target = OpenOptions::new().write(true).create_new(true).open(part)?;
    if io::copy(&mut source, &mut target)? != about.len() {
        return Err(io::Error::other("it changed while it was copied"));
    }
    if let Ok(modified) = about.modified() {
        target.set_modified(modified)?;
    }
    target.sync_all()
}

/// Gives a complete file its name, unless something has it.
pub(super) fn finish(part: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, part, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(io::Error::new(io::ErrorKind::AlreadyExists, in_the_way(to))),
        // Some file systems cannot promise that; they know hard links, which can.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            std::fs::hard_link(part, to)?;
            std::fs::remove_file(part)
        }
        Err(errno) => Err(errno.into()),
    }
}
