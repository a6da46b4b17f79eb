//! The provider's redirect back, and where it leads.

use postern_model::access::SecondFactorPolicy;
use postern_testkit::authenticator::Authenticator;

use crate::harness::{Answer, Gate, ORIGIN, request};
use crate::passkeys_alone::keyed;
use http_body_util::Full;

/// The dashboard with `?login=success`, as a return URL.
const BACK: &str = "rd=http%3A%2F%2Flocalhost%3A5173%2F%3Flogin%3Dsuccess";

/// Goes to the provider as this answer says, and comes back to this path as the person with this address.
async fn come_back(gate: &Gate, off: &Answer, path: &str, email: &str) -> Answer {
    let query = gate.provider.authorize(off.location(), email);
    let cookie = off.header("set-cookie").split(';').next().unwrap();
    let callback = request("GET", &format!("{path}?{query}"), None).header("cookie", cookie);
    let answer = gate.send(callback.header("sec-fetch-mode", "navigate").body(Full::default()).unwrap()).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer
}

/// Where a sign-in that the dashboard began leads.
async fn by_login(gate: &Gate, email: &str) -> String {
    let off = gate.get("/login", None).await;
    let answer = come_back(gate, &off, "/authorize", email).await;
    assert!(gate.authn.session(&answer.token().unwrap()).await.unwrap().is_some());
    answer.location().to_owned()
}

#[tokio::test]
async fn a_dashboard_that_asks_for_codes_is_told_what_to_ask_for() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let told = |action: &str| format!("http://localhost:5173/?login=success&requires_2fa=true&action={action}");
    assert_eq!(by_login(&gate, "ada@example.com").await, told("setup"));
    gate.enrolled("bob@example.com").await;
    assert_eq!(by_login(&gate, "bob@example.com").await, told("verify"));
    let per_user = Gate::new(SecondFactorPolicy::PerUser).await;
    assert_eq!(by_login(&per_user, "ada@example.com").await, "http://localhost:5173/?login=success");
}

/// No dialog of a dashboard can ask for a passkey.
#[tokio::test]
async fn whoever_has_no_app_is_asked_on_a_page_before_the_dashboard() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    keyed(&gate, &Authenticator::new(ORIGIN, 1)).await;
    assert_eq!(by_login(&gate, "ada@example.com").await, format!("/postern/verify?{BACK}"));
}

#[tokio::test]
async fn a_dashboard_that_knows_nothing_of_second_factors_is_reached_after_the_step() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    assert_eq!(by_login(&gate, "ada@example.com").await, format!("/postern/enrol?{BACK}"));
    gate.enrolled("bob@example.com").await;
    assert_eq!(by_login(&gate, "bob@example.com").await, format!("/postern/verify?{BACK}"));
    let per_user = Gate::with_pages(SecondFactorPolicy::PerUser).await;
    assert_eq!(by_login(&per_user, "ada@example.com").await, "http://localhost:5173/?login=success");
}

#[tokio::test]
async fn a_sign_in_that_a_page_began_leads_back_to_it() {
    for (policy, location) in
        [(SecondFactorPolicy::Required, "/postern/enrol?rd=%2Fa%3Fb%3D1"), (SecondFactorPolicy::PerUser, "/a?b=1")]
    {
        let gate = Gate::new(policy).await;
        let off = gate.post("/postern/sign-in", None, &[("rd", "/a?b=1")]).await;
        let answer = come_back(&gate, &off, "/postern/callback", "ada@example.com").await;
        assert_eq!(answer.location(), location);
    }
}
