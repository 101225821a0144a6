//! A log file that several processes append to, and that does not grow for ever.
//!
//! A file that is full is renamed, and a new one takes its place. Nothing can be lost by that: whoever has the old one
//! open goes on writing into it, sees with his next line that the name leads elsewhere now, and follows. One rename at
//! a time is made sure of by a lock, and none replaces a file that is there. When a file began is what its first line
//! says, since few file systems tell when a file was made.
//!
//! What is no plain file, such as `/dev/stderr` or a pipe, is written to and otherwise left alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat, renameat_with};
use rustix::io::Errno;

/// How the time of a rename is spelled in a name.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// When a file is full, and what is kept of full ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes from which on a file is full; `None` for never.
    pub max_bytes: Option<u64>,
    /// Age of its first line from which on it is full; `None` for never.
    pub max_age: Option<SignedDuration>,
    /// Full files that are kept.
    pub keep: usize,
    /// How long they are kept; `None` for ever.
    pub keep_for: Option<SignedDuration>,
}

impl Limits {
    /// 10 MB or a week, the last eight, for 90 days.
    pub const USUAL: Self = Self {
        max_bytes: Some(10_000_000),
        max_age: Some(SignedDuration::from_hours(7 * 24)),
        keep: 8,
        keep_for: Some(SignedDuration::from_hours(90 * 24)),
    };

    /// Never full, as files are that something else looks after.
    pub const NONE: Self = Self { max_bytes: None, max_age: None, keep: usize::MAX, keep_for: None };
}

/// The file, open. What is written leaves in whole lines, so that those of several processes do not mix.
pub struct LogFile {
    path: PathBuf,
    limits: Limits,
    now: Box<dyn Fn() -> Timestamp + Send>,
    file: File,
    began: Option<Timestamp>,
    is_plain: bool,
    pending: Vec<u8>,
}

impl LogFile {
    /// Opens it (0600), or makes it. `now` is the clock.
    pub fn open(
        path: &Path,
        limits: Limits,
        now: impl Fn() -> Timestamp + Send + 'static,
    ) -> io::Result<Self> {
        let file = append(path)?;
        let is_plain = std::fs::symlink_metadata(path)?.is_file();
        let began = if is_plain { first_line_of(path) } else { None };
        Ok(Self {
            path: path.to_owned(),
            limits,
            now: Box::new(now),
            file,
            began,
            is_plain,
            pending: Vec::new(),
        })
    }

    /// Makes room, if the file is full or somebody else made some.
    fn follow(&mut self) -> io::Result<()> {
        if !self.is_plain {
            return Ok(());
        }
        let own = self.file.metadata()?;
        if !leads_to(&self.path, &own) {
            return self.reopen();
        }
        let now = (self.now)();
        if self.began.is_none() && own.len() > 0 {
            self.began = first_line_of(&self.path);
        }
        let is_big = self.limits.max_bytes.is_some_and(|max| own.len() >= max);
        let is_old =
            self.limits.max_age.zip(self.began).is_some_and(|(max, began)| now.duration_since(began) >= max);
        if own.len() == 0 || !(is_big || is_old) {
            return Ok(());
        }
        if let Err(error) = self.rotate(now) {
            // Better a long log than none.
            self.is_plain = false;
            return writeln!(self.file, "{now} WARN this log cannot be rotated: {error}");
        }
        Ok(())
    }

    fn rotate(&mut self, now: Timestamp) -> io::Result<()> {
        let _held = lock(&self.path)?;
        if leads_to(&self.path, &self.file.metadata()?) {
            put_away(&self.path, now)?;
        }
        self.reopen()?;
        prune(&self.path, &self.limits, now)
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.file = append(&self.path)?;
        self.began = first_line_of(&self.path);
        Ok(())
    }
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.ends_with(b"\n") {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    /// What was written so far leaves, also where its line is not complete.
    fn flush(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.pending);
        self.follow()?;
        self.file.write_all(&lines)
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        if !self.pending.is_empty() {
            // Nobody is left to be told.
            let _ = self.flush();
        }
    }
}

/// The full files that belong to a log, the oldest first, each with the time of its end.
pub fn full_files(path: &Path) -> io::Result<Vec<(Timestamp, PathBuf)>> {
    let folder = folder_of(path);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(time) = entry.file_name().to_str().and_then(|name| stamp_of(path, name)) {
            found.push((time, folder.join(entry.file_name())));
        }
    }
    found.sort();
    Ok(found)
}

fn append(path: &Path) -> io::Result<File> {
    // Names of people and places stand in it.
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

fn leads_to(path: &Path, own: &std::fs::Metadata) -> bool {
    std::fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino()))
}

/// The time that stands at the beginning of a file, behind at most a few signs, as JSON has them.
fn first_line_of(path: &Path) -> Option<Timestamp> {
    const LOOKED_AT: u64 = 80;
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LOOKED_AT).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let rest = &text[start..];
    rest[..=rest.find('Z')?].parse().ok()
}

/// One at a time renames. Where a file system knows no locks, two may: then a file is put away early, and none is lost.
fn lock(path: &Path) -> io::Result<File> {
    let (stem, end) = halves(path);
    let beside = folder_of(path).join(format!(".{stem}{end}.lock"));
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(beside)?;
    match flock(&file, FlockOperation::LockExclusive) {
        Ok(()) | Err(Errno::NOTSUP | Errno::NOLCK | Errno::INVAL) => Ok(file),
        Err(errno) => Err(errno.into()),
    }
}

