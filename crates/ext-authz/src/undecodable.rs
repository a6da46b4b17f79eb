//! Denies checks whose message cannot be decoded: malformed, compressed, longer than the limit, or not sent to its end. gRPC answers
//! those with an error, or waits, before a service sees them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use envoy_types::pb::envoy::service::auth::v3::CheckResponse;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tokio::time::timeout;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Bytes;
use tonic::metadata::GRPC_CONTENT_TYPE;
use tonic::server::NamedService;
use tower::Service;

use crate::service::{CheckService, ReceivedCheck, decide, peer};

/// The only method that Envoy calls.
const CHECK: &str = "/envoy.service.auth.v3.Authorization/Check";

/// Time limit for a message to arrive and be decided on. It is longer than that of the decision, which has a better answer.
const TIME: Duration = Duration::from_secs(10);

/// The gRPC server of checks, with its errors turned into denials.
#[derive(Clone)]
pub(crate) struct DenyUndecodable<G, S> {
    /// The server.
    pub(crate) checks: G,
    /// What decides on checks, and logs them.
    pub(crate) service: S,
}

impl<G: NamedService, S> NamedService for DenyUndecodable<G, S> {
    const NAME: &'static str = G::NAME;
}

impl<G, S> Service<Request<Body>> for DenyUndecodable<G, S>
where
    G: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send + 'static>,
    S: CheckService,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.checks.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (peer, is_check) = (peer(request.extensions()), request.uri().path() == CHECK);
        let (answering, service) = (self.checks.call(request), self.service.clone());
        Box::pin(async move {
            if !is_check {
                return answering.await;
            }
            if let Ok(answer) = timeout(TIME, answering).await {
                let answer = answer?;
                // Without a message the status is in the head of the answer.
                if answer.headers().get(Status::GRPC_STATUS).is_none_or(|status| status == "0") {
                    return Ok(answer);
                }
            }
            let received = ReceivedCheck { request: Err("the message of the check"), peer, client: None };
            Ok(encode(&decide(service, received).await))
        })
    }
}

/// Encodes a message as the whole answer to a call that succeeded.
fn encode(message: &CheckResponse) -> Response<Body> {
    let message = message.encode_to_vec();
    // A message of ours has some kilobytes.
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let frame = [&[0], length.to_be_bytes().as_slice(), message.as_slice()].concat();
    let trailers = HeaderMap::from_iter([(Status::GRPC_STATUS, HeaderValue::from_static("0"))]);
    let body = Full::new(Bytes::from(frame)).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(CONTENT_TYPE, GRPC_CONTENT_TYPE);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Checks;
    use envoy_types::pb::envoy::service::auth::v3::authorization_server::AuthorizationServer;
    use envoy_types::pb::envoy::service::auth::v3::check_response::HttpResponse;
    use postern_proxy::CheckResponse as Decision;
    use tower::ServiceExt as _;

    /// Calls a server that denies with 403 what it could not read.
    async fn call(path: &str, body: Body) -> Response<Body> {
        let service = tower::service_fn(async |received: ReceivedCheck| {
            let mut denial = Response::new(postern_proxy::Body::default());
            *denial.status_mut() = if received.request.is_ok() { 418 } else { 403 }.try_into().unwrap();
            Ok(Decision::Denied(denial))
        });
        let checks = AuthorizationServer::new(Checks { service }).max_decoding_message_size(1024);
        let request = Request::post(path).header(CONTENT_TYPE, GRPC_CONTENT_TYPE);
        let request = request.body(body).unwrap();
        DenyUndecodable { checks, service }.oneshot(request).await.unwrap()
    }

    fn framed(flag: u8, length: u32, message: &[u8]) -> Body {
        Body::new(Full::new(Bytes::from([&[flag], length.to_be_bytes().as_slice(), message].concat())))
    }

    async fn denied(response: Response<Body>) -> u32 {
        assert_eq!(response.headers()[CONTENT_TYPE], GRPC_CONTENT_TYPE);
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(body.trailers().unwrap()[Status::GRPC_STATUS], "0");
        let body = body.to_bytes();
        assert_eq!(usize::try_from(u32::from_be_bytes(body[1..5].try_into().unwrap())).unwrap(), body.len() - 5);
        let answer = CheckResponse::decode(&body[5..]).unwrap();
        assert_ne!(answer.status.unwrap().code, 0);
        match answer.http_response.unwrap() {
            HttpResponse::DeniedResponse(denied) => denied.status.unwrap().code.cast_unsigned(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_message_that_cannot_be_decoded_is_a_denial_and_no_error() {
        for (what, body) in [
            ("nothing", Body::empty()),
            ("half a frame", framed(0, 300, b"abc")),
            ("no message of this kind", framed(0, 3, b"\xff\xff\xff")),
            // attributes.request.http.path
            ("a path that is not UTF-8", framed(0, 9, b"\x0a\x07\x22\x05\x12\x03\x22\x01\xff")),
            ("compressed", framed(1, 3, b"abc")),
            ("longer than the limit", framed(0, 2048, &[0; 2048])),
            ("longer than it says", framed(0, u32::MAX, b"abc")),
        ] {
            assert_eq!(denied(call(CHECK, body).await).await, 403, "{what}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_never_ends_is_a_denial() {
        let half = Full::new(Bytes::from_static(b"\0\0\0\x01\x2cabc")).with_trailers(std::future::pending());
        assert_eq!(denied(call(CHECK, Body::new(half)).await).await, 403);
    }

    #[tokio::test]
    async fn the_rest_stays_as_it_is() {
        // attributes.request.http.method
        let readable = framed(0, 11, b"\x0a\x09\x22\x07\x12\x05\x12\x03GET");
        assert_eq!(denied(call(CHECK, readable).await).await, 418);
        let response = call("/envoy.service.auth.v3.Authorization/Other", Body::empty()).await;
        assert_eq!(response.headers()[Status::GRPC_STATUS], "12", "not implemented");
    }
}
