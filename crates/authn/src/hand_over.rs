//! Handing a session over to another host of the gateway.

use postern_keystore::{Binding, SessionToken};
use postern_model::hand_over::{HandOver, HandOverRefused, LIFETIME, Redeemed, Redemption};
use postern_model::session::{SessionView, TokenHash};
use postern_model::store::StoreError;

use crate::service::Authn;

/// Session that was handed over to a host.
#[derive(Debug)]
pub struct HandedOver {
    /// The session's token for this host.
    pub token: SessionToken,
    /// The session.
    pub view: SessionView,
    /// The requested URL.
    pub return_url: String,
}

impl Authn {
    /// Draws a fresh binding for a browser.
    pub fn draw_binding(&self) -> Binding {
        Binding::draw(self.entropy.as_ref(), self.now())
    }

    /// Makes the code that hands a session over to a host (its name, without a port), for the browser with this
    /// binding. `None` if the session ended or its token was rotated meanwhile.
    pub async fn begin_hand_over(
        &self,
        view: &SessionView,
        host: &str,
        binding: TokenHash,
        return_url: &str,
    ) -> Result<Option<String>, StoreError> {
        let (code, now) = (SessionToken::draw(self.entropy.as_ref()), self.now());
        let hand_over = HandOver {
            code: code.hash(),
            session: view.session.id,
            session_token: view.session.token,
            host: host.to_owned(),
            binding,
            return_url: return_url.to_owned(),
            expires_at: now.after(LIFETIME),
            used: false,
        };
        let stored = self.store.begin_hand_over(&hand_over, now).await?;
        Ok(stored.then(|| code.to_text()))
    }

    /// Exchanges a code for a token of the session that is valid at this host.
    pub async fn redeem_hand_over(
        &self,
        code: &str,
        host: &str,
        binding: Option<&Binding>,
    ) -> Result<Result<HandedOver, HandOverRefused>, StoreError> {
        let Some(code) = SessionToken::parse(code) else { return Ok(Err(HandOverRefused::Malformed)) };
        let token = SessionToken::draw_bound(self.entropy.as_ref());
        let redemption = Redemption {
            code: code.hash_at(host),
            host: host.to_owned(),
            binding: binding.map(Binding::hash),
            token: token.hash_at(host),
            at: self.now(),
        };
        Ok(match self.store.redeem_hand_over(&redemption).await? {
            Redeemed::Accepted { view, return_url } => Ok(HandedOver { token, view: *view, return_url }),
            Redeemed::Refused(refused) => Err(refused),
        })
    }
}
