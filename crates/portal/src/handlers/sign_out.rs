//! Sign-out, with a confirmation page.

use http::{HeaderValue, StatusCode};
use postern_keystore::CookieRead;
use postern_model::session::SessionView;
use postern_model::trusted_device::DeviceSelection;
use serde_json::json;

use crate::error::PortalError;
use crate::language::Text;
use crate::pages::{Notice, Shell, SignOutPage};
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};
use crate::session::{SessionLookup, if_readable};

impl Portal {
    /// `GET sign-out`, and `/logout` of the NetPilot profile: the confirmation page. Without a session, redirects to `rd` or
    /// shows that the browser is signed out.
    pub(crate) async fn show_sign_out(&self, request: &Request) -> Result<Response, PortalError> {
        let rd = self.return_url(&request.query);
        if let SessionLookup::Active(view) = self.lookup_session(request).await? {
            let rd = rd.map(|url| url.as_str().to_owned());
            let trusted = self.own_device(request, &view).is_some();
            return response::page(StatusCode::OK, &SignOutPage { shell: self.shell(Some(&view)), rd, trusted });
        }
        // Who has no proof of the session's device may end it, and is told nothing of whose it is.
        if let Some(view) = self.session_to_end(request).await? {
            let shell = Shell { csrf: self.authn.csrf_token(view.session.id), ..self.shell(None) };
            let rd = rd.map(|url| url.as_str().to_owned());
            return response::page(StatusCode::OK, &SignOutPage { shell, rd, trusted: false });
        }
        if let Some(rd) = rd {
            return response::see_other(rd.as_str());
        }
        let shell = self.shell(None);
        let trusted = self.authn.device_trust().is_some() && self.settings.cookie.has_device(&request.headers);
        let far = if trusted { "signout-done-trusted" } else { "signout-done" };
        let notice = Notice::new(shell, Text::new("signout-done-heading")).say(Text::new(far)).sign_in().good();
        response::page(StatusCode::OK, &notice)
    }

    /// `POST sign-out`. The device stays trusted unless the person says otherwise.
    pub(crate) async fn sign_out(&self, request: &Request) -> Result<Response, PortalError> {
        let mut forgotten = None;
        if let SessionLookup::Active(view) = self.lookup_session(request).await? {
            let form = request.form();
            self.check_form(&view, &form)?;
            if let Some(device) = self.own_device(request, &view).filter(|_| form.get("forget") == Some("on")) {
                self.authn.forget_devices(&view, DeviceSelection::One(device), &request.caller).await?;
                forgotten = Some(self.cleared_device(view.user.id));
            }
            self.authn.sign_out(&view, &request.caller).await?;
        } else if let Some(view) = self.session_to_end(request).await? {
            self.check_form(&view, &request.form())?;
            self.authn.sign_out(&view, &request.caller).await?;
        }
        let rd = self.return_url(&request.form()).map(|url| url.as_str().to_owned());
        let response = response::see_other(&rd.unwrap_or_else(|| self.site.path("sign-out")))?;
        Ok(response::with_cookies(self.signed_out(request, response), forgotten))
    }

    /// `POST /logout` of the NetPilot profile. Responds like the backend, without the envelope, and the same without a
    /// session.
    pub(crate) async fn api_sign_out(&self, request: &Request) -> Result<Response, PortalError> {
        if let Some(view) = self.session_to_end(request).await? {
            let _ = request.requester.set(view.user.id);
            self.authn.sign_out(&view, &request.caller).await?;
        }
        let response = response::json(StatusCode::OK, &json!({ "message": "Logged out successfully" }));
        Ok(self.signed_out(request, response))
    }

    /// Returns the session of a request, with or without a proof of its device. For its end, and for nothing else.
    async fn session_to_end(&self, request: &Request) -> Result<Option<SessionView>, PortalError> {
        let CookieRead::Token(token) = self.settings.cookie.read(&request.headers) else { return Ok(None) };
        Ok(if_readable(self.authn.session_of_any_device(&token, self.host(request)).await)?)
    }

    /// Clears the session cookie, that of its device, and pages in the browser's caches, including the back/forward cache (Clear Site Data
    /// §3.1).
    fn signed_out(&self, request: &Request, mut response: Response) -> Response {
        response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
        let cookie = &self.settings.cookie;
        let bound = cookie.has_bound(&request.headers).then(|| cookie.clear_bound());
        response::with_cookies(response, std::iter::once(cookie.clear()).chain(bound))
    }
}
