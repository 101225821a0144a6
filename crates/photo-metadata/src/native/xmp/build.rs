//! New elements: named by the prefixes that are declared where they go, indented like their neighbours.

use std::sync::Arc;

use super::names::{Space, XMLNS, address_of};
use super::text::{encoded, encoded_attribute};
use super::tree::{Attribute, Element, Name, Node};
use crate::native::fault::Fault;

/// Prefixes that are tried; a document has fewer declarations at one place.
const MOST: usize = 1000;

/// Makes elements for one place in a document, and notes which namespaces have to be declared there.
pub(super) struct Builder {
    /// Declarations that hold there, outer ones first.
    spaces: Vec<(String, Arc<Space>)>,
    /// What has to be declared in addition.
    pub(super) declarations: Vec<Attribute>,
}

impl Builder {
    /// For a place inside of these elements, the outermost first.
    pub(super) fn within(elements: &[&Element]) -> Self {
        let mut builder = Self { spaces: Vec::new(), declarations: Vec::new() };
        for attribute in elements.iter().flat_map(|element| &element.attributes) {
            if let Some(prefix) = attribute.declares() {
                let address = super::text::decoded(&attribute.raw).unwrap_or_default();
                builder.spaces.push((prefix.to_owned(), Space::new(&address)));
            }
        }
        builder
    }

    /// Whether the namespace of a known prefix is declared already.
    pub(super) fn knows(&self, known: &str) -> bool {
        self.find(known).is_some()
    }

    /// The innermost declaration of the namespace whose prefix no other one hides.
    fn find(&self, known: &str) -> Option<&(String, Arc<Space>)> {
        let wanted = address_of(known)?.trim_end_matches(['/', '#']);
        self.spaces.iter().enumerate().rev().find_map(|(at, declared)| {
            let (prefix, space) = declared;
            let is_it =
                !prefix.is_empty() && space.known == Some(known_static(known)?) && space.plain() == wanted;
            let is_hidden = self.spaces[at + 1..].iter().any(|(other, _)| other == prefix);
            (is_it && !is_hidden).then_some(declared)
        })
    }

    /// A name in the namespace of a known prefix.
    pub(super) fn name(&mut self, known: &str, local: &str) -> Result<Name, Fault> {
        if !self.knows(known) {
            self.declare(known)?;
        }
        let found = self.find(known).ok_or_else(|| unknown(known))?;
        Ok(Name { raw: format!("{}:{local}", found.0), space: Arc::clone(&found.1) })
    }

    fn declare(&mut self, known: &str) -> Result<(), Fault> {
        let address = address_of(known).ok_or_else(|| unknown(known))?;
        let is_free = |prefix: &str| !self.spaces.iter().any(|(taken, _)| taken == prefix);
        let prefix = std::iter::once(known.to_owned())
            .chain((1..=MOST).map(|number| format!("{known}{number}")))
            .find(|prefix| is_free(prefix))
            .ok_or_else(|| unknown(known))?;
        let name = Name { raw: format!("xmlns:{prefix}"), space: Space::fixed(XMLNS) };
        self.declarations.push(Attribute::new(name, encoded_attribute(address)));
        self.spaces.push((prefix, Space::new(address)));
        Ok(())
    }

    /// An element with text.
    pub(super) fn text(&mut self, known: &str, local: &str, text: &str) -> Result<Element, Fault> {
        let mut element = Element::new(self.name(known, local)?);
        set_text(&mut element, text);
        Ok(element)
    }

    /// An element with elements.
    pub(super) fn parent(
        &mut self,
        known: &str,
        local: &str,
        children: Vec<Element>,
    ) -> Result<Element, Fault> {
        let mut element = Element::new(self.name(known, local)?);
        if !children.is_empty() {
            element.open();
            element.children = children.into_iter().map(Node::Element).collect();
        }
        Ok(element)
    }

    /// An element whose children are its fields.
    pub(super) fn resource(
        &mut self,
        known: &str,
        local: &str,
        fields: Vec<Element>,
    ) -> Result<Element, Fault> {
        let mut element = self.parent(known, local, fields)?;
        let name = self.name("rdf", "parseType")?;
        element.attributes.push(Attribute::new(name, "Resource".to_owned()));
        Ok(element)
    }
}

