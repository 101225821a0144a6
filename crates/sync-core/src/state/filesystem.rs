//! Whether a folder is on a file system that another machine may change at the same time.
//!
//! SQLite's write-ahead log keeps its index in shared memory, which machines do not share: over NFS or SMB
//! two of them would both believe to be alone, and the database would break. FUSE is many things: a mount of
//! `sshfs` is remote, `mergerfs` or `ntfs-3g` are not, and only the mount table tells them apart.

use std::io;
use std::path::Path;

/// The kind of a remote file system, such as `nfs`; `None` where the folder is on this machine.
pub fn remote_file_system(folder: &Path) -> io::Result<Option<String>> {
    system::remote(folder)
}

#[cfg(target_os = "linux")]
mod system {
    use std::io;
    use std::path::Path;

    use rustix::fs::{FsWord, major, minor, stat, statfs};

    const FUSE: FsWord = 0x6573_5546;

    /// Numbers of `statfs(2)` and of the kernel's `magic.h`. Folders that a virtual machine shares with its
    /// host (9p, VirtualBox, VMware) belong here: their shared memory is not shared either.
    const REMOTE: [(FsWord, &str); 14] = [
        (0x6969, "nfs"),
        (0x517b, "smb"),
        (0xff53_4d42, "cifs"),
        (0xfe53_4d42, "smb2"),
        (0x0102_1997, "9p"),
        (0x5346_414f, "afs"),
        (0x6b41_4653, "afs"),
        (0x7375_7245, "coda"),
        (0x00c3_6400, "ceph"),
        (0x0bd0_0bd0, "lustre"),
        (0x0116_1970, "gfs2"),
        (0x7461_636f, "ocfs2"),
        (0x786f_4256, "vboxsf"),
        (0xbacb_acbc, "vmhgfs"),
    ];

    /// What the mount table calls FUSE file systems that reach over a network.
    const REMOTE_FUSE: [&str; 20] = [
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.goofys",
        "fuse.gcsfuse",
        "fuse.mount-s3",
        "fuse.blobfuse",
        "fuse.blobfuse2",
        "fuse.davfs",
        "fuse.davfs2",
        "fuse.curlftpfs",
        "fuse.smbnetfs",
        "fuse.fuse-nfs",
        "fuse.gvfsd-fuse",
        "fuse.glusterfs",
        "fuse.ceph",
        "fuse.ceph-fuse",
        "fuse.juicefs",
        "fuse.mfs",
        "fuse.seaweedfs",
    ];

    pub(super) fn remote(folder: &Path) -> io::Result<Option<String>> {
        let magic = statfs(folder)?.f_type;
        if magic != FUSE {
            return Ok(REMOTE.iter().find(|(known, _)| *known == magic).map(|(_, name)| (*name).to_owned()));
        }
        let device = stat(folder)?.st_dev;
        let device = format!("{}:{}", major(device), minor(device));
        let mounts = std::fs::read("/proc/self/mountinfo")?;
        Ok(remote_fuse(&String::from_utf8_lossy(&mounts), &device).map(str::to_owned))
    }

    /// Finds the mount of a device (`major:minor`) in the kernel's table, when it is a remote one. WebDAV
    /// mounts call themselves just `fuse`, with the address as their source.
    fn remote_fuse<'a>(mounts: &'a str, device: &str) -> Option<&'a str> {
        mounts.lines().find_map(|line| {
            let (place, what) = line.split_once(" - ")?;
            let mut what = what.split(' ');
            let (kind, source) = (what.next()?, what.next().unwrap_or(""));
            let here = place.split(' ').nth(2) == Some(device);
            (here && (REMOTE_FUSE.contains(&kind) || source.contains("://"))).then_some(kind)
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:41 / /nas rw,nosuid,nodev - fuse.sshfs me@nas:/photos rw,user_id=0
41 22 0:42 / /pool rw,nosuid,nodev shared:9 master:2 - fuse.mergerfs a:b rw
42 22 0:43 / /cloud rw - fuse https://cloud.example/dav rw
43 22 0:44 / /usb rw - fuseblk /dev/sdb1 rw
";

        #[test]
        fn fuse_is_remote_only_where_the_mount_table_says_so() {
            let kinds = ["0:41", "0:42", "0:43", "0:44", "0:4"].map(|device| remote_fuse(MOUNTS, device));

            assert_eq!(kinds, [Some("fuse.sshfs"), None, Some("fuse"), None, None]);
        }

        #[test]
        fn folders_of_this_machine_are_not_remote() {
            for folder in ["/proc", env!("CARGO_MANIFEST_DIR")] {
                assert_eq!(remote(Path::new(folder)).unwrap(), None, "{folder}");
            }
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::io;
    use std::path::Path;

    /// `MNT_LOCAL` of `sys/mount.h`.
    const LOCAL: u32 = 0x1000;

    pub(super) fn remote(folder: &Path) -> io::Result<Option<String>> {
        let answer = rustix::fs::statfs(folder)?;
        if answer.f_flags & LOCAL != 0 {
            return Ok(None);
        }
        let name = answer.f_fstypename.iter().map(|byte| byte.cast_unsigned()).take_while(|byte| *byte != 0);
        Ok(Some(String::from_utf8_lossy(&name.collect::<Vec<_>>()).into_owned()))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    /// Nothing is known here, so nothing is refused.
    pub(super) fn remote(_: &std::path::Path) -> std::io::Result<Option<String>> {
        Ok(None)
    }
}
