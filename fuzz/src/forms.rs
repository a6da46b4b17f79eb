//! Forms, JSON bodies and queries of the pages and the API: no request causes a 5xx, and none gets a session further.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use postern_keystore::SessionToken;
use postern_model::id::SessionId;
use postern_model::session::{Caller, NewSession, Vouched};
use postern_model::store::UserStore;
use postern_model::user::ProviderIdentity;
use postern_model::web::Cors;
use postern_portal::language::Languages;
use postern_portal::{Portal, PortalSettings};
use postern_testkit::entropy::SeededEntropy;

use crate::faces::runtime;
use crate::fixture::{DASHBOARD, Fixture, ISSUER};

const EMAIL: &str = "ada@example.com";

struct Visit {
    portal: Arc<Portal>,
    /// A first-factor session, and the CSRF token of its forms.
    cookie: String,
    csrf: String,
    session: SessionToken,
    fixture: Fixture,
}

/// Takes a request as on the wire, without version: `METHOD URI`, headers, an empty line, the body. `{cookie}` is
/// replaced with a first-factor session, `{csrf}` with the token of its forms.
pub fn verify(data: &[u8]) {
    let visit = visit();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let text = text.replace("{cookie}", &visit.cookie).replace("{csrf}", &visit.csrf);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let Some((method, uri)) = lines.next().and_then(|line| line.split_once(' ')) else { return };
    let mut request = Request::builder().method(method).uri(uri);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { return };
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.trim().parse::<HeaderValue>()) else { return };
        request = request.header(name, value);
    }
    let Ok(request) = request.body(Full::new(Bytes::from(body.to_owned()))) else { return };
    let stranger = !head.contains(&visit.cookie);

    let caller = Caller::new(Some(IpAddr::from([192, 0, 2, 7])), None);
    let (parts, body) = runtime().block_on(visit.portal.respond(request, caller)).into_parts();
    let body = runtime().block_on(body.collect()).expect("a body at hand").to_bytes();
    let body = std::str::from_utf8(&body).expect("text");
    assert!(!parts.status.is_server_error(), "{}: {body}", parts.status);
    assert!(parts.headers.contains_key("content-security-policy"));
    assert!(!stranger || !body.contains(EMAIL), "a stranger reads of somebody");
    for set in parts.headers.get_all(SET_COOKIE) {
        let set = set.to_str().expect("visible ASCII");
        let token = set.strip_prefix("postern=").and_then(|rest| rest.split(';').next());
        assert!(token.is_none_or(str::is_empty), "a session is given away");
    }
    // A first-factor session may end itself.
    let view = runtime().block_on(visit.fixture.authn.session(&visit.session)).expect("a store that answers");
    match view {
        Some(view) => assert!(view.session.second_factor.is_none() && !view.factors.enrolled(), "enrolled by chance"),
        None => runtime().block_on(sign_in(&visit.fixture, &visit.session)),
    }
}

fn visit() -> &'static Visit {
    static VISIT: OnceLock<Visit> = OnceLock::new();
    VISIT.get_or_init(|| {
        let fixture = Fixture::new(Vec::new());
        let settings = PortalSettings {
            product: "NetPilot".to_owned(),
            provider: "Google".to_owned(),
            brand: Arc::default(),
            languages: Languages::default(),
            cookie: fixture.cookie.clone(),
            cors: Cors::new(vec![DASHBOARD.parse().expect("an origin")]),
            form_targets: vec![ISSUER.parse().expect("an origin")],
            hsts: true,
            demands: Arc::new(|_| None),
            jwks: Arc::new(|| r#"{"keys":[]}"#.to_owned()),
            jwks_max_age: 300,
            outage_sessions: Arc::new(|_| Box::pin(async { None })),
        };
        let (authn, login) = (Arc::clone(&fixture.authn), Arc::clone(&fixture.sign_in));
        let entropy = Arc::new(SeededEntropy::new(12));
        let portal = Arc::new(Portal::new(authn, login, Arc::clone(&fixture.site), settings, entropy));
        let session = SessionToken::draw(&SeededEntropy::new(11));
        runtime().block_on(sign_in(&fixture, &session));
        let cookie = format!("postern={}", session.to_text());
        Visit { portal, cookie, csrf: fixture.authn.csrf_token(session_id()), session, fixture }
    })
}

async fn sign_in(fixture: &Fixture, token: &SessionToken) {
    let identity = ProviderIdentity {
        issuer: ISSUER.to_owned(),
        subject: "sub-1".to_owned(),
        email: EMAIL.to_owned(),
        full_name: None,
        avatar_url: None,
        may_link: false,
    };
    let session = NewSession {
        id: session_id(),
        token: token.hash(),
        at: fixture.authn.now(),
        caller: Caller::default(),
        vouched: Vouched::default(),
        replaces: None,
    };
    fixture.store.sign_in(&identity, &session).await.expect("a session");
}

/// The same for every session, so that `{csrf}` stays valid.
fn session_id() -> SessionId {
    SessionId::draw(&SeededEntropy::new(12))
}
