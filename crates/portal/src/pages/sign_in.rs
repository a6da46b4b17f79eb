//! The sign-in page: one button.

use askama::Template;

use super::Shell;
use crate::language::Text;

/// Sign-in page: names the application and starts the sign-in on request.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// The page frame.
    pub shell: Shell,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Message about an earlier failure.
    pub alert: Option<Text>,
    /// Whether the page is shown inside another app, where Google refuses to sign users in.
    pub in_app: bool,
}

impl SignInPage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self {
            shell: Shell::sample_stranger(),
            rd: Some("/dashboard?tab=routers".to_owned()),
            alert: None,
            in_app: false,
        }
    }
}
