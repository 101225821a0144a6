//! From keys and values to settings: which key means what, under all its names.

use std::path::Path;

use super::document::{Document, Problem, Raw, Value};
use super::job::{JOB, jobs};
use super::{AccountEntry, ConfigFile, Entry, Secret};
use crate::environment::WITHOUT_MEANING;
use crate::nearest::nearest;
use crate::settings::catalogue;
use crate::settings::setting::{Kind, Setting, yes_or_no};

/// The table of one account.
const ACCOUNT: &str = "account";

/// The table of the organizer; its keys are its options.
const ORGANIZE: &str = "organize";

/// The table of imports, with one inside for each source.
const IMPORT: &str = "import";

/// The table of exports, with one inside for each kind of library.
const EXPORT: &str = "export";

/// The table of the schedule.
const SCHEDULE: &str = "schedule";

/// The beginnings of keys in tables, and of the keys of the settings that they are.
const TABLES: [(&str, &str); 13] = [
    ("organize.", "organize_"),
    ("import.folder.", "import_folder_"),
    ("import.google-takeout.", "import_google_takeout_"),
    ("import.apple-photos.", "import_apple_photos_"),
    ("import.", "import_"),
    ("export.apple-photos.", "export_apple_photos_"),
    ("notify.healthchecks.", "notify_healthchecks_"),
    ("notify.ntfy.", "notify_ntfy_"),
    ("notify.webhook.", "notify_webhook_"),
    ("notify.apprise.", "notify_apprise_"),
    ("notify.", "notify_"),
    ("hooks.", "hooks_"),
    ("schedule.", "schedule_"),
];

/// The table of notices, with one inside for each service. An address alone may stand in its place.
const NOTIFY: &str = "notify";

/// Who can be told.
pub(crate) const SERVICES: [&str; 4] = ["healthchecks", "ntfy", "webhook", "apprise"];

/// The table of what runs around the jobs.
const HOOKS: &str = "hooks";

/// The organizer's word for its cache, in megabytes.
const CACHE_SIZE_MB: &str = "cache_size_mb";

/// The keys of an account.
const ACCOUNT_KEYS: [&str; 3] = ["api_key", "api_key_file", "api_key_command"];

/// What a key stands for.
enum Meaning {
    /// A setting, or its opposite.
    Setting(Box<Setting>, bool),
    /// Nothing here.
    Nothing,
}

/// Makes settings of what a file says.
pub(super) fn understand(document: Document, path: &Path) -> Result<ConfigFile, Problem> {
    let mut config = ConfigFile { path: path.to_owned(), ..ConfigFile::default() };
    for raw in in_one_row(document.entries) {
        if raw.key == ACCOUNT {
            config.accounts.extend(accounts(raw)?);
            continue;
        }
        if raw.key == JOB && document.is_ours {
            config.jobs = jobs(raw)?;
            continue;
        }
        match meaning(&raw, document.is_ours)? {
            Meaning::Nothing => config.without_meaning.push(raw.key),
            Meaning::Setting(setting, is_opposite) => {
                let raw = if is_in_megabytes(&raw.key, document.is_ours) { with_unit(raw) } else { raw };
                let Some(entry) = entry(&setting, is_opposite, raw)? else { continue };
                add(&mut config.entries, entry)?;
            }
        }
    }
    Ok(config)
}

/// The keys of tables as if they stood at the top, as `organize.threshold` or `import.folder.folder_as_album`.
fn in_one_row(entries: Vec<Raw>) -> impl Iterator<Item = Raw> {
    entries.into_iter().flat_map(|entry| match entry.value {
        Value::Table(inner) if [ORGANIZE, HOOKS, SCHEDULE].contains(&entry.key.as_str()) => {
            below(&entry.key, inner)
        }
        Value::Table(inner) if [IMPORT, EXPORT, NOTIFY].contains(&entry.key.as_str()) => {
            let inside = below(&entry.key, inner).into_iter();
            let spread = inside.flat_map(|raw| match raw.value {
                Value::Table(inner) => below(&raw.key, inner),
                _ => vec![raw],
            });
            spread.collect()
        }
        _ => vec![entry],
    })
}

fn below(table: &str, inner: Vec<Raw>) -> Vec<Raw> {
    inner.into_iter().map(|raw| Raw { key: format!("{table}.{}", raw.key), ..raw }).collect()
}

/// A key of a table, as the key of the setting.
fn at_the_top(key: &str) -> String {
    if let Some(service) = key.strip_prefix("notify.").filter(|service| SERVICES.contains(service)) {
        return format!("notify_{service}_url");
    }
    let table = TABLES.iter().find_map(|(table, name)| Some((name, key.strip_prefix(table)?)));
    table.map_or_else(|| key.to_owned(), |(name, rest)| format!("{name}{rest}"))
}

