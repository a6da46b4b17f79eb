//! The provider: the authorization request, and the exchange of a code for verified claims.

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType, CoreUserInfoClaims,
};
use openidconnect::{
    AdditionalClaims, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, ExtraTokenFields, IdToken, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse, SubjectIdentifier,
    TokenResponse, UserInfoError,
};
use postern_model::clock::Clock;
use postern_model::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::SignInError;
use super::claims::Claims;
use super::discovery::{Discovery, Known};
use super::http_client::{HttpClient, HttpError, Sender};
use super::id_token::{self, Rejected};
use super::transaction::Transaction;

/// The configured provider and our registration as its client.
pub struct ProviderSettings {
    /// Issuer identifier.
    pub issuer: Url,
    /// Client identifier.
    pub client_id: String,
    /// Client secret.
    pub client_secret: SecretString,
    /// `hd` hint of the authorization request: shows only accounts of this domain. It is a hint and is never used as a
    /// check.
    pub hosted_domain_hint: Option<String>,
    /// `prompt` of the authorization request; `select_account` lets people choose.
    pub prompt: Option<String>,
}

/// Extra field of the token endpoint's response: the ID token as text, which [`id_token`] verifies.
#[derive(Debug, Serialize, Deserialize)]
struct RawIdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for RawIdToken {}

type TokenAnswer = StandardTokenResponse<RawIdToken, CoreTokenType>;

/// The library expects its own parsed ID token. We parse it ourselves, so there is none to return.
impl TokenResponse<NoClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>
    for TokenAnswer
{
    fn id_token(
        &self,
    ) -> Option<&IdToken<NoClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>> {
        None
    }
}

/// Placeholder for the claims of the library's ID token type, which is not used.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct NoClaims {}

impl AdditionalClaims for NoClaims {}

type ProviderClient = Client<
    NoClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Code to exchange, with the values that its transaction keeps.
pub(super) struct Exchange<'a> {
    pub(super) code: String,
    pub(super) nonce: &'a str,
    pub(super) verifier: &'a str,
}

pub(super) struct Provider {
    settings: ProviderSettings,
    redirect_uri: String,
    client: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    discovery: Arc<Discovery>,
}

impl Provider {
    pub(super) fn new(
        settings: ProviderSettings,
        redirect_uri: String,
        client: Arc<dyn HttpClient>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let discovery = Discovery::new(settings.issuer.clone(), Arc::clone(&client), Arc::clone(&clock));
        Self { settings, redirect_uri, client, clock, discovery: Arc::new(discovery) }
    }

