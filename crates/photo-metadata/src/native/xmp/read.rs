//! What our properties say, in the notation of ExifTool.
//!
//! ExifTool reads whatever leads to a text, in any of the forms that RDF has: attribute or element, list or single
//! value, qualified or not. What it reads is what is remembered of a file, so the same is read here; where its answer
//! depends on chance or on its tables, the packet is left to it.

use super::names::NONE;
use super::notation::shown;
use super::schema::{Form, PROPERTIES, Property};
use super::shape::{Place, Site, all_sites, element_at, is_field};
use super::text::decoded;
use super::tree::{Document, Element, Node};
use super::{regions, shape};
use crate::native::fault::Fault;
use crate::tag::Tag;
use crate::value::Value;

/// ExifTool reads so many items of a list, unless it is told otherwise.
const MOST_ITEMS: usize = 1000;

/// One text that a property holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Whether it is an item of a list.
    pub(super) is_item: bool,
    pub(super) language: Option<String>,
    pub(super) text: String,
}

impl Leaf {
    pub(super) fn is_default(&self) -> bool {
        self.language.as_ref().is_none_or(|language| language.eq_ignore_ascii_case("x-default"))
    }
}

/// All our tags in the order of [`PROPERTIES`]; one that is held twice comes twice, in the order of the file.
pub(super) fn tags(document: &Document) -> Result<Vec<(Tag, Value)>, Fault> {
    let rdf = document.rdf().ok_or_else(|| Fault::beyond("its XMP packet holds no description"))?;
    let all = all_sites(rdf);
    let mut tags = Vec::new();
    for property in &PROPERTIES {
        let sites = || all.iter().filter(|(own, _)| *own == property).map(|(_, site)| *site);
        let is_list = |site: &Site| {
            element_at(rdf, *site).and_then(list_in).is_some_and(|list| list.elements().next().is_some())
        };
        if property.form != Form::Language && sites().filter(is_list).count() > 1 {
            // ExifTool lays one over the other.
            return Err(Fault::beyond(format!("its XMP packet holds two lists of {}", property.tag)));
        }
        for site in sites() {
            let values = values(document, rdf, property, site)?;
            tags.extend(values.into_iter().map(|value| (property.tag, value)));
        }
    }
    Ok(tags)
}

fn values(document: &Document, rdf: &Element, property: &Property, site: Site) -> Result<Vec<Value>, Fault> {
    if property.form == Form::Regions {
        return Ok(vec![regions::value(document, rdf, property, site)?]);
    }
    let leaves = leaves_at(rdf, site)?;
    let shown = |leaf: &Leaf| shown(&leaf.text, property.spelling);
    Ok(match property.form {
        Form::List(_) => vec![Value::List(leaves.iter().map(shown).collect())],
        Form::Language => {
            leaves.iter().filter(|leaf| leaf.is_default()).map(|leaf| Value::text(shown(leaf))).collect()
        }
        Form::Plain | Form::Regions => {
            vec![Value::text(leaves.iter().map(shown).collect::<Vec<_>>().join(", "))]
        }
    })
}

/// The texts of the property at a site.
pub(super) fn leaves_at(rdf: &Element, site: Site) -> Result<Vec<Leaf>, Fault> {
    if let Some(element) = element_at(rdf, site) {
        return leaves(element);
    }
    let Place::Attribute(at) = site.place else { return Ok(Vec::new()) };
    let description = rdf.children.get(site.description).and_then(Node::as_element);
    let attribute = description.and_then(|description| description.attributes.get(at));
    let text = attribute.map_or(Ok(String::new()), |attribute| decoded(&attribute.raw))?;
    Ok(vec![Leaf { is_item: false, language: None, text }])
}

/// The texts of a property.
pub(super) fn leaves(property: &Element) -> Result<Vec<Leaf>, Fault> {
    let Some(list) = list_in(property) else { return Ok(vec![leaf(property, false)?]) };
    if property.elements().count() > 1 || !list.elements().all(|item| item.name.is("rdf", "li")) {
        return Err(odd(property));
    }
    let items: Vec<&Element> = list.elements().collect();
    match items.len() {
        0 => Ok(vec![Leaf { is_item: false, language: None, text: content(list)? }]),
        1..=MOST_ITEMS => items.into_iter().map(|item| leaf(item, true)).collect(),
        _ => Err(Fault::beyond(format!("its {} has too many items", property.name.raw))),
    }
}

