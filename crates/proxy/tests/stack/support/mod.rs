//! A whole data plane in memory: raw bytes in, raw bytes out, a recording upstream on loopback behind it.

mod backend;
mod client;
mod peers;
mod ports;
mod recorder;

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use postern_authn::access::Policy;
use postern_authn::kept_posts::KeptPosts;
use postern_authn::rules::{PathPattern, Route, Rules};
use postern_http::server::Connection;
use postern_http::{Peer, Request};
use postern_keystore::{Keyring, MasterKey, SessionCookie, SessionToken, SigningAlgorithm, SigningKey};
use postern_model::ExposeSecret;
use postern_model::access::{Access, FactorDemand};
use postern_model::clock::{Clock, Timestamp};
use postern_model::factor::SecondFactor;
use postern_model::id::{SessionId, UserId};
use postern_model::language::Wishes;
use postern_model::session::{SessionView, Vouched};
use postern_model::web::{Cors, Problem, RefusalPages, RequestId, Site, TrustedProxies};
use postern_proxy::{
    Compat, Core, CoreConfig, CorePorts, Dialect, Faces, IdentityDialect, SessionCache, UpstreamConfig,
};
use postern_testkit::session::full_session;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

pub(crate) use backend::{Backend, Line};
pub(crate) use client::Client;
pub(crate) use peers::{AnyBody, upstream};
pub(crate) use ports::{Counter, FakeStore, ManualClock};
pub(crate) use recorder::Recorder;

/// When every test begins.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// A data plane and everything around it.
pub(crate) struct Stack {
    pub(crate) faces: Faces,
    pub(crate) cache: Arc<SessionCache>,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) recorder: Recorder,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) entropy: Counter,
    pub(crate) peer: &'static str,
}

impl Stack {
    /// A gateway at `https://example.com` before a recorder, with the changes to its configuration that a test needs.
    pub(crate) async fn new(change: impl FnOnce(&mut CoreConfig)) -> Self {
        let recorder = Recorder::start().await;
        let mut config = configuration(&recorder);
        change(&mut config);
        let (cache, store) = (Arc::new(SessionCache::new(1000)), Arc::new(FakeStore::default()));
        let clock = Arc::new(ManualClock::new(START));
        let key = signing_key(SigningAlgorithm::Es256);
        let ports = ports(&cache, &store, &clock, &key);
        let faces = Faces::new(Core::new(config, ports).unwrap());
        Self { faces, cache, store, clock, recorder, key, entropy: Counter::default(), peer: "192.0.2.1" }
    }

    /// The same with forms that are kept, which a function makes with the gateway's clock.
    pub(crate) async fn keeping(
        change: impl FnOnce(&mut CoreConfig),
        kept: impl FnOnce(Arc<dyn Clock>) -> Arc<KeptPosts>,
    ) -> Self {
        let mut stack = Self::plain().await;
        let mut config = configuration(&stack.recorder);
        change(&mut config);
        let mut ports = ports(&stack.cache, &stack.store, &stack.clock, &stack.key);
        ports.kept_posts = Some(kept(Arc::clone(&stack.clock) as _));
        stack.faces = Faces::new(Core::new(config, ports).unwrap());
        stack
    }

    /// Activates another configuration, as a reload does. Connections that are open stay with what they had.
    pub(crate) fn reload(&mut self, change: impl FnOnce(&mut CoreConfig)) {
        let mut config = configuration(&self.recorder);
        change(&mut config);
        let ports = ports(&self.cache, &self.store, &self.clock, &self.key);
        self.faces = Faces::new(self.faces.core.reconfigured(config, ports, true).unwrap());
        self.faces.core.activate();
    }

    /// A gateway as it comes.
    pub(crate) async fn plain() -> Self {
        Self::new(|_| ()).await
    }

    /// Puts a session into the store; gives its cookie.
    pub(crate) fn session(&self, change: impl FnOnce(&mut SessionView)) -> String {
        let token = SessionToken::draw(&self.entropy);
        let mut view = view(&self.entropy, &token);
        change(&mut view);
        self.store.put(view);
        format!("__Host-postern={}", token.to_text())
    }

    /// The cookie of a session with everything.
    pub(crate) fn full(&self) -> String {
        self.session(|_| ())
    }

    /// The cookie of a session whose second factor is a passkey.
    pub(crate) fn with_passkey(&self) -> String {
        self.session(|view| view.session.second_factor.as_mut().unwrap().method = SecondFactor::Passkey)
    }

    /// The cookie of a session whose second factor is missing.
    pub(crate) fn pending(&self) -> String {
        self.session(|view| view.session.second_factor = None)
    }

    /// Repeats this until the store has that its one session was seen now.
    pub(crate) async fn until_seen_now(&self, mut used: impl AsyncFnMut()) {
        let seen = async {
            while self.store.views()[0].session.last_seen_at != self.clock.now() {
                used().await;
                self.faces.core.sessions().flush().await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), seen).await.expect("the session was seen");
    }

    /// Opens a connection; gives the client's end.
    pub(crate) fn connect(&self) -> DuplexStream {
        let (client, server) = duplex(1024 * 1024);
        let peer = Peer::new(Some(self.peer.parse().unwrap()));
        let faces = self.faces.clone();
        tokio::spawn(async move {
            let service = tower::service_fn(move |received: Box<Request>| {
                let (faces, peer) = (faces.clone(), peer.clone());
                async move { Ok::<_, std::convert::Infallible>(serve(&faces, received, &peer).await) }
            });
            let _ = Connection::new(server, (), service).await;
        });
        client
    }

