//! An XML document that is written again byte for byte: everything keeps the form it has, quotes and blanks included.
//!
//! Text is kept as it stands, with its references; what it says is worked out where somebody asks. So a property that
//! nobody edits comes out as it went in, whatever it holds.

use std::fmt::Write as _;
use std::sync::Arc;

use super::names::{NONE, Space, XMLNS};

/// A document with all that stands around its root.
#[derive(Debug, Clone, Default)]
pub(super) struct Document {
    pub(super) nodes: Vec<Node>,
}

/// A part of a document or of an element.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Element(Element),
    /// Character data, references not resolved.
    Text(String),
    /// `<![CDATA[…]]>`, whole.
    Section(String),
    /// `<!--…-->`, whole.
    Comment(String),
    /// `<?…?>`, whole; the declaration of XML too.
    Instruction(String),
}

/// A name as it stands, and its namespace.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) raw: String,
    pub(super) space: Arc<Space>,
}

#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) name: Name,
    pub(super) attributes: Vec<Attribute>,
    /// Blanks before the end of the tag.
    pub(super) tail: String,
    pub(super) children: Vec<Node>,
    /// The end tag as it stands; `None` for `<a/>`.
    pub(super) end: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Attribute {
    /// Blanks before it.
    pub(super) before: String,
    pub(super) name: Name,
    /// `=` with the blanks around it.
    pub(super) equals: String,
    pub(super) quote: char,
    /// The value, references not resolved.
    pub(super) raw: String,
}

impl Name {
    pub(super) fn local(&self) -> &str {
        self.raw.split_once(':').map_or(self.raw.as_str(), |(_, local)| local)
    }

    pub(super) fn prefix(&self) -> &str {
        self.raw.split_once(':').map_or(NONE, |(prefix, _)| prefix)
    }

    /// Whether it is this name in a known namespace.
    pub(super) fn is(&self, prefix: &str, local: &str) -> bool {
        self.space.known == Some(prefix) && self.local() == local
    }

    pub(super) fn is_rdf(&self) -> bool {
        self.space.known == Some("rdf")
    }

    /// Whether it is one of RDF's lists.
    pub(super) fn is_list(&self) -> bool {
        self.is_rdf() && matches!(self.local(), "Bag" | "Seq" | "Alt")
    }
}

impl Attribute {
    /// In the form in which we write.
    pub(super) fn new(name: Name, raw: String) -> Self {
        Self { before: " ".to_owned(), name, equals: "=".to_owned(), quote: '"', raw }
    }

    /// The prefix that it declares; empty for the default.
    pub(super) fn declares(&self) -> Option<&str> {
        (self.name.space.known == Some(XMLNS))
            .then(|| self.name.raw.strip_prefix("xmlns").unwrap_or_default().trim_start_matches(':'))
    }
}

impl Node {
    pub(super) fn as_element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if is_blank(text))
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Element(element) => element.write(out),
            Self::Text(raw) | Self::Section(raw) | Self::Comment(raw) | Self::Instruction(raw) => {
                out.push_str(raw);
            }
        }
    }
}

impl Element {
    /// An element without anything.
    pub(super) fn new(name: Name) -> Self {
        Self { name, attributes: Vec::new(), tail: String::new(), children: Vec::new(), end: None }
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(Node::as_element)
    }

    pub(super) fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    pub(super) fn attribute(&self, prefix: &str, local: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.is(prefix, local))
    }

    /// Gives it room between two tags.
    pub(super) fn open(&mut self) {
        if self.end.is_none() {
            self.end = Some(format!("</{}>", self.name.raw));
            self.tail.clear();
        }
    }

    /// Takes a child away, with the line it stands on.
    pub(super) fn remove_child(&mut self, index: usize) {
        if index < self.children.len() {
            self.children.remove(index);
        }
        if index > 0 && self.children.get(index - 1).is_some_and(Node::is_blank) {
            self.children.remove(index - 1);
        }
    }

    /// The blanks before its first child element: the start of a line in here.
    pub(super) fn inner_line(&self) -> Option<&str> {
        let at = self.children.iter().position(|node| node.as_element().is_some())?;
        Some(line_before(&self.children, at))
    }

    pub(super) fn write(&self, out: &mut String) {
        let _ = write!(out, "<{}", self.name.raw);
        for attribute in &self.attributes {
            let Attribute { before, name, equals, quote, raw } = attribute;
            let _ = write!(out, "{before}{}{equals}{quote}{raw}{quote}", name.raw);
        }
        out.push_str(&self.tail);
        match &self.end {
            None => out.push_str("/>"),
            Some(end) => {
                out.push('>');
                self.children.iter().for_each(|child| child.write(out));
                out.push_str(end);
            }
        }
    }
}

/// Whether it is nothing but what XML takes for blanks.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The blanks before a node: a line break and what indents it, or nothing.
pub(super) fn line_before(nodes: &[Node], at: usize) -> &str {
    match at.checked_sub(1).and_then(|before| nodes.get(before)) {
        Some(Node::Text(text)) if is_blank(text) => text.rfind('\n').map_or("", |start| &text[start..]),
        _ => "",
    }
}

impl Document {
    pub(super) fn root(&self) -> Option<&Element> {
        self.nodes.iter().find_map(Node::as_element)
    }

    pub(super) fn root_mut(&mut self) -> Option<&mut Element> {
        self.nodes.iter_mut().find_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The description in RDF.
    pub(super) fn rdf(&self) -> Option<&Element> {
        let root = self.root()?;
        if root.name.is("rdf", "RDF") {
            return Some(root);
        }
        root.elements().find(|child| child.name.is("rdf", "RDF"))
    }

    pub(super) fn rdf_mut(&mut self) -> Option<&mut Element> {
        let root = self.root_mut()?;
        if root.name.is("rdf", "RDF") {
            return Some(root);
        }
        root.elements_mut().find(|child| child.name.is("rdf", "RDF"))
    }

    /// All of it, as text.
    pub(super) fn text(&self) -> String {
        text_of(&self.nodes)
    }
}

/// Nodes as text.
pub(super) fn text_of(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        node.write(&mut out);
    }
    out
}
