//! What a walk over a large library costs: `cargo run --release -p immich-api --example walk_cost -- 1000000`.
//!
//! The library is served by a second process, so that the figures are those of the client alone: CPU time
//! and peak memory as the kernel counts them. Assets have EXIF, and six of ten have people. Linux only.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Instant;

use immich_api::{ApiKey, AssetQuery, Client, ClientOptions, RateLimit};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ME: &str = "22f9b067-57a8-47f1-9479-b78bbe0728ae";

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let first = args.next().unwrap_or_else(|| "100000".to_owned());
    if first == "serve" {
        let assets = args.next().ok_or("how many?")?.parse()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        println!("{}", listener.local_addr()?);
        return serve(&listener, assets);
    }
    let assets: usize = first.parse()?;
    let mut server =
        Command::new(std::env::current_exe()?).args(["serve", &first]).stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    let measured = walk(address.trim(), assets);
    server.kill()?;
    server.wait()?;
    println!("{}", measured?);
    Ok(())
}

fn walk(address: &str, assets: usize) -> Outcome<String> {
    let mut options = ClientOptions::new(format!("http://{address}"), ApiKey::new("key")?);
    options.rate_limit = RateLimit::PerSecond(10_000.0);
    let client = Client::connect(options)?;
    let (start, before) = (Instant::now(), cpu_seconds()?);
    let mut walk = client.reader().walk_assets(&AssetQuery::default());
    let mut found = 0;
    for page in &mut walk {
        found += page?.len();
    }
    let cpu = cpu_seconds()? - before;
    let (report, stats) = (walk.report(), client.stats());
    if found != assets || !report.complete {
        return Err(format!("{found} of {assets} assets: {report:?}").into());
    }
    Ok(format!(
        "{assets} assets: {:.2} s CPU, {:.1} s in all, {} requests, {} MB received, peak memory {}",
        cpu,
        start.elapsed().as_secs_f64(),
        stats.requests,
        stats.bytes_received / 1_000_000,
        peak_memory()?
    ))
}

/// User and system time of this process.
fn cpu_seconds() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').ok_or("an unknown form of stat")?.1;
    let ticks: Vec<f64> = after_name.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn peak_memory() -> Outcome<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak")?;
    Ok(line.trim().to_owned())
}

fn serve(listener: &TcpListener, assets: usize) -> Outcome<()> {
    for stream in listener.incoming() {
        let stream = stream?;
        std::thread::spawn(move || talk(stream, assets));
    }
    Ok(())
}

/// Answers one request after the other on a connection.
fn talk(stream: TcpStream, assets: usize) -> Outcome<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            if header.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let answer = answer(&target, &body, assets);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Fri, 20 Nov 2026 13:00:00 GMT\r\n\
             content-length: {}\r\n\r\n",
            answer.len()
        );
        reader.get_mut().write_all(&[head.as_bytes(), answer.as_bytes()].concat())?;
    }
}

fn answer(target: &str, body: &[u8], assets: usize) -> String {
    match target {
        "/.well-known/immich" => r#"{"api":{"endpoint":"/api"}}"#.to_owned(),
        "/api/server/version" => r#"{"major":3,"minor":0,"patch":3}"#.to_owned(),
        "/api/api-keys/me" => r#"{"name":"key","permissions":["all"]}"#.to_owned(),
        "/api/users/me" => format!(r#"{{"id":"{ME}","name":"Me","isAdmin":true}}"#),
        "/api/search/statistics" => format!(r#"{{"total":{assets}}}"#),
        "/api/search/metadata" => page(body, assets),
        _ => "{}".to_owned(),
    }
}

fn page(body: &[u8], assets: usize) -> String {
    let question: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if question.get("updatedAfter").is_some() {
        return r#"{"assets":{"items":[],"nextPage":null}}"#.to_owned();
    }
    let number = |name: &str| question[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let (page, size) = (number("page").unwrap_or(1), number("size").unwrap_or(250));
    let mut answer =
        r#"{"albums":{"total":0,"count":0,"items":[],"facets":[]},"assets":{"items":["#.to_owned();
    for index in (page - 1) * size..(page * size).min(assets) {
        if index > (page - 1) * size {
            answer.push(',');
        }
        push_asset(&mut answer, index);
    }
    let next = if page * size < assets { format!("\"{}\"", page + 1) } else { "null".to_owned() };
    let _ = write!(answer, r#"],"total":{size},"count":{size},"facets":[],"nextPage":{next}}}}}"#);
    answer
}

/// One asset as 3.0.3 describes it; the ids are spread like random ones.
fn push_asset(answer: &mut String, index: usize) {
    let spread = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (high, low) = (spread >> 32, spread & 0xffff_ffff);
    let _ = write!(
        answer,
        r#"{{"id":"{high:08x}-{:04x}-4000-8000-{:012x}","createdAt":"2026-11-20T12:02:29.416Z","ownerId":"{ME}","libraryId":null,"type":"IMAGE","originalPath":"/data/upload/{ME}/{:02x}/{:02x}/{high:08x}.jpg","originalFileName":"IMG_{index:07}.jpg","originalMimeType":"image/jpeg","thumbhash":"E/gNFYJ2h3d/eHh3eHeHd3CFdwj3","fileCreatedAt":"2024-01-01T10:00:00.000Z","fileModifiedAt":"2026-11-20T12:01:00.000Z","localDateTime":"2024-01-01T12:00:00.000Z","updatedAt":"2026-11-20T12:05:04.116Z","isFavorite":false,"isArchived":false,"isTrashed":false,"isOffline":false,"visibility":"timeline","hasMetadata":true,"duration":null,"livePhotoVideoId":null,"width":4032,"height":3024,"isEdited":false,"checksum":"EXvKu3R5oAw1ABZSkTpbhBnRBGI=","duplicateId":null,"resized":true,"#,
        low & 0xffff,
        index as u64,
        spread & 0xff,
        spread >> 8 & 0xff,
    );
    let _ = write!(
        answer,
        r#""exifInfo":{{"make":"LabCam","model":"Model X1","exifImageWidth":4032,"exifImageHeight":3024,"fileSizeInByte":4230321,"orientation":"1","dateTimeOriginal":"2024-01-01T10:00:00+00:00","modifyDate":"2024-01-01T10:00:00+00:00","timeZone":"Europe/Paris","lensModel":"Lens 26mm","fNumber":1.8,"focalLength":5.7,"iso":100,"exposureTime":"1/100","latitude":48.{index:06},"longitude":2.35,"city":"Paris","state":"Ile-de-France","country":"France","description":"A day at the lake, number {index}","projectionType":null,"rating":4}},"people":["#
    );
    if index % 10 < 6 {
        let person = index % 200;
        let _ = write!(
            answer,
            r#"{{"id":"0020606a-b9ab-497c-931d-{person:012x}","name":"Person {person}","birthDate":null,"thumbnailPath":"","isHidden":false,"isFavorite":false,"updatedAt":"2026-11-20T12:05:00.000Z"}}"#
        );
    }
    answer.push_str("]}");
}
