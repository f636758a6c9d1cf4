//! Short names of longer things: what is cached, counted or compared by its content.

use aws_lc_rs::digest;

/// The first `bytes` bytes of the SHA-256 of `content`, in hexadecimal digits.
pub fn fingerprint(content: &[u8], bytes: usize) -> String {
    let hash = digest::digest(&digest::SHA256, content);
    hash.as_ref()
        .iter()
        .take(bytes)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The SHA-256 of a secret, in hexadecimal digits: what is kept of it.
pub fn sha256(secret: &str) -> String {
    fingerprint(secret.as_bytes(), 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_beginning_of_the_hash() {
        assert_eq!(fingerprint(b"abc", 8), "ba7816bf8f01cfea");
        assert_eq!(fingerprint(b"", 4), "e3b0c442");
    }
}
