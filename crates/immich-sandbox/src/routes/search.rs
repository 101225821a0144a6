//! Searching.

use serde_json::{Value, json};

use super::{Route, needs};
use crate::{
    Asset, AssetId, Question,
    answer::{Detail, Style, asset, person},
    call::{Call, Reply},
    problem::{Issue, Problem},
    search::{Filter, Page, key_of, page_of},
    world::World,
};

pub(super) fn route<'p>(method: &str, path: &'p [&'p str]) -> Option<Route<'p>> {
    Some(match (method, path) {
        ("POST", ["search", "metadata"]) => needs("asset.read", metadata),
        ("POST", ["search", "statistics"]) => needs("asset.statistics", statistics),
        ("GET", ["search", "person"]) => needs("person.read", people),
        _ => return None,
    })
}

fn metadata(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    need_object(call)?;
    let mut issues = Vec::new();
    let mut filter = Filter::read(call.version, call.user, &call.json, &mut issues);
    let page = Page::read(&call.json, &mut issues);
    let wish = |field: &str| call.json.get(field).and_then(Value::as_bool).unwrap_or(false);
    let detail = Detail::found(wish("withExif"), wish("withPeople"));
    refuse(issues)?;
    filter.permit()?;

    let key = key_of(call.user, page, &call.json);
    let (found, more) = page_of(world, &mut filter, page, &key)?;
    let found: Vec<&Asset> = found.into_iter().map(|at| &world.assets()[at as usize]).collect();
    let items: Vec<Value> = found.iter().map(|each| asset(world, each, detail)).collect();
    let found: Vec<AssetId> = found.into_iter().map(Asset::id).collect();
    shift_pages(world, page, &found);
    let next = more.then(|| (page.number + 1).to_string());
    Ok(Reply::ok(&json!({
        "albums": { "total": 0, "count": 0, "items": [], "facets": [] },
        "assets": {
            "total": items.len(), "count": items.len(), "items": items, "facets": [], "nextPage": next,
        },
    })))
}

/// Plays the user who empties the trash can between two pages of a walk.
fn shift_pages(world: &mut World, page: Page, served: &[AssetId]) {
    let due: Vec<usize> = world
        .trash_after
        .iter()
        .filter(|(number, _)| *number == page.number)
        .map(|(_, count)| *count)
        .collect();
    world.trash_after.retain(|(number, _)| *number != page.number);
    for id in served.iter().take(due.into_iter().sum()) {
        world.trash(*id);
    }
}

fn statistics(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let mut issues = Vec::new();
    let mut filter = Filter::read(call.version, call.user, &call.json, &mut issues);
    refuse(issues)?;
    filter.permit()?;
    filter.prepare(world);
    let total = world.assets().iter().filter(|asset| filter.matches(world, asset)).count();
    Ok(Reply::ok(&json!({ "total": total })))
}

fn people(world: &mut World, call: &Call) -> Result<Reply, Problem> {
    let wanted = call.param("name").unwrap_or_default().to_lowercase();
    if wanted.is_empty() {
        return Err(Problem::invalid(vec![Issue::wrong_type("name", "string", None)]));
    }
    let hidden = call.param("withHidden") == Some("true");
    let fits = |name: &str| name.starts_with(&wanted) || name.contains(&format!(" {wanted}"));
    let silent = world.answers_nothing(Question::People);
    let found = world.people.values().filter(|someone| {
        !silent
            && someone.owner == call.user
            && (hidden || !someone.is_hidden)
            && fits(&someone.name.to_lowercase())
    });
    let body: Value =
        found.map(|found| person(found, world.faces_of(found.id).next().is_some(), Style::Zulu)).collect();
    Ok(Reply::ok(&body))
}

/// 3.x wants a body, be it empty braces; 2.x takes none as none.
fn need_object(call: &Call) -> Result<(), Problem> {
    if call.json.is_object() || !call.version.is_v3() {
        return Ok(());
    }
    let got = Some(&call.json).filter(|body| !body.is_null());
    Err(Problem::invalid(vec![Issue::wrong_type("", "object", got)]))
}

fn refuse(issues: Vec<Issue>) -> Result<(), Problem> {
    if issues.is_empty() { Ok(()) } else { Err(Problem::invalid(issues)) }
}
