//! The confirmation page of signing out.

use askama::Template;

use super::Shell;

/// Page that asks before signing out, so that a link from another site cannot sign a user out.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOutPage {
    /// The page frame.
    pub shell: Shell,
    /// Destination afterwards.
    pub rd: Option<String>,
    /// Whether the device is trusted.
    pub trusted: bool,
}

impl SignOutPage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), rd: None, trusted: false }
    }
}
