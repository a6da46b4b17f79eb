//! Connections that become tunnels.

use http::header::TE;
use http::uri::PathAndQuery;
use http::{Request, Response, Uri, Version};
use hyper::body::Incoming;
use hyper::client::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use postern_authn::access::Permitted;

use super::forwarded::Forwarded;
use super::{Upstream, UpstreamError};
use crate::downstream::Inbound;

impl Upstream {
    /// Sends the opening of a WebSocket, without a body, on a connection of its own, which is HTTP/1.1 whatever else is
    /// spoken. Gives the answer, from which [`hyper::upgrade::on`] makes the upstream's end if it is `101`.
    pub(crate) async fn open_tunnel(
        &self,
        request: Permitted<Request<Inbound>>,
        path: PathAndQuery,
    ) -> Result<Response<Incoming>, UpstreamError> {
        if self.health.is_down() {
            return Err(UpstreamError::Down);
        }
        let (mut parts, _) = request.into_inner().into_parts();
        parts.extensions.clear();
        parts.version = Version::HTTP_11;
        parts.uri = Uri::from(path);
        parts.headers.remove(TE);
        let stream = self.upgrades.connect().await?;
        let (mut sender, connection) = Builder::new().handshake::<_, Forwarded<Inbound>>(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "a connection for a WebSocket ended");
            }
        });
        let answer = sender.send_request(Request::from_parts(parts, Forwarded::empty()));
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(UpstreamError::Timeout(self.timeout)),
        }
    }
}
