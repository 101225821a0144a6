//! Every setting with its value and where that comes from, for `config show`.

use anyhow::Result;

use super::setting::Setting;
use super::{Origin, Sources, catalogue, data};
use crate::args::JobCommand;

/// One setting as it is.
pub(crate) struct Row {
    /// Its key in the config file.
    pub(crate) key: String,
    /// Its value; `None` where nobody said and there is no default in words. Never a secret.
    pub(crate) value: Option<String>,
    /// Where it is said; empty for a default.
    pub(crate) origins: Vec<Origin>,
}

/// All settings, in the order of the help; with a command, only those that it takes.
pub(crate) fn rows(sources: &Sources<'_>, command: Option<JobCommand>) -> Result<Vec<Row>> {
    let takes = |setting: &Setting| command.is_none_or(|command| command.takes(setting));
    let mut rows = Vec::new();
    if takes(&catalogue::WRITE) {
        rows.push(kinds(sources)?);
    }
    let shown = catalogue::all().filter(|setting| !data::chooses(setting) && !setting.is_internal);
    for setting in shown.filter(takes) {
        rows.push(row(sources, &setting)?);
    }
    let accounts = sources.config.accounts.len();
    if accounts > 0 {
        let path = sources.config.path.clone();
        let origin = Origin::Config { path, line: None, key: "account".to_owned() };
        rows.push(Row {
            key: "account".to_owned(),
            value: Some(accounts.to_string()),
            origins: vec![origin],
        });
    }
    Ok(rows)
}

fn kinds(sources: &Sources<'_>) -> Result<Row> {
    let (data, origins) = data::find(sources)?.unwrap_or_default();
    let names = data.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let value = (!names.is_empty()).then_some(names);
    Ok(Row { key: catalogue::WRITE.key(), value, origins })
}

fn row(sources: &Sources<'_>, setting: &Setting) -> Result<Row> {
    let key = setting.key();
    let Some(given) = sources.find(setting)? else {
        let default = match setting.kind {
            super::setting::Kind::Flag(on) => Some(on.to_string()),
            _ => (!setting.default.is_empty()).then(|| setting.default.to_owned()),
        };
        return Ok(Row { key, value: default, origins: Vec::new() });
    };
    let value = if setting.is_secret {
        "(set)".to_owned()
    } else {
        let values: Vec<String> =
            given.values.iter().map(|value| without_password(&value.to_string_lossy())).collect();
        values.join(", ")
    };
    Ok(Row { key, value: Some(value), origins: vec![given.origin] })
}

/// An address can hold a password, which is not taken but may have been tried.
fn without_password(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match authority.rsplit_once('@') {
        Some((secret, _)) => format!("{scheme}://***{}", &rest[secret.len()..]),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        assert_eq!(without_password("http://anna:hunter2@nas:2283/api"), "http://***@nas:2283/api");
        assert_eq!(without_password("http://nas:2283/a@b"), "http://nas:2283/a@b");
        assert_eq!(without_password("/photos/a@b"), "/photos/a@b");
    }
}
