//! Which form a config file has: its name says it, and where it does not, its content.

use std::path::Path;

/// The form of a config file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Ours.
    Toml,
    /// `[section]` and `key = value`.
    Ini,
    /// `NAME=value`, as a shell or a container reads it.
    Variables,
    /// One object.
    Json,
    /// Indented keys.
    Yaml,
}

impl Form {
    /// The form of a file of this name and content.
    pub(super) fn of(path: &Path, text: &str) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let extension = path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            _ if name == ".env" || name.starts_with(".env.") => Self::Variables,
            Some("toml") => Self::Toml,
            Some("json") => Self::Json,
            Some("yaml" | "yml") => Self::Yaml,
            Some("env") => Self::Variables,
            Some("ini" | "cfg") => Self::Ini,
            _ => Self::of_content(text),
        }
    }

    fn of_content(text: &str) -> Self {
        let lines =
            || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
        let Some(first) = lines().next() else { return Self::Toml };
        if first.starts_with('{') {
            return Self::Json;
        }
        if lines().any(|line| line.eq_ignore_ascii_case("[immich]")) {
            return Self::Ini;
        }
        if lines().all(is_assignment) {
            return Self::Variables;
        }
        if first == "---" || lines().all(|line| line.starts_with('-') || is_yaml_key(line)) {
            return Self::Yaml;
        }
        if lines().any(|line| line.split_once('=').is_some_and(|(key, _)| is_upper(key.trim()))) {
            return Self::Ini;
        }
        Self::Toml
    }
}

/// `NAME=value`, with no blank around the sign: what a shell takes.
fn is_assignment(line: &str) -> bool {
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').is_some_and(|(key, value)| is_upper(key) && !value.starts_with(' '))
}

fn is_upper(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_yaml_key(line: &str) -> bool {
    let Some((key, value)) = line.split_once(':') else { return false };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !key.is_empty() && key.bytes().all(is_name) && (value.is_empty() || value.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_decides_where_it_can() {
        for (name, form) in [
            ("config.toml", Form::Toml),
            ("x.JSON", Form::Json),
            ("x.yml", Form::Yaml),
            (".env", Form::Variables),
            (".env.production", Form::Variables),
            ("immich.env", Form::Variables),
            ("x.ini", Form::Ini),
        ] {
            assert_eq!(Form::of(Path::new(name), "a = 1"), form, "{name}");
        }
    }

    #[test]
    fn the_content_decides_where_the_name_does_not() {
        for (text, form) in [
            ("# tool\n[immich]\nIMMICH_API_KEY = x\n", Form::Ini),
            ("; tool\nIMMICH_API_KEY = x\n", Form::Ini),
            ("# tool\nIMMICH_URL=\"http://nas\"\nexport IMMICH_API_KEY='k'\n", Form::Variables),
            ("{\"IMMICH_URL\": \"x\"}", Form::Json),
            ("immich:\n  url: http://nas:2283\n  names:\n    - a\n", Form::Yaml),
            ("server = \"http://nas\"\n[[account]]\napi_key = \"x\"\n", Form::Toml),
            ("", Form::Toml),
        ] {
            assert_eq!(Form::of(Path::new("config"), text), form, "{text}");
            assert_eq!(Form::of(Path::new("immich-sync.conf"), text), form, "{text}");
        }
    }
}
