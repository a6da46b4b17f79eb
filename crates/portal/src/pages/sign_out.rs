//! The question before signing out.

use askama::Template;

use super::Shell;

/// Asks before it signs out, so that a link from elsewhere cannot.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOutPage {
    /// The frame.
    pub shell: Shell,
    /// Where to go afterwards.
    pub rd: Option<String>,
}

impl SignOutPage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), rd: None }
    }
}
