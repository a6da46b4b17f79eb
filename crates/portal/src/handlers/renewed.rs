//! The end of a sign-in or verification that a script of the application asked for.

use http::StatusCode;

use crate::error::PortalError;
use crate::pages::RenewedPage;
use crate::portal::Portal;
use crate::request::Request;
use crate::response::{self, Response};

impl Portal {
    /// `GET renewed`. Shown to whoever has a session; others sign in first.
    pub(crate) async fn renewed(&self, request: &Request) -> Result<Response, PortalError> {
        let view = self.signed_in(request, &self.site.url("renewed")).await?;
        response::page(StatusCode::OK, &RenewedPage { shell: self.shell(Some(&view)) })
    }
}
