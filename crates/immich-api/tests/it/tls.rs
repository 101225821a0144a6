//! Whom the client trusts: four certificates that are wrong in different ways, and one that is right.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use immich_api::{ApiError, Client, ClientOptions, UploadStatus};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use serde_json::json;

use crate::fake::{Asked, Reply, basics, options};
use crate::wire::{file, head};

/// A certificate with its key, and the PEM of who signed it.
struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
    signed_by: String,
}

/// A certificate for that name, signed by an authority of its own, valid until that year.
fn identity(name: &str, until: i32) -> Identity {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    Identity {
        certificate: certificate.der().clone(),
        key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        signed_by: authority.pem(),
    }
}

/// An Immich behind TLS; counts the requests that got through.
struct Secured {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Secured {
    fn start(identity: &Identity) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate.clone()], identity.key.clone_key())
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                serve(StreamOwned::new(connection, stream), &counter);
            }
        });
        Self { url, requests }
    }

    fn connect(&self, change: impl FnOnce(&mut ClientOptions)) -> Result<Client, ApiError> {
        let mut options = options(&self.url);
        change(&mut options);
        Client::connect(options)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn serve(stream: StreamOwned<ServerConnection, TcpStream>, counter: &AtomicUsize) {
    let mut reader = BufReader::new(stream);
    let Some(asked) = head(&mut reader) else { return };
    counter.fetch_add(1, Ordering::SeqCst);
    let (status, body) = match basics(&asked, [3, 0, 3]) {
        Some(Reply::Json(status, body)) => (status, body.to_string()),
        _ => hear_upload(&asked, &mut reader),
    };
    let stream = reader.get_mut();
    let length = body.len();
    let _ =
        write!(stream, "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

/// Takes a small upload, and turns a large one away before its body.
fn hear_upload(asked: &Asked, body: &mut impl Read) -> (u16, String) {
    let length = asked.header("content-length").unwrap().parse().unwrap();
    if length > LARGE {
        return (413, String::new());
    }
    let read = std::io::copy(&mut body.take(length), &mut std::io::sink()).unwrap();
    assert_eq!(read, length);
    (201, json!({ "id": crate::wire::ID, "status": "created" }).to_string())
}

const LARGE: u64 = 100 << 20;

#[test]
fn an_upload_trusts_whom_the_client_trusts_and_hears_an_early_answer_there_too() {
    let identity = identity("127.0.0.1", 2100);
    let server = Secured::start(&identity);
    let client = server.connect(|options| options.ca_pem = Some(identity.signed_by.into_bytes())).unwrap();
    let upload = |size: u64| {
        client.writer().upload(&file("a.jpg", size), &mut || Ok(Box::new(std::io::repeat(7).take(size))))
    };

    let small = upload(3_000_000);
    let again = upload(10);
    let large = upload(LARGE + 1);

    assert_eq!(
        (small.unwrap().status, again.unwrap().status),
        (UploadStatus::Created, UploadStatus::Created)
    );
    assert!(matches!(large, Err(ApiError::TooLargeToUpload { .. })), "{large:?}");
}

fn refused(result: &Result<Client, ApiError>) -> bool {
    matches!(result, Err(ApiError::Tls { .. }))
}

#[test]
fn an_unknown_certificate_is_refused_before_any_request_unless_its_authority_is_named() {
    let identity = identity("127.0.0.1", 2100);
    let server = Secured::start(&identity);

    let unknown = server.connect(|_| {});

    assert!(refused(&unknown));
    assert_eq!(server.requests(), 0);
    let client = server.connect(|options| options.ca_pem = Some(identity.signed_by.into_bytes())).unwrap();
    assert!(!client.server().insecure);
    assert_eq!(server.requests(), 5);
}

#[test]
fn a_named_authority_does_not_help_a_wrong_name_an_expired_certificate_or_another_authority() {
    let wrong_name = identity("photos.example", 2100);
    let expired = identity("127.0.0.1", 2001);
    let other = identity("127.0.0.1", 2100);
    for (case, identity, authority) in [
        ("wrong name", &wrong_name, &wrong_name.signed_by),
        ("expired", &expired, &expired.signed_by),
        ("another authority", &other, &wrong_name.signed_by),
    ] {
        let server = Secured::start(identity);

        let result = server.connect(|options| options.ca_pem = Some(authority.clone().into_bytes()));

        assert!(refused(&result), "{case}");
        assert_eq!(server.requests(), 0, "{case}");
    }
}

#[test]
fn verification_is_off_when_asked_and_the_client_says_so() {
    let server = Secured::start(&identity("photos.example", 2001));

    let client = server.connect(|options| options.insecure = true).unwrap();

    assert!(client.server().insecure);
}

#[test]
fn a_refused_certificate_is_not_asked_again_and_the_message_names_the_remedy() {
    let server = Secured::start(&identity("127.0.0.1", 2100));

    let error = server.connect(|_| {}).unwrap_err();

    assert!(!error.is_transient());
    assert!(error.to_string().contains("name the authority that signed it (ca_file)"), "{error}");
}
