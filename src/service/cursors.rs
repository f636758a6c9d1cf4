//! Cursors: places in a list, with a tag (HMAC) over the question that the list answers.

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, InvalidKind, Result};
use crate::model::{AuditFilter, Id, Place, Sort, TodoFilter, UserFilter};
use crate::secret::{Purpose, Secrets};
use crate::service::todos::DueWindow;

/// Length of a cursor's tag, in bytes.
const TAG: usize = 16;

/// What a cursor is bound to: whose list, in which order, narrowed how.
pub struct Question(String);

impl Question {
    pub fn new(owner: Id, sort: Sort, descending: bool, filter: &TodoFilter) -> Self {
        Self(format!("{:?}", (owner, sort, descending, filter)))
    }

    /// What has changed of this owner's.
    pub fn of_changes(owner: Id) -> Self {
        Self(format!("changes of {owner}"))
    }

    /// Events of the audit log, as this user reads them.
    pub fn of_audit(reader: Id, filter: &AuditFilter) -> Self {
        Self(format!("audit log of {reader}: {filter:?}"))
    }

    /// Accounts, as this administrator reads them.
    pub fn of_users(reader: Id, filter: &UserFilter, id: Option<Id>) -> Self {
        Self(format!("accounts for {reader}: {filter:?} {id:?}"))
    }

    /// The same, narrowed to a range of due dates that moves: what it is called is part of the question, and not
    /// where it is.
    #[must_use]
    pub fn within(mut self, window: Option<DueWindow>) -> Self {
        if let Some(window) = window {
            self.0.push_str(&format!("{window:?}"));
        }
        self
    }
}

/// Where a list is read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookmark {
    pub place: Place,
    /// Where the range of due dates of a list that is narrowed to one that moves began and ended at its first
    /// page.
    pub bounds: Option<Bounds>,
}

/// The deadlines from `after` on and before `before`, as strings that to-dos sort by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    pub after: Option<String>,
    pub before: Option<String>,
}

/// What stands in a cursor, as an array.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Place(Option<String>, Id),
    Within(Option<String>, Id, Bounds),
}

/// Makes cursors and reads them.
pub struct Cursors {
    key: hmac::Key,
}

