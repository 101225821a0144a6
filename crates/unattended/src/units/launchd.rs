//! A LaunchAgent: what starts programs on a Mac.
//!
//! Nothing in a plist is expanded, so every path is absolute. A time that passed while the Mac slept is made up for by
//! launchd itself when it wakes; one that passed while it was off is not. There is no random delay and no condition
//! on a battery: background programs are slowed down by the system instead.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::civil::Weekday;

use super::{Service, UnitError, mark, plain, zone_of_system};
use crate::calendar::Rule;

/// The name of the agent, and of its file without `.plist`.
pub const LABEL: &str = "io.github.immich-sync";

/// Where programs are looked for: launchd itself knows neither of the two folders of Homebrew.
const SEARCH_PATH: &str = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

const UNIT: &str = "plist";

/// The file of the agent in this home folder.
pub fn path(home: &Path) -> PathBuf {
    home.join("Library/LaunchAgents").join(format!("{LABEL}.plist"))
}

/// What launchd itself writes of the program: only what was said before its own log was there.
pub fn log(logs: &Path) -> PathBuf {
    logs.join("launchd.log")
}

/// The text of the agent.
pub fn agent(service: &Service) -> Result<String, UnitError> {
    zone_of_system(service, "launchd")?;
    let program = escaped(plain(&service.program, UNIT)?);
    let config = escaped(plain(&service.config, UNIT)?);
    let log = log(&service.logs);
    let log = escaped(plain(&log, UNIT)?);
    let when = when(service);
    let content = format!(
        r#"<plist version="1.0">
<dict>
	<key>Label</key>
	<string>{LABEL}</string>
	<key>ProgramArguments</key>
	<array>
		<string>{program}</string>
		<string>run</string>
		<string>--config</string>
		<string>{config}</string>
	</array>
{when}	<key>RunAtLoad</key>
	<false/>
	<key>ProcessType</key>
	<string>Background</string>
	<key>LowPriorityIO</key>
	<true/>
	<key>Nice</key>
	<integer>5</integer>
	<key>ExitTimeOut</key>
	<integer>30</integer>
	<key>EnvironmentVariables</key>
	<dict>
		<key>PATH</key>
		<string>{SEARCH_PATH}</string>
	</dict>
	<key>StandardOutPath</key>
	<string>{log}</string>
	<key>StandardErrorPath</key>
	<string>{log}</string>
</dict>
</plist>
"#
    );
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
                \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n";
    Ok(format!("{head}{}", mark::marked("<!-- ", " -->", &content)))
}

