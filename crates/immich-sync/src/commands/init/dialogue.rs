//! Each of the four questions, asked until its answer holds.
//!
//! An answer that was given beforehand is taken without asking; where nobody can be asked, what is wrong with it is the
//! end.

use std::path::{Path, PathBuf};

use anyhow::Result;
use immich_api::{ApiError, ApiKey, Asset, Client, ClientOptions, Found as Server};
use messages_macros::{tr, word};
use sync_core::StopFlag;
use sync_core::paths::Found;

use super::access;
use super::place;
use super::reach::{Reached, reach, tls_reason};
use super::text::KeyPlace;
use super::wishes::{self, Wishes};
use crate::codes::Code;
use crate::config::Secret;
use crate::exit::{Complaint, ExitStatus, usage};
use crate::folders::Folders;
use crate::key::KeySource;
use crate::output::{Dialogue, clean};
use crate::room;
use crate::settings::ServerSettings;

/// What the questions work with.
pub(super) struct Questions<'a> {
    /// Somebody to ask.
    pub(super) dialogue: Option<Dialogue<'a>>,
    /// Whether to stop.
    pub(super) stop: &'a StopFlag,
    /// How to get to a server; its address is the answer to the first question.
    pub(super) server: ServerSettings,
    /// Whether a proposal is taken without asking.
    pub(super) yes: bool,
    /// Where progress is told.
    pub(super) tell: &'a dyn Fn(&str),
}

/// A key that is good for something.
pub(super) struct Keyed {
    /// Where it will be found.
    pub(super) place: KeyPlace,
    /// Where it came from now.
    pub(super) source: KeySource,
    /// The server, asked with it.
    pub(super) client: Client,
}