impl Cursors {
    pub fn new(secrets: &Secrets) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &secrets.current.derive(Purpose::Cursors)),
        }
    }

    pub fn write(&self, question: &Question, Bookmark { place, bounds }: &Bookmark) -> String {
        let text = match bounds {
            None => serde_json::json!([place.key, place.id]),
            Some(bounds) => serde_json::json!([place.key, place.id, bounds]),
        };
        self.seal(question, &text.to_string())
    }

    /// A text with its tag, as a client may carry it.
    pub fn seal(&self, question: &Question, text: &str) -> String {
        let mut bytes = self.tag(question, text.as_bytes()).to_vec();
        bytes.extend_from_slice(text.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a cursor names.
    ///
    /// # Errors
    /// `Invalid` for a cursor that this service did not make, or made for another question.
    pub fn read(&self, question: &Question, cursor: &str) -> Result<Bookmark> {
        let (key, id, bounds) = match self.read_as(question, cursor)? {
            Written::Place(key, id) => (key, id, None),
            Written::Within(key, id, bounds) => (key, id, Some(bounds)),
        };
        let place = Place { key, id };
        Ok(Bookmark { place, bounds })
    }

    /// What [`Cursors::seal`] was given for the same question, as JSON.
    ///
    /// # Errors
    /// As [`Cursors::read`].
    pub fn read_as<T: DeserializeOwned>(&self, question: &Question, cursor: &str) -> Result<T> {
        let refused = || {
            let detail = "not a cursor of this list: it belongs to the owner, the filters and the sort it was made for";
            Error::invalid(InvalidKind::Query, "?cursor", "cursor", detail)
        };
        let text = self.open(question, cursor).ok_or_else(refused)?;
        serde_json::from_slice(&text).map_err(|_| refused())
    }

    /// The text that [`Cursors::seal`] made this of, for the same question; `None` if it did not.
    pub fn open(&self, question: &Question, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (tag, text) = bytes.split_at_checked(TAG)?;
        constant_time::verify_slices_are_equal(tag, &self.tag(question, text)).ok()?;
        Some(text.to_vec())
    }

    fn tag(&self, question: &Question, text: &[u8]) -> [u8; TAG] {
        let hash = digest::digest(&digest::SHA256, question.0.as_bytes());
        let tag = hmac::sign(&self.key, &[hash.as_ref(), text].concat());
        let mut short = [0; TAG];
        short.copy_from_slice(&tag.as_ref()[..TAG]);
        short
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::properties::settings;
    use crate::model::{DueFilter, Priority};
    use crate::secret::Secret;

    fn cursors(secret: &str) -> Cursors {
        Cursors::new(&Secrets {
            current: Secret::new(secret),
            previous: None,
        })
    }

    fn id() -> impl Strategy<Value = Id> {
        any::<[u8; 12]>().prop_map(Id::from_bytes)
    }

    fn place() -> impl Strategy<Value = Bookmark> {
        let bounds = any::<Option<(Option<String>, Option<String>)>>();
        (any::<Option<String>>(), id(), bounds).prop_map(|(key, id, bounds)| Bookmark {
            place: Place { key, id },
            bounds: bounds.map(|(after, before)| Bounds { after, before }),
        })
    }

    #[test]
    fn a_range_that_moves_is_bound_to_its_name() {
        let cursors = cursors("a secret");
        let about = |window| {
            let owner = Id::from_bytes([1; 12]);
            Question::new(owner, Sort::Due, false, &TodoFilter::default()).within(window)
        };
        let windows = [
            None,
            Some(DueWindow::Overdue),
            Some(DueWindow::Today),
            Some(DueWindow::Upcoming),
        ];
        let bookmark = Bookmark {
            place: Place {
                key: Some("k".into()),
                id: Id::from_bytes([2; 12]),
            },
            bounds: Some(Bounds {
                after: Some("a".into()),
                before: None,
            }),
        };
        for asked in windows {
            let cursor = cursors.write(&about(asked), &bookmark);
            for other in windows {
                let read = cursors.read(&about(other), &cursor).ok();
                assert_eq!(
                    read,
                    (asked == other).then(|| bookmark.clone()),
                    "{asked:?} {other:?}"
                );
            }
        }
    }

    fn due() -> impl Strategy<Value = DueFilter> {
        let between = |(after, before)| DueFilter::Between { after, before };
        prop_oneof![
            Just(DueFilter::Any),
            Just(DueFilter::None),
            any::<(Option<String>, Option<String>)>().prop_map(between),
        ]
    }

    /// What a list is asked by, narrow enough that two are sometimes the same but for one part.
    fn asked() -> impl Strategy<Value = (Id, Sort, bool, TodoFilter)> {
        let words = || prop::collection::vec("[ab\", \\]]{0,3}", 0..3);
        let priority = prop::option::of(prop::sample::select(vec![
            Priority::Low,
            Priority::Medium,
            Priority::High,
        ]));
        let within = || {
            prop::option::of(prop::option::of(
                (0_u8..2).prop_map(|byte| Id::from_bytes([byte; 12])),
            ))
        };
        let place = (any::<bool>(), within(), within());
        let filter = (any::<Option<bool>>(), words(), priority, due(), words(), place).prop_map(
            |(done, tags, priority, due, terms, (trashed, list, parent))| TodoFilter {
                done,
                trashed,
                list,
                parent,
                tags,
                priority,
                due,
                terms,
            },
        );
        let owner = (0_u8..2).prop_map(|byte| Id::from_bytes([byte; 12]));
        (
            owner,
            prop::sample::select(Sort::ALL.to_vec()),
            any::<bool>(),
            filter,
        )
    }

    fn question((owner, sort, descending, filter): &(Id, Sort, bool, TodoFilter)) -> Question {
        Question::new(*owner, *sort, *descending, filter)
    }

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn every_place_of_every_list_comes_back(asked in asked(), place in place()) {
            let cursors = cursors("a secret");
            let cursor = cursors.write(&question(&asked), &place);
            prop_assert_eq!(cursors.read(&question(&asked), &cursor).unwrap(), place);
            prop_assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        }

        #[test]
        fn a_cursor_with_a_bit_turned_or_of_another_secret_is_refused(
            asked in asked(), place in place(), bit: prop::sample::Index,
        ) {
            let (cursors, question) = (cursors("a secret"), question(&asked));
            let cursor = cursors.write(&question, &place);
            // Of the bytes within.
            let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            let at = bit.index(8 * bytes.len());
            bytes[at / 8] ^= 1 << (at % 8);
            prop_assert!(cursors.read(&question, &URL_SAFE_NO_PAD.encode(bytes)).is_err());
            // Of the text itself: what is left of the last letter's bits counts, too.
            let mut text = cursor.clone().into_bytes();
            let at = bit.index(8 * text.len());
            text[at / 8] ^= 1 << (at % 8);
            if let Ok(text) = String::from_utf8(text) {
                prop_assert!(cursors.read(&question, &text).is_err(), "{text}");
            }
            let shorter = &cursor[..bit.index(cursor.len())];
            prop_assert!(cursors.read(&question, shorter).is_err());
            prop_assert!(super::tests::cursors("another secret").read(&question, &cursor).is_err());
        }

        #[test]
        fn a_cursor_answers_no_other_question(a in asked(), b in asked(), place in place()) {
            prop_assume!(a != b);
            let cursors = cursors("a secret");
            let cursor = cursors.write(&question(&a), &place);
            prop_assert!(cursors.read(&question(&b), &cursor).is_err());
        }

        /// All but one part of the question the same.
        #[test]
        fn a_cursor_answers_no_question_that_differs_in_one_part(a in asked(), b in asked(), place in place()) {
            let cursors = cursors("a secret");
            let cursor = cursors.write(&question(&a), &place);
            let filter = &a.3;
            let others = [
                (b.0, a.1, a.2, filter.clone()),
                (a.0, a.1, a.2, TodoFilter { trashed: b.3.trashed, ..filter.clone() }),
                (a.0, a.1, a.2, TodoFilter { list: b.3.list, ..filter.clone() }),
                (a.0, a.1, a.2, TodoFilter { parent: b.3.parent, ..filter.clone() }),
                (a.0, b.1, a.2, filter.clone()),
                (a.0, a.1, !a.2, filter.clone()),
                (a.0, a.1, a.2, TodoFilter { done: b.3.done, ..filter.clone() }),
                (a.0, a.1, a.2, TodoFilter { tags: b.3.tags.clone(), ..filter.clone() }),
                (a.0, a.1, a.2, TodoFilter { priority: b.3.priority, ..filter.clone() }),
                (a.0, a.1, a.2, TodoFilter { due: b.3.due.clone(), ..filter.clone() }),
                (a.0, a.1, a.2, TodoFilter { terms: b.3.terms.clone(), ..filter.clone() }),
            ];
            for other in others {
                prop_assert_eq!(cursors.read(&question(&other), &cursor).is_ok(), other == a);
            }
        }
    }
}
