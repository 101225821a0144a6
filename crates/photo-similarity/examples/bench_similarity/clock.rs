//! Processor time, as the kernel counts it.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// Processor time that this thread needs for some work, and what came of it. The thread has to be the first one of the
/// process.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> Result<(Duration, T)> {
    let before = own()?;
    let result = work();
    Ok((own()?.saturating_sub(before), result))
}

/// The least of several rounds: what is more was lost to neighbours.
pub(crate) fn least(rounds: u32, mut work: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..rounds {
        let (time, result) = measured(&mut work)?;
        result?;
        least = least.min(time);
    }
    Ok(least)
}

/// The first number is nanoseconds on a processor.
fn own() -> Result<Duration> {
    let text =
        std::fs::read_to_string("/proc/self/schedstat").context("processor time is read from Linux")?;
    let first = text.split_whitespace().next().context("an empty schedstat")?;
    Ok(Duration::from_nanos(first.parse()?))
}

/// Processor time of a program, in hundredths of a second; it has to end well.
pub(crate) fn of_program(command: &mut Command) -> Result<Duration> {
    let before = of_children()?;
    let status = command.status().with_context(|| format!("start {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(of_children()?.saturating_sub(before))
}

/// Fields 16 and 17 of proc(5): user and system time of children that were waited for.
fn of_children() -> Result<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| -> Result<u64> { Ok(fields.get(field).context("a short stat")?.parse()?) };
    Ok(Duration::from_millis(10 * (ticks(13)? + ticks(14)?)))
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
