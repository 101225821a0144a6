//! A measured process: its processor time, its memory, and what it writes, as the kernel counts them.
//!
//! A process that has ended and was not waited for yet still has its counters, but no memory any more; so the
//! highest mark of its memory is read again and again while it lives. The mark never falls, so only what comes
//! in the last few milliseconds is missed.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::program::pause;

/// How often the memory is looked at.
const BEAT: Duration = Duration::from_millis(5);

/// Ticks of the kernel's account are a hundredth of a second on Linux, whatever its timer does.
const TICK: Duration = Duration::from_millis(10);

/// What a process cost.
#[derive(Debug)]
pub(crate) struct Cost {
    /// User and system time of the process itself.
    pub(crate) processor: Duration,
    /// The same of the processes that it started.
    pub(crate) children: Duration,
    /// The most memory it had at a time, in bytes.
    pub(crate) memory: u64,
    /// Bytes that it wrote to files and pipes; sockets do not count.
    pub(crate) written: u64,
    /// How long it took.
    pub(crate) wall: Duration,
}

/// Has the orphans of measured processes given to this one, so that their time counts too.
pub(crate) fn take_in_orphans() -> anyhow::Result<()> {
    Ok(rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?)
}

/// Time of all processes that this one waited for, after it waited for the orphans as well.
fn time_of_all() -> anyhow::Result<Duration> {
    while rustix::process::wait(rustix::process::WaitOptions::empty()).is_ok_and(|status| status.is_some()) {}
    let [_, children] = times(rustix::process::getpid())?;
    Ok(children)
}

/// Runs it to its end, which has to be a good one.
pub(crate) fn measure(command: &mut Command) -> anyhow::Result<Cost> {
    let before = time_of_all()?;
    let cost = measure_alone(command)?;
    let children = time_of_all()?.saturating_sub(before).saturating_sub(cost.processor);
    Ok(Cost { children, ..cost })
}

/// The same without what its own children cost, while other processes of this one go on.
pub(crate) fn measure_alone(command: &mut Command) -> anyhow::Result<Cost> {
    let begin = Instant::now();
    let mut child = command.spawn().context("start the program")?;
    let pid = Pid::from_child(&child);
    let mut memory = 0;
    let how = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    while waitid(WaitId::Pid(pid), how).context("watch the program")?.is_none() {
        memory = memory.max(peak(pid).unwrap_or(0));
        pause(BEAT);
    }
    let wall = begin.elapsed();
    let [processor, _] = times(pid)?;
    let written = written(pid)?;
    let status = child.wait().context("wait for the program")?;
    ensure!(status.success(), "the measured run ended with {status}");
    Ok(Cost { processor, children: Duration::ZERO, memory, written, wall })
}

/// `VmHWM` of proc(5).
fn peak(pid: Pid) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_pid())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Fields 14 to 17 of proc(5): user and system time, and those of children that were waited for.
fn times(pid: Pid) -> anyhow::Result<[Duration; 2]> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid()))?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<u32> = fields.skip(11).take(4).flat_map(str::parse).collect();
    match ticks.as_slice() {
        [user, system, user_of_children, system_of_children] => {
            Ok([TICK * (user + system), TICK * (user_of_children + system_of_children)])
        }
        _ => anyhow::bail!("an unknown form of stat: {stat}"),
    }
}

/// `wchar` of proc(5).
fn written(pid: Pid) -> anyhow::Result<u64> {
    let counters = std::fs::read_to_string(format!("/proc/{}/io", pid.as_raw_pid()))?;
    let number = counters.lines().find_map(|line| line.strip_prefix("wchar: ")).context("no wchar")?;
    Ok(number.trim().parse()?)
}
