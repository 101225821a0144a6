//! Faces: one region for each named face, beside the regions that are there.
//!
//! A file's regions are merged one by one. Ours are those that we wrote and that still stand as we wrote them;
//! they follow the server. All others stay, whatever they say. Where one of them already names the same person
//! in the same place, the face has its region: a server that imports regions shows them again as faces of its
//! own, and writing those back would double them with each run.
//!
//! Regions that were drawn before a picture was cropped are wrong, and nobody can tell by how much. Ours beside
//! them would need a size of the picture that is wrong for the others, so such a file keeps what it has.

use super::{Datum, Draft, Kept, Policy, Rules, TagEdit};
use crate::fields::{Faces, NamedFace};
use crate::regions::{
    Applied, Area, FaceBox, Fields, Frame, Node, Region, Regions, Schema, dimensions, regions_of,
};
use crate::value::Value;

const NO_FRAME: &str = "the size of its picture, or how it is turned, is not known";
const OTHER_SHAPE: &str = "the server measured its faces on a picture of another shape, perhaps cropped";
const STALE: &str = "its regions were drawn on a picture of another shape; faces beside them would be wrong";
const UNREADABLE: &str = "its regions are not in a form that can be read";

pub(super) fn plan(faces: &Faces, rules: &Rules, draft: &mut Draft<'_>) {
    let policy = rules.policies.of(Datum::FaceCoordinates);
    let has_ours = |schema: Schema| draft.base.written.contains_key(&schema.tag());
    let nothing_to_do =
        faces.list.is_empty() && !has_ours(Schema::MetadataWorkingGroup) && !has_ours(Schema::Microsoft);
    if policy == Policy::Never || nothing_to_do || !draft.container().holds_xmp() {
        return;
    }
    let wanted = match wanted(faces, draft.file.frame()) {
        Ok(wanted) => wanted,
        Err(why) => return keep(draft, why.to_owned()),
    };
    merge(Schema::MetadataWorkingGroup, &wanted, policy, draft);
    if rules.choices.microsoft_regions {
        merge(Schema::Microsoft, &wanted, policy, draft);
    } else if has_ours(Schema::Microsoft) {
        merge(Schema::Microsoft, &Wanted { list: Vec::new(), ..wanted }, policy, draft);
    }
}

/// The faces in the stored picture.
struct Wanted {
    frame: Frame,
    list: Vec<WantedFace>,
}

struct WantedFace {
    name: String,
    area: Area,
    /// The server has it from a region of the file.
    is_echo: bool,
}

fn wanted(faces: &Faces, frame: Option<Frame>) -> Result<Wanted, &'static str> {
    let frame = frame.ok_or(NO_FRAME)?;
    let place = |face: &NamedFace| FaceBox { edges: face.edges, picture: face.picture };
    if faces.list.iter().any(|face| !place(face).fits(frame)) {
        return Err(OTHER_SHAPE);
    }
    let mut list: Vec<WantedFace> = Vec::new();
    // An echo of what the server also found by itself comes last and drops out.
    let (echoes, found): (Vec<_>, Vec<_>) = faces.list.iter().partition(|face| face.from_file);
    for face in found.into_iter().chain(echoes) {
        let Some(area) = place(face).stored(frame) else { continue };
        let twice = list.iter().any(|other| other.name == face.name && other.area.covers_same_face(area));
        if !twice && !face.name.is_empty() {
            list.push(WantedFace { name: face.name.clone(), area, is_echo: face.from_file });
        }
    }
    Ok(Wanted { frame, list })
}

fn merge(schema: Schema, wanted: &Wanted, policy: Policy, draft: &mut Draft<'_>) {
    let tag = schema.tag();
    let old = match draft.current(tag) {
        None => Fields::new(),
        Some(Value::Structure(fields)) => fields.clone(),
        Some(Value::Text(_) | Value::List(_)) => return keep(draft, UNREADABLE.to_owned()),
    };
    let regions = Regions::read(schema, &old);
    let base = regions_of(schema, draft.base.written.get(&tag));
    let is_stale = match regions.applied {
        Applied::Unsaid => false,
        Applied::Size(width, height) => !wanted.frame.has_shape_of(width, height),
        Applied::Unreadable => true,
    };
    let mut desk = Desk::new(&regions.list, &base, wanted.frame);
    if is_stale {
        if desk.fates.contains(&Fate::Foreign) {
            return keep(draft, STALE.to_owned());
        }
        desk.base_left.clear();
        desk.take_all_anew(&wanted.list);
    } else {
        desk.serve(&wanted.list, policy);
    }
    let taken_out = std::mem::take(&mut desk.taken_out);
    for name in taken_out {
        keep(
            draft,
            format!("the region of {name} was changed or taken out of the file since it was written"),
        );
    }
    if desk.changes_something() {
        let new = desk.value(schema, &old, is_stale);
        draft.changes.push(TagEdit { tag, old: draft.current(tag).cloned(), new });
    }
}

fn keep(draft: &mut Draft<'_>, why: String) {
    let kept = Kept { datum: Datum::FaceCoordinates, why };
    if !draft.kept.contains(&kept) {
        draft.kept.push(kept);
    }
}

/// What becomes of a region of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Somebody else's; it stays.
    Foreign,
    /// Somebody else's, and a face has its region in it; it stays.
    ForeignInUse,
    /// Ours, and a face has its region in it.
    Ours,
    /// Ours, and no face asked for it yet; it goes.
    OursUnused,
}

