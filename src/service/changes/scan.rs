//! How far a client has come in the order of changes: what a cursor holds.
//!
//! A scan goes from one place to the newest, in as many steps as it takes. A database that several write at once
//! may show a write late (see `ChangePage::settled`): what was read behind the settled is told, and once a scan is
//! at its end, the next one begins before it. So a change may be told twice, and none is left out.

use crate::model::{Change, ChangePage, ChangePlace, Id, Timestamp};

/// The form of a cursor; one of another form is answered by "start over". By the second one lists are told, too, and
/// by the third one what others share: whoever had read up to a place by an earlier one had not been told of those
/// before it.
const FORM: u8 = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    /// Everything up to here was told.
    pub(super) place: ChangePlace,
    /// All that had changed by then is known to whoever has this.
    at: Timestamp,
    /// When the scan began that is under way.
    began: Option<Timestamp>,
    /// What is behind this stamp may have appeared after it was passed: the next scan begins here.
    in_doubt: Option<u64>,
    /// Whoever began with nothing need not hear of what was gone by then: up to this stamp. (`None` in it until
    /// the store has told which that is.)
    unknown: Option<Option<u64>>,
}

/// What a scan came to in one step.
pub(super) struct Step {
    /// What is to be told.
    pub(super) items: Vec<Change>,
    /// The scan that they are of.
    pub(super) within: Scan,
    /// Where it goes on: behind them, or with the next scan.
    pub(super) next: Scan,
    pub(super) more: bool,
    /// Others whose writes may be told in the next one.
    pub(super) sharers: Vec<Id>,
}

impl Scan {
    /// From the beginning, for somebody who has nothing.
    pub(super) const fn of_everything(now: Timestamp) -> Self {
        Self {
            place: ChangePlace::START,
            at: now,
            began: None,
            in_doubt: None,
            unknown: Some(None),
        }
    }

    /// From behind a stamp that is settled now.
    pub(super) const fn behind(settled: u64, now: Timestamp) -> Self {
        Self {
            place: ChangePlace::behind(settled),
            at: now,
            began: None,
            in_doubt: None,
            unknown: None,
        }
    }

    pub(super) fn is_too_old(&self, now: Timestamp) -> bool {
        super::is_too_old(self.at, now)
    }

    /// Goes through a page that begins where the scan stands.
    pub(super) fn advance(mut self, page: ChangePage, now: Timestamp) -> Step {
        let mut items = page.items;
        let began = *self.began.get_or_insert(now);
        if let Some(last) = items.last().map(Change::place) {
            self.place = last;
            if last.stamp > page.settled {
                let doubt = self.in_doubt.unwrap_or(page.settled);
                self.in_doubt = Some(doubt.min(page.settled));
            }
        }
        if let Some(unknown) = &mut self.unknown {
            let gone_by_then = *unknown.get_or_insert(page.settled);
            items.retain(|item| !matches!(item, Change::Gone(gone) if gone.stamp <= gone_by_then));
        }
        let next = if page.more {
            self.clone()
        } else {
            let settled = ChangePlace::behind(page.settled);
            Self {
                place: self.in_doubt.map_or(self.place.max(settled), ChangePlace::behind),
                at: began,
                began: None,
                in_doubt: None,
                unknown: None,
            }
        };
        Step {
            items,
            within: self,
            next,
            more: page.more,
            sharers: page.sharers,
        }
    }

    /// Whether something of it may have to be read again.
    pub(super) const fn is_in_doubt(&self) -> bool {
        self.in_doubt.is_some()
    }

    /// Where somebody may go on who was told everything up to this item, of a step within this scan.
    pub(super) fn until(&self, item: &Change) -> Self {
        let place = item.place();
        Self {
            place: self
                .in_doubt
                .map_or(place, |doubt| place.min(ChangePlace::behind(doubt))),
            began: None,
            in_doubt: None,
            ..self.clone()
        }
    }

    pub(super) fn to_text(&self) -> String {
        let seconds = |at: Timestamp| at.seconds();
        serde_json::json!([
            FORM,
            self.place.stamp,
            self.place.id,
            seconds(self.at),
            self.began.map(seconds),
            self.in_doubt,
            self.unknown.flatten(),
        ])
        .to_string()
    }