/// Where the key of a setting stands: the table, if it has one, and the key in it.
pub(crate) fn in_tables(key: &str) -> (Option<&'static str>, String) {
    let found =
        TABLES.iter().find_map(|(table, name)| Some((table.trim_end_matches('.'), key.strip_prefix(name)?)));
    found.map_or_else(|| (None, key.to_owned()), |(table, rest)| (Some(table), rest.to_owned()))
}

fn meaning(raw: &Raw, is_ours: bool) -> Result<Meaning, Problem> {
    let key = raw.key.as_str();
    if WITHOUT_MEANING
        .into_iter()
        .any(|name| if is_ours { name == key } else { name.eq_ignore_ascii_case(key) })
    {
        return Ok(Meaning::Nothing);
    }
    let plain = at_the_top(key);
    let is_same = |name: &str| if is_ours { name == plain } else { name.eq_ignore_ascii_case(&plain) };
    // Its own names of a setting come before the organizer's word for another: both have a `library`.
    let named = catalogue::all().find_map(|setting| {
        let variable = setting.variables().into_iter().find(|(name, _)| is_same(name));
        match variable {
            _ if is_same(&setting.key()) => Some((setting, false)),
            Some((_, is_opposite)) => Some((setting, is_opposite)),
            None => None,
        }
    });
    let found = named.or_else(|| {
        let setting = catalogue::all().find(|setting| !is_ours && is_organizers(setting, key))?;
        Some((setting, false))
    });
    match found {
        Some((setting, _)) if !setting.in_config => {
            let message = format!("`{key}` is said for one run at a time and is not taken from a file");
            Err(Problem::at(raw.line, message))
        }
        Some((setting, is_opposite)) => Ok(Meaning::Setting(Box::new(setting), is_opposite)),
        None => Err(unknown(raw, is_ours)),
    }
}

/// The organizer's words that are no variables.
fn is_organizers(setting: &Setting, key: &str) -> bool {
    let word = match setting.name {
        "server" => ["url", "immich_url"],
        "api-key" => ["immich_api_key", "apikey"],
        "organize-cache-size" => ["cache_size", CACHE_SIZE_MB],
        name if name.starts_with(catalogue::ORGANIZE) => {
            // What `write` has too was found before.
            return setting.option.replace('-', "_").eq_ignore_ascii_case(key);
        }
        _ => return false,
    };
    word.iter().any(|word| word.eq_ignore_ascii_case(key))
}

fn is_in_megabytes(key: &str, is_ours: bool) -> bool {
    !is_ours && key.eq_ignore_ascii_case(CACHE_SIZE_MB)
}

fn with_unit(raw: Raw) -> Raw {
    let value = match raw.value {
        Value::Text(text) if !text.trim().is_empty() => Value::Text(format!("{}MB", text.trim())),
        other => other,
    };
    Raw { value, ..raw }
}

fn unknown(raw: &Raw, is_ours: bool) -> Problem {
    let mut known: Vec<String> =
        catalogue::all().filter(|setting| setting.in_config).map(|setting| setting.key()).collect();
    let mut spelled = at_the_top(&raw.key).replace('-', "_").to_ascii_lowercase();
    if !is_ours && raw.key.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        known = catalogue::all().flat_map(|setting| setting.variables()).map(|(name, _)| name).collect();
        spelled = raw.key.to_ascii_uppercase();
    }
    Problem::at(raw.line, not_known(&raw.key, &spelled, known.iter().map(String::as_str)))
}

pub(super) fn not_known<'a>(key: &str, spelled: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let hint = nearest(spelled, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
    format!("the key `{key}` is not known{hint}")
}

pub(super) fn add(entries: &mut Vec<Entry>, entry: Entry) -> Result<(), Problem> {
    match entries.iter().find(|other| other.setting == entry.setting) {
        Some(other) if other.values != entry.values || other.pairs != entry.pairs => {
            let message =
                format!("`{}` and `{}` say different things; keep one of them", other.key, entry.key);
            Err(Problem::at(entry.line, message))
        }
        Some(_) => Ok(()),
        None => {
            entries.push(entry);
            Ok(())
        }
    }
}

