//! Rust files as tokens: comments and layout are gone, strings are one token, lines are known.
//!
//! Searching text finds `println!` in comments and misses `SELECT` on the second line of a string.
//! Walking a syntax tree misses what stands inside `assert!(…)` and other macros. Tokens have both.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One token, with what the attributes around it say.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) text: String,
    /// From 1 on.
    pub(crate) line: usize,
    /// Whether it stands in an item marked `#[cfg(test)]` or `#[test]`.
    pub(crate) in_test: bool,
    /// Whether it stands in an item with `#[expect(…)]` of a lint against calls that may panic.
    pub(crate) expected: bool,
}

/// A Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// Whether it is the file of a module that exists in tests only: `#[cfg(test)] mod tests;`.
    pub(crate) is_test: bool,
}

impl Source {
    /// All Rust files under a folder, sorted; none if there is no such folder.
    pub(crate) fn all_under(folder: &Path) -> anyhow::Result<Vec<Self>> {
        let mut found = Vec::new();
        collect(folder, &mut found)?;
        found.sort_by(|one, other| one.path.cmp(&other.path));
        mark_tests(&mut found)?;
        Ok(found)
    }

    /// The folder in which the modules are that this file declares.
    fn modules_at(&self) -> PathBuf {
        let own_name = self
            .path
            .file_stem()
            .is_some_and(|name| !["lib", "main", "mod"].map(AsRef::as_ref).contains(&name));
        if own_name { self.path.with_extension("") } else { self.path.with_file_name("") }
    }

    /// The file as tokens.
    pub(crate) fn tokens(&self) -> anyhow::Result<Vec<Token>> {
        tokens_of(&self.text).with_context(|| self.path.display().to_string())
    }
}

fn collect(folder: &Path, found: &mut Vec<Source>) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            found.push(Source { path, text, is_test: false });
        }
    }
    Ok(())
}

/// Marks the files of modules that another file declares for tests only, and all that is below them.
fn mark_tests(sources: &mut [Source]) -> anyhow::Result<()> {
    let mut modules = Vec::new();
    for source in sources.iter() {
        let tokens = source.tokens()?;
        let declared = tokens.windows(3).filter(|window| window[0].text == "mod" && window[2].text == ";");
        modules.extend(
            declared
                .filter(|window| window[1].in_test)
                .map(|window| source.modules_at().join(&window[1].text)),
        );
    }
    for source in sources {
        let without_extension = source.path.with_extension("");
        source.is_test = modules.iter().any(|module| without_extension.starts_with(module));
    }
    Ok(())
}

/// Cuts a text into tokens; doc comments are left out.
pub(crate) fn tokens_of(text: &str) -> anyhow::Result<Vec<Token>> {
    let stream: TokenStream = text.parse().map_err(|error| anyhow!("not Rust: {error}"))?;
    let mut out = Vec::new();
    walk(stream, Marks::default(), &mut out);
    Ok(out)
}

#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    in_test: bool,
    expected: bool,
}

/// Walks one level. Marks of an attribute hold up to the end of the item: a `;`, a `,` or a `{}`.
fn walk(stream: TokenStream, around: Marks, out: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut level = around;
    let mut marks = around;
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        if let Some((attribute, inner, length)) = attribute_at(&trees[index..]) {
            let said = marks_of(&attribute);
            let target = if inner { &mut level } else { &mut marks };
            target.in_test |= said.in_test;
            target.expected |= said.expected;
            if inner {
                marks = level;
            }
            index += length;
            continue;
        }
        put(tree, marks, out);
        if ends_item(tree) {
            marks = level;
        }
        index += 1;
    }
}

fn put(tree: &TokenTree, marks: Marks, out: &mut Vec<Token>) {
    let token =
        |text: String, line: usize| Token { text, line, in_test: marks.in_test, expected: marks.expected };
    let TokenTree::Group(group) = tree else {
        out.push(token(tree.to_string(), tree.span().start().line));
        return;
    };
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    };
    out.push(token(open.to_owned(), group.span_open().start().line));
    walk(group.stream(), marks, out);
    out.push(token(close.to_owned(), group.span_close().start().line));
}

/// Whether an attribute starts here: its content, whether it is an inner one, how many tokens it has.
pub(crate) fn attribute_at(trees: &[TokenTree]) -> Option<(TokenStream, bool, usize)> {
    let punct =
        |tree: &TokenTree, sign: char| matches!(tree, TokenTree::Punct(found) if found.as_char() == sign);
    if !punct(trees.first()?, '#') {
        return None;
    }
    let inner = punct(trees.get(1)?, '!');
    let at = 1 + usize::from(inner);
    match trees.get(at)? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Some((group.stream(), inner, at + 1))
        }
        _ => None,
    }
}

/// Whether an attribute marks what is built for tests only.
pub(crate) fn is_for_tests(attribute: &TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    text == "cfg(test)" || text == "test" || text.starts_with("cfg(all(test")
}

fn marks_of(attribute: &TokenStream) -> Marks {
    let text = attribute.to_string().replace(' ', "");
    let against_panic = ["clippy::unwrap_used", "clippy::expect_used", "clippy::panic"];
    Marks {
        in_test: is_for_tests(attribute),
        expected: text.starts_with("expect(") && against_panic.iter().any(|lint| text.contains(lint)),
    }
}

fn ends_item(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Punct(sign) => matches!(sign.as_char(), ';' | ','),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}

/// Where these texts follow each other.
pub(crate) fn positions<'a>(
    tokens: &'a [Token],
    pattern: &'a [&'a str],
) -> impl Iterator<Item = &'a Token> + 'a {
    tokens
        .windows(pattern.len())
        .filter(move |window| window.iter().zip(pattern).all(|(token, text)| token.text == *text))
        .filter_map(|window| window.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_tokens_and_lines_are_known() {
        let tokens = tokens_of("/// println!\n// println!\nfn f() {\n  a\n}").unwrap();

        let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        assert_eq!(texts, ["fn", "f", "(", ")", "{", "a", "}"]);
        assert_eq!(tokens[5].line, 4);
    }

    #[test]
    fn marks_end_with_their_item() {
        let text =
            "#[cfg(test)] mod tests { a } b #[expect(clippy::unwrap_used, reason = \"x\")] let c = d; e";

        let tokens = tokens_of(text).unwrap();

        let marks = |name: &str| {
            let token = tokens.iter().find(|token| token.text == name).unwrap();
            (token.in_test, token.expected)
        };
        assert_eq!(
            ["a", "b", "c", "e"].map(marks),
            [(true, false), (false, false), (false, true), (false, false)]
        );
    }

    #[test]
    fn a_file_that_is_declared_for_tests_is_marked_and_its_neighbours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("lib.rs", "mod a; #[cfg(test)] mod checks;");
        write("a.rs", "mod b; #[cfg(test)] mod tests;");
        write("a/b.rs", "");
        write("a/tests.rs", "");
        write("checks/mod.rs", "mod deep;");
        write("checks/deep.rs", "");

        let sources = Source::all_under(folder.path()).unwrap();

        let tests: Vec<&Path> = sources
            .iter()
            .filter(|source| source.is_test)
            .map(|source| source.path.strip_prefix(folder.path()).unwrap())
            .collect();
        assert_eq!(tests, ["a/tests.rs", "checks/deep.rs", "checks/mod.rs"].map(Path::new));
    }

    #[test]
    fn what_stands_in_a_macro_is_found() {
        let tokens = tokens_of("fn f() { assert!(x.unwrap()); }").unwrap();

        assert_eq!(positions(&tokens, &[".", "unwrap", "("]).count(), 1);
    }
}
