//! Regions: parts of a picture with a name, in the form of the Metadata Working Group and in Microsoft's.
//!
//! A file's regions belong to many: cameras mark where they focused, other programs mark pets and faces. Ours
//! are added beside them, and theirs are proved to be as before. So the value of such a tag is kept whole and
//! to the letter ([`Node`]), and [`Region`] is only a view of one entry.
//!
//! The standard measures areas in the stored picture, and a server in the upright one: [`FaceBox::stored`].

mod change;
mod frame;
mod geometry;
mod node;
mod notation;
mod orientation;

use std::collections::BTreeMap;

pub(crate) use change::{
    Assignment, assignments, item_names, regions_of, same_regions, still_ours, without, written,
};
pub use geometry::{Area, FaceBox, Frame};
pub use node::{Fields, Node};
pub use orientation::Orientation;

use crate::tag::Tag;

/// The two forms in which regions are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// `mwg-rs:Regions`: centre and size, relative to the stored picture, whose size is noted.
    MetadataWorkingGroup,
    /// `MP:RegionInfo`: people only, left upper corner and size.
    Microsoft,
}

impl Schema {
    /// The form of a tag's regions; `None` for a tag that holds none.
    pub fn of(tag: Tag) -> Option<Self> {
        match tag {
            Tag::RegionInfo => Some(Self::MetadataWorkingGroup),
            Tag::MicrosoftRegions => Some(Self::Microsoft),
            _ => None,
        }
    }

    /// The tag that holds them.
    pub fn tag(self) -> Tag {
        match self {
            Self::MetadataWorkingGroup => Tag::RegionInfo,
            Self::Microsoft => Tag::MicrosoftRegions,
        }
    }

    /// The field with the list of regions.
    pub(crate) fn list_field(self) -> &'static str {
        match self {
            Self::MetadataWorkingGroup => "RegionList",
            Self::Microsoft => "Regions",
        }
    }

    /// A face as we write it.
    pub fn face(self, name: &str, area: Area) -> Node {
        let text = |number: f64| format!("{number}");
        let fields = match self {
            Self::MetadataWorkingGroup => {
                let area = [
                    ("X", Node::text(text(area.x))),
                    ("Y", Node::text(text(area.y))),
                    ("W", Node::text(text(area.width))),
                    ("H", Node::text(text(area.height))),
                    ("Unit", Node::text("normalized")),
                ];
                vec![("Area", structure(area)), ("Name", Node::text(name)), ("Type", Node::text("Face"))]
            }
            Self::Microsoft => {
                let (left, top) = area.corner();
                let corner = Area { x: left, y: top, ..area }.rounded();
                let rectangle = [corner.x, corner.y, corner.width, corner.height].map(text).join(", ");
                vec![("PersonDisplayName", Node::text(name)), ("Rectangle", Node::Text(rectangle))]
            }
        };
        structure(fields)
    }
}

/// The size of the stored picture as the regions of the Metadata Working Group note it.
pub(crate) fn dimensions(frame: Frame) -> Node {
    structure([
        ("W", Node::text(frame.width.to_string())),
        ("H", Node::text(frame.height.to_string())),
        ("Unit", Node::text("pixel")),
    ])
}

fn structure(fields: impl IntoIterator<Item = (&'static str, Node)>) -> Node {
    Node::Structure(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The regions of a file in one of the two forms.
#[derive(Debug, Clone, PartialEq)]
pub struct Regions {
    /// The picture that they were drawn on.
    pub applied: Applied,
    /// One for each, in file order.
    pub list: Vec<Region>,
}

/// What a file says of the picture that its regions were drawn on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Applied {
    /// Nothing.
    Unsaid,
    /// Its width and height as stored.
    Size(f64, f64),
    /// Something that is no size.
    Unreadable,
}

/// One region of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Who or what it is.
    pub name: Option<String>,
    /// `Face`, `Pet`, `Focus`, `BarCode`.
    pub kind: Option<String>,
    /// Where it is in the stored picture, where it is a rectangle.
    pub area: Option<Area>,
    /// Whether it says nothing but what a face that we write says; a rotation of it is Lightroom's mark.
    pub is_plain: bool,
    /// All of it.
    pub node: Node,
}

impl Regions {
    /// What the value of a tag says.
    pub fn read(schema: Schema, fields: &Fields) -> Self {
        let applied = match fields.get("AppliedToDimensions") {
            None => Applied::Unsaid,
            Some(node) => {
                size(node).map_or(Applied::Unreadable, |(width, height)| Applied::Size(width, height))
            }
        };
        let nodes = fields.get(schema.list_field()).map(Node::items).unwrap_or_default();
        Self { applied, list: nodes.iter().map(|node| Region::read(schema, node, applied)).collect() }
    }
}

impl Region {
    fn read(schema: Schema, node: &Node, applied: Applied) -> Self {
        let no_fields = Fields::new();
        let fields = node.as_structure().unwrap_or(&no_fields);
        let text = |field: &str| fields.get(field).and_then(Node::as_text).map(str::to_owned);
        match schema {
            Schema::MetadataWorkingGroup => {
                let area = fields.get("Area").and_then(Node::as_structure);
                let is_plain = only(fields, &["Area", "Name", "Type", "Rotation"])
                    && area.is_some_and(|area| only(area, &["X", "Y", "W", "H", "Unit"]));
                let area = area.and_then(|area| centred(area, applied));
                Self { name: text("Name"), kind: text("Type"), area, is_plain, node: node.clone() }
            }
            Schema::Microsoft => Self {
                name: text("PersonDisplayName"),
                kind: Some("Face".to_owned()),
                area: text("Rectangle").and_then(|rectangle| cornered(&rectangle)),
                is_plain: only(fields, &["PersonDisplayName", "Rectangle"]),
                node: node.clone(),
            },
        }
    }

    /// Whether it may mark a face: it says so, or does not say what it marks.
    pub fn is_face(&self) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("face"))
    }
}

