//! Notes, copies and queues: what an import orders besides uploads.

use immich_api::{ApiError, AssetId, CopyWhat, Note, Queue, QueueName};
use immich_sandbox::{Fault, Sandbox, Scenario, Version};
use serde_json::json;

use crate::fake::{Fake, Reply, basics};
use crate::sandboxed::{BOTH, connect, connect_with, id};

fn three(version: Version) -> (Sandbox, [AssetId; 3]) {
    let mut scenario = Scenario::new(version);
    let library = scenario.external_library("/mnt", "/nowhere");
    let assets = ["a.jpg", "b.jpg", "c.jpg"].map(|name| scenario.asset(&library, name).id());
    (Sandbox::start(scenario).unwrap(), assets.map(id))
}

fn note(key: &str, value: i32) -> Note {
    Note { key: key.to_owned(), value: json!({ "value": value }) }
}

fn unknown() -> AssetId {
    AssetId::parse(crate::wire::ID).unwrap()
}

#[test]
fn notes_are_kept_replaced_and_taken_away() {
    for version in BOTH {
        let (sandbox, [a, b, c]) = three(version);
        let client = connect(&sandbox);
        let (reader, writer) = (client.reader(), client.writer());

        writer.set_notes(&a, &[note("k", 1), note("other", 2)]).unwrap();
        let many = [(a.clone(), note("k", 3)), (unknown(), note("k", 4)), (b.clone(), note("k", 5))];
        let ordered = writer.set_many_notes(&many).unwrap();

        assert_eq!((ordered.taken, ordered.refused), (2, vec![unknown()]));
        assert_eq!(reader.notes(&a).unwrap(), [note("k", 3), note("other", 2)]);
        assert_eq!((reader.notes(&b).unwrap(), reader.notes(&c).unwrap()), (vec![note("k", 5)], Vec::new()));
        let removed = writer.remove_notes(&[a.clone(), b.clone(), c.clone()], "k").unwrap();
        assert_eq!(removed.taken, 3);
        assert_eq!(
            (reader.notes(&a).unwrap(), reader.notes(&b).unwrap()),
            (vec![note("other", 2)], Vec::new())
        );
        for result in [reader.notes(&unknown()).map(|_| ()), writer.set_notes(&unknown(), &[note("k", 1)])] {
            assert!(matches!(result, Err(ApiError::NoSuchAsset { .. })), "{result:?}");
        }
    }
}

#[test]
fn an_older_server_keeps_no_notes_and_copies_nothing() {
    let server = Fake::start(|asked, _| basics(asked, [1, 144, 1]).unwrap_or(Reply::Raw(Vec::new())));
    let client = server.connect().unwrap();
    let before = server.asked().len();

    let notes = client.reader().notes(&unknown()).map(|_| ());
    let copied = client.writer().copy_asset(&unknown(), &AssetId::from_u128(1), CopyWhat::ALL);

    for (result, since) in [(notes, "2.5.0"), (copied, "2.2.0")] {
        let Err(ApiError::NotSupported { since: first, .. }) = result else { panic!("{result:?}") };
        assert_eq!(first.to_string(), since);
    }
    assert_eq!(server.asked().len(), before);
}

#[test]
fn a_copy_takes_over_what_was_asked_for() {
    for version in BOTH {
        let (sandbox, [a, b, c]) = three(version);
        sandbox.set_favorite(a.to_string().parse().unwrap(), true).unwrap();
        let client = connect(&sandbox);
        let writer = client.writer();
        writer.make_album("X", "", std::slice::from_ref(&a)).unwrap();
        let only_albums = CopyWhat { favourite: false, stack: false, ..CopyWhat::ALL };

        writer.copy_asset(&a, &b, only_albums).unwrap();
        writer.copy_asset(&a, &c, CopyWhat { albums: false, ..CopyWhat::ALL }).unwrap();

        let view = |asset: &AssetId| sandbox.view(asset.to_string().parse().unwrap()).unwrap();
        assert_eq!((view(&b).albums.len(), view(&b).is_favorite), (1, false));
        assert_eq!((view(&c).albums.len(), view(&c).is_favorite), (0, true));
        assert!(matches!(
            writer.copy_asset(&a, &a, CopyWhat::ALL),
            Err(ApiError::Status { status: 400, .. })
        ));
    }
}

