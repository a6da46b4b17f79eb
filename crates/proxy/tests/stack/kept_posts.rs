//! Which forms are kept while a step is missing, and which are refused like any other request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use postern_authn::kept_posts::{Found, KeptPosts};
use postern_authn::rules::{HostPattern, Route, Rules};
use postern_keystore::SessionToken;
use postern_model::access::Access;
use postern_model::clock::Timestamp;
use postern_model::device_binding::{BoundDevice, DeviceKeyId};
use postern_model::id::UserId;
use postern_model::kept_post::{KEPT_MAX, KeptPost, KeptPostStore, SIZE_MAX};
use postern_model::session::{SessionView, TokenHash};
use postern_model::store::StoreError;

use crate::support::{Answer, Counter, START, Stack, keyring, route};

const BODY: &str = "name=x&postern-keep=1";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const OURS: [&str; 4] = [
    "Origin: https://example.com",
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
];

/// Kept forms in a map.
#[derive(Default)]
struct Forms(Mutex<HashMap<TokenHash, KeptPost>>);

#[async_trait]
impl KeptPostStore for Forms {
    async fn keep_post(&self, kept: &KeptPost, _: Timestamp) -> Result<bool, StoreError> {
        let mut forms = self.0.lock().unwrap();
        let room = i64::try_from(forms.len()).unwrap() < KEPT_MAX;
        if room {
            forms.insert(kept.id, kept.clone());
        }
        Ok(room)
    }

    async fn kept_post(&self, id: &TokenHash, _: Timestamp) -> Result<Option<KeptPost>, StoreError> {
        Ok(self.0.lock().unwrap().get(id).cloned())
    }

    async fn forget_post(&self, id: &TokenHash) -> Result<bool, StoreError> {
        Ok(self.0.lock().unwrap().remove(id).is_some())
    }
}

/// A gateway that keeps forms, and the forms.
struct Keeping {
    stack: Stack,
    kept: Arc<KeptPosts>,
    user: UserId,
}

impl Keeping {
    async fn new() -> Self {
        let made = OnceLock::new();
        let stack = Stack::keeping(
            |config| {
                let other = vec![HostPattern::new("b.example.com")];
                let fresh = Access::Fresh(Duration::from_secs(300));
                let keeping = |route| Route { keeps_posts: true, ..route };
                config.rules = Rules::new(vec![
                    keeping(Route { hosts: other, ..route("/*", Access::Full) }),
                    keeping(route("/fresh/*", fresh)),
                    keeping(route("/kept/*", Access::Full)),
                    keeping(route("/closed/*", Access::Deny)),
                ]);
            },
            |clock| {
                let entropy = Arc::new(Counter::default());
                let kept = KeptPosts::new(Arc::new(Forms::default()), keyring(), clock, entropy);
                Arc::clone(made.get_or_init(|| Arc::new(kept)))
            },
        )
        .await;
        Self { stack, kept: made.into_inner().unwrap(), user: UserId::draw(&Counter::default()) }
    }

    /// The cookie of a session of the user.
    fn session(&self, change: impl FnOnce(&mut SessionView)) -> String {
        let user = self.user;
        let cookie = self.stack.session(|view| {
            view.user.id = user;
            view.session.user = user;
            change(view);
        });
        format!("Cookie: {cookie}")
    }

    /// One whose second factor was verified too long ago.
    fn stale(&self) -> String {
        self.session(|view| view.session.second_factor.as_mut().unwrap().at = START.before(Duration::from_secs(301)))
    }

    /// Posts a form as a browser does; gives the answer.
    async fn post(&self, path: &str, cookie: &str, body: &str) -> Answer {
        let headers: Vec<&str> = OURS.into_iter().chain([FORM, cookie]).collect();
        self.stack.send_with_body(&format!("POST {path}"), &headers, body).await
    }
}

/// The token of the form that an answer leads to after a step; `None` if it leads elsewhere.
fn token(answer: &Answer, page: &str) -> Option<String> {
    let location = answer.header("location")?.strip_prefix("https://example.com/postern/")?;
    let rest = location.strip_prefix(page)?.get(1..)?;
    rest.strip_prefix("rd=%2Fpostern%2Fkept%3Fform%3D").map(str::to_owned)
}

#[tokio::test]
async fn a_form_is_kept_byte_for_byte_and_the_way_to_it_leads_over_the_missing_step() {
    let keeping = Keeping::new().await;
    let over = keeping.session(|view| view.session.last_seen_at = START.before(Duration::from_secs(86_400)));
    let waiting = keeping.session(|view| view.session.second_factor = None);
    for (cookie, path, page) in
        [(keeping.stale(), "/fresh/a?b=%20&c", "verify"), (waiting, "/kept/x", "verify"), (over, "/kept/x", "sign-in")]
    {
        let answer = keeping.post(path, &cookie, BODY).await;
        assert_eq!((answer.status(), answer.header("cache-control")), (303, Some("private, no-store")), "{}", answer.0);
        let token = token(&answer, page).unwrap_or_else(|| panic!("{}", answer.0));
        let Found::Form(form) = keeping.kept.find(keeping.user, &token).await.unwrap() else { panic!("{path}") };
        assert_eq!((form.target.as_str(), form.body.as_slice()), (path, BODY.as_bytes()));
    }
    assert_eq!(keeping.stack.recorder.count(), 0, "the application gets nothing");
}

