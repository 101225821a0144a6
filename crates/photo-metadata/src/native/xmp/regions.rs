//! Regions as ExifTool shows them: fields by name, lists as lists, everything else as text.
//!
//! Regions are compared to the letter before they are changed, so a field that ExifTool shows in a way that depends on
//! chance (two fields of one name, text beside fields) makes the packet one that is left to ExifTool.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::{Kind, Known, PEOPLE, REGIONS, capitalised, lowered};
use super::names::{NONE, address_of, group_of};
use super::notation::{full_date, shown, shown_rational};
use super::read::{content, leaves_at, list_in, plain};
use super::schema::{Property, Spelling};
use super::shape::{Site, element_at, is_field, sites};
use super::text::decoded;
use super::tree::{Document, Element, Name};
use crate::native::fault::Fault;
use crate::regions::{Fields, Node as Shown};
use crate::tag::Tag;
use crate::value::Value;

/// ExifTool reads so many items of a list.
const MOST_ITEMS: usize = 1000;

/// The known fields of a tag's regions.
pub(super) fn known_of(tag: Tag) -> &'static Known {
    if tag == Tag::MicrosoftRegions { PEOPLE } else { REGIONS }
}

/// The value of a property that holds regions.
pub(super) fn value(
    document: &Document,
    rdf: &Element,
    property: &Property,
    site: Site,
) -> Result<Value, Fault> {
    if sites(rdf, property).len() > 1 {
        return Err(Fault::beyond(format!("its XMP packet holds {} twice", property.tag)));
    }
    let Some(element) = element_at(rdf, site) else {
        let texts = leaves_at(rdf, site)?.into_iter().map(|leaf| leaf.text).collect::<String>();
        return Ok(Value::Text(texts));
    };
    match Reader::new(document).node(element, Kind::Structure(known_of(property.tag)))? {
        Shown::Structure(fields) => Ok(Value::Structure(fields)),
        Shown::Text(text) => Ok(Value::Text(text)),
        Shown::List(_) => Err(odd(element)),
    }
}

fn odd(element: &Element) -> Fault {
    Fault::beyond(format!("its XMP packet holds regions with {} in an unusual form", element.name.raw))
}

