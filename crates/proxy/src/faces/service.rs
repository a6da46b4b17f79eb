//! The faces as `tower` services, for the layers in front of them.
//!
//! Every face is always ready and never fails: errors are responses.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use either::Either;
use postern_http::{Peer, Request, RequestBody};
use tower::Service;

use super::compat::CompatEndpoints;
use super::core::Core;
use super::ext_authz::{CheckRequest, CheckResponse, ExtAuthz};
use super::forward_auth::{Check, ForwardAuth};
use super::reverse_proxy::ReverseProxy;
use crate::gate::Refusal;
use crate::response::Reader;
use crate::response::body::Response;

/// Request to a face.
#[derive(Debug)]
pub struct FaceRequest {
    /// The request.
    pub request: Box<Request>,
    /// The peer that sent it.
    pub peer: Arc<Peer>,
}

/// Response of a face.
#[derive(Debug)]
pub struct FaceResponse {
    /// The response.
    pub response: Response,
    /// The request body, if the face did not read it: a layer may drain it, so that the connection can be kept.
    pub unread: Option<RequestBody>,
}

/// Check of a described request.
#[derive(Debug)]
pub struct DescribedCheck {
    /// The request, as the proxy describes it.
    pub request: CheckRequest,
    /// The proxy that sent it.
    pub peer: Arc<Peer>,
}

type Later<T> = Pin<Box<dyn Future<Output = Result<T, Infallible>> + Send>>;

impl Service<FaceRequest> for ReverseProxy {
    type Response = FaceResponse;
    type Error = Infallible;
    type Future = Later<FaceResponse>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, FaceRequest { mut request, peer }: FaceRequest) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let response = this.handle(&mut request, &peer).await;
            Ok(FaceResponse { response, unread: request.body })
        })
    }
}

impl Service<FaceRequest> for ForwardAuth {
    type Response = FaceResponse;
    type Error = Infallible;
    type Future = Either<Ready<Result<FaceResponse, Infallible>>, Later<FaceResponse>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    /// Answers a check at its endpoint; 404 elsewhere. A check whose session is cached is answered without waiting.
    fn call(&mut self, FaceRequest { request, peer }: FaceRequest) -> Self::Future {
        let answered = |response, unread| Either::Left(ready(Ok(FaceResponse { response, unread })));
        let Some(dialect) = self.dialect(request.uri.path()) else {
            return answered(not_found(self.core()), request.body);
        };
        match self.open(dialect, &request, &peer) {
            Check::Answered(response) => answered(response, request.body),
            Check::Waiting(pending) => Either::Right(Box::pin(async move {
                Ok(FaceResponse { response: pending.answer().await, unread: request.body })
            })),
        }
    }
}

impl Service<FaceRequest> for CompatEndpoints {
    type Response = FaceResponse;
    type Error = Infallible;
    type Future = Later<FaceResponse>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    /// Answers a request to an enabled endpoint; 404 elsewhere.
    fn call(&mut self, FaceRequest { request, peer }: FaceRequest) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_http().into_parts();
            let response = match this.endpoint(parts.uri.path()) {
                Some(endpoint) => this.handle(endpoint, &parts, &peer).await.into(),
                None => not_found(this.core()),
            };
            Ok(FaceResponse { response, unread: Some(body) })
        })
    }
}

impl Service<DescribedCheck> for ExtAuthz {
    type Response = CheckResponse;
    type Error = Infallible;
    type Future = Later<CheckResponse>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, DescribedCheck { request, peer }: DescribedCheck) -> Self::Future {
        let this = self.clone();
        Box::pin(async move { Ok(this.check(&request, &peer).await) })
    }
}

fn not_found(core: &Core) -> Response {
    core.renderer.refusal_to(Reader::PROGRAM, Refusal::Withheld).into()
}
