//! Logins, and what each of them was told by the stream of changes.
//!
//! A stream sends what a session has not acknowledged yet: everything at first, then what is new or different,
//! and what is gone. An acknowledgement names the last line of a type and stands for all before it.

use std::collections::{BTreeMap, HashMap};

use crate::UserId;

/// Somebody who is logged in.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) user: UserId,
    /// The last acknowledgement of each type of line.
    pub(crate) acks: BTreeMap<String, String>,
    /// Per stream, the things that were acknowledged, with a hash of what was said of them.
    known: HashMap<(&'static str, String), u64>,
    /// The lines of the last stream.
    sent: Vec<Sent>,
}

/// A line that went out.
#[derive(Debug)]
pub(crate) struct Sent {
    /// Type of the line, such as `AssetFaceV2`.
    pub(crate) kind: &'static str,
    pub(crate) ack: String,
    /// What it belongs to: the type of line that tells of such a thing, and its id.
    pub(crate) about: (&'static str, String),
    /// Hash of the data; `None` says that the thing is gone.
    pub(crate) state: Option<u64>,
}

impl Session {
    pub(crate) fn new(token: String, user: UserId) -> Self {
        Self { token, user, acks: BTreeMap::new(), known: HashMap::new(), sent: Vec::new() }
    }

    /// What was acknowledged of a thing.
    pub(crate) fn known_state(&self, kind: &'static str, id: &str) -> Option<u64> {
        self.known.get(&(kind, id.to_owned())).copied()
    }

    /// The ids that were acknowledged under this type.
    pub(crate) fn known_ids(&self, kind: &'static str) -> Vec<String> {
        let mut ids: Vec<String> =
            self.known.keys().filter(|(known, _)| *known == kind).map(|(_, id)| id.clone()).collect();
        ids.sort();
        ids
    }

    /// Remembers the lines of a stream, for the acknowledgements to come.
    pub(crate) fn remember(&mut self, sent: Vec<Sent>) {
        self.sent = sent;
    }

    /// Takes an acknowledgement; one that names no line of the last stream is only noted.
    pub(crate) fn acknowledge(&mut self, kind: &str, ack: &str) {
        self.acks.insert(kind.to_owned(), ack.to_owned());
        let Some(last) = self.sent.iter().position(|line| line.kind == kind && line.ack == ack) else {
            return;
        };
        for line in self.sent[..=last].iter().filter(|line| line.kind == kind) {
            match line.state {
                Some(state) => self.known.insert(line.about.clone(), state),
                None => self.known.remove(&line.about),
            };
        }
    }

    /// Forgets acknowledgements; the next stream begins anew.
    pub(crate) fn reset(&mut self, kinds: Option<&[String]>) {
        let affected = |kind: &str| kinds.is_none_or(|kinds| kinds.iter().any(|other| other == kind));
        self.acks.retain(|kind, _| !affected(kind));
        self.known.retain(|(kind, _), _| !affected(kind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, state: Option<u64>) -> Sent {
        Sent {
            kind: "AssetFaceV2",
            ack: format!("ack-{number}"),
            about: ("AssetFaceV2", number.to_string()),
            state,
        }
    }

    #[test]
    fn an_acknowledgement_stands_for_all_before_it() {
        let user = UserId::parse("00000000-0000-4000-8000-000000000001").unwrap();
        let mut session = Session::new("token".to_owned(), user);
        session.remember((0..3).map(|number| line(number, Some(number))).collect());

        session.acknowledge("AssetFaceV2", "ack-1");

        assert_eq!(session.known_ids("AssetFaceV2"), ["0", "1"]);
        assert_eq!(session.known_state("AssetFaceV2", "2"), None);
    }
}
