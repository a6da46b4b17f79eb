//! Time-based one-time passwords (RFC 6238) with SHA-1, six digits and 30-second steps, which every authenticator app
//! supports.

use postern_keystore::plain;
use postern_model::clock::Timestamp;
use postern_model::entropy::{Entropy, draw};
use postern_model::{ExposeSecret, SecretString};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::FactorError;

/// Steps before and after the current one that are accepted: clocks differ, and typing takes time (RFC 6238 §5.2).
const SKEW: u16 = 1;
const DIGITS: u8 = 6;
/// Longest text that is parsed as a code, in bytes.
const TYPED_MAX: usize = 128;
const STEP_SECONDS: u64 = 30;
/// Secret length of 160 bits, as RFC 4226 §4 (R6) recommends.
const SECRET_BYTES: usize = 20;

/// Draws a secret and returns it in base32, the form that apps and `totp_secret` hold.
pub(super) fn draw_secret(entropy: &dyn Entropy) -> SecretString {
    Secret::from(draw::<SECRET_BYTES>(entropy).to_vec()).to_base32().into()
}

/// Returns the time step at which `code` is correct for this secret: the current step or one step before or after it.
pub(super) fn matched_step(secret: &SecretString, code: &str, now: Timestamp) -> Result<Option<i64>, FactorError> {
    let totp = build(secret, "", None)?;
    Ok(totp.check(code, now.unix_time()).and_then(|step| i64::try_from(step).ok()))
}

/// Returns the time at which a time step of an authenticator app begins.
pub fn time_of_step(step: i64) -> Timestamp {
    Timestamp::from_secs(step.saturating_mul(i64::try_from(STEP_SECONDS).unwrap_or(i64::MAX)))
}

/// Returns the `otpauth://` URL that the QR code carries.
pub(super) fn otpauth_url(secret: &SecretString, issuer: &str, account: &str) -> Result<SecretString, FactorError> {
    // The label's two parts are separated by a colon, so neither may contain one.
    let plain = |text: &str| text.replace(':', " ");
    let url = build(secret, &plain(account), Some(plain(issuer)))?.to_url();
    url.map(SecretString::from).map_err(|_| FactorError::Secret("no otpauth URL can be made of it"))
}

/// Parses what a person typed or pasted as a code; normalises separators, invisible marks and other digit forms. `None`
/// unless six ASCII digits remain: other text cannot be a code, so it does not count as a guess.
pub(super) fn normalise(typed: &str) -> Option<String> {
    let code = (typed.len() <= TYPED_MAX).then(|| plain(typed))?;
    (code.len() == usize::from(DIGITS) && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

fn build(secret: &SecretString, account: &str, issuer: Option<String>) -> Result<Totp, FactorError> {
    let secret =
        Secret::try_from_base32(secret.expose_secret()).map_err(|_| FactorError::Unreadable("it is no base32"))?;
    // The legacy backend made secrets that are shorter than the RFC asks for; they stay valid.
    Ok(Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(STEP_SECONDS)
        .with_skew(SKEW)
        .with_secret(secret)
        .with_account_name(account)
        .with_issuer(issuer)
        .build_noncompliant())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, cut to six digits.
    #[test]
    fn the_rfc_vectors_match() {
        let secret = SecretString::from("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let step = matched_step(&secret, code, Timestamp::from_secs(time)).unwrap();
            assert_eq!(step, Some(time / 30));
        }
    }

    #[test]
    fn one_step_either_way_is_accepted_and_no_more() {
        let secret = SecretString::from("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let at = |time| matched_step(&secret, "081804", Timestamp::from_secs(time)).unwrap().is_some();
        let start = 1_111_111_109 / 30 * 30;
        assert!(at(start - 30) && at(start) && at(start + 59));
        assert!(!at(start - 31) && !at(start + 60));
    }

    #[test]
    fn only_six_ascii_digits_are_a_code() {
        for typed in [
            " 123 456 ",
            "123\u{a0}456",
            "123\u{2013}456\n",
            "\u{feff}123\u{200b}456",
            "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
            "\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}",
        ] {
            assert_eq!(normalise(typed).as_deref(), Some("123456"), "{typed:?}");
        }
        for bad in ["", "12345", "1234567", "12345a", "+12345", "12345\n", "1e3456"] {
            assert_eq!(normalise(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_otpauth_url_names_issuer_and_account() {
        let secret = SecretString::from("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let url = otpauth_url(&secret, "Net:Pilot", "ada@example.com").unwrap();
        let url = url.expose_secret();
        assert!(url.starts_with("otpauth://totp/Net%20Pilot:ada%40example.com?"), "{url}");
        assert!(url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && url.contains("issuer=Net%20Pilot"), "{url}");
    }
}
