//! Sign-in: the page, the redirect to the provider, and the callback.

use http::StatusCode;
use postern_authn::access::{Standing, Step};
use postern_authn::sign_in::{CallbackQuery, Destination, SignInContext, SignInError, SignedIn};
use postern_keystore::CookieRead;
use postern_model::session::SessionView;
use postern_model::store::StoreError;
use postern_model::web::is_navigation;
use url::Url;

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{Notice, SignInPage};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};
use crate::session::SessionLookup;

impl Portal {
    /// `GET sign-in`. Only shows the button: starting by itself could loop, and would sign users in unasked. A browser
    /// that has a session is redirected onwards, unless its user comes to renew it (`again`).
    pub(crate) async fn show_sign_in(&self, request: &Request) -> Result<Response, PortalError> {
        let rd = self.return_url(&request.query);
        let alert = match self.lookup_session(request).await? {
            SessionLookup::Active(_) if request.query.get("again").is_some() => None,
            SessionLookup::Active(view) => {
                let onward = rd.unwrap_or_else(|| self.home());
                return response::see_other(&self.next(&view, onward.as_str()));
            }
            SessionLookup::Absent => None,
            SessionLookup::Ended => Some("signin-ended"),
            SessionLookup::InvalidCookie => Some("signin-cookie-damaged"),
            SessionLookup::CookiesTooLarge => return Err(PortalError::CookiesTooLarge),
        };
        let rd = rd.map(|url| url.as_str().to_owned());
        let agent = request.caller.user_agent.as_deref();
        let in_app = agent.is_some_and(is_in_app_browser);
        let page = SignInPage { shell: self.shell(None), rd, alert: alert.map(Text::new), in_app };
        response::page(StatusCode::OK, &page)
    }

    /// `POST sign-in`: redirects to the provider.
    pub(crate) async fn start_sign_in(&self, request: &Request) -> Result<Response, PortalError> {
        let rd = self.return_url(&request.form()).unwrap_or_else(|| self.home());
        self.begin(request, &Destination::Url(rd)).await
    }

    /// `GET /login` of the NetPilot profile. The dashboard sends the browser here, so the sign-in starts at once, but
    /// only for navigations: an image or a script must not open many transactions. A session that waits for its second
    /// factor is redirected to that step if the gateway asks for it.
    pub(crate) async fn legacy_login(&self, request: &Request) -> Result<Response, PortalError> {
        if !is_navigation(&request.method, &request.headers) {
            return Err(self.step(Step::SignIn, self.home().as_str()));
        }
        if let SessionLookup::Active(view) = self.lookup_session(request).await?
            && (self.asks_itself() || self.authn.standing(&view) == Standing::Complete)
        {
            return response::see_other(&self.dashboard(&view));
        }
        self.begin(request, &Destination::Dashboard).await
    }

    /// `GET callback`, and `/authorize` of the NetPilot profile: the provider's redirect back.
    pub(crate) async fn finish_sign_in(&self, request: &Request) -> Result<Response, PortalError> {
        let one = |name: &str| request.query.unique(name).map(str::to_owned);
        let query = CallbackQuery { code: one("code"), state: one("state"), iss: one("iss"), error: one("error") };
        let previous = match self.settings.cookie.read(&request.headers) {
            CookieRead::Token(token) => Some(token),
            CookieRead::Absent | CookieRead::Refused | CookieRead::TooLarge => None,
        };
        let finished = self.sign_in.finish(&query, &request.headers, &request.caller, previous.as_ref()).await;
        let response = match finished.outcome {
            Ok(SignedIn { token, view, destination }) => {
                let by_device = self.verify_by_device(request, &view).await;
                let (token, view) = match by_device.raised {
                    Some(raised) => (raised.token, raised.view),
                    None => (token, view),
                };
                let location = match destination {
                    Destination::Url(url) => self.next(&view, url.as_str()),
                    Destination::Dashboard => self.dashboard(&view),
                };
                let response = self.with_session(response::see_other(&location)?, &token, &view);
                response::with_cookies(response, by_device.set_cookies)
            }
            // The callback was loaded again, or opened from the history. The sign-in it belonged to is done.
            Err(SignInError::UnknownTransaction) if previous.is_some() => match self.lookup_session(request).await? {
                SessionLookup::Active(view) => response::see_other(&self.next(&view, self.home().as_str()))?,
                _ => self.sign_in_failed(&SignInError::UnknownTransaction, &finished.context)?,
            },
            Err(error) => self.sign_in_failed(&error, &finished.context)?,
        };
        Ok(response::with_cookies(response, finished.set_cookies))
    }

    /// Returns the URL of the missing step, or `onward` if none is missing.
    pub(crate) fn next(&self, view: &SessionView, onward: &str) -> String {
        match self.authn.standing(view) {
            Standing::Waiting(step) => self.shell(None).path_returning(step.page(), onward),
            Standing::Complete | Standing::Over => self.hand_over_first(onward),
        }
    }

    async fn begin(&self, request: &Request, destination: &Destination) -> Result<Response, PortalError> {
        match self.sign_in.begin(destination, &request.headers).await {
            Ok(begun) => Ok(response::with_cookies(response::see_other(&begun.location)?, begun.set_cookies)),
            Err(error) => {
                tracing::warn!(code = error.code(), reason = %error, "sign-in could not begin");
                self.sign_in_failed(&error, &SignInContext::default())
            }
        }
    }

