//! A folder for each group.

use anyhow::{Context as _, Result};
use immich_api::Client;
use jiff::Timestamp;
use sync_core::Account;
use sync_core::organize::{ActSummary, Folders};
use sync_core::state::SqliteStore;

use super::act;
use super::run::Run;

/// Makes them, or counts what would be made; `None` where nobody asked for folders.
pub(super) fn run(run: &Run<'_>, clients: &[Client], store: &SqliteStore) -> Result<Option<ActSummary>> {
    let Some((root, link)) = &run.settings.output else { return Ok(None) };
    let root = std::path::absolute(root).context("the folder of --output")?;
    let wishes = &run.settings.wishes;
    let reader = |client| {
        let account = Account::of(client);
        (account.server.user.id.to_string(), account.reader)
    };
    let folders = Folders {
        store,
        root: &root,
        link: *link,
        classes: (!wishes.classes.is_empty()).then(|| wishes.classes.iter().copied().collect()),
        groups: act::groups(wishes, store)?,
        readers: clients.iter().map(reader).collect(),
        reporter: run.presenter,
        stop: run.stop,
        now: &Timestamp::now,
    };
    let made = if run.settings.dry_run { folders.preview() } else { folders.run("organize --output") };
    Ok(Some(made?))
}
