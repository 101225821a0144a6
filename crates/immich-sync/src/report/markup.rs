//! The only way onto the page.
//!
//! Markup is made of literals of this program, by type; everything else is text and is escaped. So there is nothing to
//! forget: a name that looks like an element cannot become one.

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::output::clean;

/// A piece of the page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    /// Markup: a literal.
    Raw(&'static str),
    /// Text, or the value of an attribute in double quotes.
    Text(&'a str),
    /// A whole number, in digits.
    Number(u64),
}

/// Writes a page.
pub(super) struct Markup<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Markup<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }

    /// Writes one piece after the other.
    pub(super) fn put(&mut self, parts: &[Part<'_>]) -> io::Result<()> {
        parts.iter().try_for_each(|part| match part {
            Part::Raw(markup) => self.out.write_all(markup.as_bytes()),
            Part::Text(text) => self.out.write_all(escaped(text).as_bytes()),
            Part::Number(number) => write!(self.out, "{number}"),
        })
    }

    /// Writes a literal.
    pub(super) fn raw(&mut self, markup: &'static str) -> io::Result<()> {
        self.put(&[Part::Raw(markup)])
    }

    /// Writes the address of a JPEG that stands in the page itself.
    pub(super) fn jpeg_address(&mut self, jpeg: &[u8]) -> io::Result<()> {
        write!(self.out, "data:image/jpeg;base64,{}", BASE64_STANDARD.encode(jpeg))
    }
}

/// Text as it stands between elements and in quoted attributes. What acts (control characters, marks of the reading
/// order) is spelled out, as on a terminal.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in clean(text).chars() {
        match letter {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            other => shown.push(other),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::Part::{Number, Raw, Text};
    use super::*;

    fn written(parts: &[Part<'_>]) -> String {
        let mut out = Vec::new();
        Markup::new(&mut out).put(parts).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_never_becomes_markup() {
        let page = written(&[
            Raw("<p title=\""),
            Text("\"'><b>&"),
            Raw("\">"),
            Text("</p>"),
            Number(7),
            Raw("</p>"),
        ]);

        assert_eq!(page, "<p title=\"&quot;&#39;&gt;&lt;b&gt;&amp;\">&lt;/p&gt;7</p>");
    }

    #[test]
    fn what_turns_the_reading_order_or_is_not_seen_is_spelled_out() {
        assert_eq!(written(&[Text("a\u{202e}gpj\u{0}\u{2066}\n")]), "a\\u{202e}gpj\\u{0}\\u{2066}\\n");
    }
}
