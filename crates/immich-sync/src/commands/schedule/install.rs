//! `schedule install`: writes what the system needs, and lets it begin.

use anyhow::Result;
use jiff::Timestamp;
use messages_macros::{tr, word};

use super::pieces::{Found, Piece, places};
use super::system::{self, System};
use super::{Here, outside, service};
use crate::args::InstallArgs;
use crate::environment::own_variables;
use crate::exit::{ExitStatus, usage};
use crate::output::{Console, clean};
use crate::settings::ScheduleSettings;

/// Runs it.
pub(super) fn run(args: &InstallArgs, console: Console) -> Result<ExitStatus> {
    let here = Here::to_install(&args.schedule)?;
    let settings = ScheduleSettings::resolve(&here.start.sources())?;
    no_other(&here)?;
    let wanted = here.wanted(&settings)?;
    let found = wanted.iter().map(|piece| piece.place.look()).collect::<Result<Vec<_>>>()?;
    if !args.force {
        not_anothers(&wanted, &found)?;
    }
    let is_new = found.iter().all(|found| *found == Found::Nothing);
    let is_same = wanted.iter().zip(&found).all(|(piece, found)| *found == Found::Ours(piece.text.clone()));
    let begin = here.system.words_to_begin(&agent(&wanted), is_new, here.user.uid);
    if args.dry_run {
        show(&wanted, &begin, console);
        return Ok(ExitStatus::Ok);
    }
    if is_same && here.system.is_active(here.user.uid)? {
        console.result(&tr!("Nothing to do: the schedule is installed ({}).", here.system.word()));
        tell(&here, &settings, console)?;
        return Ok(ExitStatus::Ok);
    }
    if here.system == System::TimerOfAll {
        service::make_folders(&here.user)?;
    }
    if here.system == System::Launchd {
        std::fs::create_dir_all(here.user.logs.parent().unwrap_or(&here.user.home))?;
    }
    for (piece, found) in wanted.iter().zip(&found) {
        if *found == Found::Ours(piece.text.clone()) {
            continue;
        }
        piece.put()?;
        told_change(piece, found, console);
    }
    for words in &begin {
        system::say(words)?;
    }
    console.result(&tr!("Installed ({}).", here.system.word()));
    tell(&here, &settings, console)?;
    Ok(ExitStatus::Ok)
}

/// Two systems that start the same run would meet.
fn no_other(here: &Here<'_>) -> Result<()> {
    for other in system::ALL.into_iter().filter(|other| *other != here.system) {
        for place in places(other, &here.homes()) {
            if matches!(place.look()?, Found::Ours(_) | Found::Changed(_)) {
                return Err(usage(format!(
                    "a schedule is installed already ({}: {}); take it away first with `immich-sync schedule uninstall --as {}`",
                    other.word(),
                    place.name(),
                    other.word()
                )));
            }
        }
    }
    Ok(())
}

/// What somebody made or changed stays.
fn not_anothers(wanted: &[Piece], found: &[Found]) -> Result<()> {
    for (piece, found) in wanted.iter().zip(found) {
        let whose = match found {
            Found::Nothing | Found::Ours(_) => continue,
            Found::Changed(text) if *text == piece.text => continue,
            Found::Changed(_) => "was changed by hand",
            Found::Foreign => "was not made by this program",
        };
        return Err(usage(format!(
            "{} {whose} and is left as it is; put it away, or overwrite it with --force",
            piece.place.name()
        )));
    }
    Ok(())
}

/// The path of the only file of an agent.
fn agent(wanted: &[Piece]) -> String {
    match wanted.first().map(|piece| &piece.place) {
        Some(super::Place::File(path, _)) => path.to_string_lossy().into_owned(),
        Some(super::Place::Crontab) | None => String::new(),
    }
}

fn show(wanted: &[Piece], begin: &[Vec<String>], console: Console) {
    for piece in wanted {
        console.aside(&tr!("Would write {}:", piece.place.shown()));
        console.result(piece.text.trim_end());
    }
    for words in begin {
        console.aside(&tr!("Would run `{}`", clean(&words.join(" "))));
    }
}

