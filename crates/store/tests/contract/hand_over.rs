use std::time::Duration;

use postern_model::hand_over::{HandOver, HandOverRefused, LIFETIME, Redeemed, Redemption};
use postern_model::invalidation::Invalidation;
use postern_model::session::{NewSession, TokenHash};

use crate::harness::{Harness, NOW, on_both_stores};

on_both_stores!(
    a_code_is_exchanged_once_for_a_token_of_the_same_session,
    a_code_that_reached_a_wrong_place_is_used_up,
    a_code_expires_and_is_deleted,
    a_host_s_token_ends_when_the_session_s_rotates,
    a_host_s_token_ends_with_its_session,
    a_host_has_one_token_of_a_session_at_a_time,
    a_code_made_before_the_token_rotated_is_refused,
    many_exchanges_of_one_code_at_once_give_one_token,
);

const HOST: &str = "b.example.com";

pub(crate) fn hand_over(h: &Harness, session: &NewSession) -> HandOver {
    HandOver {
        code: h.token(),
        session: session.id,
        session_token: session.token,
        host: HOST.to_owned(),
        binding: TokenHash([7; 32]),
        return_url: "https://b.example.com/x?y=ü".to_owned(),
        expires_at: NOW.after(LIFETIME),
        used: false,
    }
}

pub(crate) fn redemption(h: &Harness, hand_over: &HandOver) -> Redemption {
    Redemption {
        code: hand_over.code,
        host: HOST.to_owned(),
        binding: Some(hand_over.binding),
        token: h.token(),
        at: NOW.after(Duration::from_secs(1)),
    }
}

/// Makes a code and exchanges it; gives the host's token.
pub(crate) async fn handed_over(h: &Harness, session: &NewSession) -> TokenHash {
    let made = hand_over(h, session);
    assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
    let redemption = redemption(h, &made);
    let redeemed = h.other.redeem_hand_over(&redemption).await.unwrap();
    assert!(matches!(redeemed, Redeemed::Accepted { .. }), "{redeemed:?}");
    redemption.token
}

async fn refused(h: &Harness, redemption: &Redemption) -> HandOverRefused {
    match h.store.redeem_hand_over(redemption).await.unwrap() {
        Redeemed::Refused(refused) => refused,
        accepted => panic!("{accepted:?}"),
    }
}

async fn a_code_is_exchanged_once_for_a_token_of_the_same_session(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let made = hand_over(h, &session);
    assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
    let first = redemption(h, &made);
    let Redeemed::Accepted { view, return_url } = h.other.redeem_hand_over(&first).await.unwrap() else { panic!() };
    assert_eq!((view.session.id, view.user.id, view.session.token), (session.id, ada.id, session.token));
    assert_eq!(return_url, made.return_url);
    assert_eq!(h.store.session(&first.token).await.unwrap(), h.store.session(&session.token).await.unwrap());
    let again = redemption(h, &made);
    assert_eq!(refused(h, &again).await, HandOverRefused::Used);
    assert_eq!(h.store.session(&again.token).await.unwrap(), None);
    let unknown = Redemption { code: h.token(), ..again };
    assert_eq!(refused(h, &unknown).await, HandOverRefused::Unknown);
    // What is stored is the hash of the code and of the token, which are good for nothing by themselves.
    assert_eq!(h.store.session(&made.code).await.unwrap(), None);
}

async fn a_code_that_reached_a_wrong_place_is_used_up(h: &Harness) {
    let (_, session) = h.sign_in("ada").await;
    type Change = fn(Redemption) -> Redemption;
    let changes: [(Change, HandOverRefused); 3] = [
        (|redemption| Redemption { host: "c.example.com".to_owned(), ..redemption }, HandOverRefused::OtherHost),
        (|redemption| Redemption { binding: None, ..redemption }, HandOverRefused::NoBinding),
        (|redemption| Redemption { binding: Some(TokenHash([8; 32])), ..redemption }, HandOverRefused::OtherBrowser),
    ];
    for (change, expected) in changes {
        let made = hand_over(h, &session);
        assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
        let wrong = change(redemption(h, &made));
        assert_eq!(refused(h, &wrong).await, expected);
        assert_eq!(h.store.session(&wrong.token).await.unwrap(), None);
        assert_eq!(refused(h, &redemption(h, &made)).await, HandOverRefused::Used);
    }
}

