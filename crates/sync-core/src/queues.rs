//! Background jobs of the server that wait while photos are sent, and go on afterwards, whatever happens meanwhile.
//!
//! A paused queue stays paused for ever, also when the server starts anew, and then nothing gets a thumbnail any more. So
//! what is about to be paused is written down first, durably, and is only crossed out when it goes on: after an error, a
//! signal or a kill the next run of any command finds it. A queue that somebody else paused before is never in that list.
//!
//! Surprising: the queue that reads metadata has to go on. It replaces the tags of a photo by those of its file when it
//! comes to it, so whatever an import set meanwhile would get lost after the import, when nobody looks any more. The
//! queues that wait here do the heavy work, on pixels.

use immich_api::{Client, Queue, QueueName};

use crate::error::SyncError;
use crate::event::{Event, Reporter};
use crate::state::Store;

/// The queues that work on pixels, as far as a server has them.
const HEAVY: [&str; 7] = [
    "thumbnailGeneration",
    "videoConversion",
    "smartSearch",
    "duplicateDetection",
    "faceDetection",
    "facialRecognition",
    "ocr",
];

/// Under which the state keeps those that we paused, separated by blanks.
const NOTE: &str = "queues paused";

/// The queues that were paused by us and have not been resumed.
pub fn left_paused(store: &dyn Store) -> Result<Vec<QueueName>, SyncError> {
    let text = store.note(NOTE)?.unwrap_or_default();
    Ok(text.split_whitespace().filter_map(QueueName::parse).collect())
}

/// Pauses what is not paused yet. What was paused when an order failed goes on again, or is left for a later
/// [`resume`].
pub fn pause(client: &Client, store: &dyn Store, reporter: &dyn Reporter) -> Result<(), SyncError> {
    let is_wanted = |queue: &Queue| !queue.is_paused && HEAVY.contains(&queue.name.as_str());
    let queues = client.reader().queues()?.into_iter().filter(is_wanted);
    let queues: Vec<QueueName> = queues.map(|queue| queue.name).collect();
    if queues.is_empty() {
        return Ok(());
    }
    note(store, left_paused(store)?.iter().chain(&queues))?;
    let ordered = queues.iter().try_for_each(|queue| client.writer().pause_queue(queue, true));
    if let Err(error) = ordered {
        // Where this fails, too, the list is still there, and that is the error to tell of.
        let _ = resume(client, store, reporter);
        return Err(error.into());
    }
    reporter.report(&Event::Queues { queues: &queues, are_paused: true });
    Ok(())
}

/// Lets everything go on that was paused by us. An error leaves what could not be resumed for the next time.
pub fn resume(client: &Client, store: &dyn Store, reporter: &dyn Reporter) -> Result<(), SyncError> {
    let ours = left_paused(store)?;
    if ours.is_empty() {
        return Ok(());
    }
    let there = client.reader().queues()?;
    let waits = |queue: &QueueName| there.iter().any(|other| other.name == *queue && other.is_paused);
    let (mut resumed, mut left, mut failure) = (Vec::new(), Vec::new(), None);
    for queue in ours.into_iter().filter(waits) {
        match client.writer().pause_queue(&queue, false) {
            Ok(()) => resumed.push(queue),
            Err(error) => {
                failure.get_or_insert(error);
                left.push(queue);
            }
        }
    }
    note(store, &left)?;
    if !resumed.is_empty() {
        reporter.report(&Event::Queues { queues: &resumed, are_paused: false });
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}

fn note<'a>(store: &dyn Store, queues: impl IntoIterator<Item = &'a QueueName>) -> Result<(), SyncError> {
    let names: Vec<&str> = queues.into_iter().map(QueueName::as_str).collect();
    store.set_note_now(NOTE, &names.join(" "))
}
