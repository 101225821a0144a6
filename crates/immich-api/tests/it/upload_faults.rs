//! What goes wrong while a file is being uploaded.

use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use immich_api::{ApiError, Client, SourceProblem, UploadStatus, Uploaded};

use crate::fake::KEY;
use crate::wire::{Arriving, Wire, file};

const MIB: u64 = 1 << 20;

/// Uploads zeros; also says how often the source was opened.
fn upload(client: &Client, size: u64) -> (Result<Uploaded, ApiError>, usize) {
    let mut opened = 0;
    let uploaded = client.writer().upload(&file("a.jpg", size), &mut || {
        opened += 1;
        Ok(Box::new(std::io::repeat(0).take(size)))
    });
    (uploaded, opened)
}

fn status(uploaded: Result<Uploaded, ApiError>) -> UploadStatus {
    uploaded.unwrap().status
}

#[test]
fn an_answer_in_the_middle_of_the_body_ends_the_sending() {
    // Reads on slowly, as a server does that throws the rest away.
    let server = Wire::start(|_, mut arriving| {
        arriving.skip(MIB);
        arriving.duplicate();
        while arriving.skip(MIB) > 0 {
            std::thread::park_timeout(Duration::from_millis(20));
        }
    });
    let client = server.connect_in_time(|_| {});

    let (uploaded, opened) = upload(&client, 2048 * MIB);

    assert_eq!((status(uploaded), opened), (UploadStatus::Duplicate { maybe_ours: false }, 1));
    assert!(client.stats().bytes_sent < 1024 * MIB, "{}", client.stats().bytes_sent);
}

#[test]
fn an_answer_of_a_server_that_reads_no_more_is_heard() {
    let server = Wire::start(|_, mut arriving| {
        arriving.skip(1000);
        arriving.duplicate();
        std::thread::park_timeout(Duration::from_secs(20));
    });
    let client = server.connect_in_time(|options| options.read_timeout = Duration::from_millis(300));

    let (uploaded, opened) = upload(&client, 1024 * MIB);

    assert_eq!((status(uploaded), opened), (UploadStatus::Duplicate { maybe_ours: false }, 1));
}

#[test]
fn an_answer_before_a_reset_is_heard() {
    for _ in 0..20 {
        let server = Wire::start(|_, mut arriving| {
            arriving.skip(100_000);
            arriving.answer(413, "", "<html>413 Request Entity Too Large</html>");
        });

        let (uploaded, opened) = upload(&server.connect(|_| {}), 64 * MIB);

        let error = uploaded.unwrap_err();
        assert!(
            matches!(&error, ApiError::TooLargeToUpload { name, size } if name == "a.jpg" && *size == 64 * MIB),
            "{error:?}"
        );
        assert_eq!((opened, error.is_transient()), (1, false));
    }
}

#[test]
fn a_connection_that_was_answered_early_is_not_used_again() {
    let server = Wire::start(|number, mut arriving| {
        if number == 1 {
            let body = format!("{{\"id\":\"{}\",\"status\":\"duplicate\"}}", crate::wire::ID);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            std::io::Write::write_all(arriving.stream.get_mut(), head.as_bytes()).unwrap();
            while arriving.skip(MIB) > 0 {
                std::thread::park_timeout(Duration::from_millis(20));
            }
        } else if arriving.body().is_some() {
            arriving.created();
        }
    });
    let client = server.connect_in_time(|_| {});

    assert_eq!(status(upload(&client, 2048 * MIB).0), UploadStatus::Duplicate { maybe_ours: false });
    assert_eq!(status(upload(&client, 10).0), UploadStatus::Created);
}

#[test]
fn a_lost_answer_is_asked_for_again_and_the_asset_may_be_ours() {
    let lost: [fn(&mut Arriving); 4] = [
        |_| {},
        |arriving| arriving.answer(500, "", "{\"message\":\"Internal server error\"}"),
        |arriving| arriving.answer(502, "", "<html>Bad Gateway</html>"),
        |arriving| arriving.answer(201, "", "{\"id\":\"28"),
    ];
    for (case, lose) in lost.into_iter().enumerate() {
        let server = Wire::start(move |number, mut arriving| {
            arriving.body().unwrap();
            if number == 1 { lose(&mut arriving) } else { arriving.duplicate() }
        });

        let (uploaded, opened) = upload(&server.connect(|_| {}), 3 * MIB);

        assert_eq!((status(uploaded), opened), (UploadStatus::Duplicate { maybe_ours: true }, 2), "{case}");
    }
}

