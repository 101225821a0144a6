//! The server and the way to it.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use immich_api::RateLimit;

use super::{Sources, catalogue};
use crate::exit::usage;
use crate::key::first_line_of;

/// The server and the way to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServerSettings {
    /// Address as the user wrote it.
    pub(crate) url: String,
    /// Requests per second.
    pub(crate) rate_limit: RateLimit,
    /// How long a server may be away during a run.
    pub(crate) patience: Duration,
    /// A file of certificates to trust.
    pub(crate) ca_file: Option<PathBuf>,
    /// Whether any certificate is trusted.
    pub(crate) insecure: bool,
}

impl ServerSettings {
    /// Decides where the server is and how to talk to it.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Self> {
        let Some(url) = find_in_order(sources)? else {
            let how = "no server; give its address with --server http://nas:2283 or in IMMICH_INSTANCE_URL";
            return Err(usage(how));
        };
        let rate = sources.text(&catalogue::RATE_LIMIT)?;
        Ok(Self {
            url: url.trim().to_owned(),
            rate_limit: rate.map_or(Ok(RateLimit::default()), |rate| rate_limit(&rate))?,
            patience: sources.time(&catalogue::PATIENCE)?.unwrap_or(Duration::from_mins(2)),
            ca_file: sources.path(&catalogue::CA_FILE)?,
            insecure: sources.flag(&catalogue::INSECURE)?,
        })
    }

    /// The same for work with a request or more for each photo: where nobody named a rate the server sets the pace,
    /// and one that is too busy says so.
    pub(crate) fn at_its_pace(sources: &Sources<'_>) -> Result<Self> {
        let named = sources.find(&catalogue::RATE_LIMIT)?.is_some();
        let settings = Self::resolve(sources)?;
        Ok(if named { settings } else { Self { rate_limit: RateLimit::Auto, ..settings } })
    }

    /// A key that travels in the clear through a foreign network is worth a word.
    pub(crate) fn concern(&self) -> Option<String> {
        let rest = self.url.strip_prefix("http://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        // What stands before an @ may be a password; such an address is refused later on.
        let host = host_of(authority.rsplit('@').next()?);
        (!is_at_home(host)).then(|| {
            format!("`http://` sends the API key to {host} unencrypted; use `https://` outside of your own network")
        })
    }
}

/// The address, or the first line of the file that holds it: of the first source that names either.
fn find_in_order(sources: &Sources<'_>) -> Result<Option<String>> {
    let Sources { environment, config, .. } = sources;
    let (address, file) = (&catalogue::SERVER, &catalogue::SERVER_FILE);
    for (address, file) in [
        (sources.typed(address), None),
        (environment.find(address)?, environment.find(file)?),
        (config.find(address), config.find(file)),
    ] {
        match (address, file) {
            (Some(address), _) => return address.text().map(Some),
            (None, Some(file)) => return address_in(&file.path()).map(Some),
            (None, None) => {}
        }
    }
    Ok(None)
}

fn address_in(path: &Path) -> Result<String> {
    first_line_of(path).map_err(|error| {
        usage(format!("`{}` with the server's address cannot be read: {error}", path.display()))
    })
}

fn rate_limit(text: &str) -> Result<RateLimit> {
    if text.trim().eq_ignore_ascii_case("auto") {
        return Ok(RateLimit::Auto);
    }
    let number: Option<f64> =
        text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.map(RateLimit::PerSecond).ok_or_else(|| {
        usage(format!("--rate-limit is `{text}`, expected a number of requests per second, or auto"))
    })
}

fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    }
}

/// Whether a host is on this machine or, by all appearance, in the user's own network.
fn is_at_home(host: &str) -> bool {
    const HOME: [&str; 10] = [
        ".local",
        ".lan",
        ".home",
        ".internal",
        ".intranet",
        ".localdomain",
        ".box",
        ".home.arpa",
        ".test",
        ".localhost",
    ];
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            let [first, second, ..] = ip.octets();
            // 100.64.0.0/10 is what overlay networks hand out, encrypted below.
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || (first == 100 && second & 0xc0 == 64)
        }
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Err(_) => !host.contains('.') || HOME.iter().any(|end| host.to_ascii_lowercase().ends_with(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concern(url: &str) -> Option<String> {
        let url = url.to_owned();
        ServerSettings {
            url,
            rate_limit: RateLimit::Auto,
            patience: Duration::ZERO,
            ca_file: None,
            insecure: false,
        }
        .concern()
    }

    #[test]
    fn a_key_in_the_clear_is_a_concern_outside_of_the_own_network() {
        for home in [
            "http://nas:2283",
            "http://192.168.1.5:2283/api",
            "http://127.0.0.1",
            "http://[::1]:2283",
            "http://photos.local",
            "http://100.100.1.1",
            "https://photos.example.com",
        ] {
            assert_eq!(concern(home), None, "{home}");
        }
        for away in ["http://photos.example.com", "http://8.8.8.8:2283", "http://[2001:db8::1]:2283/api"] {
            assert!(concern(away).is_some(), "{away}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_not_repeated() {
        assert!(!concern("http://anna:hunter2@photos.example.com").unwrap().contains("hunter2"));
    }

    #[test]
    fn a_rate_is_a_positive_number_or_auto() {
        assert_eq!(rate_limit("2.5").unwrap(), RateLimit::PerSecond(2.5));
        assert_eq!(rate_limit("AUTO").unwrap(), RateLimit::Auto);
        for wrong in ["0", "-1", "inf", "fast", ""] {
            assert!(rate_limit(wrong).is_err(), "{wrong}");
        }
    }
}
