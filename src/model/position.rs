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
/// since a longer string can be put between them; see [`position_between`].
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

/// The position in the middle between two others; in front of `before`, if `after` is empty. (The end of
/// the order needs no such thing: [`first_position`] of the present moment is there.)
///
/// The same two give the same string. Put again and again between the same neighbours, positions grow by a
/// digit in four moves at most.
///
/// # Errors
/// If `after` does not stand in front of `before`, or one of them is no position.
pub fn position_between(after: &str, before: &str) -> Result<String, PositionError> {
    let (low, high) = (read(after)?, read(before)?);
    if low >= high {
        return Err(PositionError);
    }
    // Digits that both have, `low` continued with zeros: they stay.
    let digit = |place: usize| low.get(place).copied().unwrap_or(0);
    let same = (0..high.len())
        .take_while(|&place| digit(place) == high[place])
        .count();
    let mut middle = high[..same].to_vec();
    // `high` does not end with 0, so that the first digit that differs is there and is larger.
    let (mut floor, ceiling) = (digit(same), high[same]);
    let mut place = same;
    if floor + 1 == ceiling {
        if high.len() > same + 1 {
            middle.push(ceiling);
            return Ok(write(&middle));
        }
        // No digit between the two: behind `low`, as far down as it goes.
        loop {
            middle.push(floor);
            place += 1;
            floor = digit(place);
            if floor + 1 < RADIX {
                break;
            }
        }
        middle.push(floor.midpoint(RADIX));
    } else {
        middle.push(floor.midpoint(ceiling));
    }
    Ok(write(&middle))
}

