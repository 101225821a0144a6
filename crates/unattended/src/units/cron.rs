//! Lines of a crontab, in a block of their own.
//!
//! cron ends a command at the first `%` that has no backslash, and hands the rest to it as input; what is left goes to
//! `/bin/sh`. So paths stand in single quotes, and `%` gets its backslash on top. cron makes up for nothing that was
//! missed, has no random delay and asks for no battery.

use std::collections::BTreeMap;

use super::{Service, UnitError, mark, plain, zone_of_system};
use crate::calendar::Days;
use mark::Mark;

/// The line above the block.
const BEGIN: &str = "# BEGIN immich-sync";
/// The line below it.
const END: &str = "# END immich-sync";

/// Where programs are looked for: cron itself leaves out the first one.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

const UNIT: &str = "crontab";

/// The block with its marks.
pub fn block(service: &Service) -> Result<String, UnitError> {
    zone_of_system(service, "cron")?;
    let program = quoted(plain(&service.program, UNIT)?);
    let config = quoted(plain(&service.config, UNIT)?);
    let days = days(service.calendar.days());
    let mut content = String::new();
    for (hours, minutes) in by_minutes(service) {
        let line =
            format!("{minutes} {hours} * * {days} PATH={SEARCH_PATH} {program} run --config {config}\n");
        content.push_str(&line);
    }
    content.push_str(END);
    content.push('\n');
    Ok(format!("{BEGIN}\n{}", mark::marked("# ", "", &content)))
}

/// Hours and minutes that stand in one line: those of which each hour has the same minutes.
fn by_minutes(service: &Service) -> Vec<(String, String)> {
    let mut hours: BTreeMap<i8, Vec<i8>> = BTreeMap::new();
    for time in service.calendar.times() {
        hours.entry(time.hour()).or_default().push(time.minute());
    }
    let mut lines: Vec<(Vec<i8>, Vec<i8>)> = Vec::new();
    for (hour, minutes) in hours {
        match lines.iter_mut().find(|(_, same)| *same == minutes) {
            Some((hours, _)) => hours.push(hour),
            None => lines.push((vec![hour], minutes)),
        }
    }
    let listed = |numbers: &[i8]| {
        let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        texts.join(",")
    };
    let hours_listed = |hours: &[i8]| if hours.len() == 24 { "*".to_owned() } else { listed(hours) };
    lines.iter().map(|(hours, minutes)| (hours_listed(hours), listed(minutes))).collect()
}

fn days(days: Days) -> String {
    if days.is_all() {
        return "*".to_owned();
    }
    let numbers: Vec<String> = days.iter().map(|day| day.to_sunday_zero_offset().to_string()).collect();
    numbers.join(",")
}

/// In single quotes, with the backslash that cron takes away again.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''").replace('%', "\\%"))
}

/// The block in a crontab, and whether it is as it was made.
pub fn find(crontab: &str) -> Option<(&str, Mark)> {
    let start = line_start(crontab, BEGIN)?;
    let rest = &crontab[start..];
    let Some(end) = line_start(rest, END) else { return Some((rest, Mark::Changed)) };
    let end = rest[end..].find('\n').map_or(rest.len(), |newline| end + newline + 1);
    let block = &rest[..end];
    let inside = block.split_once('\n').map_or("", |(_, inside)| inside);
    let whole = if inside.ends_with('\n') { inside.to_owned() } else { format!("{inside}\n") };
    let mark = match mark::of(&whole, "") {
        Mark::Whole if inside.starts_with("# ") => Mark::Whole,
        _ => Mark::Changed,
    };
    Some((block, mark))
}

/// The crontab with this block in the place of the one that it has, or at its end; without one where there is none.
pub fn with_block(crontab: &str, block: Option<&str>) -> String {
    let new = block.unwrap_or_default();
    match find(crontab) {
        Some((old, _)) => crontab.replacen(old, new, 1),
        None if new.is_empty() || crontab.is_empty() || crontab.ends_with('\n') => format!("{crontab}{new}"),
        None => format!("{crontab}\n{new}"),
    }
}

