//! WebSocket connections to upstreams.

use http::header::TE;
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use postern_authn::access::Permitted;
use postern_http::RequestBody;
use postern_model::web::RequestId;
use tokio::sync::OwnedSemaphorePermit;

use super::request_body::Forwarded;
use super::{Upstream, UpstreamError};

impl Upstream {
    /// Sends a WebSocket handshake with these headers, without a body, on a dedicated HTTP/1.1 connection. Returns the
    /// response, from which [`hyper::upgrade::on`] makes the upstream's end if its status is `101`, and the slot of the
    /// request.
    pub(crate) async fn open_tunnel(
        &self,
        headers: Permitted<HeaderMap>,
        path: PathAndQuery,
    ) -> Result<(Response<Incoming>, Option<OwnedSemaphorePermit>), UpstreamError> {
        if self.health.is_down() {
            return Err(UpstreamError::Down);
        }
        let slot = match &self.slots {
            None => None,
            Some(slots) => Some(self.slot(slots).await?),
        };
        let mut request = Request::new(Forwarded::<RequestBody>::empty());
        *request.uri_mut() = Uri::from(path);
        *request.headers_mut() = headers.into_inner();
        request.headers_mut().remove(TE);
        let stream = self.upgrades.connect().await?;
        let (mut sender, connection) = Builder::new().handshake(TokioIo::new(stream)).await?;
        let connection = async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "upstream WebSocket connection ended");
            }
        };
        tokio::spawn(RequestId::scope_of_current(Box::pin(connection)));
        let answer = sender.send_request(request);
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(answer) => Ok((answer?, slot)),
            Err(_) => Err(UpstreamError::Timeout(self.timeout)),
        }
    }
}
