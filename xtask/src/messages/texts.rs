//! The string literals of a source file, each with what it stands in.
//!
//! A syntax tree would lose what stands inside macros, and nearly every message does. So tokens are walked, and for each
//! literal it is noted which calls, macros and attributes are around it.

use anyhow::{Context as _, anyhow};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Lit;

use crate::source::{Source, attribute_at, is_for_tests};

/// Macros whose first literal is a format string.
const FORMATTERS: [&str; 10] =
    ["format!", "write!", "writeln!", "print!", "println!", "anyhow!", "bail!", "ensure!", "tr!", "#error"];

/// A string literal.
#[derive(Debug)]
pub(super) struct Text {
    /// What it holds.
    pub(super) value: String,
    /// The same as a format string: of a literal that is none, braces are doubled.
    pub(super) template: String,
    /// From 1 on.
    pub(super) line: usize,
    /// What it stands in, from the outside: calls (`usage`), macros (`format!`), attributes (`#error`).
    inside: Vec<String>,
    /// Whether it stands in `impl Display`.
    pub(super) is_shown: bool,
}

impl Text {
    /// Whether it stands in this, however deep.
    pub(super) fn is_in(&self, what: &str) -> bool {
        self.inside.iter().any(|name| name == what)
    }

    /// Whether it stands in one of these.
    pub(super) fn is_in_one_of(&self, all: &[&str]) -> bool {
        all.iter().any(|what| self.is_in(what))
    }

    /// What it stands in directly; empty for a block, a list, an arm.
    pub(super) fn around(&self) -> &str {
        self.inside.last().map_or("", String::as_str)
    }
}

/// The literals of a file; those of its tests are left out.
pub(super) fn of(source: &Source) -> anyhow::Result<Vec<Text>> {
    of_text(&source.text).with_context(|| source.path.display().to_string())
}

/// The same for a text.
pub(super) fn of_text(text: &str) -> anyhow::Result<Vec<Text>> {
    let stream: TokenStream = text.parse().map_err(|error| anyhow!("not Rust: {error}"))?;
    let mut walk = Walk::default();
    walk.level(stream);
    Ok(walk.found)
}

#[derive(Default)]
struct Walk {
    inside: Vec<String>,
    is_shown: bool,
    found: Vec<Text>,
}

impl Walk {
    /// Walks what stands between two brackets, or a whole file.
    fn level(&mut self, stream: TokenStream) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let (mut index, mut is_test, mut is_first) = (0, false, true);
        let mut item = 0;
        while let Some(tree) = trees.get(index) {
            if let Some((attribute, _, length)) = attribute_at(&trees[index..]) {
                is_test |= is_for_tests(&attribute);
                self.attribute(attribute);
                index += length;
                continue;
            }
            match tree {
                TokenTree::Group(group) if !is_test => self.group(group, &trees[item..index]),
                TokenTree::Literal(literal) if !is_test => {
                    if let Lit::Str(text) = Lit::new(literal.clone()) {
                        self.literal(text.value(), literal.span().start().line, is_first);
                        is_first = false;
                    }
                }
                _ => {}
            }
            index += 1;
            if ends_item(tree) {
                (is_test, item) = (false, index);
            }
        }
    }

    /// Only the words of an error are made for people.
    fn attribute(&mut self, attribute: TokenStream) {
        let mut trees = attribute.into_iter();
        if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(group))) = (trees.next(), trees.next())
            && name == "error"
        {
            self.named("#error".to_owned(), group.stream());
        }
    }

    /// A group, with what stands in front of it since the last item ended.
    fn group(&mut self, group: &Group, before: &[TokenTree]) {
        let was_shown = self.is_shown;
        if group.delimiter() == Delimiter::Brace && is_display(before) {
            self.is_shown = true;
        }
        let name = match before {
            [.., TokenTree::Ident(name), TokenTree::Punct(mark)] if mark.as_char() == '!' => {
                format!("{name}!")
            }
            [.., TokenTree::Ident(name)] if group.delimiter() == Delimiter::Parenthesis => name.to_string(),
            _ => String::new(),
        };
        self.named(name, group.stream());
        self.is_shown = was_shown;
    }

    fn named(&mut self, name: String, stream: TokenStream) {
        self.inside.push(name);
        self.level(stream);
        self.inside.pop();
    }

    fn literal(&mut self, value: String, line: usize, is_first: bool) {
        let around = self.inside.last().map_or("", String::as_str);
        let is_template = is_first && FORMATTERS.contains(&around);
        let template = if is_template { value.clone() } else { value.replace('{', "{{").replace('}', "}}") };
        self.found.push(Text { value, template, line, inside: self.inside.clone(), is_shown: self.is_shown });
    }
}

/// `impl fmt::Display for X`, and not an implementation of something for what is displayed.
fn is_display(before: &[TokenTree]) -> bool {
    let names: Vec<String> = before
        .iter()
        .filter_map(|tree| if let TokenTree::Ident(name) = tree { Some(name.to_string()) } else { None })
        .collect();
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    match (place("impl"), place("Display"), place("for")) {
        (Some(_), Some(display), Some(subject)) => display < subject,
        _ => false,
    }
}

fn ends_item(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Punct(sign) => matches!(sign.as_char(), ';' | ','),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(String, String)> {
        let found = of_text(source).unwrap();
        found.into_iter().map(|text| (text.around().to_owned(), text.template)).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(around, text)| ((*around).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_literal_knows_what_it_stands_in_and_whether_it_has_holes() {
        let source = r#"fn f() { usage("no {"); g(format!("no {}", "a {b}")); write!(f, "{x}"); ["y"] }"#;

        let all =
            [("usage", "no {{"), ("format!", "no {}"), ("format!", "a {{b}}"), ("write!", "{x}"), ("", "y")];
        assert_eq!(texts(source), owned(&all));
    }

    #[test]
    fn joined_lines_and_escapes_are_as_the_compiler_reads_them() {
        assert_eq!(texts("const A: &str = \"one \\\n    \\\"two\\\"\";"), owned(&[("", "one \"two\"")]));
    }
}
