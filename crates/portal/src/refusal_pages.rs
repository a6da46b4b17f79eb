//! Pages for refusals by other parts of the gateway.

use std::sync::Arc;

use askama::Template;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use postern_model::language::Wishes;
use postern_model::web::{Problem, RefusalPages, RequestId, Site};

use crate::brand::Brand;
use crate::language::{Languages, Text, Texts};
use crate::pages::{Action, RefusalPage, Shell};
use crate::security::SecurityHeaders;

/// Allows the style sheet and images; no script and no form.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Renders the refusal pages of one deployment.
#[derive(Debug)]
pub struct PortalRefusalPages {
    shell: Shell,
    origin: String,
    security: SecurityHeaders,
}

impl PortalRefusalPages {
    /// Takes the site, the display names of the application and the provider, the brand, the languages, and whether to send
    /// `Strict-Transport-Security`.
    pub fn new(
        site: &Site,
        product: &str,
        provider: &str,
        brand: Arc<Brand>,
        languages: Languages,
        hsts: bool,
    ) -> Self {
        let shell = Shell {
            texts: Texts { product: product.to_owned(), provider: provider.to_owned(), ..Texts::default() },
            languages,
            here: String::new(),
            brand,
            base: site.base_path().to_owned(),
            home: "/".to_owned(),
            person: None,
            csrf: String::new(),
            nonce: String::new(),
            passkeys: false,
        };
        Self { shell, origin: site.origin().as_str().to_owned(), security: SecurityHeaders::new(site, &[], hsts) }
    }
}

impl RefusalPages for PortalRefusalPages {
    fn page(&self, status: StatusCode, problem: &Problem, id: RequestId, wishes: &Wishes) -> Response<String> {
        let mut shell = self.shell.clone();
        shell.texts.language = shell.languages.best(wishes.chosen, wishes.accepted.iter().map(HeaderValue::as_bytes));
        let mut page = RefusalPage::new(shell, status, problem, id);
        if status == StatusCode::MISDIRECTED_REQUEST {
            page.action = Action::new(Text::new("refusal-right-address"), self.origin.as_str());
        }
        let mut response = Response::new(page.render().unwrap_or_else(|error| {
            tracing::error!(%error, "page not rendered");
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
