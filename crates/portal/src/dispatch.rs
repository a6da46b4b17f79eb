//! Which handler answers which route.

use http::Method;
use postern_model::clock::Timestamp;
use postern_model::web::is_navigation;

use crate::error::PortalError;
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};
use crate::route::Route;

impl Portal {
    /// Calls the handler of a route. The caller has checked that the route accepts the method.
    pub(crate) async fn dispatch(
        &self,
        route: Route,
        request: &Request,
        started: Timestamp,
    ) -> Result<Response, PortalError> {
        match route {
            Route::Home => response::see_other(&self.site.path("account")),
            Route::SignIn if request.is_read() => self.show_sign_in(request).await,
            Route::SignIn => self.start_sign_in(request).await,
            Route::LegacyLogin => self.legacy_login(request).await,
            Route::Callback => self.finish_sign_in(request).await,
            Route::HandOver => self.hand_over(request).await,
            Route::Language => self.choose_language(request),
            Route::Verify if request.is_read() => self.show_verify(request).await,
            Route::Verify => self.verify(request).await,
            Route::VerifySend => self.send_code(request).await,
            Route::Enrol if request.is_read() => self.show_enrol(request).await,
            Route::Enrol => self.enrol(request).await,
            Route::Account => self.show_account(request).await,
            Route::AccountSessions => self.end_sessions(request).await,
            Route::AccountDevices => self.forget_devices(request).await,
            Route::AccountCodes if request.is_read() => self.ask_for_new_codes(request).await,
            Route::AccountCodes => self.make_new_codes(request).await,
            Route::Codes if request.is_read() => self.show_codes(request).await,
            Route::Codes => self.codes_saved(request).await,
            Route::Device => self.show_device(request).await,
            Route::DeviceRegistration => self.register_device(request).await,
            Route::DeviceRefresh => self.refresh_device(request).await,
            Route::AccountEmailCodes if request.is_read() => self.ask_to_switch_email_codes(request).await,
            Route::AccountEmailCodes => self.switch_email_codes(request).await,
            Route::AccountNumber if request.is_read() => self.ask_for_number(request).await,
            Route::AccountNumber => self.change_number(request).await,
            Route::AccountNumberCode if request.is_read() => self.show_number_code(request).await,
            Route::AccountNumberCode => self.confirm_number(request).await,
            Route::AccountDisable if request.is_read() => self.ask_to_disable(request).await,
            Route::AccountDisable => self.disable(request).await,
            Route::AccountAddAuthenticator if request.is_read() => self.ask_to_add_authenticator(request).await,
            Route::AccountAddAuthenticator => self.begin_authenticator(request).await,
            Route::AccountNewAuthenticator if request.is_read() => self.show_new_authenticator(request).await,
            Route::AccountNewAuthenticator => self.add_authenticator(request).await,
            Route::AccountRenameAuthenticator => self.rename_authenticator(request).await,
            Route::AccountRemoveAuthenticator if request.is_read() => self.ask_to_remove_authenticator(request).await,
            Route::AccountRemoveAuthenticator => self.remove_authenticator(request).await,
            Route::AccountPasskeys => self.add_passkey(request).await,
            Route::AccountAddPasskey if request.is_read() => self.ask_to_add_passkey(request).await,
            Route::AccountAddPasskey => self.begin_passkey(request).await,
            Route::AccountRenamePasskey => self.rename_passkey(request).await,
            Route::AccountRemovePasskey if request.is_read() => self.ask_to_remove_passkey(request).await,
            Route::AccountRemovePasskey => self.remove_passkey(request).await,
            Route::NotMe if request.is_read() => self.show_not_me(request).await,
            Route::NotMe => self.not_me(request).await,
            Route::Kept if request.is_read() => self.show_kept(request).await,
            Route::Kept => self.give_up_kept(request).await,
            Route::KeptSend => self.send_kept(request).await,
            Route::SignOut if request.is_read() => self.show_sign_out(request).await,
            Route::SignOut => self.sign_out(request).await,
            Route::LegacyLogout if !request.is_read() => self.api_sign_out(request).await,
            Route::LegacyLogout if is_navigation(&request.method, &request.headers) => {
                self.show_sign_out(request).await
            }
            Route::LegacyLogout => Err(PortalError::MethodNotAllowed(&[Method::POST])),
            Route::Renewed => self.renewed(request).await,
            Route::Script => Ok(self.script(request)),
            Route::Asset => self.asset(request),
            Route::Jwks => Ok(self.jwks()),
            Route::RelatedOrigins => Ok(self.related_origins()),
            Route::Api(call) => self.api(call, request, started).await,
            Route::Unknown => Err(PortalError::NotFound),
        }
    }
}
