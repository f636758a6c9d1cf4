//! Makes operations up at random: few owners and few ids, so that they collide, miss and come late, and
//! texts out of an alphabet that is easily mistaken. The same seed makes the same operations.

#[path = "random_attempts.rs"]
mod attempts;
#[path = "random_audit.rs"]
mod audit;
#[path = "random_families.rs"]
mod families;
#[path = "random_lists.rs"]
mod lists;
#[path = "random_reminders.rs"]
mod reminders;

use rondo::model::{
    Basis, CalendarAddress, Due, DueFilter, Id, Place, Priority, Recurrence, Role, Session, Sort, Timestamp,
    Todo, TodoFilter, TodoQuery, User, UserFilter, WeekStart, Zone, fold,
};
use rondo::store::KeyRow;

use crate::memory::Memory;
use crate::random_operations::Operation;
use crate::values::{
    at, at_provider, due_between, ended_there, factors, id, next_todo, next_user, number_of, place_of,
    session, todo, turn, user,
};

pub const OWNERS: u32 = 2;
const USERS: u32 = 6;
pub const SESSIONS: u32 = 6;
const TODOS: u32 = 9;
pub const NAMES: [&str; 3] = ["a", "A", "$a.b"];
const LETTERS: [&str; 28] = [
    "a", "A", "b", "ä", "a\u{308}", "é", "\u{301}", "ß", "İ", "ı", "ﬁ", "한", "🦀", "\u{200d}", "\u{202e}",
    "\u{fffd}", "\u{ffff}", "\n", " ", "%", "_", "\\", "'", "\"", "$", ".", "*", "[",
];

/// One of the eight identities that accounts reach for.
pub fn identity(number: u32) -> String {
    match number {
        0..=3 => format!("email:person{number}@example.org"),
        _ => format!("oidc:https://issuer.example|{number}"),
    }
}

/// Every counter expires at a moment of its own.
pub fn expiry_of(counter: &str) -> Timestamp {
    at(40 * i64::try_from(counter.len()).unwrap_or(0))
}

/// Makes operations up. The same seed makes the same ones.
pub struct Inventor {
    state: u64,
    now: i64,
}

impl Inventor {
    pub fn new(seed: u64) -> Self {
        Self { state: seed, now: 1 }
    }

