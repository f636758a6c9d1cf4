//! Recovery codes: for whoever has lost everything else. Each is good once.
//!
//! 80 bits that nobody chose: a hash of them cannot be tried through, so that they need no secret and no slow hash.

use crate::clock::Source;
use crate::fingerprint::sha256;
use crate::model::Id;

use super::totp::base32;

/// How many are given out.
const COUNT: usize = 10;

/// New codes, as they are shown: `abcd-efgh-ijkl-mnop`.
pub fn make(source: &dyn Source) -> Vec<String> {
    let code = |_| {
        let mut random = [0; 10];
        source.fill(&mut random);
        let letters = base32(&random).to_ascii_lowercase();
        let groups: Vec<&str> = (0..4).map(|group| &letters[group * 4..group * 4 + 4]).collect();
        groups.join("-")
    };
    (0..COUNT).map(code).collect()
}

/// What is kept of a code of this user, however it is typed.
pub fn hash(user: Id, code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    let normal: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    sha256(&format!("{user}:{normal}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::System;

    #[test]
    fn codes_differ_and_are_read_as_people_type_them() {
        let codes = make(&System::default());
        let unlike: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(unlike.len(), COUNT);
        assert!(codes.iter().all(|code| code.len() == 19), "{codes:?}");
        let (one, other) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]));
        let kept = hash(one, &codes[0]);
        assert_eq!(kept, hash(one, &codes[0].replace('-', " ").to_ascii_uppercase()));
        assert_ne!(kept, hash(other, &codes[0]));
        assert_ne!(kept, hash(one, &codes[1]));
    }
}