fn odd(element: &Element) -> Fault {
    Fault::beyond(format!("its XMP packet holds {} in an unusual form", element.name.raw))
}

/// The list that a property holds.
pub(super) fn list_in(property: &Element) -> Option<&Element> {
    property.elements().find(|child| child.name.is_list())
}

/// The text of one element, which may be qualified (XMP part 1, section 7.8).
pub(super) fn leaf(element: &Element, is_item: bool) -> Result<Leaf, Fault> {
    if element.attributes.iter().any(|a| a.name.is("rdf", "datatype") || a.name.space.known == Some("et")) {
        return Err(odd(element));
    }
    let language = element.attribute("xml", "lang").map(|language| decoded(&language.raw)).transpose()?;
    if element.elements().next().is_none() {
        return Ok(Leaf { is_item, language, text: plain(element)? });
    }
    let inner = match &element.elements().collect::<Vec<_>>()[..] {
        [only] if only.name.is("rdf", "Description") => *only,
        _ => element,
    };
    let values: Vec<&Element> = inner.elements().filter(|child| child.name.is("rdf", "value")).collect();
    let text = match values[..] {
        [value] if value.elements().next().is_none() => content(value)?,
        [] if inner.elements().next().is_none() => plain(inner)?,
        _ => return Err(odd(element)),
    };
    if language.is_some()
        || inner.elements().any(|child| child.name.is_rdf() && !child.name.is("rdf", "value"))
    {
        return Err(odd(element));
    }
    Ok(Leaf { is_item, language: None, text })
}

/// The text of an element without elements; where it is empty, ExifTool looks into its attributes.
pub(super) fn plain(element: &Element) -> Result<String, Fault> {
    let is_description = element.name.is("rdf", "Description");
    let text = content(element)?;
    let text = if is_description { text.trim().to_owned() } else { text };
    if !text.is_empty() {
        return Ok(text);
    }
    for local in ["value", "resource", "about"] {
        if let Some(attribute) = element.attribute("rdf", local) {
            return decoded(&attribute.raw);
        }
    }
    if element.attributes.iter().any(|attribute| is_field(&attribute.name)) {
        return Err(odd(element));
    }
    Ok(text)
}

/// All character data of an element without elements.
pub(super) fn content(element: &Element) -> Result<String, Fault> {
    let mut text = String::new();
    for child in &element.children {
        match child {
            Node::Text(raw) => text.push_str(&decoded(raw)?),
            Node::Section(raw) => {
                let inner = raw.strip_prefix("<![CDATA[").and_then(|raw| raw.strip_suffix("]]>"));
                text.push_str(inner.filter(|inner| !inner.contains("<!--")).ok_or_else(|| odd(element))?);
            }
            Node::Comment(_) => {}
            // ExifTool takes an instruction for a part of the text.
            Node::Element(_) | Node::Instruction(_) => return Err(odd(element)),
        }
    }
    Ok(text)
}

/// Whether the element says nothing but its text, its language and where namespaces are, so that it can be replaced.
pub(super) fn is_unqualified(element: &Element) -> bool {
    let plain_attribute = |attribute: &super::tree::Attribute| {
        !shape::is_field(&attribute.name) && attribute.name.space.address != NONE
    };
    element.attributes.iter().all(plain_attribute)
        && element.children.iter().all(|child| match child {
            Node::Element(inner) => inner.name.is_list() && inner.elements().all(is_unqualified_item),
            Node::Text(_) | Node::Section(_) | Node::Comment(_) | Node::Instruction(_) => true,
        })
}

/// The same for an item of a list.
pub(super) fn is_unqualified_item(item: &Element) -> bool {
    item.elements().next().is_none() && is_unqualified(item)
}
