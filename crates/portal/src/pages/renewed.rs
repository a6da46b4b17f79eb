//! Page at which the window of `postern.js` ends.

use askama::Template;

use super::Shell;

/// Page that says that the sign-in or verification is done, and closes its window where the browser lets it.
#[derive(Clone, Debug, Template)]
#[template(path = "renewed.html")]
pub struct RenewedPage {
    /// The page frame.
    pub shell: Shell,
}

impl RenewedPage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample() }
    }
}
