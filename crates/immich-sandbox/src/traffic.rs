//! How much went over the wire, by route: what a library of a million assets costs, without a list of its requests.

use std::collections::BTreeMap;

/// Requests of one method and path, ids left out (`GET /api/assets/{id}/thumbnail`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RouteTraffic {
    /// How many came.
    pub requests: u64,
    /// Bytes of the bodies of all requests.
    pub asked: u64,
    /// Bytes of the largest of them.
    pub largest_request: u64,
    /// Bytes of the bodies of all answers; endless ones do not count.
    pub answered: u64,
    /// Bytes of the largest of them.
    pub largest_answer: u64,
}

/// All that came so far.
pub(crate) type Traffic = BTreeMap<String, RouteTraffic>;

impl RouteTraffic {
    /// Adds the body of a request that has come, and of its answer.
    pub(crate) fn weigh(&mut self, request: u64, answer: u64) {
        self.asked += request;
        self.largest_request = self.largest_request.max(request);
        self.answered += answer;
        self.largest_answer = self.largest_answer.max(answer);
    }
}

/// Method and path of a request with its ids left out.
pub(crate) fn route(method: &str, path: &str) -> String {
    let is_id = |part: &str| part.len() == 36 && part.bytes().filter(|byte| *byte == b'-').count() == 4;
    let parts = path.split('/').map(|part| if is_id(part) { "{id}" } else { part });
    format!("{method} {}", parts.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_no_ids() {
        let path = "/api/assets/00000000-0000-4000-8000-000000000001/thumbnail";

        assert_eq!(route("GET", path), "GET /api/assets/{id}/thumbnail");
        assert_eq!(route("PUT", "/api/tags/assets"), "PUT /api/tags/assets");
    }

    #[test]
    fn sums_and_the_largest_are_kept() {
        let mut traffic = RouteTraffic::default();
        traffic.weigh(5, 100);
        traffic.weigh(7, 20);

        assert_eq!((traffic.asked, traffic.largest_request), (12, 7));
        assert_eq!((traffic.answered, traffic.largest_answer), (120, 100));
    }
}