#[test]
fn a_lost_answer_to_a_copy_is_not_repeated_where_it_would_dissolve_a_stack() {
    let (sandbox, [a, b, c]) = three(Version::V3_0_3);
    let client = connect(&sandbox);
    let writer = client.writer();
    writer.make_stack(&[a.clone(), b.clone()]).unwrap();
    sandbox.inject(Fault::lost_answer().on("PUT", "/assets/copy").times(1));

    let with_stack = writer.copy_asset(&a, &c, CopyWhat::ALL);
    sandbox.inject(Fault::lost_answer().on("PUT", "/assets/copy").times(1));
    let without = writer.copy_asset(&a, &c, CopyWhat { stack: false, ..CopyWhat::ALL });

    assert!(with_stack.unwrap_err().is_unanswered());
    without.unwrap();
    assert_eq!(client.reader().stacks().unwrap()[0].assets.len(), 3);
}

#[test]
fn queues_are_listed_paused_and_resumed() {
    for version in BOTH {
        let sandbox = Sandbox::start(Scenario::new(version)).unwrap();
        let client = connect(&sandbox);
        let name = QueueName::parse("thumbnailGeneration").unwrap();
        let paused =
            |queues: Vec<Queue>| queues.into_iter().filter(|queue| queue.is_paused).collect::<Vec<_>>();

        client.writer().pause_queue(&name, true).unwrap();
        let while_paused = paused(client.reader().queues().unwrap());
        client.writer().pause_queue(&name, false).unwrap();

        assert_eq!(while_paused.into_iter().map(|queue| queue.name).collect::<Vec<_>>(), [name]);
        let queues = client.reader().queues().unwrap();
        assert!(queues.len() > 10 && paused(queues).is_empty());
        assert_eq!(sandbox.paused_queues(), []);
    }
}

#[test]
fn queues_are_for_administrators() {
    let mut scenario = Scenario::new(Version::V3_0_3);
    let user = scenario.user("User");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect_with(&sandbox, &sandbox.add_api_key(user, &["all"])).unwrap();
    let name = QueueName::parse("library").unwrap();

    for result in [client.reader().queues().map(|_| ()), client.writer().pause_queue(&name, true)] {
        assert!(matches!(result, Err(ApiError::AdminNeeded { .. })), "{result:?}");
    }
}

#[test]
fn an_old_server_is_sent_the_commands_of_its_time() {
    let server = Fake::start(|asked, _| {
        let jobs =
            json!({ "library": { "queueStatus": { "isPaused": true, "isActive": false }, "jobCounts": {} } });
        basics(asked, [1, 132, 3]).unwrap_or_else(|| match asked.method.as_str() {
            "GET" => Reply::Json(200, jobs),
            _ => Reply::Json(200, jobs["library"].clone()),
        })
    });
    let client = server.connect().unwrap();
    let name = QueueName::parse("library").unwrap();

    let queues = client.reader().queues().unwrap();
    client.writer().pause_queue(&name, true).unwrap();
    client.writer().pause_queue(&name, false).unwrap();

    assert_eq!((queues.len(), queues[0].is_paused), (1, true));
    let orders: Vec<_> = server.asked().into_iter().filter(|asked| asked.method == "PUT").collect();
    assert!(orders.iter().all(|order| order.is("PUT", "/api/jobs/library")));
    let commands: Vec<_> = orders.iter().map(|order| order.json()["command"].clone()).collect();
    assert_eq!(commands, ["pause", "resume"]);
}