/// An interval where every day counts, else a list of times.
fn when(service: &Service) -> String {
    let calendar = &service.calendar;
    if let Rule::Every(minutes) = calendar.rule()
        && calendar.days().is_all()
    {
        let seconds = u32::from(*minutes) * 60;
        return format!("\t<key>StartInterval</key>\n\t<integer>{seconds}</integer>\n");
    }
    let days: Vec<Option<Weekday>> =
        if calendar.days().is_all() { vec![None] } else { calendar.days().iter().map(Some).collect() };
    let mut text = "\t<key>StartCalendarInterval</key>\n\t<array>\n".to_owned();
    for day in days {
        for time in calendar.times() {
            text.push_str("\t\t<dict>\n");
            let parts = [
                ("Weekday", day.map(Weekday::to_sunday_zero_offset)),
                ("Hour", Some(time.hour())),
                ("Minute", Some(time.minute())),
            ];
            for (key, number) in parts {
                let Some(number) = number else { continue };
                // Writing to a string does not fail.
                let _ = write!(text, "\t\t\t<key>{key}</key>\n\t\t\t<integer>{number}</integer>\n");
            }
            text.push_str("\t\t</dict>\n");
        }
    }
    text + "\t</array>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{hard_service, service};
    use super::*;
    use crate::calendar::{Calendar, Days, read_days};
    use jiff::tz::TimeZone;
    use plist::{Dictionary, Value};

    fn read(service: &Service) -> Dictionary {
        let text = agent(service).unwrap();
        let value = Value::from_reader_xml(text.as_bytes()).unwrap();
        value.into_dictionary().unwrap()
    }

    /// What `launchd.plist(5)` says of every key that is used here.
    fn lint(agent: &Dictionary) {
        let path = |value: &Value| value.as_string().is_some_and(|text| Path::new(text).is_absolute());
        let number = |value: &Value| value.as_signed_integer().is_some_and(|number| number > 0);
        for (key, value) in agent {
            let is_right = match key.as_str() {
                "Label" => value.as_string() == Some(LABEL),
                "ProgramArguments" => value.as_array().is_some_and(|words| {
                    words.iter().all(|word| word.as_string().is_some()) && path(&words[0]) && path(&words[3])
                }),
                "StartInterval" | "ExitTimeOut" => number(value),
                "StartCalendarInterval" => value.as_array().is_some_and(|times| {
                    !times.is_empty() && times.iter().all(|time| is_time(time.as_dictionary().unwrap()))
                }),
                "RunAtLoad" => value.as_boolean() == Some(false),
                "LowPriorityIO" => value.as_boolean() == Some(true),
                "ProcessType" => value.as_string() == Some("Background"),
                "Nice" => value.as_signed_integer().is_some_and(|nice| (-20..=20).contains(&nice)),
                "EnvironmentVariables" => value.as_dictionary().is_some_and(|all| {
                    all.iter().all(|(key, value)| key == "PATH" && value.as_string().is_some())
                }),
                "StandardOutPath" | "StandardErrorPath" => path(value),
                _ => false,
            };
            assert!(is_right, "{key}: {value:?}");
        }
        let has = |key| agent.contains_key(key);
        assert!(has("Label") && has("ProgramArguments") && has("StandardErrorPath"));
        assert!(has("StartInterval") != has("StartCalendarInterval"));
    }

    fn is_time(time: &Dictionary) -> bool {
        let within = |key: &str, most: i64| {
            time.get(key)
                .and_then(Value::as_signed_integer)
                .is_some_and(|number| (0..=most).contains(&number))
        };
        let day = !time.contains_key("Weekday") || within("Weekday", 6);
        within("Hour", 23) && within("Minute", 59) && day && time.len() <= 3
    }

    #[test]
    fn an_agent_starts_at_each_time() {
        let agent = read(&service());

        lint(&agent);
        let times = agent["StartCalendarInterval"].as_array().unwrap();
        let pairs: Vec<(i64, i64)> = times
            .iter()
            .map(|time| {
                let time = time.as_dictionary().unwrap();
                let number = |key: &str| time[key].as_signed_integer().unwrap();
                (number("Hour"), number("Minute"))
            })
            .collect();
        assert_eq!(pairs, [(2, 0), (14, 30)]);
    }

    #[test]
    fn hard_names_arrive_as_they_are() {
        let service = hard_service(Path::new("/Users/anna"));

        let agent = read(&service);

        lint(&agent);
        let words: Vec<&str> = agent["ProgramArguments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_string().unwrap())
            .collect();
        let (program, config) = (service.program.to_str().unwrap(), service.config.to_str().unwrap());
        assert_eq!(words, [program, "run", "--config", config]);
        assert_eq!(Path::new(agent["StandardErrorPath"].as_string().unwrap()), log(&service.logs));
    }

    #[test]
    fn days_are_counted_from_sunday_and_an_interval_is_seconds() {
        let zone = TimeZone::UTC;
        let days = read_days(["sun", "mon"]).unwrap();
        let mut service = service();
        service.calendar = Calendar::every(720, days, zone.clone()).unwrap();
        let on_days = read(&service);
        service.calendar = Calendar::every(360, Days::ALL, zone).unwrap();
        let always = read(&service);

        lint(&on_days);
        lint(&always);
        assert_eq!(always["StartInterval"].as_signed_integer(), Some(21_600));
        let times = on_days["StartCalendarInterval"].as_array().unwrap();
        let days: Vec<i64> = times
            .iter()
            .map(|time| time.as_dictionary().unwrap()["Weekday"].as_signed_integer().unwrap())
            .collect();
        assert_eq!(days, [1, 1, 0, 0]);
    }

    #[test]
    fn the_mark_holds_and_a_zone_of_its_own_is_refused() {
        let mut service = service();
        assert_eq!(mark::of(&agent(&service).unwrap(), " -->"), mark::Mark::Whole);

        service.own_zone = true;

        assert!(matches!(agent(&service), Err(UnitError::Zone { .. })));
    }

    #[test]
    fn a_path_that_is_no_line_of_text_is_refused() {
        for wrong in ["relative/config.toml", "/a\nb", "/a\u{7f}b"] {
            let service = Service { config: wrong.into(), ..service() };

            assert!(matches!(agent(&service), Err(UnitError::Path { .. })), "{wrong:?}");
        }
    }
}
