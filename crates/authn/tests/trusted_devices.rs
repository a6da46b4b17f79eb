//! Trusted devices: how long they are listed, and what ending the trust leaves behind.

#![cfg(test)]

mod support;

use std::time::Duration;

use postern_authn::factors::Submitted;
use postern_model::audit::AuditKind;
use postern_model::factor::SecondFactor;
use postern_model::session::SessionView;
use postern_model::trusted_device::DeviceSelection;
use support::app::{App, STEP, caller, enrolled};
use support::{DEVICE_TRUST, World};

/// Signs in on another device, which is trusted from then on.
async fn trust(world: &World, app: &App) -> SessionView {
    let view = world.sign_in().await.view;
    let code = app.code(world);
    world.clock.advance(STEP);
    let submitted = Submitted { code: &code, nonce: None, of_form: true, trust: true, client: None };
    let raised = world.authn.verify(&view, SecondFactor::Totp, submitted, &caller()).await.unwrap();
    assert!(raised.device.is_some());
    raised.view
}

#[tokio::test]
async fn a_device_is_listed_until_the_moment_at_which_its_trust_ends() {
    let (world, app, _) = enrolled().await;
    let view = trust(&world, &app).await;
    let listed = async || world.authn.trusted_devices(&view).await.unwrap().len();
    assert_eq!(listed().await, 1);
    world.clock.advance(DEVICE_TRUST - Duration::from_secs(1));
    assert_eq!(listed().await, 1);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(listed().await, 0);
}

#[tokio::test]
async fn the_end_of_a_trust_is_an_event_that_says_whether_it_was_all() {
    let (world, app, _) = enrolled().await;
    trust(&world, &app).await;
    let view = trust(&world, &app).await;
    let ended = async || {
        let events = world.events_of(view.user.id).await.into_iter();
        let mut found: Vec<_> =
            events.filter(|(kind, _)| *kind == AuditKind::DeviceTrustEnded).filter_map(|(_, detail)| detail).collect();
        found.sort();
        found
    };
    let one = world.authn.trusted_devices(&view).await.unwrap()[0].0.id;
    assert_eq!(world.authn.forget_devices(&view, DeviceSelection::One(one), &caller()).await.unwrap(), 1);
    assert_eq!(world.authn.forget_devices(&view, DeviceSelection::One(one), &caller()).await.unwrap(), 0);
    assert_eq!(ended().await, ["removed"]);
    assert_eq!(world.authn.forget_devices(&view, DeviceSelection::All, &caller()).await.unwrap(), 1);
    assert_eq!(world.authn.forget_devices(&view, DeviceSelection::All, &caller()).await.unwrap(), 0);
    assert_eq!(ended().await, ["all", "removed"]);
}
