//! Changes of regions: entries that stay are not touched, since they may hold what nobody knows.
//!
//! Entries are matched by all they say, in the notation of ExifTool and to the letter. The list is a bag: an entry
//! that is wanted twice has to be there twice.

use super::build::{Builder, push, push_first};
use super::edit::{clear, insert, item_name, list_mut, rdf_mut, take_away};
use super::fields::{Kind, Known, written};
use super::notation::spelled;
use super::read::list_in;
use super::regions::{Reader, known_of, value};
use super::schema::{Property, Spelling};
use super::shape::{Site, element_at_mut, is_field, sites};
use super::text::{encoded_attribute, storable};
use super::tree::{Attribute, Document, Element, Node, line_before};
use crate::native::fault::Fault;
use crate::regions::{Fields, Node as Shown, Schema};
use crate::value::Value;

const DIMENSIONS: &str = "AppliedToDimensions";

/// Makes a property hold these regions.
pub(super) fn set(document: &mut Document, property: &Property, new: &Fields) -> Result<(), Fault> {
    if new.is_empty() {
        return clear(document, property);
    }
    let Some(old) = current(document, property)? else {
        clear(document, property)?;
        return insert(document, property, |builder| {
            let fields = fields(builder, known_of(property.tag), new)?;
            builder.resource(property.prefix, property.local, fields)
        });
    };
    let schema = Schema::of(property.tag).ok_or_else(|| odd(property))?;
    let list = schema.list_field();
    let others = |fields: &Fields| {
        let mut fields = fields.clone();
        fields.remove(list);
        fields.remove(DIMENSIONS);
        fields
    };
    if others(&old) != others(new) {
        return Err(odd(property));
    }
    let reader = Reader::new(document);
    let mut place = PropertyPlace::find(document, property)?;
    if old.get(DIMENSIONS) != new.get(DIMENSIONS) {
        place.replace(DIMENSIONS, new.get(DIMENSIONS))?;
    }
    match (old.get(list), new.get(list)) {
        (old, new) if old == new => Ok(()),
        (Some(Shown::List(_)), Some(entries)) => place.change_entries(&reader, list, entries),
        (Some(Shown::Structure(_)), _) => Err(odd(property)),
        (_, new) => place.replace(list, new),
    }
}

fn odd(property: &Property) -> Fault {
    Fault::beyond(format!("its {} stands in an unusual form", property.tag))
}

/// What the property holds now; nothing where it is absent or empty.
fn current(document: &Document, property: &Property) -> Result<Option<Fields>, Fault> {
    let Some(rdf) = document.rdf() else { return Err(odd(property)) };
    let Some(site) = sites(rdf, property).first().copied() else { return Ok(None) };
    match value(document, rdf, property, site)? {
        Value::Structure(fields) => Ok(Some(fields)),
        Value::Text(text) if text.trim().is_empty() => Ok(None),
        Value::Text(_) | Value::List(_) => Err(odd(property)),
    }
}

/// Where the fields of a property stand.
struct PropertyPlace<'a> {
    property: &'a Property,
    /// The property itself or the description in it.
    body: &'a mut Element,
    /// How the line of that begins.
    line: String,
    /// All that surrounds what is in the body, without children.
    around: Vec<Element>,
}

/// An element without its children, for what it declares.
fn shell(element: &Element) -> Element {
    Element { children: Vec::new(), end: None, ..element.clone() }
}

impl<'a> PropertyPlace<'a> {
    fn find(document: &'a mut Document, property: &'a Property) -> Result<Self, Fault> {
        let site = document.rdf().and_then(|rdf| sites(rdf, property).first().copied());
        let site: Site = site.ok_or_else(|| odd(property))?;
        let mut around: Vec<Element> = document.root().into_iter().chain(document.rdf()).map(shell).collect();
        let rdf = rdf_mut(document)?;
        let home = rdf.children.get(site.description).and_then(Node::as_element);
        around.extend(home.map(shell));
        let super::shape::Place::Child(at) = site.place else { return Err(odd(property)) };
        let mut line = home.map(|home| line_before(&home.children, at).to_owned()).unwrap_or_default();
        let element = element_at_mut(rdf, site).ok_or_else(|| odd(property))?;
        around.push(shell(element));
        let is_inner =
            |node: &Node| node.as_element().is_some_and(|inner| inner.name.is("rdf", "Description"));
        let inner = element.children.iter().position(is_inner);
        if let Some(at) = inner {
            line_before(&element.children, at).clone_into(&mut line);
        }
        let body = match inner {
            None => element,
            Some(at) => match &mut element.children[at] {
                Node::Element(inner) => inner,
                _ => return Err(odd(property)),
            },
        };
        let takes_children = body.name.is("rdf", "Description")
            || body.attributes.iter().all(|attribute| !is_field(&attribute.name));
        if !takes_children {
            return Err(odd(property));
        }
        around.push(shell(body));
        Ok(Self { property, body, line, around })
    }

    fn builder(&self) -> Builder {
        Builder::within(&self.around.iter().collect::<Vec<_>>())
    }

