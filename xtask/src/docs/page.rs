//! A page of Markdown, as far as two languages have to agree: headings, code, tables, lists, links.
//!
//! This reads what the project's pages use, line by line, and is no general reader of Markdown.

use std::collections::HashMap;
use std::path::PathBuf;

/// A page; its path is that from the workspace on.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) path: PathBuf,
    /// The first one stands before any heading.
    pub(super) sections: Vec<Section>,
}

/// What stands between two headings.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Of the heading, from 1 on.
    pub(super) line: usize,
    /// The number of `#`; 0 before the first heading.
    pub(super) level: usize,
    pub(super) heading: String,
    /// What a link to the heading says, as GitHub makes it.
    pub(super) anchor: String,
    /// Anchors that the text sets itself: `<a id="…">`.
    pub(super) set_anchors: Vec<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) spans: Vec<Piece>,
    pub(super) links: Vec<Piece>,
    pub(super) tables: Vec<Table>,
    /// The number of entries of lists.
    pub(super) items: usize,
}

/// A block of code.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Of its first line of code.
    pub(super) line: usize,
    /// What stands behind the fence; empty for indented code.
    pub(super) language: String,
    pub(super) lines: Vec<String>,
}

/// A code span or the target of a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) line: usize,
    pub(super) text: String,
}

/// A table: how many cells each row has.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) line: usize,
    pub(super) rows: Vec<usize>,
}

impl Page {
    pub(super) fn parse(path: PathBuf, text: &str) -> Self {
        let mut reader = Reader::default();
        for (at, line) in text.lines().enumerate() {
            reader.take(at + 1, line);
        }
        reader.end_paragraph();
        let mut sections = reader.done;
        sections.push(reader.section);
        number_anchors(&mut sections);
        Self { path, sections }
    }

    /// The section to which an anchor leads.
    pub(super) fn section_of(&self, anchor: &str) -> Option<usize> {
        self.sections.iter().position(|section| {
            section.anchor == anchor || section.set_anchors.iter().any(|set| set == anchor)
        })
    }
}

/// Two headings of one name get anchors that differ, as on GitHub.
fn number_anchors(sections: &mut [Section]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for section in sections.iter_mut().filter(|section| section.level > 0) {
        let count = seen.entry(section.anchor.clone()).or_default();
        if *count > 0 {
            section.anchor = format!("{}-{count}", section.anchor);
        }
        *count += 1;
    }
}

/// The anchor of a heading: small letters and digits of any script, hyphens for spaces, nothing else.
fn anchor_of(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ => letter.is_alphanumeric().then_some(letter),
        })
        .collect()
}

/// What is open while lines come.
#[derive(Default)]
struct Reader {
    done: Vec<Section>,
    section: Section,
    /// The fence that is open, such as three backticks.
    fence: Option<String>,
    last: Last,
    in_list: bool,
    paragraph: String,
    paragraph_line: usize,
}

/// What the last line was.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Last {
    #[default]
    Blank,
    Text,
    Row,
    /// Indented code, and empty lines in it.
    Code,
}

impl Reader {
    fn take(&mut self, number: usize, line: &str) {
        if let Some(fence) = self.fence.clone() {
            if line.trim_start().starts_with(&fence) {
                self.fence = None;
            } else {
                self.code(number, line);
            }
        } else if let Some(language) = line.trim_start().strip_prefix("```") {
            self.end_paragraph();
            self.fence = Some("```".to_owned());
            let language = language.trim().to_owned();
            self.section.blocks.push(Block { line: number + 1, language, lines: Vec::new() });
        } else if line.trim().is_empty() {
            self.blank(number);
        } else if self.is_indented_code(line) {
            self.start_indented(number);
            self.code(number, line.get(4..).unwrap_or_default());
        } else {
            self.prose(number, line);
        }
    }

    fn blank(&mut self, number: usize) {
        self.end_paragraph();
        if self.last == Last::Code {
            self.code(number, "");
        } else {
            self.last = Last::Blank;
        }
    }

    fn is_indented_code(&self, line: &str) -> bool {
        line.starts_with("    ") && !self.in_list && matches!(self.last, Last::Code | Last::Blank)
    }

    fn start_indented(&mut self, number: usize) {
        if self.last != Last::Code {
            self.section.blocks.push(Block { line: number, ..Block::default() });
            self.last = Last::Code;
        }
    }

    fn code(&mut self, number: usize, line: &str) {
        if let Some(block) = self.section.blocks.last_mut() {
            block.lines.push(line.to_owned());
            block.line = block.line.min(number);
        }
    }

