//! A person with an authenticator app.

use std::time::Duration;

use postern_authn::factors::{Enrolled, FactorError};
use postern_authn::sign_in::AccessPolicy;
use postern_model::ExposeSecret;
use postern_model::access::SecondFactorPolicy;
use postern_model::clock::{Clock, Timestamp};
use postern_model::factor::SecondFactor;
use postern_model::session::{Caller, SessionView};
use totp_rs::{Builder, Secret};

use super::World;

pub const STEP: Duration = Duration::from_secs(30);

/// An authenticator app.
pub struct App(pub String);

impl App {
    pub fn code(&self, world: &World) -> String {
        self.code_at(world.clock.now())
    }

    pub fn code_at(&self, at: Timestamp) -> String {
        let secret = Secret::try_from_base32(&self.0).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(at.unix_time()).to_string()
    }

    pub fn wrong(&self, world: &World) -> String {
        let right: u32 = self.code(world).parse().unwrap();
        format!("{:06}", (right + 500_000) % 1_000_000)
    }
}

pub fn caller() -> Caller {
    Caller::new("192.0.2.7".parse().ok(), Some("Firefox"))
}

pub async fn enrol(world: &World, view: &SessionView) -> (App, Enrolled) {
    let offer = world.authn.begin_enrolment(view, None, &caller()).await.unwrap();
    let app = App(offer.secret_base32.expose_secret().to_owned());
    let token = offer.setup_token.unwrap();
    let enrolled =
        world.authn.confirm_enrolment(view, Some(token.expose_secret()), &app.code(world), &caller()).await.unwrap();
    world.clock.advance(STEP);
    (app, enrolled)
}

pub async fn enrolled() -> (World, App, Enrolled) {
    let world = World::new().await;
    let signed_in = world.sign_in().await;
    let (app, enrolled) = enrol(&world, &signed_in.view).await;
    (world, app, enrolled)
}

pub async fn per_user() -> World {
    World::with(SecondFactorPolicy::PerUser, AccessPolicy { anyone: true, ..AccessPolicy::default() }).await
}

pub async fn verify(world: &World, view: &SessionView, code: &str) -> Result<SessionView, FactorError> {
    world.authn.verify(view, SecondFactor::Totp, code, &caller()).await.map(|elevated| elevated.view)
}
