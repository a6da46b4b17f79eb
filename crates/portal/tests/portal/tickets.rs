//! Enrolment tickets: the set-up page asks for one after an administrator's reset.

use std::time::Duration;

use postern_keystore::{SessionToken, ticket};
use postern_model::access::SecondFactorPolicy;
use postern_model::clock::Clock;
use postern_model::store::FactorStore;
use postern_testkit::entropy::SeededEntropy;
use serde_json::Value;

use crate::harness::{Answer, Gate};

/// A portal with somebody whose factor was removed, signed in anew, and their ticket.
async fn reset() -> (Gate, SessionToken, String) {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let user = gate.authn.session(&enrolled.token).await.unwrap().unwrap().user.id;
    let text = ticket::generate(&SeededEntropy::new(5));
    let until = gate.clock.now().after(Duration::from_secs(3600));
    assert!(gate.store.issue_ticket(user, &ticket::hash(&text).unwrap(), until).await.unwrap());
    assert!(gate.store.remove_factors(user, None, gate.clock.now()).await.unwrap());
    let token = gate.sign_in("ada@example.com").await;
    (gate, token, text)
}

async fn start(gate: &Gate, token: &SessionToken, typed: Option<&str>) -> Answer {
    let csrf = gate.csrf(token).await;
    let mut fields = vec![("csrf", csrf.as_str()), ("step", "start"), ("rd", "/x")];
    fields.extend(typed.map(|typed| ("ticket", typed)));
    gate.post("/postern/enrol", Some(token), &fields).await
}

#[tokio::test]
async fn the_page_asks_for_the_ticket_and_every_wrong_one_gets_the_same_page() {
    let (gate, token, right) = reset().await;
    let intro = gate.get("/postern/enrol", Some(&token)).await;
    assert!(intro.status == 200 && intro.text.contains("name=\"ticket\""), "{}", intro.text);
    let missing = start(&gate, &token, None).await;
    assert!(missing.status == 400 && missing.text.contains("Enter your enrolment ticket."), "{}", missing.text);
    let (bob, other) = (gate.sign_in("bob@example.com").await, ticket::generate(&SeededEntropy::new(6)));
    let bob = gate.authn.session(&bob).await.unwrap().unwrap().user.id;
    let until = gate.clock.now().after(Duration::from_secs(60));
    assert!(gate.store.issue_ticket(bob, &ticket::hash(&other).unwrap(), until).await.unwrap());
    let unknown = ticket::generate(&SeededEntropy::new(7));
    let hostile = "A".repeat(5000);
    for wrong in ["12345", other.as_str(), unknown.as_str(), "\u{0}", &hostile] {
        let answer = start(&gate, &token, Some(wrong)).await;
        assert_eq!(answer.status, 400, "{wrong:.20}");
        assert!(answer.text.contains("That ticket isn’t valid.") && answer.text.contains("name=\"ticket\""));
    }
    assert_eq!(gate.get("/postern/enrol?step=scan", Some(&token)).await.location(), "/postern/enrol?again=1");
    let begun = start(&gate, &token, Some(&right)).await;
    assert_eq!((begun.status.as_u16(), begun.location()), (303, "/postern/enrol?step=scan&rd=%2Fx"));
    let again = start(&gate, &token, None).await;
    assert_eq!(again.status, 303, "this session may begin again");
    let second = gate.sign_in("ada@example.com").await;
    let used = start(&gate, &second, Some(&right)).await;
    assert!(used.status == 400 && used.text.contains("That ticket isn’t valid."), "{}", used.text);
}

#[tokio::test]
async fn too_many_wrong_tickets_say_when_to_try_again() {
    let (gate, token, right) = reset().await;
    for seed in 10..13 {
        start(&gate, &token, Some(&ticket::generate(&SeededEntropy::new(seed)))).await;
    }
    let locked = start(&gate, &token, Some(&right)).await;
    assert!(
        locked.status == 403 && locked.text.contains("too many wrong tickets. Try again in 5 minutes"),
        "{}",
        locked.text
    );
    assert_eq!((locked.reason, locked.header("retry-after")), (Some("ACCOUNT_LOCKED"), "301"));
}

#[tokio::test]
async fn a_dashboard_is_told_where_the_ticket_is_entered_and_a_script_may_send_it() {
    let (gate, token, right) = reset().await;
    for (body, code) in
        [(Value::Null, "ENROLMENT_TICKET_REQUIRED"), (serde_json::json!({ "ticket": "x" }), "INVALID_TICKET")]
    {
        let refused = gate.call("POST", "/api/2fa/setup/start", Some(&token), body).await;
        assert_eq!((refused.status.as_u16(), refused.json()["error"]["code"].as_str()), (403, Some(code)));
        let url = "http://localhost:8080/postern/enrol?rd=http%3A%2F%2Flocalhost%3A5173%2F";
        assert_eq!(refused.json()["error"]["details"]["url"], url);
    }
    let begun = gate.call("POST", "/api/2fa/setup/start", Some(&token), serde_json::json!({ "ticket": right })).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
}