/// What became of one piece; of one that was there, the lines that differ.
fn told_change(piece: &Piece, found: &Found, console: Console) {
    let old = match found {
        Found::Nothing | Found::Foreign => {
            console.result(&tr!("Wrote {}.", piece.place.shown()));
            return;
        }
        Found::Ours(old) | Found::Changed(old) => old,
    };
    console.result(&tr!("Changed {}:", piece.place.shown()));
    let differing = |one: &str, other: &str, sign: &str| {
        let lines = one.lines().filter(|line| !other.lines().any(|there| there == *line));
        let lines = lines.filter(|line| !line.contains("Digest: "));
        lines.map(|line| format!("  {sign} {}", clean(line))).collect::<Vec<_>>()
    };
    for line in differing(old, &piece.text, "-").into_iter().chain(differing(&piece.text, old, "+")) {
        console.result(&line);
    }
}

/// What people should know of a schedule that is installed.
fn tell(here: &Here<'_>, settings: &ScheduleSettings, console: Console) -> Result<()> {
    console.result(&super::status::next_run(settings));
    for hint in hints(here, settings)? {
        console.aside(&format!("{} {hint}", console.aside.yellow(word!("Note:"))));
    }
    Ok(())
}

/// What this system does otherwise than the config says, and what is missing for it to work.
pub(super) fn hints(here: &Here<'_>, settings: &ScheduleSettings) -> Result<Vec<String>> {
    let mut hints = Vec::new();
    let plan = &settings.plan;
    match here.system {
        System::TimerOfUser => hints.extend(lingering(&here.user.name)?),
        System::TimerOfAll => {
            if service::runs_others(here.start.sources().config) {
                hints.push(
                    word!("The service may do what its user may, since the config names hooks or a program for the key.")
                        .to_owned(),
                );
            }
        }
        System::Launchd | System::Cron => {
            let name = here.system.word();
            if plan.random_delay.as_secs() > 0 {
                hints.push(tr!("{name} knows no random delay; runs start on the minute."));
            }
            if !settings.on_battery {
                hints.push(tr!("{name} asks for no battery; runs start on one too."));
            }
            if here.system == System::Cron && plan.catch_up {
                hints.push(
                    word!("cron makes up for nothing that was missed while the machine was off.").to_owned(),
                );
            }
            if here.system == System::Launchd {
                hints.push(
                    word!("To read Pictures and external disks, give the program Full Disk Access (System Settings, Privacy & Security).")
                        .to_owned(),
                );
            }
        }
    }
    if let System::TimerOfUser | System::TimerOfAll = here.system
        && let Some((day, time)) = plan.calendar.missing_times(Timestamp::now())
    {
        hints.push(tr!(
            "On {day} the clock skips {}; systemd leaves that run out. Another time of the day avoids it.",
            time.strftime("%H:%M")
        ));
    }
    let mut lost: Vec<String> =
        own_variables().iter().map(|name| name.to_string_lossy().into_owned()).collect();
    lost.retain(|name| {
        !["IMMICH_SYNC_SHARED", "IMMICH_SYNC_SKIP_LOG", "IMMICH_SYNC_CONFIG"].contains(&name.as_str())
    });
    if !lost.is_empty() {
        lost.sort();
        hints.push(tr!(
            "{} of your environment will not be there when the schedule runs; what is needed of it belongs into the config file.",
            clean(&lost.join(", "))
        ));
    }
    Ok(hints)
}

/// A user's timers stand still while the user is not logged in, unless they may linger.
fn lingering(user: &str) -> Result<Option<String>> {
    let said = outside::ask(&["loginctl", "show-user", user, "--property=Linger", "--value"])?;
    if said.is_some_and(|said| said.is_ok && said.stdout.trim() == "yes") {
        return Ok(None);
    }
    Ok(Some(tr!(
        "This timer runs only while {user} is logged in. So that it always runs: `loginctl enable-linger {user}`"
    )))
}