    /// Gives a field another value, or none.
    fn replace(&mut self, shown: &str, new: Option<&Shown>) -> Result<(), Fault> {
        let known = known_of(self.property.tag);
        let (prefix, local, _) = written(known, shown).ok_or_else(|| odd(self.property))?;
        self.body.attributes.retain(|attribute| !attribute.name.is(prefix, local));
        let is_it = |node: &Node| node.as_element().is_some_and(|child| child.name.is(prefix, local));
        if let Some(at) = self.body.children.iter().position(is_it) {
            self.body.remove_child(at);
        }
        let Some(new) = new else { return Ok(()) };
        let mut builder = self.builder();
        let mut child = field(&mut builder, known, shown, new)?;
        child.attributes.splice(0..0, builder.declarations);
        self.make_resource();
        if shown == DIMENSIONS {
            push_first(self.body, child, &self.line);
        } else {
            push(self.body, child, &self.line);
        }
        Ok(())
    }

    /// An element that had no fields as elements before says that it has some.
    fn make_resource(&mut self) {
        let is_description = self.body.name.is("rdf", "Description");
        if !is_description
            && self.body.attribute("rdf", "parseType").is_none()
            && let Ok(name) = self.builder().name("rdf", "parseType")
        {
            self.body.attributes.push(Attribute::new(name, "Resource".to_owned()));
        }
    }

    /// Takes the entries away that are not wanted, and adds those that are missing.
    fn change_entries(&mut self, reader: &Reader, shown: &str, wanted: &Shown) -> Result<(), Fault> {
        let known = known_of(self.property.tag);
        let (prefix, local, kind) = written(known, shown).ok_or_else(|| odd(self.property))?;
        let is_it = |node: &Node| node.as_element().is_some_and(|child| child.name.is(prefix, local));
        let at = self.body.children.iter().position(is_it).ok_or_else(|| odd(self.property))?;
        let Some(Node::Element(field)) = self.body.children.get_mut(at) else {
            return Err(odd(self.property));
        };
        let mut around = self.around.clone();
        around.push(shell(field));
        around.extend(list_in(field).map(shell));
        let (list, line) = list_mut(field).ok_or_else(|| odd(self.property))?;
        for entry in keep_entries(reader, list, kind, wanted.items())? {
            let mut builder = Builder::within(&around.iter().collect::<Vec<_>>());
            let mut item = structure(&mut builder, kind, &entry)?;
            item.name = item_name(list);
            item.attributes.splice(0..0, builder.declarations);
            push(list, item, &line);
        }
        Ok(())
    }
}

fn keep_entries(
    reader: &Reader,
    list: &mut Element,
    kind: Kind,
    wanted: &[Shown],
) -> Result<Vec<Shown>, Fault> {
    let mut missing = wanted.to_vec();
    let mut gone = Vec::new();
    for (at, node) in list.children.iter().enumerate() {
        let Some(item) = node.as_element() else { continue };
        let said = reader.node(item, kind)?;
        match missing.iter().position(|wanted| *wanted == said) {
            Some(found) => drop(missing.remove(found)),
            None => gone.push(at),
        }
    }
    take_away(list, &gone);
    Ok(missing)
}

/// An entry of a list; its name is the caller's matter.
fn structure(builder: &mut Builder, kind: Kind, entry: &Shown) -> Result<Element, Fault> {
    match (kind, entry) {
        (Kind::Structure(known), Shown::Structure(entry)) => {
            let fields = fields(builder, known, entry)?;
            builder.resource("rdf", "li", fields)
        }
        _ => Err(Fault::beyond("a region holds something that is not written here")),
    }
}

fn fields(builder: &mut Builder, known: &Known, new: &Fields) -> Result<Vec<Element>, Fault> {
    new.iter().map(|(shown, value)| field(builder, known, shown, value)).collect()
}

/// A field by the name that ExifTool gives it.
fn field(builder: &mut Builder, known: &Known, shown: &str, value: &Shown) -> Result<Element, Fault> {
    let unknown = || Fault::beyond(format!("a region holds `{shown}`, which is not written here"));
    let (prefix, local, kind) = written(known, shown).ok_or_else(unknown)?;
    match (kind, value) {
        (Kind::Text, Shown::Text(text)) if prefix == "rdfs" => {
            let mut element = Element::new(builder.name(prefix, local)?);
            let name = builder.name("rdf", "resource")?;
            element.attributes.push(Attribute::new(name, encoded_attribute(&storable(text))));
            Ok(element)
        }
        (Kind::Text, Shown::Text(text)) => builder.text(prefix, local, &storable(text)),
        (Kind::Date, Shown::Text(text)) => builder.text(prefix, local, &spelled(text, Spelling::Date)?),
        (Kind::Structure(inner), Shown::Structure(value)) => {
            let fields = fields(builder, inner, value)?;
            builder.resource(prefix, local, fields)
        }
        (Kind::Structure(_), Shown::List(entries)) => {
            let items = entries.iter().map(|entry| structure(builder, kind, entry));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            let list = builder.parent("rdf", "Bag", items)?;
            builder.parent(prefix, local, vec![list])
        }
        _ => Err(unknown()),
    }
}
