//! The address of a server, from the forms that people write.
//!
//! No scheme is guessed: `nas:2283` over https would not connect, and over http it would send the key in
//! the clear without anybody having chosen that. The key goes to one origin only, so the origin is a type.

use std::fmt;

use ureq::http::Uri;

use crate::clean::clean;
use crate::error::ApiError;

/// Scheme, name and port: what may see the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    https: bool,
    host: String,
    port: u16,
}

/// A server address that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) origin: Origin,
    /// Empty, or begins with a slash and does not end with one.
    pub(crate) path: String,
}

impl Origin {
    /// The origin of an absolute URL; `None` for other schemes, without a host, or with a user name.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        let https = match uri.scheme_str()? {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        if uri.authority()?.as_str().contains('@') {
            return None;
        }
        let host = uri.host().filter(|host| !host.is_empty())?.to_ascii_lowercase();
        let port = match uri.authority()?.as_str().strip_prefix(uri.host()?)? {
            "" => {
                if https {
                    443
                } else {
                    80
                }
            }
            port => port.strip_prefix(':')?.parse().ok()?,
        };
        Some(Self { https, host, port })
    }

    /// Whether requests to it are encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.https
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.https { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl Address {
    /// Takes the address as a user writes it, or says what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let text = text.trim();
        let refuse = |problem: String| Err(ApiError::BadAddress { address: without_userinfo(text), problem });
        if text.is_empty() {
            return refuse("it is empty; write something like `http://nas:2283`".to_owned());
        }
        if !text.contains("://") {
            let rest = clean(&without_userinfo(text), 80);
            return refuse(format!("it has no scheme; write `http://{rest}` or `https://{rest}`"));
        }
        if text.contains('@') {
            return refuse(
                "it holds a user name or password; leave that out, the API key is enough".to_owned(),
            );
        }
        if text.contains(['?', '#', '\\']) {
            return refuse("it goes on after the path; leave out everything from `?` or `#` on".to_owned());
        }
        let Ok(uri) = text.parse::<Uri>() else {
            return refuse("it is no web address; write something like `http://nas:2283`".to_owned());
        };
        let Some(origin) = Origin::of(&uri) else {
            return refuse("it must begin with `http://` or `https://` and name a host".to_owned());
        };
        let path = uri.path().trim_end_matches('/').to_owned();
        if path.split('/').any(|part| part == ".." || part == ".") {
            return refuse("its path holds `..`; write the path as the browser shows it".to_owned());
        }
        Ok(Self { origin, path })
    }
}

/// The address as it may be shown: a password that somebody wrote into it is replaced.
pub(crate) fn without_userinfo(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let separator = if scheme.is_empty() { "" } else { "://" };
    let rest = rest.split_once(['?', '#']).map_or(rest, |(before, _)| before);
    clean(&format!("{scheme}{separator}{rest}"), 200)
}

/// Where a `Location` leads: the new URL if it stays on the origin, else the name of the other one.
pub(crate) fn resolve(origin: &Origin, from: &str, location: &str) -> Result<String, String> {
    let location = location.trim();
    let absolute = if location.starts_with("//") {
        format!("{}:{location}", if origin.https { "https" } else { "http" })
    } else if location.starts_with('/') {
        format!("{origin}{location}")
    } else if location.contains("://") {
        location.to_owned()
    } else {
        let path = from.split(['?', '#']).next().unwrap_or(from);
        let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
        format!("{folder}/{location}")
    };
    let foreign = || clean(&without_userinfo(&absolute), 100);
    let uri: Uri = absolute.parse().map_err(|_| foreign())?;
    match Origin::of(&uri) {
        Some(target) if target == *origin => {
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            Ok(format!("{origin}{path}"))
        }
        Some(target) => Err(clean(&target.to_string(), 100)),
        None => Err(foreign()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> String {
        let address = Address::parse(text).unwrap();
        format!("{} {}", address.origin, address.path)
    }

    fn problem(text: &str) -> String {
        Address::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn an_address_has_an_origin_and_a_path_without_the_last_slash() {
        assert_eq!(address("http://nas:2283"), "http://nas:2283 ");
        assert_eq!(address(" http://NAS:2283/ "), "http://nas:2283 ");
        assert_eq!(address("http://nas:2283/api"), "http://nas:2283 /api");
        assert_eq!(address("https://photos.example:443/immich//"), "https://photos.example /immich");
        assert_eq!(address("http://[::1]:2283/api/"), "http://[::1]:2283 /api");
    }

    #[test]
    fn an_address_without_a_scheme_is_refused_with_what_to_write() {
        assert!(problem("nas:2283").contains("write `http://nas:2283` or `https://nas:2283`"));
        assert!(problem("192.168.1.5:2283/api").contains("`http://192.168.1.5:2283/api`"));
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        for text in ["http://user:hunter2@nas:2283", "user:hunter2@nas:2283"] {
            let problem = problem(text);

            assert!(problem.contains("nas:2283") && !problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        let texts = [
            "",
            "ftp://nas",
            "http://",
            "http://nas:99999",
            "http://nas:0x1",
            "http://nas/?x=1",
            "http://nas/a b",
            "http://nas/../etc",
            "http://nas\\evil",
            "http://nas\u{1b}[31m",
        ];
        for text in texts {
            let error = Address::parse(text).unwrap_err();

            assert!(matches!(error, ApiError::BadAddress { .. }), "{text:?}");
            assert!(!error.to_string().contains('\u{1b}'));
        }
    }

    #[test]
    fn a_redirect_within_the_origin_is_resolved() {
        let origin = Address::parse("http://nas:2283").unwrap().origin;
        let from = "http://nas:2283/api/server/ping?x=1";

        assert_eq!(resolve(&origin, from, "/x?y=1"), Ok("http://nas:2283/x?y=1".to_owned()));
        assert_eq!(resolve(&origin, from, "pong"), Ok("http://nas:2283/api/server/pong".to_owned()));
        assert_eq!(resolve(&origin, from, "//NAS:2283/x"), Ok("http://nas:2283/x".to_owned()));
        assert_eq!(resolve(&origin, from, "http://nas:2283/"), Ok("http://nas:2283/".to_owned()));
    }

    #[test]
    fn a_redirect_that_leaves_the_origin_names_where_to() {
        let origin = Address::parse("http://nas:2283").unwrap().origin;
        let leaves = |location| resolve(&origin, "http://nas:2283/api", location).unwrap_err();

        assert_eq!(leaves("https://nas:2283/api"), "https://nas:2283");
        assert_eq!(leaves("http://nas:2284/api"), "http://nas:2284");
        assert_eq!(leaves("http://nas/api"), "http://nas");
        assert_eq!(leaves("//evil/x"), "http://evil");
        assert!(!leaves("http://nas:2283@evil/x").starts_with("http://nas"));
        assert!(leaves("http://nas:2283\\@evil/").contains("evil"));
        assert!(leaves("file://nas:2283/etc/passwd").starts_with("file"));
    }
}
