//! Tokens and sealed values: each has one spelling, and only values that were sealed open.

use std::sync::OnceLock;

use postern_keystore::backup::{self, Cost, master_of};
use postern_keystore::{FernetKey, KeyId, Keyring, MasterKey, SealContext, SessionToken, is_sealed};
use postern_model::ExposeSecret;
use postern_model::id::{SessionId, UserId};
use postern_testkit::entropy::SeededEntropy;

/// Made by Python's `cryptography.fernet` for tests.
const FERNET_KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
const FERNET_TOKEN: &str = "gAAAAABpVbkAPHM4fltZzMtKRLf2AaOeUBcW6CNlSbVesrxCg05hqi0kG9MXzebYUfcctYdnyBhPdV_WAuWraNGVyXMt6iRYM2FfUSM-\
     d_2-i3WomsKk89cPLY_nGmiray_cHv5kjH8D";

struct Fixture {
    keyring: Keyring,
    user: UserId,
    sealed: String,
    fernet: FernetKey,
}

fn fixture() -> &'static Fixture {
    static WORLD: OnceLock<Fixture> = OnceLock::new();
    WORLD.get_or_init(|| {
        let entropy = SeededEntropy::new(7);
        let master = MasterKey::from_base64(&MasterKey::generate(&entropy)).expect("a key");
        let keyring = Keyring::new(master, Vec::new()).with_backup_cost(Cost::CHEAP);
        let user = UserId::draw(&entropy);
        let sealed = keyring.seal(&entropy, &SealContext::totp(user), b"a secret").expect("a short secret");
        let fernet = FernetKey::parse(&FERNET_KEY.into()).expect("a key");
        Fixture { keyring, user, sealed, fernet }
    })
}

/// Takes a token. `{sealed}` at its beginning is replaced with a sealed value, which the rest changes: `{sealed}~12=x`
/// replaces its twelfth byte with an `x`.
pub fn verify(data: &[u8]) {
    let fixture = fixture();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let text = changed(text, &fixture.sealed);

    let place = SealContext::totp(fixture.user);
    if let Ok(opened) = fixture.keyring.open(&place, &text) {
        assert_eq!(text, fixture.sealed, "another spelling opens too");
        assert_eq!(opened.expose_secret().as_slice(), b"a secret");
    }
    for elsewhere in [
        SealContext::sentinel(),
        SealContext::signing_key(&text),
        SealContext::transaction(&text),
        SealContext::pepper(&text),
    ] {
        assert!(fixture.keyring.open(&elsewhere, &text).is_err(), "a sealed value opens elsewhere");
    }
    assert!(fixture.keyring.check_sentinel(&text).is_err());
    assert!(is_sealed(&text) || fixture.keyring.needs_reseal(&text));
    assert_eq!(fixture.fernet.open(&text).is_ok(), text.trim() == FERNET_TOKEN, "another token opens");

    if let Some(token) = SessionToken::parse(&text) {
        assert_eq!(token.to_text(), text, "one token, one spelling");
    }
    if let Some(id) = KeyId::parse(&text) {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
    }
    if let Some(code) = backup::canonical(&text) {
        assert_eq!(backup::canonical(&code).as_deref(), Some(code.as_str()), "what is canonical stays so");
        assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
    let _ = master_of(&text);
    assert!(backup::find(&fixture.keyring, fixture.user, "0000-0000", std::slice::from_ref(&text)).is_none());
    assert!(!fixture.keyring.csrf_matches(SessionId(fixture.user.0), &text), "nobody was given such a token");
}

/// The sealed value with one byte changed, or the text unchanged.
fn changed(text: &str, sealed: &str) -> String {
    let Some(change) = text.strip_prefix("{sealed}") else { return text.to_owned() };
    let Some((at, with)) = change.strip_prefix('~').and_then(|change| change.split_once('=')) else {
        return format!("{sealed}{change}");
    };
    let at = at.parse::<usize>().unwrap_or(0) % sealed.len();
    format!("{}{with}{}", &sealed[..at], &sealed[at + 1..])
}
