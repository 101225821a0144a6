//! A kill at every change that one write makes: not at random, but before the first, the second, the third
//! `rename`, `fsync`, `mkdir` and so on, until a run makes none of that number any more. Or an error instead of the
//! kill, as of a disk that fails or is full.
//!
//! The tracer counts for each thread. Where two threads make the same call, the lower numbers hit the first of
//! them; the random kills see to the rest. ExifTool is let go when it starts, and has a sweep of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;
use sample_pictures::Kind;

use super::super::program::{Program, Run};
use super::round::{LIMIT, round};
use super::stage::Stage;
use super::tally::Tally;

/// The calls that change something on disk, under the names they have on any machine.
pub(crate) const CALLS: [&str; 24] = [
    "mkdir",
    "mkdirat",
    "symlink",
    "symlinkat",
    "link",
    "linkat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "fchmod",
    "fchown",
    "utimensat",
    "fsetxattr",
    "ftruncate",
    "fsync",
    "fdatasync",
    "pwrite64",
    "write",
    "copy_file_range",
    "fallocate",
    "ioctl",
];

/// What ExifTool does when it makes the new version.
const CALLS_OF_EXIFTOOL: [&str; 3] = ["write", "unlink", "rename"];

/// A call that is made more often than this by writing one photo is a fault of its own.
const MOST: u32 = 400;

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SweepKind {
    /// The program, whose ExifTool writes.
    Program,
    /// The program, which writes by itself.
    Native,
    /// The same, writing into the file itself.
    InPlace,
    /// The same, writing a sidecar beside the file.
    Sidecar,
    /// ExifTool, again and again, in one run of the program.
    ExifTool,
}

impl SweepKind {
    fn stage(self, judge: &Path, kind: Kind) -> anyhow::Result<Stage> {
        match self {
            Self::Sidecar => Stage::sidecar(judge),
            Self::InPlace => Ok(Stage::one(judge, kind)?.in_place()),
            Self::Program | Self::Native | Self::ExifTool => Stage::one(judge, kind),
        }
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Program | Self::ExifTool => &["--engine", "exiftool"],
            Self::Native => &["--engine", "native"],
            Self::InPlace => &["--engine", "native", "--in-place-from", "0"],
            Self::Sidecar => &["--engine", "native", "--target", "sidecar"],
        }
    }
}

/// What happens at the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Harm {
    /// The process is killed.
    #[default]
    Kill,
    /// The disk fails: `EIO`.
    DiskFails,
    /// The disk is full: `ENOSPC`.
    DiskFull,
}

impl Harm {
    fn injected(self) -> &'static str {
        match self {
            Self::Kill => "signal=KILL",
            Self::DiskFails => "error=EIO",
            Self::DiskFull => "error=ENOSPC",
        }
    }

    /// The calls that can end this way, beside those that are made for other reasons too.
    pub(crate) fn calls(self) -> &'static [&'static str] {
        match self {
            Self::Kill => &CALLS,
            Self::DiskFails => &FAILING,
            Self::DiskFull => &FILLING,
        }
    }
}

/// What a disk that fails spoils.
const FAILING: [&str; 13] = [
    "pread64",
    "pwrite64",
    "copy_file_range",
    "fallocate",
    "ftruncate",
    "fsync",
    "fdatasync",
    "mkdirat",
    "renameat",
    "renameat2",
    "unlinkat",
    "utimensat",
    "fchmod",
];

/// What needs room on a disk.
const FILLING: [&str; 7] =
    ["pwrite64", "copy_file_range", "fallocate", "fsync", "fdatasync", "mkdirat", "renameat"];

/// Whether the tracer is installed.
pub(crate) fn has_tracer() -> bool {
    Command::new("strace").arg("--version").output().is_ok_and(|answer| answer.status.success())
}

