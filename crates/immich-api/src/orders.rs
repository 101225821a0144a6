//! Orders for many assets, in batches that the server bears, and what became of them.
//!
//! The server has two ways. Some orders it refuses as a whole for one unknown or foreign id: such a batch is
//! halved until those stand alone. Others it answers id by id, with a word for each that it left alone.

use std::collections::HashMap;

use serde_json::{Value, json};
use ureq::http::Method;

use crate::error::ApiError;
use crate::ids::AssetId;
use crate::json::Json;
use crate::lenient::{boolean, member, text};
use crate::writer::Writer;

/// Ids per order: 40 kB of the 10 MB that the server takes, and a short moment of its time.
pub(crate) const BATCH: usize = 1000;
/// Refused assets after which something else must be wrong than single assets.
const MOST_REFUSED: usize = 100;

/// What became of an order for many assets: each of them is in exactly one of the three.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ordered {
    /// How many assets the server took the order for.
    pub taken: usize,
    /// Assets that were as ordered before, as far as the server says.
    pub already: Vec<AssetId>,
    /// Assets that it knows no more, or that the key may not change.
    pub refused: Vec<AssetId>,
}

impl Ordered {
    /// Adds what became of further assets.
    pub fn join(&mut self, other: Self) {
        self.taken += other.taken;
        self.already.extend(other.already);
        self.refused.extend(other.refused);
    }
}

/// Gives an order that is refused as a whole for one bad id, and halves it until bad ids stand alone.
pub(crate) fn halving(
    assets: &[AssetId],
    batch: usize,
    order: impl Fn(&[AssetId]) -> Result<(), ApiError>,
) -> Result<Ordered, ApiError> {
    halving_of(assets, batch, |asset| asset, order)
}

/// The same for an order that says something of its own for each asset.
pub(crate) fn halving_of<T>(
    items: &[T],
    batch: usize,
    asset: impl Fn(&T) -> &AssetId,
    order: impl Fn(&[T]) -> Result<(), ApiError>,
) -> Result<Ordered, ApiError> {
    let mut ordered = Ordered::default();
    let mut batches: Vec<&[T]> = items.chunks(batch).rev().collect();
    while let Some(batch) = batches.pop() {
        match order(batch) {
            Ok(()) => ordered.taken += batch.len(),
            Err(error) if !error.is_unknown_id() || ordered.refused.len() == MOST_REFUSED => {
                return Err(error);
            }
            Err(_) if batch.len() == 1 => ordered.refused.push(asset(&batch[0]).clone()),
            Err(_) => {
                let (first, second) = batch.split_at(batch.len() / 2);
                batches.extend([second, first]);
            }
        }
    }
    Ok(ordered)
}

/// An order that is answered id by id.
pub(crate) struct ByIds<'o> {
    pub(crate) endpoint: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'o str,
    /// Ids per order.
    pub(crate) batch: usize,
    /// The server's word for an asset that is as ordered already.
    pub(crate) already: &'static str,
}

impl Writer<'_> {
    pub(crate) fn by_ids(self, order: &ByIds<'_>, assets: &[AssetId]) -> Result<Ordered, ApiError> {
        let mut ordered = Ordered::default();
        for batch in assets.chunks(order.batch) {
            let body = json!({ "ids": batch });
            let words = self.client.tell(
                order.endpoint,
                order.method.clone(),
                order.path,
                &body,
                words_for(batch),
            )?;
            for (id, word) in batch.iter().zip(words) {
                match word {
                    None => ordered.taken += 1,
                    Some(word) if word == order.already => ordered.already.push(id.clone()),
                    Some(_) => ordered.refused.push(id.clone()),
                }
            }
        }
        Ok(ordered)
    }

    /// Gives an order about assets that is refused as a whole; `order` is made for each batch.
    pub(crate) fn by_halves(
        self,
        endpoint: &'static str,
        (method, path): (Method, &str),
        assets: &[AssetId],
        order: impl Fn(&[AssetId]) -> Value,
    ) -> Result<Ordered, ApiError> {
        halving(assets, BATCH, |batch| self.client.order(endpoint, method.clone(), path, &order(batch)))
    }
}

/// Reads what the server says of each id of a batch, `None` for done; an id without a word is no answer.
fn words_for(batch: &[AssetId]) -> impl Fn(&Json<'_>) -> Option<Vec<Option<String>>> {
    move |answer| {
        let mut said: HashMap<AssetId, Option<String>> = HashMap::new();
        for result in answer.as_list()? {
            let id = AssetId::parse(&text(member(result, "id"))?).ok()?;
            let word = if boolean(member(result, "success"))? {
                None
            } else {
                Some(text(member(result, "error")).unwrap_or_default())
            };
            // Of an id that was sent twice, the first word tells what happened.
            said.entry(id).or_insert(word);
        }
        batch.iter().map(|id| said.get(id).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::answer;

    fn id(number: u128) -> AssetId {
        AssetId::from_u128(number)
    }

    #[test]
    fn each_id_of_a_batch_has_its_word_whatever_the_order_of_the_answer() {
        let (a, b, c) = (id(1), id(2), id(3));
        let batch = [a.clone(), b.clone()];
        let read = words_for(&batch);

        let told = |first: &AssetId, second: &AssetId| {
            read(&answer!([
                {"id": first, "success": true},
                {"id": second, "success": false, "error": "duplicate"},
            ]))
        };

        assert_eq!(told(&a, &b), Some(vec![None, Some("duplicate".to_owned())]));
        assert_eq!(told(&b, &a), Some(vec![Some("duplicate".to_owned()), None]));
        assert_eq!(told(&a, &c), None, "of the second one nothing was said");
        assert_eq!(read(&answer!({"success": true})), None);
    }

    #[test]
    fn a_batch_with_bad_ids_is_halved_until_they_stand_alone() {
        let all: Vec<AssetId> = (0..10).map(id).collect();
        let refusal = || ApiError::Status {
            endpoint: "PUT /x",
            status: 400,
            message: "Not found or no asset.update access".to_owned(),
        };
        let bad = [id(3), id(9)];

        let ordered =
            halving(
                &all,
                4,
                |batch| {
                    if batch.iter().any(|id| bad.contains(id)) { Err(refusal()) } else { Ok(()) }
                },
            );

        let ordered = ordered.unwrap();
        assert_eq!((ordered.taken, ordered.refused.as_slice()), (8, bad.as_slice()));
    }
}
