//! The page of somebody who was told by mail of a change that was not theirs.

use askama::Template;

use super::Shell;

/// Page that asks before all other sessions are ended.
#[derive(Clone, Debug, Template)]
#[template(path = "not_me.html")]
pub struct NotMePage {
    /// The page frame.
    pub shell: Shell,
    /// Whether the user has a second factor.
    pub enrolled: bool,
}

impl NotMePage {
    /// For the snapshot test and the gallery.
    pub fn sample() -> Self {
        Self { shell: Shell::sample(), enrolled: true }
    }
}