fn only(fields: &BTreeMap<String, Node>, known: &[&str]) -> bool {
    fields.keys().all(|name| known.contains(&name.as_str()))
}

fn size(node: &Node) -> Option<(f64, f64)> {
    let fields = node.as_structure()?;
    let edge = |name: &str| fields.get(name)?.as_number().filter(|edge| *edge > 0.0);
    Some((edge("W")?, edge("H")?))
}

/// Centre and size; some programs write pixels, which are shares of the picture they were drawn on.
fn centred(area: &Fields, applied: Applied) -> Option<Area> {
    let number = |name: &str| area.get(name)?.as_number();
    let (across, down) = match (area.get("Unit").and_then(Node::as_text), applied) {
        (Some(unit), Applied::Size(width, height)) if unit.eq_ignore_ascii_case("pixel") => (width, height),
        _ => (1.0, 1.0),
    };
    Some(Area {
        x: number("X")? / across,
        y: number("Y")? / down,
        width: number("W")? / across,
        height: number("H")? / down,
    })
}

/// `x, y, width, height` with the left upper corner.
fn cornered(rectangle: &str) -> Option<Area> {
    let numbers: Vec<f64> = rectangle.split(',').map_while(|number| number.trim().parse().ok()).collect();
    let [left, top, width, height] = numbers[..] else { return None };
    let finite = numbers.iter().all(|number| number.is_finite());
    finite.then_some(Area { x: left + width / 2.0, y: top + height / 2.0, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        Node::from_json(json).as_structure().unwrap().clone()
    }

    #[test]
    fn regions_of_other_kinds_are_seen_and_kept() {
        let read = Regions::read(
            Schema::MetadataWorkingGroup,
            &fields(
                r#"{"AppliedToDimensions": {"W": "840", "H": "700", "Unit": "pixel"}, "RegionList": [
                    {"Area": {"X": "84", "Y": "70", "W": "42", "H": "35", "Unit": "pixel"}, "Name": "Zoë"},
                    {"Area": {"X": "0.5", "Y": "0.5", "D": "0.1"}, "Type": "Focus", "FocusUsage": "Used"},
                    {"Area": {"X": "0.5", "Y": "0.5", "W": "0.1", "H": ".1"}, "Type": "Pet",
                     "Extensions": {"XMP-acme:Chip": "1.0"}}]}"#,
            ),
        );

        assert_eq!(read.applied, Applied::Size(840.0, 700.0));
        let [face, focus, pet] = &read.list[..] else { panic!("{read:?}") };
        assert_eq!(face.area, Some(Area { x: 0.1, y: 0.1, width: 0.05, height: 0.05 }));
        assert!(face.is_face() && face.is_plain);
        assert!(!focus.is_face() && focus.area.is_none() && !focus.is_plain);
        assert!(!pet.is_face() && pet.area.is_some() && !pet.is_plain);
    }

    #[test]
    fn what_we_write_reads_as_written_in_both_forms() {
        let area = Area { x: 0.3, y: 0.8, width: 0.4, height: 0.2 };
        for schema in [Schema::MetadataWorkingGroup, Schema::Microsoft] {
            let region = Region::read(schema, &schema.face("Zoë", area), Applied::Unsaid);

            let read = region.area.unwrap();
            assert!((read.x - area.x).abs() < 1e-9 && (read.y - area.y).abs() < 1e-9, "{read:?}");
            assert_eq!(region.name.as_deref(), Some("Zoë"));
            assert!(region.is_face() && region.is_plain);
        }
    }

    #[test]
    fn a_size_that_is_none_is_unreadable() {
        for json in [r#"{"AppliedToDimensions": {"W": "0", "H": "7"}}"#, r#"{"AppliedToDimensions": "x"}"#] {
            assert_eq!(
                Regions::read(Schema::MetadataWorkingGroup, &fields(json)).applied,
                Applied::Unreadable
            );
        }
    }
}