/// The regions of a file on one side, the faces that want one on the other.
struct Desk<'a> {
    frame: Frame,
    regions: &'a [Region],
    fates: Vec<Fate>,
    /// What we wrote and the file does not have any more.
    base_left: Vec<&'a Region>,
    added: Vec<(String, Area)>,
    taken_out: Vec<String>,
}

impl<'a> Desk<'a> {
    fn new(regions: &'a [Region], base: &'a [Region], frame: Frame) -> Self {
        let mut base_left: Vec<&Region> = base.iter().collect();
        let fate = |region: &Region| {
            let same = |other: &&Region| {
                region.is_face()
                    && region.is_plain
                    && region.name == other.name
                    && matches!((region.area, other.area), (Some(one), Some(two)) if one.is_at(two, frame))
            };
            match base_left.iter().position(same) {
                Some(at) => {
                    base_left.swap_remove(at);
                    Fate::OursUnused
                }
                None => Fate::Foreign,
            }
        };
        let fates = regions.iter().map(fate).collect();
        Self { frame, regions, fates, base_left, added: Vec::new(), taken_out: Vec::new() }
    }

    /// Finds or makes a region for each face.
    fn serve(&mut self, faces: &[WantedFace], policy: Policy) {
        let exact: Vec<bool> = faces.iter().map(|face| self.claim_exact(face)).collect();
        let left: Vec<&WantedFace> =
            faces.iter().zip(exact).filter(|(_, has)| !has).map(|(face, _)| face).collect();
        for face in left {
            if !self.claim_covering(face) && !face.is_echo {
                self.add(face, policy);
            }
        }
    }

    /// Takes the region that says just this, ours before others'.
    fn claim_exact(&mut self, face: &WantedFace) -> bool {
        let frame = self.frame;
        let at = |area: Area| area.is_at(face.area, frame);
        self.claim(|region, fate| {
            fate == Fate::OursUnused && named(region, face) && region.area.is_some_and(at)
        }) || self.claim(|region, fate| {
            fate == Fate::Foreign && named_alike(region, face) && region.area.is_some_and(at)
        })
    }

    /// Takes a region of the same name on the same face. Ours would rather move, unless the face is its echo.
    fn claim_covering(&mut self, face: &WantedFace) -> bool {
        let covers = |region: &Region| region.area.is_some_and(|area| area.covers_same_face(face.area));
        self.claim(|region, fate| {
            let free = fate == Fate::Foreign || (fate == Fate::OursUnused && face.is_echo);
            free && named_alike(region, face) && covers(region)
        })
    }

    fn claim(&mut self, fits: impl Fn(&Region, Fate) -> bool) -> bool {
        let Some(at) = (0..self.regions.len()).find(|&at| fits(&self.regions[at], self.fates[at])) else {
            return false;
        };
        self.fates[at] = match self.fates[at] {
            Fate::Ours | Fate::OursUnused => Fate::Ours,
            Fate::Foreign | Fate::ForeignInUse => Fate::ForeignInUse,
        };
        true
    }

    /// A region of its own, unless somebody took out just this one, or the file says something of that place and
    /// is to be believed.
    fn add(&mut self, face: &WantedFace, policy: Policy) {
        let is_this = |region: &&Region| {
            named(region, face) && region.area.is_some_and(|area| area.is_at(face.area, self.frame))
        };
        if self.base_left.iter().any(is_this) {
            self.taken_out.push(face.name.clone());
            return;
        }
        let is_marked = |(region, fate): (&Region, &Fate)| {
            matches!(fate, Fate::Foreign | Fate::ForeignInUse)
                && region.is_face()
                && region.area.is_some_and(|area| area.covers_same_face(face.area))
        };
        if policy == Policy::FillMissing && self.regions.iter().zip(&self.fates).any(is_marked) {
            return;
        }
        self.added.push((face.name.clone(), face.area));
    }

    /// All regions are ours and drawn on another picture.
    fn take_all_anew(&mut self, faces: &[WantedFace]) {
        let found = faces.iter().filter(|face| !face.is_echo);
        self.added = found.map(|face| (face.name.clone(), face.area)).collect();
    }

    fn changes_something(&self) -> bool {
        !self.added.is_empty() || self.fates.contains(&Fate::OursUnused)
    }

    /// The new value; `None` if nothing is left.
    fn value(&self, schema: Schema, old: &Fields, is_stale: bool) -> Option<Value> {
        let kept = self.regions.iter().zip(&self.fates).filter(|(_, fate)| **fate != Fate::OursUnused);
        let mut list: Vec<Node> = kept.map(|(region, _)| region.node.clone()).collect();
        list.extend(self.added.iter().map(|(name, area)| schema.face(name, *area)));
        let mut new = old.clone();
        let has_ours = !self.added.is_empty() || self.fates.contains(&Fate::Ours);
        if list.is_empty() {
            new.remove(schema.list_field());
            new.remove("AppliedToDimensions");
            return (!new.is_empty()).then_some(Value::Structure(new));
        }
        new.insert(schema.list_field().to_owned(), Node::List(list));
        let is_unsaid = !new.contains_key("AppliedToDimensions");
        if schema == Schema::MetadataWorkingGroup && has_ours && (is_stale || is_unsaid) {
            new.insert("AppliedToDimensions".to_owned(), dimensions(self.frame));
        }
        Some(Value::Structure(new))
    }
}

fn named(region: &Region, face: &WantedFace) -> bool {
    region.name.as_deref() == Some(&face.name)
}

/// As a server compares names that it reads from files.
fn named_alike(region: &Region, face: &WantedFace) -> bool {
    region.name.as_deref().is_some_and(|name| name.trim().to_lowercase() == face.name.trim().to_lowercase())
}

#[cfg(test)]
mod tests;
