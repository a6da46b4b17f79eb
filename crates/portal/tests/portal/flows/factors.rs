//! Setting up, using, replacing and removing the second factor.

use crate::harness::Gate;
use postern_model::access::SecondFactorPolicy;
use std::time::Duration;

#[tokio::test]
async fn setting_up_takes_three_steps_and_shows_the_codes_until_they_are_saved() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let intro = gate.get("/postern/enrol?rd=/x", Some(&token)).await;
    assert!(!intro.text.contains("Skip for now"), "a required factor cannot be skipped");
    let csrf = intro.field("csrf");
    let started = gate.post("/postern/enrol", Some(&token), &[("csrf", &csrf), ("step", "start"), ("rd", "/x")]).await;
    assert_eq!(started.location(), "/postern/enrol?step=scan&rd=%2Fx");
    let scan = gate.get(started.location(), Some(&token)).await;
    assert!(scan.text.contains("<svg class=\"qr\""));
    let key = scan.text.split("<code id=\"key\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let again = gate.get(started.location(), Some(&token)).await;
    assert!(
        again.text.contains(&scan.field("rd")) && again.text.contains("<svg class=\"qr\""),
        "Back shows the code again"
    );

    let form = gate.get("/postern/enrol?step=confirm&rd=/x", Some(&token)).await;
    let version = form.field("version");
    let fields = |code: &str| {
        [
            ("csrf", csrf.clone()),
            ("step", "confirm".into()),
            ("rd", "/x".into()),
            ("version", version.clone()),
            ("code", code.into()),
        ]
    };
    let wrong = fields("000000");
    let wrong = gate.post("/postern/enrol", Some(&token), &wrong.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("aria-invalid"));
    let right = fields(&gate.code(&key));
    let right = right.each_ref().map(|(n, v)| (*n, v.as_str()));
    let done = gate.post("/postern/enrol", Some(&token), &right).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, "/postern/codes?reason=enrolled&rd=%2Fx"));
    let raised = done.token().unwrap();
    assert!(gate.authn.session(&token).await.unwrap().is_none(), "the old token is dead");
    let codes = gate.get(done.location(), Some(&raised)).await;
    assert_eq!(codes.text.matches("<li><code>").count(), 8);
    assert!(codes.text.contains("download=\"netpilot-backup-codes.txt\""));

    let again = gate.post("/postern/enrol", Some(&raised), &right).await;
    assert_eq!(again.location(), "/postern/codes?reason=replaced", "a form from the history changes nothing");
    let saved = [("csrf", codes.field("csrf")), ("rd", codes.field("rd"))];
    let saved = saved.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(gate.post("/postern/codes", Some(&raised), &saved).await.location(), "/x");
    let reload = gate.post("/postern/enrol", Some(&raised), &right).await;
    assert_eq!(reload.status, 200);
    assert!(reload.text.contains("This is done already") && !reload.text.contains("<li><code>"));
}

#[tokio::test]
async fn too_many_wrong_codes_or_too_much_time_begin_the_set_up_again() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.sign_in("ada@example.com").await;
    let csrf = gate.csrf(&token).await;
    let start = [("csrf", csrf.as_str()), ("step", "start")];
    let confirm = [("csrf", csrf.as_str()), ("step", "confirm"), ("code", "000000")];
    gate.post("/postern/enrol", Some(&token), &start).await;
    for _ in 0..4 {
        assert_eq!(gate.post("/postern/enrol", Some(&token), &confirm).await.status, 400);
    }
    let over = gate.post("/postern/enrol", Some(&token), &confirm).await;
    assert_eq!(over.location(), "/postern/enrol?again=1");
    assert!(gate.get(over.location(), Some(&token)).await.text.contains("Begin again"));

    gate.post("/postern/enrol", Some(&token), &start).await;
    // The set-up lives as long as the first factor waits: in between, the set-up goes first.
    gate.clock.advance(Duration::from_secs(599));
    let scan = gate.get("/postern/enrol?step=scan", Some(&token)).await;
    assert!(scan.text.contains("one more minute"), "{}", scan.text);
}

