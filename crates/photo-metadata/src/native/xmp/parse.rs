//! Text becomes a tree. Strict where a mistake could hide something, and bounded in depth and number.
//!
//! `quick-xml` finds the marks and pairs them; what it hands out is located in the text again, so that the tree holds
//! every byte. Document types are refused, so no entity can be declared.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::names::{NONE, Space, XMLNS};
use super::tree::{Attribute, Document, Element, Name, Node};
use crate::native::fault::Fault;

/// Elements within elements; the deepest that programs write have about fifteen.
const DEEPEST: usize = 64;

/// Elements, attributes, comments and instructions in one document; two trees of that many take about 30 MiB. Sidecars with long histories
/// and many masks have some ten thousand.
const MOST_MARKS: usize = 60_000;

/// Declarations that may hold at one place.
const MOST_SPACES: usize = 500;

/// Reads a whole document. What follows its end without being markup is left out.
pub(super) fn parse(text: &str) -> Result<Document, Fault> {
    let mut parser = Parser::new();
    let mut reader = Reader::from_str(text);
    loop {
        let start = position(&reader);
        let event = reader.read_event().map_err(|error| malformed(&error.to_string()))?;
        let raw = text.get(start..position(&reader)).ok_or_else(|| malformed("a mark is cut"))?;
        match event {
            Event::Start(_) => parser.start(raw, false)?,
            Event::Empty(_) => parser.start(raw, true)?,
            Event::End(_) => parser.end(raw)?,
            Event::Text(_) | Event::GeneralRef(_) => parser.text(raw)?,
            Event::CData(_) => parser.inside(Node::Section(raw.to_owned()))?,
            Event::Comment(_) => parser.comment(raw)?,
            Event::Decl(_) | Event::PI(_) => parser.instruction(raw)?,
            Event::DocType(_) => return Err(malformed("it has a document type")),
            Event::Eof => return parser.finish(),
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// Whether it is a name and what follows behind a space (XML 1.0, section 2.6). In `<?a><b?>` some readers see an
/// element begin.
fn is_instruction(raw: &str) -> bool {
    let Some(said) = raw.strip_prefix("<?").and_then(|rest| rest.strip_suffix("?>")) else { return false };
    let name = said.split_ascii_whitespace().next().unwrap_or_default();
    said.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'))
}

fn malformed(what: &str) -> Fault {
    Fault::beyond(format!("its XMP packet is not the XML that is expected ({what})"))
}

struct Parser {
    nodes: Vec<Node>,
    /// Elements whose end has not come, with the number of declarations before them.
    open: Vec<(Element, usize)>,
    spaces: Vec<(String, Arc<Space>)>,
    /// For each prefix what it stands for in the elements that are open, innermost last, and whether it stood for a
    /// known namespace somewhere.
    meanings: HashMap<String, (Vec<Option<&'static str>>, bool)>,
    none: Arc<Space>,
    xml: Arc<Space>,
    xmlns: Arc<Space>,
    marks: usize,
}

/// An attribute as it stands.
struct RawAttribute<'a> {
    before: &'a str,
    name: &'a str,
    equals: &'a str,
    quote: char,
    raw: &'a str,
}

impl Parser {
    fn new() -> Self {
        let fixed = Space::fixed;
        Self {
            nodes: Vec::new(),
            open: Vec::new(),
            spaces: Vec::new(),
            meanings: HashMap::new(),
            none: fixed(NONE),
            xml: fixed("xml"),
            xmlns: fixed(XMLNS),
            marks: 0,
        }
    }

    fn finish(self) -> Result<Document, Fault> {
        let roots = self.nodes.iter().filter(|node| node.as_element().is_some()).count();
        if !self.open.is_empty() || roots != 1 {
            return Err(malformed("one document, and all of it"));
        }
        Ok(Document { nodes: self.nodes })
    }

    fn push(&mut self, node: Node) {
        match self.open.last_mut() {
            Some((element, _)) => element.children.push(node),
            None => self.nodes.push(node),
        }
    }

    fn inside(&mut self, node: Node) -> Result<(), Fault> {
        if self.open.is_empty() {
            return Err(malformed("text outside of the document"));
        }
        self.add(node)
    }

    /// Readers disagree on where a comment that begins with `>` ends.
    fn comment(&mut self, raw: &str) -> Result<(), Fault> {
        let said = raw.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
        match said {
            Some(said) if !said.starts_with(['>', '-']) => self.add(Node::Comment(raw.to_owned())),
            _ => Err(malformed("a comment that may end in two places")),
        }
    }

    fn instruction(&mut self, raw: &str) -> Result<(), Fault> {
        if !is_instruction(raw) {
            return Err(malformed("an instruction without a name"));
        }
        let is_outside = self.open.is_empty() && self.nodes.iter().all(|node| node.as_element().is_none());
        if is_outside && raw.starts_with("<?xpacket end") {
            return Err(malformed("its end stands before it"));
        }
        self.add(Node::Instruction(raw.to_owned()))
    }

    /// Takes anything that is no element.
    fn add(&mut self, node: Node) -> Result<(), Fault> {
        self.count(1)?;
        self.push(node);
        Ok(())
    }

    fn count(&mut self, more: usize) -> Result<(), Fault> {
        self.marks += more;
        if self.marks > MOST_MARKS { Err(malformed("too many elements")) } else { Ok(()) }
    }

    fn text(&mut self, raw: &str) -> Result<(), Fault> {
        let siblings = match self.open.last_mut() {
            Some((element, _)) => &mut element.children,
            None if raw.chars().all(char::is_whitespace) => &mut self.nodes,
            // Padding with zeros, and whatever a writer of shorter packets left behind its own.
            None if self.nodes.iter().any(|node| node.as_element().is_some()) => return Ok(()),
            None => return Err(malformed("text outside of the document")),
        };
        if raw.contains('\0') {
            return Err(malformed("a zero in it"));
        }
        match siblings.last_mut() {
            Some(Node::Text(text)) => text.push_str(raw),
            _ => siblings.push(Node::Text(raw.to_owned())),
        }
        Ok(())
    }

    fn end(&mut self, raw: &str) -> Result<(), Fault> {
        let (mut element, spaces) = self.open.pop().ok_or_else(|| malformed("an end without a start"))?;
        element.end = Some(raw.to_owned());
        self.leave(spaces);
        self.push(Node::Element(element));
        Ok(())
    }

    fn start(&mut self, raw: &str, is_empty: bool) -> Result<(), Fault> {
        let inner =
            raw.strip_prefix('<').and_then(|rest| rest.strip_suffix(if is_empty { "/>" } else { ">" }));
        let inner = inner.ok_or_else(|| malformed("a mark is cut"))?;
        let (raw_name, attributes, tail) =
            split_tag(inner).ok_or_else(|| malformed("an attribute is cut"))?;
        self.count(1 + attributes.len())?;
        if self.open.len() >= DEEPEST {
            return Err(malformed("too many elements"));
        }
        let outer = self.spaces.len();
        self.declare(&attributes)?;
        let element = Element {
            name: self.name(raw_name, true)?,
            attributes: self.attributes(&attributes)?,
            tail: tail.to_owned(),
            children: Vec::new(),
            end: None,
        };
        if is_empty {
            self.leave(outer);
            self.push(Node::Element(element));
        } else {
            self.open.push((element, outer));
        }
        Ok(())
    }

    fn declare(&mut self, attributes: &[RawAttribute<'_>]) -> Result<(), Fault> {
        for attribute in attributes {
            if let Some(prefix) = declared(attribute.name) {
                let address = super::text::decoded(attribute.raw)?;
                let space = Space::new(&address);
                if prefix.is_empty() && space.known.is_some() {
                    // ExifTool knows no default namespaces, and would read something else than what stands here.
                    return Err(malformed("a known namespace without prefix"));
                }
                self.check_meaning(prefix, &space)?;
                self.spaces.push((prefix.to_owned(), space));
            }
        }
        if self.spaces.len() > MOST_SPACES {
            return Err(malformed("too many namespaces"));
        }
        Ok(())
    }

    /// For ExifTool a prefix goes on meaning what it meant in an element before, until it is declared for another
    /// namespace that is known: what is read with it then is not what stands there.
    fn check_meaning(&mut self, prefix: &str, space: &Space) -> Result<(), Fault> {
        let (open, was_known) = self.meanings.entry(prefix.to_owned()).or_default();
        let hides_another = open.last().is_some_and(|outer| *outer != space.known);
        if hides_another || (space.known.is_none() && *was_known) {
            return Err(malformed("a prefix that means two things"));
        }
        *was_known |= space.known.is_some();
        open.push(space.known);
        Ok(())
    }

    /// Leaves an element, before which so many declarations held.
    fn leave(&mut self, outer: usize) {
        for (prefix, _) in self.spaces.drain(outer..) {
            if let Some((open, _)) = self.meanings.get_mut(&prefix) {
                open.pop();
            }
        }
    }

    fn attributes(&self, raw: &[RawAttribute<'_>]) -> Result<Vec<Attribute>, Fault> {
        let mut names = BTreeSet::new();
        raw.iter()
            .map(|attribute| {
                if !names.insert(attribute.name) {
                    return Err(malformed("an attribute comes twice"));
                }
                // A `>` in a value is legal, and ends the tag for ExifTool.
                if attribute.raw.contains(['<', '>', '\0']) {
                    return Err(malformed("a sign in an attribute that should be written as a reference"));
                }
                Ok(Attribute {
                    before: attribute.before.to_owned(),
                    name: self.name(attribute.name, false)?,
                    equals: attribute.equals.to_owned(),
                    quote: attribute.quote,
                    raw: attribute.raw.to_owned(),
                })
            })
            .collect()
    }

    fn name(&self, raw: &str, is_element: bool) -> Result<Name, Fault> {
        let (prefix, local) = raw.split_once(':').unwrap_or((NONE, raw));
        if !is_name(local) || (raw.contains(':') && !is_name(prefix)) {
            return Err(malformed("a name is cut"));
        }
        let space = if declared(raw).is_some() && !is_element {
            Some(&self.xmlns)
        } else if prefix == "xml" {
            Some(&self.xml)
        } else if prefix.is_empty() && !is_element {
            Some(&self.none)
        } else {
            let found = self.spaces.iter().rev().find(|(known, _)| known == prefix).map(|(_, space)| space);
            found.or_else(|| prefix.is_empty().then_some(&self.none))
        };
        let space = space.ok_or_else(|| malformed("a prefix is not declared"))?;
        Ok(Name { raw: raw.to_owned(), space: Arc::clone(space) })
    }
}

/// The prefix that an attribute of this name declares.
fn declared(name: &str) -> Option<&str> {
    if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") }
}

/// Letters, digits and a few signs (Namespaces in XML, section 4; other than ASCII is not looked at closely).
fn is_name(name: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') || !c.is_ascii();
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    name.starts_with(first) && name.chars().all(inside)
}

/// Name, attributes, and the blanks behind them.
fn split_tag(inner: &str) -> Option<(&str, Vec<RawAttribute<'_>>, &str)> {
    let (name, mut rest) = word(inner)?;
    let mut attributes = Vec::new();
    loop {
        let (before, behind) = blanks(rest);
        if behind.is_empty() {
            return Some((name, attributes, before));
        }
        let (name, behind) = word(behind).filter(|_| !before.is_empty())?;
        let unquoted = blanks(blanks(behind).1.strip_prefix('=')?).1;
        let equals = &behind[..behind.len() - unquoted.len()];
        let quote = unquoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (raw, behind) = unquoted[1..].split_once(quote)?;
        attributes.push(RawAttribute { before, name, equals, quote, raw });
        rest = behind;
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_whitespace() || "=/><'\"".contains(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn blanks(text: &str) -> (&str, &str) {
    text.split_at(text.len() - text.trim_start().len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        for text in [
            "<?xpacket begin='\u{feff}'?>\n<!-- c --><a:r\n  xmlns:a = 'A' xmlns=\"D\" ><b a:c=\"1 &amp; 2\" d='&#x41;' />t\
             <![CDATA[<&]]>&lt;é\r\n</a:r  >\n<?xpacket end='w'?>\n\n",
            "<a/>",
        ] {
            assert_eq!(parse(text).unwrap().text(), text);
        }
        assert_eq!(parse("<a/>\n\0\0 \u{1}garbage").unwrap().text(), "<a/>");
    }

    #[test]
    fn names_are_resolved_where_they_stand() {
        let document = parse("<a:r xmlns:a='A'><a:b xmlns:a='B' a:c='' d=''/><a:e/></a:r>").unwrap();
        let root = document.root().unwrap();
        let spaces: Vec<&str> = root.elements().map(|child| child.name.space.address.as_str()).collect();

        assert_eq!((root.name.space.address.as_str(), &spaces[..]), ("A", &["B", "A"][..]));
        let inner = &root.elements().next().unwrap().attributes;
        assert_eq!(inner[1].name.space.address, "B");
        assert_eq!(inner[2].name.space.address, "");
        assert_eq!(inner[0].declares(), Some("a"));
    }

    #[test]
    fn what_is_not_well_formed_is_a_fault() {
        for text in [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<1/>",
            "<a:/>",
            "<a\u{1}/>",
            "<a b></a>",
            "<a b=c/>",
            "<a b='c/>",
            "<a b='1' b='2'/>",
            "<a b='>'/>",
            "<x:a/>",
            "<a x:b=''/>",
            "<!DOCTYPE a><a/>",
            "text<a/>",
            "<a>\0</a>",
            "<a",
            "<a><!-- </a>",
            "<?x><b?><a/>",
            "<?x>?><a/>",
            "<?><a/>",
            "<? x?><a/>",
            "<a><b xmlns:x='http://ns.adobe.com/xap/1.0/'/><b xmlns:x='ttp://ns.adobe.com/xap/1.0/'/></a>",
            "<a xmlns:x='http://ns.adobe.com/xap/1.0/'><b xmlns:x='http://purl.org/dc/elements/1.1/'/></a>",
            "<!--><a/>-->",
            "<!--><a/>",
            "<!---><a/>-->",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&("<a>".repeat(100) + &"</a>".repeat(100))).is_err());
        assert!(parse(&format!("<r>{}</r>", "<a/>".repeat(MOST_MARKS))).is_err());
        assert!(parse(&format!("<r>{}</r>", "<!--a-->".repeat(MOST_MARKS))).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_loses_a_letter(text in "[<>/a:='\"&;!\\[\\]\\- \u{e9}x?#0-9]{0,60}") {
            if let Ok(document) = parse(&format!("<r xmlns:a='A' xmlns:x='X'>{text}</r>")) {
                prop_assert_eq!(document.text(), format!("<r xmlns:a='A' xmlns:x='X'>{text}</r>"));
            }
            let _ = parse(&text);
        }
    }
}
