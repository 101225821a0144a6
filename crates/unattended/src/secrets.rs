//! Texts that must not leave: keys, tokens, and addresses that are keys themselves.
//!
//! Nothing of ours prints a secret. But the last lines of a job go to services of others, and a hook or a library may
//! say more than we know; so whatever leaves or is logged is looked through once more.

use std::fmt;

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Shorter ones would be found in ordinary words.
const SHORTEST: usize = 6;

/// The secrets that are known. `Debug` shows none.
#[derive(Clone, Default)]
pub struct Secrets(Vec<String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// These texts; what is shorter than six bytes is no secret.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut known = Self::default();
        known.add(secrets);
        known
    }

    /// These, too.
    pub fn add(&mut self, secrets: impl IntoIterator<Item = String>) {
        let secrets = secrets.into_iter().map(|secret| secret.trim().to_owned());
        self.0.extend(secrets.filter(|secret| secret.len() >= SHORTEST));
        // The longest first: one that holds another is masked as a whole.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        self.0.dedup();
    }

    /// The text without any of them.
    pub fn hide(&self, text: &str) -> String {
        let hidden = |text: String, secret: &String| text.replace(secret.as_str(), MASK);
        self.0.iter().fold(text.to_owned(), hidden)
    }
}

/// An address for a message: who is asked, and nothing behind it, since a topic or a path can be the key.
pub fn masked_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return MASK.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let behind = if behind.trim_matches('/').is_empty() { "" } else { "/***" };
    format!("{scheme}://{host}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand_and_short_words_are_none() {
        let secrets = Secrets::new(["hunter2-long".to_owned(), "hunter2".to_owned(), "a".to_owned()]);

        assert_eq!(secrets.hide("a hunter2-long, hunter2!"), "a ***, ***!");
        assert_eq!(format!("{secrets:?}"), "Secrets(2)");
    }

    #[test]
    fn an_address_is_shown_up_to_its_host() {
        assert_eq!(masked_url("https://hc-ping.com/0f3c-uuid?create=1"), "https://hc-ping.com/***");
        assert_eq!(masked_url("http://anna:pw@nas:8000/notify/key"), "http://nas:8000/***");
        assert_eq!(masked_url("https://ntfy.sh"), "https://ntfy.sh");
        assert_eq!(masked_url("secret"), "***");
    }
}
