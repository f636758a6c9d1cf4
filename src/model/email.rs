//! E-mail addresses: what was written, and the key by which one person is one account.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

/// An e-mail address. Two that differ in case or in Unicode form have the same [`Email::key`].
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    written: String,
    key: String,
}

/// The text is not an address that Rondo takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address has the form name@example.org and at most 254 characters")]
pub struct EmailError;

impl Email {
    /// As it was written, without surrounding blanks.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The normal form: NFKC, without case, the domain in ASCII (RFC 5891).
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Characters that may stand unquoted in front of the `@` (RFC 5322 atext), the dot, and what is not ASCII.
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
}

/// Lower case of upper case: `ς` and `σ` are both the small form of `Σ`, and `STRASSE` is how `straße` is
/// shouted.
fn without_case(local: &str) -> String {
    if local.is_ascii() {
        return local.to_owned();
    }
    let shouted = local.chars().flat_map(char::to_uppercase);
    shouted.flat_map(char::to_lowercase).nfkc().collect()
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let written = text.trim_matches(' ');
        if written.len() > 254 || written.chars().any(char::is_control) {
            return Err(EmailError);
        }
        let normal: String = written.nfkc().flat_map(char::to_lowercase).nfkc().collect();
        let (local, domain) = normal.rsplit_once('@').ok_or(EmailError)?;
        let dots_are_inside = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        if local.is_empty() || !dots_are_inside || !local.chars().all(is_local) {
            return Err(EmailError);
        }
        // The other case of a letter may be longer: one length counts for all spellings.
        let local = without_case(local);
        if local.len() > 64 {
            return Err(EmailError);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError)?;
        let labels: Vec<&str> = domain.split('.').collect();
        let labels_are_sound = labels.iter().all(|label| !label.is_empty());
        let is_numeric = labels
            .last()
            .is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if labels.len() < 2 || !labels_are_sound || is_numeric {
            return Err(EmailError);
        }
        let key = format!("{local}@{domain}");
        if key.len() > 254 {
            return Err(EmailError);
        }
        Ok(Self {
            written: written.to_owned(),
            key,
        })
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::properties::settings;

    fn key(text: &str) -> String {
        text.parse::<Email>()
            .unwrap_or_else(|_| panic!("{text} is an address"))
            .key()
            .to_owned()
    }

    #[test]
    fn case_and_unicode_variants_have_one_key() {
        assert_eq!(key("Person@Example.ORG"), "person@example.org");
        assert_eq!(key("ｐｅｒｓｏｎ@example.org"), "person@example.org");
        assert_eq!(key("jose\u{301}@example.org"), key("JOSÉ@example.org"));
        assert_eq!(key("οδος@example.org"), key("ΟΔΟΣ@example.org"));
        assert_eq!(key("a@bücher.example"), key("A@xn--bcher-kva.example"));
        assert_eq!(key(" person@example.org "), "person@example.org");
    }

    #[test]
    fn every_letter_that_has_a_case_is_the_same_in_both() {
        let cased = (char::MIN..=char::MAX).filter(|c| {
            let is_other = |other: &str| !other.chars().eq([*c]);
            is_local(*c)
                && (is_other(&c.to_uppercase().to_string()) || is_other(&c.to_lowercase().to_string()))
        });
        let mut differing = Vec::new();
        for letter in cased {
            let spelled = [
                letter.to_string(),
                letter.to_uppercase().to_string(),
                letter.to_lowercase().to_string(),
            ];
            let keys =
                spelled.map(|letter| format!("a{letter}b@example.org").parse::<Email>().map(|e| e.key));
            if keys.iter().any(|key| *key != keys[0]) {
                differing.push((letter, keys));
            }
        }
        assert!(differing.is_empty(), "{} {differing:?}", differing.len());
    }

    #[test]
    fn a_key_is_its_own_key() {
        // Scripts with case, and the compatibility forms.
        for letter in ('\0'..='\u{2fff}').chain('\u{f900}'..='\u{ffff}') {
            let Ok(email) = format!("a{letter}b@example.org").parse::<Email>() else {
                continue;
            };
            let again = email.key.parse::<Email>().map(|email| email.key);
            assert_eq!(again.as_ref(), Ok(&email.key), "{letter}");
        }
    }

    #[test]
    fn what_was_written_is_kept() {
        assert_eq!(
            "Person@Example.ORG".parse::<Email>().unwrap().written(),
            "Person@Example.ORG"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for bad in [
            "",
            "a",
            "@example.org",
            "a@",
            "a@b",
            "a b@example.org",
            "a@exa mple.org",
            "a@@example.org",
            ".a@example.org",
            "a..b@example.org",
            "a@example..org",
            "a@.org",
            "a@127.0.0.1",
            "Bob <a@b.co>",
            "\"a b\"@example.org",
            "a@example.org\r\nBcc: x@example.org",
            "a\0@example.org",
            "a@-example.org",
            &long,
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_length_of_the_name_is_that_of_its_key() {
        // Three bytes; shouted it is two letters, of two bytes each.
        let (small, shouted) = ("\u{1fb3}".repeat(17), "ΑΙ".repeat(17));
        assert!(format!("{small}@example.org").parse::<Email>().is_err());
        assert!(format!("{shouted}@example.org").parse::<Email>().is_err());
        let (small, shouted) = ("\u{1fb3}".repeat(16), "ΑΙ".repeat(16));
        assert_eq!(
            key(&format!("{small}@example.org")),
            key(&format!("{shouted}@example.org"))
        );
    }

    /// Names and domains that are often addresses: letters of several scripts, with and without case, with
    /// marks, wide, and what is seldom allowed.
    fn texts() -> impl Strategy<Value = String> {
        let name = "[a-zA-Z0-9.+_À-ɏΐ-ώα-ωА-яᾀ-ῼﬀ-ﬆＡ-ｚ\\u{300}-\\u{345}日 \u{0}@\u{a0}\u{2028}]{1,6}|[a-z]{60,66}|\\PC{1,4}";
        let domain = "[a-zA-Z0-9éüЯя日ﬁＡ-ｚ-]{1,6}\\.(org|ORG|example|Ｏrg)|(a{40}\\.){4,6}[a-z]{2}";
        (name, domain, "[ ]{0,2}")
            .prop_map(|(name, domain, blanks)| format!("{blanks}{name}@{domain}{blanks}"))
    }

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn a_key_is_a_sound_address_and_its_own_key(text in texts()) {
            if let Ok(email) = text.parse::<Email>() {
                let key = email.key();
                prop_assert!(email.written().len() <= 254 && key.len() <= 254);
                prop_assert!(!key.chars().any(|c| c.is_whitespace() || c.is_control()), "{key:?}");
                let (local, domain) = key.rsplit_once('@').expect("an @");
                prop_assert!(local.len() <= 64 && !local.is_empty() && domain.is_ascii(), "{key:?}");
                prop_assert_eq!(key.parse::<Email>().map(|email| email.key), Ok(key.to_owned()));
            }
        }

        #[test]
        fn the_other_case_and_other_forms_have_the_same_key(text in texts()) {
            let composed: String = text.nfc().collect();
            let of = |text: &str| text.parse::<Email>().map(|email| email.key).ok();
            let mut variants = vec![
                composed.to_lowercase(),
                composed.to_uppercase(),
                composed.chars().flat_map(char::to_lowercase).collect(),
                text.nfd().collect(),
                composed,
            ];
            // What is no address can be one without its wide blanks.
            if of(&text).is_some() {
                variants.extend([text.nfkc().collect(), text.nfkd().collect()]);
            }
            for variant in variants {
                // Only what is too long as it is written may be refused alone.
                if text.len() < 200 && variant.len() < 200 {
                    prop_assert_eq!(of(&variant), of(&text), "{:?} {:?}", variant, text);
                }
            }
        }
    }
}
