//! Changes of our tags: only what an edit names changes, and it changes where it stands.
//!
//! Of several copies of a property one remains. Items of a list that stay are not touched, so their qualifiers and
//! their order stay; of text in several languages only the default one is ours.

use super::build::{Builder, language, push, push_first, set_text};
use super::edit_regions;
use super::notation::spelled;
use super::read::{Leaf, is_unqualified, is_unqualified_item, leaf, leaves_at, list_in};
use super::schema::{Form, Property};
use super::shape::{Place, Site, description_mut, element_at, element_at_mut, remove, sites};
use super::text::{encoded_attribute, storable};
use super::tree::{Document, Element, Name, Node, line_before};
use crate::edits::TagEdit;
use crate::native::fault::Fault;
use crate::value::Value;

/// Makes one tag say what is wanted.
pub(super) fn apply(document: &mut Document, property: &Property, edit: &TagEdit) -> Result<(), Fault> {
    let fault = || Fault::beyond(format!("{} cannot hold such a value", edit.tag));
    match (&edit.new, property.form) {
        (None, Form::Language) => clear_default(document, property),
        (None, Form::Regions) => clear(document, property),
        (None, _) => remove_unqualified(rdf_mut(document)?, property),
        (Some(Value::Structure(new)), Form::Regions) => edit_regions::set(document, property, new),
        (Some(Value::Structure(_)), _) | (Some(_), Form::Regions) => Err(fault()),
        (Some(value), Form::List(kind)) => {
            let items: Vec<String> = value.items().into_iter().map(storable).collect();
            if items.is_empty() {
                return remove_unqualified(rdf_mut(document)?, property);
            }
            set_list(document, property, kind, items)
        }
        (Some(value), Form::Language) => set_default(document, property, &storable(value.as_text())),
        (Some(value), Form::Plain) => {
            set_plain(document, property, &spelled(&storable(value.as_text()), property.spelling)?)
        }
    }
}

fn rdf(document: &Document) -> Result<&Element, Fault> {
    document.rdf().ok_or_else(no_description)
}

pub(super) fn rdf_mut(document: &mut Document) -> Result<&mut Element, Fault> {
    document.rdf_mut().ok_or_else(no_description)
}

fn no_description() -> Fault {
    Fault::beyond("its XMP packet holds no description")
}

fn qualified(property: &Property) -> Fault {
    Fault::beyond(format!("its {} is qualified by something else", property.tag))
}

/// Takes a property away, with all its copies.
pub(super) fn clear(document: &mut Document, property: &Property) -> Result<(), Fault> {
    let rdf = rdf_mut(document)?;
    for site in sites(rdf, property).into_iter().rev() {
        remove(rdf, site);
    }
    Ok(())
}

/// Takes all copies but one away.
fn keep_only(rdf: &mut Element, property: &Property, kept: Site) {
    for site in sites(rdf, property).into_iter().rev().filter(|site| *site != kept) {
        remove(rdf, site);
    }
}

/// Puts a new property into a description.
pub(super) fn insert(
    document: &mut Document,
    property: &Property,
    build: impl FnOnce(&mut Builder) -> Result<Element, Fault>,
) -> Result<(), Fault> {
    let description = description_for(document, property)?;
    let (root, rdf) = (document.root().ok_or_else(no_description)?, rdf(document)?);
    let home = rdf.children.get(description).and_then(Node::as_element).ok_or_else(no_description)?;
    let mut builder = Builder::within(&[root, rdf, home]);
    let child = build(&mut builder)?;
    let line = line_before(&rdf.children, description).to_owned();
    let home = description_mut(rdf_mut(document)?, description).ok_or_else(no_description)?;
    home.attributes.extend(builder.declarations);
    push(home, child, &line);
    Ok(())
}

