//! What was measured, for people and for machines.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use super::server::Wire;
use crate::support::goal::{Goal, float, megabytes};
use crate::support::measured::Cost;

/// What one client needed for one thing.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What was done, and by whom.
    pub(crate) name: String,
    /// User and system time.
    pub(crate) processor: Duration,
    /// How long it took.
    pub(crate) wall: Duration,
    /// The most memory at a time, in bytes.
    pub(crate) memory: u64,
    /// What went over the wire.
    pub(crate) wire: Wire,
}

/// Several of these, and what has a bound.
#[derive(Debug)]
pub(crate) struct Table {
    /// Of what.
    pub(crate) title: String,
    /// One after the other.
    pub(crate) rows: Vec<Row>,
    /// Bounds.
    pub(crate) goals: Vec<Goal>,
}

impl Row {
    /// Of one run.
    pub(crate) fn of(name: &str, cost: &Cost, wire: Wire) -> Self {
        let (processor, wall) = (cost.processor + cost.children, cost.wall);
        Self { name: name.to_owned(), processor, wall, memory: cost.memory, wire }
    }

    /// Of the same thing done several times the least time, and the most of everything else.
    pub(crate) fn best(so_far: Option<Self>, again: Option<Self>) -> Option<Self> {
        let (Some(best), Some(row)) = (&so_far, &again) else { return so_far.or(again) };
        let wire = if row.wire.requests > best.wire.requests { row.wire } else { best.wire };
        Some(Self {
            name: best.name.clone(),
            processor: best.processor.min(row.processor),
            wall: best.wall.min(row.wall),
            memory: best.memory.max(row.memory),
            wire,
        })
    }

    /// Milliseconds of processor time for each of so many.
    pub(crate) fn milliseconds_each(&self, count: f64) -> f64 {
        self.processor.as_secs_f64() * 1000.0 / count
    }

    /// In MiB.
    pub(crate) fn mebibytes(&self) -> f64 {
        float(self.memory) / 1_048_576.0
    }

    fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "processor_seconds": self.processor.as_secs_f64(),
            "seconds": self.wall.as_secs_f64(),
            "memory": self.memory,
            "requests": self.wire.requests,
            "bytes_up": self.wire.up,
            "bytes_down": self.wire.down,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<44}{:>9.2}{:>9.2}{:>9.1}{:>10}{:>11.1}{:>11.1}",
            self.name,
            self.processor.as_secs_f64(),
            self.wall.as_secs_f64(),
            self.mebibytes(),
            self.wire.requests,
            megabytes(self.wire.up),
            float(self.wire.down) / 1000.0,
        )
    }
}

impl Table {
    /// Whether all bounds are kept.
    pub(crate) fn is_met(&self) -> bool {
        self.goals.iter().all(Goal::is_met)
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        let goals: Vec<Value> = self
            .goals
            .iter()
            .map(|goal| json!({ "what": goal.what, "is": goal.is, "at_most": goal.at_most, "met": goal.is_met() }))
            .collect();
        let rows: Vec<Value> = self.rows.iter().map(Row::to_json).collect();
        json!({ "title": self.title, "rows": rows, "goals": goals })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        let columns = ["", "CPU s", "s", "MiB", "requests", "MB up", "kB down"];
        let [name, processor, wall, memory, requests, up, down] = columns;
        writeln!(f, "{name:<44}{processor:>9}{wall:>9}{memory:>9}{requests:>10}{up:>11}{down:>11}")?;
        for row in &self.rows {
            writeln!(f, "{row}")?;
        }
        for goal in &self.goals {
            writeln!(f, "{goal}")?;
        }
        Ok(())
    }
}
