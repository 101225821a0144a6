//! Looking: at the settings, the server, the library, this machine, the state. Nothing is changed.

mod disk;
mod library;
mod machine;
mod server;
mod settings;
mod state;

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use immich_api::Client;
use messages_macros::word;
use sync_core::StopFlag;

use super::facts::Facts;
use crate::folders::Folders;
use crate::settings::Sources;

/// A disk or a server that needs longer hangs, as far as a check goes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything. `tell` hears what is looked at.
pub(super) fn gather(
    sources: &Sources<'_>,
    folders: &Folders,
    config_error: Option<String>,
    may_probe: bool,
    stop: &StopFlag,
    tell: &dyn Fn(&str),
) -> Facts {
    let mut facts = Facts { settings: settings::look(sources, config_error), ..Facts::default() };
    if facts.settings.config_error.is_some() {
        return facts;
    }
    tell(word!("Asking the server"));
    let (server, clients) = server::look(sources, folders, stop);
    facts.server = server;
    tell(word!("Looking at the library"));
    let users: Vec<String> = clients.iter().map(user_of).collect();
    let state = state::place(sources, folders, &users);
    facts.library = library::look(sources, clients.first(), state.clone(), may_probe, stop);
    tell(word!("Looking at this machine"));
    facts.machine = machine::look(sources, folders);
    facts.state = state::look(sources, folders, state);
    facts
}

fn user_of(client: &std::sync::Arc<Client>) -> String {
    client.server().user.id.to_string()
}

/// Does the work on a thread of its own and waits for it, but not for ever: what hangs in a system call cannot be ended,
/// and goes with the program.
fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(limit).ok()
}

/// An error with its causes, in one line.
fn in_one_line(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1) {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_given_up() {
        let (_sender, receiver) = sync_channel::<()>(1);

        assert_eq!(within(Duration::from_millis(20), move || receiver.recv().is_ok()), None);
        assert_eq!(within(PATIENCE, || 7), Some(7));
    }
}
