//! A second host that only listens: did the key arrive where a redirect pointed?

use std::{io, net::SocketAddr};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
};
use tokio::sync::oneshot;

use crate::{RecordedRequest, SandboxError, record::Record};

/// Answers every request with 200 and `{}` and writes it down.
#[derive(Debug)]
pub struct Witness {
    record: Record,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Witness {
    /// Listens on a free port of this machine.
    pub fn start() -> Result<Self, SandboxError> {
        let record = Record::default();
        let (address, stop, thread) =
            Self::spawn(record.clone()).map_err(|source| SandboxError::Start { source })?;
        Ok(Self { record, address, stop: Some(stop), thread: Some(thread) })
    }

    /// Address without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What arrived, in order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.record.all()
    }

    fn spawn(record: Record) -> io::Result<(SocketAddr, oneshot::Sender<()>, std::thread::JoinHandle<()>)> {
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("immich-witness".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                let router = Router::new().fallback(write_down).with_state(record);
                tokio::select! {
                    _ = axum::serve(listener, router) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok((address, stop, thread))
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn write_down(State(record): State<Record>, request: Request) -> (StatusCode, &'static str) {
    let (parts, body) = request.into_parts();
    let mut recorded = RecordedRequest::of(parts.method.as_str(), &parts.uri, &parts.headers);
    recorded.status = Some(200);
    let number = record.begin(recorded);
    if let Ok(body) = to_bytes(body, usize::MAX).await {
        record.amend(number, |request| request.keep_body(&body));
    }
    (StatusCode::OK, "{}")
}
