//! Stacks: listed as a stream, made, changed and dissolved.

use immich_api::{ApiError, AssetId, BodyProblem, StackId};
use immich_sandbox::{Fault, Sandbox, Scenario, Version};
use serde_json::json;

use crate::fake::{Fake, Reply, basics, ok};
use crate::sandboxed::{BOTH, connect, id};
use crate::walk::name;

fn four(version: Version) -> (Sandbox, [AssetId; 4]) {
    let mut scenario = Scenario::new(version);
    let library = scenario.external_library("/mnt", "/nowhere");
    let assets = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"].map(|name| scenario.asset(&library, name).id());
    (Sandbox::start(scenario).unwrap(), assets.map(id))
}

#[test]
fn a_stack_is_made_shown_by_its_first_changed_and_dissolved() {
    for version in BOTH {
        let (sandbox, [a, b, c, d]) = four(version);
        let client = connect(&sandbox);
        let (reader, writer) = (client.reader(), client.writer());

        let stack = writer.make_stack(&[b.clone(), a.clone(), c.clone()]).unwrap();
        assert_eq!((&stack.primary, stack.assets.len()), (&b, 3));
        assert_eq!(reader.asset(&a).unwrap().stack.unwrap().id, stack.id);
        writer.set_primary(&stack.id, &c).unwrap();
        assert!(writer.remove_from_stack(&stack.id, &a).unwrap());
        assert!(!writer.remove_from_stack(&stack.id, &a).unwrap(), "it is out");
        let listed = reader.stacks().unwrap();
        assert_eq!((listed.len(), &listed[0].primary), (1, &c));
        assert_eq!(listed[0].assets.iter().collect::<std::collections::BTreeSet<_>>(), [&b, &c].into());
        assert_eq!(reader.stack(&stack.id).unwrap().as_ref(), Some(&listed[0]));
        assert!(writer.delete_stack(&stack.id).unwrap());
        assert!(!writer.delete_stack(&stack.id).unwrap(), "it is gone");
        assert_eq!((reader.stacks().unwrap(), reader.stack(&stack.id).unwrap()), (Vec::new(), None));
        assert_eq!(reader.asset(&d).unwrap().stack, None);
    }
}

#[test]
fn who_is_shown_for_a_stack_brings_it_along_and_who_is_not_leaves_it() {
    for version in BOTH {
        let (sandbox, [a, b, c, d]) = four(version);
        let client = connect(&sandbox);
        let writer = client.writer();
        writer.make_stack(&[a.clone(), b.clone()]).unwrap();

        let along = writer.make_stack(&[c.clone(), a.clone()]).unwrap();
        let rest = writer.make_stack(&[d.clone(), b.clone()]).unwrap();

        assert_eq!((along.assets.len(), rest.assets.len()), (3, 2), "{version:?}");
        let stacks = client.reader().stacks().unwrap();
        let lengths: Vec<usize> = stacks.iter().map(|stack| stack.assets.len()).collect();
        assert_eq!(lengths.iter().sum::<usize>(), 4, "{stacks:?}");
    }
}

#[test]
fn a_lost_answer_leaves_one_stack_of_the_same_assets() {
    for version in BOTH {
        let (sandbox, [a, b, ..]) = four(version);
        let client = connect(&sandbox);
        sandbox.inject(Fault::lost_answer().on("POST", "/stacks").times(2));
        sandbox.inject(Fault::lost_answer().on("DELETE", "/stacks").times(1));

        let stack = client.writer().make_stack(&[a.clone(), b.clone()]).unwrap();

        assert_eq!(client.reader().stacks().unwrap(), std::slice::from_ref(&stack), "{version:?}");
        assert_eq!(stack.primary, a);
        assert!(!client.writer().delete_stack(&stack.id).unwrap(), "the second order finds it gone");
        assert_eq!(sandbox.stacks(), Vec::<Vec<immich_sandbox::AssetId>>::new());
    }
}