#[tokio::test]
async fn skipping_is_offered_where_nobody_demands_the_factor() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    let intro = gate.get("/postern/enrol?rd=/x", Some(&token)).await;
    assert!(intro.text.contains("href=\"/x\">Skip for now"));
}

#[tokio::test]
async fn skipping_never_leads_back_to_an_address_that_demands_the_step() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    let intro = gate.get("/postern/enrol?rd=/guarded/x", Some(&token)).await;
    assert!(intro.text.contains("/guarded/x</span> requires two-factor authentication"));
    assert!(intro.text.contains("href=\"http://localhost:5173/\">Skip for now"), "{}", intro.text);
    let complete = gate.enrolled("bob@example.com").await.token;
    let again = gate.get("/postern/verify?rd=/guarded/x", Some(&complete)).await;
    assert!(again.text.contains("/guarded/x</span> asks for a fresh code"));
    assert!(again.text.contains("href=\"http://localhost:5173/\">Go back without confirming"));
}

#[tokio::test]
async fn a_code_opens_and_rotates_and_wrong_ones_lock() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let token = gate.sign_in("ada@example.com").await;
    let page = gate.get("/postern/verify?rd=/x", Some(&token)).await;
    assert!(page.text.contains("autocomplete=\"one-time-code\" inputmode=\"numeric\""));
    let csrf = page.field("csrf");
    let fields = |method: &'static str, code: &str| {
        [("csrf", csrf.clone()), ("method", method.to_owned()), ("rd", "/x".to_owned()), ("code", code.to_owned())]
    };
    let mut statuses = Vec::new();
    for code in ["", "123", "٣٤٥٦٧٨", "000000", "000000"] {
        let fields = fields("totp", code);
        let answer =
            gate.post("/postern/verify", Some(&token), &fields.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
        statuses.push(answer.status.as_u16());
        if answer.status == 403 {
            assert!(answer.text.contains("Your authenticator is locked") && answer.text.contains("5 minutes"));
            assert!(answer.text.contains("Use a backup code"));
            assert_ne!(answer.header("retry-after"), "");
        }
    }
    assert_eq!(statuses, [400, 400, 400, 400, 403], "what cannot be a code is no attempt; other digits are digits");
    let right = fields("totp", &gate.code(&enrolled.secret));
    let locked = gate.post("/postern/verify", Some(&token), &right.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
    assert_eq!(locked.status, 403, "a right code is not looked at while locked");
    let backup = fields("backup", &enrolled.codes[0].to_lowercase().replace('-', " "));
    let open = gate.post("/postern/verify", Some(&token), &backup.each_ref().map(|(n, v)| (*n, v.as_str()))).await;
    assert_eq!((open.status.as_u16(), open.location()), (303, "/x"));
    assert!(open.header("set-cookie").contains("Max-Age=43200"));
    assert!(gate.authn.session(&token).await.unwrap().is_none(), "the old token is dead");
    let account = gate.get("/postern/account", open.token().as_ref()).await;
    assert!(account.text.contains("7 left") && account.text.contains("Backup code used"));
}

#[tokio::test]
async fn a_change_that_wrong_backup_codes_lock_out_says_that_those_are_locked() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.enrolled("ada@example.com").await.token;
    let csrf = gate.csrf(&token).await;
    let fields = [("csrf", csrf.as_str()), ("code", "ZZZZ-ZZZZ")];
    for _ in 0..2 {
        assert_eq!(gate.post("/postern/account/authenticators/add", Some(&token), &fields).await.status, 400);
    }
    let locked = gate.post("/postern/account/authenticators/add", Some(&token), &fields).await;
    assert!(locked.status == 403 && locked.text.contains("Backup codes are locked for now"), "{}", locked.text);
    assert!(locked.text.contains("Use your authenticator app"), "{}", locked.text);
}

