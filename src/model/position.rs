//! Positions: places in an order made by hand, as strings that are compared bytewise.
//!
//! A position is a fraction in base 32, written without the point and never with a `0` at its end: so there
//! is always another one in front of it and between any two.

use super::{Id, Timestamp};

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// The two are no positions, or not in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing fits between these: positions have the digits 0 to v, no 0 at the end, and differ in order")]
pub struct PositionError;

/// The position of a to-do that was just made: behind every one made before, without asking which
/// those are. Two made in one millisecond are told apart by their ids.
///
/// Nine digits of the time and five of the id: between any two positions there is room for another,
/// since a longer string can be put between them; see [`own_position_between`].
pub fn first_position(created_at: Timestamp, id: Id) -> String {
    let random = id.bytes()[8..]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let time = u64::try_from(created_at.millis()).unwrap_or(0);
    let digits = |number: u64, count: u32| {
        (0..count)
            .rev()
            .map(move |place| char::from(DIGITS[(number >> (5 * place) & 31) as usize]))
    };
    // The last digit is never 0, or nothing would fit in front of a longer position with this beginning.
    digits(time, 9)
        .chain(digits(random, 4))
        .chain(digits(random >> 20 | 1, 1))
        .collect()
}

/// A position between two others, which no other id is ever given; in front of `before`, if `after` is empty.
/// (The end of the order has [`last_position`].)
///
/// It is a stem between the two and then all digits of the id: so two who put different things into one place
/// at the same time give them different positions.
///
/// Strings cannot become longer without end, and a gap cannot be halved without end: so the stem stands near
/// the neighbour that is the longer one, which is the one that was put there last, and leaves the room to the
/// next who comes to the same place. Ten thousand moves behind (or in front of) the same neighbour, or each
/// behind the one before, make positions of 40 digits at most. Only who goes on putting each between the last
/// two has positions of 150 digits after some 240 moves: see [`LONGEST`].
///
/// # Errors
/// If `after` does not stand in front of `before`, or one of them is no position.
pub fn own_position_between(after: &str, before: &str, id: Id) -> Result<String, PositionError> {
    let (low, high) = (read(after)?, read(before)?);
    if low >= high {
        return Err(PositionError);
    }
    let (of_low, of_high) = (stem_length(&low), stem_length(&high));
    let mut depth = of_low.max(of_high);
    let room = loop {
        match room(&low, &high, depth) {
            0 => depth += LEVEL,
            room => break room,
        }
    };
    let last = room - 1;
    let step = STEP.min(room / 2).min(last);
    let place = if depth == of_low && of_low > of_high {
        step
    } else if depth == of_high && of_high > of_low {
        last - step
    } else {
        room / 2
    };
    Ok(write(&stem_behind(&low, depth, place)) + &own_digits(id))
}

/// The position behind all that there are now, of which `after` is the last; empty, if there is none. As that
/// of a to-do that is made `now`, unless a clock goes wrong.
///
/// # Errors
/// If `after` is no position.
pub fn last_position(after: &str, now: Timestamp, id: Id) -> Result<String, PositionError> {
    let low = read(after)?;
    let own = own_digits(id);
    let of_now: String = first_position(now, id).chars().take(TIME).collect();
    if after.is_empty() || *after < *of_now {
        return Ok(of_now + &own);
    }
    // The stem has room behind `after`, unless all its digits are the highest.
    if low.iter().take(TIME).all(|digit| *digit == RADIX - 1) {
        return Ok(after.to_owned() + &own);
    }
    Ok(write(&stem_behind(&low, TIME, 0)) + &own)
}

/// Positions for these ids, in their order and as far from each other as can be, between two others; in front
/// of `before`, if `after` is empty. They are short, whatever those were that they replace.
///
/// # Errors
/// As [`own_position_between`].
pub fn spread_positions(after: &str, before: &str, ids: &[Id]) -> Result<Vec<String>, PositionError> {
    let (low, high) = (read(after)?, read(before)?);
    if low >= high {
        return Err(PositionError);
    }
    let parts = ids.len() as u64 + 1;
    let mut depth = TIME;
    let part = loop {
        match room(&low, &high, depth) / parts {
            0..STEP => depth += 1,
            part => break part,
        }
    };
    let places = (1..parts).map(|number| number * part);
    let stems = places.map(|place| write(&stem_behind(&low, depth, place)));
    Ok(stems.zip(ids).map(|(stem, id)| stem + &own_digits(*id)).collect())
}

/// A longer position is none to keep: it is time to [spread](spread_positions) those around it.
pub const LONGEST: usize = 150;

/// Digits of a position that are a time.
const TIME: usize = 9;

/// Digits that are a whole id.
const OWN: usize = 20;

/// So many digits are added where a stem has no room any more.
const LEVEL: usize = 4;

/// So far from its longer neighbour a stem stands, if there is room: some go between the two.
const STEP: u64 = 64;

/// More room than this is not counted.
const MUCH: u64 = 1 << 50;

/// All of the id, its last byte first, since ids that were made one after the other differ there; and 1, so
/// that the last digit is never 0.
fn own_digits(id: Id) -> String {
    let bytes = id.bytes();
    let number = bytes
        .iter()
        .rev()
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte))
        << 4
        | 1;
    (0..OWN)
        .rev()
        .map(|place| char::from(DIGITS[(number >> (5 * place) & 31) as usize]))
        .collect()
}

/// How many digits are likely the stem of a position. (A wrong guess costs length and nothing else.)
fn stem_length(position: &[u8]) -> usize {
    match position.len().checked_sub(OWN) {
        Some(length) if length >= TIME => length,
        _ => position.len().min(TIME),
    }
}

/// How many stems of `depth` digits there are that stand, with whatever behind them, between two positions.
fn room(low: &[u8], high: &[u8], depth: usize) -> u64 {
    let digit = |position: &[u8], place| u64::from(position.get(place).copied().unwrap_or(0));
    let apart = (0..depth).fold(0_u64, |apart, place| {
        // Never below 0: `high` has the larger digit where they first differ.
        let apart = apart * u64::from(RADIX) + digit(high, place);
        apart.saturating_sub(digit(low, place)).min(MUCH)
    });
    apart.saturating_sub(u64::from(low.len() > depth))
}

/// The stem of `depth` digits that is number `place`, from 0, of those behind `low`.
fn stem_behind(low: &[u8], depth: usize, place: u64) -> Vec<u8> {
    let mut stem: Vec<u8> = low
        .iter()
        .copied()
        .chain(std::iter::repeat(0))
        .take(depth)
        .collect();
    let mut carry = place + u64::from(low.len() > depth);
    for digit in stem.iter_mut().rev() {
        carry += u64::from(*digit);
        *digit = (carry % u64::from(RADIX)) as u8;
        carry /= u64::from(RADIX);
    }
    stem
}

const RADIX: u8 = 32;

fn read(position: &str) -> Result<Vec<u8>, PositionError> {
    if position.ends_with('0') {
        return Err(PositionError);
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'v' => Ok(digit - b'a' + 10),
        _ => Err(PositionError),
    };
    position.bytes().map(value).collect()
}

fn write(values: &[u8]) -> String {
    values
        .iter()
        .map(|value| char::from(DIGITS[usize::from(*value)]))
        .collect()
}

#[cfg(test)]
mod tests;
