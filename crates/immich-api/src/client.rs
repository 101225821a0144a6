//! A connected client, in two halves.
//!
//! [`Client::reader`] cannot change anything on the server; [`Client::writer`] can. Who plans gets the
//! first one only, so that a dry run is kept by the compiler.

use serde_json::Value;
use ureq::http::Method;

use crate::address::Address;
use crate::call::{Call, Caller};
use crate::discovery;
use crate::error::{ApiError, VersionFound};
use crate::json::Json;
use crate::membership::Heeded;
use crate::options::ClientOptions;
use crate::reader::Reader;
use crate::server_info::{CurrentUser, Features, KeyInfo, ServerInfo};
use crate::stats::RequestStats;
use crate::transport::Transport;
use crate::version::{ServerVersion, Trait};
use crate::writer::Writer;

/// How many requests at once make a server busy; more of them wait for each other inside it (measured on
/// 3.0.3: with 32 the slowest answers take ten times as long, and no more come per second).
pub const BEST_IN_FLIGHT: usize = 8;

/// A connection to one server with one key; threads may share it.
pub struct Client {
    pub(crate) transport: Transport,
    info: ServerInfo,
    heeded: Heeded,
}

impl Client {
    /// Finds the API, checks version and key, and learns whose key it is.
    ///
    /// The key leaves only after something at the address has answered as Immich does.
    pub fn connect(options: ClientOptions) -> Result<Self, ApiError> {
        let address = Address::parse(&options.server)?;
        let insecure = options.insecure;
        let transport = Transport::new(options, address.origin.clone())?;
        let (base_url, version) = discovery::find_base(&transport, &address)?;
        let info = look_around(&transport, base_url, version, insecure)?;
        Ok(Self { transport, info, heeded: Heeded::default() })
    }

    /// What the server said about itself.
    pub fn server(&self) -> &ServerInfo {
        &self.info
    }

    /// The half that cannot change anything.
    pub fn reader(&self) -> Reader<'_> {
        Reader { client: self }
    }

    /// The half that changes things.
    pub fn writer(&self) -> Writer<'_> {
        Writer { client: self }
    }

    /// What was sent and received so far.
    pub fn stats(&self) -> RequestStats {
        self.transport.stats()
    }

    pub(crate) fn heeded(&self) -> &Heeded {
        &self.heeded
    }

    pub(crate) fn has(&self, what: Trait) -> bool {
        self.info.version.has(what)
    }

    /// `GET` of a path below the base, which begins with a slash; an answer in which `read` finds nothing is
    /// an error.
    pub(crate) fn get<T>(
        &self,
        endpoint: &'static str,
        path: &str,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        get(&self.transport, endpoint, &self.url(path), read)
    }

    /// `POST` of a question; the answer has the server's time with it.
    pub(crate) fn ask<T>(
        &self,
        endpoint: &'static str,
        path: &str,
        question: &Value,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<(T, Option<std::time::SystemTime>), ApiError> {
        let body = question.to_string();
        self.transport.json_and_date(&call(endpoint, Method::POST, &self.url(path), &body), read)
    }

    /// `POST` or `PUT` of an order, answered without content.
    pub(crate) fn order(
        &self,
        endpoint: &'static str,
        method: Method,
        path: &str,
        order: &Value,
    ) -> Result<(), ApiError> {
        let body = order.to_string();
        self.transport.done(&call(endpoint, method, &self.url(path), &body))
    }

    /// `POST`, `PUT` or `DELETE` of an order that is answered with something.
    pub(crate) fn tell<T>(
        &self,
        endpoint: &'static str,
        method: Method,
        path: &str,
        order: &Value,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        let body = order.to_string();
        self.transport.json(&call(endpoint, method, &self.url(path), &body), read)
    }

    /// The same for an order that must not be given twice: an answer that got lost is
    /// [`ApiError::Unanswered`].
    pub(crate) fn tell_once<T>(
        &self,
        endpoint: &'static str,
        path: &str,
        order: &Value,
        read: impl Fn(&Json<'_>) -> Option<T>,
    ) -> Result<T, ApiError> {
        let (url, body) = (self.url(path), order.to_string());
        let call = Call { is_once: true, ..call(endpoint, Method::POST, &url, &body) };
        self.transport.json(&call, read)
    }

    /// An order that must not be given twice and is answered without content.
    pub(crate) fn order_once(
        &self,
        endpoint: &'static str,
        method: Method,
        path: &str,
        order: &Value,
    ) -> Result<(), ApiError> {
        let (url, body) = (self.url(path), order.to_string());
        self.transport.done(&Call { is_once: true, ..call(endpoint, method, &url, &body) })
    }

    /// `DELETE` of something by its path; `false` when the server knows no such thing.
    pub(crate) fn delete(&self, endpoint: &'static str, path: &str, order: &Value) -> Result<bool, ApiError> {
        match self.order(endpoint, Method::DELETE, path, order) {
            Ok(()) => Ok(true),
            Err(error) if error.is_unknown_id() => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.info.base_url)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("info", &self.info).finish_non_exhaustive()
    }
}

fn look_around(
    transport: &Transport,
    base_url: String,
    version: ServerVersion,
    insecure: bool,
) -> Result<ServerInfo, ApiError> {
    let url = |path| format!("{base_url}{path}");
    if !version.is_supported() {
        return Err(ApiError::UnsupportedVersion { version: VersionFound::Named(version) });
    }
    let features = |answer: &Json<'_>| Some(Features::from_json(answer));
    let features = get(transport, "GET /server/features", &url("/server/features"), features)?;
    let key = if version.has(Trait::OwnKey) {
        let key = |answer: &Json<'_>| Some(KeyInfo::from_json(answer));
        get(transport, "GET /api-keys/me", &url("/api-keys/me"), key)?
    } else {
        KeyInfo::default()
    };
    let user = get(transport, "GET /users/me", &url("/users/me"), CurrentUser::from_json)?;
    Ok(ServerInfo { base_url, version, features, key, user, insecure })
}

fn get<T>(
    transport: &Transport,
    endpoint: &'static str,
    url: &str,
    read: impl Fn(&Json<'_>) -> Option<T>,
) -> Result<T, ApiError> {
    transport.json(&Call::get(endpoint, url, Caller::Key), read)
}

fn call<'a>(endpoint: &'static str, method: Method, url: &'a str, body: &'a str) -> Call<'a> {
    Call::with_body(endpoint, method, url, body.as_bytes(), Caller::Key)
}
