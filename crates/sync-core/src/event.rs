//! What a run tells: typed events, which the terminal, a log, a statistics file or a page show as they like.

use std::path::Path;

use immich_api::QueueName;

use crate::deeds::What;
use crate::export::ExportEvent;
use crate::import::ImportEvent;
use crate::organize::{NotCompared, ScanSummary};
use crate::paths::PrefixMap;
use crate::plan::{Failed, Kept, SkipReason, Skipped, Step};
use crate::summary::Summary;

/// Something that happened, in the order in which a user should see it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// What a run that was killed left behind was put in order.
    Recovered {
        /// Work folders that were removed.
        folders: u64,
        /// Changes that turned out to be complete.
        completed: u64,
        /// Changes that turned out not to have happened.
        rolled_back: u64,
    },
    /// So many assets of the listing have arrived.
    Listed {
        /// Assets up to now.
        assets: u64,
    },
    /// The server is asked for what its listing does not say, or told what happened.
    Asked {
        /// What about.
        what: Activity,
        /// How much of it is done.
        done: u64,
        /// Of how much.
        total: u64,
    },
    /// How paths on the server lead to files here was found out.
    Mapped {
        /// The folders, as the server and as this machine sees them.
        folders: &'a [PrefixMap],
        /// So many samples agree.
        agreed: u64,
        /// Of so many.
        of: u64,
    },
    /// The listing is complete; so many photos have to be looked at.
    Planning {
        /// Photos whose files will be opened.
        candidates: u64,
    },
    /// A step that a dry run would not do.
    WouldDo(&'a Step),
    /// A step that is done.
    Done(&'a Step),
    /// A photo that was left as it is.
    Skipped(&'a Skipped),
    /// A file here that is no asset, and was left as it is.
    FileSkipped {
        /// Where it is.
        path: &'a Path,
        /// Why.
        reason: &'a SkipReason,
    },
    /// A file here that is no asset, and that something went wrong with.
    FileFailed {
        /// Where it is.
        path: &'a Path,
        /// What happened, in one line.
        message: &'a str,
    },
    /// A part of a photo that was left as it is; comes before the photo's own event.
    Kept(&'a Kept),
    /// A photo that something went wrong with.
    Failed(&'a Failed),
    /// Pictures are fetched or read, and looked at.
    Looking {
        /// Up to now.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// Pictures are compared with each other.
    Comparing {
        /// Comparisons up to now, in any unit.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// A photo that is not compared by its looks, or that something went wrong with.
    NotCompared(&'a NotCompared),
    /// The end of a scan.
    Scanned(&'a ScanSummary),
    /// What an action is about to do, before its first change.
    ActionPlanned {
        /// Its name, see [`crate::organize::Action::name`].
        action: &'static str,
        /// Changes to be made, one per photo and tag, field or album, or per stack.
        changes: u64,
        /// How long the server will be busy with it, in seconds, where that is worth saying.
        seconds: Option<u64>,
    },
    /// How far an action got.
    Acting {
        /// Its name.
        action: &'static str,
        /// Changes that ended, one way or another.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// What a preview would do, on the server or with files here.
    WouldChange(&'a What),
    /// What was done, on the server or with files here.
    Changed(&'a What),
    /// Background jobs of the server wait from now on, or go on.
    Queues {
        /// Which queues.
        queues: &'a [QueueName],
        /// Whether they wait.
        are_paused: bool,
    },
    /// Something about an import.
    Import(&'a ImportEvent<'a>),
    /// Something about an export.
    Export(&'a ExportEvent<'a>),
    /// Something that the user should know and that belongs to no photo.
    Warning(&'a str),
    /// The end.
    Finished(&'a Summary),
}

/// What the server is asked or told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// Which assets are in which albums.
    Albums,
    /// Which assets have which tags.
    Tags,
    /// Where faces are.
    Faces,
    /// That it should read files again.
    Refresh,
}

/// Somebody who is told. Called from one thread at a time.
pub trait Reporter: Send + Sync {
    /// Takes note.
    fn report(&self, event: &Event<'_>);
}
