//! Requests that are refused before the stack sees them: malformed or too large for the HTTP engine.

use std::sync::Arc;

use postern_listener::RefusalReport;
use postern_model::web::REQUEST_TARGET;

use super::Metrics;

/// What stands for the face in logs and metrics: the request reached none.
const FACE: &str = "refused";

/// Counts and logs these requests. Of the request itself nothing is logged: what is malformed has no path or host to go by.
pub fn report_refusals(metrics: &Arc<Metrics>) -> RefusalReport {
    let metrics = Arc::clone(metrics);
    Arc::new(move |peer, status, why| {
        metrics.refused(FACE, status.as_u16());
        tracing::event!(
            target: REQUEST_TARGET,
            tracing::Level::INFO,
            http.status = status.as_u16(),
            face = FACE,
            peer.address = peer.map(tracing::field::display),
            reason = %why,
            "request refused"
        );
    })
}
