//! What was measured, for people and for machines.

use std::fmt;

use serde_json::{Value, json};

use super::server::Wire;
use crate::support::goal::{Goal, megabytes};
use crate::support::measured::Cost;

/// One run of the program.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it did.
    pub(crate) name: &'static str,
    /// What it cost here.
    pub(crate) cost: Cost,
    /// What it cost the server.
    pub(crate) wire: Wire,
}

/// Several runs over one library, and what came of them.
#[derive(Debug)]
pub(crate) struct Series {
    /// What the library is.
    pub(crate) title: String,
    /// In their order.
    pub(crate) steps: Vec<Step>,
    /// What has a bound.
    pub(crate) goals: Vec<Goal>,
}

impl Step {
    fn to_json(&self) -> Value {
        json!({
            "step": self.name,
            "processor_seconds": self.cost.processor.as_secs_f64(),
            "seconds": self.cost.wall.as_secs_f64(),
            "memory": self.cost.memory,
            "requests": self.wire.requests(),
            "thumbnails": self.wire.thumbnails(),
            "answered": self.wire.answered,
            "largest_answer": self.wire.largest_answer,
            "largest_request": self.wire.largest_request,
            "routes": self.wire.routes,
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kilobytes = |bytes: u64| bytes.div_ceil(1000);
        write!(
            f,
            "{:<34}{:>9.1}{:>9.1}{:>9.1}{:>10}{:>10}{:>11.1}{:>10}{:>10}",
            self.name,
            self.cost.processor.as_secs_f64(),
            self.cost.wall.as_secs_f64(),
            megabytes(self.cost.memory),
            self.wire.requests(),
            self.wire.thumbnails(),
            megabytes(self.wire.answered),
            kilobytes(self.wire.largest_answer),
            kilobytes(self.wire.largest_request),
        )
    }
}

impl Series {
    /// The most memory that any of the runs had, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.steps.iter().map(|step| step.cost.memory).max().unwrap_or_default()
    }

    /// The bounds that do not hold.
    pub(crate) fn missed(&self) -> Vec<&Goal> {
        self.goals.iter().filter(|goal| !goal.is_met()).collect()
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        let goals: Vec<Value> = self
            .goals
            .iter()
            .map(|goal| json!({ "what": goal.what, "is": goal.is, "at_most": goal.at_most, "met": goal.is_met() }))
            .collect();
        let steps: Vec<Value> = self.steps.iter().map(Step::to_json).collect();
        json!({ "library": self.title, "steps": steps, "goals": goals })
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        writeln!(
            f,
            "{:<34}{:>9}{:>9}{:>9}{:>10}{:>10}{:>11}{:>10}{:>10}",
            "", "CPU s", "s", "MB", "requests", "pictures", "MB heard", "kB most", "kB sent"
        )?;
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        for goal in &self.goals {
            writeln!(f, "{goal}")?;
        }
        Ok(())
    }
}
