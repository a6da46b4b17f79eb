//! The pages of refusals that other parts give.

use askama::Template;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use postern_model::web::{Problem, RefusalPages, RequestId, Site};

use crate::pages::{RefusalPage, Shell};
use crate::security::SecurityHeaders;

/// Our style sheet and icon; no script, and nowhere to send anything.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Makes the pages of one deployment.
#[derive(Debug)]
pub struct PortalRefusalPages {
    shell: Shell,
    security: SecurityHeaders,
}

impl PortalRefusalPages {
    /// Takes our addresses, the application and the provider as people know them, and whether browsers are told to keep to
    /// https.
    pub fn new(site: &Site, product: &str, provider: &str, hsts: bool) -> Self {
        let shell = Shell {
            product: product.to_owned(),
            provider: provider.to_owned(),
            base: site.base_path().to_owned(),
            home: "/".to_owned(),
            person: None,
            csrf: String::new(),
        };
        Self { shell, security: SecurityHeaders::new(site, &[], hsts) }
    }
}

impl RefusalPages for PortalRefusalPages {
    fn page(&self, status: StatusCode, problem: &Problem, id: RequestId) -> Response<String> {
        let page = RefusalPage::new(self.shell.clone(), status, problem, id).render();
        let mut response = Response::new(page.unwrap_or_else(|error| {
            tracing::error!(%error, "a page could not be rendered");
            String::new()
        }));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        self.security.apply(headers);
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response
    }
}
