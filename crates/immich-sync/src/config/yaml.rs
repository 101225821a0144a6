//! The little YAML that other tools' config files are made of: keys, one level of nesting, plain lists.
//!
//! YAML as a whole is larger than this program wants to trust with a folder of originals, and its usual crates
//! are no longer kept. So what is read is this: `key: value`, a key with indented keys or `- items` below it,
//! quotes, comments. Anything else (anchors, flow style, blocks of text) is refused by its line.

use super::document::{Document, Problem, Raw, Value, flatten};

struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

/// Reads the text.
pub(super) fn parse(text: &str) -> Result<Document, Problem> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let shown = without_comment(line).trim_end();
        let text = shown.trim_start_matches(' ');
        if text.starts_with('\t') {
            return Err(Problem::at(number, "YAML is indented with blanks, not with tabs"));
        }
        if !text.is_empty() && text != "---" {
            lines.push(Line { number, indent: shown.len() - text.len(), text });
        }
    }
    let mut rest = lines.as_slice();
    let entries = mapping(&mut rest, 0)?;
    match rest.first() {
        Some(line) => Err(Problem::at(line.number, "this line is indented unlike those before it")),
        None => Ok(Document { entries: flatten(entries), is_ours: false }),
    }
}

fn mapping(lines: &mut &[Line<'_>], indent: usize) -> Result<Vec<Raw>, Problem> {
    let mut entries = Vec::new();
    while let Some((line, rest)) = lines.split_first().filter(|(line, _)| line.indent == indent) {
        let (key, value) = key_and_value(line)?;
        *lines = rest;
        let value = if value.is_empty() { block(lines, indent)? } else { scalar(value, line.number)? };
        entries.push(Raw { key, line: Some(line.number), value });
    }
    Ok(entries)
}

/// What stands below a key without a value of its own.
fn block(lines: &mut &[Line<'_>], indent: usize) -> Result<Value, Problem> {
    let Some(first) = lines.first() else { return Ok(Value::Nothing) };
    let is_item = |line: &Line<'_>| line.text == "-" || line.text.starts_with("- ");
    let inner = first.indent;
    if is_item(first) && inner >= indent {
        let mut items = Vec::new();
        while let Some((line, rest)) =
            lines.split_first().filter(|(line, _)| line.indent == inner && is_item(line))
        {
            items.push(scalar(line.text[1..].trim(), line.number)?);
            *lines = rest;
        }
        return Ok(Value::List(items));
    }
    if inner > indent { Ok(Value::Table(mapping(lines, inner)?)) } else { Ok(Value::Nothing) }
}

fn key_and_value<'a>(line: &Line<'a>) -> Result<(String, &'a str), Problem> {
    let expected = || Problem::at(line.number, "expected `key: value`");
    let (key, value) = line.text.split_once(':').ok_or_else(expected)?;
    let key = key.trim_end();
    let key = key.trim_matches(['"', '\'']);
    if key.is_empty() || !(value.is_empty() || value.starts_with(' ')) {
        return Err(expected());
    }
    Ok((key.to_owned(), value.trim()))
}

fn scalar(text: &str, line: usize) -> Result<Value, Problem> {
    let unclosed = || Problem::at(line, "a quote is not closed");
    if let Some(rest) = text.strip_prefix('\'') {
        return Ok(Value::Text(rest.strip_suffix('\'').ok_or_else(unclosed)?.replace("''", "'")));
    }
    if let Some(rest) = text.strip_prefix('"') {
        let inside = rest.strip_suffix('"').ok_or_else(unclosed)?;
        if inside.contains('\\') {
            return Err(Problem::at(line, "escapes in quotes are not read here; use single quotes"));
        }
        return Ok(Value::Text(inside.to_owned()));
    }
    match text {
        "" | "~" | "null" => Ok(Value::Nothing),
        "true" | "True" => Ok(Value::Flag(true)),
        "false" | "False" => Ok(Value::Flag(false)),
        _ if text.starts_with(['[', '{', '&', '*', '!', '|', '>', '%', '@', '`']) || text.contains(": ") => {
            Err(Problem::at(
                line,
                "only plain values and lists of `- items` are read from YAML; use a config.toml for more",
            ))
        }
        _ => Ok(Value::Text(text.to_owned())),
    }
}

/// A comment starts at a `#` behind a blank, outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (index, letter) in line.char_indices() {
        match (quote, letter) {
            (None, '#') if before == ' ' => return &line[..index],
            (None, '"' | '\'') if before == ' ' => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
        before = letter;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &Value) -> String {
        match value {
            Value::Nothing => "-".to_owned(),
            Value::Text(text) => text.clone(),
            Value::Flag(flag) => flag.to_string(),
            Value::List(items) => items.iter().map(shown).collect::<Vec<_>>().join("|"),
            Value::Table(entries) => table(entries),
        }
    }

    fn table(entries: &[Raw]) -> String {
        let entry = |entry: &Raw| format!("{}={}", entry.key, shown(&entry.value));
        entries.iter().map(entry).collect::<Vec<_>>().join(" ")
    }

    fn read(text: &str) -> String {
        table(&parse(text).map_err(|problem| problem.message).unwrap().entries)
    }

    #[test]
    fn the_form_of_the_organizer_is_read() {
        let text = "# organizer\nimmich:\n  url: http://nas:2283 # here\n  api_key: \"a#b\"\n  cache_dir: ~\n  cache_size_mb: 5000\n";

        assert_eq!(read(text), "url=http://nas:2283 api_key=a#b cache_dir=- cache_size_mb=5000");
    }

    #[test]
    fn flags_lists_and_quotes_are_read() {
        let text = "---\ndry_run: true\nwrite:\n- people\n- 'it''s'\nname: x\n";

        assert_eq!(read(text), "dry_run=true write=people|it's name=x");
    }

    #[test]
    fn everything_else_is_refused_by_its_line_and_not_repeated() {
        for text in [
            "a: [marker]",
            "a: &marker b",
            "a: |\n  marker",
            "a: \"marker",
            "a: \"\\marker\"",
            "  a: 1\nb: marker",
            "\ta: marker",
            "marker",
            "a: b: marker",
        ] {
            let problem = parse(text).err().unwrap_or_else(|| panic!("read: {text}"));

            assert!(problem.line.is_some() && !problem.message.contains("marker"), "{}", problem.message);
        }
    }
}
