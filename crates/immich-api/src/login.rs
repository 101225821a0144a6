//! E-mail address and password, in a type that cannot be shown.
//!
//! A password opens more than a key: it can make keys, and change itself. It leaves this type in one place
//! only, the body of a login, and is kept no longer than the caller keeps it.

use std::fmt;

use crate::error::ApiError;

/// What a user signs in with. The password is shown as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    email: String,
    password: String,
}

impl Login {
    /// Takes what a user typed, or what stands in a file: line breaks at the end are not part of it.
    pub fn new(email: impl Into<String>, password: impl Into<String>) -> Result<Self, ApiError> {
        let (email, password): (String, String) = (email.into(), password.into());
        let (email, password) = (email.trim(), password.trim_end_matches(['\r', '\n']));
        if email.is_empty() {
            return Err(ApiError::BadLogin { problem: "the e-mail address is empty" });
        }
        if password.is_empty() {
            return Err(ApiError::BadLogin { problem: "the password is empty" });
        }
        Ok(Self { email: email.to_owned(), password: password.to_owned() })
    }

    /// The body of the request that signs in.
    pub(crate) fn body(&self) -> serde_json::Value {
        serde_json::json!({ "email": self.email, "password": self.password })
    }

    /// The text without the password, in case somebody on the way sent the request back.
    pub(crate) fn scrubbed(&self, text: String) -> String {
        if text.contains(&self.password) { "not shown, since it holds the password".to_owned() } else { text }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("email", &self.email).field("password", &"***").finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_keeps_its_spaces_and_loses_the_line_break_of_its_file() {
        let login = Login::new(" me@lab.test\n", " pass word \r\n").unwrap();

        assert_eq!(login.body(), serde_json::json!({"email": "me@lab.test", "password": " pass word "}));
    }

    #[test]
    fn a_login_prints_its_password_as_stars_and_knows_it_in_a_text() {
        let login = Login::new("me@lab.test", "hunter2").unwrap();

        assert!(!format!("{login:?} {login:#?}").contains("hunter2"));
        assert!(!login.scrubbed("you sent hunter2".to_owned()).contains("hunter2"));
        assert_eq!(login.scrubbed("wrong".to_owned()), "wrong");
    }

    #[test]
    fn half_a_login_is_none() {
        for (email, password) in [("", "x"), ("  ", "x"), ("a@b", ""), ("a@b", "\n")] {
            assert!(matches!(Login::new(email, password), Err(ApiError::BadLogin { .. })));
        }
    }
}
