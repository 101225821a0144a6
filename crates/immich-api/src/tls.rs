//! The connections of a client: time-outs, and whom to trust.
//!
//! The HTTP library trusts either the system's certificates or a given list. With an own authority both
//! should do, as the server may change to a public certificate; so there are two agents then, and the
//! first one that the server's certificate satisfies is kept. A failed handshake sends no request, so
//! trying costs nothing and shows nobody the key.
//!
//! Surprising defaults that are set here: the library takes a proxy from the environment, follows
//! redirects, and keeps idle connections longer than Immich does (5 s), which shows as random resets.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, RustlsConnector, TcpConnector};

use crate::early_answer::{Duty, EarlyAnswers};
use crate::error::ApiError;
use crate::options::ClientOptions;

/// How many silences a whole answer may last: a page of a thousand assets over a slow line.
const SILENCES_PER_ANSWER: u32 = 5;

/// The agents to try, most likely first; never empty.
pub(crate) fn agents(options: &ClientOptions) -> Result<Vec<Agent>, ApiError> {
    let agent = |config| Agent::new_with_config(config);
    Ok(trusts(options)?.into_iter().map(|trust| agent(config(options, trust))).collect())
}

/// The same for one upload at a time, which notices an answer while it sends.
pub(crate) fn upload_agents(
    options: &ClientOptions,
    is_answered: &Arc<AtomicBool>,
) -> Result<Vec<Agent>, ApiError> {
    let agent = |config| {
        let layer = |duty| EarlyAnswers::new(duty, is_answered, &options.clock);
        let connector = ().chain(TcpConnector::default()).chain(layer(Duty::Catch));
        let connector = connector.chain(RustlsConnector::default()).chain(layer(Duty::Look));
        Agent::with_parts(config, connector, DefaultResolver::default())
    };
    Ok(trusts(options)?.into_iter().map(|trust| agent(config(options, trust))).collect())
}

fn trusts(options: &ClientOptions) -> Result<Vec<TlsConfig>, ApiError> {
    let mut trusts = Vec::new();
    if options.insecure {
        trusts.push(TlsConfig::builder().disable_verification(true).build());
    } else {
        if let Some(pem) = &options.ca_pem {
            trusts.push(TlsConfig::builder().root_certs(RootCerts::from(certificates(pem)?)).build());
        }
        trusts.push(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build());
    }
    Ok(trusts)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, ApiError> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(ApiError::BadCertificate { problem: "it is damaged" }),
        }
    }
    if certificates.is_empty() {
        return Err(ApiError::BadCertificate { problem: "it holds no certificate" });
    }
    Ok(certificates)
}

fn config(options: &ClientOptions, trust: TlsConfig) -> Config {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(trust)
        .user_agent(options.user_agent.as_str())
        .accept("application/json")
        .timeout_connect(Some(options.connect_timeout))
        .timeout_per_read(Some(options.read_timeout))
        .timeout_per_write(Some(options.read_timeout))
        .timeout_recv_response(Some(options.read_timeout))
        .timeout_recv_body(Some(options.read_timeout * SILENCES_PER_ANSWER))
        .max_response_header_size(64 * 1024)
        .max_idle_age(Duration::from_secs(4))
        .max_idle_connections_per_host(8)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::ApiKey;

    fn options(ca_pem: Option<&str>, insecure: bool) -> ClientOptions {
        let key = ApiKey::new("key").unwrap();
        let ca_pem = ca_pem.map(|pem| pem.as_bytes().to_vec());
        ClientOptions { ca_pem, insecure, ..ClientOptions::new("http://nas", key) }
    }

    #[test]
    fn verification_is_off_only_when_asked() {
        let verifies = |agent: &Agent| !agent.config().tls_config().disable_verification();

        assert!(agents(&options(None, false)).unwrap().iter().all(verifies));
        assert!(!agents(&options(None, true)).unwrap().iter().any(verifies));
    }

    #[test]
    fn no_agent_follows_redirects_or_takes_a_proxy_from_the_environment() {
        for agent in agents(&options(None, false)).unwrap() {
            assert_eq!(agent.config().max_redirects(), 0);
            assert!(agent.config().proxy().is_none());
        }
    }

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"] {
            let error = agents(&options(Some(pem), false)).unwrap_err();

            assert!(matches!(error, ApiError::BadCertificate { .. }), "{pem:?}");
        }
    }
}