async fn a_code_expires_and_is_deleted(h: &Harness) {
    let (_, session) = h.sign_in("ada").await;
    let made = hand_over(h, &session);
    assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
    let late = Redemption { at: made.expires_at, ..redemption(h, &made) };
    assert_eq!(refused(h, &late).await, HandOverRefused::Expired);
    assert_eq!(h.store.session(&late.token).await.unwrap(), None);
    assert!(h.store.begin_hand_over(&hand_over(h, &session), made.expires_at).await.unwrap());
    assert_eq!(refused(h, &redemption(h, &made)).await, HandOverRefused::Unknown);
}

async fn a_host_s_token_ends_when_the_session_s_rotates(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let token = handed_over(h, &session).await;
    let view = h.enrol(ada.id, &session).await;
    assert_eq!(h.store.session(&token).await.unwrap(), None);
    assert!(h.store.session(&view.session.token).await.unwrap().is_some());
}

async fn a_host_s_token_ends_with_its_session(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let token = handed_over(h, &session).await;
    let made = hand_over(h, &session);
    assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
    assert!(h.store.end_session(ada.id, session.id).await.unwrap());
    assert_eq!(h.store.session(&token).await.unwrap(), None);
    assert_eq!(refused(h, &redemption(h, &made)).await, HandOverRefused::Unknown);
    assert_eq!((h.count("host_tokens").await, h.count("hand_overs").await), ("0".to_owned(), "0".to_owned()));
    assert!(!h.store.begin_hand_over(&hand_over(h, &session), NOW).await.unwrap());
}

async fn a_host_has_one_token_of_a_session_at_a_time(h: &Harness) {
    let (_, session) = h.sign_in("ada").await;
    let first = handed_over(h, &session).await;
    let made = hand_over(h, &session);
    assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
    h.heard.take();
    let second = redemption(h, &made);
    assert!(matches!(h.store.redeem_hand_over(&second).await.unwrap(), Redeemed::Accepted { .. }));
    assert_eq!(h.heard.take(), [Invalidation::Token(first)]);
    assert_eq!(h.store.session(&first).await.unwrap(), None);
    assert!(h.store.session(&second.token).await.unwrap().is_some());
    let other = HandOver { host: "c.example.com".to_owned(), ..hand_over(h, &session) };
    assert!(h.store.begin_hand_over(&other, NOW).await.unwrap());
    let third = Redemption { host: other.host.clone(), ..redemption(h, &other) };
    assert!(matches!(h.store.redeem_hand_over(&third).await.unwrap(), Redeemed::Accepted { .. }));
    assert_eq!(h.count("host_tokens").await, "2");
    assert!(h.store.session(&second.token).await.unwrap().is_some());
}

async fn a_code_made_before_the_token_rotated_is_refused(h: &Harness) {
    let (ada, session) = h.sign_in("ada").await;
    let made = hand_over(h, &session);
    assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
    h.enrol(ada.id, &session).await;
    let redemption = redemption(h, &made);
    assert_eq!(refused(h, &redemption).await, HandOverRefused::SessionChanged);
    assert_eq!(h.store.session(&redemption.token).await.unwrap(), None);
    // The session has another token than the one that asks.
    assert!(!h.store.begin_hand_over(&hand_over(h, &session), NOW).await.unwrap());
}

async fn many_exchanges_of_one_code_at_once_give_one_token(h: &Harness) {
    let (_, session) = h.sign_in("ada").await;
    let made = hand_over(h, &session);
    assert!(h.store.begin_hand_over(&made, NOW).await.unwrap());
    let mut tries = tokio::task::JoinSet::new();
    for index in 0..10 {
        let store = if index % 2 == 0 { h.store.clone() } else { h.other.clone() };
        let redemption = redemption(h, &made);
        tries.spawn(async move { store.redeem_hand_over(&redemption).await.unwrap() });
    }
    let redeemed = tries.join_all().await;
    let accepted = redeemed.iter().filter(|redeemed| matches!(redeemed, Redeemed::Accepted { .. })).count();
    let used = Redeemed::Refused(HandOverRefused::Used);
    assert_eq!((accepted, redeemed.iter().filter(|redeemed| **redeemed == used).count()), (1, 9));
    assert_eq!(h.count("host_tokens").await, "1");
}
