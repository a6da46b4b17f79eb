//! The account page of somebody with many sessions and a long history.

use std::collections::BTreeSet;

use postern_model::access::SecondFactorPolicy;

use crate::harness::{Answer, Gate};

/// The values of a repeated part of a page.
fn all(page: &Answer, mark: &str) -> Vec<String> {
    page.text.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The link that contains `part`, if there is one.
fn link(page: &Answer, part: &str) -> Option<String> {
    let href = all(page, "href=\"").into_iter().find(|href| href.contains(part))?;
    Some(href.replace("&amp;", "&").split('#').next().unwrap().to_owned())
}

#[tokio::test]
async fn sessions_and_activity_are_shown_page_by_page() {
    let gate = Gate::new(SecondFactorPolicy::PerUser).await;
    let token = gate.sign_in("ada@example.com").await;
    for _ in 0..45 {
        gate.sign_in("ada@example.com").await;
    }
    let user = gate.authn.session(&token).await.unwrap().unwrap();
    for _ in 0..45 {
        let other = gate.sign_in("ada@example.com").await;
        let other = gate.authn.session(&other).await.unwrap().unwrap();
        gate.authn.revoke(&user, other.session.id, &Default::default()).await.unwrap();
    }
    let (mut path, mut sizes, mut seen) = (Some("/postern/account".to_owned()), Vec::new(), BTreeSet::new());
    while let Some(at) = path {
        let page = gate.get(&at, Some(&token)).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text.matches("This device").count(), 1, "{at}");
        let shown = all(&page, "name=\"session\" value=\"");
        sizes.push(shown.iter().filter(|id| *id != "others").count());
        seen.extend(shown.into_iter().filter(|id| id != "others"));
        path = link(&page, "skip=");
    }
    assert_eq!((sizes, seen.len()), (vec![20, 20, 5], 45));
    let (mut path, mut events) = (Some("/postern/account".to_owned()), Vec::new());
    while let Some(at) = path {
        let page = gate.get(&at, Some(&token)).await;
        events.push(page.text.matches("<p class=\"what\">").count());
        path = link(&page, "before=");
    }
    assert_eq!(events, [20, 20, 5]);
    for odd in ["skip=-1", "skip=99999999999", "skip=x", "before=x", "before=", "skip=4294967295"] {
        assert_eq!(gate.get(&format!("/postern/account?{odd}"), Some(&token)).await.status, 200, "{odd}");
    }
}
