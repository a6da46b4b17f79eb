//! Pages of locks, and what they offer instead.

use postern_model::access::SecondFactorPolicy;
use postern_model::factor::SecondFactor;
use postern_model::session::Caller;

use crate::harness::{Answer, Gate};

/// The page after three wrong codes of an app.
async fn locked(gate: &Gate, email: &str) -> Answer {
    let token = gate.sign_in(email).await;
    let csrf = gate.csrf(&token).await;
    for wrong in ["000000", "000001", "000002"] {
        let fields = [("csrf", csrf.as_str()), ("method", "totp"), ("code", wrong)];
        gate.post("/postern/verify", Some(&token), &fields).await;
    }
    let page = gate.get("/postern/verify", Some(&token)).await;
    assert_eq!(page.status, 403, "{}", page.text);
    page
}

#[tokio::test]
async fn a_lock_of_the_app_offers_backup_codes_to_those_who_have_some() {
    let gate = Gate::with_pages(SecondFactorPolicy::Required).await;
    gate.enrolled("ada@example.com").await;
    let page = locked(&gate, "ada@example.com").await;
    assert!(page.text.contains("method=backup"), "{}", page.text);

    let bob = gate.enrolled("bob@example.com").await;
    for code in &bob.codes {
        let token = gate.sign_in("bob@example.com").await;
        let view = gate.authn.session(&token).await.unwrap().unwrap();
        gate.authn.verify(&view, SecondFactor::Backup, code.as_str(), &Caller::default()).await.unwrap();
    }
    let page = locked(&gate, "bob@example.com").await;
    assert!(!page.text.contains("method=backup"), "{}", page.text);
}
