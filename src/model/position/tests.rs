//! Whether positions are in order, each its own, and short.

use proptest::prelude::*;

use super::*;
use crate::model::properties::settings;

fn made_at(millis: i64, random: [u8; 8]) -> String {
    let at = Timestamp::from_millis(millis);
    first_position(at, Id::from_parts(at, random))
}

/// Any position: digits of base 32, the last of them not 0.
fn position() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-v]{0,8}[1-9a-v]",
        "[01uv]{0,40}[1v]",
        "1ku[0-9a-v]{6,40}[1-9a-v]"
    ]
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
    let id = Id::from_bytes([7; 12]);
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
        let between = own_position_between(after, before, id);
        assert_eq!(between, Err(PositionError), "{after:?} {before:?}");
        let spread = spread_positions(after, before, &[id]);
        assert_eq!(spread, Err(PositionError), "{after:?} {before:?}");
    }
}

/// A list of to-dos that were made a minute after each other.
fn list(count: u8) -> Vec<String> {
    (0..count)
        .map(|number| made_at(1_790_000_000_000 + 60_000 * i64::from(number), [number; 8]))
        .collect()
}

fn id_of(number: u64) -> Id {
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Id::from_parts(Timestamp::from_millis(1_790_000_000_000), scattered.to_be_bytes())
}

/// The longest position of so many moves, of which each is between the two that `next` chooses.
fn longest_of(moves: u64, next: impl Fn(&mut String, &mut String, String)) -> usize {
    let [mut low, mut high] = <[String; 2]>::try_from(list(2)).unwrap();
    (0..moves).fold(0, |longest, number| {
        let middle = own_position_between(&low, &high, id_of(number)).unwrap();
        assert!(low < middle && middle < high, "{low} {middle} {high}");
        let longest = longest.max(middle.len());
        next(&mut low, &mut high, middle);
        longest
    })
}

#[test]
fn ten_thousand_moves_to_one_place_make_no_long_positions() {
    let behind_the_same = longest_of(10_000, |_, high, middle| *high = middle);
    assert!(behind_the_same <= 40, "{behind_the_same}");
    let before_the_same = longest_of(10_000, |low, _, middle| *low = middle);
    assert!(before_the_same <= 40, "{before_the_same}");
    let mut first = list(1).remove(0);
    for number in 0..10_000 {
        let front = own_position_between("", &first, id_of(number)).unwrap();
        assert!(front < first && front.len() <= 29, "{front} {first}");
        first = front;
    }
}

#[test]
fn moves_between_the_last_two_reach_the_longest_after_some_two_hundred() {
    let turn = std::cell::Cell::new(false);
    let longest = |moves| {
        longest_of(moves, |low, high, middle| {
            *(if turn.replace(!turn.get()) { low } else { high }) = middle;
        })
    };
    assert!(longest(230) <= LONGEST, "{}", longest(230));
    assert!(longest(300) > LONGEST, "{}", longest(300));
}