    /// Splitmix64.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.random() % u64::from(end)).unwrap_or(0)
    }

    fn happens(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let index = self.below(u32::try_from(from.len()).unwrap_or(1));
        from[index as usize].clone()
    }

    fn maybe<T>(&mut self, percent: u32, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.happens(percent) {
            Some(make(self))
        } else {
            None
        }
    }

    fn text(&mut self, longest: u32) -> String {
        (0..self.below(longest + 1))
            .map(|_| self.pick(&LETTERS))
            .collect()
    }

    /// A moment of which something may have happened, or one beside it.
    fn moment(&mut self) -> Timestamp {
        at(i64::from(self.below(u32::try_from(self.now).unwrap_or(1) + 2)))
    }

    /// A moment at which less may have happened, for what removes things.
    fn early_moment(&mut self) -> Timestamp {
        self.moment().min(self.moment()).min(self.moment())
    }

    fn user_id(&mut self) -> Id {
        id(self.below(USERS))
    }

    fn identities(&mut self) -> Vec<String> {
        let mut identities: Vec<String> = (0..self.below(4)).map(|_| identity(self.below(8))).collect();
        identities.sort();
        identities.dedup();
        identities
    }

    /// The operation to do next, given what there is.
    pub fn invent(&mut self, memory: &Memory) -> Operation {
        self.now += i64::from(self.below(3));
        match self.below(100) {
            0..25 => self.with_users(memory),
            25..45 => self.with_sessions(),
            45..76 => self.with_todos(memory),
            76..83 => self.with_lists(memory),
            83..89 => self.with_attempts(),
            89..93 => self.with_reminders(memory),
            93..96 => self.with_audit(),
            _ => self.with_the_rest(),
        }
    }

    fn with_users(&mut self, memory: &Memory) -> Operation {
        let now = at(self.now);
        match self.below(20) {
            0..6 => {
                let number = self.below(USERS);
                let identities = self.identities();
                Operation::CreateUser(User {
                    identities,
                    name: self.text(5),
                    created_at: now,
                    ..user(number)
                })
            }
            6..13 => {
                let id = self.user_id();
                let old = memory.any_user(id).unwrap_or_else(|| User { id, ..user(0) });
                let next = next_user(&old, |user| self.change_user(user));
                let expected = self.expected(old.version);
                Operation::ReplaceUser(
                    User {
                        version: expected + 1,
                        ..next
                    },
                    expected,
                )
            }
            13 => Operation::User(self.user_id()),
            14..16 => Operation::UserByIdentity(identity(self.below(8))),
            16 if self.happens(30) => {
                Operation::UsersPage(self.maybe(70, Self::user_id), self.below(5) as usize)
            }
            16 => {
                let number = self.below(USERS);
                let like = memory.any_user(id(number)).unwrap_or_else(|| user(number));
                let words: Vec<String> = like.search_text().split_whitespace().map(str::to_owned).collect();
                let filter = UserFilter {
                    terms: self.maybe(60, |this| this.some_of(&words, 2)).unwrap_or_default(),
                    role: self.maybe(40, |this| this.pick(&[Role::User, Role::Admin])),
                    disabled: self.maybe(40, |this| this.happens(50)),
                };
                Operation::FindUsers(filter, self.maybe(40, Self::user_id), self.below(5) as usize)
            }
            17 => Operation::DeletedUsers(self.moment()),
            18 => Operation::RemoveUser(self.user_id()),
            _ => Operation::Migrate(now),
        }
    }

    /// The version to expect: mostly the right one.
    fn expected(&mut self, version: i64) -> i64 {
        if self.happens(80) {
            version
        } else {
            version + self.pick(&[-1, 1])
        }
    }

    fn change_user(&mut self, user: &mut User) {
        let now = at(self.now);
        user.updated_at = now;
        match self.below(13) {
            0..3 => user.identities = self.identities(),
            3 => user.end_sessions(self.maybe(50, |this| id(this.below(SESSIONS))), now),
            4..6 => user.erase(now),
            6 => user.deleted_at = None,
            7 => {
                user.role = self.pick(&[Role::User, Role::Admin]);
                user.week_start = self.pick(&[WeekStart::Monday, WeekStart::Saturday, WeekStart::Sunday]);
                user.password = self.maybe(50, |this| this.text(5));
                user.language = self.maybe(50, |this| this.text(5));
                user.time_zone = self.zone();
            }
            8 => {
                let hash = self.text(5);
                user.calendar = self.maybe(50, |_| CalendarAddress { hash, made_at: now });
            }
            9 => self.choose_digest(user),
            10 => {
                let confirmed_at = self.maybe(50, |_| now);
                let codes = self.pick(&[0, 1, 2]);
                user.factors = factors(confirmed_at, codes);
            }
            _ => user.name = self.text(8),
        }
    }

    fn zone(&mut self) -> Option<Zone> {
        self.maybe(50, |this| {
            let name = this.pick(&["Asia/Tokyo", "America/New_York"]);
            name.parse().expect("it is a zone")
        })
    }

    fn with_sessions(&mut self) -> Operation {
        let (number, now) = (self.below(SESSIONS), at(self.now));
        // Mostly whose the session is.
        let owner = id(if self.happens(80) {
            number
        } else {
            self.below(OWNERS)
        } % OWNERS);
        match self.below(20) {
            0..5 => Operation::CreateSession(Session {
                created_at: now,
                expires_at: at(self.now + i64::from(self.below(80))),
                device: self.text(6),
                in_cookie: self.happens(50),
                authenticated_at: self.moment(),
                provider: self.maybe(60, |this| {
                    let sid = this.maybe(70, |this| this.below(3));
                    at_provider(this.below(2), this.below(3), sid)
                }),
                ..session(owner, number)
            }),
            5..8 => Operation::TurnSession(id(number), 1 + i64::from(self.below(6) / 3), turn(self.now)),
            8..10 => Operation::Session(id(number)),
            10..13 => Operation::SessionsOf(owner, self.moment()),
            13..16 => Operation::EndSession(owner, id(number), now),
            16 => Operation::EndSessions(owner, self.maybe(60, |this| id(this.below(SESSIONS))), now),
            17 if self.happens(50) => {
                let (subject, sid) = (
                    self.maybe(60, |this| this.below(3)),
                    self.maybe(60, |this| this.below(3)),
                );
                Operation::EndSessionsOfProvider(ended_there(self.below(2), subject, sid), now)
            }
            17..19 => Operation::RevocationsSince(self.moment()),
            _ => Operation::RemoveSessions(self.early_moment()),
        }
    }

    fn with_todos(&mut self, memory: &Memory) -> Operation {
        let owner = self.below(OWNERS);
        if self.happens(20) {
            return self.with_families(owner, memory);
        }
        let mut number = owner * 1000 + self.below(TODOS);
        let what = self.below(40);
        for _ in 0..3 {
            let is_live = memory
                .any_todo(id(owner), id(number))
                .is_some_and(|todo| todo.deleted_at.is_none());
            if what >= 12 && !is_live {
                number = owner * 1000 + self.below(TODOS);
            }
        }
        match what {
            0..12 => {
                let mut made = todo(id(owner), number);
                made.created_at = at(self.now);
                self.change_todo(&mut made);
                self.change_todo(&mut made);
                if self.happens(20) {
                    let beside = Todo {
                        id: id(owner * 1000 + self.below(TODOS)),
                        ..made.clone()
                    };
                    return Operation::CreateTodos(vec![made, beside]);
                }
                if self.happens(30) {
                    Operation::CreateTodoInZoneOfOwner(made)
                } else {
                    Operation::CreateTodo(made)
                }
            }
            12..21 => {
                let old = memory
                    .any_todo(id(owner), id(number))
                    .unwrap_or_else(|| todo(id(owner), number));
                let mut next = next_todo(&old, |todo| self.change_todo(todo));
                if self.happens(5) {
                    next.owner = id(self.below(OWNERS));
                }
                let expected = self.expected(old.version);
                Operation::ReplaceTodo(
                    Todo {
                        version: expected + 1,
                        ..next
                    },
                    expected,
                )
            }
            21..24 => Operation::Todo(
                id(if self.happens(80) {
                    owner
                } else {
                    self.below(OWNERS)
                }),
                id(number),
            ),
            24..38 => self.page(id(owner), id(number), memory),
            38 => Operation::Changes(id(owner), 1 + self.below(6) as usize),
            _ if self.happens(20) => {
                let ids = (0..TODOS).map(|number| id(owner * 1000 + number)).collect();
                Operation::KnownTodos(id(self.below(OWNERS)), ids)
            }
            _ if self.happens(15) => Operation::RemoveTodosOf(id(owner)),
            _ => match self.below(4) {
                0..2 => Operation::PurgeTodo(id(owner), id(number), at(self.now)),
                2 => Operation::PurgeTrash(self.maybe(50, |_| id(owner)), self.early_moment(), at(self.now)),
                _ => Operation::RemoveGoneTodos(self.early_moment()),
            },
        }
    }

    /// Up to `most` of the texts, whole or their ends, or something else.
    fn some_of(&mut self, texts: &[String], most: u32) -> Vec<String> {
        let mut some: Vec<String> = (0..self.below(most) + 1)
            .map(|_| match self.below(5) {
                0 => fold(self.pick(&LETTERS)),
                1 if !texts.is_empty() => self.pick(texts).chars().skip(1).collect(),
                _ if !texts.is_empty() => self.pick(texts),
                _ => self.pick(&LETTERS).to_owned(),
            })
            .collect();
        some.retain(|text| !text.trim().is_empty());
        some
    }

    fn due(&mut self) -> &'static str {
        self.pick(&[
            "2026-11-22",
            "2026-11-22T23:59:59.999Z",
            "1000-01-01",
            "2026-11-22T10:00:00+14:00",
        ])
    }

    fn priority(&mut self) -> Priority {
        self.pick(&[Priority::Low, Priority::Medium, Priority::High])
    }

    fn tags(&mut self) -> Vec<String> {
        (0..self.below(3))
            .map(|_| self.pick(&LETTERS).to_owned())
            .collect()
    }

    fn change_todo(&mut self, todo: &mut Todo) {
        let now = at(self.now);
        todo.updated_at = now;
        match self.below(13) {
            0..2 => todo.title = self.text(4),
            2 => todo.notes = self.text(12),
            3 => todo.set_done(!todo.done, now),
            4 => {
                todo.due = self.maybe(70, |this| this.due().parse().expect("it is a due date"));
                todo.time_zone = self.zone();
                todo.recurrence = match &todo.due {
                    Some(due) if self.happens(50) => Some(Box::new(self.series(due.clone()))),
                    _ => None,
                };
            }
            5 => todo.priority = self.maybe(70, Self::priority),
            6 => todo.tags = self.tags(),
            7 => todo.position = self.text(3),
            8 => todo.put_into(self.list()),
            9 => {
                // Two of the owner's own, or of somebody else.
                let owner = if self.happens(90) {
                    number_of(todo.owner)
                } else {
                    0
                };
                todo.parent_id = self.maybe(70, |this| id(owner * 1000 + this.below(2)));
                // Mostly as it is: replacements that change it are refused.
                todo.has_children ^= self.happens(10);
            }
            10..12 => todo.reminder = self.maybe(80, Self::reminder),
            _ => todo.deleted_at = self.maybe(60, |_| now),
        }
    }

    /// By a rule that ends soon, or never.
    fn series(&mut self, start: Due) -> Recurrence {
        let rules = [
            "FREQ=DAILY",
            "FREQ=WEEKLY;COUNT=2",
            "FREQ=MONTHLY;BYMONTHDAY=-1;BYSETPOS=1",
        ];
        let rule = self.pick(&rules).parse().expect("it is a rule");
        let from = if self.happens(50) {
            Basis::Due
        } else {
            Basis::Completion
        };
        Recurrence::new(rule, from, start)
    }

    /// One of two lists, or the inbox.
    fn list(&mut self) -> Option<Id> {
        self.maybe(60, |this| id(this.below(2)))
    }

    /// A page, from the beginning or behind a place: that of a to-do, or one where nobody stands.
    fn page(&mut self, owner: Id, id: Id, memory: &Memory) -> Operation {
        let sort = self.pick(&Sort::ALL);
        // What is looked for is taken from one that is there, so that something is found.
        let like = memory.any_todo(owner, id).unwrap_or_else(|| todo(owner, 0));
        let words: Vec<String> = like.search_text().split_whitespace().map(str::to_owned).collect();
        let filter = TodoFilter {
            trashed: self.happens(15),
            list: self.maybe(20, Self::list),
            parent: self.maybe(15, |this| this.maybe(60, |this| crate::values::id(this.below(2)))),
            done: self.maybe(20, |this| this.happens(50)),
            tags: self
                .maybe(15, |this| this.some_of(&like.tags, 2))
                .unwrap_or_default(),
            priority: self.maybe(10, Self::priority),
            due: match self.below(10) {
                0 if self.happens(50) => DueFilter::None,
                1..3 => {
                    let bound = |this: &mut Self| {
                        let texts = [
                            "2026-11-22T23:59:59.999Z",
                            "2026-11-22T14:59:59.999Z",
                            "2000-01-01T00:00:00Z",
                        ];
                        this.maybe(60, |this| this.pick(&texts).parse().expect("it is a moment"))
                    };
                    due_between(bound(self), bound(self))
                }
                _ => DueFilter::Any,
            },
            terms: self.maybe(20, |this| this.some_of(&words, 2)).unwrap_or_default(),
        };
        let after = self.maybe(35, |this| match memory.any_todo(owner, id) {
            Some(todo) if this.happens(80) => place_of(sort, &todo),
            _ => {
                let key = if sort.is_nullable() {
                    this.maybe(70, |this| this.text(2))
                } else {
                    Some(this.text(2))
                };
                Place { key, id }
            }
        });
        let limit = 1 + self.below(8) as usize;
        Operation::TodoPage(
            owner,
            TodoQuery {
                filter,
                sort,
                descending: self.happens(50),
                after,
                limit,
            },
        )
    }

    fn with_the_rest(&mut self) -> Operation {
        let name = self.pick(&NAMES).to_owned();
        match self.below(12) {
            0..2 => Operation::CreateKey(KeyRow {
                number: i64::from(self.below(4)),
                kid: format!("kid {}", self.below(1000)),
                algorithm: "RS256".into(),
                sealed: self.text(9).into_bytes(),
                public: self.text(9),
                signs_from: at(self.now),
            }),
            2 => Operation::Keys,
            3..5 => Operation::Fact(name, self.pick(&NAMES).to_owned()),
            5 => Operation::ReplaceFact(name, self.pick(&NAMES).to_owned(), self.pick(&NAMES).to_owned()),
            6..=8 => {
                let expires_at = expiry_of(&name);
                Operation::Count(name, i64::from(self.below(9)) - 3, expires_at)
            }
            9 => Operation::RemoveCounters(self.moment()),
            10 => {
                let (old, new) = (self.text(9).into_bytes(), self.text(9).into_bytes());
                Operation::ResealKey(i64::from(self.below(4)), old, new)
            }
            _ => Operation::RemoveKey(i64::from(self.below(4))),
        }
    }
}
