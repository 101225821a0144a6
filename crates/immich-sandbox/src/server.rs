//! From bytes on the wire to an answer: record, fault, rights, route, and what follows.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{Method, StatusCode, request::Parts},
    response::Response,
};
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    checksum,
    connection::{CuttableListener, Switch},
    fault::{Effect, Fault, Faults},
    fault_body, form, identity,
    ids::mix,
    incoming::{self, Part, Wishes},
    jobs,
    problem::{Issue, Problem},
    record::{Record, RecordedRequest},
    routes::{self, Need},
    thumbnail::Thumbnails,
    traffic,
    world::World,
};

/// A JSON body over this size is answered with 500, as the real server does.
const JSON_LIMIT: usize = 10 * 1024 * 1024;

/// What the server's thread and the tests share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) record: Record,
    pub(crate) faults: Faults,
    pub(crate) thumbnails: Thumbnails,
    /// Held by whoever does a background job.
    pub(crate) jobs: Arc<Mutex<()>>,
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request whose body was read.
struct Heard {
    parts: Parts,
    body: Bytes,
    /// Bytes of the body, of an upload too.
    length: u64,
    /// The parts of an upload, or what is wrong with it.
    form: Result<Vec<Part>, String>,
}

/// What the server has to say, before a fault spoils it.
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// Answers requests until the task is dropped.
pub(crate) async fn serve(listener: tokio::net::TcpListener, shared: Shared) -> io::Result<()> {
    let router = Router::new().fallback(handle).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Switch>();
    axum::serve(CuttableListener(listener), service).await
}

async fn handle(
    State(shared): State<Shared>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut recorded = RecordedRequest::of(parts.method.as_str(), &parts.uri, &parts.headers);
    let fault = shared.faults.strike(parts.method.as_str(), parts.uri.path());
    recorded.fault = fault.as_ref().map(Fault::name);
    let route = traffic::route(&recorded.method, &recorded.path);
    let number = shared.record.begin(recorded);
    if let Some(fault) = &fault
        && !fault.latency.is_zero()
    {
        tokio::time::sleep(fault.latency).await;
    }
    if let Some(response) = before_the_body(&shared, &parts, fault.as_ref()) {
        shared.record.weigh(&route, 0, response.body().size_hint().exact().unwrap_or(0));
        shared.record.amend(number, |request| request.status = Some(response.status().as_u16()));
        return response;
    }
    let response = match hear(&shared, parts, body, fault.as_ref(), number).await {
        Some(heard) => {
            let asked = heard.length;
            let response = match fault {
                Some(fault) => spoiled(&shared, &fault, heard).await,
                None => Some(whole(answer(&shared, heard).await)),
            };
            response.map(|response| (asked, response))
        }
        // Cut, by the fault or by the client.
        None => None,
    };
    let Some((asked, response)) = response else {
        switch.cut();
        return Response::new(Body::empty());
    };
    shared.record.weigh(&route, asked, response.body().size_hint().exact().unwrap_or(0));
    shared.record.amend(number, |request| request.status = Some(response.status().as_u16()));
    response
}

fn is_upload(parts: &Parts) -> bool {
    parts.method == Method::POST && parts.uri.path() == "/api/assets"
}

/// Reads the body; `None` when it did not come to its end.
async fn hear(
    shared: &Shared,
    parts: Parts,
    body: Body,
    fault: Option<&Fault>,
    number: usize,
) -> Option<Heard> {
    let boundary = form::boundary(&header_text(&parts, "content-type")).filter(|_| is_upload(&parts));
    let Some(boundary) = boundary else {
        let body = to_bytes(body, usize::MAX).await.ok()?;
        shared.record.amend(number, |request| request.keep_body(&body));
        let is_cut = matches!(fault.map(|fault| &fault.effect), Some(Effect::CutRequest(_)));
        let length = body.len() as u64;
        return (!is_cut).then_some(Heard { parts, body, length, form: Ok(Vec::new()) });
    };
    let folder = {
        let world = shared.world();
        (!world.discards_uploads).then(|| world.upload_root.join("incoming"))
    };
    let announced = checksum::parse(&header_text(&parts, "x-immich-checksum"));
    let cut_after = match fault.map(|fault| &fault.effect) {
        Some(Effect::CutRequest(bytes)) => Some(*bytes),
        _ => None,
    };
    let received = incoming::receive(body, &Wishes { boundary, folder, announced, cut_after }).await;
    let length = received.length;
    shared.record.amend(number, |request| request.keep_start(received.start, length));
    received.is_whole.then_some(Heard { parts, body: Bytes::new(), length, form: received.parts })
}

