//! How good a grouping is: hits, false pairs, and exposures that were torn apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::truth::{Known, Truth};

/// Groups of paths within the set, as a program reports them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grouping {
    /// How it was made.
    pub(crate) name: String,
    /// Each with its class, where the program has classes.
    pub(crate) groups: Vec<(String, Vec<String>)>,
    /// What the program cannot read.
    pub(crate) skipped: BTreeSet<String>,
    /// Processor time in seconds of all of it, where it was measured.
    pub(crate) seconds: Option<f64>,
}

/// What a grouping is worth.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    /// By transformation and by tier: found, and of how many. What was skipped counts as not found.
    pub(crate) hits: BTreeMap<(String, String), (usize, usize)>,
    pub(crate) tiers: BTreeMap<String, (usize, usize)>,
    pub(crate) false_pairs: Vec<(String, String)>,
    /// How many of them are in groups that are called exact copies or duplicates.
    pub(crate) false_in_strict: usize,
    /// Pairs taken of one object, which may be found, in groups that are called exact copies or duplicates.
    pub(crate) similar_in_strict: usize,
    /// Exposures whose copies lie in more than one group, or of which a copy that must be found lies in none.
    pub(crate) splits: usize,
    pub(crate) by_class: BTreeMap<String, usize>,
}

impl Score {
    pub(crate) fn of(truth: &Truth, grouping: &Grouping) -> Self {
        let mut lies_in: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        let mut by_class = BTreeMap::new();
        for (number, (class, members)) in grouping.groups.iter().enumerate() {
            *by_class.entry(class.clone()).or_default() += 1;
            for member in members {
                lies_in.entry(member).or_default().insert(number);
            }
        }
        let (mut hits, mut tiers) = (BTreeMap::new(), BTreeMap::new());
        for known in truth.files.iter().filter(|known| is_counted(known)) {
            let partners = truth.partners(known);
            if partners.is_empty() {
                continue;
            }
            let groups = lies_in.get(known.file.as_str());
            let is_together = |partner: &&str| {
                groups.zip(lies_in.get(*partner)).is_some_and(|(one, other)| !one.is_disjoint(other))
            };
            let is_found = usize::from(partners.iter().any(is_together));
            let (transform, tier) = names(known);
            let transform: &mut (usize, usize) = hits.entry((tier.clone(), transform)).or_default();
            let tier: &mut (usize, usize) = tiers.entry(tier).or_default();
            for (found, all) in [transform, tier] {
                *found += is_found;
                *all += 1;
            }
        }
        let false_pairs = false_pairs(truth, grouping, |_| true);
        let false_in_strict = self::false_pairs(truth, grouping, |class| class != "similar").len();
        let similar_in_strict = similar_in_strict(truth, grouping);
        let splits = splits(truth, &lies_in, &grouping.skipped);
        Self { hits, tiers, false_pairs, false_in_strict, similar_in_strict, splits, by_class }
    }

    /// 0 to 1; of transformations of that name if there is no such tier.
    pub(crate) fn recall(&self, name: &str) -> f64 {
        let of_transform =
            || self.hits.iter().find(|((_, transform), _)| transform == name).map(|(_, hits)| hits);
        let Some((found, all)) = self.tiers.get(name).or_else(of_transform) else { return 0.0 };
        share(*found, *all)
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
pub(crate) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn is_counted(known: &Known) -> bool {
    ["planted", "natural", "full"].contains(&known.kind.as_str())
}

/// Transformation and tier, for which natural copies and camera originals have their kind.
fn names(known: &Known) -> (String, String) {
    let or_kind = |name: &String| if name.is_empty() { known.kind.clone() } else { name.clone() };
    (or_kind(&known.transform), or_kind(&known.tier))
}

/// Of different exposures, in groups of these classes.
fn false_pairs(truth: &Truth, grouping: &Grouping, counts: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let group_of: BTreeMap<&str, &str> =
        truth.files.iter().map(|known| (known.file.as_str(), known.group.as_str())).collect();
    let mut pairs = BTreeSet::new();
    for (_, members) in grouping.groups.iter().filter(|(class, _)| counts(class)) {
        let members: Vec<&String> =
            members.iter().filter(|member| group_of.contains_key(member.as_str())).collect();
        for (place, one) in members.iter().enumerate() {
            for other in &members[place + 1..] {
                if group_of[one.as_str()] != group_of[other.as_str()] && !truth.is_neutral(one, other) {
                    pairs.insert(((*one).clone(), (*other).clone()));
                }
            }
        }
    }
    pairs.into_iter().collect()
}

fn similar_in_strict(truth: &Truth, grouping: &Grouping) -> usize {
    let strict = grouping.groups.iter().filter(|(class, _)| class != "similar");
    strict
        .map(|(_, members)| {
            let is_in = |file: &String| members.contains(file);
            truth.similar().filter(|(one, other)| is_in(one) && is_in(other)).count()
        })
        .sum()
}

fn splits(truth: &Truth, lies_in: &BTreeMap<&str, BTreeSet<usize>>, skipped: &BTreeSet<String>) -> usize {
    let mut exposures: BTreeMap<&str, Vec<Option<&BTreeSet<usize>>>> = BTreeMap::new();
    for known in &truth.files {
        let belongs = ["base", "natural"].contains(&known.kind.as_str()) || known.tier == "must";
        if belongs && !skipped.contains(&known.file) {
            exposures.entry(&known.group).or_default().push(lies_in.get(known.file.as_str()));
        }
    }
    let is_whole = |places: &Vec<Option<&BTreeSet<usize>>>| {
        let Some(Some(first)) = places.first() else { return false };
        first.iter().any(|group| places.iter().all(|place| place.is_some_and(|place| place.contains(group))))
    };
    exposures.values().filter(|places| places.len() > 1 && !is_whole(places)).count()
}
