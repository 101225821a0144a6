//! E-mail address and password, for those who want all faces in one answer.
//!
//! From 3.0 on Immich tells the faces of one photo at a time, unless one signs in as the app does. A password opens
//! more than a key, so it is asked for by nobody but the user, and the session is closed right after its one use.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use immich_api::{ApiError, Client, Login};
use sync_core::writeback::FaceBook;
use sync_core::{Event, Reporter};

use crate::config::{ConfigFile, Secret, is_open};
use crate::exit::usage;
use crate::key::first_line_of_file;
use crate::room::FACES_ONE_BY_ONE;
use crate::settings::{Sources, catalogue};

/// Who signs in, and with what.
pub(crate) struct LoginSource {
    email: String,
    password: Password,
}

enum Password {
    Given(Secret),
    File(PathBuf),
}

impl LoginSource {
    /// Decides where the password comes from, and does not look at it.
    pub(crate) fn resolve(sources: &Sources<'_>) -> Result<Option<Self>> {
        let Some(email) = sources.text(&catalogue::LOGIN)? else { return Ok(None) };
        let password = match sources.path(&catalogue::PASSWORD_FILE)? {
            Some(path) => Password::File(path),
            None => Password::Given(Secret(sources.text(&catalogue::PASSWORD)?.ok_or_else(|| {
                usage("--login needs a password; put it into IMMICH_SYNC_PASSWORD or into a file named by --password-file")
            })?)),
        };
        Ok(Some(Self { email, password }))
    }

    /// What is wrong with the way the password is kept, if anything.
    pub(crate) fn concern(&self, config: &ConfigFile) -> Option<String> {
        let path = match &self.password {
            Password::File(path) => path.as_path(),
            Password::Given(_) if config.find(&catalogue::PASSWORD).is_some() => config.path.as_path(),
            Password::Given(_) => return None,
        };
        let path = is_open(path).then(|| path.display())?;
        Some(format!("`{path}` holds a password and can be read by other users; run `chmod 600` on it"))
    }

    /// The faces of the account that the address belongs to; of the other ones they are asked for one by one, and
    /// so they are where the server cannot do better.
    pub(crate) fn face_books(&self, clients: &[Client], reporter: &dyn Reporter) -> Result<Vec<FaceBook>> {
        let is_own = |client: &&Client| {
            let email = client.server().user.email.as_deref();
            clients.len() == 1 || email.is_some_and(|email| email.eq_ignore_ascii_case(&self.email))
        };
        let Some(client) = clients.iter().find(is_own) else {
            return Err(usage(format!("--login `{}` is the address of none of the accounts", self.email)));
        };
        if client.server().version.major < FACES_ONE_BY_ONE {
            return Ok(Vec::new());
        }
        let session = client.login(&self.login()?).context("signing in for the faces")?;
        let book = FaceBook::read(client.server().user.id.clone(), &session);
        if let Err(error) = session.logout() {
            tracing::debug!(%error, "the session could not be closed");
        }
        match book {
            Ok(book) => Ok(vec![book]),
            Err(ApiError::Stopped) => Err(ApiError::Stopped.into()),
            Err(error) => {
                let text = format!(
                    "the faces could not be had in one answer ({error}); they are asked for one by one"
                );
                reporter.report(&Event::Warning(&text));
                Ok(Vec::new())
            }
        }
    }

    fn login(&self) -> Result<Login> {
        let password = match &self.password {
            Password::Given(password) => password.0.clone(),
            Password::File(path) => first_line_of_file(path, "the password")?,
        };
        Ok(Login::new(self.email.as_str(), password)?)
    }
}