#[test]
fn members_in_the_trash_stay_and_are_not_shown() {
    for version in BOTH {
        let (sandbox, [a, b, c, _]) = four(version);
        let client = connect(&sandbox);
        let stack = client.writer().make_stack(&[a.clone(), b.clone(), c.clone()]).unwrap();

        client.writer().trash(&[a.clone(), c.clone()]).unwrap();

        let seen = client.reader().stack(&stack.id).unwrap().unwrap();
        assert_eq!((&seen.primary, &seen.assets), (&a, &vec![b]), "{version:?}");
        client.writer().restore(&[a, c]).unwrap();
        assert_eq!(client.reader().stack(&stack.id).unwrap().unwrap().assets.len(), 3);
    }
}

#[test]
fn a_foreign_asset_refuses_the_stack_and_the_primary_one_cannot_leave() {
    for version in BOTH {
        let (sandbox, [a, b, ..]) = four(version);
        let client = connect(&sandbox);
        let unknown = AssetId::parse(&name(1)).unwrap();

        let refused = client.writer().make_stack(&[a.clone(), unknown]).unwrap_err();
        let stack = client.writer().make_stack(&[a.clone(), b]).unwrap();
        let stays = client.writer().remove_from_stack(&stack.id, &a).unwrap_err();

        assert!(matches!(refused, ApiError::Status { status: 400, .. }), "{refused:?}");
        assert!(matches!(stays, ApiError::Status { status: 400, .. }), "{stays:?}");
    }
}

fn stack(number: usize, extra: usize) -> serde_json::Value {
    json!({
        "id": name(number), "primaryAssetId": name(number),
        "assets": [{"id": name(number), "exifInfo": {"description": "x".repeat(extra)}}],
    })
}

#[test]
fn a_list_larger_than_any_other_answer_is_read_as_it_comes() {
    // 80 MB, more than an answer may have that is read as a whole.
    let stacks: Vec<_> = (0..80).map(|number| stack(number, 1_000_000)).collect();
    let body = json!(stacks).to_string().into_bytes();
    let server = Fake::immich(move |_, _| Reply::Full(200, Vec::new(), body.clone()));

    let read = server.connect().unwrap().reader().stacks().unwrap();

    assert_eq!(read.len(), 80);
    assert_eq!(read[79].id, StackId::parse(&name(79)).unwrap());
}

#[test]
fn an_item_without_an_end_and_a_list_without_one_are_refused() {
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    let item = [&head[..], br#"[{"id": ""#].concat();
    let server = Fake::immich(move |_, _| Reply::Endless(item.clone(), vec![b'x'; 65536]));

    let error = server.connect().unwrap().reader().stacks().unwrap_err();

    assert!(matches!(error, ApiError::TooLarge { .. }), "{error:?}");
}

#[test]
fn a_list_is_read_whole_or_not_at_all() {
    let good = json!([stack(1, 3)]).to_string();
    let cases = [
        (good.replace(&name(1), "../x"), BodyProblem::Shape),
        (json!({"message": "x"}).to_string(), BodyProblem::Shape),
        (json!([{"id": name(1), "primaryAssetId": name(1)}]).to_string(), BodyProblem::Shape),
        (good[..good.len() - 9].to_owned(), BodyProblem::Truncated),
        ("<html>".to_owned(), BodyProblem::NotJson),
        (format!("{good}]"), BodyProblem::NotJson),
    ];
    for (body, expected) in cases {
        let server = Fake::immich({
            let body = body.clone();
            move |_, _| Reply::Full(200, Vec::new(), body.clone().into_bytes())
        });

        let error = server.connect().unwrap().reader().stacks().unwrap_err();

        assert!(
            matches!(error, ApiError::Unexpected { problem, .. } if problem == expected),
            "{body}: {error:?}"
        );
    }
}

#[test]
fn an_old_server_cannot_take_one_asset_out_of_a_stack() {
    let server = Fake::start(|asked, _| basics(asked, [1, 132, 3]).unwrap_or_else(|| ok(json!({}))));
    let client = server.connect().unwrap();

    let error = client
        .writer()
        .remove_from_stack(&StackId::parse(&name(1)).unwrap(), &AssetId::parse(&name(2)).unwrap());

    assert!(matches!(error, Err(ApiError::NotSupported { .. })), "{error:?}");
}
