//! One command for ExifTool, as the lines of its argument file.
//!
//! The documented way to give a value with line breaks, a `#[CSTR]` line, is not literal: ExifTool puts a
//! backslash before every `$` and `@` (measured in 12.57 and 13.59), so `cost $5` is stored as `cost \$5`.
//! What is literal in both: a plain `-TAG=value` line together with the option `-E`, with `&` and every
//! control character written as a character reference. So a value line never holds a raw line break, and no
//! value can become an argument of its own.
//!
//! `-o` has a trap of its own: its argument is a pattern (`%d`, `%f`, …) without any way to write a literal
//! percent sign. A source and a target in one folder are therefore given as `%d` and the target's name.
//!
//! Only absolute paths are accepted: they start with `/`, so none is taken for an option, a comment or a
//! pattern. `-E` also changes what is printed, so it is used by commands that write only.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::error::MetadataError;

/// The arguments of one command. Built once, may be run many times.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    lines: Vec<u8>,
    sets_values: bool,
    writes: bool,
}

impl Arguments {
    /// An empty command.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an option, or a tag to read, exactly as it stands: `-json`, `-XMP-dc:Description`.
    ///
    /// Two words (`-api X=1`) are two calls. A line break or NUL ends the option: what is behind it is dropped.
    pub fn option(&mut self, option: &'static str) -> &mut Self {
        let line = option.split(['\r', '\n', '\0']).next().unwrap_or_default();
        let lower = line.to_ascii_lowercase();
        self.writes |= (lower.starts_with('-') && lower.contains(['=', '<']))
            || lower.starts_with("-tagsfromfile")
            || lower.starts_with("-overwrite_original")
            || lower.starts_with("-delete_original")
            || lower.starts_with("-restore_original")
            || lower == "-o"
            || lower == "-out";
        self.push(line.as_bytes());
        self
    }

    /// Sets a tag to a value, replacing all it had: `-TAG=value`. An empty value removes the tag.
    pub fn set(&mut self, tag: &'static str, value: &str) -> &mut Self {
        self.assign(tag, "=", value)
    }

    /// Adds an entry to a list tag: `-TAG+=value`.
    pub fn add(&mut self, tag: &'static str, value: &str) -> &mut Self {
        self.assign(tag, "+=", value)
    }

    /// Removes the entries of a list tag that fit: `-TAG-=value`.
    pub fn remove(&mut self, tag: &'static str, value: &str) -> &mut Self {
        self.assign(tag, "-=", value)
    }

    /// Removes a tag: `-TAG=`.
    pub fn clear(&mut self, tag: &'static str) -> &mut Self {
        self.assign(tag, "=", "")
    }

    /// Names a file to read or to change.
    pub fn path(&mut self, path: &Path) -> Result<&mut Self, MetadataError> {
        let line = path_line(path)?;
        self.push(&line);
        Ok(self)
    }

    /// Writes the source with its changes as a new file: `-o target source`. The target must not exist.
    ///
    /// A `%` that reads as a format code may stand in the folder only, and only when the source is there too.
    pub fn write_to(&mut self, source: &Path, target: &Path) -> Result<&mut Self, MetadataError> {
        let pattern = output_pattern(source, target)?;
        let source = path_line(source)?;
        self.writes = true;
        self.push(b"-o");
        self.push(&pattern);
        self.push(&source);
        Ok(self)
    }

    /// Whether the command may change or create a file.
    pub fn is_write(&self) -> bool {
        self.writes
    }

    /// The lines as ExifTool reads them, each with its line feed, without the final `-execute`.
    pub fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::with_capacity(self.lines.len() + 3);
        if self.sets_values {
            lines.extend_from_slice(b"-E\n");
        }
        lines.extend_from_slice(&self.lines);
        lines
    }

    fn assign(&mut self, tag: &'static str, operator: &str, value: &str) -> &mut Self {
        let tag = tag.split(['\r', '\n', '\0', '=', '<']).next().unwrap_or_default().trim_start_matches('-');
        let line = format!("-{tag}{operator}{}", escape(value));
        self.sets_values = true;
        self.writes = true;
        self.push(line.as_bytes());
        self
    }

    fn push(&mut self, line: &[u8]) {
        debug_assert!(!line.contains(&b'\n'), "a line break in an argument");
        self.lines.extend_from_slice(line);
        self.lines.push(b'\n');
    }
}