/// Harms the program at each of these calls of writing one file of this kind; tells before each.
pub(crate) fn sweep(
    program: &Program,
    kind: Kind,
    victim: SweepKind,
    harm: Harm,
    calls: &[&str],
    mut tell: impl FnMut(&str, u32, &Tally),
) -> anyhow::Result<Tally> {
    let mut stage = victim.stage(&program.judge, kind)?;
    let program = &program.with(victim.options());
    let mut tally = Tally::default();
    let calls = if victim == SweepKind::ExifTool { &CALLS_OF_EXIFTOOL } else { calls };
    for call in calls {
        for number in 1.. {
            if number > MOST {
                bail!("writing one {kind:?} makes more than {MOST} calls of {call}");
            }
            tell(call, number, &tally);
            stage.change(0, true)?;
            let attack = |stage: &Stage| match victim {
                SweepKind::Program | SweepKind::Native | SweepKind::InPlace | SweepKind::Sidecar => {
                    harm_program(stage, program, harm, call, number)
                }
                SweepKind::ExifTool => kill_exiftool(stage, program, call, number),
            };
            let came_to = round(&stage, program, &[0], false, attack)?;
            let is_over = came_to.killed == 0;
            tally.add(came_to, &format!("{kind:?}, {victim:?}, {harm:?} at {call} {number}"));
            if is_over {
                break;
            }
        }
    }
    Ok(tally)
}

fn injection(harm: Harm, call: &str, number: u32) -> [String; 4] {
    // The question mark: some machines do not have some of the calls.
    let (traced, injected) =
        (format!("?{call}"), format!("inject=?{call}:{}:when={number}", harm.injected()));
    ["-e".to_owned(), format!("trace={traced}"), "-e".to_owned(), injected]
}

/// Whether the call was made, so that the harm was done.
fn harm_program(
    stage: &Stage,
    program: &Program,
    harm: Harm,
    call: &str,
    number: u32,
) -> anyhow::Result<bool> {
    let log = stage.aside().join("trace");
    let mut options = ["-f", "-b", "execve", "-qq", "-o"].map(str::to_owned).to_vec();
    options.push(log.display().to_string());
    options.extend(injection(harm, call, number));
    let (root, state) = (stage.root(), stage.state());
    let run = Run::of(&mut program.write_under("strace", &options, &stage.sandbox, &root, &state), LIMIT)?;
    // The tracer ends as the program did.
    let killed = run.status.is_some_and(|status| status.signal() == Some(9));
    let harmed = killed || harm != Harm::Kill && fs::read_to_string(&log)?.contains("(INJECTED)");
    // A program that panics ends with 101; where it cannot even be loaded, the loader says so.
    let is_orderly = killed || run.code() == Some(0) || harmed && run.code().is_some_and(|code| code != 101);
    if !is_orderly {
        bail!("a traced run, harmed or not ({harmed}), {}", run.complaint());
    }
    Ok(harmed)
}

/// The program sees an ExifTool that dies at the same call whenever it is started.
fn kill_exiftool(stage: &Stage, program: &Program, call: &str, number: u32) -> anyhow::Result<bool> {
    let (script, log) = (stage.aside().join("mortal-exiftool"), stage.aside().join("deaths"));
    fs::write(&script, mortal(&program.exiftool, &log, call, number))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    fs::write(&log, "")?;
    let mortal = Program { exiftool: script, ..program.clone() };
    let run = Run::of(&mut mortal.write(&stage.sandbox, &stage.root(), &stage.state()), LIMIT)?;
    if run.status.is_none() {
        bail!("the program hangs when ExifTool dies at {call} {number}");
    }
    Ok(fs::read_to_string(&log)?.contains("killed by SIGKILL"))
}

fn mortal(exiftool: &Path, log: &Path, call: &str, number: u32) -> String {
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let options = injection(Harm::Kill, call, number).map(|option| quoted(&PathBuf::from(option))).join(" ");
    format!("#!/bin/sh\nexec strace -q -A -o {} {options} {} \"$@\"\n", quoted(log), quoted(exiftool))
}
