//! Detection of publicly known secrets (defaults of tutorials, of frameworks, and of the legacy backend) and of keys
//! that did not come from a random source.

use ring::digest::{SHA256, digest};

use crate::encoding::hex;

/// Lower-case defaults seen in documentation and sample files.
const KNOWN: &[&str] = &[
    "admin",
    "change-me",
    "change_me",
    "changeit",
    "changeme",
    "default",
    "demo",
    "dev",
    "dev-secret-key",
    "development",
    "flask-secret",
    "flask-secret-key",
    "insecure",
    "key",
    "keyboard cat",
    "keyboard-cat",
    "keyboardcat",
    "letmein",
    "my-secret-key",
    "my-strong-secret-key",
    "my_secret_key",
    "netpilot",
    "passw0rd",
    "password",
    "postern",
    "qwerty",
    "replace-me",
    "replaceme",
    "secret",
    "secret-key",
    "secret_key",
    "secretkey",
    "session-secret",
    "super-secret",
    "super-secret-key",
    "supersecret",
    "supersecretkey",
    "test",
    "test-secret-key",
    "todo",
    "your-secret-key",
    "your-secret-key-here",
    "your_secret_key",
    "your_secret_key_here",
];

/// SHA-256, in hex, of hexadecimal keys that documentation gives as examples: Flask's (two), FastAPI's, and the deployment
/// guide's of the NetPilot backend. Digests, since a deployment may still sign with one of them.
const PUBLISHED: &[&str] = &[
    "2598f7d6adc142d88161630f3db12ab2bd3403521c281811e5e1ce60d4ac5d76",
    "9cb335cb7b5fb805934637d85c4f57c695baac019c0a57ceffd0afe43144c9cb",
    "570dad43de1af4c925f92c16a68a50936da42b7dd6fdeb24850507a1199aac89",
    "473548f55439f2542fc8471a8bc93cd5d85b6680afa82035882b4354ba3ab191",
];

/// Beginnings of placeholders, without separators; advice follows them (`CHANGE_ME_IN_PRODUCTION_…`).
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "changethis",
    "changeit",
    "replaceme",
    "replacethis",
    "replacewith",
    "placeholder",
    "yoursecret",
    "yourflasksecret",
    "yoursupersecret",
    "yourrandom",
    "yourgenerated",
    "yourproduction",
    "generatewith",
    "generatea",
    "generateme",
    "putyour",
    "insertyour",
    "enteryour",
    "setme",
    "devsecret",
    "developmentsecret",
    "mysecret",
    "mystrongsecret",
    "supersecret",
    "insecure",
    "notsecret",
    "examplesecret",
    "opensslrand",
];

/// Hexadecimal text that people type: ascending digits, or letters and digits in turn.
const TYPED_HEX: &[&str] =
    &["0123456789abcdef", "123456789abcdef0", "1234567890abcdef", "a1b2c3d4e5f6", "deadbeef", "cafebabe"];

/// Minimum number of distinct bytes: fewer occur by chance in 32 bytes with a probability below 2^-120.
const DISTINCT_MIN: usize = 8;

/// Whether a secret is a well-known default, a default followed by a numeral or punctuation, or a few characters
/// repeated. Case and surrounding space are ignored. An empty secret is weak too.
pub fn is_known_weak(secret: &str) -> bool {
    let folded = secret.trim().to_ascii_lowercase();
    let stem = folded.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation());
    KNOWN.contains(&folded.as_str())
        || KNOWN.contains(&stem)
        || PUBLISHED.contains(&hex(digest(&SHA256, folded.as_bytes()).as_ref()).as_str())
        || is_placeholder(&folded)
        || repeats(folded.as_bytes())
}

/// Whether a value is a placeholder of an example file (`your_client_id_here`), or typed hexadecimal text. Case and
/// separators are ignored.
pub fn is_placeholder(value: &str) -> bool {
    let folded = value.trim().to_ascii_lowercase();
    let letters: String = folded.chars().filter(char::is_ascii_alphanumeric).collect();
    let advice = letters.starts_with("your") && letters.ends_with("here");
    let typed = letters.bytes().all(|byte| byte.is_ascii_hexdigit())
        && TYPED_HEX.iter().any(|prefix| letters.starts_with(prefix));
    let angles = folded.starts_with('<') && folded.ends_with('>');
    advice || typed || angles || PLACEHOLDERS.iter().any(|prefix| letters.starts_with(prefix))
}

/// Whether the bytes are one piece of at most four bytes, repeated.
fn repeats(bytes: &[u8]) -> bool {
    (1..=4.min(bytes.len())).any(|period| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b))
        || bytes.is_empty()
}