/// Writes a value so that one plain line together with `-E` stores exactly these characters.
///
/// NUL and the characters that XML cannot hold are left out: no tag can store them.
fn escape(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(value.len());
    for (index, character) in value.chars().enumerate() {
        let at_edge = index == 0 || index == last;
        match character {
            '&' => escaped.push_str("&amp;"),
            '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}' => reference(&mut escaped, character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ if at_edge && character.is_whitespace() => reference(&mut escaped, character),
            _ => escaped.push(character),
        }
    }
    escaped
}

fn reference(escaped: &mut String, character: char) {
    // Writing to a `String` cannot fail.
    let _ = write!(escaped, "&#{};", u32::from(character));
}

/// A path as one line: plain where it has no line break, else in C notation where that is literal.
fn path_line(path: &Path) -> Result<Vec<u8>, MetadataError> {
    let bytes = path.as_os_str().as_bytes();
    let unsupported = |reason| MetadataError::UnsupportedName { path: path.to_path_buf(), reason };
    if !path.is_absolute() {
        return Err(unsupported("the path is not absolute"));
    }
    if bytes.contains(&0) {
        return Err(unsupported("it holds a zero byte"));
    }
    if !bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return Ok(bytes.to_vec());
    }
    if bytes.iter().any(|byte| matches!(byte, b'$' | b'@')) {
        return Err(unsupported("it holds a line break together with `$` or `@`"));
    }
    Ok(c_string(bytes))
}

/// A `#[CSTR]` line. Literal for everything but `$` and `@`, which the caller has ruled out.
fn c_string(bytes: &[u8]) -> Vec<u8> {
    let mut line = b"#[CSTR]".to_vec();
    for &byte in bytes {
        match byte {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            b'\\' => line.extend_from_slice(b"\\\\"),
            b'"' => line.extend_from_slice(b"\\\""),
            _ => line.push(byte),
        }
    }
    line
}

/// Whether ExifTool would replace a part of this: `%`, perhaps a sign and widths, a letter that means something.
fn has_format_code(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%').any(|(at, _)| {
        let behind = bytes[at + 1..]
            .iter()
            .find(|byte| !matches!(byte, b'-' | b'+' | b'0'..=b'9' | b'.' | b':' | b'l' | b'u'));
        behind.is_some_and(|byte| b"dDfFeEtgso".contains(byte))
    })
}

