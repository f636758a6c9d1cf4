//! Sealing: for what must be read again, and by nobody who has the database alone (AES-256-GCM).

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use crate::error::{Error, Result};
use crate::secret::{Purpose, Secret};

/// Seals with a key that is derived from the secret, bound to the name of what is sealed; the nonce stands in front.
///
/// # Errors
/// `Internal` if that fails.
pub fn seal(secret: &Secret, purpose: Purpose, name: &str, mut plain: Vec<u8>) -> Result<Vec<u8>> {
    let broken = |_| Error::internal("something could not be sealed");
    let key = RandomizedNonceKey::new(&AES_256_GCM, &secret.derive(purpose)).map_err(broken)?;
    let nonce = key
        .seal_in_place_append_tag(Aad::from(name), &mut plain)
        .map_err(broken)?;
    Ok([nonce.as_ref().as_slice(), &plain].concat())
}

/// What was sealed; `None` if it was with another secret, for another purpose or under another name.
pub fn unseal(secret: &Secret, purpose: Purpose, name: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, &secret.derive(purpose)).ok()?;
    let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut plain = rest.to_vec();
    Some(
        key.open_in_place(nonce, Aad::from(name), &mut plain)
            .ok()?
            .to_vec(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_secret_purpose_and_name_open_it() {
        let (one, other) = (Secret::new("one"), Secret::new("other"));
        let sealed = seal(&one, Purpose::SealTotp, "name", b"plain".to_vec()).unwrap();
        let open = |secret, purpose, name| unseal(secret, purpose, name, &sealed);
        assert_eq!(
            open(&one, Purpose::SealTotp, "name").as_deref(),
            Some(&b"plain"[..])
        );
        assert_eq!(open(&other, Purpose::SealTotp, "name"), None);
        assert_eq!(open(&one, Purpose::SealSigningKeys, "name"), None);
        assert_eq!(open(&one, Purpose::SealTotp, "another"), None);
        assert_eq!(unseal(&one, Purpose::SealTotp, "name", b"short"), None);
    }
}
