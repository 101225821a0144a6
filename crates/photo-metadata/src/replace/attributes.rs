//! Gives a new version everything that is not content: owner, group, mode, access lists, extended attributes,
//! times.
//!
//! The order matters: a change of owner clears mode bits, and a change of mode edits the access list, whose
//! mask is the group part of the mode. What cannot be kept is an error and not a silence; the original is
//! untouched then. Never given on: set-user-id bits and `security.*`, which speak of programs and of the
//! system's own policy, not of photos. The time of birth cannot be set on Linux.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{
    Gid, Mode, Stat, Timespec, Timestamps, Uid, XattrFlags, fchmod, fchown, fgetxattr, flistxattr,
    fremovexattr, fsetxattr, futimens,
};
use rustix::io::Errno;

use crate::error::MetadataError;

/// The largest extended attribute that Linux allows, in bytes; also the largest list of names.
const XATTR_LIMIT: usize = 64 << 10;

/// Copies all attributes from the original to its new version. `touch` leaves the times as they are now.
pub(super) fn copy(
    path: &Path,
    original: &OwnedFd,
    stat: &Stat,
    target: &OwnedFd,
    touch: bool,
) -> Result<(), MetadataError> {
    let kept =
        |result: Result<(), Errno>, attribute: &str| result.map_err(|errno| not_kept(path, attribute, errno));
    kept(copy_owner(stat, target), "the owner")?;
    copy_xattrs(path, original, target)?;
    kept(copy_mode(stat, target), "the mode")?;
    if !touch {
        kept(futimens(target, &times(stat)), "the times")?;
    }
    Ok(())
}

/// Gives a file that was made the owner and the mode of the one that it belongs to.
pub(super) fn copy_owner_and_mode(path: &Path, stat: &Stat, target: &OwnedFd) -> Result<(), MetadataError> {
    // Whoever may make files in this folder may do so in their own name.
    copy_owner(stat, target)
        .or_else(|errno| if errno == Errno::PERM { Ok(()) } else { Err(errno) })
        .map_err(|errno| not_kept(path, "the owner", errno))?;
    copy_mode(stat, target).map_err(|errno| not_kept(path, "the mode", errno))
}

/// Whether the file is marked so that it cannot be replaced. A file system without such marks says no.
pub(super) fn is_immutable(file: &OwnedFd) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{IFlags, ioctl_getflags};
        ioctl_getflags(file).is_ok_and(|flags| flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        false
    }
}

fn not_kept(path: &Path, attribute: &str, errno: Errno) -> MetadataError {
    match errno {
        Errno::NOSPC | Errno::DQUOT | Errno::ROFS => {
            MetadataError::from_errno(path, "keep the attributes of", errno)
        }
        _ => MetadataError::AttributeNotKept {
            path: path.to_path_buf(),
            attribute: attribute.to_owned(),
            source: errno.into(),
        },
    }
}

/// Asks only when something differs: who owns the file need not be allowed to give it away.
fn copy_owner(stat: &Stat, target: &OwnedFd) -> Result<(), Errno> {
    let now = rustix::fs::fstat(target)?;
    let owner = (now.st_uid != stat.st_uid).then(|| Uid::from_raw(stat.st_uid));
    let group = (now.st_gid != stat.st_gid).then(|| Gid::from_raw(stat.st_gid));
    if owner.is_none() && group.is_none() {
        return Ok(());
    }
    fchown(target, owner, group)
}

/// A file system without modes refuses or ignores; it is fine when the mode is as wanted already.
fn copy_mode(stat: &Stat, target: &OwnedFd) -> Result<(), Errno> {
    let wanted = Mode::from_raw_mode(stat.st_mode) & (Mode::RWXU | Mode::RWXG | Mode::RWXO);
    let result = fchmod(target, wanted);
    let now = Mode::from_raw_mode(rustix::fs::fstat(target)?.st_mode);
    if now == wanted { Ok(()) } else { result.and(Err(Errno::PERM)) }
}

fn times(stat: &Stat) -> Timestamps {
    let time = |seconds, nanoseconds| Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let (access, modification) = (
        time(stat.st_atime, i64::try_from(stat.st_atime_nsec).unwrap_or(0)),
        time(stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or(0)),
    );
    Timestamps { last_access: access, last_modification: modification }
}

/// Makes the attributes of the new version those of the original, also where the folder gave it some.
fn copy_xattrs(path: &Path, original: &OwnedFd, target: &OwnedFd) -> Result<(), MetadataError> {
    let names =
        |file: &OwnedFd| names(file).map_err(|errno| not_kept(path, "the extended attributes", errno));
    let wanted = names(original)?;
    for name in names(target)? {
        if !wanted.contains(&name) {
            fremovexattr(target, name.as_c_str())
                .or_else(|errno| tolerated(&name, errno))
                .map_err(|errno| not_kept(path, &name.to_string_lossy(), errno))?;
        }
    }
    for name in wanted {
        copy_xattr(original, target, &name)
            .or_else(|errno| tolerated(&name, errno))
            .map_err(|errno| not_kept(path, &name.to_string_lossy(), errno))?;
    }
    Ok(())
}

fn copy_xattr(original: &OwnedFd, target: &OwnedFd, name: &CStr) -> Result<(), Errno> {
    let value = value(original, name)?;
    if self::value(target, name).is_ok_and(|present| present == value) {
        return Ok(());
    }
    fsetxattr(target, name, &value, XattrFlags::empty())
}

/// Views that a network file system makes up (`system.nfs4_acl`, `system.cifs_acl`) follow mode and owner.
fn tolerated(name: &CStr, errno: Errno) -> Result<(), Errno> {
    let name = name.to_bytes();
    if name.starts_with(b"system.") && !name.starts_with(b"system.posix_acl_") { Ok(()) } else { Err(errno) }
}

/// The names that are copied. A file system without extended attributes has none.
fn names(file: impl AsFd) -> Result<Vec<CString>, Errno> {
    let mut list = vec![0_u8; XATTR_LIMIT];
    let length = match flistxattr(file, list.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => 0,
        Err(errno) => return Err(errno),
    };
    list.truncate(length);
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names
        .filter(|name| !name.starts_with(b"security."))
        .filter_map(|name| CString::new(name).ok())
        .collect())
}

fn value(file: impl AsFd, name: &CStr) -> Result<Vec<u8>, Errno> {
    let mut value = vec![0_u8; XATTR_LIMIT];
    let length = fgetxattr(file, name, value.as_mut_slice())?;
    value.truncate(length);
    Ok(value)
}
