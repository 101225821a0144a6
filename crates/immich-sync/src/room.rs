//! Everything a write-back works with, put together: files, server, state and locks.
//!
//! What can fail without anybody else being asked comes first: a wrong folder is said before the key leaves this
//! machine.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use immich_api::{ApiError, ApiKey, Client, ClientOptions, Permission, ServerInfo};
use jiff::Timestamp;
use photo_metadata::{Datum, Engine};
use sync_core::lock::{LibraryLock, RunLock};
use sync_core::paths::{Library, PathRule};
use sync_core::state::{SqliteStore, Store as _};
use sync_core::undo::Retention;
use sync_core::writeback::{Account, FaceBook, WriteBack, WriteOptions, find_paths, review_paths};
use sync_core::{Reporter, StopFlag, Summary, SyncError};

use crate::exit::{Complaint, ExitStatus, usage};
use crate::queues;
use crate::settings::ServerSettings;

/// The first version that tells faces one photo at a time.
pub(crate) const FACES_ONE_BY_ONE: u32 = 3;

/// Connects with each key, and checks what each may do. The accounts are different ones of one server.
pub(crate) fn connect_all(
    settings: &ServerSettings,
    keys: Vec<ApiKey>,
    needed: &[Permission],
    stop: &StopFlag,
) -> Result<Vec<Client>> {
    let several = keys.len() > 1;
    let mut clients: Vec<Client> = Vec::new();
    for (index, key) in keys.into_iter().enumerate() {
        let connected = connect(settings, key, needed, stop);
        // One key needs no number.
        let client = if several {
            connected.with_context(|| format!("the API key of account {}", index + 1))?
        } else {
            connected?
        };
        let user = &client.server().user;
        if clients.iter().any(|other| other.server().user.id == user.id) {
            return Err(usage(format!(
                "two of the API keys belong to the same account `{}`; keep one",
                user.name
            )));
        }
        clients.push(client);
    }
    Ok(clients)
}

/// Connects, and checks what the key may do.
pub(crate) fn connect(
    settings: &ServerSettings,
    key: ApiKey,
    needed: &[Permission],
    stop: &StopFlag,
) -> Result<Client> {
    let options = client_options(settings, key, stop)?;
    let client = Client::connect(options).map_err(|error| with_all_permissions(error, needed))?;
    require_permissions(client.server(), needed)?;
    Ok(client)
}

/// For a look at an address that somebody waits for: no key, no repeats, few seconds.
pub(crate) fn for_a_look(settings: &ServerSettings, address: &str, stop: &StopFlag) -> Result<ClientOptions> {
    let nobody = ApiKey::new("nobody").context("a key that is not sent")?;
    let settings = ServerSettings { url: address.to_owned(), ..settings.clone() };
    let mut options = client_options(&settings, nobody, stop)?;
    (options.connect_timeout, options.read_timeout) = (Duration::from_secs(4), Duration::from_secs(8));
    options.retries = 0;
    Ok(options)
}

fn client_options(settings: &ServerSettings, key: ApiKey, stop: &StopFlag) -> Result<ClientOptions> {
    let mut options = ClientOptions::new(&settings.url, key);
    options.rate_limit = settings.rate_limit;
    options.patience = settings.patience;
    options.insecure = settings.insecure;
    if let Some(path) = &settings.ca_file {
        let pem = std::fs::read(path)
            .map_err(|error| usage(format!("--ca-file `{}` cannot be read: {error}", path.display())))?;
        options.ca_pem = Some(pem);
    }
    let flag = stop.clone();
    options.stop = std::sync::Arc::new(move || flag.is_raised());
    Ok(options)
}

/// What a write-back asks of the key: listing, counting what was listed, and the members of albums and tags.
pub(crate) fn permissions(data: &BTreeSet<Datum>) -> Vec<Permission> {
    let mut needed = vec![Permission::AssetRead, Permission::AssetStatistics];
    needed.extend(data.contains(&Datum::Albums).then_some(Permission::AlbumRead));
    needed.extend(data.contains(&Datum::Tags).then_some(Permission::TagRead));
    needed
}

/// Faces come with the listing before 3.0, and with a login; otherwise the key has to be allowed to ask for them.
pub(crate) fn require_faces(clients: &[Client], books: &[FaceBook]) -> Result<()> {
    for client in clients {
        let server = client.server();
        let has_book = books.iter().any(|book| *book.user() == server.user.id);
        if server.version.major >= FACES_ONE_BY_ONE && !has_book {
            require_permissions(server, &[Permission::FaceRead])?;
        }
    }
    Ok(())
}

/// A key that lacks one permission at the start may lack others too; better to name all at once.
fn with_all_permissions(error: ApiError, needed: &[Permission]) -> anyhow::Error {
    if !matches!(error, ApiError::MissingPermission { .. }) {
        return error.into();
    }
    Complaint::error(
        ExitStatus::KeyRefused,
        format!("{error}; this run needs `user.read`, {} on the key", named(needed)),
    )
}

