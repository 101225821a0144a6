//! XML as far as XMP uses it: elements, attributes, text and namespaces, as a tree.
//!
//! Strict where a mistake could hide something: an entity that XML does not know, a document type, an element that
//! is not closed. Bounded in depth and number, so that no file can make it work long.

/// Elements within elements; the deepest that programs write have about fifteen.
const DEEPEST: usize = 64;

/// Elements in one document.
const MOST_ELEMENTS: usize = 500_000;

/// A name with the address of its namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) space: String,
    pub(super) local: String,
}

impl Name {
    pub(super) fn is(&self, space: &str, local: &str) -> bool {
        self.space == space && self.local == local
    }
}

/// One element.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) name: Name,
    pub(super) attributes: Vec<(Name, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

/// What is wrong, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) what: &'static str,
    pub(super) at: usize,
}

/// Reads a whole document.
pub(super) fn parse(text: &str) -> Result<Element, Fault> {
    Parser { text, at: 0, open: Vec::new(), root: None, elements: 0 }.run()
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    root: Option<Element>,
    elements: usize,
}

/// Names as they stand, and values.
type Attributes<'a> = Vec<(&'a str, String)>;

/// An element whose end has not come yet.
struct Open<'a> {
    raw_name: &'a str,
    spaces: Attributes<'a>,
    element: Element,
}

