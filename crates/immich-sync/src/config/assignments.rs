//! Lines of `key = value`: INI files as Python reads them, and variables as a shell or a container does.
//!
//! A few dozen lines of ours instead of two crates: what is read has one section and no nesting, and where the
//! forms leave room (`$HOME`, `%(name)s`) a guess would end in the wrong folder, so those are refused.

use super::document::{Document, Problem, Raw, Value};

/// Sections that hold settings.
const SECTIONS: [&str; 3] = ["immich", "immich-sync", "default"];

/// Reads an INI file: `key = value` or `key: value`, comments in lines of their own, indented lines go on.
pub(super) fn parse_ini(text: &str) -> Result<Document, Problem> {
    let mut entries: Vec<Raw> = Vec::new();
    for (number, line) in numbered(text) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[') {
            section(name, number)?;
            continue;
        }
        if line.starts_with([' ', '\t']) && entries.last_mut().is_some_and(|last| goes_on(last, trimmed)) {
            continue;
        }
        let sign = trimmed.find(['=', ':']).ok_or_else(|| no_assignment(number))?;
        let (key, value) = trimmed.split_at(sign);
        let value = unquoted(value[1..].trim()).to_owned();
        entries.push(Raw { key: key.trim().to_owned(), line: Some(number), value: Value::Text(value) });
    }
    Ok(Document { entries, is_ours: false })
}

/// Reads variables: `NAME=value`, `export NAME='value'`, `NAME="value" # comment`.
pub(super) fn parse_variables(text: &str) -> Result<Document, Problem> {
    let mut entries = Vec::new();
    for (number, line) in numbered(text) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (key, value) = line.split_once('=').ok_or_else(|| no_assignment(number))?;
        let value = shell_value(value.trim(), number)?;
        entries.push(Raw { key: key.trim().to_owned(), line: Some(number), value: Value::Text(value) });
    }
    Ok(Document { entries, is_ours: false })
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

fn no_assignment(line: usize) -> Problem {
    Problem::at(line, "expected `NAME = value`")
}

fn section(rest: &str, line: usize) -> Result<(), Problem> {
    let name = rest.strip_suffix(']').ok_or_else(|| Problem::at(line, "a section ends with `]`"))?.trim();
    if SECTIONS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(Problem::at(line, format!("the section [{name}] is not known; settings stand in [immich]")))
}

/// Adds a line to the value before it, as Python does.
fn goes_on(last: &mut Raw, line: &str) -> bool {
    let Value::Text(text) = &mut last.value else { return false };
    text.push('\n');
    text.push_str(line);
    true
}

fn unquoted(value: &str) -> &str {
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

/// The value that a shell would see, without running anything.
fn shell_value(value: &str, line: usize) -> Result<String, Problem> {
    let (text, rest) = match value.chars().next() {
        Some('\'') => {
            let inside = &value[1..];
            let end = inside.find('\'').ok_or_else(|| Problem::at(line, "a quote is not closed"))?;
            (inside[..end].to_owned(), &inside[end + 1..])
        }
        Some('"') => double_quoted(&value[1..], line)?,
        _ => {
            let end = value.find(" #").or_else(|| value.find("\t#")).unwrap_or(value.len());
            let text = value[..end].trim_end();
            text.char_indices().try_for_each(|(index, _)| no_expansion(&text[index..], line))?;
            (text.to_owned(), "")
        }
    };
    let rest = rest.trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(text);
    }
    Err(Problem::at(line, "something stands behind the closing quote"))
}

fn double_quoted(inside: &str, line: usize) -> Result<(String, &str), Problem> {
    let mut text = String::new();
    let mut letters = inside.char_indices();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '"' => return Ok((text, &inside[index + 1..])),
            '\\' => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, escaped @ ('"' | '\\' | '$' | '`'))) => text.push(escaped),
                Some((_, other)) => text.extend(['\\', other]),
                None => break,
            },
            _ => {
                no_expansion(&inside[index..], line)?;
                text.push(letter);
            }
        }
    }
    Err(Problem::at(line, "a quote is not closed"))
}

/// Refuses a text that begins with something in whose place a shell would put something else: what, is not
/// known here.
fn no_expansion(text: &str, line: usize) -> Result<(), Problem> {
    let names = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '{' | '(');
    if text.starts_with('`') || text.strip_prefix('$').is_some_and(|rest| rest.starts_with(names)) {
        return Err(Problem::at(line, "`$` and backquotes are not expanded here; write the value itself"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(document: Result<Document, Problem>) -> Vec<(String, String)> {
        let entries = document.map_err(|problem| problem.message).unwrap().entries;
        let pair = |entry: Raw| match entry.value {
            Value::Text(text) => (entry.key, text),
            _ => panic!("no text"),
        };
        entries.into_iter().map(pair).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_ini_file_is_read_as_python_reads_it() {
        let text = "# c\n[immich]\nIMMICH_INSTANCE_URL = http://nas:2283/api\nimmich_api_key: a\n    b\n\n; c\nPHOTO_DIR=\"/x # y\"\r\n";

        let read = shown(parse_ini(text));

        assert_eq!(
            read,
            pairs(&[
                ("IMMICH_INSTANCE_URL", "http://nas:2283/api"),
                ("immich_api_key", "a\nb"),
                ("PHOTO_DIR", "/x # y")
            ])
        );
    }

    #[test]
    fn an_ini_file_needs_no_section_and_takes_no_foreign_one() {
        assert_eq!(shown(parse_ini("A = 1")), pairs(&[("A", "1")]));
        let problem = parse_ini("[backup]\nA = 1").err().unwrap();
        assert_eq!((problem.line, problem.message.contains("[backup]")), (Some(1), true));
    }

    #[test]
    fn variables_are_read_as_a_shell_reads_them() {
        let text = "A=1 # one\nexport B='it is $5 #'\nC=\"a \\\"b\\\" \\$c\" # two\nD=x#y\nE=\n";

        let read = shown(parse_variables(text));

        assert_eq!(
            read,
            pairs(&[("A", "1"), ("B", "it is $5 #"), ("C", "a \"b\" $c"), ("D", "x#y"), ("E", "")])
        );
    }

    #[test]
    fn what_a_shell_would_expand_is_refused_without_being_repeated() {
        for text in
            ["A=$HOME/marker", "A=\"${HOME}/marker\"", "A=`marker`", "A='marker", "A=\"marker", "A='x'marker"]
        {
            let problem = parse_variables(&format!("# c\n{text}")).err().unwrap();

            assert_eq!(problem.line, Some(2), "{text}");
            assert!(!problem.message.contains("marker"), "{}", problem.message);
        }
    }
}