fn unknown(known: &str) -> Fault {
    Fault::beyond(format!("its XMP packet has no place for `{known}`"))
}

fn known_static(known: &str) -> Option<&'static str> {
    address_of(known).and_then(|address| Space::new(address).known)
}

/// A language as an attribute.
pub(super) fn language(code: &str) -> Attribute {
    Attribute::new(Name { raw: "xml:lang".to_owned(), space: Space::fixed("xml") }, encoded_attribute(code))
}

/// Gives an element this text and nothing else.
pub(super) fn set_text(element: &mut Element, text: &str) {
    element.open();
    element.children = if text.is_empty() { Vec::new() } else { vec![Node::Text(encoded(text))] };
}

/// Adds a child behind the others, on a line of its own where they stand so. `line` is how the line of the parent
/// begins, from its line feed on; empty where it has none.
pub(super) fn push(parent: &mut Element, child: Element, line: &str) {
    let at = match parent.children.last() {
        Some(last) if last.is_blank() => parent.children.len() - 1,
        _ => parent.children.len(),
    };
    place(parent, at, child, line);
}

/// Adds a child before the others.
pub(super) fn push_first(parent: &mut Element, child: Element, line: &str) {
    let first = parent.children.iter().position(|node| node.as_element().is_some());
    match first {
        Some(at) if at > 0 && parent.children[at - 1].is_blank() => place(parent, at - 1, child, line),
        Some(at) => place(parent, at, child, line),
        None => push(parent, child, line),
    }
}

fn place(parent: &mut Element, at: usize, mut child: Element, line: &str) {
    let own = match parent.inner_line() {
        Some(own) => own.to_owned(),
        None if line.is_empty() => String::new(),
        None => format!("{line} "),
    };
    parent.open();
    indent(&mut child, &own);
    let is_first = parent.elements().next().is_none();
    if is_first && parent.children.len() == at && !own.is_empty() {
        parent.children.push(Node::Text(line.to_owned()));
    }
    let at = at.min(parent.children.len());
    parent.children.insert(at, Node::Element(child));
    if !own.is_empty() {
        parent.children.insert(at, Node::Text(own));
    }
}

/// Puts the children of a new element on lines of their own.
fn indent(element: &mut Element, line: &str) {
    if line.is_empty() || element.elements().next().is_none() {
        return;
    }
    let inner = format!("{line} ");
    let children = std::mem::take(&mut element.children);
    for mut child in children {
        if let Node::Element(child) = &mut child {
            indent(child, &inner);
        }
        element.children.push(Node::Text(inner.clone()));
        element.children.push(child);
    }
    element.children.push(Node::Text(line.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn with_child(text: &str) -> String {
        let mut document = parse(text).unwrap();
        let root = document.root().unwrap().clone();
        let mut builder = Builder::within(&[&root]);
        let item = builder.text("rdf", "li", "x & y").unwrap();
        let list = builder.parent("rdf", "Bag", vec![item]).unwrap();
        let child = builder.parent("dc", "subject", vec![list]).unwrap();
        let root = document.root_mut().unwrap();
        root.attributes.extend(builder.declarations);
        push(root, child, "\n");
        document.text()
    }

    #[test]
    fn a_child_takes_the_prefixes_and_the_indentation_that_are_there() {
        assert_eq!(
            with_child(
                "<r xmlns:R='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='urn:other'>\n  <a/>\n</r>"
            ),
            "<r xmlns:R='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='urn:other' \
             xmlns:dc1=\"http://purl.org/dc/elements/1.1/\">\n  <a/>\n  <dc1:subject>\n   <R:Bag>\n    \
             <R:li>x &amp; y</R:li>\n   </R:Bag>\n  </dc1:subject>\n</r>"
        );
    }

    #[test]
    fn a_document_on_one_line_stays_on_one_line() {
        let text = "<r xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='http://purl.org/dc/elements/1.1/'>\
             <a/></r>";

        assert_eq!(
            with_child(text),
            text.replace(
                "<a/>",
                "<a/><dc:subject><rdf:Bag><rdf:li>x &amp; y</rdf:li></rdf:Bag></dc:subject>"
            )
        );
    }
}