fn line_start(text: &str, line: &str) -> Option<usize> {
    let mut start = 0;
    for found in text.split_inclusive('\n') {
        if found.trim_end() == line {
            return Some(start);
        }
        start += found.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::testing::{hard_service, service};
    use super::*;
    use crate::calendar::{Calendar, read_days};
    use jiff::tz::TimeZone;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    /// What cron gives to the shell: up to the first bare `%`, without the backslashes before the others.
    fn command(line: &str) -> String {
        let command = line.splitn(6, ' ').nth(5).unwrap();
        let mut given = String::new();
        let mut letters = command.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if letters.peek() == Some(&'%') => {}
                '%' if !given.is_empty() && !command[..command.find('%').unwrap()].ends_with('\\') => break,
                _ => given.push(letter),
            }
        }
        given
    }

    fn lines(service: &Service) -> Vec<String> {
        let block = block(service).unwrap();
        block.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    #[test]
    fn times_of_one_minute_share_a_line() {
        let mut service = service();
        service.calendar = Calendar::every(360, Days::ALL, TimeZone::UTC).unwrap();
        let every = lines(&service);
        service.calendar = Calendar::every(15, read_days(["weekend"]).unwrap(), TimeZone::UTC).unwrap();
        let often = lines(&service);

        assert_eq!(lines(&self::service()).len(), 2);
        assert!(every[0].starts_with("0 0,6,12,18 * * * PATH="), "{every:?}");
        assert!(often[0].starts_with("0,15,30,45 * * * 6,0 PATH="), "{often:?}");
        assert_eq!((every.len(), often.len()), (1, 1));
    }

    #[test]
    fn a_shell_gets_hard_names_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let mut service = hard_service(folder.path());
        let home = service.program.parent().unwrap().to_owned();
        std::fs::create_dir(&home).unwrap();
        std::fs::write(&service.program, "#!/bin/sh\nprintf '%s|' \"$@\"\n").unwrap();
        std::fs::set_permissions(&service.program, std::fs::Permissions::from_mode(0o700)).unwrap();
        service.config = home.join("100% sicher.toml");

        let line = &lines(&service)[0];
        let output = std::process::Command::new("/bin/sh").arg("-c").arg(command(line)).output().unwrap();

        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, format!("run|--config|{}|", service.config.display()), "{line}");
    }

    #[test]
    fn a_block_is_put_in_replaced_and_taken_out_beside_lines_of_others() {
        let others = "MAILTO=anna\n0 5 * * * backup\n";
        let first = block(&service()).unwrap();
        let other = Service { program: "/opt/immich-sync".into(), ..service() };
        let second = block(&other).unwrap();

        let with = with_block(others, Some(&first));
        let replaced = with_block(&format!("{with}# mine\n"), Some(&second));
        let without = with_block(&replaced, None);

        assert_eq!(find(&with), Some((first.as_str(), Mark::Whole)));
        assert_eq!(find(&replaced), Some((second.as_str(), Mark::Whole)));
        assert_eq!(without, format!("{others}# mine\n"));
        assert_eq!(with_block("no newline", Some(&first)), format!("no newline\n{first}"));
    }

    #[test]
    fn a_block_that_somebody_changed_is_known_as_such() {
        let block = block(&service()).unwrap();

        let later = block.replace("0 2 ", "0 3 ");
        let cut = block.replace(END, "");

        assert_eq!(find(&later).unwrap().1, Mark::Changed);
        assert_eq!(find(&cut).unwrap().1, Mark::Changed);
        assert_eq!(find("# about immich-sync\n"), None);
    }

    #[test]
    fn control_characters_and_zones_are_refused() {
        assert!(block(&Service { program: Path::new("/a\nb").into(), ..service() }).is_err());
        assert!(block(&Service { own_zone: true, ..service() }).is_err());
    }
}
