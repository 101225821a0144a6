//! A small file system of its own: ext4 in a file, as large and with as many inodes as one wants.
//!
//! ext4 rather than memory: it has a journal, reserves, and attributes such as immutable, like the disks of users.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

/// Bytes of a file system, in the unit of its blocks.
const BLOCKS: u64 = 1024;

/// A file system in a file, mounted as long as it is kept.
pub(super) struct Disk {
    at: PathBuf,
    _image: TempDir,
}

impl Disk {
    /// Makes a file system of so many KiB and so many inodes, and mounts it on a folder.
    pub(super) fn mount(at: &Path, kilobytes: u64, inodes: u32) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let image = folder.path().join("image");
        File::create(&image)?.set_len(kilobytes * BLOCKS)?;
        let inodes = inodes.to_string();
        // Nothing is set aside for root, who runs the trials.
        run(Command::new("mkfs.ext4")
            .args(["-q", "-F", "-m", "0", "-b", "1024", "-N", &inodes])
            .arg(&image))?;
        fs::create_dir_all(at)?;
        run(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(at))?;
        Ok(Self { at: at.to_owned(), _image: folder })
    }

    /// Fills the disk up to so many KiB.
    pub(super) fn fill(&self, leave: u64) -> anyhow::Result<()> {
        let mut filler = File::create(self.filler())?;
        let mut length = 0_u64;
        for chunk in [vec![1_u8; 64 << 10], vec![1_u8; 1 << 10]] {
            loop {
                match filler.write(&chunk) {
                    Ok(0) => break,
                    Ok(written) => length += written as u64,
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error).context("fill a disk"),
                }
            }
            // What is only promised is written now, so that it cannot fail later.
            filler.sync_all().context("fill a disk")?;
        }
        filler.set_len(length.saturating_sub(leave * BLOCKS))?;
        filler.sync_all().context("fill a disk")
    }

    /// Uses up all inodes but so many.
    pub(super) fn use_up_inodes(&self, leave: usize) -> anyhow::Result<()> {
        let folder = self.filler();
        fs::create_dir(&folder)?;
        let mut made = Vec::new();
        loop {
            let path = folder.join(made.len().to_string());
            match File::create(&path) {
                Ok(_) => made.push(path),
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(error).context("use up inodes"),
            }
        }
        for path in made.iter().rev().take(leave) {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// Makes room again.
    pub(super) fn relieve(&self) -> anyhow::Result<()> {
        let filler = self.filler();
        if filler.is_dir() {
            fs::remove_dir_all(&filler)?;
        } else if filler.exists() {
            fs::remove_file(&filler)?;
        }
        // ext4 gives freed blocks out again only after the journal has noted that they are free.
        run(Command::new("sync").arg("-f").arg(&self.at))?;
        self.remount("rw")
    }

    /// `ro` or `rw`.
    pub(super) fn remount(&self, mode: &str) -> anyhow::Result<()> {
        run(Command::new("mount").args(["-o", &format!("remount,{mode}")]).arg(&self.at))
    }

    /// Beside the folder that is used, so that it is nobody's concern.
    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let umount = |options: &[&str]| {
            let mut command = Command::new("umount");
            command.args(options).arg(&self.at).stderr(Stdio::null()).status()
        };
        if !umount(&[]).is_ok_and(|status| status.success()) {
            let _ = umount(&["-l"]);
        }
    }
}

/// Whether file systems can be made and mounted here.
pub(crate) fn can_mount() -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    rustix::process::geteuid().is_root() && Disk::mount(&folder.path().join("disk"), 512, 32).is_ok()
}

/// Runs a command that has to succeed.
pub(super) fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