    /// Builds the URL that starts `transaction` at the provider: code flow, PKCE S256, state, nonce.
    pub(super) async fn authorization_url(&self, transaction: &Transaction) -> Result<String, SignInError> {
        let known = self.discovery.known().await?;
        let client = self.oidc_client(&known)?;
        let verifier = PkceCodeVerifier::new(transaction.verifier.clone());
        let (state, nonce) = (transaction.state.clone(), transaction.nonce.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(domain) = &self.settings.hosted_domain_hint {
            request = request.add_extra_param("hd", domain.clone());
        }
        if let Some(prompt) = &self.settings.prompt {
            request = request.add_extra_param("prompt", prompt.clone());
        }
        Ok(request.url().0.into())
    }

    /// Checks the `iss` parameter of a callback, where present, against the issuer of our provider (RFC 9207 §2.4).
    pub(super) fn check_response_issuer(&self, iss: Option<&str>) -> Result<(), SignInError> {
        match iss {
            Some(iss) if !id_token::is_issuer(self.issuer(), iss) => {
                Err(SignInError::InvalidToken("the callback names another issuer".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Exchanges a code and verifies the response. The keys are fetched again, once, if an unknown key signed the
    /// token.
    pub(super) async fn exchange(&self, exchange: Exchange<'_>) -> Result<Claims, SignInError> {
        let known = self.discovery.known().await?;
        let client = self.oidc_client(&known)?;
        let send = Sender(self.client.as_ref());
        let answer = client
            .exchange_code(AuthorizationCode::new(exchange.code))
            .map_err(|error| SignInError::ProviderUnavailable(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(exchange.verifier.to_owned()))
            .request_async(&send)
            .await
            .map_err(token_error)?;
        let token = answer.extra_fields().id_token.as_deref();
        let token = token.ok_or_else(|| SignInError::InvalidToken("no ID token was sent".to_owned()))?;
        let check = id_token::Check {
            token,
            access_token: answer.access_token().secret(),
            nonce: exchange.nonce,
            issuer: self.issuer(),
            client_id: &self.settings.client_id,
            now: self.clock.now(),
        };
        let verdict = match check.run(&known.keys) {
            Err(Rejected::UnknownKey) => check.run(self.discovery.newer_keys(&known).await?.as_ref()),
            verdict => verdict,
        };
        let mut claims = verdict.map_err(|rejected| SignInError::InvalidToken(rejected.to_string()))?;
        if claims.email.is_none() && client.user_info_url().is_some() {
            self.add_user_info(&client, answer.access_token(), &mut claims).await?;
        }
        Ok(claims)
    }

    /// Fetches discovery and keys unless they are cached.
    pub(super) async fn probe(&self) -> Result<(), SignInError> {
        self.discovery.known().await.map(|_| ())
    }

    fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    fn oidc_client(&self, known: &Known) -> Result<ProviderClient, SignInError> {
        let redirect = RedirectUrl::new(self.redirect_uri.clone())
            .map_err(|error| SignInError::ProviderUnavailable(error.to_string()))?;
        let client: ProviderClient = Client::from_provider_metadata(
            CoreProviderMetadata::clone(&known.metadata),
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(self.settings.client_secret.expose_secret().to_owned())),
        );
        Ok(client.set_redirect_uri(redirect))
    }

    /// Fetches the claims that the ID token left out from the userinfo endpoint. Its subject must equal the token's
    /// (OpenID Connect Core §5.3.2).
    async fn add_user_info(
        &self,
        client: &ProviderClient,
        access_token: &openidconnect::AccessToken,
        claims: &mut Claims,
    ) -> Result<(), SignInError> {
        let subject = SubjectIdentifier::new(claims.subject.clone());
        let send = Sender(self.client.as_ref());
        let info: CoreUserInfoClaims = client
            .user_info(access_token.clone(), Some(subject))
            .map_err(|error| SignInError::ProviderUnavailable(error.to_string()))?
            .request_async(&send)
            .await
            .map_err(|error| user_info_error(&error))?;
        claims.email = info.email().map(|email| email.to_string());
        claims.email_verified = info.email_verified().unwrap_or(false);
        claims.name = claims.name.take().or_else(|| info.name().and_then(|name| name.get(None)).map(|n| n.to_string()));
        let given = || info.given_name().and_then(|name| name.get(None)).map(|name| name.to_string());
        claims.given_name = claims.given_name.take().or_else(given);
        claims.picture =
            claims.picture.take().or_else(|| info.picture().and_then(|url| url.get(None)).map(|url| url.to_string()));
        Ok(())
    }
}

/// Classifies the error: a refused code is the client's fault, anything else the provider's. The provider's own text is
/// left out, since it may repeat the code.
fn token_error(error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>) -> SignInError {
    match error {
        RequestTokenError::ServerResponse(answer) => SignInError::CodeRefused(answer.error().to_string()),
        RequestTokenError::Request(error) => SignInError::ProviderUnavailable(error.to_string()),
        RequestTokenError::Parse(..) => SignInError::InvalidToken("the token answer is malformed".to_owned()),
        RequestTokenError::Other(_) => SignInError::InvalidToken("the token answer is not acceptable".to_owned()),
    }
}

/// Classifies the error of a userinfo request. The causes are left out, since they may repeat the user's values.
fn user_info_error(error: &UserInfoError<HttpError>) -> SignInError {
    match error {
        UserInfoError::Request(error) => SignInError::ProviderUnavailable(format!("userinfo: {error}")),
        error => SignInError::InvalidToken(format!("userinfo: {error}")),
    }
}
