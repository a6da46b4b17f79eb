//! Maps paths to routes of the portal.

use http::Method;
use postern_model::web::Site;

/// Route of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The base path itself.
    Home,
    SignIn,
    Callback,
    HandOver,
    /// Chooses the language of the pages.
    Language,
    Verify,
    /// Sends a code by mail or SMS.
    VerifySend,
    Enrol,
    Account,
    AccountSessions,
    AccountDevices,
    AccountCodes,
    /// Switches codes by mail on and off.
    AccountEmailCodes,
    /// Takes a number for codes by SMS, or removes it.
    AccountNumber,
    /// Takes the code that was sent to a new number.
    AccountNumberCode,
    AccountDisable,
    AccountAddAuthenticator,
    AccountNewAuthenticator,
    AccountRenameAuthenticator,
    AccountRemoveAuthenticator,
    /// Where the response of a new passkey arrives.
    AccountPasskeys,
    AccountAddPasskey,
    AccountRenamePasskey,
    AccountRemovePasskey,
    /// Fresh backup codes, until they are saved.
    Codes,
    /// Ends all other sessions of who was told of a change that was not theirs.
    NotMe,
    /// What to do where a session has to be bound to its device.
    Device,
    /// Where browsers register a key for a session.
    DeviceRegistration,
    /// Where browsers prove that they have the key.
    DeviceRefresh,
    /// A form that was kept while a step was missing: asks whether to send it, or gives it up.
    Kept,
    /// Sends it.
    KeptSend,
    SignOut,
    /// Where the window ends in which a script had its user sign in or verify again.
    Renewed,
    /// `postern.js`, for pages of the application.
    Script,
    /// `assets/…`; the name is read from the path again.
    Asset,
    Jwks,
    /// `/.well-known/webauthn`, where passkeys of another host are used.
    RelatedOrigins,
    /// `/login` of the NetPilot profile.
    LegacyLogin,
    /// `/logout` of the NetPilot profile: a page for GET, an API for POST.
    LegacyLogout,
    Api(ApiRoute),
    /// A path below ours that does not exist.
    Unknown,
}

/// Routes that respond with JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiRoute {
    SetupStart,
    SetupVerify,
    Verify,
    /// Sends a code by mail or SMS.
    SendCode,
    Status,
    Disable,
    Reset,
    GenerateCodes,
    Session,
    Me,
    Unknown,
}

impl Route {
    /// Returns the route of a path, compared byte for byte; `None` if the path is not the portal's.
    pub(crate) fn of(path: &str, site: &Site) -> Option<Self> {
        if let Some(rest) = path.strip_prefix(site.base_path()) {
            match rest.strip_prefix('/') {
                Some(page) => return Some(Self::below_base(page)),
                None if rest.is_empty() && !path.is_empty() => return Some(Self::Home),
                None => {}
            }
        }
        if path == "/.well-known/webauthn" && site.tells_related_origins() {
            return Some(Self::RelatedOrigins);
        }
        site.legacy().and_then(|_| Self::legacy(path))
    }

    fn below_base(page: &str) -> Self {
        match page {
            "" => Self::Home,
            "sign-in" => Self::SignIn,
            "callback" => Self::Callback,
            "hand-over" => Self::HandOver,
            "language" => Self::Language,
            "verify" => Self::Verify,
            "verify/send" => Self::VerifySend,
            "enrol" => Self::Enrol,
            "account" => Self::Account,
            "account/sessions" => Self::AccountSessions,
            "account/devices" => Self::AccountDevices,
            "account/backup-codes" => Self::AccountCodes,
            "account/email-codes" => Self::AccountEmailCodes,
            "account/number" => Self::AccountNumber,
            "account/number/code" => Self::AccountNumberCode,
            "account/disable" => Self::AccountDisable,
            "account/authenticators/add" => Self::AccountAddAuthenticator,
            "account/authenticators/new" => Self::AccountNewAuthenticator,
            "account/authenticators/rename" => Self::AccountRenameAuthenticator,
            "account/authenticators/remove" => Self::AccountRemoveAuthenticator,
            "account/passkeys" => Self::AccountPasskeys,
            "account/passkeys/add" => Self::AccountAddPasskey,
            "account/passkeys/rename" => Self::AccountRenamePasskey,
            "account/passkeys/remove" => Self::AccountRemovePasskey,
            "codes" => Self::Codes,
            "not-me" => Self::NotMe,
            "device" => Self::Device,
            "device/registration" => Self::DeviceRegistration,
            "device/refresh" => Self::DeviceRefresh,
            "kept" => Self::Kept,
            "kept/send" => Self::KeptSend,
            "sign-out" => Self::SignOut,
            "renewed" => Self::Renewed,
            "postern.js" => Self::Script,
            "jwks.json" => Self::Jwks,
            "api/session" => Self::Api(ApiRoute::Session),
            _ => match (page.strip_prefix("api/2fa/"), page.split_once('/')) {
                (Some(call), _) => Self::Api(ApiRoute::factor_call(call)),
                (None, Some(("api", _))) => Self::Api(ApiRoute::Unknown),
                (None, Some(("assets", _))) => Self::Asset,
                (None, _) => Self::Unknown,
            },
        }
    }

