//! Requests that are refused before the stack sees them: malformed or too large for the HTTP engine.

use std::sync::Arc;

use http::HeaderMap;
use postern_listener::RefusalReport;
use postern_model::entropy::Entropy;
use postern_model::web::{REQUEST_TARGET, RequestId};

use super::Metrics;

/// What stands for the face in logs and metrics: the request reached none.
const FACE: &str = "refused";

/// Counts and logs these requests. Of the request itself nothing is logged: what is malformed has no path or host to go by. Each
/// gets an identifier here, since it never reaches the layer that gives requests theirs.
pub fn report_refusals(metrics: &Arc<Metrics>, entropy: &Arc<dyn Entropy>) -> RefusalReport {
    let (metrics, entropy) = (Arc::clone(metrics), Arc::clone(entropy));
    Arc::new(move |peer, status, why| {
        metrics.refused(FACE, status.as_u16());
        let id = RequestId::draw(entropy.as_ref());
        tracing::event!(
            target: REQUEST_TARGET,
            tracing::Level::INFO,
            http.status = status.as_u16(),
            face = FACE,
            peer.address = peer.map(tracing::field::display),
            reason = %why,
            request.id = %id,
            "request refused"
        );
        HeaderMap::from_iter([(RequestId::HEADER, id.value())])
    })
}
