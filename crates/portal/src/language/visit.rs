//! What the frame of a page needs of the request under way.

use std::future::Future;

use postern_model::language::Language;

tokio::task_local! {
    static CURRENT: Visit;
}

/// The request that a page answers, as the frame of the page needs it. Like the request's identifier it is kept beside the call
/// and not passed through every handler, since no decision depends on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    /// The language of its reader.
    pub(crate) language: Language,
    /// Path and query of the page to return to after another language was chosen; empty if there is none.
    pub(crate) here: String,
}

impl Visit {
    /// Returns the one under way; outside a request, English.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// Runs a function as part of this request.
    pub(crate) fn scope_of<T>(self, run: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, run)
    }

    /// Runs a future as part of this request.
    pub(crate) async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }
}
