//! The innermost service: hands a request to the face that its path belongs to.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::Either;
use http::Request;
use http::header::USER_AGENT;
use http_body_util::Either as EitherBody;
use postern_model::session::Caller;
use postern_proxy::{FaceRequest, FaceResponse};
use tower::Service;

use super::endpoint::Endpoint;
use super::exchange::{Answered, Exchange, Outcome, OutcomeFuture, Refusal};

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
        if exchange.endpoint == Endpoint::Portal {
            return Either::Right(Box::pin(portal(exchange).map(Ok)));
        }
        let Exchange { received: request, peer, services, endpoint } = exchange;
        let faces = &services.faces;
        let request = FaceRequest { request, peer };
        match endpoint {
            Endpoint::Check(_) => match faces.forward_auth.clone().call(request) {
                // A check of a cached session: the request is dropped here, before the connection reads the next one.
                either::Either::Left(answered) => Either::Left(ready(outcome(answered.into_inner()))),
                either::Either::Right(waiting) => later(waiting),
            },
            Endpoint::Compat(_) => later(faces.compat.clone().call(request)),
            Endpoint::Portal | Endpoint::Proxy | Endpoint::Redirect => later(faces.reverse_proxy.clone().call(request)),
        }
    }
}

fn later(answering: impl Future<Output = Result<FaceResponse, Infallible>> + Send + 'static) -> OutcomeFuture {
    Either::Right(Box::pin(answering.map(outcome)))
}

fn outcome(answered: Result<FaceResponse, Infallible>) -> Outcome {
    let FaceResponse { response, unread } = answered.unwrap_or_else(|never| match never {});
    Ok(Answered { response: response.map(EitherBody::Right), left: unread })
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
