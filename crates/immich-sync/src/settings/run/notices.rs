//! Who is told of runs: the four services, each with its address, its token and what it wants to hear.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use unattended::Event;
use unattended::notice::{Channel, Service};

use super::super::setting::Setting;
use super::super::{Given, Sources, catalogue};
use crate::codes::Code;
use crate::config::is_open_to_all;
use crate::exit::{usage, usage_of};
use crate::key::first_line_of;

/// The settings of a service: address, file with it, token, file with it, events.
struct Names {
    url: Setting,
    url_file: Setting,
    token: Option<(Setting, Setting)>,
    on: Setting,
}

fn names(service: Service) -> Names {
    match service {
        Service::Healthchecks => Names {
            url: catalogue::NOTIFY_HEALTHCHECKS_URL,
            url_file: catalogue::NOTIFY_HEALTHCHECKS_URL_FILE,
            token: None,
            on: catalogue::NOTIFY_HEALTHCHECKS_ON,
        },
        Service::Ntfy => Names {
            url: catalogue::NOTIFY_NTFY_URL,
            url_file: catalogue::NOTIFY_NTFY_URL_FILE,
            token: Some((catalogue::NOTIFY_NTFY_TOKEN, catalogue::NOTIFY_NTFY_TOKEN_FILE)),
            on: catalogue::NOTIFY_NTFY_ON,
        },
        Service::Webhook => Names {
            url: catalogue::NOTIFY_WEBHOOK_URL,
            url_file: catalogue::NOTIFY_WEBHOOK_URL_FILE,
            token: Some((catalogue::NOTIFY_WEBHOOK_TOKEN, catalogue::NOTIFY_WEBHOOK_TOKEN_FILE)),
            on: catalogue::NOTIFY_WEBHOOK_ON,
        },
        Service::Apprise => Names {
            url: catalogue::NOTIFY_APPRISE_URL,
            url_file: catalogue::NOTIFY_APPRISE_URL_FILE,
            token: None,
            on: catalogue::NOTIFY_APPRISE_ON,
        },
    }
}

/// Everybody who is told.
pub(super) fn channels(sources: &Sources<'_>) -> Result<Vec<Channel>> {
    let mut channels = Vec::new();
    for service in Service::ALL {
        let names = names(service);
        let Some((url, origin)) = text_or_file(sources, &names.url, &names.url_file)? else { continue };
        check_address(&url, &origin)?;
        let token = match &names.token {
            Some((token, file)) => text_or_file(sources, token, file)?.map(|(token, _)| token),
            None => None,
        };
        let on = match sources.find(&names.on)? {
            Some(given) => events(&given)?,
            None => service.usual(),
        };
        channels.push(Channel { service, url, token, on });
    }
    Ok(channels)
}

/// What the user should know of the way such secrets are kept.
pub(super) fn concern(sources: &Sources<'_>) -> Option<String> {
    let config = sources.config;
    let holds = Service::ALL.into_iter().any(|service| {
        let names = names(service);
        let token = names.token.is_some_and(|(token, _)| config.find(&token).is_some());
        token || config.find(&names.url).is_some()
    });
    (config.is_open && holds).then(|| {
        let path = config.path.display();
        format!("`{path}` holds addresses or tokens of notices and can be read by other users; run `chmod 600` on it")
    })
}

/// The secret of the first source that names either, and where that is.
fn text_or_file(
    sources: &Sources<'_>,
    setting: &Setting,
    file: &Setting,
) -> Result<Option<(String, String)>> {
    let Sources { environment, config, .. } = sources;
    for (text, file) in
        [(environment.find(setting)?, environment.find(file)?), (config.find(setting), config.find(file))]
    {
        match (text, file) {
            (Some(text), Some(file)) => {
                let (text, file) = (text.origin, file.origin);
                return Err(usage_of(
                    Code::Contradiction,
                    format!("{text} and {file} say the same thing; keep one of them"),
                ));
            }
            (Some(text), None) => return Ok(Some((text.text()?, text.origin.to_string()))),
            (None, Some(file)) => return first_line(&file).map(Some),
            (None, None) => {}
        }
    }
    Ok(None)
}

fn first_line(given: &Given) -> Result<(String, String)> {
    let path = given.path();
    let shown = path.display();
    let line = first_line_of(&path).map_err(|error| {
        usage_of(Code::SecretUnreadable, format!("{}: `{shown}` cannot be read: {error}", given.origin))
    })?;
    refuse_open(&path)?;
    if line.is_empty() {
        let message = format!("{}: the first line of `{shown}` is empty", given.origin);
        return Err(usage_of(Code::SecretUnreadable, message));
    }
    Ok((line, format!("`{shown}`")))
}

/// A schedule would go on for years with a secret that every user of the machine can read.
fn refuse_open(path: &Path) -> Result<()> {
    if !is_open_to_all(path) {
        return Ok(());
    }
    let message = format!(
        "`{}` holds a secret and can be read by every user of this machine; run `chmod 600` on it",
        path.display()
    );
    Err(usage_of(Code::SecretOpen, message))
}

/// Says nothing of the address itself, which can be a key.
fn check_address(url: &str, origin: &str) -> Result<()> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_whole = rest.is_some_and(|rest| !rest.trim_start_matches('/').is_empty());
    let has_blanks = url.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    if is_whole && !has_blanks {
        return Ok(());
    }
    Err(usage(format!("{origin} is no address such as https://ntfy.sh/topic")))
}

fn events(given: &Given) -> Result<BTreeSet<Event>> {
    let mut events = BTreeSet::new();
    for text in given.texts()? {
        let event = Event::ALL.into_iter().find(|event| event.word() == text.to_ascii_lowercase());
        events.insert(event.ok_or_else(|| {
            let all = Event::ALL.map(Event::word).join(", ");
            usage(format!("{}: `{text}` is not one of {all}", given.origin))
        })?);
    }
    Ok(events)
}
