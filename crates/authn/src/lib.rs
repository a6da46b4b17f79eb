//! The rules of the game: sign-in, factors, attempts and access decisions. The only place where proofs are made.
