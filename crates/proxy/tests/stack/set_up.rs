//! A session that sets up its second factor waits until the offer expires, at the gate as in the portal.

use std::time::Duration;

use postern_authn::rules::Rules;
use postern_model::access::Access;

use crate::support::{START, Stack, route};

const MINUTE: i64 = 60;

fn code(answer: &crate::support::Answer) -> String {
    answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_set_up_begun_in_the_last_minute_of_the_wait_is_not_cut_off_at_its_end() {
    let stack = Stack::new(|config| config.rules = Rules::new(vec![route("/hello", Access::FirstFactor)])).await;
    let waiting = |until: Option<u64>| {
        let cookie = stack.session(|view| {
            view.session.second_factor = None;
            view.factors.enabled = false;
            view.session.set_up_until = until.map(|minutes| START.after(Duration::from_secs(minutes * 60)));
        });
        format!("Cookie: {cookie}")
    };
    let (setting_up, idle) = (waiting(Some(19)), waiting(None));
    let ask = async |path: &str, cookie: &str| stack.send(&format!("GET {path}"), &[cookie]).await;
    for (minute, cookie, first_factor, full) in [
        (9, &setting_up, 200, "ENROLMENT_REQUIRED"),
        (9, &idle, 200, "ENROLMENT_REQUIRED"),
        // `session.first_factor` is ten minutes.
        (10, &idle, 401, "SIGN_IN_REQUIRED"),
        (10, &setting_up, 200, "ENROLMENT_REQUIRED"),
        (18, &setting_up, 200, "ENROLMENT_REQUIRED"),
        (19, &setting_up, 401, "SIGN_IN_REQUIRED"),
    ] {
        let now = postern_model::clock::Clock::now(stack.clock.as_ref()).since(START).as_secs();
        stack.clock.advance(minute * MINUTE - i64::try_from(now).unwrap());
        assert_eq!(ask("/hello", cookie).await.status(), first_factor, "minute {minute}");
        let refused = ask("/devices", cookie).await;
        assert_eq!((refused.status(), code(&refused).as_str()), (401, full), "minute {minute}");
    }
}
