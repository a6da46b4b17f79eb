//! Enrolment tickets: their text form, and the hash that is stored in their place.

use postern_model::entropy::Entropy;
use postern_model::session::TokenHash;
use ring::digest::{Context, SHA256};

use crate::backup;

/// Number of characters of a ticket: 120 random bits, five for each.
const LENGTH: usize = 24;
/// Separates hashes of tickets from those of tokens.
const LABEL: &[u8] = b"postern enrolment ticket ";

/// Draws a ticket in the form that people see: six groups of four characters, as in backup codes.
pub fn generate(entropy: &dyn Entropy) -> String {
    backup::draw_text(entropy, LENGTH)
}

/// Returns SHA-256 of a typed ticket; case, dashes, spaces and confusable characters do not matter, as in backup codes.
/// It needs no salt or stretching: 120 random bits cannot be guessed. `None` for text that is no ticket.
pub fn hash(typed: &str) -> Option<TokenHash> {
    let text = backup::characters(typed).filter(|text| text.len() == LENGTH)?;
    let mut context = Context::new(&SHA256);
    context.update(LABEL);
    context.update(text.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Some(TokenHash(hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counter;

    #[test]
    fn a_ticket_is_read_however_it_is_typed() {
        let ticket = generate(&Counter::new(4));
        let shape: String = ticket.chars().map(|c| if c == '-' { '-' } else { 'X' }).collect();
        assert_eq!(shape, "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX");
        let hashed = hash(&ticket).unwrap();
        for typed in [ticket.to_lowercase(), ticket.replace('-', " "), format!("\u{feff} {ticket}\n")] {
            assert_eq!(hash(&typed), Some(hashed), "{typed:?}");
        }
        assert_ne!(hash(&generate(&Counter::new(5))), Some(hashed));
    }

    #[test]
    fn the_hash_is_as_computed_elsewhere() {
        // printf 'postern enrolment ticket 0123456789ABCDEFGHJKMNPQ' | sha256sum
        let hashed = hash("0123-4567-89AB-CDEF-GHJK-MNPQ").unwrap();
        assert_eq!(crate::encoding::hex(&hashed.0), "e2a6c08f8d370f98d05656c0d3a233fcbbd8f020b7a8c561cd2a53f6f47c9f70");
    }

    #[test]
    fn other_text_is_no_ticket() {
        let ticket = generate(&Counter::new(4));
        for typed in
            ["", "-", &ticket[1..], &format!("{ticket}A"), "ABCD-2345", &"A".repeat(1000), &ticket.replace('-', "_")]
        {
            assert_eq!(hash(typed), None, "{typed}");
        }
    }
}
