//! Codes that follow from a secret and the time (RFC 6238): SHA-1, six digits, a step of thirty seconds, which is what
//! every program understands that shows them.

use aws_lc_rs::{constant_time, hmac};

use crate::model::Timestamp;

/// How long a code stands, in seconds.
const STEP: i64 = 30;
/// So many steps a clock may be off (RFC 6238, section 5.2).
const DRIFT: i64 = 1;
/// The length of a secret, in bytes (RFC 4226, section 4).
pub const SECRET_LENGTH: usize = 20;

fn step_of(now: Timestamp) -> i64 {
    now.seconds().div_euclid(STEP)
}

/// The code of this step.
pub fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    // The last four bits say where the number begins (RFC 4226, section 5.3).
    let begin = usize::from(tag[tag.len() - 1] & 0xf);
    let number = tag[begin..begin + 4]
        .iter()
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The code that a program shows now.
pub fn code_now(secret: &[u8], now: Timestamp) -> String {
    code_at(secret, step_of(now))
}

/// The step behind `last` whose code this is, as far from now as a clock may be off. If two have the same code, the
/// later one: the earlier is not to be good afterwards.
pub fn step_shown(secret: &[u8], code: &str, now: Timestamp, last: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = step_of(now);
    let is_shown = |step: &i64| {
        let right = code_at(secret, *step);
        constant_time::verify_slices_are_equal(right.as_bytes(), digits.as_bytes()).is_ok()
    };
    (now - DRIFT..=now + DRIFT)
        .rev()
        .filter(|step| *step > last)
        .find(is_shown)
}

/// As people type secrets (RFC 4648, section 6), without padding.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[((held >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

/// The address that programs read, mostly off a picture: the secret, and under what they show its codes.
pub fn uri(secret: &[u8], issuer: &str, account: &str) -> String {
    let (issuer, account) = (escaped(issuer), escaped(account));
    let secret = base32(secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}"
    )
}

/// Percent-encoded but for what needs it nowhere (RFC 3986, section 2.3).
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut written, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
        written
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// That of the RFC's examples.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B: the last six of its eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_now(SECRET, at(seconds)), code);
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_a_step_counts_once() {
        let now = at(1_111_111_111);
        let step = step_of(now);
        for (drift, is_good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = code_at(SECRET, step + drift);
            let expected = is_good.then_some(step + drift);
            assert_eq!(step_shown(SECRET, &code, now, 0), expected, "{drift}");
            assert_eq!(step_shown(SECRET, &code, now, step + drift), None, "{drift}");
        }
        let code = code_at(SECRET, step);
        let typed = format!(" {} {}", &code[..3], &code[3..]);
        assert_eq!(step_shown(SECRET, &typed, now, 0), Some(step));
        for wrong in ["", "05047", "0504711", "５０４７１１"] {
            assert_eq!(step_shown(SECRET, wrong, now, 0), None);
        }
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
        }
    }

    #[test]
    fn the_address_names_issuer_and_account() {
        assert_eq!(
            uri(b"foobar", "Rondo (a.example)", "a+b@example.org"),
            "otpauth://totp/Rondo%20%28a.example%29:a%2Bb%40example.org?secret=MZXW6YTBOI\
             &issuer=Rondo%20%28a.example%29&algorithm=SHA1&digits=6&period=30"
        );
    }
}
