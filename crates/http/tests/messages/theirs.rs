//! What hyper reads.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body::Body;
use http_body_util::{BodyExt, Empty, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use super::{Case, Message, latin};

async fn collect<B: Body<Data = Bytes> + Unpin>(mut body: B) -> (String, bool) {
    let mut data = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return (latin(&data), false) };
        data.extend(frame.into_data().unwrap_or_default());
    }
    (latin(&data), true)
}

/// The requests of one connection that sends these bytes, and then ends.
pub(crate) async fn request(bytes: &[u8]) -> Vec<Message> {
    let read: Arc<Mutex<Vec<Message>>> = Arc::default();
    let log = Arc::clone(&read);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let log = Arc::clone(&log);
        async move {
            let (method, target) = (request.method().to_string(), request.uri().to_string());
            let (body, complete) = collect(request.into_body()).await;
            log.lock().unwrap().push(Message { method, target, status: 0, body, complete });
            Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from_static(b"ok"))))
        }
    });
    let (mut client, server) = duplex(1 << 20);
    client.write_all(bytes).await.unwrap();
    client.shutdown().await.unwrap();
    let mut server_side = hyper::server::conn::http1::Builder::new();
    let connection = server_side.half_close(true).serve_connection(TokioIo::new(server), service);
    let mut answers = Vec::new();
    let (_ended, _answers) = tokio::join!(connection, client.read_to_end(&mut answers));
    std::mem::take(&mut *read.lock().unwrap())
}

/// The response to a request; none if hyper refuses it.
pub(crate) async fn response(case: &Case) -> Vec<Message> {
    let (client, mut upstream) = duplex(1 << 20);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(client)).await.unwrap();
    let answering = async {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(upstream.read_u8().await.unwrap());
        }
        upstream.write_all(&case.bytes()).await.unwrap();
        upstream.shutdown().await.unwrap();
    };
    let asking = async {
        let request =
            hyper::Request::builder().method(case.method.as_str()).uri("/").body(Empty::<Bytes>::new()).unwrap();
        let Ok(response) = sender.send_request(request).await else { return Vec::new() };
        let status = response.status().as_u16();
        let (body, complete) = collect(response.into_body()).await;
        vec![Message { method: String::new(), target: String::new(), status, body, complete }]
    };
    let (read, _ended, ()) = tokio::join!(asking, connection, answering);
    read
}