/// Reads regions; knows what unknown namespaces are called in this packet.
pub(super) struct Reader {
    /// Addresses of unknown namespaces, and the prefix each has everywhere.
    unknown: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Reader {
    pub(super) fn new(document: &Document) -> Self {
        let mut reader = Self { unknown: BTreeMap::new(), taken: BTreeSet::new() };
        if let Some(root) = document.root() {
            reader.learn(root);
        }
        reader
    }

    /// The first prefix counts; one that is taken already is replaced by `tmp0`, `tmp1` and so on.
    fn learn(&mut self, element: &Element) {
        for attribute in &element.attributes {
            let Some(prefix) = attribute.declares().filter(|prefix| !prefix.is_empty()) else { continue };
            let Ok(address) = decoded(&attribute.raw) else { continue };
            let space = super::names::Space::new(&address);
            if space.known.is_some() || self.unknown.contains_key(&address) {
                continue;
            }
            let mut name = prefix.to_owned();
            if self.taken.contains(prefix) || address_of(prefix).is_some() {
                let free = (0..=self.taken.len()).map(|number| format!("tmp{number}"));
                name = free.filter(|name| !self.taken.contains(name)).min_by_key(String::len).unwrap_or(name);
            }
            self.taken.insert(name.clone());
            self.unknown.insert(address, name);
        }
        element.elements().for_each(|child| self.learn(child));
    }

    /// A structure, a list or a text.
    pub(super) fn node(&self, element: &Element, kind: Kind) -> Result<Shown, Fault> {
        if element.attributes.iter().any(|a| a.name.is("rdf", "datatype") || a.name.space.known == Some("et"))
        {
            return Err(odd(element));
        }
        if let Some(list) = list_in(element) {
            return self.list(element, list, kind);
        }
        let inner = match &element.elements().collect::<Vec<_>>()[..] {
            [only] if only.name.is("rdf", "Description") => Some(*only),
            _ => None,
        };
        let mut fields = Fields::new();
        self.collect_attributes(element, kind, &mut fields)?;
        if let Some(inner) = inner {
            self.collect_attributes(inner, kind, &mut fields)?;
        }
        let body = inner.unwrap_or(element);
        self.collect_elements(body, kind, &mut fields)?;
        if fields.is_empty() {
            return if body.elements().next().is_none() {
                Ok(Shown::Text(shown_text(plain(body)?, kind).ok_or_else(|| odd(element))?))
            } else {
                Err(odd(element))
            };
        }
        // Blanks are text too, unless they stand between elements or in a description.
        let is_text = |element: &Element| {
            element.elements().next().is_none() && !content(element).is_ok_and(|text| text.is_empty())
        };
        let beside = if body.name.is("rdf", "Description") {
            body.elements().next().is_none() && !content(body)?.trim().is_empty()
        } else {
            is_text(body)
        };
        if beside { Err(odd(element)) } else { Ok(Shown::Structure(fields)) }
    }

    fn list(&self, element: &Element, list: &Element, kind: Kind) -> Result<Shown, Fault> {
        let items: Vec<&Element> = list.elements().collect();
        let has_fields = element.attributes.iter().any(|attribute| is_field(&attribute.name));
        let is_plain = items.iter().all(|item| item.name.is("rdf", "li"));
        if element.elements().count() > 1 || has_fields || !is_plain || items.len() > MOST_ITEMS {
            return Err(odd(element));
        }
        if items.is_empty() {
            return Ok(Shown::Text(shown_text(content(list)?, kind).ok_or_else(|| odd(element))?));
        }
        if matches!(kind, Kind::Foreign) && list.name.is("rdf", "Alt") {
            return Err(odd(element));
        }
        let nested = |item: &&Element| list_in(item).is_some();
        if items.iter().any(nested) {
            return Err(odd(element));
        }
        Ok(Shown::List(items.into_iter().map(|item| self.node(item, kind)).collect::<Result<_, _>>()?))
    }

    fn collect_attributes(&self, element: &Element, kind: Kind, fields: &mut Fields) -> Result<(), Fault> {
        for attribute in element.attributes.iter().filter(|attribute| is_field(&attribute.name)) {
            let (name, kind) = self.field(&attribute.name, kind).ok_or_else(|| odd(element))?;
            let text = shown_text(decoded(&attribute.raw)?, kind).ok_or_else(|| odd(element))?;
            insert(fields, name, Shown::Text(text)).ok_or_else(|| odd(element))?;
        }
        Ok(())
    }

    fn collect_elements(&self, body: &Element, kind: Kind, fields: &mut Fields) -> Result<(), Fault> {
        for child in body.elements() {
            if child.name.is("rdf", "type") && child.attribute("rdf", "resource").is_some() {
                continue;
            }
            let (name, kind) = self.field(&child.name, kind).ok_or_else(|| odd(child))?;
            let by_language = list_in(child)
                .filter(|list| matches!(kind, Kind::Unknown) && list.name.is("rdf", "Alt"))
                .filter(|list| list.elements().any(|item| item.attribute("xml", "lang").is_some()));
            match by_language {
                Some(list) => languages(child, list, &name, fields)?,
                None => insert(fields, name, self.node(child, kind)?).ok_or_else(|| odd(child))?,
            }
        }
        Ok(())
    }

    /// The name that ExifTool gives a field, and what it holds.
    fn field(&self, name: &Name, kind: Kind) -> Option<(String, Kind)> {
        let known = name.space.known;
        if name.is_rdf() || name.space.address == NONE || !name.local().is_ascii() {
            return None;
        }
        let mut local = name.local().to_owned();
        if !local.contains(|letter: char| letter.is_ascii_lowercase()) {
            let has_tables =
                known.is_some_and(|prefix| !matches!(prefix, "stArea" | "stDim" | "MPReg" | "MPRI"));
            if has_tables {
                return None;
            }
            local = lowered(&local);
        }
        let field = kind.field(known, &local)?;
        let shown = capitalised(&local);
        if !matches!(kind, Kind::Extensions) {
            return Some((shown, field));
        }
        let group = match known {
            Some(prefix) => group_of(prefix),
            None => self.unknown.get(&name.space.address)?,
        };
        Some((format!("XMP-{group}:{shown}"), field))
    }
}

fn insert(fields: &mut Fields, name: String, value: Shown) -> Option<()> {
    fields.insert(name, value).is_none().then_some(())
}

/// Text in several languages: each is a field of its own.
fn languages(field: &Element, list: &Element, name: &str, fields: &mut Fields) -> Result<(), Fault> {
    for item in list.elements() {
        let language = item.attribute("xml", "lang").ok_or_else(|| odd(field))?;
        let language = decoded(&language.raw)?;
        if item.elements().next().is_some() || field.elements().count() > 1 {
            return Err(odd(field));
        }
        let text = shown_text(plain(item)?, Kind::Unknown).ok_or_else(|| odd(field))?;
        let name = if language.eq_ignore_ascii_case("x-default") {
            name.to_owned()
        } else {
            format!("{name}-{}", in_standard_case(&language).replace('_', "-"))
        };
        insert(fields, name, Shown::Text(text)).ok_or_else(|| odd(field))?;
    }
    Ok(())
}

/// `de-CH`: two letters behind the language are a country.
fn in_standard_case(language: &str) -> String {
    let lower = language.to_ascii_lowercase();
    let (first, rest) = lower.split_once('-').unwrap_or((&lower, ""));
    let country = rest.split('-').next().unwrap_or_default();
    if country.len() == 2 && matches!(first.len(), 1..=3) {
        return format!("{first}-{}{}", country.to_ascii_uppercase(), &rest[2..]);
    }
    lower
}

/// What ExifTool shows of a text in such a field; `None` where that is a matter of its tables.
fn shown_text(text: String, kind: Kind) -> Option<String> {
    let guessed = |text: &str| shown_rational(text).or_else(|| full_date(text));
    match kind {
        Kind::Text | Kind::Structure(_) | Kind::Extensions => Some(text),
        Kind::Date => Some(shown(&text, Spelling::Date)),
        Kind::Unknown => Some(guessed(&text).unwrap_or(text)),
        Kind::Foreign => (guessed(&text).is_none() && shown(&text, Spelling::Date) == text).then_some(text),
    }
}
