//! How many of the planted copies are found, by us at several settings and by czkawka.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use photo_similarity::Forms;

use crate::bars::Bars;
use crate::czkawka::{Czkawka, OPTIONS};
use crate::ours::{Collection, DUPLICATE};
use crate::score::{Grouping, Score};
use crate::table::Table;

/// Bits of the threshold 7.
const SIMILAR: u32 = 56;

/// Scores all groupings, with the bars of accuracy.
pub(crate) fn measured(
    known: &Collection,
    photos: &Path,
    czkawka: Option<&Czkawka>,
    bars: &mut Bars,
) -> Result<Table> {
    let (plain, rotations, trims) = (
        Forms::default(),
        Forms { rotations: true, ..Forms::default() },
        Forms { trims: true, ..Forms::default() },
    );
    let ours = [
        known.grouping("default", DUPLICATE, plain)?,
        known.grouping("threshold 7", SIMILAR, plain)?,
        known.grouping("--rotations", DUPLICATE, rotations)?,
        known.grouping("--trim-borders", DUPLICATE, trims)?,
    ];
    let mut groupings = ours.to_vec();
    if let Some(czkawka) = czkawka {
        for (name, options) in OPTIONS {
            groupings.push(czkawka.grouping(name, photos, options)?);
        }
    }
    let scores: Vec<Score> = groupings.iter().map(|grouping| Score::of(&known.truth, grouping)).collect();
    judge(&scores, &ours[0], bars);
    let mut table = table(&groupings, &scores);
    table.note(
        "found of all planted, by transformation; a copy that cannot be read counts as not found, and tiers are shares",
    );
    match czkawka {
        Some(czkawka) => table.note(format!(
            "cz: {} with its defaults, and with its best options (L3 Lanczos3, s difference, inv mirrored and turned)",
            czkawka.version
        )),
        None => table.note("without czkawka_cli: none was named"),
    }
    for (one, other) in &scores[0].false_pairs {
        table.note(format!("false at the default: {one} {other}"));
    }
    Ok(table)
}

fn judge(scores: &[Score], default: &Grouping, bars: &mut Bars) {
    let [plain, similar, rotations, trims] = [0, 1, 2, 3].map(|number| &scores[number]);
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let false_pairs = |score: &Score| score.false_pairs.len() as f64;
    bars.at_least("recall of must, default", 0.995, plain.recall("must"));
    bars.at_most("false pairs, default", 1.0, false_pairs(plain));
    bars.at_least("recall of should, threshold 7", 0.95, similar.recall("should"));
    for turn in ["rot90", "rot180", "fliph"] {
        bars.at_least(&format!("recall of {turn}, --rotations"), 0.99, rotations.recall(turn));
    }
    for border in ["border5", "letterbox10"] {
        bars.at_least(&format!("recall of {border}, --trim-borders"), 0.9, trims.recall(border));
    }
    bars.at_most("further false pairs by --trim-borders", 0.0, false_pairs(trims) - false_pairs(plain));
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    bars.at_most("files that cannot be read", 0.0, default.skipped.len() as f64);
}

fn table(groupings: &[Grouping], scores: &[Score]) -> Table {
    let mut table = Table::new("Copies found", &["transformation", "tier", "of"]);
    for grouping in groupings {
        table.column(&grouping.name);
    }
    let Some(first) = scores.first() else { return table };
    let order = ["must", "natural", "full", "should", "stretch", "none"];
    for tier in order {
        for ((_, transform), (_, all)) in first.hits.iter().filter(|((of, _), _)| of == tier) {
            let key = (tier.to_owned(), transform.clone());
            let found = scores.iter().map(|score| score.hits.get(&key).map_or(0, |hits| hits.0).to_string());
            table.row([transform.clone(), tier.to_owned(), all.to_string()].into_iter().chain(found));
        }
    }
    for tier in order {
        let Some((_, all)) = first.tiers.get(tier) else { continue };
        let recall = scores.iter().map(|score| format!("{:.4}", score.recall(tier)));
        table.row([format!("all of {tier}"), String::new(), all.to_string()].into_iter().chain(recall));
    }
    let mut line = |name: &str, cells: Vec<String>| {
        table.row([name.to_owned(), String::new(), String::new()].into_iter().chain(cells));
    };
    line("false pairs", scores.iter().map(|score| score.false_pairs.len().to_string()).collect());
    line("  not called similar", scores.iter().map(|score| score.false_in_strict.to_string()).collect());
    let similar = |score: &Score| score.similar_in_strict.to_string();
    line("similar, not called so", scores.iter().map(similar).collect());
    line("splits", scores.iter().map(|score| score.splits.to_string()).collect());
    let classes: BTreeSet<&String> = scores.iter().flat_map(|score| score.by_class.keys()).collect();
    for class in classes {
        let name = if class == "-" { "without a class" } else { class };
        let count = |score: &Score| score.by_class.get(class).map_or_else(String::new, usize::to_string);
        line(&format!("groups: {name}"), scores.iter().map(count).collect());
    }
    let groups = |score: &Score| score.by_class.values().sum::<usize>().to_string();
    line("groups", scores.iter().map(groups).collect());
    line("cannot be read", groupings.iter().map(|grouping| grouping.skipped.len().to_string()).collect());
    let seconds =
        |grouping: &Grouping| grouping.seconds.map_or_else(String::new, |time| format!("{time:.1}"));
    line("CPU s", groupings.iter().map(seconds).collect());
    table
}
