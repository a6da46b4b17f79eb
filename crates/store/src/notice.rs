//! The text of a notice on the channel that replicas share: `t:<token hash, hex>`, `s:<uuid>`, `u:<uuid>`, `k` or `*`.

use postern_model::id::{SessionId, UserId};
use postern_model::invalidation::Invalidation;
use postern_model::session::TokenHash;

/// PostgreSQL notification channel. Migrations name it too.
pub(crate) const CHANNEL: &str = "postern_change";

/// Notice that the keys that sign assertions changed.
const KEYS: &str = "k";

/// Encodes a notice.
pub(crate) fn encode(change: Invalidation) -> String {
    match change {
        Invalidation::Token(TokenHash(hash)) => {
            hash.iter().fold("t:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
        }
        Invalidation::Session(id) => format!("s:{id}"),
        Invalidation::User(id) => format!("u:{id}"),
        Invalidation::SigningKeys => KEYS.to_owned(),
        Invalidation::Everything => "*".to_owned(),
    }
}

/// Parses a notice. A notice that cannot be parsed (of a newer version, or from another program) becomes
/// [`Invalidation::Everything`]: a cache that drops too much is slow, one that drops too little is wrong.
pub(crate) fn decode(text: &str) -> Invalidation {
    if text == KEYS {
        return Invalidation::SigningKeys;
    }
    let known = match text.split_once(':') {
        Some(("t", hex)) => token(hex).map(Invalidation::Token),
        Some(("s", id)) => id.parse::<SessionId>().ok().map(Invalidation::Session),
        Some(("u", id)) => id.parse::<UserId>().ok().map(Invalidation::User),
        _ => None,
    };
    known.unwrap_or(Invalidation::Everything)
}

fn token(hex: &str) -> Option<TokenHash> {
    let mut hash = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(TokenHash(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_reads_back() {
        let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        for change in [
            Invalidation::Token(TokenHash([0xa7; 32])),
            Invalidation::Session(id.parse().unwrap()),
            Invalidation::User(id.parse().unwrap()),
            Invalidation::SigningKeys,
            Invalidation::Everything,
        ] {
            assert_eq!(decode(&encode(change)), change);
        }
    }

    #[test]
    fn what_cannot_be_read_drops_everything() {
        for text in ["", "u:", "u:not-a-uuid", "t:00", "t:zz", "x:67e55044-10b1-426f-9247-bb680e5fe0c8", "ü"] {
            assert_eq!(decode(text), Invalidation::Everything, "{text}");
        }
        // A token is as long as its hash: of a longer text the beginning is no token.
        for length in [31, 33] {
            assert_eq!(decode(&format!("t:{}", "ab".repeat(length))), Invalidation::Everything, "{length}");
        }
    }
}
