//! The port: two pages, read only, on a thread and a runtime of their own.
//!
//! They tell when runs were and how they went, and nothing of photos, servers or keys. There is no sign-in; the
//! address that people are shown listens to this machine only.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use jiff::Timestamp;

use super::answers::{self, Answer};
use super::board::Board;
use crate::exit::usage;

/// Listens from now on; tells where.
pub(super) fn start(address: SocketAddr, board: &Arc<Board>) -> Result<SocketAddr> {
    let taken =
        |error| usage(format!("cannot listen at {address}: {error}; choose another address with --listen"));
    let listener = TcpListener::bind(address).map_err(taken)?;
    listener.set_nonblocking(true).context("the port cannot be used")?;
    let bound = listener.local_addr().context("the port cannot be used")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("no runtime for the port")?;
    let routes = routes(board);
    std::thread::Builder::new().name("port".to_owned()).spawn(move || {
        runtime.block_on(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            // It ends with the program only.
            let _ = axum::serve(listener, routes).await;
        });
    })?;
    Ok(bound)
}

fn routes(board: &Arc<Board>) -> Router {
    let (health, metrics) = (Arc::clone(board), Arc::clone(board));
    Router::new()
        .route(
            "/healthz",
            get(move || async move { response(answers::health(health.health(Timestamp::now()))) }),
        )
        .route(
            "/metrics",
            get(move || async move { response(answers::metrics(metrics.metrics(Timestamp::now()))) }),
        )
}

fn response(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, answer.content_type), (header::CACHE_CONTROL, "no-store")];
    (status, headers, answer.text).into_response()
}