#[tokio::test]
async fn a_locked_factor_is_told_before_a_code_is_typed_and_two_locked_pages_do_not_offer_each_other() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let token = gate.enrolled("ada@example.com").await.token;
    let csrf = gate.csrf(&token).await;
    let wrong = async |method: &str, code: &str| {
        for _ in 0..3 {
            let fields = [("csrf", csrf.as_str()), ("method", method), ("code", code)];
            gate.post("/postern/verify", Some(&token), &fields).await;
        }
    };
    wrong("totp", "000000").await;
    let page = gate.get("/postern/verify", Some(&token)).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("Your authenticator is locked") && page.text.contains("Use a backup code"));
    assert!(page.text.contains("<time datetime=\"2027-01-15T08:06:00Z\" data-local>"), "{}", page.text);
    assert_eq!(gate.get("/postern/verify?method=backup", Some(&token)).await.status, 200);
    wrong("backup", "0000-0000").await;
    for method in ["totp", "backup"] {
        let page = gate.get(&format!("/postern/verify?method={method}"), Some(&token)).await;
        assert!(page.status == 403 && !page.text.contains("class=\"button primary\""), "{}", page.text);
    }
    gate.clock.advance(Duration::from_secs(300));
    assert_eq!(gate.get("/postern/verify", Some(&token)).await.status, 200);
}

#[tokio::test]
async fn replacing_an_authenticator_wants_a_fresh_code_first() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let intro = gate.get("/postern/enrol", Some(&enrolled.token)).await;
    assert!(intro.text.contains("Replace your authenticator") && intro.text.contains("Current code"));
    let csrf = intro.field("csrf");
    let begin = async |code: &str| {
        let fields = [("csrf", csrf.as_str()), ("step", "start"), ("code", code)];
        gate.post("/postern/enrol", Some(&enrolled.token), &fields).await
    };
    for refused in ["", "12345", "000000"] {
        let answer = begin(refused).await;
        assert!(answer.status == 400 && answer.text.contains("Current code"), "{refused:?}: {}", answer.status);
        let scan = gate.get("/postern/enrol?step=scan", Some(&enrolled.token)).await;
        assert_eq!(scan.location(), "/postern/enrol?again=1", "nothing was begun");
    }
    let begun = begin(&gate.code(&enrolled.secret)).await;
    assert_eq!((begun.status.as_u16(), begun.location()), (303, "/postern/enrol?step=scan"));
    assert_eq!(gate.get("/postern/enrol?step=scan", Some(&enrolled.token)).await.status, 200);
}

#[tokio::test]
async fn new_backup_codes_are_shown_until_they_are_saved_and_a_form_sent_again_explains() {
    let gate = Gate::new(SecondFactorPolicy::Required).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let page = gate.get("/postern/account/backup-codes", Some(&enrolled.token)).await;
    let (csrf, version, code) = (page.field("csrf"), page.field("version"), gate.code(&enrolled.secret));
    let fields = [("csrf", csrf.as_str()), ("version", &version), ("code", &code)];
    let made = gate.post("/postern/account/backup-codes", Some(&enrolled.token), &fields).await;
    assert_eq!((made.status.as_u16(), made.location()), (303, "/postern/codes?reason=replaced"));
    let token = made.token().unwrap();
    let codes = gate.get(made.location(), Some(&token)).await;
    assert!(codes.text.contains("Your old codes no longer work"));
    gate.post("/postern/codes", Some(&token), &[("csrf", &codes.field("csrf"))]).await;
    let reload = gate.post("/postern/account/backup-codes", Some(&token), &fields).await;
    assert!(reload.status == 200 && reload.text.contains("This is done already"));
}

#[tokio::test]
async fn switching_off_is_for_those_who_may() {
    let required = Gate::new(SecondFactorPolicy::Required).await;
    let token = required.enrolled("ada@example.com").await.token;
    let refused = required.get("/postern/account/disable", Some(&token)).await;
    assert!(refused.status == 403 && refused.text.contains("ENFORCED"));
    assert!(!required.get("/postern/account", Some(&token)).await.text.contains("Switch off"));

    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let enrolled = gate.enrolled("ada@example.com").await;
    let page = gate.get("/postern/account/disable", Some(&enrolled.token)).await;
    let (csrf, code) = (page.field("csrf"), gate.code(&enrolled.secret));
    let off = gate.post("/postern/account/disable", Some(&enrolled.token), &[("csrf", &csrf), ("code", &code)]).await;
    assert_eq!(off.location(), "/postern/account?done=disabled");
    let account = gate.get(off.location(), off.token().as_ref()).await;
    assert!(account.text.contains("Two-factor authentication is off.") && account.text.contains("Set up"));
}
