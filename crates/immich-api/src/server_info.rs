//! What the server says about itself, its key and its user.

use crate::ids::UserId;
use crate::json::Json;
use crate::lenient::{boolean, member, text};
use crate::permission::Permission;
use crate::version::{ServerVersion, Trait};

/// What is known after connecting.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerInfo {
    /// Where the API is, without a slash at the end, such as `http://nas:2283/api`. Never holds the key.
    pub base_url: String,
    /// The version of the server.
    pub version: ServerVersion,
    /// What is switched on.
    pub features: Features,
    /// The key that is used.
    pub key: KeyInfo,
    /// The user of the key.
    pub user: CurrentUser,
    /// Whether any certificate is accepted.
    pub insecure: bool,
}

/// Switches of the server; `None` where it did not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Features {
    /// Face regions in files become faces on the server, and would double what it has.
    pub import_faces: Option<bool>,
    /// The server reads and writes sidecars.
    pub sidecar: Option<bool>,
    /// Faces are found by machine learning.
    pub facial_recognition: Option<bool>,
    /// Duplicates are found by machine learning.
    pub duplicate_detection: Option<bool>,
    /// Deleted assets go to a trash first.
    pub trash: Option<bool>,
}

/// What is known about the API key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyInfo {
    /// The name that its owner gave it.
    pub name: String,
    /// What it may do; `None` when the server is too old to say.
    pub permissions: Option<Vec<String>>,
}

/// The user of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUser {
    /// Whose assets are ours.
    pub id: UserId,
    /// As shown in Immich.
    pub name: String,
    /// Administrators may start scans and jobs.
    pub is_admin: bool,
    /// The address, where sent.
    pub email: Option<String>,
}

impl ServerInfo {
    /// The permissions of `wanted` that the key has not.
    ///
    /// Empty when the server is too old to say: then the first request that needs one will.
    pub fn missing_permissions(&self, wanted: &[Permission]) -> Vec<Permission> {
        let is_known = |permission: &Permission| {
            // Keys of servers without the request cannot be given a permission for it.
            *permission != Permission::AssetCopy || self.version.has(Trait::Copy)
        };
        self.key.missing(wanted).into_iter().filter(is_known).collect()
    }

    /// Whether key and user may do this, as far as is known.
    ///
    /// `true` when the server is too old to say what a key may do: then the first request will tell.
    pub fn can(&self, permission: Permission) -> bool {
        (self.user.is_admin || !permission.needs_admin()) && self.key.missing(&[permission]).is_empty()
    }
}

impl KeyInfo {
    /// Reads the answer of `GET /api-keys/me`.
    pub(crate) fn from_json(value: &Json<'_>) -> Self {
        let permissions = member(value, "permissions").and_then(Json::as_list);
        Self {
            name: text(member(value, "name")).unwrap_or_default(),
            permissions: permissions.map(|names| names.iter().filter_map(|name| text(Some(name))).collect()),
        }
    }

    fn missing(&self, wanted: &[Permission]) -> Vec<Permission> {
        let Some(granted) = &self.permissions else { return Vec::new() };
        if granted.iter().any(|name| name == "all") {
            return Vec::new();
        }
        wanted.iter().copied().filter(|wanted| !granted.iter().any(|name| name == wanted.as_str())).collect()
    }
}

impl Features {
    /// Reads the answer of `GET /server/features`.
    pub(crate) fn from_json(value: &Json<'_>) -> Self {
        let switch = |name| boolean(member(value, name));
        Self {
            import_faces: switch("importFaces"),
            sidecar: switch("sidecar"),
            facial_recognition: switch("facialRecognition"),
            duplicate_detection: switch("duplicateDetection"),
            trash: switch("trash"),
        }
    }
}

impl CurrentUser {
    /// Reads the answer of `GET /users/me`; `None` without an id.
    pub(crate) fn from_json(value: &Json<'_>) -> Option<Self> {
        Some(Self {
            id: UserId::parse(&text(member(value, "id"))?).ok()?,
            name: text(member(value, "name")).unwrap_or_default(),
            is_admin: boolean(member(value, "isAdmin")).unwrap_or(false),
            email: text(member(value, "email")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(permissions: Option<&[&str]>) -> KeyInfo {
        let permissions = permissions.map(|names| names.iter().map(ToString::to_string).collect());
        KeyInfo { name: "test".to_owned(), permissions }
    }

    #[test]
    fn what_a_key_lacks_is_listed_and_all_grants_everything() {
        let wanted = [Permission::AssetRead, Permission::FaceRead];

        assert_eq!(key(Some(&["asset.read"])).missing(&wanted), [Permission::FaceRead]);
        assert_eq!(key(Some(&["all"])).missing(Permission::ALL), []);
        assert_eq!(key(Some(&[])).missing(&wanted), wanted);
        assert_eq!(key(None).missing(&wanted), []);
    }

    fn info(permissions: Option<&[&str]>, is_admin: bool) -> ServerInfo {
        let id = UserId::from_u128(1);
        ServerInfo {
            base_url: "http://nas/api".to_owned(),
            version: ServerVersion::new(3, 0, 3),
            features: Features::default(),
            key: key(permissions),
            user: CurrentUser { id, name: String::new(), is_admin, email: None },
            insecure: false,
        }
    }

    #[test]
    fn what_takes_an_administrator_takes_the_permission_too() {
        assert!(info(Some(&["library.update"]), true).can(Permission::LibraryUpdate));
        assert!(!info(Some(&["library.update"]), false).can(Permission::LibraryUpdate));
        assert!(!info(Some(&["tag.read"]), true).can(Permission::LibraryUpdate));
        assert!(info(Some(&["tag.read"]), false).can(Permission::TagRead));
        assert!(info(None, false).can(Permission::TagRead), "too old to say");
    }
}