fn header_text(parts: &Parts, name: &str) -> String {
    let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// What is answered before the body is read: who may not upload, and a duplicate announced by its checksum.
fn before_the_body(shared: &Shared, parts: &Parts, fault: Option<&Fault>) -> Option<Response> {
    match fault {
        Some(fault) if fault.is_early => return instead(fault),
        Some(fault) if fault.effect != Effect::Latency => return None,
        _ if !is_upload(parts) => return None,
        _ => {}
    }
    let mut world = shared.world();
    let need = Need::Permission("asset.upload");
    match identity::admit(&world, need, &parts.uri, &parts.headers) {
        Err(problem) => Some(whole(refused(&mut world, &problem))),
        Ok(sender) => {
            let announced = header_text(parts, "x-immich-checksum");
            let reply = routes::duplicate_by_header(&mut world, sender.user, &announced)?;
            Some(plain(reply.status, reply.headers, reply.body.into()))
        }
    }
}

/// Plays the fault; `None` cuts the connection.
async fn spoiled(shared: &Shared, fault: &Fault, heard: Heard) -> Option<Response> {
    match &fault.effect {
        Effect::CutBefore | Effect::CutRequest(_) => None,
        Effect::Latency
        | Effect::LostAnswer
        | Effect::CutWithin
        | Effect::TruncatedJson
        | Effect::WrongBytes
        | Effect::Slow(_) => spoil(&fault.effect, answer(shared, heard).await),
        Effect::Status(_)
        | Effect::HtmlPage
        | Effect::Endless
        | Effect::GzipBomb(_)
        | Effect::DeepJson(_)
        | Effect::Redirect(..)
        | Effect::Body(_) => instead(fault),
    }
}

/// The true answer, damaged on its way.
fn spoil(effect: &Effect, mut answer: Answer) -> Option<Response> {
    match effect {
        Effect::LostAnswer => None,
        Effect::CutWithin => {
            answer.headers.push(("content-length", answer.body.len().to_string()));
            Some(plain(answer.status, answer.headers, fault_body::broken(&answer.body)))
        }
        Effect::TruncatedJson => {
            answer.body.truncate(answer.body.len() / 2);
            Some(whole(answer))
        }
        Effect::WrongBytes => {
            answer.body.iter_mut().skip(7).step_by(97).for_each(|byte| *byte = !*byte);
            Some(whole(answer))
        }
        Effect::Slow(pause) => {
            Some(plain(answer.status, answer.headers, fault_body::slow(answer.body, *pause)))
        }
        _ => Some(whole(answer)),
    }
}

/// Something else than the answer, without any effect on the server.
fn instead(fault: &Fault) -> Option<Response> {
    let mut headers: Vec<(&'static str, String)> = Vec::new();
    headers.extend(fault.retry_after.iter().map(|value| ("retry-after", value.clone())));
    if let Effect::Redirect(status, location) = &fault.effect {
        headers.push(("location", location.clone()));
        return Some(plain(*status, headers, Body::empty()));
    }
    if fault.effect == Effect::HtmlPage {
        headers.push(("content-type", "text/html".to_owned()));
        return Some(plain(
            502,
            headers,
            "<html><head><title>502 Bad Gateway</title></head></html>\n".into(),
        ));
    }
    headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
    let (status, body) = match &fault.effect {
        Effect::Status(status) => (*status, status_body(*status).into()),
        Effect::Endless => (200, fault_body::endless()),
        Effect::DeepJson(depth) => (200, fault_body::deep(*depth).into()),
        Effect::GzipBomb(bytes) => {
            headers.push(("content-encoding", "gzip".to_owned()));
            (200, fault_body::gzip_bomb(*bytes).ok()?)
        }
        Effect::Body(text) => (200, text.clone().into()),
        _ => return None,
    };
    Some(plain(status, headers, body))
}

fn status_body(status: u16) -> String {
    json!({ "message": format!("Sandbox fault {status}"), "statusCode": status }).to_string()
}

fn whole(answer: Answer) -> Response {
    plain(answer.status, answer.headers, answer.body.into())
}

fn plain(status: u16, headers: Vec<(&'static str, String)>, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// The true answer to a request, with its effects.
async fn answer(shared: &Shared, heard: Heard) -> Answer {
    let result = match listen(&heard).and_then(|json| dispatch(shared, heard, json)) {
        Ok(reply) => finish(shared, reply).await,
        Err(problem) => Err(problem),
    };
    match result {
        Ok(reply) => {
            settle(shared, reply.refresh, reply.settle).await;
            let mut answer = Answer { status: reply.status, headers: reply.headers, body: reply.body };
            let mut world = shared.world();
            let correlation = correlation(&mut world);
            answer.headers.extend(world.version.is_v3().then_some(("x-correlation-id", correlation)));
            answer
        }
        Err(problem) => refused(&mut shared.world(), &problem),
    }
}

fn correlation(world: &mut World) -> String {
    let number = mix(world.now().as_millisecond().unsigned_abs());
    format!("{number:016x}")[..8].to_owned()
}

fn refused(world: &mut World, problem: &Problem) -> Answer {
    let correlation = correlation(world);
    let body = problem.body(world.version, &correlation).to_string().into_bytes();
    let mut headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
    headers.extend(world.version.is_v3().then_some(("x-correlation-id", correlation)));
    Answer { status: problem.status, headers, body }
}

/// The body as JSON.
fn listen(heard: &Heard) -> Result<Value, Problem> {
    let content_type = header_text(&heard.parts, "content-type");
    if heard.body.is_empty() || !content_type.starts_with("application/json") {
        return Ok(Value::Null);
    }
    if heard.body.len() > JSON_LIMIT {
        return Err(Problem::text(500, "Internal server error"));
    }
    serde_json::from_slice(&heard.body).map_err(|error| Problem::bad_request(error.to_string()))
}

fn dispatch(shared: &Shared, heard: Heard, json: Value) -> Result<Reply, Problem> {
    let Heard { parts: Parts { method, uri, headers, .. }, form, .. } = heard;
    let mut world = shared.world();
    let (method, path) = (method.as_str(), uri.path());
    if (method, path) == ("GET", "/.well-known/immich") {
        return Ok(Reply::ok(&json!({ "api": { "endpoint": "/api" } })));
    }
    let no_route = || Problem::no_route(method, uri.path_and_query().map_or(path, |all| all.as_str()));
    let rest = path.strip_prefix("/api/").ok_or_else(no_route)?;
    let pieces: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    let route = routes::find(world.version, method, &pieces).ok_or_else(no_route)?;
    let sender = identity::admit(&world, route.need, &uri, &headers)?;
    let call = Call {
        version: world.version,
        user: sender.user,
        key: sender.key,
        session: sender.session,
        query: identity::query_of(&uri),
        json,
        parts: form.map_err(Problem::bad_request)?,
        headers,
    };
    (route.run)(&mut world, &call)
}

/// Makes what was left for later, on a thread of its own.
async fn finish(shared: &Shared, mut reply: Reply) -> Result<Reply, Problem> {
    let Some(later) = reply.later.take() else { return Ok(reply) };
    let thumbnails = shared.thumbnails.clone();
    let made = tokio::task::spawn_blocking(move || (later.0)(&thumbnails)).await;
    let (media_type, body) = made.unwrap_or_else(|_| Err(Problem::text(500, "Internal server error")))?;
    reply.headers.push(("content-type", media_type));
    Ok(Reply { body, ..reply })
}

/// What background jobs of the server would do; done before the answer leaves, so that no test has to wait.
async fn settle(shared: &Shared, refresh: Vec<crate::AssetId>, edited: Vec<crate::AssetId>) {
    let writes = {
        let mut world = shared.world();
        for id in &edited {
            let _ = world.edit(*id, |asset| {
                let (taken, zone) = (asset.taken(), asset.time_zone().map(str::to_owned));
                asset.set_taken(taken, zone.as_deref());
            });
        }
        world.writes_sidecars
    };
    let edited = if writes { edited } else { Vec::new() };
    if refresh.is_empty() && edited.is_empty() {
        return;
    }
    let shared = shared.clone();
    // A job that fails shows nowhere in the answer; the real server only logs it.
    let jobs = move || {
        let _ = jobs::write_edits(&shared, &edited);
        let _ = jobs::refresh(&shared, &refresh);
    };
    let _ = tokio::task::spawn_blocking(jobs).await;
}

impl From<Issue> for Problem {
    fn from(issue: Issue) -> Self {
        Self::invalid(vec![issue])
    }
}