    /// Returns the destination of a sign-in that the dashboard began: the dashboard, and with `legacy.second_factor =
    /// "pages"` the missing step first. So it is for whoever has passkeys and no app: no dashboard's dialog can ask for one.
    fn dashboard(&self, view: &SessionView) -> String {
        let standing = self.authn.standing(view);
        match self.site.legacy() {
            Some(legacy) if self.asks_itself() || (view.factors.enrolled() && !view.factors.totp) => {
                self.next(view, &dashboard_url(legacy.frontend_url.clone(), Standing::Complete))
            }
            Some(legacy) => dashboard_url(legacy.frontend_url.clone(), standing),
            None => self.home().as_str().to_owned(),
        }
    }

    fn sign_in_failed(&self, error: &SignInError, context: &SignInContext) -> Result<Response, PortalError> {
        let (status, heading) = match error {
            SignInError::Cancelled => (StatusCode::OK, "signin-heading-cancelled"),
            SignInError::UnknownTransaction | SignInError::Malformed(_) => {
                (StatusCode::BAD_REQUEST, "signin-heading-expired")
            }
            SignInError::ProviderUnavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "signin-heading-unreachable"),
            SignInError::Sealing | SignInError::Store(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "signin-heading-not-working")
            }
            SignInError::Inactive => (StatusCode::FORBIDDEN, "signin-heading-disabled"),
            SignInError::Unreadable(_) => (StatusCode::FORBIDDEN, "signin-heading-unreadable"),
            SignInError::EmailUnverified | SignInError::NotAllowed | SignInError::EmailTaken => {
                (StatusCode::FORBIDDEN, "signin-heading-not-allowed")
            }
            SignInError::ProviderRefused | SignInError::CodeRefused(_) | SignInError::InvalidToken(_) => {
                (StatusCode::BAD_REQUEST, "signin-heading-failed")
            }
        };
        let shell = self.shell(None);
        // The requested page is still the destination.
        let again = match &context.destination {
            Some(Destination::Url(url)) => shell.path_returning("sign-in", url.as_str()),
            Some(Destination::Dashboard) => "/login".to_owned(),
            None => shell.path("sign-in"),
        };
        let label = if error.is_refusal() { "signin-other-account" } else { "signin-start-again" };
        let mut notice = Notice::new(shell, Text::new(heading));
        if let (true, Some(account)) = (error.is_refusal(), &context.account) {
            notice = notice.say(Text::new("signin-was-as").with("account", account));
        }
        let notice = notice.say(Text::new(explanation(error))).offer(Text::new(label), again);
        let mut response = self.refusal(status, notice, error.code())?;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            PortalError::StoreUnavailable.add_headers(response.headers_mut());
        }
        Ok(response)
    }
}

/// Returns the message that says what went wrong and what to do.
fn explanation(error: &SignInError) -> &'static str {
    match error {
        SignInError::Cancelled => "signin-cancelled",
        SignInError::UnknownTransaction | SignInError::Malformed(_) => "signin-expired",
        SignInError::ProviderRefused | SignInError::CodeRefused(_) | SignInError::InvalidToken(_) => {
            "signin-unverifiable"
        }
        SignInError::ProviderUnavailable(_) => "signin-unreachable",
        SignInError::EmailUnverified => "signin-email-unverified",
        SignInError::NotAllowed => "signin-not-allowed",
        SignInError::Inactive => "signin-inactive",
        SignInError::EmailTaken => "signin-email-taken",
        SignInError::Unreadable(_) => "signin-unreadable",
        SignInError::Store(StoreError::Unsuitable(_)) => "signin-store-unsuitable",
        SignInError::Sealing | SignInError::Store(_) => "signin-impossible",
    }
}

/// Builds `FRONTEND_URL?login=success`, with the missing step in the form that the legacy dashboard expects. Keeps the
/// URL's own query.
fn dashboard_url(mut url: Url, standing: Standing) -> String {
    url.query_pairs_mut().append_pair("login", "success");
    if let Standing::Waiting(step) = standing {
        let action = if step == Step::Enrol { "setup" } else { "verify" };
        url.query_pairs_mut().append_pair("requires_2fa", "true").append_pair("action", action);
    }
    url.into()
}

/// Whether a user agent is a browser embedded in another app. Google refuses these ("disallowed_useragent").
fn is_in_app_browser(agent: &str) -> bool {
    const MARKS: [&str; 9] =
        ["FBAN/", "FBAV/", "Instagram", "Line/", "MicroMessenger", "LinkedInApp", "Snapchat", "TikTok", "; wv)"];
    MARKS.iter().any(|mark| agent.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_inside_other_apps_are_known() {
        assert!(is_in_app_browser("Mozilla/5.0 (iPhone; …) Mobile/15E148 [FBAN/FBIOS;FBAV/443.0]"));
        assert!(is_in_app_browser("Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) Chrome/126.0 Mobile Safari/537.36"));
        assert!(!is_in_app_browser("Mozilla/5.0 (Linux; Android 14) Chrome/126.0.0.0 Mobile Safari/537.36"));
    }

    #[test]
    fn the_dashboard_is_told_what_is_missing_and_keeps_its_own_query() {
        for (url, standing, expected) in [
            ("http://localhost:5173", Standing::Complete, "http://localhost:5173/?login=success"),
            (
                "http://localhost:5173/?tab=1#top",
                Standing::Waiting(Step::Verify),
                "http://localhost:5173/?tab=1&login=success&requires_2fa=true&action=verify#top",
            ),
            (
                "https://app.example.com/x",
                Standing::Waiting(Step::Enrol),
                "https://app.example.com/x?login=success&requires_2fa=true&action=setup",
            ),
        ] {
            assert_eq!(dashboard_url(url.parse().unwrap(), standing), expected);
        }
    }
}
