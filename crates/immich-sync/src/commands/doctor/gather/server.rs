//! The server: first without a key, then with each.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use immich_api::{ApiError, Client, ClientOptions, Permission};
use photo_metadata::Datum;
use sync_core::StopFlag;

use super::super::facts::{ServerFacts, Unreached};
use super::in_one_line;
use crate::args::JobCommand;
use crate::commands::init::{Reached, reach, tls_reason};
use crate::commands::{import, organize};
use crate::folders::Folders;
use crate::key::KeySource;
use crate::output::clean;
use crate::room;
use crate::settings::{
    Asked, ImportSettings, OrganizeSettings, ServerSettings, Sources, catalogue, kinds_of_data,
};

/// What is known of the server, and a client for each key that it took.
pub(super) fn look(
    sources: &Sources<'_>,
    folders: &Folders,
    stop: &StopFlag,
) -> (ServerFacts, Vec<Arc<Client>>) {
    let Ok(mut settings) = ServerSettings::resolve(sources) else {
        return (ServerFacts::default(), Vec::new());
    };
    settings.patience = Duration::ZERO;
    let data = kinds_of_data(sources).unwrap_or_default();
    let mut facts = ServerFacts {
        address: Some(clean(&settings.url)),
        concern: settings.concern(),
        insecure: settings.insecure,
        writes_faces: data.contains(&Datum::FaceCoordinates),
        ..ServerFacts::default()
    };
    let options = match room::for_a_look(&settings, &settings.url, stop) {
        Ok(options) => options,
        Err(error) => {
            facts.version = Some(Err(unreached(&error, None)));
            return (facts, Vec::new());
        }
    };
    let find = |address: &str| Client::find(ClientOptions { server: address.to_owned(), ..options.clone() });
    match reach(&settings.url, find) {
        Reached::Here(_, found) => {
            facts.version = Some(Ok(found.version));
            facts.clocks = found.date.map(|theirs| (theirs, SystemTime::now()));
        }
        Reached::Elsewhere(address, reason) => {
            facts.version = Some(Err(unreached(&reason.into(), Some(address))));
            return (facts, Vec::new());
        }
        Reached::Nowhere(reason) => {
            facts.version = Some(Err(unreached(&reason.into(), None)));
            return (facts, Vec::new());
        }
    }
    let clients = with_keys(sources, &settings, stop, &mut facts);
    facts.needed = needed(sources, folders, &clients);
    facts.queues = clients
        .iter()
        .find(|client| sees_queues(client))
        .map(|client| client.reader().queues().map_err(|error| clean(&in_one_line(&error.into()))));
    (facts, clients)
}

fn unreached(error: &anyhow::Error, elsewhere: Option<String>) -> Unreached {
    let tls = error.downcast_ref::<ApiError>().filter(|error| matches!(error, ApiError::Tls { .. }));
    Unreached { reason: clean(&in_one_line(error)), tls: tls.map(|error| tls_reason(error)), elsewhere }
}

fn with_keys(
    sources: &Sources<'_>,
    settings: &ServerSettings,
    stop: &StopFlag,
    facts: &mut ServerFacts,
) -> Vec<Arc<Client>> {
    let mut clients = Vec::new();
    let mut keyed = Vec::new();
    for key in KeySource::find(sources).unwrap_or_default() {
        // What cannot be read was told with the settings.
        let Ok(key) = key.read() else { continue };
        match room::connect(settings, key, &[], stop) {
            Ok(client) => {
                keyed.push(Ok(client.server().clone()));
                clients.push(Arc::new(client));
            }
            Err(error) => keyed.push(Err(clean(&in_one_line(&error)))),
        }
    }
    facts.keyed = (!keyed.is_empty()).then_some(keyed);
    clients
}

fn sees_queues(client: &Client) -> bool {
    let server = client.server();
    server.user.is_admin && server.can(server.queue_permissions()[0])
}

/// What the runs of this config need: each job by its own settings; without jobs, `write`, and `organize` where something
/// is said of it.
fn needed(sources: &Sources<'_>, folders: &Folders, clients: &[Arc<Client>]) -> Vec<Permission> {
    let mut needed = vec![Permission::UserRead];
    // Settings that contradict each other are a finding of their own.
    let jobs = sources.config.of_jobs(folders.home.as_deref()).unwrap_or_default();
    for (command, config) in &jobs {
        needed.extend(of_command(*command, &Sources { config, ..*sources }, folders, clients));
    }
    if jobs.is_empty() {
        needed.extend(of_command(JobCommand::Write, sources, folders, clients));
        let organizes = catalogue::all().any(|setting| {
            setting.name.starts_with(catalogue::ORGANIZE)
                && sources.find(&setting).is_ok_and(|given| given.is_some())
        });
        if organizes {
            needed.extend(of_command(JobCommand::Organize, sources, folders, clients));
        }
    }
    needed.sort();
    needed.dedup();
    needed
}

fn of_command(
    command: JobCommand,
    sources: &Sources<'_>,
    folders: &Folders,
    clients: &[Arc<Client>],
) -> Vec<Permission> {
    let of_import = |asked: Asked<'_>| {
        let settings = ImportSettings::resolve(sources, folders, asked);
        settings.map(|settings| import::permissions::needed(&settings)).unwrap_or_default()
    };
    match command {
        JobCommand::Write => of_writing(sources, clients),
        JobCommand::Organize => OrganizeSettings::resolve(sources, folders)
            .map(|settings| organize::permissions::needed(&settings))
            .unwrap_or_default(),
        JobCommand::ImportFolder => of_import(Asked::Folder(&[])),
        JobCommand::ImportTakeout => of_import(Asked::Takeout(&[])),
        JobCommand::ImportApple => of_import(Asked::Apple(None)),
        JobCommand::ExportApple => Vec::new(),
    }
}

fn of_writing(sources: &Sources<'_>, clients: &[Arc<Client>]) -> Vec<Permission> {
    let data = kinds_of_data(sources).unwrap_or_default();
    let mut needed = room::permissions(&data);
    let one_by_one = clients.iter().any(|client| client.server().version.major >= room::FACES_ONE_BY_ONE);
    let logs_in = sources.find(&catalogue::LOGIN).is_ok_and(|given| given.is_some());
    if data.contains(&Datum::FaceCoordinates) && one_by_one && !logs_in {
        needed.push(Permission::FaceRead);
    }
    needed
}
