//! From bytes on the wire to an answer: record, fault, rights, route, and what follows.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::{ConnectInfo, FromRequest, Multipart, Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::Response,
};
use serde_json::{Value, json};

use crate::{
    call::{Call, Part, Reply},
    connection::{CuttableListener, Switch},
    fault::{Effect, Fault, Faults},
    fault_body, identity,
    ids::mix,
    jobs,
    problem::{Issue, Problem},
    record::{Record, RecordedRequest},
    routes,
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
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
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
    if fault.is_none()
        && let Some(reply) = before_the_body(&shared, &parts.method, &parts.uri, &parts.headers)
    {
        shared.record.amend(number, |request| request.status = Some(reply.status));
        return plain(reply.status, reply.headers, reply.body.into());
    }
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        // The client went away in the middle of its request.
        switch.cut();
        return Response::new(Body::empty());
    };
    shared.record.amend(number, |request| request.keep_body(&body));
    let asked = body.len() as u64;
    let heard = Heard { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    let response = match fault {
        Some(fault) => spoiled(&shared, &fault, heard).await,
        None => Some(whole(answer(&shared, heard).await)),
    };
    let Some(response) = response else {
        switch.cut();
        return Response::new(Body::empty());
    };
    shared.record.weigh(&route, asked, response.body().size_hint().exact().unwrap_or(0));
    shared.record.amend(number, |request| request.status = Some(response.status().as_u16()));
    response
}

/// A duplicate announced by its checksum is answered before the body is read.
fn before_the_body(shared: &Shared, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Reply> {
    if method != Method::POST || uri.path() != "/api/assets" {
        return None;
    }
    let announced = headers.get("x-immich-checksum")?.to_str().ok()?;
    let world = shared.world();
    let sender = identity::identify(&world, uri, headers).ok().filter(|sender| sender.may("asset.upload"))?;
    routes::duplicate_by_header(&world, sender.user, announced)
}

/// Plays the fault; `None` cuts the connection.
async fn spoiled(shared: &Shared, fault: &Fault, heard: Heard) -> Option<Response> {
    match &fault.effect {
        Effect::CutBefore => None,
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
    let (version, correlation) = {
        let mut world = shared.world();
        let number = mix(world.now().as_millisecond().unsigned_abs());
        (world.version, format!("{number:016x}")[..8].to_owned())
    };
    let result = match listen(&heard).await {
        Ok(heard_body) => match dispatch(shared, &heard, heard_body) {
            Ok(reply) => finish(shared, reply).await,
            Err(problem) => Err(problem),
        },
        Err(problem) => Err(problem),
    };
    let mut answer = match result {
        Ok(reply) => {
            settle(shared, reply.refresh, reply.settle).await;
            Answer { status: reply.status, headers: reply.headers, body: reply.body }
        }
        Err(problem) => {
            let body = problem.body(version, &correlation).to_string().into_bytes();
            let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
            Answer { status: problem.status, headers, body }
        }
    };
    if version.is_v3() {
        answer.headers.push(("x-correlation-id", correlation));
    }
    answer
}

/// The body as JSON or as the parts of a form.
async fn listen(heard: &Heard) -> Result<(Value, Vec<Part>), Problem> {
    let content_type =
        heard.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if content_type.starts_with("multipart/form-data") {
        return Ok((Value::Null, parts(heard).await?));
    }
    if heard.body.is_empty() || !content_type.starts_with("application/json") {
        return Ok((Value::Null, Vec::new()));
    }
    if heard.body.len() > JSON_LIMIT {
        return Err(Problem::text(500, "Internal server error"));
    }
    let json =
        serde_json::from_slice(&heard.body).map_err(|error| Problem::bad_request(error.to_string()))?;
    Ok((json, Vec::new()))
}

async fn parts(heard: &Heard) -> Result<Vec<Part>, Problem> {
    let mut request = Request::new(Body::from(heard.body.clone()));
    *request.method_mut() = heard.method.clone();
    *request.headers_mut() = heard.headers.clone();
    request.extensions_mut().insert(axum::extract::DefaultBodyLimit::disable());
    let unreadable = |text: String| Problem::bad_request(text);
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|error| unreadable(error.body_text()))?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(error.body_text()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|error| unreadable(error.body_text()))?.to_vec();
        parts.push(Part { name, file_name, bytes });
    }
    Ok(parts)
}

fn dispatch(shared: &Shared, heard: &Heard, (json, parts): (Value, Vec<Part>)) -> Result<Reply, Problem> {
    let mut world = shared.world();
    let (method, path) = (heard.method.as_str(), heard.uri.path());
    if (method, path) == ("GET", "/.well-known/immich") {
        return Ok(Reply::ok(&json!({ "api": { "endpoint": "/api" } })));
    }
    let no_route = || Problem::no_route(method, heard.uri.path_and_query().map_or(path, |all| all.as_str()));
    let rest = path.strip_prefix("/api/").ok_or_else(no_route)?;
    let pieces: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    let route = routes::find(world.version, method, &pieces).ok_or_else(no_route)?;
    let sender = identity::admit(&world, route.need, &heard.uri, &heard.headers)?;
    let call = Call {
        version: world.version,
        user: sender.user,
        key: sender.key,
        session: sender.session,
        query: identity::query_of(&heard.uri),
        headers: heard.headers.clone(),
        json,
        parts,
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