/// The first description that declares the namespace of a property; the first of all where none does. One is made
/// where there is none.
fn description_for(document: &mut Document, property: &Property) -> Result<usize, Fault> {
    let (root, rdf) = (document.root().ok_or_else(no_description)?, rdf(document)?);
    let all: Vec<(usize, &Element)> =
        rdf.children.iter().enumerate().filter_map(|(at, node)| Some((at, node.as_element()?))).collect();
    let declares = |home: &Element| Builder::within(&[root, rdf, home]).knows(property.prefix);
    if let Some((at, _)) = all.iter().find(|(_, home)| declares(home)).or_else(|| all.first()) {
        return Ok(*at);
    }
    let mut builder = Builder::within(&[root, rdf]);
    let mut description = Element::new(builder.name("rdf", "Description")?);
    let about = builder.name("rdf", "about")?;
    description.attributes.push(super::tree::Attribute::new(about, String::new()));
    let line = if std::ptr::eq(root, rdf) {
        String::new()
    } else {
        root.inner_line().unwrap_or_default().to_owned()
    };
    let rdf = rdf_mut(document)?;
    push(rdf, description, &line);
    rdf.children.iter().position(|node| node.as_element().is_some()).ok_or_else(no_description)
}

/// The first copy that holds a list with items.
fn list_site(rdf: &Element, property: &Property, is_wanted: impl Fn(&Element) -> bool) -> Option<Site> {
    let holds = |site: &Site| {
        element_at(rdf, *site)
            .and_then(list_in)
            .is_some_and(|list| list.elements().next().is_some() && is_wanted(list))
    };
    sites(rdf, property).into_iter().find(holds)
}

/// The list that a property holds, and how its line begins.
pub(super) fn list_mut(property: &mut Element) -> Option<(&mut Element, String)> {
    let at = property.children.iter().position(|node| node.as_element().is_some_and(|e| e.name.is_list()))?;
    let line = line_before(&property.children, at).to_owned();
    match &mut property.children[at] {
        Node::Element(list) => Some((list, line)),
        _ => None,
    }
}

fn set_list(
    document: &mut Document,
    property: &Property,
    kind: &str,
    items: Vec<String>,
) -> Result<(), Fault> {
    let rdf = rdf_mut(document)?;
    let Some(site) = list_site(rdf, property, |_| true) else {
        remove_unqualified(rdf, property)?;
        return insert(document, property, |builder| {
            let items =
                items.iter().map(|item| builder.text("rdf", "li", item)).collect::<Result<Vec<_>, _>>()?;
            let list = builder.parent("rdf", kind, items)?;
            builder.parent(property.prefix, property.local, vec![list])
        });
    };
    let (list, line) = element_at_mut(rdf, site).and_then(list_mut).ok_or_else(|| qualified(property))?;
    let missing = keep_items(list, items, || qualified(property))?;
    for item in missing {
        let mut element = Element::new(item_name(list));
        set_text(&mut element, &item);
        push(list, element, &line);
    }
    keep_only(rdf, property, site);
    Ok(())
}

/// The name of an item of a list.
pub(super) fn item_name(list: &Element) -> Name {
    Name { raw: format!("{}:li", list.name.prefix()), space: list.name.space.clone() }
}

/// Takes the items away that are not wanted, each as often as it is there; gives those that are missing. An item that
/// others have qualified is not taken away.
fn keep_items(
    list: &mut Element,
    wanted: Vec<String>,
    fault: impl Fn() -> Fault,
) -> Result<Vec<String>, Fault> {
    let mut missing = wanted;
    let mut gone = Vec::new();
    for (at, item) in list.children.iter().enumerate() {
        let Some(item) = item.as_element() else { continue };
        let text = leaf(item, true)?.text;
        match missing.iter().position(|wanted| *wanted == text) {
            Some(found) => drop(missing.remove(found)),
            None if is_unqualified_item(item) => gone.push(at),
            None => return Err(fault()),
        }
    }
    take_away(list, &gone);
    Ok(missing)
}

/// Takes children away; the blanks of the first one stay for what comes in their place.
pub(super) fn take_away(list: &mut Element, gone: &[usize]) {
    for at in gone.iter().rev() {
        list.remove_child(*at);
    }
}

/// Takes all copies away, as long as nothing of others goes with them.
fn remove_unqualified(rdf: &mut Element, property: &Property) -> Result<(), Fault> {
    for site in sites(rdf, property).into_iter().rev() {
        if element_at(rdf, site).is_some_and(|element| !is_unqualified(element)) {
            return Err(qualified(property));
        }
        remove(rdf, site);
    }
    Ok(())
}

