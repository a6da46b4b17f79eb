//! Sign-in with the provider: the authorization-code flow of OpenID Connect Core §3.1 with PKCE (RFC 7636), from the
//! button to the first-factor session.

mod claims;
mod discovery;
mod error;
mod http_client;
mod id_token;
mod issuer_check;
mod provider;
mod transaction;

use std::sync::Arc;

use http::HeaderMap;
use http::header::HeaderValue;
use postern_keystore::{SessionCookie, SessionToken};
use postern_model::audit::AuditKind;
use postern_model::id::{SessionId, UserId};
use postern_model::session::{Caller, NewSession, SessionView};
use postern_model::user::UserMatch;
use postern_model::web::{ReturnUrl, Site};

pub use crate::admission::AccessPolicy;
pub use error::SignInError;
pub use http_client::{HttpClient, HttpError};
pub use provider::ProviderSettings;
use provider::{Exchange, Provider};
use transaction::{Transaction, Transactions};

use crate::service::Authn;

/// Destination of a completed sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A return URL that [`Site::return_url`] accepted.
    Url(ReturnUrl),
    /// The NetPilot dashboard (`FRONTEND_URL?login=success…`), for sign-ins that began at `/login`.
    Dashboard,
}

/// Sign-in that has begun: send the browser to the provider with these cookies.
#[derive(Debug)]
pub struct Begun {
    /// The provider's authorization URL.
    pub location: String,
    /// `Set-Cookie` values: the new transaction, and the oldest ones dropped.
    pub set_cookies: Vec<HeaderValue>,
}

/// Parameters of the provider's callback (RFC 6749 §4.1.2, RFC 9207).
#[derive(Clone, Debug, Default)]
pub struct CallbackQuery {
    /// Authorization code.
    pub code: Option<String>,
    /// The state that we sent with the authorization request.
    pub state: Option<String>,
    /// The provider's issuer identifier.
    pub iss: Option<String>,
    /// An error code in place of an authorization code.
    pub error: Option<String>,
}

/// Result of a callback. Its transaction is over in either case, so the cookie is cleared.
#[derive(Debug)]
pub struct Finished {
    /// The first-factor session, or the error.
    pub outcome: Result<SignedIn, SignInError>,
    /// `Set-Cookie` values that clear the transaction.
    pub set_cookies: Vec<HeaderValue>,
    /// Facts learnt on the way, also where the sign-in failed.
    pub context: SignInContext,
}

/// Facts about a callback, as far as it was processed.
#[derive(Debug, Default)]
pub struct SignInContext {
    /// Requested destination; known once the transaction was found.
    pub destination: Option<Destination>,
    /// The address in the ID token, which only its owner can have brought here; known once the token was verified.
    pub account: Option<String>,
    /// The account: the one that was refused, where it is known, or the one that has this address.
    pub user: Option<UserId>,
    /// The subject of an identity whose address belongs to another account, for `postern users relink`.
    pub subject: Option<String>,
}

/// Fresh first-factor session.
#[derive(Debug)]
pub struct SignedIn {
    /// The session token, for its cookie.
    pub token: SessionToken,
    /// The session.
    pub view: SessionView,
    /// Requested destination.
    pub destination: Destination,
}

/// Sign-in with the configured provider.
pub struct SignIn {
    authn: Arc<Authn>,
    provider: Provider,
    transactions: Transactions,
    access: AccessPolicy,
}

impl SignIn {
    /// Takes the operations, the site, the provider and the admission policy. Transaction cookies are named after the
    /// session cookie.
    pub fn new(
        authn: Arc<Authn>,
        site: Arc<Site>,
        settings: ProviderSettings,
        access: AccessPolicy,
        cookie: SessionCookie,
        client: Arc<dyn HttpClient>,
    ) -> Self {
        let provider = Provider::new(settings, site.redirect_uri(), client, Arc::clone(&authn.clock));
        let transactions = Transactions::new(cookie, site);
        Self { authn, provider, transactions, access }
    }

    /// Begins a sign-in. `headers` are the request's, which list the transactions that are open in this browser.
    pub async fn begin(&self, destination: &Destination, headers: &HeaderMap) -> Result<Begun, SignInError> {
        let transaction = Transaction::draw(self.authn.entropy.as_ref(), destination, self.authn.now());
        let location = self.provider.authorization_url(&transaction).await?;
        let set_cookies = self.transactions.open(&self.authn, &transaction, headers)?;
        Ok(Begun { location, set_cookies })
    }

