//! An authenticator app for people without a phone at hand: reads a manual key or an `otpauth` URL and shows the
//! current code (RFC 6238).

use askama::Template;
use data_encoding::BASE32_NOPAD;
use http::StatusCode;
use postern_model::clock::Timestamp;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use url::Url;

use crate::respond;
use crate::respond::Answer;

/// Longest text that is looked at.
const INPUT_MAX: usize = 1000;

/// A code and how long it lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The digits.
    pub digits: String,
    /// Seconds until the next one.
    pub seconds_left: u64,
    /// Length of a step in seconds.
    pub period: u64,
    /// Label of the account, if the URL has one.
    pub label: Option<String>,
}

/// Text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no key: paste the letters and digits shown under the QR code, or an otpauth:// address")]
pub struct InvalidKey;

/// The code of a key at `now`. Takes base32 with any case, spaces and dashes, or an `otpauth://totp/…` URL.
pub fn code(input: &str, now: Timestamp) -> Result<Code, InvalidKey> {
    let input = input.trim();
    if input.is_empty() || input.len() > INPUT_MAX {
        return Err(InvalidKey);
    }
    let (totp, period, label) =
        if input.starts_with("otpauth:") { from_url(input)? } else { (plain(input)?, 30, None) };
    let time = now.unix_time();
    let seconds_left = totp.next_step(time).saturating_sub(time);
    Ok(Code { digits: totp.generate(time).to_string(), seconds_left, period, label })
}

/// The page. `query` may hold the `key`.
pub(crate) fn page(query: &str, now: Timestamp) -> Answer {
    let key =
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "key").map(|(_, value)| value.into_owned());
    let key = key.filter(|key| !key.trim().is_empty());
    let (code, error) = match key.as_deref().map(|key| code(key, now)) {
        None => (None, None),
        Some(Ok(code)) => (Some(code), None),
        Some(Err(error)) => (None, Some(error.to_string())),
    };
    let status = if error.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    respond::page(status, &Page { key: key.unwrap_or_default(), code, error }, "")
}

#[derive(Template)]
#[template(path = "authenticator.html")]
struct Page {
    key: String,
    code: Option<Code>,
    error: Option<String>,
}

impl Code {
    /// The digits in two halves, for reading.
    fn halves(&self) -> (&str, &str) {
        self.digits.split_at_checked(self.digits.len() / 2).unwrap_or((&self.digits, ""))
    }

    /// How much of a ring with circumference 100 is left.
    fn ring(&self) -> u64 {
        self.seconds_left * 100 / self.period.max(1)
    }
}

fn plain(base32: &str) -> Result<Totp, InvalidKey> {
    build(base32, Algorithm::SHA1, 6, 30)
}

/// Reads the parameters of the key URI format.
fn from_url(text: &str) -> Result<(Totp, u64, Option<String>), InvalidKey> {
    let url = Url::parse(text).map_err(|_| InvalidKey)?;
    if url.host_str() != Some("totp") {
        return Err(InvalidKey);
    }
    let parameter =
        |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let algorithm = match parameter("algorithm").as_deref() {
        None | Some("SHA1") => Algorithm::SHA1,
        Some("SHA256") => Algorithm::SHA256,
        Some("SHA512") => Algorithm::SHA512,
        Some(_) => return Err(InvalidKey),
    };
    let number = |name: &str, default: u64| match parameter(name) {
        Some(text) => text.parse().map_err(|_| InvalidKey),
        None => Ok(default),
    };
    let digits = u8::try_from(number("digits", 6)?).ok().filter(|digits| (6..=8).contains(digits)).ok_or(InvalidKey)?;
    let period = Some(number("period", 30)?).filter(|period| (1..=3600).contains(period)).ok_or(InvalidKey)?;
    let label = format!("v={}", url.path().trim_start_matches('/').replace('+', "%2B"));
    let label = form_urlencoded::parse(label.as_bytes()).next().map(|(_, label)| label.into_owned());
    let totp = build(&parameter("secret").ok_or(InvalidKey)?, algorithm, digits, period)?;
    Ok((totp, period, label.filter(|label| !label.is_empty())))
}

fn build(base32: &str, algorithm: Algorithm, digits: u8, period: u64) -> Result<Totp, InvalidKey> {
    let clean: String = base32.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '=')).collect();
    let key = BASE32_NOPAD.decode(clean.to_ascii_uppercase().as_bytes()).map_err(|_| InvalidKey)?;
    if key.is_empty() {
        return Err(InvalidKey);
    }
    let builder = Builder::new().with_algorithm(algorithm).with_digits(digits).with_step_duration(period);
    Ok(builder.with_secret(Secret::from(key)).build_noncompliant())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "12345678901234567890", the key of RFC 6238 appendix B.
    const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const NOW: Timestamp = Timestamp::from_secs(1_111_111_109);

    #[test]
    fn the_code_is_that_of_rfc_6238_however_the_key_is_written() {
        let url = format!("otpauth://totp/Postern%20Demo:ada@example.com?secret={KEY}&digits=8&period=30");
        let code_8 = code(&url, NOW).unwrap();
        assert_eq!((code_8.digits.as_str(), code_8.seconds_left), ("07081804", 1));
        assert_eq!(code_8.label.as_deref(), Some("Postern Demo:ada@example.com"));
        for spelling in
            [KEY.to_owned(), KEY.to_lowercase(), format!(" {}-{} ", &KEY[..4], &KEY[4..]), format!("{KEY}==")]
        {
            assert_eq!(code(&spelling, NOW).unwrap().digits, "081804");
        }
    }

    #[test]
    fn anything_else_is_no_key() {
        let long = "A".repeat(1001);
        let hotp = format!("otpauth://hotp/x?secret={KEY}");
        let digits = format!("otpauth://totp/x?secret={KEY}&digits=10");
        let period = format!("otpauth://totp/x?secret={KEY}&period=0");
        for input in ["", " ", "1", "hello!", "otpauth://totp/x", "otpauth:", &long, &hotp, &digits, &period] {
            assert_eq!(code(input, NOW), Err(InvalidKey), "{input}");
        }
    }

    #[test]
    fn the_page_escapes_what_was_typed_and_reloads_when_the_code_changes() {
        let body = |query: &str| format!("{:?}", page(query, NOW).into_body());
        assert!(body(&format!("key={KEY}")).contains("content=\\\"1\\\""), "{}", body(&format!("key={KEY}")));
        assert!(!body("key=%22%3E%3Cscript%3E").contains("<script>"));
    }
}