#[test]
fn the_end_is_behind_all_whatever_the_clock_says() {
    let (now, id) = (Timestamp::from_millis(1_790_000_000_000), Id::from_bytes([7; 12]));
    let at_end = last_position("", now, id).unwrap();
    assert!(at_end > made_at(now.millis() - 1, [255; 8]) && at_end < made_at(now.millis() + 1, [0; 8]));
    assert_eq!(at_end.len(), 29);
    for last in [
        made_at(now.millis() - 1, [9; 8]),
        made_at(now.millis() + 10_000, [9; 8]),
        "v".repeat(9),
        "v".repeat(14),
        "vvvvvvvvu".into(),
        "1".into(),
        "vvv".into(),
    ] {
        let position = last_position(&last, now, id).unwrap();
        assert!(position > last && read(&position).is_ok(), "{position} {last}");
    }
    assert!(last_position("10", now, id).is_err());
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
    fn a_position_between_two_stands_strictly_between_and_is_its_ids_own(
        a in position(), b in position(), one: [u8; 12], other: [u8; 12],
    ) {
        prop_assume!(a != b);
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let own = |after: &str, bytes| own_position_between(after, &high, Id::from_bytes(bytes)).unwrap();
        let middle = own(&low, one);
        prop_assert!(low < middle && middle < high, "{low} {middle} {high}");
        prop_assert!(read(&middle).is_ok(), "{middle}");
        let longest = low.len().max(high.len()) + LEVEL + OWN;
        prop_assert!(middle.len() <= longest, "{low} {middle} {high}");
        prop_assert_eq!(middle == own(&low, other), one == other);
        let front = own("", one);
        prop_assert!(front < high && read(&front).is_ok(), "{front} {high}");
        prop_assert!(own_position_between(&high, &low, Id::from_bytes(one)).is_err());
    }

    /// Also where the two neighbours are not the same: one was put there in between.
    #[test]
    fn two_ids_never_have_the_same_position(
        a in position(), b in position(), one: [u8; 12], other: [u8; 12],
    ) {
        prop_assume!(one != other);
        prop_assume!(a != b);
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let (one, other) = (Id::from_bytes(one), Id::from_bytes(other));
        let first = own_position_between(&low, &high, one).unwrap();
        let second = own_position_between(&low, &first, other).unwrap();
        let third = own_position_between(&first, &high, other).unwrap();
        let now = Timestamp::from_millis(1_790_000_000_000);
        prop_assert!(low < second && second < first && first < third && third < high);
        prop_assert!(last_position(&low, now, one) != last_position(&low, now, other));
    }

    #[test]
    fn positions_that_are_spread_are_in_order_between_the_two_and_short(
        a in position(), b in position(), count in 0_u64..300,
    ) {
        prop_assume!(a != b);
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let ids: Vec<Id> = (0..count).map(id_of).collect();
        let mut all = spread_positions(&low, &high, &ids).unwrap();
        prop_assert_eq!(all.len(), ids.len());
        for position in &all {
            prop_assert!(read(position).is_ok(), "{}", position);
            prop_assert!(position.len() <= low.len().max(high.len()).max(TIME) + LEVEL + OWN, "{}", position);
        }
        all.insert(0, low);
        all.push(high);
        prop_assert!(all.is_sorted_by(|a, b| a < b), "{:?}", all);
    }

    /// Whatever is chosen, the lower half or the upper one.
    #[test]
    fn two_hundred_moves_to_any_place_between_the_last_two_stay_short(
        choices in prop::collection::vec(any::<bool>(), 200),
    ) {
        let choices = std::cell::RefCell::new(choices);
        let longest = longest_of(200, |low, high, middle| {
            let is_low = choices.borrow_mut().pop().unwrap();
            *(if is_low { low } else { high }) = middle;
        });
        prop_assert!(longest <= LONGEST, "{longest}");
    }

    /// A list in the order of its positions, moved about by hand: the two orders stay the same.
    #[test]
    fn moves_keep_the_order_and_every_position_its_own(
        moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..200),
    ) {
        let mut list = list(10);
        let mut now = 1_790_000_001_000;
        for (number, (from, to)) in (0..).zip(moves) {
            list.remove(from.index(list.len()));
            let place = to.index(list.len() + 1);
            let after = place.checked_sub(1).map_or("", |neighbour| list[neighbour].as_str());
            let moved = if place == list.len() {
                now += 1;
                last_position(after, Timestamp::from_millis(now), id_of(number)).unwrap()
            } else {
                own_position_between(after, &list[place], id_of(number)).unwrap()
            };
            list.insert(place, moved);
            prop_assert!(list.is_sorted_by(|a, b| a < b), "{list:?}");
        }
        prop_assert!(list.iter().all(|position| read(position).is_ok()), "{list:?}");
    }
}