#[tokio::test]
async fn a_form_whose_address_asks_is_kept_as_one_that_asks_itself() {
    let keeping = Keeping::new().await;
    let answer = keeping.post("/fresh/a?postern-keep=1", &keeping.stale(), "name=x").await;
    assert!(token(&answer, "verify").is_some(), "{}", answer.0);
}

#[tokio::test]
async fn a_form_of_the_greatest_size_is_kept() {
    let keeping = Keeping::new().await;
    let body = format!("postern-keep=1&a={}", "x".repeat(SIZE_MAX - "postern-keep=1&a=".len()));
    let answer = keeping.post("/fresh/a", &keeping.stale(), &body).await;
    assert!(token(&answer, "verify").is_some(), "{}", answer.0);
}

#[tokio::test]
async fn a_form_that_may_not_be_kept_is_refused_as_ever() {
    let keeping = Keeping::new().await;
    let stale = keeping.stale();
    let large = format!("postern-keep=1&a={}", "x".repeat(SIZE_MAX));
    for (why, path, body) in [
        ("its page does not ask", "/fresh/a", "name=x"),
        ("its page asks otherwise", "/fresh/a", "postern-keep=yes"),
        ("it would be sent otherwise", "/fresh/a", "name=%41&postern-keep=1"),
        ("it is too large", "/fresh/a", &large),
        ("it is empty", "/fresh/a?postern-keep=1", ""),
    ] {
        let answer = keeping.post(path, &stale, body).await;
        assert_eq!((answer.status(), token(&answer, "verify")), (303, None), "{why}: {}", answer.0);
        assert!(answer.header("location").unwrap().contains("/postern/verify?rd=%2Ffresh%2Fa"), "{why}");
    }
    // The default keeps none.
    let pending = keeping.session(|view| view.session.second_factor = None);
    let answer = keeping.post("/other", &pending, BODY).await;
    assert_eq!(token(&answer, "verify"), None, "{}", answer.0);
    assert_eq!(keeping.post("/closed/a", &stale, BODY).await.status(), 403);
}

#[tokio::test]
async fn only_what_browsers_send_for_a_page_of_the_same_origin_is_kept() {
    let keeping = Keeping::new().await;
    let stale = keeping.stale();
    for (index, other) in [
        (0, "Origin: http://localhost:5173"),
        (0, "Origin: null"),
        (0, "X-None: x"),
        (1, "Sec-Fetch-Site: same-site"),
        (1, "Sec-Fetch-Site: cross-site"),
        (1, "Sec-Fetch-Site: none"),
        (1, "X-None: x"),
        (2, "Sec-Fetch-Mode: cors"),
        (2, "X-None: x"),
        (3, "Sec-Fetch-Dest: iframe"),
        (3, "X-None: x"),
        (4, "Content-Type: text/plain"),
        (4, "Content-Type: multipart/form-data; boundary=x"),
        (4, "Content-Type: application/x-www-form-urlencoded; charset=x"),
        (4, "Content-Type: application/json"),
        (4, "X-None: x"),
    ] {
        let mut headers: Vec<&str> = OURS.into_iter().chain([FORM, &stale]).collect();
        headers[index] = other;
        let answer = keeping.stack.send_with_body("POST /fresh/a", &headers, BODY).await;
        assert!(answer.status() >= 300 && token(&answer, "verify").is_none(), "{other}: {}", answer.0);
    }
    let headers: Vec<&str> = OURS.into_iter().chain([FORM, &stale]).collect();
    for method in ["PUT", "PATCH", "DELETE"] {
        let answer = keeping.stack.send_with_body(&format!("{method} /fresh/a"), &headers, BODY).await;
        assert_eq!(token(&answer, "verify"), None, "{method}: {}", answer.0);
    }
    let elsewhere: Vec<&str> = ["Host: b.example.com", "Origin: https://b.example.com"]
        .into_iter()
        .chain(OURS.into_iter().skip(1))
        .chain([FORM, &stale])
        .collect();
    let answer = keeping.stack.send_with_body("POST /x", &elsewhere, BODY).await;
    assert!(!answer.0.contains("kept%3Fform"), "{}", answer.0);
}

#[tokio::test]
async fn nothing_is_kept_of_who_is_unknown_or_may_not_sign_in() {
    let keeping = Keeping::new().await;
    let unknown = format!("Cookie: __Host-postern={}", SessionToken::draw(&Counter::default()).to_text());
    let off = keeping.session(|view| view.user.is_active = false);
    let bound = keeping.session(|view| {
        let key = BoundDevice {
            id: DeviceKeyId([1; 32]),
            key: "key".to_owned(),
            at: START.before(Duration::from_secs(3600)),
        };
        view.session.device = Some(key);
    });
    for (who, cookie) in [("nobody", "X-None: x"), ("unknown", &unknown), ("deactivated", &off), ("unproven", &bound)] {
        let answer = keeping.post("/kept/x", cookie, BODY).await;
        assert_eq!((answer.status(), token(&answer, "sign-in")), (303, None), "{who}: {}", answer.0);
    }
}

#[tokio::test]
async fn a_user_fills_no_store() {
    let keeping = Keeping::new().await;
    let stale = keeping.stale();
    for _ in 0..KEPT_MAX {
        assert!(token(&keeping.post("/fresh/a", &stale, BODY).await, "verify").is_some());
    }
    let answer = keeping.post("/fresh/a", &stale, BODY).await;
    assert_eq!((answer.status(), token(&answer, "verify")), (303, None), "{}", answer.0);
}
