//! A sample backend that knows nothing of sign-in: it shows the identity headers, and verifies the assertion.

mod assertion;
mod jwks;
mod page;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use postern_model::clock::Clock;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::net::Server;
use crate::respond;
use crate::respond::Answer;

pub use assertion::{Refused, Verified};
use jwks::KeySource;

/// The header that carries the assertion.
const ASSERTION: &str = "x-auth-assertion";

/// Expected issuer and audience of assertions, and the URL of the keys.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The gateway's public URL: issuer of assertions, and where `/postern/jwks.json` is.
    pub gateway: String,
    /// The audience of assertions for this backend.
    pub audience: String,
}

struct Backend {
    settings: Settings,
    keys: KeySource,
    clock: Arc<dyn Clock>,
}

/// Starts the backend on a loopback listener. It stops when the server is dropped.
pub fn start_on(listener: TcpListener, settings: Settings, clock: Arc<dyn Clock>) -> io::Result<Server> {
    let keys = KeySource::new(&format!("{}/postern/jwks.json", settings.gateway));
    let backend = Arc::new(Backend { settings, keys, clock });
    Server::start(listener, move |request| {
        let backend = Arc::clone(&backend);
        async move { backend.handle(&request).await }
    })
}

impl Backend {
    async fn handle(&self, request: &Request<Bytes>) -> Answer {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/sample.css") => respond::css(include_str!("../../assets/sample.css")),
            (&Method::GET, "/health") => respond::json(StatusCode::OK, &json!({ "status": "ok" })),
            (_, "/api/echo") => respond::json(StatusCode::OK, &self.echo(request).await),
            (&Method::GET, _) => {
                let assertion = self.verify(request.headers()).await;
                page::show(request, &assertion, &self.settings.gateway, self.clock.now())
            }
            _ => respond::text(StatusCode::METHOD_NOT_ALLOWED, "Only GET is served here.\n"),
        }
    }

    /// Checks the assertion of a request.
    async fn verify(&self, headers: &HeaderMap) -> Result<Verified, Refused> {
        let mut given = headers.get_all(ASSERTION).iter();
        let token = given.next().and_then(|value| value.to_str().ok()).ok_or(Refused::Absent)?;
        if given.next().is_some() {
            return Err(Refused::Malformed);
        }
        let kid = assertion::kid(token)?;
        let key = self.keys.find(&kid, self.clock.now()).await?;
        assertion::verify(token, &key, &self.settings, self.clock.now())
    }

    /// The request as it came in, for programs.
    async fn echo(&self, request: &Request<Bytes>) -> Value {
        let mut headers: Map<String, Value> = Map::new();
        for (name, value) in request.headers() {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            match headers.entry(name.as_str()).or_insert_with(|| json!([])) {
                Value::Array(values) => values.push(text.into()),
                other => *other = text.into(),
            }
        }
        let assertion = match self.verify(request.headers()).await {
            Ok(verified) => json!({ "verified": true, "claims": verified.claims }),
            Err(refused) => json!({ "verified": false, "reason": refused.to_string() }),
        };
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let body = String::from_utf8_lossy(request.body()).into_owned();
        json!({ "method": request.method().as_str(), "path": path, "headers": headers, "body": body, "assertion": assertion })
    }
}
