//! A program that shows codes, as people have one on their telephones.

use rondo::model::Timestamp;
use rondo::service::factors::totp;

/// Knows one secret.
pub struct Authenticator {
    secret: Vec<u8>,
}

impl Authenticator {
    /// Of the secret as a person types it.
    pub fn of(secret: &str) -> Self {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut bits = Vec::new();
        for letter in secret.bytes() {
            let place = alphabet.iter().position(|known| *known == letter);
            let place = place.expect("a letter of base 32");
            bits.extend((0..5).rev().map(|bit| u8::from((place >> bit) & 1 == 1)));
        }
        let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| (byte << 1) | bit);
        Self {
            secret: bits.chunks_exact(8).map(byte).collect(),
        }
    }

    /// What it shows at this moment.
    pub fn code_at(&self, moment: Timestamp) -> String {
        totp::code_now(&self.secret, moment)
    }
}