    fn legacy(path: &str) -> Option<Self> {
        Some(match path {
            "/login" => Self::LegacyLogin,
            "/authorize" => Self::Callback,
            "/logout" => Self::LegacyLogout,
            "/me" => Self::Api(ApiRoute::Me),
            "/api/2fa" => Self::Api(ApiRoute::Unknown),
            _ => Self::Api(ApiRoute::factor_call(path.strip_prefix("/api/2fa/")?)),
        })
    }

    /// Returns the methods of this route. `HEAD` is included wherever `GET` changes nothing.
    pub(crate) fn methods(self) -> &'static [Method] {
        const READ: &[Method] = &[Method::GET, Method::HEAD];
        const NAVIGATE: &[Method] = &[Method::GET];
        const WRITE: &[Method] = &[Method::POST];
        const FORM: &[Method] = &[Method::GET, Method::HEAD, Method::POST];
        match self {
            Self::Callback | Self::HandOver | Self::LegacyLogin => NAVIGATE,
            Self::SignIn
            | Self::Verify
            | Self::Enrol
            | Self::AccountCodes
            | Self::AccountEmailCodes
            | Self::AccountNumber
            | Self::AccountNumberCode
            | Self::AccountDisable
            | Self::AccountAddAuthenticator
            | Self::AccountNewAuthenticator
            | Self::AccountRemoveAuthenticator
            | Self::AccountAddPasskey
            | Self::AccountRemovePasskey
            | Self::Codes
            | Self::NotMe
            | Self::Kept
            | Self::SignOut
            | Self::LegacyLogout => FORM,
            Self::Language
            | Self::VerifySend
            | Self::AccountSessions
            | Self::AccountDevices
            | Self::AccountRenameAuthenticator
            | Self::AccountPasskeys
            | Self::AccountRenamePasskey
            | Self::KeptSend
            | Self::DeviceRegistration
            | Self::DeviceRefresh => WRITE,
            Self::Home
            | Self::Account
            | Self::Device
            | Self::Renewed
            | Self::Script
            | Self::Asset
            | Self::Jwks
            | Self::RelatedOrigins
            | Self::Unknown => READ,
            Self::Api(call) => match call {
                ApiRoute::Status | ApiRoute::Session | ApiRoute::Me | ApiRoute::Unknown => READ,
                _ => WRITE,
            },
        }
    }

    /// Whether every host of the gateway serves this route. Only the public host serves the others.
    pub(crate) fn is_of_every_host(self) -> bool {
        match self {
            Self::HandOver
            | Self::Language
            | Self::SignOut
            | Self::LegacyLogout
            | Self::Script
            | Self::Asset
            | Self::Jwks
            | Self::RelatedOrigins
            | Self::Unknown => true,
            Self::Api(call) => {
                matches!(call, ApiRoute::Status | ApiRoute::Session | ApiRoute::Me | ApiRoute::Unknown)
            }
            _ => false,
        }
    }

    /// Whether this is a page to which a browser can return with nothing but its address.
    pub(crate) fn is_page(self) -> bool {
        let other = matches!(
            self,
            Self::Script | Self::Asset | Self::Jwks | Self::RelatedOrigins | Self::Api(_) | Self::Unknown
        );
        !other && self.methods().contains(&Method::HEAD)
    }

    /// Whether browsers send this by themselves, without an `Origin` and with everything in headers. What the request carries was
    /// signed for this gateway, so that no other site can have it sent.
    pub(crate) fn is_of_browsers(self) -> bool {
        matches!(self, Self::DeviceRegistration | Self::DeviceRefresh)
    }

    /// Whether a request with this method counts against the rate limit of its client: writes, callbacks of the provider, and the
    /// beginnings of sign-ins cost a write, a hash, or a request to the provider. What browsers send by themselves to prove their
    /// device costs less than a page, and they give the binding up when it is refused.
    pub(crate) fn is_limited(self, method: &Method) -> bool {
        matches!(self, Self::Callback | Self::LegacyLogin) || (*method == Method::POST && !self.is_of_browsers())
    }

    /// Whether scripts of allowed origins may call this with this method and read JSON.
    pub(crate) fn is_api(self, method: &Method) -> bool {
        match self {
            Self::Api(_) => true,
            Self::LegacyLogout => !matches!(*method, Method::GET | Method::HEAD),
            _ => false,
        }
    }
}

