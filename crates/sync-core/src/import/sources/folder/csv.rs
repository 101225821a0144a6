//! Rows of a comma-separated list (RFC 4180), as tolerant as spreadsheets are.

/// Rows with their fields; empty lines are left out.
pub(super) fn rows(text: &str) -> Vec<Vec<String>> {
    let mut letters = text.strip_prefix('\u{feff}').unwrap_or(text).chars().peekable();
    let (mut rows, mut row, mut field, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if is_quoted || field.is_empty() => is_quoted = !is_quoted,
            _ if is_quoted => field.push(letter),
            ',' => row.push(std::mem::take(&mut field)),
            '\r' => {}
            '\n' => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            _ => field.push(letter),
        }
    }
    row.push(field);
    rows.push(row);
    rows.retain(|row| row.iter().any(|field| !field.trim().is_empty()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_commas_and_line_ends_are_understood() {
        let all = rows("\u{feff}a,b\r\n\"x, \"\"y\"\"\nz\",2\r\n\r\nlast,");

        assert_eq!(all, [vec!["a", "b"], vec!["x, \"y\"\nz", "2"], vec!["last", ""]]);
        assert!(rows("").is_empty() && rows("\"").is_empty());
    }
}