fn set_plain(document: &mut Document, property: &Property, text: &str) -> Result<(), Fault> {
    let rdf = rdf_mut(document)?;
    let Some(site) = sites(rdf, property).first().copied() else {
        return insert(document, property, |builder| builder.text(property.prefix, property.local, text));
    };
    let said = leaves_at(rdf, site)?;
    let says_so = matches!(&said[..], [Leaf { is_item: false, text: said, .. }] if said == text);
    if !says_so {
        match site.place {
            Place::Attribute(at) => {
                let description = description_mut(rdf, site.description);
                if let Some(attribute) = description.and_then(|element| element.attributes.get_mut(at)) {
                    attribute.raw = encoded_attribute(text);
                }
            }
            Place::Child(_) => {
                let element = element_at_mut(rdf, site).ok_or_else(|| qualified(property))?;
                if !is_unqualified(element) {
                    return Err(qualified(property));
                }
                element.attributes.retain(|attribute| !attribute.name.is_rdf());
                set_text(element, text);
            }
        }
    }
    keep_only(rdf, property, site);
    Ok(())
}

/// Whether a copy holds text in other languages than the default one.
fn has_other_languages(rdf: &Element, site: Site) -> Result<bool, Fault> {
    Ok(leaves_at(rdf, site)?.iter().any(|leaf| !leaf.is_default()))
}

fn set_default(document: &mut Document, property: &Property, text: &str) -> Result<(), Fault> {
    let rdf = rdf_mut(document)?;
    let site = list_site(rdf, property, |list| list.name.is("rdf", "Alt"));
    for other in sites(rdf, property).into_iter().filter(|other| Some(*other) != site) {
        if has_other_languages(rdf, other)? {
            return Err(qualified(property));
        }
    }
    let Some(site) = site else {
        remove_unqualified(rdf, property)?;
        return insert(document, property, |builder| {
            let item = default_item(builder.name("rdf", "li")?, text);
            let list = builder.parent("rdf", "Alt", vec![item])?;
            builder.parent(property.prefix, property.local, vec![list])
        });
    };
    let (list, line) = element_at_mut(rdf, site).and_then(list_mut).ok_or_else(|| qualified(property))?;
    set_default_item(list, &line, text).ok_or_else(|| qualified(property))?;
    keep_only(rdf, property, site);
    Ok(())
}

fn default_item(name: Name, text: &str) -> Element {
    let mut item = Element::new(name);
    item.attributes.push(language("x-default"));
    set_text(&mut item, text);
    item
}

/// `None` where a default text is qualified.
fn set_default_item(list: &mut Element, line: &str, text: &str) -> Option<()> {
    let defaults = default_items(list)?;
    let named = |at: &usize| {
        list.children[*at].as_element().is_some_and(|item| item.attribute("xml", "lang").is_some())
    };
    let Some(primary) = defaults.iter().copied().find(named).or_else(|| defaults.first().copied()) else {
        push_first(list, default_item(item_name(list), text), line);
        return Some(());
    };
    let all_plain = defaults.iter().all(|at| list.children[*at].as_element().is_some_and(is_unqualified));
    let Some(Node::Element(item)) = list.children.get_mut(primary).filter(|_| all_plain) else { return None };
    if leaf(item, true).ok()?.text != text {
        item.attributes.retain(|attribute| !attribute.name.is_rdf());
        set_text(item, text);
    }
    if item.attribute("xml", "lang").is_none() {
        item.attributes.push(language("x-default"));
    }
    let others: Vec<usize> = defaults.into_iter().filter(|at| *at != primary).collect();
    take_away(list, &others);
    Some(())
}

/// The children that hold the default text; `None` where one cannot be read.
fn default_items(list: &Element) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    for (at, node) in list.children.iter().enumerate() {
        let Some(item) = node.as_element() else { continue };
        if leaf(item, true).ok()?.is_default() {
            found.push(at);
        }
    }
    Some(found)
}

fn clear_default(document: &mut Document, property: &Property) -> Result<(), Fault> {
    let rdf = rdf_mut(document)?;
    for site in sites(rdf, property).into_iter().rev() {
        if !has_other_languages(rdf, site)? {
            remove(rdf, site);
            continue;
        }
        if let Some((list, _)) = element_at_mut(rdf, site).and_then(list_mut) {
            let defaults = default_items(list).ok_or_else(|| qualified(property))?;
            take_away(list, &defaults);
        }
    }
    Ok(())
}
