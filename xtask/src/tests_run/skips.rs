//! Tests that ran without testing: each says so in a line `SKIPPED <test>: <reason>`.
//!
//! Test runners hide what a passing test prints. So the lines come from three places: a log file
//! that tests may append to, the report of nextest, and the output of `cargo test`.

/// The lines in this text, each once: a test that is run again skips again.
pub(super) fn skips(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().filter_map(skip).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// `SKIPPED …` up to the end of the line, or up to the end of the element in a report.
fn skip(line: &str) -> Option<String> {
    let start = line.find("SKIPPED ")?;
    let before = &line[..start];
    if !before.trim().is_empty() && !before.ends_with('>') {
        return None;
    }
    let text = &line[start..];
    let text = text.find("</system-").map_or(text, |end| &text[..end]);
    Some(unescaped(text.trim_end()))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// Takes from the output of `cargo test -- --show-output` what passing tests printed.
#[derive(Debug, Default)]
pub(super) struct Successes {
    inside: bool,
}

impl Successes {
    /// Whether this line, the next one of the output, belongs to what is usually hidden.
    pub(super) fn hides(&mut self, line: &str) -> bool {
        if line == "successes:" {
            self.inside = true;
        } else if line == "failures:" || line.starts_with("test result:") {
            self.inside = false;
        }
        self.inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_is_found_once_in_a_log_and_in_a_report() {
        let text = "SKIPPED a: no folder\n  <system-err>SKIPPED b: &lt;no&gt; &amp; \"x\"</system-err>\nSKIPPED a: no folder\n";

        assert_eq!(skips(text), ["SKIPPED a: no folder", "SKIPPED b: <no> & \"x\""]);
    }

    #[test]
    fn a_word_in_the_middle_of_a_line_is_no_skip() {
        assert!(skips("it was SKIPPED again\nSKIPPEDX").is_empty());
    }

    #[test]
    fn what_passing_tests_print_is_hidden_and_failures_and_results_are_not() {
        let mut successes = Successes::default();
        let output = [
            "test a ... ok",
            "successes:",
            "---- a stdout ----",
            "SKIPPED a: x",
            "failures:",
            "boom",
            "successes:",
            "    a",
            "test result: ok. 1 passed",
            "end",
        ];

        let shown: Vec<&str> = output.into_iter().filter(|line| !successes.hides(line)).collect();

        assert_eq!(shown, ["test a ... ok", "failures:", "boom", "test result: ok. 1 passed", "end"]);
    }
}