    /// Sends bytes on a fresh connection, and gives all that comes back until it is closed or nothing is to come.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut client = self.connect();
        client.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), client.read_to_end(&mut answer));
        read.await.expect("an answer, and the end of the connection").unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends a request with these header lines; gives the answer.
    pub(crate) async fn send(&self, line: &str, headers: &[&str]) -> Answer {
        self.send_with_body(line, headers, "").await
    }

    /// The same with a body.
    pub(crate) async fn send_with_body(&self, line: &str, headers: &[&str], body: &str) -> Answer {
        let mut request = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|header| header.to_ascii_lowercase().starts_with("host:")) {
            request.push_str("Host: example.com\r\n");
        }
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        if !body.is_empty() {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);
        Answer(self.raw(request.as_bytes()).await)
    }
}

fn configuration(recorder: &Recorder) -> CoreConfig {
    CoreConfig {
        site: Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), None),
        rules: Rules::new(vec![
            route("/public/*", Access::Public),
            route("/health", Access::Public),
            route("/closed/*", Access::Deny),
            route("/first/*", Access::FirstFactor),
            route("/fresh/*", Access::Fresh(Duration::from_secs(300))),
            Route {
                factor: FactorDemand::PhishingResistant,
                ..route("/vault/*", Access::Fresh(Duration::from_secs(300)))
            },
        ]),
        policy: Policy::default(),
        trusted: TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]),
        cors: Cors::new(vec!["http://localhost:5173".parse().unwrap()]),
        cookie: SessionCookie::new("postern", true).unwrap(),
        upstreams: vec![(
            UpstreamConfig { timeout: Duration::from_secs(20), ..UpstreamConfig::plain("app", recorder.address()) },
            "app".to_owned(),
        )],
        bridges: Vec::new(),
        audience: "app".to_owned(),
        dialects: vec![IdentityDialect::XAuth],
        also_remove: Vec::new(),
        offers_device_binding: false,
        check_cookies: false,
        admins: Vec::new(),
        message_key: None,
        compat: Compat::default(),
        legacy: None,
        pages: Arc::new(Pages),
        revocation_bound: Duration::from_secs(10),
        outage_grace: Duration::from_secs(60),
    }
}

fn ports(
    cache: &Arc<SessionCache>,
    store: &Arc<FakeStore>,
    clock: &Arc<ManualClock>,
    key: &Arc<SigningKey>,
) -> CorePorts {
    CorePorts {
        cache: Arc::clone(cache),
        store: Arc::clone(store) as _,
        clock: Arc::clone(clock) as _,
        entropy: Arc::new(Counter::default()),
        signing: Arc::clone(key),
        keyring: keyring(),
        kept_posts: None,
        broken_responses: Arc::default(),
    }
}

/// The keys of every gateway.
pub(crate) fn keyring() -> Arc<Keyring> {
    let master = MasterKey::from_base64(&MasterKey::generate(&Counter::default())).unwrap();
    Arc::new(Keyring::new(master, Vec::new()))
}

async fn serve(faces: &Faces, mut received: Box<Request>, peer: &Peer) -> postern_proxy::Response {
    let below = received.uri.path().strip_prefix("/postern").map(str::to_owned);
    match (below.as_deref().and_then(Dialect::of_path), faces.compat.endpoint(received.uri.path())) {
        (Some(dialect), _) => faces.forward_auth.check(dialect, &received, peer).await,
        (None, Some(endpoint)) => {
            faces.compat.handle(endpoint, &received.into_http().into_parts().0, peer).await.into()
        }
        (None, None) => faces.reverse_proxy.handle(&mut received, peer).await,
    }
}

/// Pages that say what there is to say, and no more.
struct Pages;

impl RefusalPages for Pages {
    fn page(&self, status: StatusCode, problem: &Problem, id: RequestId, _: &Wishes) -> http::Response<String> {
        let page = format!("<h1>{status}</h1><p>{}</p><p>{id}</p>", problem.message);
        http::Response::builder().header("content-type", "text/html; charset=utf-8").body(page).unwrap()
    }
}

/// A raw answer.
pub(crate) struct Answer(pub(crate) String);

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.0.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let head = self.0.split("\r\n\r\n").next().unwrap();
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ").or_else(|| line.split_once(':'))?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn body(&self) -> &str {
        self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.body()).unwrap_or_else(|_| panic!("no JSON: {}", self.0))
    }
}

/// A fresh key.
pub(crate) fn signing_key(algorithm: SigningAlgorithm) -> Arc<SigningKey> {
    let (_, document) = SigningKey::generate(algorithm).unwrap();
    Arc::new(SigningKey::from_pkcs8(algorithm, document.expose_secret()).unwrap())
}

pub(crate) fn route(path: &str, access: Access) -> Route {
    Route::new(PathPattern::parse(path).unwrap(), access)
}

pub(crate) fn view(entropy: &Counter, token: &SessionToken) -> SessionView {
    let user = UserId::draw(entropy);
    let mut view = full_session(user, SessionId::draw(entropy), token.hash(), START);
    view.session.vouched = Vouched {
        email: Some("ada@example.com".to_owned()),
        hosted_domain: None,
        given_name: Some("Ada Maria".to_owned()),
    };
    view.user.full_name = Some("Ada Lovelace".to_owned());
    view.groups = vec!["ops".to_owned(), "r,d".to_owned()];
    view
}
