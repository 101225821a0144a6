//! What is done with the groups, once they are known.

use std::collections::BTreeSet;

use anyhow::Result;
use immich_api::Client;
use jiff::Timestamp;
use messages_macros::tr;
use photo_similarity::GroupId;
use sync_core::organize::{Act, ActOptions, ActSummary, Action, ScanSummary};
use sync_core::state::SqliteStore;
use sync_core::{Account, SyncError};

use super::find::find;
use super::run::Run;
use crate::language::said;
use crate::output::Presenter as _;
use crate::settings::{OrganizeSettings, Wish, Wishes};

/// What was asked for, as the library names it.
pub(super) fn actions(wishes: &Wishes) -> Vec<Action> {
    if let Some(remove) = &wishes.remove_tag {
        return vec![Action::RemoveTags { name: remove.name.clone(), all: remove.everywhere }];
    }
    let action = |wish: &Wish| match wish {
        Wish::Tag => Action::Tag { name: wishes.tag.clone() },
        Wish::TagLocal => Action::TagTwins { name: wishes.tag.clone() },
        Wish::Albums => Action::Albums { prefix: wishes.album_prefix.clone() },
        Wish::Stack => Action::Stack,
        Wish::Favourite => Action::Favourite,
        Wish::Description => Action::Describe,
        Wish::Review => Action::Review { overwrite: false },
        Wish::Archive => Action::Archive,
        Wish::Trash => Action::Trash,
    };
    wishes.actions.iter().map(action).collect()
}

/// Does it, or shows what it would be; `None` where nothing was asked for.
pub(super) fn run(
    run: &Run<'_>,
    clients: &[Client],
    store: &SqliteStore,
    scan: Option<&ScanSummary>,
) -> Result<Option<ActSummary>> {
    let wishes = &run.settings.wishes;
    let actions = actions(wishes);
    // Without a server there is only the trash for files, which is no matter of accounts.
    if actions.is_empty() || clients.is_empty() {
        return Ok(None);
    }
    let mut options = ActOptions {
        actions,
        classes: (!wishes.classes.is_empty()).then(|| wishes.classes.iter().copied().collect()),
        groups: groups(wishes, store)?,
        kind: run.settings.look.kind,
        whole: scan.is_some_and(|scan| is_whole(run.settings, scan)),
        confirmed: run.settings.yes,
    };
    if run.settings.dry_run {
        let accounts: Vec<Account<'_>> = clients.iter().map(Account::of).collect();
        return Ok(Some(act(run, store, &options).preview(&accounts)?));
    }
    let command = command(wishes);
    asking(run, |confirmed| {
        options.confirmed |= confirmed;
        act(run, store, &options).run(clients, &command)
    })
    .map(Some)
}

/// Does something that may have to ask first; it is told whether the answer was yes.
pub(super) fn asking(
    run: &Run<'_>,
    mut work: impl FnMut(bool) -> Result<ActSummary, SyncError>,
) -> Result<ActSummary> {
    let mut confirmed = false;
    loop {
        let error = match work(confirmed) {
            Ok(summary) => return Ok(summary),
            Err(error) => error,
        };
        let SyncError::Brake(what) = &error else { return Err(error.into()) };
        run.presenter.pause();
        confirmed = run.asker.confirm(&tr!("{}. Go on?", said(what)));
        if !confirmed {
            return Err(error.into());
        }
        run.presenter.begin();
    }
}

fn act<'a>(run: &'a Run<'_>, store: &'a SqliteStore, options: &'a ActOptions) -> Act<'a> {
    Act { store, options, reporter: run.presenter, stop: run.stop, now: &Timestamp::now }
}

/// Whether the scan saw all of the library: only then is what belongs to no group any more known to do so.
fn is_whole(settings: &OrganizeSettings, scan: &ScanSummary) -> bool {
    let names = &settings.names;
    let has_no_filter = names.albums.is_empty()
        && names.people.is_empty()
        && names.libraries.is_empty()
        && settings.since.is_none();
    has_no_filter && settings.archived && scan.listing_complete && !scan.stopped && !scan.groups_kept
}

/// The groups that were named; `None` for all.
pub(super) fn groups(wishes: &Wishes, store: &SqliteStore) -> Result<Option<BTreeSet<GroupId>>> {
    if wishes.groups.is_empty() {
        return Ok(None);
    }
    let found = wishes.groups.iter().map(|name| Ok(find(store, name)?.1.id));
    found.collect::<Result<_>>().map(Some)
}

/// What the state remembers of the command line: what was done, never where the key came from.
fn command(wishes: &Wishes) -> String {
    if let Some(remove) = &wishes.remove_tag {
        let all = if remove.everywhere { " --all-tagged" } else { "" };
        return format!("organize --remove-tag {}{all}", remove.name);
    }
    let options: Vec<String> = wishes.actions.iter().map(|wish| format!(" --{}", wish.option())).collect();
    format!("organize{}", options.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RemoveTag;

    fn wishes(actions: Vec<Wish>) -> Wishes {
        Wishes {
            actions,
            tag: "review".to_owned(),
            album_prefix: "Same-".to_owned(),
            classes: Vec::new(),
            groups: Vec::new(),
            remove_tag: None,
        }
    }

    #[test]
    fn every_wish_becomes_an_action_and_is_remembered_by_its_option() {
        let wishes = wishes(vec![Wish::Tag, Wish::Albums, Wish::Stack]);

        let tag = Action::Tag { name: "review".to_owned() };
        let albums = Action::Albums { prefix: "Same-".to_owned() };
        assert_eq!(actions(&wishes), [tag, albums, Action::Stack]);
        assert_eq!(command(&wishes), "organize --tag-only --create-albums --stack");
    }

    #[test]
    fn a_tag_is_removed_and_nothing_else() {
        let remove_tag = Some(RemoveTag { name: "review".to_owned(), everywhere: true });
        let wishes = Wishes { remove_tag, ..wishes(Vec::new()) };

        assert_eq!(actions(&wishes), [Action::RemoveTags { name: "review".to_owned(), all: true }]);
        assert_eq!(command(&wishes), "organize --remove-tag review --all-tagged");
    }
}