#[test]
fn what_was_never_whole_or_was_refused_is_not_ours() {
    let refused: [fn(&mut Arriving); 3] = [
        |arriving| {
            arriving.skip(MIB);
        },
        |arriving| {
            arriving.body();
            arriving.answer(503, "", "");
        },
        |arriving| {
            arriving.body();
            arriving.answer(429, "", "");
        },
    ];
    for (case, refuse) in refused.into_iter().enumerate() {
        let server = Wire::start(move |number, mut arriving| {
            if number == 1 {
                refuse(&mut arriving);
            } else {
                arriving.body().unwrap();
                arriving.duplicate();
            }
        });

        let (uploaded, opened) = upload(&server.connect(|_| {}), 64 * MIB);

        assert_eq!((status(uploaded), opened), (UploadStatus::Duplicate { maybe_ours: false }, 2), "{case}");
    }
}

#[test]
fn a_server_that_asks_for_time_gets_it() {
    let server = Wire::start(|number, mut arriving| {
        arriving.body();
        if number == 1 { arriving.answer(429, "retry-after: 7\r\n", "") } else { arriving.created() }
    });
    let client = server.connect(|_| {});

    let (uploaded, opened) = upload(&client, 10);

    assert_eq!((status(uploaded), opened), (UploadStatus::Created, 2));
    assert!(client.stats().waited >= Duration::from_secs(7), "{:?}", client.stats());
}

#[test]
fn tries_end() {
    let server = Wire::start(|_, mut arriving| {
        arriving.body();
        arriving.answer(500, "", "");
    });

    let (uploaded, opened) = upload(&server.connect(|options| options.retries = 3), 10);

    assert!(matches!(uploaded, Err(ApiError::Status { status: 500, .. })), "{uploaded:?}");
    assert_eq!(opened, 4);
}

#[test]
fn a_file_of_another_size_is_not_stored_and_not_tried_again() {
    for (size, really) in [(MIB, MIB - 1), (MIB, MIB + 1), (0, 1), (1, 0), (70 * MIB, MIB)] {
        let whole = Arc::new(AtomicBool::new(false));
        let saw = Arc::clone(&whole);
        let server = Wire::start(move |_, mut arriving| {
            saw.fetch_or(arriving.body().is_some(), Ordering::SeqCst);
            arriving.created();
        });
        let client = server.connect(|_| {});

        let mut opened = 0;
        let error = client.writer().upload(&file("a.jpg", size), &mut || {
            opened += 1;
            Ok(Box::new(std::io::repeat(0).take(really)))
        });

        let Err(ApiError::Source { name, problem }) = error else { panic!("{error:?}") };
        assert_eq!(name, "a.jpg");
        match problem {
            SourceProblem::Shorter { announced, read } => assert_eq!((announced, read), (size, really)),
            SourceProblem::Longer { announced } => assert!(announced == size && really > size),
            other => panic!("{other:?}"),
        }
        assert_eq!(opened, 1);
        assert!(!whole.load(Ordering::SeqCst), "{size} {really}: the server saw a whole form");
    }
}

#[test]
fn a_file_that_cannot_be_opened_or_read_is_named() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is broken"))
        }
    }
    let server = Wire::start(|_, mut arriving| {
        arriving.body();
    });
    let client = server.connect(|_| {});

    let unopened =
        client.writer().upload(&file("a\u{1b}.jpg", 5), &mut || Err(std::io::Error::other("gone")));
    let unread = client.writer().upload(&file("b.jpg", 5), &mut || Ok(Box::new(Broken)));

    for (result, file, why) in [(unopened, "a\\u{1b}.jpg", "gone"), (unread, "b.jpg", "the disk is broken")] {
        let Err(ApiError::Source { name, problem: SourceProblem::Unreadable(error) }) = result else {
            panic!("{result:?}")
        };
        assert_eq!((name.as_str(), error.to_string().as_str()), (file, why));
    }
    assert_eq!(client.stats().retries, 0);
}

#[test]
fn a_slow_server_is_waited_for_as_long_as_it_takes_something() {
    let server = Wire::start(|_, mut arriving| {
        let mut left = arriving.length() as u64;
        while left > 0 {
            std::thread::park_timeout(Duration::from_millis(25));
            left -= arriving.skip(left.min(2 * MIB));
        }
        arriving.created();
    });
    let client = server.connect_in_time(|options| options.read_timeout = Duration::from_millis(400));

    let (uploaded, opened) = upload(&client, 128 * MIB);

    assert_eq!((status(uploaded), opened), (UploadStatus::Created, 1));
}

