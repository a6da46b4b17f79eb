//! Upstreams as they are found in the wild, over the whole stack.

mod answers;
mod flow;
mod kept;
mod limits;
mod protocol;
mod revoked;
mod stress;

use postern_proxy::UpstreamConfig;

use crate::support::{Backend, Stack};

/// A gateway before this backend, with the changes that a test needs.
async fn before(backend: &Backend, change: impl FnOnce(&mut UpstreamConfig)) -> Stack {
    Stack::new(|config| {
        let upstream = &mut config.upstreams[0].0;
        upstream.address = backend.address();
        change(upstream);
    })
    .await
}
