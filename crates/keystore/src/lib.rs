//! Keyring, sealing, token hashes, cookies, signed assertions and the formats of legacy sessions.
