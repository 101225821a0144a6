//! Numbers of all jobs as Prometheus reads them: for a text file of one-shot runs, and for a port of a daemon.

use std::fmt::Write as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::status::JobStatus;
use crate::{Error, aside};

/// What of a job is a number of its own, if it is known.
type Number = fn(&JobStatus) -> Option<f64>;

/// Name behind `immich_sync_job_`, what it says, and the number.
const GAUGES: [(&str, &str, Number); 7] = [
    ("last_start_timestamp_seconds", "When the newest run of the job began.", |job| job.started.map(seconds)),
    ("last_end_timestamp_seconds", "When the newest run of the job ended.", |job| job.ended.map(seconds)),
    ("last_success_timestamp_seconds", "When the newest run of the job that went well ended.", |job| {
        job.last_good.map(seconds)
    }),
    ("duration_seconds", "How long the newest run of the job took.", |job| {
        let took = job.ended?.duration_since(job.started?);
        Some(took.as_secs_f64().max(0.0))
    }),
    ("exit_code", "The exit code of the newest run of the job.", |job| job.exit.map(f64::from)),
    ("failures_in_row", "Runs of the job that failed since the last good one.", |job| {
        Some(f64::from(job.failures_in_row))
    }),
    ("running", "Whether the job runs now.", |job| Some(f64::from(u8::from(job.is_open())))),
];

/// The whole text. `stale_after` is how old the last good run may be, if anybody said so.
pub fn text<'a>(
    jobs: impl IntoIterator<Item = &'a JobStatus>,
    stale_after: Option<SignedDuration>,
    now: Timestamp,
) -> String {
    let jobs: Vec<&JobStatus> = jobs.into_iter().collect();
    let mut text = String::new();
    for (name, help, number) in GAUGES {
        let samples = jobs.iter().filter_map(|job| Some((label(&job.name), number(job)?)));
        gauge(&mut text, name, help, samples.map(|(job, value)| (format!("job=\"{job}\""), value)));
    }
    if let Some(limit) = stale_after {
        let samples = jobs.iter().map(|job| {
            (format!("job=\"{}\"", label(&job.name)), f64::from(u8::from(job.is_stale(limit, now))))
        });
        gauge(&mut text, "stale", "Whether the last good run of the job is too long ago.", samples);
    }
    let counts = jobs.iter().flat_map(|job| {
        job.counts.iter().map(|(outcome, count)| {
            let labels = format!("job=\"{}\",outcome=\"{}\"", label(&job.name), label(outcome));
            #[expect(clippy::cast_precision_loss, reason = "a sample is a float; libraries are below 2^53")]
            (labels, *count as f64)
        })
    });
    gauge(&mut text, "items", "Items of the newest run of the job by what became of them.", counts);
    text
}

/// Writes the text for a collector, which is another user: mode 0644.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    aside::replace(path, text.as_bytes(), 0o644)
}

fn gauge(text: &mut String, name: &str, help: &str, samples: impl Iterator<Item = (String, f64)>) {
    let mut samples = samples.peekable();
    if samples.peek().is_none() {
        return;
    }
    // Writing to a string does not fail.
    let _ = writeln!(text, "# HELP immich_sync_job_{name} {help}\n# TYPE immich_sync_job_{name} gauge");
    for (labels, value) in samples {
        let _ = writeln!(text, "immich_sync_job_{name}{{{labels}}} {value}");
    }
}

fn label(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 are exact in a float until the year 287,000"
)]
fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::Outcome;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn job(name: &str) -> JobStatus {
        let mut job = JobStatus::new(Path::new("/c"), name, at(0));
        job.begin(at(100));
        let counts = BTreeMap::from([("done".to_owned(), 7), ("failed".to_owned(), 0)]);
        job.end(&Outcome { exit: Some(0), word: "ok".to_owned(), is_good: true, counts }, at(160));
        job
    }

    /// Reads the format as its description has it: HELP and TYPE before samples, no name twice, no sample twice.
    fn parse(text: &str) -> BTreeMap<String, String> {
        let (mut typed, mut samples) = (BTreeSet::new(), BTreeMap::new());
        let mut current = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                current = rest.split(' ').next().unwrap().to_owned();
                assert!(rest.len() > current.len() + 1, "{line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                assert_eq!(rest, format!("{current} gauge"));
                assert!(typed.insert(current.clone()), "{current} twice");
            } else {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                let name = sample.split('{').next().unwrap();
                assert_eq!(name, current, "{line}");
                assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
                assert!(sample.ends_with("\"}"), "{line}");
                assert!(samples.insert(sample.to_owned(), value.to_owned()).is_none(), "{line} twice");
            }
        }
        samples
    }

    #[test]
    fn every_number_of_a_job_is_a_sample() {
        let samples =
            parse(&text([&job("photos"), &job("b\"\\\n")], Some(SignedDuration::from_secs(50)), at(200)));

        assert_eq!(samples["immich_sync_job_exit_code{job=\"photos\"}"], "0");
        assert_eq!(samples["immich_sync_job_last_success_timestamp_seconds{job=\"photos\"}"], "160");
        assert_eq!(samples["immich_sync_job_duration_seconds{job=\"photos\"}"], "60");
        assert_eq!(samples["immich_sync_job_items{job=\"photos\",outcome=\"done\"}"], "7");
        assert_eq!(samples["immich_sync_job_stale{job=\"photos\"}"], "0");
        assert_eq!(samples["immich_sync_job_exit_code{job=\"b\\\"\\\\\\n\"}"], "0");
    }

    #[test]
    fn what_is_not_known_is_no_sample() {
        let never = JobStatus::new(Path::new("/c"), "new", at(0));

        let samples = parse(&text([&never], None, at(200)));

        let names: Vec<&str> = samples.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["immich_sync_job_failures_in_row{job=\"new\"}", "immich_sync_job_running{job=\"new\"}"]
        );
        assert_eq!(text([], None, at(0)), "");
    }
}
