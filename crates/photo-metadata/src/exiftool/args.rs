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
        self.writes |= (lower.starts_with('-') && lower.contains('='))
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
    /// The target's name must hold no percent sign, and its folder none either unless it is the source's.
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

/// The argument of `-o`, where a percent sign would start a format code.
fn output_pattern(source: &Path, target: &Path) -> Result<Vec<u8>, MetadataError> {
    let unsupported = |reason| MetadataError::UnsupportedName { path: target.to_path_buf(), reason };
    let name = target.file_name().ok_or_else(|| unsupported("it has no file name"))?;
    let has_percent = |bytes: &[u8]| bytes.contains(&b'%');
    if !has_percent(target.as_os_str().as_bytes()) {
        return path_line(target);
    }
    if has_percent(name.as_bytes()) || name.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return Err(unsupported("the name of the new file holds a percent sign or a line break"));
    }
    if source.parent() != target.parent() {
        return Err(unsupported("its folder holds a percent sign and is not the folder of the source"));
    }
    let mut pattern = OsString::from("%d");
    pattern.push(name);
    Ok(pattern.as_bytes().to_vec())
}
