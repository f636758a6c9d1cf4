//! Users, sessions and to-dos to test with, and small helpers to write cases in few words.

use std::fmt::Debug;

use rondo::model::{
    About, Actor, AuditDetails, AuditEvent, AuditKind, DueFilter, DueReminder, EndedThere, Factors, Id, List,
    ListRole, Mail, Member, OWN_CLIENT, Passkey, Place, Priority, ProviderSession, Purpose, Session, Sort,
    Ticket, Timestamp, Todo, TodoFilter, TodoPage, TodoQuery, Totp, Turn, User,
};
use rondo::store::{Attempt, Store, StoreError};

/// So many seconds after a fixed moment. It lies ahead, so that nothing expires while a test runs.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(3_800_000_000_000).plus_seconds(seconds)
}

/// Ids in the order of their numbers.
pub fn id(number: u32) -> Id {
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Id::from_bytes(bytes)
}

/// A plain account, `person<number>@example.org`.
pub fn user(number: u32) -> User {
    let email = format!("person{number}@example.org")
        .parse()
        .expect("it is an address");
    User::new(id(number), email, at(0))
}

/// The account as it is written next.
pub fn next_user(user: &User, change: impl FnOnce(&mut User)) -> User {
    let mut next = User {
        version: user.version + 1,
        ..user.clone()
    };
    change(&mut next);
    next
}

/// An authenticator, confirmed at this time or not at all, and so many recovery codes and passkeys.
pub fn factors(confirmed_at: Option<Timestamp>, codes: usize) -> Factors {
    Factors {
        totp: Some(Totp {
            sealed: "c2VhbGVk".into(),
            confirmed_at,
            last_step: 126_666_667,
        }),
        passkeys: (0..codes)
            .map(|number| Passkey {
                id: id(70 + u32::try_from(number).expect("few")),
                name: format!("Device {number}"),
                credential: "{\"cred\":{}}".into(),
                created_at: at(1),
                last_used_at: confirmed_at,
            })
            .collect(),
        recovery: (0..codes).map(|code| format!("{code:064x}")).collect(),
    }
}

/// A plain session that is good for a day.
pub fn session(user: Id, number: u32) -> Session {
    Session {
        id: id(number),
        user_id: user,
        epoch: 0,
        generation: 1,
        turned_at: at(0),
        created_at: at(0),
        expires_at: at(86_400),
        ended_at: None,
        device: "A browser".into(),
        address: "192.0.2.1".into(),
        in_cookie: false,
        client: OWN_CLIENT.into(),
        scopes: None,
        token: None,
        authenticated_at: at(0),
        provider: None,
    }
}

/// The sign-in of a person at a provider.
pub fn at_provider(issuer: u32, subject: u32, sid: Option<u32>) -> ProviderSession {
    ProviderSession {
        name: format!("provider-{issuer}"),
        issuer: format!("https://issuer{issuer}.example"),
        subject: format!("subject {subject}"),
        sid: sid.map(|sid| format!("sid {sid}")),
    }
}

/// What of those has ended.
pub fn ended_there(issuer: u32, subject: Option<u32>, sid: Option<u32>) -> EndedThere {
    EndedThere {
        issuer: format!("https://issuer{issuer}.example"),
        subject: subject.map(|subject| format!("subject {subject}")),
        sid: sid.map(|sid| format!("sid {sid}")),
    }
}

/// A plain ticket that is good for a minute.
pub fn ticket(hash: &str, purpose: Purpose, owner: Option<u32>) -> Ticket {
    Ticket {
        hash: hash.into(),
        purpose,
        owner: owner.map(id),
        data: "{}".into(),
        created_at: at(0),
        expires_at: at(60),
        version: 1,
    }
}

pub fn turn(seconds: i64) -> Turn {
    Turn {
        at: at(seconds),
        device: format!("Device {seconds}"),
        address: format!("2001:db8::{seconds}"),
    }
}

/// A plain to-do, created `number` seconds after the fixed moment.
pub fn todo(owner: Id, number: u32) -> Todo {
    let created_at = at(i64::from(number));
    Todo::new(id(number), owner, format!("To-do {number}"), created_at)
}

/// A plain list, created `number` seconds after the fixed moment.
pub fn list(owner: Id, number: u32) -> List {
    let created_at = at(i64::from(number));
    List::new(id(number), owner, format!("List {number}"), created_at)
}

/// Somebody whom a list is shared with.
pub fn member(number: u32, role: ListRole) -> Member {
    Member {
        user_id: id(number),
        role,
    }
}

/// The list as it is written next.
pub fn next_list(list: &List, change: impl FnOnce(&mut List)) -> List {
    let mut next = List {
        version: list.version + 1,
        ..list.clone()
    };
    change(&mut next);
    next
}

/// An attempt that begins at the fixed moment: locked for half a minute, and kept for a day.
pub fn attempt(owner: Id, key: &str, holder: Id) -> Attempt {
    Attempt {
        owner,
        key: key.to_owned(),
        request: "a request".into(),
        resource: id(1_000_000 + number_of(holder)),
        holder,
        locked_until: at(30),
        expires_at: at(86_400),
        answer: None,
    }
}

