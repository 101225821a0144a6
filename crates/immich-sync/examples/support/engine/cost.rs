//! What something costs: wall time, and processor time of this process and of the ExifTool that it started.
//!
//! The kernel counts the time that each thread was running in nanoseconds (proc(5), `schedstat`); ticks of 10 ms
//! would be too coarse for reading headers.

use std::path::Path;
use std::time::{Duration, Instant};

/// What was spent.
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) processor: Duration,
}

impl Cost {
    /// One of so many times the same.
    pub(crate) fn shared_by(self, times: usize) -> Self {
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        Self { wall: self.wall / times, processor: self.processor / times }
    }

    /// Milliseconds of processor and wall time for one of so many.
    pub(crate) fn per(&self, files: usize) -> (f64, f64) {
        let files = f64::from(u32::try_from(files).unwrap_or(u32::MAX));
        (self.processor.as_secs_f64() * 1000.0 / files, self.wall.as_secs_f64() * 1000.0 / files)
    }
}

pub(crate) fn measure(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Cost> {
    let before = family_time();
    let start = Instant::now();
    work()?;
    let wall = start.elapsed();
    Ok(Cost { wall, processor: family_time().saturating_sub(before) })
}

/// Processor time of this process and of the living ones that it started, directly or not. None of them ends while
/// something is measured.
fn family_time() -> Duration {
    let mut family = vec![std::process::id()];
    let mut others: Vec<(u32, u32)> =
        entries(Path::new("/proc")).iter().filter_map(|process| parent(process)).collect();
    while let Some(at) = others.iter().position(|(_, parent)| family.contains(parent)) {
        family.push(others.swap_remove(at).0);
    }
    let time = |process: &u32| process_time(&Path::new("/proc").join(process.to_string()));
    Duration::from_nanos(family.iter().map(time).sum())
}

/// A process and its parent (proc(5), field 4 of `stat`).
fn parent(process: &Path) -> Option<(u32, u32)> {
    let number = process.file_name()?.to_str()?.parse().ok()?;
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
    Some((number, parent))
}

fn process_time(process: &Path) -> u64 {
    let of_task = |task: std::path::PathBuf| {
        let stat = std::fs::read_to_string(task.join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<u64>().ok()
    };
    entries(&process.join("task")).into_iter().filter_map(of_task).sum()
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

/// Bytes that this process handed to the kernel to be written, copies within the kernel included.
pub(crate) fn bytes_written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}
