//! What a packet has to look like to be read and edited here, and where properties stand in it.
//!
//! RDF can say the same in many ways, of which XMP uses few. The others are rare and left to ExifTool: references
//! between nodes, several resources, typed nodes.

use super::names::XMLNS;
use super::schema::Property;
use super::tree::{Document, Element, Name, Node};
use crate::native::fault::Fault;

/// Refuses what is not built as XMP is (XMP part 1, section 7).
pub(super) fn check(document: &Document) -> Result<(), Fault> {
    let root = document.root().ok_or_else(|| odd("is empty"))?;
    if !root.name.is("rdf", "RDF") {
        let is_wrapper =
            root.name.space.known == Some("x") && matches!(root.name.local(), "xmpmeta" | "xapmeta");
        if !is_wrapper || root.elements().count() != 1 {
            return Err(odd("holds something else than one description"));
        }
    }
    let rdf = document.rdf().ok_or_else(|| odd("holds no description"))?;
    if !rdf.elements().all(|child| child.name.is("rdf", "Description")) {
        return Err(odd("describes something that is no photo"));
    }
    let mut abouts = rdf.elements().map(about);
    if let Some(first) = abouts.next()
        && abouts.any(|other| other != first)
    {
        return Err(odd("describes several things"));
    }
    rdf.elements().try_for_each(check_top)?;
    check_all(root)
}

fn odd(what: &str) -> Fault {
    Fault::beyond(format!("its XMP packet {what}"))
}

/// What a description is about. Old writers leave the prefix out.
pub(super) fn about(description: &Element) -> &str {
    let attribute =
        description.attributes.iter().find(|a| a.name.is("rdf", "about") || a.name.raw == "about");
    attribute.map_or("", |attribute| attribute.raw.as_str())
}

/// Properties must have names of their own, or ExifTool takes what is inside of them for properties.
fn check_top(description: &Element) -> Result<(), Fault> {
    let hidden = |child: &Element| {
        matches!(child.name.space.known, Some("rdf" | "x" | "xml" | "svg"))
            && child.elements().next().is_some()
    };
    if description.elements().any(hidden) {
        return Err(odd("holds properties without a name"));
    }
    let mut names = description.elements().map(|child| &child.name);
    let mut attributes = description.attributes.iter().map(|attribute| &attribute.name);
    if names.any(Property::is_mistaken) || attributes.any(Property::is_mistaken) {
        return Err(odd("holds a property whose name is nearly that of another"));
    }
    Ok(())
}

fn check_all(element: &Element) -> Result<(), Fault> {
    for attribute in element.attributes.iter().filter(|attribute| attribute.name.is_rdf()) {
        match attribute.name.local() {
            "nodeID" | "aboutEach" | "aboutEachPrefix" | "bagID" => {
                return Err(odd("refers to parts of itself"));
            }
            "parseType" if attribute.raw != "Resource" => return Err(odd("holds more than RDF")),
            _ => {}
        }
    }
    element.elements().try_for_each(check_all)
}

/// Where a property stands: in which child of the RDF element, and there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) description: usize,
    pub(super) place: Place,
}

/// An attribute or a child element, by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Attribute(usize),
    Child(usize),
}

/// All places where a property stands, in the order of the file.
pub(super) fn sites(rdf: &Element, property: &Property) -> Vec<Site> {
    sites_of(rdf, |name| name.local() == property.local && name.space.known == Some(property.prefix))
}

/// All places of our properties.
pub(super) fn all_sites(rdf: &Element) -> Vec<(&'static Property, Site)> {
    let sites = sites_of(rdf, |name| Property::named(name).is_some());
    let of = |site: Site| {
        let description = rdf.children.get(site.description)?.as_element()?;
        let name = match site.place {
            Place::Attribute(at) => &description.attributes.get(at)?.name,
            Place::Child(at) => &description.children.get(at)?.as_element()?.name,
        };
        Some((Property::named(name)?, site))
    };
    sites.into_iter().filter_map(of).collect()
}

fn sites_of(rdf: &Element, is_it: impl Fn(&Name) -> bool) -> Vec<Site> {
    let mut found = Vec::new();
    for (description, node) in rdf.children.iter().enumerate() {
        let Some(element) = node.as_element() else { continue };
        let attributes =
            element.attributes.iter().enumerate().filter(|(_, attribute)| is_it(&attribute.name));
        found.extend(attributes.map(|(at, _)| Site { description, place: Place::Attribute(at) }));
        let children = element.children.iter().enumerate();
        let children =
            children.filter(|(_, child)| child.as_element().is_some_and(|child| is_it(&child.name)));
        found.extend(children.map(|(at, _)| Site { description, place: Place::Child(at) }));
    }
    found
}

/// The element at a site, if it is one.
pub(super) fn element_at(rdf: &Element, site: Site) -> Option<&Element> {
    let Place::Child(at) = site.place else { return None };
    rdf.children.get(site.description)?.as_element()?.children.get(at)?.as_element()
}

/// The same to change it.
pub(super) fn element_at_mut(rdf: &mut Element, site: Site) -> Option<&mut Element> {
    let Place::Child(at) = site.place else { return None };
    match description_mut(rdf, site.description)?.children.get_mut(at)? {
        Node::Element(element) => Some(element),
        _ => None,
    }
}

/// The description with this index among the children of the RDF element.
pub(super) fn description_mut(rdf: &mut Element, index: usize) -> Option<&mut Element> {
    match rdf.children.get_mut(index)? {
        Node::Element(element) => Some(element),
        _ => None,
    }
}

/// Takes a property away.
pub(super) fn remove(rdf: &mut Element, site: Site) {
    let Some(description) = description_mut(rdf, site.description) else { return };
    match site.place {
        Place::Attribute(at) if at < description.attributes.len() => drop(description.attributes.remove(at)),
        Place::Attribute(_) => {}
        Place::Child(at) => description.remove_child(at),
    }
}

/// Whether a name is one of a property or a field, and not of RDF or XML.
pub(super) fn is_field(name: &Name) -> bool {
    !matches!(name.space.known, Some("rdf" | "xml" | XMLNS | "x" | "svg")) && name.raw != "about"
}
