//! Writes under `session.same_site = "none"`, where browsers send the cookie with requests of every site.

use postern_keystore::{CookieScope, SameSite, SessionCookie};

use crate::checks::{DIALECTS, check_at};
use crate::support::Stack;

/// A gateway whose cookie other sites' requests carry, or the usual one.
async fn stack(same_site: SameSite) -> Stack {
    let scope = CookieScope { domain: None, same_site };
    Stack::new(|config| config.cookie = SessionCookie::scoped("postern", true, scope).unwrap()).await
}

/// Header lines of a write, and the statuses under `none` and `lax`.
const WRITES: [(&[&str], u16, u16); 8] = [
    // The dashboard of `cors.origins`, on another site.
    (&["Origin: http://localhost:5173", "Sec-Fetch-Site: cross-site"], 200, 200),
    (&["Origin: https://example.com", "Sec-Fetch-Site: same-origin"], 200, 200),
    // No page says so: a program, which has to name an origin where browsers would send the cookie for anybody.
    (&[], 403, 200),
    (&["Sec-Fetch-Site: same-origin"], 403, 200),
    (&["Sec-Fetch-Site: cross-site"], 403, 403),
    (&["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"], 403, 403),
    (&["Origin: null", "Sec-Fetch-Site: cross-site"], 403, 403),
    (&["Origin: http://localhost:5173.evil.example"], 403, 403),
];

#[tokio::test]
async fn a_write_names_an_allowed_origin_in_proxy_mode() {
    for (same_site, column) in [(SameSite::None, 0), (SameSite::Lax, 1)] {
        let stack = stack(same_site).await;
        let cookie = format!("Cookie: {}", stack.full());
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for (headers, none, lax) in WRITES {
                let answer = stack.send(&format!("{method} /devices"), &[headers, &[&cookie]].concat()).await;
                let expected = [none, lax][column];
                assert_eq!(answer.status(), expected, "{same_site:?} {method} {headers:?}");
                if expected == 403 {
                    assert_eq!(answer.json()["error"]["code"], "FOREIGN_ORIGIN", "{headers:?}");
                }
            }
        }
        for headers in [&[][..], &["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"]] {
            let read = stack.send("GET /devices", &[headers, &[&cookie]].concat()).await;
            assert_eq!(read.status(), 200, "{same_site:?}: a read changes nothing, and CORS keeps its answer");
        }
    }
}

#[tokio::test]
async fn a_write_names_an_allowed_origin_in_check_mode() {
    let stack = Stack { peer: "10.0.0.9", ..stack(SameSite::None).await };
    let cookie = format!("Cookie: {}", stack.full());
    for dialect in DIALECTS {
        for (headers, none, _) in WRITES {
            let all = [headers, &[&cookie]].concat();
            let answer = check_at(&stack, dialect, "POST", "example.com", "/devices", &all).await;
            assert_eq!(answer.status(), none, "{dialect} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_write_of_a_stranger_is_asked_to_sign_in_whatever_its_origin() {
    let stack = stack(SameSite::None).await;
    for (headers, ..) in WRITES {
        assert_eq!(stack.send("POST /devices", headers).await.status(), 401, "{headers:?}");
    }
}
