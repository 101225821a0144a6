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
        lab.sandbox.inject(uploads(Fault::status(413)));

        let (result, _) = lab.try_import();

        assert!(result.is_err(), "{result:?}");
        lab.sandbox.clear_faults();
        let (summary, _) = lab.import();
        assert_eq!(summary.uploaded, count as u64);
        lab.assert_all_once();
        assert!(lab.store.open_deeds().unwrap().is_empty());
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
