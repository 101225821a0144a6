//! What all forms of config files have in common: keys, lines and values.

/// A file, read and not yet understood. Has no `Debug`: the key can be in it.
pub(super) struct Document {
    /// What stands in it, in order.
    pub(super) entries: Vec<Raw>,
    /// Whether it is a file of this program, whose keys are spelled exactly.
    pub(super) is_ours: bool,
}

/// A key and its value.
pub(super) struct Raw {
    /// The key as it is written.
    pub(super) key: String,
    /// Its line, where the form has lines.
    pub(super) line: Option<usize>,
    /// Its value.
    pub(super) value: Value,
}

/// A value.
pub(super) enum Value {
    /// None: the key counts as not there.
    Nothing,
    /// A text or a number.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Several.
    List(Vec<Value>),
    /// Keys and values.
    Table(Vec<Raw>),
}

/// What is wrong with a file, without any of its text that could be a secret.
pub(super) struct Problem {
    /// Where, if the form has lines.
    pub(super) line: Option<usize>,
    /// What, and what to do.
    pub(super) message: String,
}

impl Problem {
    /// Of a line.
    pub(super) fn at(line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        Self { line: line.into(), message: message.into() }
    }
}

/// The keys of the section `immich` count as if they stood at the top, as other tools nest them.
pub(super) fn flatten(entries: Vec<Raw>) -> Vec<Raw> {
    let mut flat = Vec::new();
    for entry in entries {
        match entry.value {
            Value::Table(inner) if entry.key.eq_ignore_ascii_case("immich") => flat.extend(inner),
            _ => flat.push(entry),
        }
    }
    flat
}