    /// What [`Scan::to_text`] wrote; `None` for another form.
    pub(super) fn of_text(text: &[u8]) -> Option<Self> {
        type Parts = (u8, u64, Id, i64, Option<i64>, Option<u64>, Option<u64>);
        let (form, stamp, id, at, began, in_doubt, unknown): Parts = serde_json::from_slice(text).ok()?;
        let moment = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        (form == FORM).then(|| Self {
            place: ChangePlace { stamp, id },
            at: moment(at),
            began: began.map(moment),
            in_doubt,
            unknown: unknown.map(Some),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::properties::settings;
    use crate::model::{ChangeKind, Gone, Todo};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn id(number: u8) -> Id {
        Id::from_bytes([number; 12])
    }

    fn todo(number: u8, version: i64, stamp: u64) -> Change {
        Change::Todo(Box::new(Todo {
            version,
            stamp,
            ..Todo::new(id(number), id(200), String::new(), NOW)
        }))
    }

    fn gone(number: u8, version: i64, stamp: u64) -> Change {
        Change::Gone(Gone {
            kind: ChangeKind::Todo,
            id: id(number),
            list_id: None,
            version,
            stamp,
        })
    }

    /// A write of one of some things: when it was given its stamp, and how much later it can be read.
    type Write = (u8, u64);

    /// How long a write may take to appear.
    const OVERLAP: u64 = 10;

    /// What can be read at a moment, where each moment gives one stamp.
    fn page(writes: &[Write], now: u64, after: ChangePlace, limit: usize) -> ChangePage {
        let mut newest: BTreeMap<u8, Change> = BTreeMap::new();
        let mut versions: BTreeMap<u8, i64> = BTreeMap::new();
        for (stamp, (number, delay)) in (1..).zip(writes) {
            let version = versions.entry(*number).or_default();
            *version += 1;
            if stamp + delay <= now {
                newest.insert(*number, todo(*number, *version, stamp));
            }
        }
        let mut items: Vec<Change> = newest.into_values().filter(|item| item.place() > after).collect();
        items.sort_by_key(Change::place);
        let more = items.len() > limit;
        items.truncate(limit);
        let settled = now.saturating_sub(OVERLAP);
        ChangePage {
            more,
            ..last_page(items, settled)
        }
    }

    fn last_page(items: Vec<Change>, settled: u64) -> ChangePage {
        ChangePage {
            items,
            more: false,
            settled,
            sharers: Vec::new(),
            rewound: false,
        }
    }

    proptest! {
        #![proptest_config(settings())]

        /// However late writes appear within the overlap, and wherever the reader stops and goes on: in the end he
        /// has the last version of everything.
        #[test]
        fn whoever_follows_the_cursors_misses_nothing(
            writes in prop::collection::vec((0_u8..6, 0..OVERLAP), 1..60),
            steps in prop::collection::vec((0_u64..5, 1_usize..4, any::<bool>()), 1..60),
        ) {
            let mut last = BTreeMap::new();
            for (number, _) in &writes {
                *last.entry(id(*number)).or_insert(0_i64) += 1;
            }
            let (mut known, mut now) = (BTreeMap::new(), 1);
            let mut scan = Scan::of_everything(NOW);
            let end = writes.len() as u64 + 2 * OVERLAP;
            // The last steps go on until there is no more.
            let to_the_end = std::iter::repeat_n((0, 3, false), 200);
            for (pause, limit, stops) in steps.into_iter().chain([(end, 3, false)]).chain(to_the_end) {
                now += pause;
                let read = Scan::of_text(scan.to_text().as_bytes()).unwrap();
                let step = read.clone().advance(page(&writes, now, read.place, limit), NOW);
                // Somebody may leave behind any item of a page, and come again with its cursor.
                let told = if stops { 1 } else { step.items.len() };
                for item in step.items.iter().take(told) {
                    known.insert(item.id(), item.version());
                }
                scan = match step.items.first() {
                    Some(first) if stops => step.within.until(first),
                    _ => step.next,
                };
            }
            prop_assert_eq!(known, last);
        }
    }

    #[test]
    fn a_scan_that_begins_with_nothing_tells_only_of_what_is_gone_since() {
        let first = ChangePage {
            more: true,
            ..last_page(vec![gone(1, 2, 5), todo(2, 1, 6)], 8)
        };
        let step = Scan::of_everything(NOW).advance(first, NOW);
        assert_eq!(step.items, [todo(2, 1, 6)]);
        let second = last_page(vec![gone(3, 4, 7), gone(2, 2, 9)], 9);
        let next = Scan::of_text(step.next.to_text().as_bytes()).unwrap();
        let step = next.advance(second, NOW);
        assert_eq!(step.items, [gone(2, 2, 9)]);
        assert_eq!(step.next, Scan::behind(9, NOW));
        // From then on everything is told.
        let third = last_page(vec![gone(7, 1, 10)], 10);
        assert_eq!(step.next.advance(third, NOW).items, [gone(7, 1, 10)]);
    }

    #[test]
    fn a_cursor_is_as_old_as_what_was_known_before_its_scan() {
        let day = 86_400;
        let quiet = |more| ChangePage {
            more,
            ..last_page(vec![todo(1, 1, 5)], 9)
        };
        let later = NOW.plus_seconds(20 * day);
        let (inside, behind) = (
            Scan::behind(1, NOW).advance(quiet(true), later).next,
            Scan::behind(1, NOW).advance(quiet(false), later).next,
        );
        let then = NOW.plus_seconds(30 * day);
        assert!(
            inside.is_too_old(then),
            "what was deleted in between may be forgotten"
        );
        assert!(!behind.is_too_old(then));
        assert!(!inside.is_too_old(later.plus_seconds(8 * day)));
    }

    #[test]
    fn a_text_of_another_form_is_no_scan() {
        let text = Scan::behind(1, NOW).to_text();
        assert!(Scan::of_text(text.as_bytes()).is_some());
        assert!(Scan::of_text(text.replacen("[3,", "[2,", 1).as_bytes()).is_none());
        assert!(Scan::of_text(b"[1,2]").is_none());
    }
}
