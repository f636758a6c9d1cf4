//! Ids that follow from what they are of, so that whoever makes them again makes the same.

use aws_lc_rs::digest;

use crate::model::Id;

/// An id that is always the same for the same content: the beginning of its hash.
pub fn id_of(content: &[u8]) -> Id {
    let hash = digest::digest(&digest::SHA256, content);
    let mut bytes = [0; 12];
    bytes.copy_from_slice(&hash.as_ref()[..12]);
    Id::from_bytes(bytes)
}