impl<'a> Parser<'a> {
    fn run(mut self) -> Result<Element, Fault> {
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if rest.starts_with("<?") {
                self.skip("<?", "?>")?;
            } else if rest.starts_with("<!--") {
                self.skip("<!--", "-->")?;
            } else if rest.starts_with("<![CDATA[") {
                let start = self.at + "<![CDATA[".len();
                self.skip("<![CDATA[", "]]>")?;
                let end = self.at - "]]>".len();
                let text = self.text.get(start..end).ok_or_else(|| self.fault("a section of text"))?;
                self.add_text(text)?;
            } else if rest.starts_with("<!") {
                return Err(self.fault("a document type, which XMP has not"));
            } else if rest.starts_with("</") {
                self.end()?;
            } else if rest.starts_with('<') {
                self.start()?;
            } else {
                let length = rest.find('<').unwrap_or(rest.len());
                let text = self.decoded(&rest[..length])?;
                self.add_text(&text)?;
                self.at += length;
            }
        }
        if !self.open.is_empty() {
            return Err(self.fault("the end of an element"));
        }
        let fault = self.fault("an element");
        self.root.ok_or(fault)
    }

    fn fault(&self, what: &'static str) -> Fault {
        Fault { what, at: self.at }
    }

    /// Goes behind a mark. What opens it has no part in its end: `<!-->` is the beginning of a comment.
    fn skip(&mut self, start: &str, end: &str) -> Result<(), Fault> {
        let said = self.at + start.len();
        let rest = self.text.get(said..).unwrap_or_default();
        let length = rest.find(end).ok_or_else(|| self.fault("the end of a mark"))?;
        self.at = said + length + end.len();
        Ok(())
    }

    fn add_text(&mut self, text: &str) -> Result<(), Fault> {
        match self.open.last_mut() {
            Some(open) => open.element.text.push_str(text),
            None if text.chars().all(|c| c.is_whitespace() || c == '\u{feff}') => {}
            None => return Err(self.fault("nothing but the document")),
        }
        Ok(())
    }

    fn decoded(&self, raw: &str) -> Result<String, Fault> {
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((before, behind)) = rest.split_once('&') {
            text.push_str(before);
            let (name, behind) = behind.split_once(';').ok_or_else(|| self.fault("a known entity"))?;
            text.push(entity(name).ok_or_else(|| self.fault("a known entity"))?);
            rest = behind;
        }
        text.push_str(rest);
        Ok(text)
    }

    fn end(&mut self) -> Result<(), Fault> {
        let rest = &self.text[self.at + 2..];
        let length = rest.find('>').ok_or_else(|| self.fault("the end of a mark"))?;
        let name = rest[..length].trim_end();
        let open = self.open.pop().filter(|open| open.raw_name == name);
        let open = open.ok_or_else(|| self.fault("the end of another element"))?;
        self.at += 2 + length + 1;
        self.close(open.element)
    }

    fn close(&mut self, element: Element) -> Result<(), Fault> {
        match self.open.last_mut() {
            Some(parent) => parent.element.children.push(element),
            None if self.root.is_none() => self.root = Some(element),
            None => return Err(self.fault("one document only")),
        }
        Ok(())
    }

    fn start(&mut self) -> Result<(), Fault> {
        self.elements += 1;
        if self.open.len() >= DEEPEST || self.elements > MOST_ELEMENTS {
            return Err(self.fault("fewer elements"));
        }
        self.at += 1;
        let raw_name = self.word();
        if raw_name.is_empty() {
            return Err(self.fault("the name of an element"));
        }
        let (attributes, is_empty) = self.attributes()?;
        let spaces: Vec<(&str, String)> = attributes
            .iter()
            .filter_map(|(name, value)| {
                let prefix = if *name == "xmlns" { "" } else { name.strip_prefix("xmlns:")? };
                Some((prefix, value.clone()))
            })
            .collect();
        let named = |name: &str, default: bool| self.resolve(name, &spaces, default);
        let name = named(raw_name, true)?;
        let attributes = attributes
            .iter()
            .filter(|(name, _)| *name != "xmlns" && !name.starts_with("xmlns:"))
            .map(|(name, value)| Ok((named(name, false)?, value.clone())))
            .collect::<Result<_, Fault>>()?;
        let element = Element { name, attributes, children: Vec::new(), text: String::new() };
        if is_empty {
            return self.close(element);
        }
        self.open.push(Open { raw_name, spaces, element });
        Ok(())
    }

    /// The next letters up to a blank or a sign.
    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || "=/><'\"".contains(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Names and values up to the end of the mark, and whether that also ends the element.
    fn attributes(&mut self) -> Result<(Attributes<'a>, bool), Fault> {
        let mut attributes = Vec::new();
        loop {
            self.blanks();
            let rest = &self.text[self.at..];
            for (sign, is_empty) in [("/>", true), (">", false)] {
                if rest.starts_with(sign) {
                    self.at += sign.len();
                    return Ok((attributes, is_empty));
                }
            }
            let name = self.word();
            self.blanks();
            let rest = self.text[self.at..].strip_prefix('=').filter(|_| !name.is_empty());
            let rest = rest.ok_or_else(|| self.fault("an attribute"))?.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            let quote = quote.ok_or_else(|| self.fault("a quoted value"))?;
            let value = &rest[1..];
            let length = value.find(quote).ok_or_else(|| self.fault("a quoted value"))?;
            attributes.push((name, self.decoded(&value[..length])?));
            self.at = self.text.len() - value.len() + length + 1;
        }
    }

    fn resolve(&self, name: &str, own: &[(&str, String)], default: bool) -> Result<Name, Fault> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if prefix == "xml" {
            return Ok(Name { space: "xml".to_owned(), local: local.to_owned() });
        }
        if prefix.is_empty() && !default {
            return Ok(Name { space: String::new(), local: local.to_owned() });
        }
        let outer = self.open.iter().rev().flat_map(|open| open.spaces.iter());
        let space = own.iter().chain(outer).find(|(known, _)| *known == prefix).map(|(_, space)| space);
        match space {
            Some(space) => Ok(Name { space: space.clone(), local: local.to_owned() }),
            None if prefix.is_empty() => Ok(Name { space: String::new(), local: local.to_owned() }),
            None => Err(self.fault("a namespace that is declared")),
        }
    }
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_resolved_where_they_stand() {
        let root = parse(
            "<?x?><!-- c --><a:r xmlns:a='A' xmlns='D'><b a:c=\"1 &amp; 2\" d='&#x41;'>t<![CDATA[<&]]></b></a:r>",
        )
        .unwrap();

        assert!(root.name.is("A", "r"));
        let child = &root.children[0];
        assert!(child.name.is("D", "b") && child.text == "t<&");
        assert_eq!(child.attributes[0].1, "1 & 2");
        assert!(child.attributes[1].0.is("", "d") && child.attributes[1].1 == "A");
    }

    #[test]
    fn what_is_not_well_formed_is_a_fault() {
        for text in [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a b></a>",
            "<a b=c/>",
            "<a b='c/>",
            "<a>&nbsp;</a>",
            "<x:a/>",
            "<!DOCTYPE a><a/>",
            "<a/>text",
            "<a",
            "<a><!-- </a>",
            "<!--><a/>",
            "<?><a/>",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let deep = "<a>".repeat(100) + &"</a>".repeat(100);
        assert_eq!(parse(&deep).unwrap_err().what, "fewer elements");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[<>/a:='\"&;!\\[\\]\\- \u{e9}x?#0-9]{0,60}") {
            let _ = parse(&text);
        }
    }
}