#[test]
fn a_server_that_takes_nothing_is_given_up() {
    let server = Wire::start(|_, _arriving| std::thread::park_timeout(Duration::from_secs(20)));
    let client = server.connect_in_time(|options| {
        options.read_timeout = Duration::from_millis(200);
        options.retries = 0;
    });

    let (uploaded, _) = upload(&client, 512 * MIB);

    assert!(matches!(uploaded, Err(ApiError::Unreachable { .. })), "{uploaded:?}");
}

#[test]
fn a_stop_ends_an_upload_in_the_middle() {
    let whole = Arc::new(AtomicBool::new(false));
    let saw = Arc::clone(&whole);
    let server = Wire::start(move |_, mut arriving| {
        saw.fetch_or(arriving.body().is_some(), Ordering::SeqCst);
    });
    let stopped = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&stopped);
    let client = server.connect(|options| options.stop = Arc::new(move || asks.load(Ordering::SeqCst)));

    let mut read = 0;
    let result = client.writer().upload(&file("a.jpg", 64 * MIB), &mut || {
        read += 1;
        stopped.store(true, Ordering::SeqCst);
        Ok(Box::new(std::io::repeat(0).take(64 * MIB)))
    });

    assert!(matches!(result, Err(ApiError::Stopped)), "{result:?}");
    assert_eq!((read, whole.load(Ordering::SeqCst)), (1, false));
}

#[test]
fn neither_the_file_nor_the_key_follows_a_redirect() {
    for code in [301, 302, 303, 307, 308] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        let other = Wire::start(move |_, arriving| record.lock().unwrap().push(arriving.head));
        let target = format!("location: {}/api/assets\r\n", other.url);
        let server = Wire::start(move |_, mut arriving| {
            arriving.body();
            arriving.answer(code, &target, "");
        });

        let (uploaded, opened) = upload(&server.connect(|_| {}), 1000);

        assert!(
            matches!(&uploaded, Err(ApiError::ForeignRedirect { host, .. }) if *host == other.url),
            "{code}: {uploaded:?}"
        );
        assert_eq!((opened, seen.lock().unwrap().len()), (1, 0));
        assert_eq!(server.uploads()[0].key(), Some(KEY));
    }
}

/// Status, message, and what the client should make of it.
type Said = (u16, &'static str, fn(&ApiError) -> bool);

#[test]
fn what_the_server_says_of_a_file_is_understood() {
    let said: [Said; 5] = [
        (400, "Quota has been exceeded!", |error| matches!(error, ApiError::QuotaExceeded)),
        (400, "Unsupported file type a.xyz", |error| matches!(error, ApiError::NotAccepted { .. })),
        (415, "Unsupported Media Type", |error| matches!(error, ApiError::NotAccepted { .. })),
        (400, "Live photo video not found", |error| matches!(error, ApiError::Status { status: 400, .. })),
        (
            403,
            "Missing required permission: asset.upload",
            |error| matches!(error, ApiError::MissingPermission { permission, .. } if permission == "asset.upload"),
        ),
    ];
    for (status, message, is_meant) in said {
        let server = Wire::start(move |_, mut arriving| {
            arriving.body();
            arriving.answer(status, "", &format!("{{\"message\":\"{message}\"}}"));
        });

        let (uploaded, opened) = upload(&server.connect(|_| {}), 10);

        let error = uploaded.unwrap_err();
        assert!(is_meant(&error) && opened == 1, "{message}: {error:?}");
    }
}

#[test]
fn uploads_are_not_held_back_by_the_rate_of_other_requests() {
    let server = Wire::start(|_, mut arriving| {
        arriving.body();
        arriving.created();
    });
    let client = server.connect(|_| {});
    let before = client.stats().waited;

    for _ in 0..100 {
        upload(&client, 10).0.unwrap();
    }

    assert!(
        client.stats().waited.saturating_sub(before) < Duration::from_millis(200),
        "{:?}",
        client.stats()
    );
}

#[test]
fn a_server_that_pushes_back_gets_fewer_uploads_a_second() {
    let pushed = Arc::new(AtomicUsize::new(0));
    let number = Arc::clone(&pushed);
    let server = Wire::start(move |_, mut arriving| {
        arriving.body();
        let push = number.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        if push { arriving.answer(503, "", "") } else { arriving.created() }
    });
    let client = server.connect(|_| {});

    for _ in 0..40 {
        upload(&client, 10).0.unwrap();
    }

    assert!(client.stats().waited > Duration::from_secs(10), "{:?}", client.stats());
}