/// The reminder of an owner's to-do, so many seconds after the fixed moment.
pub fn due_reminder(owner: u32, todo: u32, seconds: i64) -> DueReminder {
    DueReminder {
        at: at(seconds),
        owner: id(owner),
        todo: id(todo),
    }
}

/// A mail to this owner that may be sent so many seconds after the fixed moment.
pub fn mail(number: u32, owner: u32, seconds: i64) -> Mail {
    let about = About::Reminder {
        todo: id(number),
        at: at(seconds),
    };
    Mail::new(id(number), id(owner), about, at(seconds))
}

/// A sign-in of person 1, so many seconds after the fixed moment.
pub fn event(number: u32, seconds: i64) -> AuditEvent {
    AuditEvent {
        id: id(number),
        at: at(seconds),
        kind: AuditKind::SignedIn,
        actor: Actor::User(id(1)),
        subject: Some(id(1)),
        details: AuditDetails::default(),
        address: "192.0.2.1".into(),
        device: "curl".into(),
        request_id: "a-request".into(),
    }
}

/// The to-do as it is written next.
pub fn next_todo(todo: &Todo, change: impl FnOnce(&mut Todo)) -> Todo {
    let mut next = Todo {
        version: todo.version + 1,
        ..todo.clone()
    };
    change(&mut next);
    next
}

/// The to-do without its stamp, which is the keeper's own.
pub fn unstamped(todo: &Todo) -> Todo {
    Todo {
        stamp: 0,
        ..todo.clone()
    }
}

/// Everything of one owner, in the order of creation, 100 at most.
pub fn everything() -> TodoQuery {
    TodoQuery {
        filter: TodoFilter::default(),
        sort: Sort::Created,
        descending: false,
        after: None,
        limit: 100,
    }
}

pub fn filtered(filter: TodoFilter) -> TodoQuery {
    TodoQuery {
        filter,
        ..everything()
    }
}

/// Deadlines from `after` on and before `before`.
pub fn due_between(after: Option<Timestamp>, before: Option<Timestamp>) -> DueFilter {
    DueFilter::Between {
        after: after.map(|at| at.to_string()),
        before: before.map(|at| at.to_string()),
    }
}

/// The place of a to-do in an order.
pub fn place_of(sort: Sort, todo: &Todo) -> Place {
    Place {
        key: sort.key_of(todo),
        id: todo.id,
    }
}

/// The number that an id was made of.
pub fn number_of(id: Id) -> u32 {
    let bytes = id.bytes();
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Thirteen to-dos with ties and missing values in everything that they can be sorted by, in no order.
/// Their ids begin with that of `1000 × the owner's number`.
pub fn assorted_todos(owner: Id) -> Vec<Todo> {
    let titles = ["Äpfel", "apfel", "Zebra", "zebra", "\u{fffd}", "🦀", "~", "APFEL"];
    let dues = [
        None,
        Some("2026-11-22"),
        Some("2026-11-22T23:59:59.999Z"),
        Some("1000-01-01"),
        None,
    ];
    let priorities = [
        Some(Priority::High),
        None,
        Some(Priority::Low),
        Some(Priority::Medium),
        None,
        None,
    ];
    let one = |n: u32| {
        let i = n as usize;
        Todo {
            title: titles[i % titles.len()].into(),
            due: dues[i % dues.len()].map(|text| text.parse().expect("it is a due date")),
            priority: priorities[i % priorities.len()],
            position: ["B", "a", "a0", "é", "Z"][i % 5].into(),
            created_at: at(i64::from(n * 7 % 4)),
            updated_at: at(i64::from(n * 5 % 3)),
            // Neither the order of the ids nor that of the creation is the order of any key.
            ..todo(owner, number_of(owner) * 1000 + n * 11 % 13)
        }
    };
    (0..13).map(one).collect()
}

/// Reads on from page to page, `limit` at a time, until there is no more.
pub async fn all_pages(store: &dyn Store, owner: Id, query: &TodoQuery) -> Vec<Todo> {
    let mut query = query.clone();
    let mut found: Vec<Todo> = Vec::new();
    loop {
        let TodoPage { items, more } = store.todo_page(owner, &query).await.expect("a page");
        assert!(
            items.len() == query.limit || !more,
            "a page that is not the last is full"
        );
        assert!(!items.is_empty() || !more, "there is more only behind something");
        query.after = items.last().map(|last| place_of(query.sort, last));
        found.extend(items);
        if !more {
            return found;
        }
        assert!(found.len() < 10_000, "the pages come to an end");
    }
}

/// Makes `count` calls at the same time and gathers what they answer.
pub async fn at_once<T, F>(count: u32, call: impl Fn(u32) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..count).map(|number| tokio::spawn(call(number))).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("no call panics"));
    }
    answers
}

/// How many of the answers say yes; all of them must be answers.
pub fn how_many_true(answers: &[rondo::store::Result<bool>]) -> usize {
    answers
        .iter()
        .filter(|answer| *answer.as_ref().expect("an answer"))
        .count()
}

/// # Panics
/// If the answer is anything but `Duplicate`.
pub fn assert_duplicate<T: Debug>(answer: rondo::store::Result<T>) {
    assert!(
        matches!(answer, Err(StoreError::Duplicate)),
        "not a duplicate: {answer:?}"
    );
}
