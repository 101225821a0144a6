//! Everything that a packet says, one line each, to prove that an edit changed nothing else.
//!
//! The form of a property says nothing here: attribute or element, prefix and order of properties. What our tags say
//! stands under their names; other languages and qualifiers beside them are foreign.

use std::fmt::Write as _;

use super::read::{content, leaf, list_in};
use super::schema::{Form, Property};
use super::shape::is_field;
use super::text::decoded;
use super::tree::{Attribute, Document, Element, Name, Node};
use crate::native::blocks::Listing;

/// Lists a document.
pub(super) fn listing(document: &Document) -> Listing {
    let mut lines = Lines(Listing::new());
    document.nodes.iter().for_each(|node| lines.comments(node));
    let Some(rdf) = document.rdf() else { return lines.0 };
    for description in rdf.elements() {
        lines.about(description);
        for attribute in description.attributes.iter().filter(|attribute| is_field(&attribute.name)) {
            let key = match Property::named(&attribute.name) {
                Some(property) => property.tag.name().to_owned(),
                None => below("XMP:", &attribute.name),
            };
            lines.add(key, text(attribute));
        }
        for child in description.elements() {
            match Property::named(&child.name) {
                Some(property) => lines.ours(child, property),
                None => lines.value(child, &below("XMP:", &child.name)),
            }
        }
    }
    lines.0
}

struct Lines(Listing);

impl Lines {
    fn add(&mut self, key: String, value: String) {
        self.0.entry(key).or_default().push(value);
    }

    /// Comments, but not those inside of what is ours.
    fn comments(&mut self, node: &Node) {
        match node {
            Node::Comment(comment) => self.add("XMP:comment".to_owned(), comment.clone()),
            Node::Element(element) if Property::named(&element.name).is_none() => {
                element.children.iter().for_each(|child| self.comments(child));
            }
            _ => {}
        }
    }

    fn about(&mut self, description: &Element) {
        let about = super::shape::about(description);
        if !about.is_empty() {
            self.0.insert("XMP:about".to_owned(), vec![about.to_owned()]);
        }
    }

    fn ours(&mut self, element: &Element, property: &Property) {
        let mut inner = Self(Listing::new());
        if property.form == Form::Language {
            inner.languages(element);
        } else {
            inner.value(element, "");
        }
        let (own, foreign): (Vec<_>, Vec<_>) =
            inner.0.into_iter().partition(|(path, _)| property.form != Form::Language || path.is_empty());
        let own = own.into_iter().flat_map(|(path, values)| {
            values
                .into_iter()
                .map(move |value| if path.is_empty() { value } else { format!("{path}={value}") })
        });
        self.add(property.tag.name().to_owned(), own.collect::<Vec<_>>().join("\u{1f}"));
        for (path, values) in foreign {
            self.0.entry(below("XMP:", &element.name) + &path).or_default().extend(values);
        }
    }

    /// The default language without a path, the others with theirs.
    fn languages(&mut self, element: &Element) {
        let Some(list) = list_in(element) else { return self.value(element, "") };
        for item in list.elements() {
            match leaf(item, true) {
                Ok(leaf) if leaf.is_default() => self.add(String::new(), leaf.text),
                _ => self.value(item, ""),
            }
        }
    }

    fn fields(&mut self, element: &Element, path: &str) {
        for attribute in element.attributes.iter().filter(|attribute| is_field(&attribute.name)) {
            self.add(below(path, &attribute.name), text(attribute));
        }
        for child in element.elements() {
            if child.name.is("rdf", "Description") {
                self.fields(child, path);
            } else {
                self.value(child, &below(path, &child.name));
            }
        }
    }

    fn value(&mut self, element: &Element, path: &str) {
        let mut path = path.to_owned();
        if let Some(language) = element.attribute("xml", "lang") {
            let _ = write!(path, "@{}", text(language).to_lowercase());
        }
        for attribute in element.attributes.iter().filter(|attribute| attribute.name.is_rdf()) {
            if attribute.name.local() != "parseType" {
                self.add(below(&path, &attribute.name), text(attribute));
            }
        }
        self.fields_or_text(element, &path);
    }

    fn fields_or_text(&mut self, element: &Element, path: &str) {
        if let Some(list) = list_in(element) {
            for (number, item) in list.elements().enumerate() {
                self.value(item, &format!("{path}[{number}]"));
            }
            let rest = element.elements().filter(|child| !child.name.is_list());
            rest.for_each(|child| self.value(child, &below(path, &child.name)));
            if list.elements().next().is_none() {
                self.add(path.to_owned(), String::new());
            }
            return;
        }
        let has_fields = element.attributes.iter().any(|attribute| is_field(&attribute.name));
        if has_fields || element.elements().next().is_some() {
            self.fields(element, path);
        }
        let said = content(element).unwrap_or_else(|_| super::tree::text_of(&element.children));
        if element.elements().next().is_none() && (!has_fields || !said.trim().is_empty()) {
            self.add(path.to_owned(), said);
        }
    }
}

fn text(attribute: &Attribute) -> String {
    decoded(&attribute.raw).unwrap_or_else(|_| attribute.raw.clone())
}

fn below(path: &str, name: &Name) -> String {
    format!("{path}{{{}}}{}", name.space.plain(), name.local())
}
