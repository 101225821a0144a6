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
    /// Milliseconds of processor and wall time for one of so many.
    pub(crate) fn per(&self, files: usize) -> (f64, f64) {
        let files = f64::from(u32::try_from(files).unwrap_or(u32::MAX));
        (self.processor.as_secs_f64() * 1000.0 / files, self.wall.as_secs_f64() * 1000.0 / files)
    }
}

pub(crate) fn measure(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Cost> {
    let (processor, start) = (family_time(), Instant::now());
    work()?;
    let wall = start.elapsed();
    Ok(Cost { wall, processor: family_time().saturating_sub(processor) })
}

/// Processor time of this process and of its living children. None of them ends while something is measured.
fn family_time() -> Duration {
    let own = Path::new("/proc/self");
    let mut nanoseconds = process_time(own);
    for task in entries(&own.join("task")) {
        let children = std::fs::read_to_string(task.join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            nanoseconds += process_time(&Path::new("/proc").join(child));
        }
    }
    Duration::from_nanos(nanoseconds)
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