/// The entry of a setting; none for an empty value, which says nothing.
pub(super) fn entry(setting: &Setting, is_opposite: bool, raw: Raw) -> Result<Option<Entry>, Problem> {
    let Raw { key, line, value } = raw;
    let wrong = |expected: &str| Problem::at(line, format!("`{key}` is not {expected}"));
    let mut pairs = Vec::new();
    let values = match (setting.kind, value) {
        (_, Value::Nothing) => return Ok(None),
        (Kind::Flag(_) | Kind::Choice, Value::Flag(yes)) => vec![(yes != is_opposite).to_string()],
        (Kind::Flag(_) | Kind::Choice, Value::Text(word)) if word.trim().is_empty() => return Ok(None),
        (Kind::Flag(_) | Kind::Choice, Value::Text(word)) => {
            let yes = yes_or_no(&word).ok_or_else(|| wrong("true or false"))?;
            vec![(yes != is_opposite).to_string()]
        }
        (Kind::Flag(_) | Kind::Choice, _) => return Err(wrong("true or false")),
        (Kind::Value | Kind::Values(_), Value::Text(text)) => {
            let split = setting.split(&text).into_iter().filter_map(|value| value.into_string().ok());
            split.filter(|value| !value.is_empty()).collect()
        }
        (Kind::Values(_), Value::List(items)) => {
            let is_map = setting.name == catalogue::PATH_MAP.name;
            if is_map && items.iter().any(|item| matches!(item, Value::Table(_))) {
                pairs = items.into_iter().map(|item| mapped(item, line)).collect::<Result<_, _>>()?;
                joined(&pairs)
            } else {
                texts(items).ok_or_else(|| wrong("a list of texts"))?
            }
        }
        (Kind::Values(_), Value::Table(entries)) if takes_pairs(setting) => {
            pairs = entries
                .into_iter()
                .map(pair)
                .collect::<Option<_>>()
                .ok_or_else(|| wrong("a table of texts"))?;
            joined(&pairs)
        }
        (Kind::Values(_), _) => return Err(wrong("a text or a list of texts")),
        (Kind::Value, _) => return Err(wrong("a text or a number")),
    };
    if values.is_empty() {
        return Ok(None);
    }
    Ok(Some(Entry { setting: setting.name, key, line, values, pairs }))
}

fn takes_pairs(setting: &Setting) -> bool {
    [catalogue::POLICY.name, catalogue::TARGET.name, catalogue::PATH_MAP.name].contains(&setting.name)
}

fn joined(pairs: &[(String, String)]) -> Vec<String> {
    pairs.iter().map(|(one, other)| format!("{one}={other}")).collect()
}

fn pair(raw: Raw) -> Option<(String, String)> {
    match raw.value {
        Value::Text(text) => Some((raw.key, text)),
        _ => None,
    }
}

pub(super) fn texts(items: Vec<Value>) -> Option<Vec<String>> {
    let text = |item| if let Value::Text(text) = item { Some(text) } else { None };
    items.into_iter().map(text).collect()
}

/// `{ server = "/data", local = "/photos" }`
fn mapped(item: Value, line: Option<usize>) -> Result<(String, String), Problem> {
    let Value::Table(entries) = item else {
        return Err(Problem::at(line, "`path_map` is a list of { server = \"…\", local = \"…\" }"));
    };
    let (mut server, mut local) = (None, None);
    for raw in entries {
        let place = match raw.key.as_str() {
            "server" => &mut server,
            "local" => &mut local,
            key => {
                let spelled = key.to_ascii_lowercase();
                let message = not_known(&format!("path_map.{key}"), &spelled, ["server", "local"]);
                return Err(Problem::at(raw.line, message));
            }
        };
        *place = pair(raw).map(|(_, text)| text);
    }
    match (server, local) {
        (Some(server), Some(local)) => Ok((server, local)),
        _ => Err(Problem::at(line, "an entry of `path_map` needs `server` and `local`, both as text")),
    }
}

fn accounts(raw: Raw) -> Result<Vec<AccountEntry>, Problem> {
    let wrong =
        || Problem::at(raw.line, "accounts stand in tables: `[[account]]`, each with its own api_key_file");
    match raw.value {
        Value::Table(entries) => Ok(vec![account(entries)?]),
        Value::List(items) => items
            .into_iter()
            .map(|item| if let Value::Table(entries) = item { account(entries) } else { Err(wrong()) })
            .collect(),
        _ => Err(wrong()),
    }
}

fn account(entries: Vec<Raw>) -> Result<AccountEntry, Problem> {
    let mut account = AccountEntry::default();
    for Raw { key, line, value } in entries {
        let wrong = |expected: &str| Problem::at(line, format!("`{key}` of an account is not {expected}"));
        match (key.as_str(), value) {
            ("api_key", Value::Text(text)) => account.key = Some(Secret(text)),
            ("api_key_file", Value::Text(path)) => account.file = Some(path.into()),
            ("api_key_command", Value::List(words)) => {
                account.command = Some(texts(words).ok_or_else(|| wrong("a list of texts"))?);
            }
            ("api_key_command", _) => return Err(wrong("a list of texts")),
            ("api_key" | "api_key_file", _) => return Err(wrong("a text")),
            _ => {
                let spelled = key.replace('-', "_").to_ascii_lowercase();
                let message = not_known(&format!("{ACCOUNT}.{key}"), &spelled, ACCOUNT_KEYS);
                return Err(Problem::at(line, message));
            }
        }
    }
    Ok(account)
}
