//! From what somebody types as an address to a server that answers.
//!
//! People type `nas`, `nas:2283`, or what their browser shows. The port and the scheme are what they leave out or mix up,
//! so those are tried. None of it sends the key, and an address that somebody did not write is only proposed.

use immich_api::{ApiError, Found};

/// The port of Immich.
const PORT: u16 = 2283;

/// What was found.
#[derive(Debug)]
pub(crate) enum Reached {
    /// The server, at the address that was written, or that only lacked its scheme.
    Here(String, Found),
    /// None at the address that was written, for this reason; but there is one at another.
    Elsewhere(String, ApiError),
    /// None.
    Nowhere(ApiError),
}

/// Tries what was written, then what was probably meant.
pub(crate) fn reach(typed: &str, find: impl Fn(&str) -> Result<Found, ApiError>) -> Reached {
    let (written, others) = candidates(typed);
    let mut reason = None;
    for address in &written {
        match find(address) {
            Ok(found) => return Reached::Here(address.clone(), found),
            Err(ApiError::Stopped) => return Reached::Nowhere(ApiError::Stopped),
            Err(error) => reason = Some(more_telling(reason, error)),
        }
    }
    let reason = match reason {
        Some(reason) if !matches!(reason, ApiError::BadAddress { .. }) => reason,
        Some(reason) => return Reached::Nowhere(reason),
        None => {
            return Reached::Nowhere(ApiError::BadAddress {
                address: typed.to_owned(),
                problem: "it is empty; write something like `http://nas:2283`".to_owned(),
            });
        }
    };
    let led = match &reason {
        ApiError::ForeignRedirect { host, .. } => Some(host.clone()),
        _ => None,
    };
    match led.into_iter().chain(others).find(|address| find(address).is_ok()) {
        Some(address) => Reached::Elsewhere(address, reason),
        None => Reached::Nowhere(reason),
    }
}

/// An answer of the wrong kind tells more than silence, and trouble with a certificate more than either.
fn more_telling(before: Option<ApiError>, error: ApiError) -> ApiError {
    let rank = |error: &ApiError| match error {
        ApiError::Unreachable { .. } => 0,
        ApiError::NotImmich { .. } => 1,
        _ => 2,
    };
    match before {
        Some(before) if rank(&before) >= rank(&error) => before,
        _ => error,
    }
}

/// The addresses that the text stands for, and others that it may have been meant to be.
fn candidates(typed: &str) -> (Vec<String>, Vec<String>) {
    let typed = typed.trim();
    if typed.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let Some((scheme, rest)) = typed.split_once("://") else {
        let mut written = with_port(typed).map_or_else(Vec::new, |other| vec![format!("http://{other}")]);
        written.extend(["https", "http"].map(|scheme| format!("{scheme}://{typed}")));
        return (written, Vec::new());
    };
    let other = match scheme.to_ascii_lowercase().as_str() {
        "http" => "https",
        "https" => "http",
        _ => return (vec![typed.to_owned()], Vec::new()),
    };
    let mut others = vec![format!("{other}://{rest}")];
    if let Some(rest) = with_port(rest) {
        others.splice(0..0, [format!("{scheme}://{rest}"), format!("{other}://{rest}")]);
    }
    (vec![typed.to_owned()], others)
}

/// The same with the port of Immich, where there is no port; a path goes, since nothing but `/api` is ever there.
fn with_port(rest: &str) -> Option<String> {
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    (!host.is_empty() && !behind.contains(':')).then(|| format!("{host}:{PORT}"))
}

/// What is wrong with a certificate, in words; from the text of the TLS library, which has nothing else.
pub(crate) fn tls_reason(error: &(dyn std::error::Error + 'static)) -> &'static str {
    let mut text = String::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        text.push_str(&error.to_string());
        cause = error.source();
    }
    let known = [
        ("NotValidForName", "the certificate is for another name; use the name that it was made for"),
        ("not valid for name", "the certificate is for another name; use the name that it was made for"),
        ("NotValidYet", "the certificate is not valid yet; check the clock of this machine"),
        ("not valid yet", "the certificate is not valid yet; check the clock of this machine"),
        ("Expired", "the certificate has expired; renew it"),
        ("expired", "the certificate has expired; renew it"),
        (
            "CaUsedAsEndEntity",
            "the certificate is its own authority; make one with basicConstraints=CA:FALSE",
        ),
        (
            "UnknownIssuer",
            "this machine does not know who signed the certificate; name the authority with --ca-file",
        ),
    ];
    known.iter().find(|(word, _)| text.contains(word)).map_or(
        "no secure connection came about; does the server speak https at this port?",
        |(_, reason)| reason,
    )
}

#[cfg(test)]
mod tests {
    use immich_api::ServerVersion;

    use super::*;

    fn at<'a>(servers: &'a [&'a str]) -> impl Fn(&str) -> Result<Found, ApiError> + 'a {
        |address| {
            if servers.contains(&address) {
                let base_url = format!("{address}/api");
                return Ok(Found { base_url, version: ServerVersion::new(3, 0, 3), date: None });
            }
            Err(ApiError::NotImmich { url: address.to_owned(), detail: String::new() })
        }
    }

    fn shown(typed: &str, servers: &[&str]) -> String {
        match reach(typed, at(servers)) {
            Reached::Here(address, _) => format!("here {address}"),
            Reached::Elsewhere(address, _) => format!("elsewhere {address}"),
            Reached::Nowhere(error) => format!("nowhere {error}"),
        }
    }

    #[test]
    fn what_was_written_counts_first() {
        let both = ["http://nas", "http://nas:2283"];

        assert_eq!(shown("http://nas", &both), "here http://nas");
        assert_eq!(shown(" http://nas:2283 ", &both), "here http://nas:2283");
    }

    #[test]
    fn the_port_and_the_scheme_that_were_left_out_are_found() {
        assert_eq!(shown("nas", &["http://nas:2283"]), "here http://nas:2283");
        assert_eq!(shown("nas:8080", &["http://nas:8080"]), "here http://nas:8080");
        assert_eq!(
            shown("photos.example.com", &["https://photos.example.com"]),
            "here https://photos.example.com"
        );
        assert_eq!(shown("nas/api", &["http://nas:2283"]), "here http://nas:2283");
    }

    #[test]
    fn another_port_or_scheme_is_only_proposed() {
        assert_eq!(shown("http://nas", &["http://nas:2283"]), "elsewhere http://nas:2283");
        assert_eq!(shown("http://nas/api", &["http://nas:2283"]), "elsewhere http://nas:2283");
        assert_eq!(shown("https://nas:2283", &["http://nas:2283"]), "elsewhere http://nas:2283");
        assert_eq!(shown("http://[::1]", &["http://[::1]:2283"]), "elsewhere http://[::1]:2283");
        assert!(
            shown("http://nas", &[]).starts_with("nowhere http://nas answers"),
            "{}",
            shown("http://nas", &[])
        );
    }

    #[test]
    fn no_address_is_no_server() {
        assert!(shown("", &[]).contains("it is empty"));
        assert_eq!(candidates("ftp://nas"), (vec!["ftp://nas".to_owned()], Vec::new()));
    }

    #[test]
    fn trouble_with_a_certificate_is_named() {
        let reason = |text: &str| tls_reason(&std::io::Error::other(text.to_owned()));

        assert!(reason("invalid peer certificate: Expired").contains("has expired"));
        assert!(reason("invalid peer certificate: UnknownIssuer").contains("--ca-file"));
        assert!(
            reason("invalid peer certificate: certificate not valid for name \"x\"").contains("another name")
        );
        assert!(reason("connection reset").contains("at this port"));
    }
}