    fn prose(&mut self, number: usize, line: &str) {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&level) && line.as_bytes().get(level) == Some(&b' ') {
            self.heading(number, level, line.get(level..).unwrap_or_default().trim());
        } else if line.starts_with('|') {
            self.row(number, line);
            self.last = Last::Row;
            return;
        } else {
            let item = is_item(line);
            if item {
                self.end_paragraph();
                self.section.items += 1;
                self.in_list = true;
            } else if matches!(self.last, Last::Blank | Last::Code) && !line.starts_with(' ') {
                self.in_list = false;
            }
            self.add(number, line);
        }
        self.last = Last::Text;
    }

    fn heading(&mut self, number: usize, level: usize, heading: &str) {
        self.end_paragraph();
        self.in_list = false;
        let next = Section {
            line: number,
            level,
            heading: heading.to_owned(),
            anchor: anchor_of(heading),
            ..Section::default()
        };
        self.done.push(std::mem::replace(&mut self.section, next));
        self.add(number, heading);
        self.end_paragraph();
    }

    fn row(&mut self, number: usize, line: &str) {
        self.end_paragraph();
        if self.last != Last::Row {
            self.section.tables.push(Table { line: number, rows: Vec::new() });
            self.in_list = false;
        }
        if let Some(table) = self.section.tables.last_mut() {
            table.rows.push(cells(line));
        }
        self.add(number, line);
        self.end_paragraph();
    }

    fn add(&mut self, number: usize, line: &str) {
        if self.paragraph.is_empty() {
            self.paragraph_line = number;
        }
        self.paragraph.push_str(line);
        self.paragraph.push('\n');
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        inline(&paragraph, self.paragraph_line, &mut self.section);
    }
}

/// Whether a line starts an entry of a list.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with("- ") || (digits > 0 && line.get(digits..).is_some_and(|rest| rest.starts_with(". ")))
}

/// The number of cells of a row; `\|` divides nothing.
fn cells(line: &str) -> usize {
    line.trim().trim_end_matches('|').replace("\\|", "").matches('|').count()
}

/// Code spans, links and anchors of a paragraph.
fn inline(paragraph: &str, first_line: usize, section: &mut Section) {
    let mut rest = paragraph;
    while let Some(at) = rest.find(['`', ']', '"']) {
        let line = first_line + paragraph[..paragraph.len() - rest.len() + at].matches('\n').count();
        let (before, here) = rest.split_at(at);
        let (piece, length) = if here.starts_with('`') {
            let ticks = here.bytes().take_while(|byte| *byte == b'`').count();
            between(here, &here[..ticks], &here[..ticks])
        } else if here.starts_with("](") {
            between(here, "](", ")")
        } else {
            between(here, "\"", "\"")
        };
        rest = &here[length..];
        let Some(text) = piece else { continue };
        let piece = Piece { line, text: text.split_whitespace().collect::<Vec<_>>().join(" ") };
        match here.as_bytes().first() {
            Some(b'`') => section.spans.push(piece),
            Some(b']') => section.links.push(piece),
            _ if before.ends_with(" id=") => section.set_anchors.push(piece.text),
            _ if before.ends_with(" src=") || before.ends_with(" href=") => section.links.push(piece),
            _ => rest = &here[1..],
        }
    }
}

/// What stands between two marks at the start of a text, and how much of the text that takes.
fn between<'a>(text: &'a str, open: &str, close: &str) -> (Option<&'a str>, usize) {
    let inner = text.strip_prefix(open).and_then(|inner| Some(&inner[..inner.find(close)?]));
    (inner, inner.map_or(1, |inner| open.len() + inner.len() + close.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page::parse(PathBuf::from("docs/a.md"), text)
    }

    #[test]
    fn anchors_are_those_of_github() {
        let page = page("# What it's *for*: `undo`\n\n## Stück für Stück\n\n## Stück für Stück\n");

        let anchors: Vec<&str> = page.sections.iter().map(|section| section.anchor.as_str()).collect();

        assert_eq!(anchors, ["", "what-its-for-undo", "stück-für-stück", "stück-für-stück-1"]);
    }

    #[test]
    fn code_is_found_in_fences_and_by_indentation_but_not_in_lists() {
        let page =
            page("text\n\n    one\n    two\n\nmore\n\n```toml\nthree = 3\n```\n\n- item\n\n    not code\n");

        let blocks: Vec<(&str, usize)> =
            page.sections[0].blocks.iter().map(|block| (block.language.as_str(), block.line)).collect();

        assert_eq!(blocks, [("", 3), ("toml", 9)]);
    }

    #[test]
    fn spans_links_and_anchors_know_their_lines() {
        let page = page("a `--one`\n[b `x`](c.md#d) <a id=\"e\"></a>\n");

        let section = &page.sections[0];

        assert_eq!(section.spans.iter().map(|span| span.line).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(section.links, [Piece { line: 2, text: "c.md#d".to_owned() }]);
        assert_eq!(section.set_anchors, ["e"]);
    }

    #[test]
    fn a_divider_with_a_backslash_makes_no_cell() {
        let page = page("| a | b |\n| --- | --- |\n| `x\\|y` | z |\n");

        assert_eq!(page.sections[0].tables[0].rows, [2, 2, 2]);
    }
}
