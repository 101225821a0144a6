//! A group for machines: one object a line, whose fields are only ever added.

use serde_json::{Value, json};
use sync_core::organize::{Decision, MemberRecord, Place};

use super::super::json::{SCHEMA, placed};
use super::{GroupsView, Shown};

impl GroupsView {
    /// Everything about a group.
    pub(super) fn object(&self, shown: &Shown) -> Value {
        let Shown { number, group, decision } = shown;
        let members: Vec<Value> = group
            .members
            .iter()
            .enumerate()
            .map(|(position, member)| self.member(shown, position, member))
            .collect();
        let also: Vec<Value> = group
            .also
            .iter()
            .map(|also| self.placed(&also.place, json!({ "name": also.name, "distance": also.distance })))
            .collect();
        json!({
            "type": "group",
            "schema": SCHEMA,
            "number": number,
            "id": group.id,
            "class": group.class,
            "gain": group.gain(),
            "hash": self.hash.name(),
            "bits": self.hash.bits(),
            "reason": group.reason,
            "why": group.reason.to_string(),
            "decision": decision.as_ref().map(word),
            "members": members,
            "also": also,
        })
    }

    fn member(&self, shown: &Shown, position: usize, member: &MemberRecord) -> Value {
        let object = json!({
            "position": position + 1,
            "keep": shown.keeps(position) && !shown.is_ignored(),
            "own": member.is_own,
            "distance": member.distance,
            "set": member.set,
            "name": member.name,
            "bytes": member.bytes,
            "width": member.width,
            "height": member.height,
            "format": member.format,
            "taken": member.taken,
            "camera": member.camera,
            "favourite": member.is_favourite,
            "rating": member.rating,
            "description": member.description,
            "latitude": member.position.map(|(latitude, _)| latitude),
            "longitude": member.position.map(|(_, longitude)| longitude),
            "people": member.people,
            "sha1": member.sha1,
            "library": member.library,
            "archived": member.is_archived,
            "stack": member.stack,
            "updated": member.updated,
        });
        let mut object = self.placed(&member.place, object);
        if member.place.file().is_none() {
            object["path"] = json!(member.path);
        }
        object
    }

    /// With the place: an asset and its page, or a path here.
    fn placed(&self, place: &Place, mut object: Value) -> Value {
        if let Place::Asset(id) = place {
            object["link"] = json!(self.link(id));
        }
        placed(place, object)
    }
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::NotDuplicates => "not-duplicates",
        Decision::Keep(_) => "keep",
    }
}
