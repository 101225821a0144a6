//! What a kernel does faster than we could: copy within itself, share blocks, set room aside.
//!
//! All of it is optional. Where a kernel, a file system or a platform does not do it, the answer says so and the
//! caller goes on by hand. The only place of the crate that asks for the platform in such matters.

use std::io;
use std::os::fd::OwnedFd;

/// How many bytes of `source` the kernel copied; fewer than asked for where it does not (go on) copy, or at the end
/// of the source.
///
/// Errors that say that it cannot be done this way are no errors here; a full disk is.
pub(super) fn copy(source: &OwnedFd, start: u64, target: &OwnedFd, at: u64, length: u64) -> io::Result<u64> {
    #[cfg(target_os = "linux")]
    {
        use rustix::io::Errno;
        let (mut from, mut to) = (start, at);
        while to - at < length {
            let wanted = usize::try_from(length - (to - at)).unwrap_or(usize::MAX);
            match rustix::fs::copy_file_range(source, Some(&mut from), target, Some(&mut to), wanted) {
                // Some kernels say nothing at all for some file systems.
                Ok(0)
                | Err(
                    Errno::XDEV | Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS | Errno::PERM | Errno::BADF,
                ) => break,
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(to - at)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (source, start, target, at, length);
        Ok(0)
    }
}

/// Makes the empty `target` share all blocks of `source`; whether it does.
pub fn share(source: &OwnedFd, target: &OwnedFd) -> bool {
    #[cfg(all(target_os = "linux", not(target_arch = "sparc"), not(target_arch = "sparc64")))]
    {
        rustix::fs::ioctl_ficlone(target, source).is_ok()
    }
    #[cfg(not(all(target_os = "linux", not(target_arch = "sparc"), not(target_arch = "sparc64"))))]
    {
        let _ = (source, target);
        false
    }
}

/// Whether files on this file system may share blocks. Room that was set aside for a file there would be given back
/// block by block.
pub(super) fn may_share(file: &OwnedFd) -> bool {
    #[cfg(target_os = "linux")]
    {
        /// XFS, Btrfs, OCFS2, bcachefs, ZFS (`linux/magic.h`).
        const SHARING: [u64; 5] = [0x5846_5342, 0x9123_683e, 0x7461_636f, 0xca45_1a4e, 0x2fc1_2fc1];
        rustix::fs::fstatfs(file)
            .is_ok_and(|system| u64::try_from(system.f_type).is_ok_and(|kind| SHARING.contains(&kind)))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        true
    }
}

/// Sets room aside for these bytes without making the file longer, where the file system does that.
///
/// Fails only where there is no room.
pub(super) fn reserve(file: &OwnedFd, start: u64, length: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(file, FallocateFlags::KEEP_SIZE, start, length) {
            Err(errno @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) if length > 0 => Err(errno.into()),
            _ => Ok(()),
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (file, start, length);
        Ok(())
    }
}