/// The argument of `-o`, where a percent sign would start a format code.
fn output_pattern(source: &Path, target: &Path) -> Result<Vec<u8>, MetadataError> {
    let unsupported = |reason| MetadataError::UnsupportedName { path: target.to_path_buf(), reason };
    let name = target.file_name().ok_or_else(|| unsupported("it has no file name"))?;
    let bytes = target.as_os_str().as_bytes();
    if !has_format_code(bytes) {
        return path_line(target);
    }
    if bytes.contains(&b'\n') || bytes.contains(&b'\r') {
        return Err(unsupported("it holds a percent sign together with a line break"));
    }
    if has_format_code(name.as_bytes()) {
        return Err(unsupported("the name of the new file holds a percent sign"));
    }
    if source.parent() != target.parent() {
        return Err(unsupported("its folder holds a percent sign and is not the folder of the source"));
    }
    let mut pattern = OsString::from("%d");
    pattern.push(name);
    Ok(pattern.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use proptest::prelude::*;

    use super::*;

    /// What ExifTool makes of one line of an argument file: `FilterArgfileLine` of 13.59, bytes for bytes.
    fn filter_argfile_line(line: &[u8]) -> Option<Vec<u8>> {
        if line.first() == Some(&b'#') {
            return Some(unescape_c(line.strip_prefix(b"#[CSTR]")?));
        }
        let start = line.iter().position(|byte| !is_space(*byte)).unwrap_or(line.len());
        let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |at| at + 1);
        let line = line.get(start..end).unwrap_or_default();
        (!line.is_empty()).then(|| without_blanks_around_operator(line))
    }

    fn is_space(byte: u8) -> bool {
        matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
    }

    /// `s/^(-[-_0-9A-Z:]+#?)\s*([-+<]?=) ?/$1$2/i`, for tags of letters, digits, `-`, `_` and `:`.
    fn without_blanks_around_operator(line: &[u8]) -> Vec<u8> {
        let Some(equals) = line.iter().position(|byte| *byte == b'=') else { return line.to_vec() };
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_:+#".contains(byte);
        let blank = line.get(equals + 1) == Some(&b' ');
        if line[0] != b'-' || !line[..equals].iter().all(is_name) || !blank {
            return line.to_vec();
        }
        [&line[..=equals], &line[equals + 2..]].concat()
    }

    fn unescape_c(line: &[u8]) -> Vec<u8> {
        let mut escaped = Vec::new();
        let mut bytes = line.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => escaped.extend([b'\\', bytes.next().unwrap_or(b'\\')]),
                b'"' | b'$' | b'@' => escaped.extend([b'\\', byte]),
                _ => escaped.push(byte),
            }
        }
        let mut plain = Vec::new();
        let mut bytes = escaped.into_iter();
        while let Some(byte) = bytes.next() {
            if byte != b'\\' {
                plain.push(byte);
                continue;
            }
            match bytes.next().unwrap_or(b'\\') {
                b'a' => plain.push(7),
                b'b' => plain.push(8),
                b'f' => plain.push(12),
                b'n' => plain.push(b'\n'),
                b'r' => plain.push(b'\r'),
                b't' => plain.push(b'\t'),
                other @ (b'"' | b'\\') => plain.push(other),
                other => plain.extend([b'\\', other]),
            }
        }
        plain
    }

    /// `UnescapeHTML` as far as our own escapes go.
    fn unescape_html(text: &str) -> String {
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('&') {
            plain.push_str(before);
            let (name, behind) = behind.split_once(';').expect("every & of ours starts a reference");
            match name.strip_prefix('#') {
                Some(number) => plain.extend(number.parse::<u32>().ok().and_then(char::from_u32)),
                None => {
                    assert_eq!(name, "amp");
                    plain.push('&');
                }
            }
            rest = behind;
        }
        plain + rest
    }

    fn arguments_seen(arguments: &Arguments) -> Vec<Vec<u8>> {
        let lines = arguments.lines();
        let lines = lines.strip_suffix(b"\n").expect("every line ends");
        lines.split(|byte| *byte == b'\n').filter_map(filter_argfile_line).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn any_value_is_one_argument_with_exactly_that_value(value in any::<String>()) {
            let mut arguments = Arguments::new();
            arguments.set("XMP-dc:Description", &value).add("IPTC:Keywords", &value);

            let seen = arguments_seen(&arguments);

            let storable: String = value
                .chars()
                .filter(|c| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}'))
                .collect();
            prop_assert_eq!(seen.len(), 3);
            prop_assert_eq!(&seen[0], b"-E");
            for (argument, start) in seen[1..].iter().zip(["-XMP-dc:Description=", "-IPTC:Keywords+="]) {
                let argument = String::from_utf8(argument.clone()).expect("text");
                let given = argument.strip_prefix(start).expect("the tag");
                prop_assert_eq!(unescape_html(given), storable.clone());
            }
        }

        #[test]
        fn any_path_is_one_argument_with_exactly_that_path_or_refused(
            name in proptest::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"\n\r\\\"$@#%- ".to_vec())], 0..30),
        ) {
            let path = [&b"/p/"[..], &name].concat();
            let mut arguments = Arguments::new();

            match arguments.path(Path::new(OsStr::from_bytes(&path))) {
                Ok(arguments) => prop_assert_eq!(arguments_seen(arguments), vec![path]),
                Err(_) => prop_assert!(
                    name.contains(&0) || name.iter().any(|byte| b"$@".contains(byte))
                ),
            }
        }
    }

    #[test]
    fn only_commands_that_change_files_are_writes() {
        let is_write = |option| Arguments::new().option(option).is_write();
        for option in ["-json", "-XMP-dc:Description", "LargeFileSupport=1", "-api"] {
            assert!(!is_write(option), "{option}");
        }
        for option in ["-all=", "-XMP:Title<Comment", "-TagsFromFile", "-o", "-overwrite_original"] {
            assert!(is_write(option), "{option}");
        }
        assert!(Arguments::new().clear("XMP-dc:Description").is_write());
    }

    #[test]
    fn only_what_reads_as_a_format_code_is_one() {
        for plain in ["50%", "100% of it", "%", "%%", "%x", "a%-", "%y%m"] {
            assert!(!has_format_code(plain.as_bytes()), "{plain}");
        }
        for code in ["%d", "50%done", "%-.4f", "%+3e", "%lE", "%%s", "%2:d"] {
            assert!(has_format_code(code.as_bytes()), "{code}");
        }
    }
}