impl Questions<'_> {
    /// Asks until an answer holds; one that was given counts first.
    fn until<T>(
        &self,
        given: Option<String>,
        mut proposal: Option<String>,
        question: &str,
        mut check: impl FnMut(&str, &mut Option<String>) -> Result<T>,
    ) -> Result<T> {
        let mut given = given;
        loop {
            let answer = match (given.take(), self.dialogue) {
                (Some(given), _) => given,
                (None, Some(dialogue)) => dialogue.ask(question, proposal.as_deref())?,
                (None, None) => return Err(usage("nobody is there to answer")),
            };
            match (check(&answer, &mut proposal), self.dialogue) {
                (Err(error), Some(dialogue)) if !self.stop.is_raised() => dialogue.object(&error),
                (checked, _) => return checked,
            }
        }
    }

    /// The first question: which server. The answer is its address.
    pub(super) fn server(&self, given: Option<String>) -> Result<(String, Server)> {
        let question = word!("1/4  Address of Immich, as the browser shows it");
        let (address, server) = self.until(given, None, question, |typed, proposal| {
            let options = room::for_a_look(&self.server, "", self.stop)?;
            let find =
                |address: &str| Client::find(ClientOptions { server: address.to_owned(), ..options.clone() });
            match reach(typed, find) {
                Reached::Here(address, server) => Ok((address, server)),
                Reached::Elsewhere(address, _) if self.yes => Ok((address.clone(), find(&address)?)),
                Reached::Elsewhere(address, reason) => {
                    let text = format!("{reason}; there is an Immich at {address}");
                    *proposal = Some(address);
                    Err(Complaint::error(ExitStatus::Unreachable, text))
                }
                Reached::Nowhere(reason) => Err(told(reason)),
            }
        })?;
        if !server.version.is_supported() {
            let text = format!(
                "Immich {} is too old; the oldest that works is {}",
                server.version,
                immich_api::OLDEST
            );
            return Err(Complaint::error(ExitStatus::UnsupportedServer, text));
        }
        (self.tell)(&tr!("     Immich {} at {}", server.version, clean(&address)));
        Ok((address, server))
    }

    /// The second question: the key. A typed one is not shown.
    pub(super) fn key(&self, given: Option<KeySource>, server: &Server) -> Result<Keyed> {
        let page = access::page(&server.base_url);
        let mut last: Option<String> = None;
        if let Some(source) = given {
            let place = match &source {
                KeySource::File(path) => KeyPlace::File(std::path::absolute(path)?),
                KeySource::Given { place, .. } => KeyPlace::Variable(place.clone()),
                KeySource::CommandLine(key) => KeyPlace::Here(key.0.clone()),
                KeySource::Program(_) => {
                    return Err(usage("a first key comes from a file, a variable or an answer"));
                }
            };
            let checked = source.read().and_then(|key| self.connected(key, &page));
            match (checked, self.dialogue) {
                (Ok(client), _) => return Ok(Keyed { place, source, client }),
                (Err(error), Some(dialogue)) if !self.stop.is_raised() => dialogue.object(&error),
                (Err(error), _) => return Err(error),
            }
        }
        let Some(dialogue) = self.dialogue else { return Err(usage("nobody is there to answer")) };
        dialogue.tell(&tr!("     Make a key at {}", clean(&page)));
        dialogue.tell(&tr!("     with all permissions, or with {}.", access::named(&access::worth_having())));
        loop {
            let typed =
                dialogue.ask_hidden(word!("2/4  API key (it is not shown; Enter tries the same again)"))?;
            let text = if typed.is_empty() { last.clone() } else { Some(typed) };
            let Some(text) = text else { continue };
            let checked =
                ApiKey::new(text.as_str()).map_err(Into::into).and_then(|key| self.connected(key, &page));
            match checked {
                Ok(client) => {
                    let source = KeySource::CommandLine(Secret(text.clone()));
                    return Ok(Keyed { place: KeyPlace::Here(text), source, client });
                }
                Err(error) if self.stop.is_raised() => return Err(error),
                Err(error) => dialogue.object(&error),
            }
            last = Some(text);
        }
    }

    /// Connects with a key that may at least list photos.
    fn connected(&self, key: ApiKey, page: &str) -> Result<Client> {
        let client = room::connect(&self.server, key, &access::LEAST, self.stop)
            .map_err(|error| with_page(error, page))?;
        let server = client.server();
        let (name, user) = (clean(&server.key.name), clean(&server.user.name));
        (self.tell)(&tr!("     The key `{name}` of {user}"));
        Ok(client)
    }

    /// The third question: where the originals are.
    pub(super) fn library(&self, given: Option<PathBuf>, assets: &[Asset]) -> Result<(PathBuf, Found)> {
        let question = word!("3/4  Folder of the originals on this machine");
        if assets.is_empty() {
            (self.tell)(word!("     The server has no photos of this user yet."));
        }
        let given = given.map(|path| path.to_string_lossy().into_owned());
        let proposal = place::proposal(assets).map(|path| path.to_string_lossy().into_owned());
        let (folder, found) = self.until(given, proposal, question, |typed, _| {
            let folder = std::path::absolute(at_home(typed))?;
            let found = place::compare(&folder, assets, self.stop)?;
            Ok((folder, found))
        })?;
        if found.of > 0 {
            (self.tell)(&tr!("     {} of {} photos found:", found.agreed, found.of));
        }
        for line in place::shown_folders(&found) {
            (self.tell)(&format!("       {line}"));
        }
        Ok((folder, found))
    }

    /// The fourth question: what to do, and where metadata go.
    pub(super) fn wishes(
        &self,
        given: Option<Wishes>,
        key: &KeySource,
        client: &Client,
        has_managed: bool,
    ) -> Result<Wishes> {
        let page = access::page(&client.server().base_url);
        if let Some(wishes) = given {
            return self.may(client, key, wishes, &page);
        }
        let choices = wishes::choices(has_managed);
        if let Some(dialogue) = self.dialogue {
            for (number, choice) in choices.iter().enumerate() {
                dialogue.tell(&format!("     {}  {}", number + 1, (choice.text)()));
            }
        }
        let question = word!("4/4  What to do (one, or several with commas)");
        self.until(None, Some("1".to_owned()), question, |typed, _| {
            self.may(client, key, wishes::chosen(typed, &choices)?, &page)
        })
    }

    /// An error where the key does not allow what was chosen. The server is asked again, since somebody may have added
    /// permissions meanwhile.
    fn may(&self, client: &Client, key: &KeySource, wishes: Wishes, page: &str) -> Result<Wishes> {
        if access::lacking(client.server(), &wishes.what).is_empty() {
            return Ok(wishes);
        }
        let now = room::connect(&self.server, key.read()?, &access::LEAST, self.stop)?;
        let lacking = access::lacking(now.server(), &wishes.what);
        if lacking.is_empty() {
            return Ok(wishes);
        }
        Err(Complaint::coded(
            ExitStatus::KeyRefused,
            Code::PermissionMissing,
            format!("for this the API key lacks {}; add them at {}", access::named(&lacking), clean(page)),
        ))
    }
}

/// Trouble with a certificate has its reason deep inside of a library's words.
fn told(reason: ApiError) -> anyhow::Error {
    let words = matches!(reason, ApiError::Tls { .. }).then(|| tls_reason(&reason));
    let error = anyhow::Error::new(reason);
    match words {
        Some(words) => error.context(words),
        None => error,
    }
}

fn with_page(error: anyhow::Error, page: &str) -> anyhow::Error {
    match ExitStatus::of_error(&error, None) {
        ExitStatus::KeyRefused => {
            let code = Code::of_error(&error);
            Complaint::coded(ExitStatus::KeyRefused, code, format!("{error}: {}", clean(page)))
        }
        _ => error,
    }
}

/// `~/` as a shell would have read it.
fn at_home(typed: &str) -> PathBuf {
    match (Path::new(typed).strip_prefix("~"), Folders::of_user().home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => typed.into(),
    }
}