/// As [`position_between`], with five digits of the id behind it: so two who put different things into the same
/// place at the same time give them different positions.
///
/// # Errors
/// As [`position_between`].
pub fn own_position_between(after: &str, before: &str, id: Id) -> Result<String, PositionError> {
    let mut middle = position_between(after, before)?;
    // Behind the beginning of `before` any digits may come that stand behind it.
    while before.starts_with(&middle) {
        middle = position_between(&middle, before)?;
    }
    let random = id.bytes()[8..]
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let own = (0..4).rev().map(|place| random >> (5 * place) & 31);
    // The last digit is never 0.
    let own = own.chain([random >> 20 & 31 | 1]);
    middle.extend(own.map(|digit| char::from(DIGITS[digit as usize])));
    Ok(middle)
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::properties::settings;

    fn made_at(millis: i64, random: [u8; 8]) -> String {
        let at = Timestamp::from_millis(millis);
        first_position(at, Id::from_parts(at, random))
    }

    /// Any position: digits of base 32, the last of them not 0.
    fn position() -> impl Strategy<Value = String> {
        "[0-9a-v]{0,8}[1-9a-v]"
    }

    #[test]
    fn what_is_made_later_stands_behind() {
        let at = |millis, fill| first_position(Timestamp::from_millis(millis), Id::from_bytes([fill; 12]));
        assert!(at(1_790_000_000_000, 255) < at(1_790_000_000_001, 0));
        assert_eq!(at(1_790_000_000_000, 7).len(), 14);
        assert!(!at(1_790_000_000_000, 0).ends_with('0'));
    }

    #[test]
    fn what_is_no_position_or_in_no_order_has_nothing_between() {
        for (after, before) in [
            ("", ""),
            ("1", "1"),
            ("2", "1"),
            ("1", "10"),
            ("", "0"),
            ("1", "w"),
            ("A", "b"),
            ("1", "é"),
            ("1", "2 "),
        ] {
            assert_eq!(
                position_between(after, before),
                Err(PositionError),
                "{after:?} {before:?}"
            );
        }
        assert_eq!(position_between("1", "2").unwrap(), "1g");
        assert_eq!(position_between("1v", "2").unwrap(), "1vg");
        assert_eq!(position_between("", "1").unwrap(), "0g");
        assert_eq!(position_between("1", "101").unwrap(), "100g");
        assert_eq!(position_between("1", "22").unwrap(), "2");
    }

    #[test]
    fn different_things_at_one_place_have_different_positions() {
        let of = |random| own_position_between("1", "12", Id::from_parts(Timestamp::from_millis(0), random));
        let positions = [[0; 8], [1; 8], [0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 2, 0]].map(of);
        for (place, position) in positions.iter().enumerate() {
            assert!(!positions[..place].contains(position), "{positions:?}");
        }
    }

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn first_positions_are_in_the_order_of_making(
            first in 0..1_i64 << 44, later in 1..1_i64 << 40, a: [u8; 8], b: [u8; 8],
        ) {
            prop_assert!(made_at(first, a) < made_at(first + later, b));
            prop_assert!(read(&made_at(first, a)).is_ok());
        }

        #[test]
        fn a_position_between_two_stands_strictly_between(a in position(), b in position()) {
            prop_assume!(a != b);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let middle = position_between(&low, &high).unwrap();
            prop_assert!(low < middle && middle < high, "{low} {middle} {high}");
            prop_assert!(read(&middle).is_ok() && !middle.is_empty(), "{middle}");
            prop_assert!(middle.len() <= low.len().max(high.len()) + 1, "{low} {middle} {high}");
            let front = position_between("", &low).unwrap();
            prop_assert!(!front.is_empty() && front < low && read(&front).is_ok(), "{front} {low}");
            prop_assert!(position_between(&high, &low).is_err());
        }

        #[test]
        fn an_own_position_between_two_stands_strictly_between(
            a in position(), b in position(), ids: [[u8; 8]; 2],
        ) {
            prop_assume!(a != b);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            let [one, other] = ids.map(|random| Id::from_parts(Timestamp::from_millis(0), random));
            let middle = own_position_between(&low, &high, one).unwrap();
            prop_assert!(low < middle && middle < high, "{low} {middle} {high}");
            prop_assert!(read(&middle).is_ok(), "{middle}");
            let front = own_position_between("", &low, other).unwrap();
            prop_assert!(front < low && read(&front).is_ok(), "{front} {low}");
            prop_assert!(own_position_between(&high, &low, one).is_err());
        }

        /// Whatever is chosen, the lower half or the upper one.
        #[test]
        fn halving_makes_positions_longer_by_a_digit_in_four(
            a in position(), b in position(), choices in prop::collection::vec(any::<bool>(), 1..200),
        ) {
            prop_assume!(a != b);
            let (mut low, mut high) = if a < b { (a, b) } else { (b, a) };
            let longest = low.len().max(high.len());
            for (count, choice) in choices.into_iter().enumerate() {
                let middle = position_between(&low, &high).unwrap();
                prop_assert!(low < middle && middle < high, "{low} {middle} {high}");
                prop_assert!(middle.len() <= longest + 1 + count / 4, "{count}: {low} {middle} {high}");
                *(if choice { &mut low } else { &mut high }) = middle;
            }
        }

        /// A list in the order of its positions, moved about by hand: the two orders stay the same.
        #[test]
        fn moves_keep_the_order_and_every_position_its_own(
            moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..200),
        ) {
            let mut list: Vec<String> = (0..10).map(|n| made_at(1_790_000_000_000 + n, [7; 8])).collect();
            let mut now = 1_790_000_001_000;
            for (from, to) in moves {
                list.remove(from.index(list.len()));
                let place = to.index(list.len() + 1);
                let moved = if place == list.len() {
                    now += 1;
                    made_at(now, [9; 8])
                } else {
                    let after = place.checked_sub(1).map_or("", |neighbour| list[neighbour].as_str());
                    position_between(after, &list[place]).unwrap()
                };
                list.insert(place, moved);
                prop_assert!(list.is_sorted_by(|a, b| a < b), "{list:?}");
            }
            prop_assert!(list.iter().all(|position| read(position).is_ok()), "{list:?}");
        }
    }
}