impl ApiRoute {
    fn factor_call(call: &str) -> Self {
        match call {
            "setup/start" => Self::SetupStart,
            "setup/verify" => Self::SetupVerify,
            "verify" => Self::Verify,
            "send-code" => Self::SendCode,
            "status" => Self::Status,
            "disable" => Self::Disable,
            "reset" => Self::Reset,
            "generate-backup-codes" => Self::GenerateCodes,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_model::web::{ChallengeUi, LegacySite};

    fn site(legacy: bool) -> Site {
        let legacy = legacy.then(|| LegacySite {
            frontend_url: "http://localhost:5173".parse().unwrap(),
            second_factor: ChallengeUi::Pages,
        });
        Site::new("https://example.com".parse().unwrap(), "/postern", Vec::new(), legacy)
    }

    #[test]
    fn everything_below_the_base_path_is_ours_and_nothing_beside_it() {
        for (path, route) in [
            ("/postern", Some(Route::Home)),
            ("/postern/", Some(Route::Home)),
            ("/postern/verify", Some(Route::Verify)),
            ("/postern/verify/", Some(Route::Unknown)),
            ("/postern/Verify", Some(Route::Unknown)),
            ("/postern/%76erify", Some(Route::Unknown)),
            ("/postern/assets/x.css", Some(Route::Asset)),
            ("/postern/api/2fa/verify", Some(Route::Api(ApiRoute::Verify))),
            ("/postern/api/nothing", Some(Route::Api(ApiRoute::Unknown))),
            ("/posternx", None),
            ("/postern-x/verify", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Route::of(path, &site(false)), route, "{path}");
        }
    }

    #[test]
    fn what_costs_a_write_or_a_request_to_the_provider_is_limited_and_what_browsers_send_by_themselves_is_not() {
        for (method, path, limited) in [
            (Method::POST, "/postern/verify", true),
            (Method::POST, "/postern/api/2fa/verify", true),
            (Method::POST, "/postern/nothing", true),
            (Method::GET, "/postern/callback", true),
            (Method::GET, "/authorize", true),
            (Method::GET, "/login", true),
            (Method::GET, "/postern/verify", false),
            (Method::GET, "/postern/hand-over", false),
            (Method::POST, "/postern/device/registration", false),
            (Method::POST, "/postern/device/refresh", false),
            (Method::POST, "/postern/device", true),
        ] {
            assert_eq!(Route::of(path, &site(true)).unwrap().is_limited(&method), limited, "{method} {path}");
        }
    }

    #[test]
    fn the_path_of_related_origins_is_ours_only_where_they_are_told() {
        let path = "/.well-known/webauthn";
        assert_eq!(Route::of(path, &site(true)), None);
        assert_eq!(Route::of(path, &site(true).telling_related_origins(true)), Some(Route::RelatedOrigins));
        assert_eq!(Route::of("/.well-known/webauthn/", &site(true).telling_related_origins(true)), None);
    }

    #[test]
    fn legacy_paths_are_ours_only_with_the_profile() {
        for (path, route) in [
            ("/login", Route::LegacyLogin),
            ("/authorize", Route::Callback),
            ("/logout", Route::LegacyLogout),
            ("/me", Route::Api(ApiRoute::Me)),
            ("/api/2fa/setup/start", Route::Api(ApiRoute::SetupStart)),
            ("/api/2fa/x", Route::Api(ApiRoute::Unknown)),
        ] {
            assert_eq!(Route::of(path, &site(true)), Some(route), "{path}");
            assert_eq!(Route::of(path, &site(false)), None, "{path}");
        }
        for path in ["/login/", "/me2", "/api/2fax", "/api/network/x"] {
            assert_eq!(Route::of(path, &site(true)), None, "{path}");
        }
    }
}
