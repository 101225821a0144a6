//! Servers that fail, lose answers and hang up; runs that are stopped anywhere.

use immich_sandbox::Fault;
use sync_core::StopFlag;
use sync_core::state::DeedStore as _;

use super::lab::{Ear, File, Lab};

fn uploads(fault: Fault) -> Fault {
    fault.on("POST", "/assets")
}

#[test]
fn uploads_that_fail_now_and_then_all_arrive_and_none_twice() {
    for (name, fault) in [
        ("500", Fault::status(500)),
        ("502", Fault::html_502()),
        ("429", Fault::status(429).retry_after(0)),
        ("dropped", Fault::cut_before_answer()),
        ("lost", Fault::lost_answer()),
    ] {
        let mut lab = Lab::new();
        lab.shelf.fill(60);
        lab.sandbox.inject(uploads(fault).with_probability(0.1, 7));

        let (summary, heard) = lab.import();

        assert_eq!((summary.uploaded, summary.failed), (60, 0), "{name}: {heard:?}");
        lab.sandbox.clear_faults();
        lab.assert_all_once();
    }
}

#[test]
fn a_run_in_which_every_upload_fails_is_an_error_and_the_next_one_sends_everything() {
    for count in [2, 400] {
        let mut lab = Lab::new();
        lab.shelf.fill(count);
        lab.sandbox.inject(Fault::status(413).exactly_on("POST", "/assets"));

        let (result, _) = lab.try_import();

        assert!(matches!(result, Err(sync_core::SyncError::UploadsFail { .. })), "{result:?}");
        lab.sandbox.clear_faults();
        let (summary, _) = lab.import();
        assert_eq!(summary.uploaded, count as u64);
        lab.assert_all_once();
        assert!(lab.store.open_deeds().unwrap().is_empty());
    }
}

/// One photo with everything that can be said of it, and the same with all of it changed.
fn told(is_changed: bool) -> File {
    let mut file = File::of("one").in_albums(if is_changed { &["B"] } else { &["A"] });
    file.facts.description = Some(if is_changed { "second" } else { "first" }.to_owned());
    file.facts.rating = Some(if is_changed { 2 } else { 4 });
    file.facts.is_favourite = Some(!is_changed);
    file.facts.tags.insert(if is_changed { "new" } else { "old" }.to_owned());
    file
}

#[test]
fn an_order_that_fails_is_given_again_by_the_next_run() {
    for (method, path) in [
        ("PUT", "/assets"),
        ("DELETE", "/albums"),
        ("PUT", "/albums"),
        ("POST", "/albums"),
        ("DELETE", "/tags"),
        ("PUT", "/tags"),
    ] {
        let mut lab = Lab::new();
        // This server does not read what goes along with a file.
        lab.shelf.put("a.jpg", File::of("one"));
        lab.import();
        lab.shelf.put("a.jpg", told(false));
        lab.import();
        lab.shelf.put("a.jpg", told(true));
        lab.sandbox.inject(Fault::status(400).on(method, path));
        let (_, heard) = lab.try_import();
        lab.sandbox.clear_faults();

        let (_, second) = lab.import();

        let view = lab.of("a.jpg");
        let what = format!("{method} {path}: {heard:?} {second:?}");
        assert_eq!(view.description.as_deref(), Some("second"), "{what}");
        assert_eq!((view.rating, view.is_favorite), (Some(2), false), "{what}");
        assert_eq!((view.albums, view.tags), (vec!["B".to_owned()], vec!["new".to_owned()]), "{what}");
        assert_eq!(lab.import().0.done(), 0, "{what}");
    }
}

#[test]
fn a_run_that_is_stopped_anywhere_goes_on_where_it_was() {
    for after in [1, 2, 3, 5, 8, 13, 21, 34, 55, 90] {
        let mut lab = Lab::new();
        lab.shelf.fill(80);
        for name in ["00003.jpg", "00050.jpg"] {
            let file = lab.shelf.files[name].clone().in_albums(&["A"]);
            lab.shelf.put(name, File { motion: Some(name.as_bytes().to_vec()), ..file });
        }
        let stop = StopFlag::new();
        let ear = Ear { stop: Some((stop.clone(), after)), ..Ear::default() };

        let (summary, _) = lab.import_with(&stop, &ear);

        let summary = summary.unwrap();
        assert!(summary.adds_up(), "{summary:?}");
        let (second, heard) = lab.import();
        assert!(second.adds_up() && second.failed == 0, "{second:?} {heard:?}");
        lab.assert_all_once();
        assert_eq!(lab.of("00003.jpg").albums, ["A"]);
        assert!(lab.store.open_deeds().unwrap().is_empty());
        let (third, _) = lab.import();
        assert_eq!(third.done(), 0, "{third:?}");
    }
}
