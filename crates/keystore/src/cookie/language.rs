//! The cookie with the language that a person chose for the pages.

use std::time::Duration;

use http::HeaderValue;
use postern_model::language::Language;
use postern_model::web::Fields;

use super::jar::cookies;
use super::session::SessionCookie;

/// Lifetime of the choice, renewed by each choice.
const LIFETIME: Duration = Duration::from_secs(365 * 24 * 3600);

impl SessionCookie {
    /// Reads the language that was chosen in this browser. `None` if there is no choice, or none that is known.
    pub fn language(&self, headers: &impl Fields) -> Option<Language> {
        let (_, tag) = cookies(headers).find(|(name, _)| *name == self.language_name())?;
        Language::from_tag(tag)
    }

    /// Returns the `Set-Cookie` value that keeps a choice. It belongs to one host, whatever the scope of the session cookie.
    #[expect(clippy::expect_used, reason = "name, tag and attributes are visible ASCII")]
    pub fn set_language(&self, language: Language) -> HeaderValue {
        let (name, attributes) = (self.language_name(), self.host_attributes());
        let text = format!("{name}={}{attributes}; Max-Age={}", language.tag(), LIFETIME.as_secs());
        HeaderValue::try_from(text).expect("visible ASCII")
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::COOKIE;

    use super::*;
    use crate::cookie::Stripped;

    fn headers(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(cookies).unwrap())])
    }

    #[test]
    fn a_choice_comes_back_as_it_was_set() {
        let cookie = SessionCookie::new("postern", true).unwrap();
        let set = cookie.set_language(Language::SimplifiedChinese);
        let expected = "__Host-postern-language=zh-Hans; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=31536000";
        assert_eq!(set.to_str().unwrap(), expected);
        let sent = headers("a=b; __Host-postern-language=zh-Hans");
        assert_eq!(cookie.language(&sent), Some(Language::SimplifiedChinese));
        assert_eq!(cookie.strip(&sent, &[""; 0]), Stripped::Left(b"a=b".to_vec()));
    }

    #[test]
    fn anything_else_is_no_choice() {
        let cookie = SessionCookie::new("postern", true).unwrap();
        for cookies in ["", "postern-language=de", "__Host-postern-language=", "__Host-postern-language=de-DE<b>"] {
            assert_eq!(cookie.language(&headers(cookies)), None, "{cookies}");
        }
    }
}
