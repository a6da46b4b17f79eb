//! The faces for HTTP requests as `tower` services, for the layers in front of them.
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

use super::compat::{CompatEndpoints, Endpoint};
use super::forward_auth::{Check, ForwardAuth};
use super::reverse_proxy::ReverseProxy;
use crate::response::body::Response;
use crate::target::dialect::Dialect;

/// Request to a face.
#[derive(Debug)]
pub struct FaceRequest<E = ()> {
    /// The request.
    pub request: Box<Request>,
    /// The peer that sent it.
    pub peer: Arc<Peer>,
    /// The endpoint that its path was matched to, if the face has several.
    pub endpoint: E,
}

/// Response of a face.
#[derive(Debug)]
pub struct FaceResponse {
    /// The response.
    pub response: Response,
    /// The request body, if the face did not read it: a layer may drain it, so that the connection can be kept.
    pub unread: Option<RequestBody>,
}

/// Future of a face: ready if nothing has to be awaited, as in a check of a cached session.
pub type FaceFuture = Either<Ready<FaceResult>, Pin<Box<dyn Future<Output = FaceResult> + Send>>>;

type FaceResult = Result<FaceResponse, Infallible>;

impl Service<FaceRequest> for ReverseProxy {
    type Response = FaceResponse;
    type Error = Infallible;
    type Future = FaceFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, FaceRequest { mut request, peer, endpoint: () }: FaceRequest) -> FaceFuture {
        let this = self.clone();
        Either::Right(Box::pin(async move {
            let response = this.handle(&mut request, &peer).await;
            Ok(FaceResponse { response, unread: request.body })
        }))
    }
}

impl Service<FaceRequest<Dialect>> for ForwardAuth {
    type Response = FaceResponse;
    type Error = Infallible;
    type Future = FaceFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, FaceRequest { request, peer, endpoint: dialect }: FaceRequest<Dialect>) -> FaceFuture {
        match self.open(dialect, &request, &peer) {
            Check::Answered(response) => Either::Left(ready(Ok(FaceResponse { response, unread: request.body }))),
            Check::Waiting(pending) => Either::Right(Box::pin(async move {
                Ok(FaceResponse { response: pending.answer().await, unread: request.body })
            })),
        }
    }
}

impl Service<FaceRequest<Endpoint>> for CompatEndpoints {
    type Response = FaceResponse;
    type Error = Infallible;
    type Future = FaceFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, FaceRequest { request, peer, endpoint }: FaceRequest<Endpoint>) -> FaceFuture {
        let this = self.clone();
        Either::Right(Box::pin(async move {
            let (parts, body) = request.into_http().into_parts();
            let response = this.handle(endpoint, &parts, &peer).await.into();
            Ok(FaceResponse { response, unread: Some(body) })
        }))
    }
}
