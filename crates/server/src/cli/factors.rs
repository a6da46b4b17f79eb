//! The second factors of a user, as `postern users show` lists them.

use postern_authn::factors::time_of_step;
use postern_model::authenticator::Authenticator;
use postern_model::clock::Timestamp;
use postern_model::passkey::Passkey;
use postern_model::store::StoreError;
use postern_model::user::User;
use serde_json::{Value, json};

use super::context::Context;

/// Authenticator apps and passkeys of a user.
pub(super) struct Listed {
    authenticators: Vec<Authenticator>,
    passkeys: Vec<Passkey>,
}

impl Listed {
    /// Reads them; for a user with a readable enrolment.
    pub(super) async fn read(context: &Context, user: &User) -> Result<Self, StoreError> {
        let authenticators = context.store.authenticators(user.id).await?;
        Ok(Self { authenticators, passkeys: context.store.passkeys(user.id).await? })
    }

    /// Lists none.
    pub(super) fn none() -> Self {
        Self { authenticators: Vec::new(), passkeys: Vec::new() }
    }

    /// Names what the second factor of an enrolled user consists of, backup codes aside.
    pub(super) fn kinds(&self) -> &'static str {
        match (self.authenticators.is_empty(), self.passkeys.is_empty()) {
            (false, _) => "authenticator app",
            (true, false) => "passkeys, no authenticator app",
            (true, true) => "backup codes alone",
        }
    }

    /// Returns a title and a text for each.
    pub(super) fn lines(&self) -> impl Iterator<Item = (String, String)> {
        let apps = self.authenticators.iter().map(|app| {
            let name = app.name.as_deref().unwrap_or("without a name");
            ("authenticator app".to_owned(), described(name, app.created_at, last_use(app)))
        });
        let passkeys = self.passkeys.iter().map(|passkey| {
            let text = described(&passkey.name, Some(passkey.created_at), passkey.last_used_at);
            ("passkey".to_owned(), if passkey.backed_up { format!("{text}, synced") } else { text })
        });
        apps.chain(passkeys)
    }

    /// Returns the authenticator apps as JSON.
    pub(super) fn authenticators_json(&self) -> Value {
        let of = |app: &Authenticator| {
            json!({
                "id": app.id.to_string(),
                "name": app.name,
                "added_at": app.created_at.map(|at| at.to_string()),
                "last_used_at": last_use(app).map(|at| at.to_string()),
            })
        };
        self.authenticators.iter().map(of).collect()
    }

    /// Returns the passkeys as JSON.
    pub(super) fn passkeys_json(&self) -> Value {
        let of = |one: &Passkey| {
            json!({
                "id": one.id.to_string(),
                "name": one.name,
                "added_at": one.created_at.to_string(),
                "last_used_at": one.last_used_at.map(|at| at.to_string()),
                "synced": one.backed_up,
            })
        };
        self.passkeys.iter().map(of).collect()
    }
}

fn last_use(app: &Authenticator) -> Option<Timestamp> {
    app.last_step.map(time_of_step)
}

fn described(name: &str, added: Option<Timestamp>, used: Option<Timestamp>) -> String {
    let added = added.map(|at| format!("added {at}, ")).unwrap_or_default();
    let used = used.map_or_else(|| "not used yet".to_owned(), |at| format!("last used {at}"));
    format!("{name}: {added}{used}")
}