fn require_permissions(server: &ServerInfo, needed: &[Permission]) -> Result<()> {
    let missing = server.missing_permissions(needed);
    if missing.is_empty() {
        return Ok(());
    }
    let word = if missing.len() == 1 { "permission" } else { "permissions" };
    Err(Complaint::error(
        ExitStatus::KeyRefused,
        format!(
            "the API key lacks the {word} {}; add it to the key in the account settings of Immich, under API keys",
            named(&missing)
        ),
    ))
}

fn named(permissions: &[Permission]) -> String {
    let names: Vec<String> = permissions.iter().map(|permission| format!("`{permission}`")).collect();
    names.join(" and ")
}

/// What is worked with.
pub(crate) struct Room<'a> {
    /// Reads and writes metadata.
    pub(crate) engine: &'a dyn Engine,
    /// The server, once for each account.
    pub(crate) clients: &'a [Client],
    /// The originals.
    pub(crate) library: &'a Library,
    /// The folder of the state.
    pub(crate) state: PathBuf,
    /// All faces of those accounts that signed in for them.
    pub(crate) face_books: &'a [FaceBook],
    /// Whether what is known of albums is forgotten first.
    pub(crate) clear_album_cache: bool,
    /// What is kept for an exact undo.
    pub(crate) retention: Retention,
    /// Who is told.
    pub(crate) reporter: &'a dyn Reporter,
    /// Whether to stop.
    pub(crate) stop: &'a StopFlag,
}

impl Room<'_> {
    /// Shows what a run would do; changes nothing, not even the state.
    pub(crate) fn preview(&self, options: &WriteOptions) -> Result<Summary> {
        let store = match SqliteStore::open_read_only(&self.state)? {
            Some(store) => store,
            None => SqliteStore::in_memory()?,
        };
        queues::resume_left(&store, self.clients, true, self.reporter)?;
        let accounts = self.accounts();
        stopped_early(self.with_paths(&store, options, false, |options, library| {
            self.write_back(&store, options, library, &Timestamp::now).preview(&accounts)
        }))
    }

    /// Writes. `command` is what the state remembers of it.
    pub(crate) fn run(&self, options: &WriteOptions, command: &str) -> Result<Summary> {
        let _run = RunLock::acquire(&self.state, &holder())?;
        let lock = LibraryLock::acquire(self.library.root())?;
        if !lock.is_held() {
            tracing::debug!("the file system of the library has no locks for folders");
        }
        let store = SqliteStore::open(&self.state)?;
        queues::resume_left(&store, self.clients, false, self.reporter)?;
        if self.clear_album_cache {
            store.clear_album_cache()?;
        }
        let summary = stopped_early(self.with_paths(&store, options, true, |options, library| {
            self.write_back(&store, options, library, &Timestamp::now).run(self.clients, command)
        }))?;
        self.retention.apply(&store, Timestamp::now(), self.reporter)?;
        store.close().context("everything is written, but the state could not be closed")?;
        Ok(summary)
    }

    fn accounts(&self) -> Vec<Account<'_>> {
        self.clients.iter().map(Account::of).collect()
    }

    /// Works with the folders that the user named, or with those that are found now.
    fn with_paths(
        &self,
        store: &SqliteStore,
        options: &WriteOptions,
        remembers: bool,
        work: impl FnOnce(&WriteOptions, &Library) -> Result<Summary, SyncError>,
    ) -> Result<Summary, SyncError> {
        if options.mapping.rule != PathRule::Search {
            return work(options, self.library);
        }
        let (root, accounts) = (&options.mapping.root, self.accounts());
        let mapping = find_paths(&accounts, root, store, self.reporter, self.stop, remembers)?;
        let library = Library::open(mapping.clone())?;
        let summary = work(&WriteOptions { mapping, ..options.clone() }, &library)?;
        if remembers && !summary.stopped {
            review_paths(&summary, store)?;
        }
        Ok(summary)
    }

    fn write_back<'b>(
        &'b self,
        store: &'b SqliteStore,
        options: &'b WriteOptions,
        library: &'b Library,
        now: &'b (dyn Fn() -> Timestamp + Sync),
    ) -> WriteBack<'b> {
        WriteBack {
            store,
            engine: self.engine,
            library,
            options,
            face_books: self.face_books,
            reporter: self.reporter,
            stop: self.stop,
            now,
        }
    }
}

/// A stop request while the server is asked comes back as an error of the request.
pub(crate) fn stopped_early(result: Result<Summary, SyncError>) -> Result<Summary> {
    match result {
        Err(SyncError::Api(ApiError::Stopped)) => {
            Ok(Summary { stopped: true, listing_complete: true, ..Summary::default() })
        }
        result => Ok(result?),
    }
}

/// Who holds a lock, for the message of another run.
pub(crate) fn holder() -> String {
    let name = rustix::system::uname();
    let host = name.nodename().to_string_lossy();
    let since = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M").to_string();
    format!("pid {} on {host}, since {since}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_of_a_lock_names_its_process() {
        assert!(holder().contains(&format!("pid {} on ", std::process::id())), "{}", holder());
    }
}
