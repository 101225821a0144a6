//! The moving half of a live photo whose picture is on the server already, as when a phone sent the picture alone: it is
//! sent hidden, and the picture is told of it. Only where the picture has none yet.

use immich_api::Asset;

use super::finish::Finishing;
use super::flow::Flow;
use super::send::Halves;
use super::work::{There, Work};
use super::{Entry, Standing};
use crate::deeds::{Setting, Value};

impl Flow<'_> {
    /// Whether the moving half of a picture that is there goes to the server first; it comes back by
    /// [`Flow::motion_followed`] then.
    pub(super) fn sends_motion(&mut self, work: &mut Box<Work>, there: &There, asset: &Asset) -> bool {
        let is_missing = asset.live_photo_video_id.is_none()
            && !there.is_twice
            && work.motion.is_some()
            && work.still.is_none()
            && motion_of(work).is_none()
            && !is_taken_back(work);
        if is_missing && self.client.is_some() {
            work.still = Some(there.clone());
        }
        is_missing && self.client.is_some()
    }

    /// Hands such a work to those who send.
    pub(super) fn send_motion(&mut self, work: Box<Work>, there: There) {
        self.accepted.push_back((work, Halves { motion: None, still: Some(there) }));
    }

    /// The moving half has arrived; the picture is looked at again.
    pub(super) fn motion_followed(&mut self, mut work: Box<Work>, motion: Option<Entry>) {
        if motion.is_some() {
            work.known_motion = motion;
        }
        if let Some(there) = work.still.clone() {
            self.look(work, there);
        }
    }
}

/// Whether somebody deleted the moving half on the server, or an undo put it into the trash there.
fn is_taken_back(work: &Work) -> bool {
    let standing = work.known_motion.as_ref().map(|entry| &entry.standing);
    matches!(standing, Some(Standing::Withdrawn { .. } | Standing::Deleted { .. }))
}

/// The moving half of an item, where it is on the server.
fn motion_of(work: &Work) -> Option<&Entry> {
    let known = work.known_motion.as_ref().zip(work.motion.as_ref());
    let known = known.filter(|(entry, hashed)| entry.sha1 == hashed.sha1).map(|(entry, _)| entry);
    known.filter(|entry| matches!(entry.standing, Standing::There { .. }))
}

/// Lets a picture that has no moving half get its own.
pub(super) fn join(done: &mut Finishing, work: &Work, asset: Option<&Asset>) {
    let (Some(asset), Some(motion)) = (asset, motion_of(work)) else { return };
    if work.item.motion.is_none() || asset.live_photo_video_id.is_some() {
        return;
    }
    let video = motion.standing.asset().cloned();
    let setting =
        Setting { asset: asset.id.clone(), before: Value::Motion(None), after: Value::Motion(video) };
    done.settings.push(setting);
    done.motion = Some(motion.clone());
}
