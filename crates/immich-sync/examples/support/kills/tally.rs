//! What many rounds came to.

use std::fmt;

/// Numbers that should be high, and lists that have to be empty.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Runs that were killed in the middle.
    pub(crate) killed: u64,
    /// Runs that ended before they could be killed.
    pub(crate) finished: u64,
    /// Of the killed ones, those with a work folder open at that moment.
    pub(crate) caught_at_work: u64,
    /// Files that were bit-identical to before after the kill.
    pub(crate) intact: u64,
    /// Files that were a complete new version after the kill.
    pub(crate) renewed: u64,
    /// Files that were written in place and were neither, until the next run brought their old bytes back.
    pub(crate) half_written: u64,
    /// Files that were neither.
    pub(crate) damaged: Vec<String>,
    /// Files that were gone.
    pub(crate) missing: Vec<String>,
    /// What was in the library after the next run and should not be.
    pub(crate) left_over: Vec<String>,
    /// What the next run could not put in order, and processes that never end.
    pub(crate) stuck: Vec<String>,
}

impl Tally {
    /// Adds another one; its troubles get a name.
    pub(crate) fn add(&mut self, other: Self, round: &str) {
        self.killed += other.killed;
        self.finished += other.finished;
        self.caught_at_work += other.caught_at_work;
        self.intact += other.intact;
        self.renewed += other.renewed;
        self.half_written += other.half_written;
        let named = |list: Vec<String>| list.into_iter().map(|text| format!("{round}: {text}"));
        self.damaged.extend(named(other.damaged));
        self.missing.extend(named(other.missing));
        self.left_over.extend(named(other.left_over));
        self.stuck.extend(named(other.stuck));
    }

    /// Whether all went as promised, and anything was tried at all.
    pub(crate) fn is_good(&self) -> bool {
        self.killed > 0 && self.troubles().all(|(_, list)| list.is_empty())
    }

    /// In one line, for a terminal while it goes on.
    pub(crate) fn line(&self) -> String {
        let troubles: Vec<String> =
            self.troubles().map(|(name, list)| format!("{name} {}", list.len())).collect();
        format!("killed {}, {}", self.killed, troubles.join(", "))
    }

    fn troubles(&self) -> impl Iterator<Item = (&'static str, &Vec<String>)> {
        [
            ("damaged", &self.damaged),
            ("missing", &self.missing),
            ("left over", &self.left_over),
            ("stuck", &self.stuck),
        ]
        .into_iter()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = [
            ("killed in the middle", self.killed),
            ("… with a copy half done", self.caught_at_work),
            ("finished before the kill", self.finished),
            ("files intact", self.intact),
            ("files renewed", self.renewed),
            ("files brought back", self.half_written),
        ];
        for (name, count) in runs {
            writeln!(f, "{name:26} {count:>7}")?;
        }
        for (name, list) in self.troubles() {
            writeln!(f, "{name:26} {:>7}", list.len())?;
        }
        for (name, list) in self.troubles() {
            for text in list.iter().take(10) {
                writeln!(f, "{}: {text}", name.to_uppercase())?;
            }
        }
        if self.killed == 0 {
            writeln!(f, "no run was killed in the middle, so nothing was tested")?;
        }
        Ok(())
    }
}
