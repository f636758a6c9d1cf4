//! Cursors: one that is accepted was made by this service, for this very question.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rondo::error::{Error, InvalidKind};
use rondo::model::{Caller, Due, DueFilter, Id, Priority, Role, Sort, TodoDraft, TodoFilter};
use rondo::service::Services;
use rondo::service::todos::PageRequest;

use super::bytes::{Bytes, bend};
use super::service::World;

/// Lists of two people, in every order, and the cursors of their pages.
pub struct Lists {
    world: World,
    services: Arc<Services>,
    questions: Vec<(Caller, PageRequest)>,
    /// For each cursor the number of its question, and the page behind it.
    made: HashMap<String, (usize, Vec<Id>)>,
    /// The same cursors, in an order.
    cursors: Vec<String>,
    /// What is told of one that is none.
    refusal: String,
}

impl Lists {
    pub fn new() -> Self {
        let world = World::new();
        let services = world.services("ES256");
        let mut questions = Vec::new();
        for name in ["one", "other"] {
            let email = format!("{name}@example.org");
            let (_, caller) = world.person(&services, &email, Role::User);
            for (number, title) in ["a", "A", "b", "é\"\\\u{1f980}"].into_iter().enumerate() {
                let draft = TodoDraft {
                    title: title.into(),
                    done: number % 2 == 0,
                    due: (number < 2).then(|| "2026-11-22".parse::<Due>().expect("a day")),
                    priority: (number == 1).then_some(Priority::High),
                    tags: vec!["tag".into()],
                    ..TodoDraft::default()
                };
                let made = world
                    .runtime
                    .block_on(services.todos.create(&caller, draft, None));
                made.expect("a to-do");
            }
            questions.extend(requests().into_iter().map(|request| (caller.clone(), request)));
        }
        let mut lists = Self {
            world,
            services,
            questions,
            made: HashMap::new(),
            cursors: Vec::new(),
            refusal: String::new(),
        };
        lists.turn_all_pages();
        let Err(Error::Invalid(refused)) = lists.page(0, Some(String::new())) else {
            panic!("an empty cursor is none");
        };
        lists.refusal.clone_from(&refused.violations[0].detail);
        lists
    }

    fn turn_all_pages(&mut self) {
        for number in 0..self.questions.len() {
            let mut cursor = None;
            loop {
                let (page, next) = self.page(number, cursor.clone()).expect("a page");
                if let Some(cursor) = cursor {
                    self.cursors.push(cursor.clone());
                    let known = self.made.insert(cursor, (number, page));
                    assert!(known.is_none(), "one cursor is of two questions");
                }
                let Some(next) = next else { break };
                cursor = Some(next);
            }
        }
        assert!(self.cursors.len() > 2 * self.questions.len() / 3);
    }

    fn page(&self, question: usize, cursor: Option<String>) -> Result<(Vec<Id>, Option<String>), Error> {
        let (caller, request) = &self.questions[question];
        let request = PageRequest {
            cursor,
            ..request.clone()
        };
        let page = self
            .world
            .runtime
            .block_on(self.services.todos.page(caller, request))?;
        Ok((page.items.iter().map(|todo| todo.id).collect(), page.next))
    }

    /// A question, and any text as a cursor, or (where the third byte is odd) one that was made, bent.
    pub fn check(&self, data: &[u8]) {
        let mut input = Bytes(data);
        let question = input.below(self.questions.len());
        let cursor = if input.byte() & 1 == 0 {
            String::from_utf8_lossy(input.0).into_owned()
        } else {
            self.bent(&mut input)
        };
        match (self.page(question, Some(cursor.clone())), self.made.get(&cursor)) {
            (Ok((page, _)), Some((known, made))) => {
                assert_eq!(
                    (question, &page),
                    (*known, made),
                    "it is of another question: {cursor}"
                );
            }
            (Ok(_), None) => panic!("nobody made this: {cursor}"),
            (Err(Error::Invalid(invalid)), known) => {
                assert!(
                    known.is_none_or(|(known, _)| *known != question),
                    "refused: {cursor}"
                );
                assert_eq!(invalid.kind, InvalidKind::Query);
                let [violation] = invalid.violations.as_slice() else {
                    panic!("{invalid:?}");
                };
                assert_eq!(violation.pointer, "?cursor");
                // The same words for every cursor: nothing of it can be in them.
                assert_eq!(violation.detail, self.refusal);
            }
            (Err(other), _) => panic!("{other}: {cursor}"),
        }
    }

    fn bent(&self, input: &mut Bytes<'_>) -> String {
        let cursor = input.one_of(&self.cursors);
        let mut bent = cursor.clone().into_bytes();
        while !input.is_empty() {
            if input.byte() & 1 == 0 {
                bend(&mut bent, input);
            } else if let Ok(mut inner) = URL_SAFE_NO_PAD.decode(&bent) {
                bend(&mut inner, input);
                bent = URL_SAFE_NO_PAD.encode(inner).into_bytes();
            }
        }
        String::from_utf8_lossy(&bent).into_owned()
    }

    /// Some cursors with their own question and another one, and beginnings of bent ones.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        let mut seeds = Vec::new();
        for cursor in self.cursors.iter().step_by(7) {
            let of = u16::try_from(self.made[cursor].0).unwrap_or_default();
            for question in [of, of + 1] {
                seeds.push([question.to_be_bytes().as_slice(), &[0], cursor.as_bytes()].concat());
            }
            for way in 0..5 {
                seeds.push([&of.to_be_bytes()[..], &[1, 0, 9, 1, way, 0, 3, 1, 2, 3]].concat());
            }
        }
        seeds
    }
}

impl Default for Lists {
    fn default() -> Self {
        Self::new()
    }
}

/// Every order, narrowed in several ways.
fn requests() -> Vec<PageRequest> {
    let filters = [
        TodoFilter::default(),
        TodoFilter {
            tags: vec!["tag".into()],
            ..TodoFilter::default()
        },
        TodoFilter {
            terms: vec!["a".into()],
            ..TodoFilter::default()
        },
        TodoFilter {
            done: Some(true),
            ..TodoFilter::default()
        },
        TodoFilter {
            due: DueFilter::None,
            ..TodoFilter::default()
        },
    ];
    let mut requests = Vec::new();
    for sort in Sort::ALL {
        for descending in [false, true] {
            for filter in &filters {
                requests.push(PageRequest {
                    filter: filter.clone(),
                    due_after: None,
                    due_before: None,
                    due_within: None,
                    sort,
                    descending,
                    limit: 1,
                    cursor: None,
                });
            }
        }
    }
    requests
}
