//! The innermost service: hands a request to the face that its path belongs to.

use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::Request;
use http::header::USER_AGENT;
use http_body::Body as _;
use http_body_util::Either as EitherBody;
use postern_model::session::Caller;
use postern_proxy::{Check, Dialect};
use tower::Service;

use super::endpoint::Endpoint;
use super::exchange::{Answered, Exchange, OutcomeFuture, Refusal};

/// Calls the faces.
#[derive(Clone, Copy)]
pub(crate) struct Router;

impl Service<Exchange> for Router {
    type Response = Answered;
    type Error = Box<Refusal>;
    type Future = OutcomeFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Box<Refusal>>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, exchange: Exchange) -> OutcomeFuture {
        match exchange.endpoint {
            Endpoint::Check(dialect) => check(dialect, exchange),
            Endpoint::Compat(endpoint) => Either::Right(Box::pin(async move { Ok(compat(endpoint, exchange).await) })),
            Endpoint::Portal => Either::Right(Box::pin(async move { Ok(portal(exchange).await) })),
            Endpoint::Proxy | Endpoint::Redirect => Either::Right(Box::pin(async move { Ok(proxy(exchange).await) })),
        }
    }
}

/// Answers at once if the session is cached, which spares a heap allocation and frees the request before the connection reads
/// the next one.
fn check(dialect: Dialect, exchange: Exchange) -> OutcomeFuture {
    let Exchange { received, peer, services, .. } = exchange;
    let opened = services.faces.forward_auth.open(dialect, &received, &peer);
    // A check rarely has a body; one without is dropped here.
    let left = received.body.filter(|body| !body.is_end_stream());
    match opened {
        Check::Answered(response) => {
            Either::Left(ready(Ok(Answered { response: response.map(EitherBody::Right), left })))
        }
        Check::Waiting(pending) => Either::Right(Box::pin(async move {
            Ok(Answered { response: pending.answer().await.map(EitherBody::Right), left })
        })),
    }
}

async fn compat(endpoint: postern_proxy::Endpoint, exchange: Exchange) -> Answered {
    let Exchange { received, peer, services, .. } = exchange;
    let (head, body) = received.into_http().into_parts();
    let response = services.faces.compat.handle(endpoint, &head, &peer).await;
    Answered { response: response.map(EitherBody::Right).into(), left: Some(body) }
}

async fn portal(exchange: Exchange) -> Answered {
    let client = exchange.client();
    let Exchange { received, services, .. } = exchange;
    let (head, mut body) = received.into_http().into_parts();
    let request = Request::from_parts(head, &mut body);
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let caller = Caller::new(Some(client), agent);
    let response = services.portal.respond(request, caller).await;
    Answered { response: response.map(EitherBody::Left).into(), left: Some(body) }
}

async fn proxy(exchange: Exchange) -> Answered {
    let Exchange { mut received, peer, services, .. } = exchange;
    let peer: Arc<postern_http::Peer> = peer;
    let response = services.faces.reverse_proxy.handle(&mut received, &peer).await;
    Answered { response: response.map(EitherBody::Right), left: received.body }
}
