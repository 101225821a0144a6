//! Tags as a tree: `Places/France/Paris` hangs below `Places/France`, and asking for a tag asks for all below.

use crate::{TagId, UserId, model::Tag, world::World};

impl World {
    /// The tag with this path, made with its parents where it is new. Empty names between slashes count as
    /// nothing.
    pub(crate) fn upsert_tag(&mut self, owner: UserId, value: &str) -> Option<TagId> {
        let mut parent = None;
        let mut path = String::new();
        for name in value.split('/').filter(|name| !name.is_empty()) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(name);
            parent = Some(self.tag_at(owner, &path, parent));
        }
        parent
    }

    /// The tags with these paths, each once.
    pub(crate) fn upsert_tags(&mut self, owner: UserId, values: &[impl AsRef<str>]) -> Vec<TagId> {
        let mut tags = Vec::new();
        for tag in values.iter().filter_map(|value| self.upsert_tag(owner, value.as_ref())) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }

    fn tag_at(&mut self, owner: UserId, value: &str, parent: Option<TagId>) -> TagId {
        if let Some(known) = self.tag_by_value(owner, value) {
            return known;
        }
        let (id, now) = (TagId::new(self.mint.uuid()), self.now());
        let value = value.to_owned();
        self.insert_tag(Tag { id, owner, value, parent, color: None, created_at: now, updated_at: now });
        id
    }

    /// The tag and all below it, as a search by tag sees them.
    pub(crate) fn tag_family(&self, id: TagId) -> Vec<TagId> {
        let Some(root) = self.tags().get(&id) else { return vec![id] };
        let below = format!("{}/", root.value);
        self.tags()
            .values()
            .filter(|tag| tag.id == id || (tag.owner == root.owner && tag.value.starts_with(&below)))
            .map(|tag| tag.id)
            .collect()
    }

    /// Removes a tag and all below it from the list and from every asset.
    pub(crate) fn delete_tag(&mut self, id: TagId) {
        let family = self.tag_family(id);
        self.forget_tags(&family);
        for asset in self.each_asset_mut() {
            asset.tags.retain(|id| !family.contains(id));
        }
    }

    /// Gives a tag another last name; the paths of all below follow. `false` when that path is taken.
    pub(crate) fn rename_tag(&mut self, id: TagId, name: &str) -> bool {
        let Some(root) = self.tags().get(&id).cloned() else { return false };
        let path = match root.value.rsplit_once('/') {
            Some((parent, _)) => format!("{parent}/{name}"),
            None => name.to_owned(),
        };
        if self.tag_by_value(root.owner, &path).is_some() {
            return false;
        }
        let (family, now) = (self.tag_family(id), self.now());
        for member in family {
            let Some(mut tag) = self.tags().get(&member).cloned() else { continue };
            tag.value = format!("{path}{}", &tag.value[root.value.len()..]);
            tag.updated_at = now;
            self.forget_tags(&[member]);
            self.insert_tag(tag);
        }
        true
    }
}