    /// Finishes a sign-in: finds the transaction by its state, exchanges the code, verifies the ID token, checks the
    /// access policy, and starts the session in one transaction of the store. Nothing is written before that, so a
    /// callback that fails at any step changes nothing. `previous` is the session that this browser has now; it ends.
    pub async fn finish(
        &self,
        query: &CallbackQuery,
        headers: &HeaderMap,
        caller: &Caller,
        previous: Option<&SessionToken>,
    ) -> Finished {
        let state = query.state.as_deref().unwrap_or_default();
        let set_cookies = self.transactions.close(state, headers);
        let mut context = SignInContext::default();
        let outcome = self.complete(query, headers, caller, previous, &mut context).await;
        if let Err(error) = &outcome {
            let (account, user) = (context.account.as_deref(), context.user);
            tracing::warn!(
                code = error.code(),
                reason = %error,
                user.email = account,
                user.id = user.map(tracing::field::display),
                user.subject = context.subject.as_deref(),
                client.address = caller.address.map(tracing::field::display),
                "sign-in failed"
            );
            if error.is_refusal() {
                let mut detail =
                    account.map_or(error.code().to_owned(), |account| format!("{}: {account}", error.code()));
                if let Some(subject) = &context.subject {
                    detail.push_str(&format!(" (subject {subject})"));
                }
                self.authn.audit(AuditKind::SignInRefused, user, None, caller, Some(&detail)).await;
            }
        }
        Finished { outcome, set_cookies, context }
    }

    /// Checks that the provider is reachable and that its discovery document is valid; fills the cache.
    pub async fn probe(&self) -> Result<(), SignInError> {
        self.provider.probe().await
    }

    async fn complete(
        &self,
        query: &CallbackQuery,
        headers: &HeaderMap,
        caller: &Caller,
        previous: Option<&SessionToken>,
        context: &mut SignInContext,
    ) -> Result<SignedIn, SignInError> {
        let state = query.state.as_deref().unwrap_or_default();
        let (transaction, destination) = self.transactions.find(&self.authn, state, headers)?;
        context.destination = Some(destination.clone());
        self.provider.check_response_issuer(query.iss.as_deref())?;
        let code = match (&query.error, &query.code) {
            (Some(error), _) if error == "access_denied" => return Err(SignInError::Cancelled),
            (Some(_), _) => return Err(SignInError::ProviderRefused),
            (None, Some(code)) if !code.is_empty() => code.clone(),
            (None, _) => return Err(SignInError::Malformed("the callback has neither code nor error")),
        };
        let exchange = Exchange { code, nonce: &transaction.nonce, verifier: &transaction.verifier };
        let claims = self.provider.exchange(exchange).await?;
        context.account.clone_from(&claims.email);
        let (identity, vouched) = self.access.admit(&claims)?;

        let entropy = self.authn.entropy.as_ref();
        let token = SessionToken::draw(entropy);
        let session = NewSession {
            id: SessionId::draw(entropy),
            token: token.hash(),
            at: self.authn.now(),
            caller: caller.clone(),
            vouched,
            replaces: previous.map(SessionToken::hash),
        };
        let matched = self.authn.store.sign_in(&identity, &session).await?;
        let (user, how) = match matched {
            UserMatch::Known(user) => (user, None),
            UserMatch::Linked(user) => (user, Some(AuditKind::AccountLinked)),
            UserMatch::Created(user) => (user, Some(AuditKind::AccountCreated)),
            UserMatch::Inactive(user) => {
                context.user = Some(user);
                return Err(SignInError::Inactive);
            }
            UserMatch::EmailTaken => {
                context.subject = Some(identity.subject.clone());
                let holder = self.authn.store.user_by_email(&identity.email).await?;
                context.user = holder.map(|holder| holder.id);
                return Err(SignInError::EmailTaken);
            }
        };
        if let Some(kind) = how {
            self.authn.audit(kind, Some(user.id), Some(session.id), caller, None).await;
        }
        self.authn.audit(AuditKind::SignedIn, Some(user.id), Some(session.id), caller, None).await;
        let view = self.authn.store.session(&session.token).await?.ok_or(SignInError::Inactive)?;
        Ok(SignedIn { token, view, destination })
    }
}
