//! Starts gateways on ports that the system chooses, each with a store of its own.

use std::sync::Arc;

use postern::gateway::{Gateway, StartError};
use postern::storage::Storage;
use postern::system::{SystemClock, SystemEntropy};
use postern_config::{Address, Config, Sources, load};
use postern_keystore::SessionToken;
use postern_model::clock::Clock;
use postern_model::id::SessionId;
use postern_model::session::{Caller, NewSession, Vouched};
use postern_model::user::ProviderIdentity;
use tempfile::TempDir;

use super::certificates::Pair;

/// 32 random bytes, drawn for these tests only.
pub(crate) const MASTER: &str = "pJ6vL0o1xkW7dQ9mTt2yZ3b8uRrC4nEeHhGgKkXwB5s=";

/// A running gateway and its state.
pub(crate) struct Running {
    pub(crate) gateway: Gateway,
    pub(crate) state: TempDir,
}

/// Complete, with further lines of the outermost table and further sections.
pub(crate) fn config(state: &TempDir, lines: &str, sections: &str) -> Config {
    config_at("http://localhost:8080", state, lines, sections)
}

/// The same for another origin.
pub(crate) fn config_at(origin: &str, state: &TempDir, lines: &str, sections: &str) -> Config {
    let text = format!(
        "public_url = '{origin}'\nstate_dir = '{}'\n{lines}\n[google]\nissuer = 'http://127.0.0.1:9'\n\
         client_id = 'client'\nclient_secret = 'canary-client-secret'\n[access]\nanyone = true\n[keys]\nmaster = \
         '{MASTER}'\n{sections}",
        state.path().display()
    );
    let file = state.path().join("postern.toml");
    std::fs::write(&file, text).unwrap();
    let sources = Sources {
        file: Some(file),
        overrides: vec![
            ("listen.address".to_owned(), "127.0.0.1:0".to_owned()),
            ("listen.management".to_owned(), "127.0.0.1:0".to_owned()),
        ],
        ..Sources::default()
    };
    load(&sources).unwrap_or_else(|problems| panic!("{problems}")).config
}

pub(crate) async fn start_config(config: Config) -> Result<Gateway, StartError> {
    Gateway::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy::default())).await
}

impl Running {
    pub(crate) async fn start(lines: &str, sections: &str) -> Self {
        let state = TempDir::new().unwrap();
        let gateway = start_config(config(&state, lines, sections)).await.unwrap_or_else(|error| panic!("{error}"));
        Self { gateway, state }
    }

    /// Behind TLS, at `https://localhost`, with this certificate.
    pub(crate) async fn start_tls(pair: &Pair, lines: &str, sections: &str) -> Self {
        let state = TempDir::new().unwrap();
        let tls = pair.write(state.path());
        let config = config_at("https://localhost", &state, lines, &format!("{sections}\n{tls}"));
        let gateway = start_config(config).await.unwrap_or_else(|error| panic!("{error}"));
        Self { gateway, state }
    }

    pub(crate) fn address(&self) -> &Address {
        self.gateway.address()
    }

    pub(crate) fn management(&self) -> &Address {
        self.gateway.management().unwrap()
    }

    /// Signs somebody in, straight in the store; gives the value of their cookie.
    pub(crate) async fn sign_in(&self, email: &str) -> String {
        let entropy = Arc::new(SystemEntropy::default());
        let store = Storage::open(&config(&self.state, "", ""), entropy.clone()).unwrap().port();
        let identity = ProviderIdentity {
            issuer: "https://accounts.google.com".to_owned(),
            subject: format!("subject of {email}"),
            email: email.to_owned(),
            full_name: None,
            avatar_url: None,
            may_link: false,
        };
        let token = SessionToken::draw(entropy.as_ref());
        let session = NewSession {
            id: SessionId::draw(entropy.as_ref()),
            token: token.hash(),
            at: SystemClock.now(),
            caller: Caller::default(),
            vouched: Vouched::default(),
            replaces: None,
        };
        store.sign_in(&identity, &session).await.unwrap();
        token.to_text()
    }
}