fn put_away(path: &Path, now: Timestamp) -> io::Result<()> {
    let (stem, end) = halves(path);
    let stamp = now.to_zoned(TimeZone::UTC).strftime(STAMP).to_string();
    for number in 0_u32.. {
        let again = if number == 0 { String::new() } else { format!("-{number}") };
        let target = folder_of(path).join(format!("{stem}.{stamp}{again}{end}"));
        match renameat_with(CWD, path, CWD, &target, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            // This file system cannot be told not to replace; the lock keeps others out between look and rename.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if !target.exists() => {
                return Ok(renameat(CWD, path, CWD, &target)?);
            }
            Err(Errno::EXIST | Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn prune(path: &Path, limits: &Limits, now: Timestamp) -> io::Result<()> {
    let full = full_files(path)?;
    let too_many = full.len().saturating_sub(limits.keep);
    for (index, (time, file)) in full.iter().enumerate() {
        let is_old = limits.keep_for.is_some_and(|keep_for| now.duration_since(*time) > keep_for);
        if index < too_many || is_old {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `immich-sync` and `.log`.
fn halves(path: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let end = text(path.extension()).map_or_else(String::new, |end| format!(".{end}"));
    (text(path.file_stem()).unwrap_or_default(), end)
}

/// The time in the name of a file that this log was renamed to: `immich-sync.20260329T020000Z-1.log`.
fn stamp_of(path: &Path, name: &str) -> Option<Timestamp> {
    const LENGTH: usize = "20260329T020000Z".len();
    let (stem, end) = halves(path);
    let middle = name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(&end)?;
    let (stamp, again) = middle.split_at_checked(LENGTH)?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !again.is_empty() && !again.strip_prefix('-').is_some_and(is_number) {
        return None;
    }
    let time = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// A clock in hours.
    fn clock() -> (Arc<AtomicI64>, impl Fn() -> Timestamp + Send + Clone + 'static) {
        let hours = Arc::new(AtomicI64::new(0));
        let read = Arc::clone(&hours);
        (hours, move || Timestamp::UNIX_EPOCH + SignedDuration::from_hours(read.load(Ordering::SeqCst)))
    }

    fn all_lines(path: &Path) -> Vec<String> {
        let full = full_files(path).unwrap().into_iter().map(|(_, path)| path);
        full.chain([path.to_owned()])
            .flat_map(|path| {
                std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn a_file_is_put_away_by_size_and_by_the_age_of_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("immich-sync.log");
        let (hours, now) = clock();
        let limits =
            Limits { max_bytes: Some(100), max_age: Some(SignedDuration::from_hours(24)), ..Limits::USUAL };
        let mut log = LogFile::open(&path, limits, now.clone()).unwrap();
        let line = |log: &mut LogFile| writeln!(log, "{{\"timestamp\":\"{}\"}}", now()).unwrap();

        line(&mut log);
        hours.store(23, Ordering::SeqCst);
        line(&mut log);
        assert_eq!(full_files(&path).unwrap(), []);

        // Also for a process that comes later and finds the file there.
        drop(log);
        let mut log = LogFile::open(&path, limits, now.clone()).unwrap();
        hours.store(24, Ordering::SeqCst);
        line(&mut log);
        let full = full_files(&path).unwrap();
        assert_eq!(full.len(), 1);
        assert!(full[0].1.ends_with("immich-sync.19700102T000000Z.log"), "{full:?}");
        for _ in 0..8 {
            line(&mut log);
        }

        let full = full_files(&path).unwrap();
        assert!(full.len() >= 3, "{full:?}");
        assert_eq!(all_lines(&path).len(), 11);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn of_full_files_so_many_are_kept_for_so_long_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let (hours, now) = clock();
        for foreign in ["log.1", "log.20260101T000000Z.gz", "log.20260101T000000Zx", "other.20260101T000000Z"]
        {
            std::fs::write(folder.path().join(foreign), "").unwrap();
        }
        let limits = Limits {
            max_bytes: Some(1),
            max_age: None,
            keep: 3,
            keep_for: Some(SignedDuration::from_hours(10)),
        };
        let mut log = LogFile::open(&path, limits, now).unwrap();

        for hour in 0..6 {
            hours.store(hour, Ordering::SeqCst);
            writeln!(log, "{hour}").unwrap();
        }
        assert_eq!(all_lines(&path), ["2", "3", "4", "5"]);

        hours.store(15, Ordering::SeqCst);
        writeln!(log, "15").unwrap();
        assert_eq!(all_lines(&path), ["4", "5", "15"], "what was put away at 4 is older than ten hours");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4 + 3 + 1, "foreign, ours, lock");
    }

    #[test]
    fn several_writers_lose_no_line_and_tear_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("immich-sync.log");
        let limits = Limits { max_bytes: Some(2_000), max_age: None, keep: 10_000, keep_for: None };
        let (_, now) = clock();

        std::thread::scope(|scope| {
            for writer in 0..4 {
                let mut log = LogFile::open(&path, limits, now.clone()).unwrap();
                scope.spawn(move || {
                    for number in 0..500 {
                        log.write_all(format!("writer {writer} line {number}\n").as_bytes()).unwrap();
                    }
                });
            }
        });

        let mut lines = all_lines(&path);
        lines.sort();
        let mut expected: Vec<String> =
            (0..4).flat_map(|w| (0..500).map(move |n| format!("writer {w} line {n}"))).collect();
        expected.sort();
        assert!(full_files(&path).unwrap().len() > 10);
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_is_no_plain_file_is_only_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("link"));
        std::os::unix::fs::symlink(&target, &path).unwrap();
        let limits = Limits { max_bytes: Some(1), ..Limits::USUAL };
        let mut log = LogFile::open(&path, limits, clock().1).unwrap();

        writeln!(log, "a").unwrap();
        writeln!(log, "b").unwrap();

        assert_eq!(std::fs::read_to_string(target).unwrap(), "a\nb\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