/// Returns what is wrong with a key of 32 bytes or more, if anything. A random source gives no equal, few, evenly
/// spaced or repeating bytes, and no text.
pub(crate) fn weakness(key: &[u8]) -> Option<&'static str> {
    let pairs = || key.iter().zip(key.iter().skip(1));
    let mut steps = pairs().map(|(a, b)| b.wrapping_sub(*a));
    let first_step = steps.next();
    let mut seen = [false; 256];
    for byte in key {
        if let Some(mark) = seen.get_mut(usize::from(*byte)) {
            *mark = true;
        }
    }
    if first_step == Some(0) && steps.clone().all(|step| step == 0) {
        Some("all its bytes are equal")
    } else if steps.all(|step| Some(step) == first_step) {
        Some("its bytes are a sequence")
    } else if seen.iter().filter(|mark| **mark).count() < DISTINCT_MIN {
        Some("it has only a few different bytes")
    } else if (1..=key.len() / 2).any(|period| key.iter().zip(key.iter().skip(period)).all(|(a, b)| a == b)) {
        Some("it repeats itself")
    } else if key.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')) {
        Some("it is text, not random bytes")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{is_known_weak, weakness};

    #[test]
    fn defaults_are_known_in_any_case_and_with_a_numeral() {
        for secret in
            ["", "my-strong-secret-key", "Dev", " secret ", "changeme123", "SECRET!", "password1", "aaaaaaaaaaaaaaaa"]
        {
            assert!(is_known_weak(secret), "{secret}");
        }
        assert!(is_known_weak("abcabcabcabcabcabc"));
    }

    #[test]
    fn secrets_of_published_examples_are_refused() {
        for secret in [
            "CHANGE_ME_IN_PRODUCTION_use_openssl_rand_hex_32",
            "CHANGE_ME_TO_A_SECURE_RANDOM_STRING",
            "change-this-to-a-secure-random-string",
            "your_secret_key_here",
            "your-super-secret-key-change-in-production",
            "your_strong_flask_secret_goes_here",
            "replace-with-64-hex-characters",
            "<openssl rand -hex 32>",
            "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
            "192B9BDD22AB9ED4D12E236C78AFCB9A393EC15F71BBF5DC987D54727823BCBF",
            "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
            "5f352379324c22463451387a0aec5d2f",
            "a1b2c3d4e5f60718293a4b5c6d7e8f90",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert!(is_known_weak(secret), "{secret}");
        }
    }

    /// 32 bytes without a period, with 7 distinct values; the first byte may become an eighth.
    fn few(first: u8) -> Vec<u8> {
        let mut key = vec![first];
        key.extend([1, 2, 3, 4, 5, 6, 0, 2, 4, 6, 1, 3, 5, 0, 0, 3, 6, 2, 5, 1, 4, 0, 6, 5, 4, 3, 2, 1, 0, 1, 1]);
        key.iter().map(|byte| byte + 0x80).collect()
    }

    #[test]
    fn each_weakness_of_a_key_is_named_and_its_nearest_neighbour_passes() {
        assert_eq!(weakness(&[0x91; 32]), Some("all its bytes are equal"));
        let steps = |step: u8| (0..32_u8).map(|n| n.wrapping_mul(step).wrapping_add(200)).collect::<Vec<_>>();
        for step in [1, 7, 255] {
            assert_eq!(weakness(&steps(step)), Some("its bytes are a sequence"), "{step}");
        }
        let mut bent = steps(7);
        bent[31] = bent[31].wrapping_add(1);
        assert_eq!(weakness(&bent), None);
        assert_eq!(weakness(&few(0)), Some("it has only a few different bytes"), "seven");
        assert_eq!(weakness(&few(7)), None, "eight");
        let half = [0x80, 0x9c, 0x03, 0xf1, 0x42, 0x17, 0xaa, 0x5e, 0xd0, 0x0b, 0x77, 0xc4, 0x39, 0xee, 0x61, 0x28];
        let mut twice = [half, half].concat();
        assert_eq!(weakness(&twice), Some("it repeats itself"));
        twice[31] ^= 1;
        assert_eq!(weakness(&twice), None);
        twice[1] = twice[0];
        assert_eq!(weakness(&twice), None, "two equal bytes are no sequence");
        let mut text = *b"correct horse battery staple\t\r\n~";
        assert_eq!(weakness(&text), Some("it is text, not random bytes"));
        text[5] = 0x7f;
        assert_eq!(weakness(&text), None);
    }

    #[test]
    fn up_to_four_characters_over_and_over_are_weak() {
        for secret in ["zzzzzzzzzzzz", "zqzqzqzqzqzq", "zqxzqxzqxzqx", "zqxvzqxvzqxv"] {
            assert!(is_known_weak(secret), "{secret}");
        }
        assert!(!is_known_weak("zqxvkzqxvkzqxvk"), "five");
    }

    #[test]
    fn a_drawn_secret_is_not() {
        for secret in ["0f8b6c1d2e3a4f5061728394a5b6c7d8", "zH8vJ3kQ1mXw9pLr", "correct horse battery staple"] {
            assert!(!is_known_weak(secret), "{secret}");
        }
    }

    #[test]
    fn half_a_placeholder_is_none() {
        for secret in ["yourK8vT1mWx4LpB7rK", "K8vT1mWx4LpB7rKhere", "<K8vT1mWx4LpB7rK", "K8vT1mWx4LpB7rK>"] {
            assert!(!is_known_weak(secret), "{secret}");
        }
    }
}
