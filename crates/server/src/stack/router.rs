//! The innermost service: hands a request to the face that its path belongs to.

use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use http::Request;
use http::header::USER_AGENT;
use http_body_util::Either as EitherBody;
use postern_model::session::Caller;
use postern_proxy::FaceRequest;
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
        if exchange.endpoint == Endpoint::Portal {
            return OutcomeFuture::boxed(portal(exchange).map(Ok));
        }
        let Exchange { received: request, peer, services, endpoint } = exchange;
        let faces = &services.faces;
        OutcomeFuture::Face(match endpoint {
            Endpoint::Check(endpoint) => faces.forward_auth.clone().call(FaceRequest { request, peer, endpoint }),
            Endpoint::Compat(endpoint) => faces.compat.clone().call(FaceRequest { request, peer, endpoint }),
            Endpoint::Portal | Endpoint::Proxy | Endpoint::Redirect => {
                faces.reverse_proxy.clone().call(FaceRequest { request, peer, endpoint: () })
            }
        })
    }
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
