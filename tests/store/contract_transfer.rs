//! `Transfer`: whole tables, as they are read from one keeper and put into another.

use std::cmp::Ordering;
use std::sync::Arc;

use rondo::model::{
    About, Actor, ApiToken, AuditDetails, AuditEvent, Fate, List, ListRole, Mail, Purpose, Scope, Scopes,
    Timestamp, Todo, User,
};
use rondo::store::mongo::Mongo;
use rondo::store::sqlite::Sqlite;
use rondo::store::transfer::{Counter, Fact, KeptTodo, Kind, Row, Transfer};
use rondo::store::{KeyRow, Store, StoreError};

use crate::keepers::Fresh;
use crate::values::{
    at, at_provider, attempt, event, factors, id, list, member, next_todo, session, ticket, todo, user,
};

/// What is asked here of a keeper.
trait Whole: Store + Transfer {}

impl<T: Store + Transfer> Whole for T {}

/// The keeper of the same database, with this part of the contract in sight.
async fn open(store: &Fresh) -> Arc<dyn Whole> {
    match (store.db_file(), store.address()) {
        (Some(file), _) => Arc::new(Sqlite::open(&file).unwrap()),
        (_, Some(address)) => Arc::new(Mongo::connect(address).await.unwrap()),
        _ => unreachable!("a keeper with a database"),
    }
}

fn kept(todo: Todo) -> Row {
    Row::Todo(Box::new(KeptTodo { todo, is_gone: false }))
}

/// A to-do as it is left by a purge.
fn gone(owner: u32, number: u32, stamp: u64) -> Row {
    let bare = todo(id(owner), number);
    let epoch = rondo::model::Timestamp::from_millis(0);
    let todo = Todo {
        title: String::new(),
        position: String::new(),
        created_at: epoch,
        updated_at: epoch,
        deleted_at: Some(at(77)),
        left_lists: vec![id(33)],
        list_id: Some(id(900)),
        version: 5,
        stamp,
        ..bare
    };
    Row::Todo(Box::new(KeptTodo { todo, is_gone: true }))
}

/// Rows of every kind and of every state, in the order in which they are read.
fn rows() -> Vec<Vec<Row>> {
    let erased = {
        let mut user = user(2);
        user.erase(at(9));
        User { version: 7, ..user }
    };
    let second = User {
        identities: vec![
            "email:person3@example.org".into(),
            "oidc:https://issuer.example|1".into(),
        ],
        name: "Ada \"Łukasz\" 🦀".into(),
        password: Some("$2b$10$of-no-password".into()),
        time_zone: Some("Europe/Rome".parse().unwrap()),
        language: Some("pl".into()),
        digest: Some("07:30".parse().unwrap()),
        digest_at: Some(at(90)),
        disabled: true,
        epoch: 3,
        epoch_at: Some(at(4)),
        epoch_keep: Some(id(31)),
        factors: factors(Some(at(5)), 2),
        version: 12,
        ..user(3)
    };
    let users = [user(1), erased, second].map(|user| Row::User(Box::new(user)));
    let mut ended = session(id(1), 32);
    ended.ended_at = Some(at(40));
    ended.generation = 9;
    ended.in_cookie = true;
    ended.client = "rondo-cli".into();
    ended.scopes = Some(Scopes::default().with(Scope::TodoRead));
    ended.token = Some(ApiToken {
        name: "A \"name\"".into(),
        hash: "0f".into(),
    });
    ended.authenticated_at = at(3);
    ended.provider = Some(at_provider(1, 2, Some(3)));
    let sessions = [session(id(1), 31), ended].map(|session| Row::Session(Box::new(session)));
    let plain = List {
        color: Some("#112233".parse().unwrap()),
        archived: true,
        members: vec![member(2, ListRole::Editor)],
        left: vec![id(9), id(3)],
        version: 3,
        stamp: 20,
        ..list(id(1), 33)
    };
    let leaving = List {
        name: String::new(),
        deleted_at: Some(at(70)),
        fate: Some(Fate::Trash),
        stamp: 21,
        ..list(id(1), 34)
    };
    let lists = [plain, leaving].map(|list| Row::List(Box::new(list)));
    let full = Todo {
        notes: "Line\nand \u{301}accent".into(),
        done: true,
        completed_at: Some(at(3)),
        due: Some("2027-02-03".parse().unwrap()),
        time_zone: Some("America/New_York".parse().unwrap()),
        priority: Some(rondo::model::Priority::High),
        reminder: Some("-P1D".parse().unwrap()),
        tags: vec!["home".into(), "b\"c".into()],
        list_id: Some(id(901)),
        parent_id: Some(id(42)),
        has_children: true,
        left_lists: vec![id(33), id(34)],
        position: "m5".into(),
        updated_at: at(8),
        version: 4,
        stamp: 17,
        ..todo(id(1), 41)
    };
    let trashed = Todo {
        deleted_at: Some(at(50)),
        // As MongoDB makes them: seconds and a count.
        stamp: (1_700_000_000 << 32) | 6,
        ..todo(id(1), 42)
    };
    let of_another = Todo {
        stamp: 18,
        ..todo(id(2), 40)
    };
    let todos = vec![kept(full), kept(trashed), gone(1, 43, 19), kept(of_another)];
    let mut answered = attempt(id(1), "b", id(51));
    answered.answer = Some(vec![0, 255, 10]);
    let attempts = [attempt(id(1), "a", id(50)), answered, attempt(id(2), "a", id(52))];
    let key = |number: i64| {
        Row::Key(Box::new(KeyRow {
            number,
            kid: format!("kid {number}"),
            algorithm: "ES256".into(),
            sealed: vec![1, 2, 0, 255],
            public: "{}".into(),
            signs_from: at(number),
        }))
    };
    let fact = |name: &str| {
        Row::Fact(Fact {
            name: name.into(),
            value: "a value".into(),
        })
    };
    let counter = |name: &str| {
        Row::Counter(Counter {
            counter: name.into(),
            value: -3,
            expires_at: at(60),
        })
    };
    let mail = |number: u32, done_at: Option<Timestamp>| {
        let about = About::Reminder {
            todo: id(41),
            at: at(9),
        };
        Row::Mail(Box::new(Mail {
            attempts: 2,
            holder: done_at.map(|_| id(7)),
            next_try: done_at.map_or(Some(at(64)), |_| None),
            done_at,
            ..Mail::new(id(number), id(1), about, at(5))
        }))
    };
    let by_operator = AuditEvent {
        actor: Actor::Operator,
        subject: None,
        details: AuditDetails {
            key: Some("a kid".into()),
            ..AuditDetails::default()
        },
        ..event(72, 1)
    };
    let events = [event(71, 2), by_operator].map(|event| Row::Event(Box::new(event)));
    vec![
        users.into(),
        sessions.into(),
        lists.into(),
        todos,
        attempts.map(|attempt| Row::Attempt(Box::new(attempt))).into(),
        // By number, not by digits.
        vec![key(2), key(10)],
        vec![fact("a fact"), fact("another")],
        vec![counter("a:1"), counter("b")],
        vec![mail(61, None), mail(62, Some(at(63)))],
        [
            ticket("aa", Purpose::Device, None),
            ticket("ab", Purpose::VerifyEmail, Some(1)),
        ]
        .map(|ticket| Row::Ticket(Box::new(ticket)))
        .into(),
        events.into(),
    ]
}

/// All rows of a kind, two at a time.
async fn read(keeper: &dyn Transfer, kind: Kind) -> Vec<Row> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let some = keeper.rows(kind, after.as_deref(), 2).await.unwrap();
        assert!(some.len() <= 2);
        match some.last() {
            Some(last) => after = Some(last.place()),
            None => return found,
        }
        found.extend(some);
    }
}

async fn what_was_put_is_read_back_as_it_was_in_the_order_of_places(store: &Fresh) {
    let keeper = open(store).await;
    for kind in Kind::ALL {
        assert_eq!(keeper.count_rows(kind).await.unwrap(), 0, "{kind:?}");
        assert_eq!(keeper.rows(kind, None, 10).await.unwrap(), []);
    }
    let rows = rows();
    assert_eq!(rows.len(), Kind::ALL.len());
    // In another order, all at once, and twice: that is the same as once.
    let mixed: Vec<_> = rows.iter().flatten().rev().cloned().collect();
    for _ in 0..2 {
        keeper.put_rows(mixed.clone()).await.unwrap();
        for (kind, rows) in Kind::ALL.into_iter().zip(&rows) {
            assert_eq!(read(&*keeper, kind).await, *rows);
            assert_eq!(keeper.count_rows(kind).await.unwrap(), rows.len() as u64);
        }
    }
    keeper.close().await;
}

async fn what_was_put_is_what_the_rest_of_the_contract_finds(store: &Fresh) {
    let keeper = open(store).await;
    keeper.put_rows(rows().concat()).await.unwrap();
    assert_eq!(keeper.user(id(1)).await.unwrap(), Some(user(1)));
    assert_eq!(keeper.user(id(2)).await.unwrap(), None, "it was deleted");
    assert_eq!(keeper.deleted_users(at(10), 9).await.unwrap(), [id(2)]);
    let by_identity = keeper.user_by_identity("oidc:https://issuer.example|1").await;
    assert_eq!(by_identity.unwrap().map(|user| user.id), Some(id(3)));
    let open: Vec<_> = keeper.sessions_of(id(1), at(0)).await.unwrap();
    assert_eq!(open, [session(id(1), 31)]);
    let lists = keeper.lists_of(id(1)).await.unwrap();
    assert_eq!(lists.iter().map(|list| list.id).collect::<Vec<_>>(), [id(33)]);
    assert_eq!(keeper.leaving_lists(9).await.unwrap()[0].fate, Some(Fate::Trash));
    assert!(keeper.todo(id(1), id(41)).await.unwrap().unwrap().done);
    assert_eq!(keeper.todo(id(1), id(43)).await.unwrap(), None, "it is gone");
    let answer = keeper.attempt(id(1), "b", at(0)).await.unwrap().unwrap().answer;
    assert_eq!(answer, Some(vec![0, 255, 10]));
    assert_eq!(keeper.keys().await.unwrap().len(), 2);
    assert_eq!(
        keeper.known_fact("a fact").await.unwrap().as_deref(),
        Some("a value")
    );
    assert_eq!(keeper.count("b", 5, at(60)).await.unwrap(), 2);
    // Put again, a later version goes back to what it was.
    let changed = keeper.todo(id(1), id(41)).await.unwrap().unwrap();
    let next = next_todo(&changed, |todo| todo.title = "Another".into());
    assert!(keeper.replace_todo(&next, 4).await.unwrap());
    keeper.put_rows(rows().concat()).await.unwrap();
    assert_eq!(keeper.todo(id(1), id(41)).await.unwrap(), Some(changed));

    keeper.forget_fact("a fact").await.unwrap();
    keeper.forget_fact("a fact").await.unwrap();
    assert_eq!(keeper.known_fact("a fact").await.unwrap(), None);
    assert!(keeper.known_fact("another").await.unwrap().is_some());
    keeper.close().await;
}

async fn later_writes_have_later_stamps_than_all_that_was_put(store: &Fresh) {
    let keeper = open(store).await;
    keeper.put_rows(rows().concat()).await.unwrap();
    let last = (1_700_000_000 << 32) | 6;
    keeper.create_todo(&todo(id(1), 60)).await.unwrap();
    let created = keeper.todo(id(1), id(60)).await.unwrap().unwrap();
    assert!(created.stamp > last, "{}", created.stamp);
    let next = next_todo(&created, |todo| todo.done = true);
    assert!(keeper.replace_todo(&next, 1).await.unwrap());
    let replaced = keeper.todo(id(1), id(60)).await.unwrap().unwrap();
    assert!(replaced.stamp > created.stamp);
    // What no later stamp could follow is refused.
    let beyond = Todo {
        stamp: u64::MAX,
        ..todo(id(1), 61)
    };
    let refused = keeper.put_rows(vec![kept(beyond)]).await;
    assert!(matches!(refused, Err(StoreError::Fault(_))), "{refused:?}");
    assert_eq!(keeper.todo(id(1), id(61)).await.unwrap(), None);
    keeper.close().await;
}

async fn an_identity_of_another_account_is_not_taken_over(store: &Fresh) {
    let keeper = open(store).await;
    keeper.put_rows(rows().concat()).await.unwrap();
    let thief = User {
        identities: user(1).identities,
        ..user(9)
    };
    let refused = keeper.put_rows(vec![Row::User(Box::new(thief))]).await;
    assert!(matches!(refused, Err(StoreError::Duplicate)), "{refused:?}");
    assert_eq!(keeper.user(id(1)).await.unwrap(), Some(user(1)));
    assert_eq!(keeper.user(id(9)).await.unwrap(), None);
    keeper.close().await;
}

async fn what_is_removed_is_gone_with_all_that_was_computed_of_it_and_the_rest_stays(store: &Fresh) {
    let keeper = open(store).await;
    let all = rows();
    keeper.put_rows(all.concat()).await.unwrap();
    // The first of each kind stays; a place is what is removed, whatever else the row says.
    let other_name = User {
        name: "Another".into(),
        identities: Vec::new(),
        ..user(3)
    };
    let mut removed: Vec<_> = all.iter().flat_map(|rows| rows[1..].to_vec()).collect();
    let third = removed.iter_mut().find(|row| row.place() == id(3).to_string());
    *third.unwrap() = Row::User(Box::new(other_name));
    for _ in 0..2 {
        keeper.remove_rows(removed.clone()).await.unwrap();
        for (kind, rows) in Kind::ALL.into_iter().zip(&all) {
            assert_eq!(read(&*keeper, kind).await, rows[..1], "{kind:?}");
        }
    }
    keeper.remove_rows(Vec::new()).await.unwrap();
    let by_identity = keeper.user_by_identity("oidc:https://issuer.example|1").await;
    assert_eq!(by_identity.unwrap(), None);
    // Nor is an identity in the way that was removed.
    let heir = User {
        identities: vec!["oidc:https://issuer.example|1".into()],
        ..user(9)
    };
    keeper.put_rows(vec![Row::User(Box::new(heir))]).await.unwrap();
    let first: Vec<_> = all.iter().map(|rows| rows[0].clone()).collect();
    keeper.remove_rows(first).await.unwrap();
    for kind in &Kind::ALL[1..] {
        assert_eq!(keeper.count_rows(*kind).await.unwrap(), 0, "{kind:?}");
    }
    // What was removed is put again as if it had never been there.
    keeper
        .remove_rows(keeper.rows(Kind::Users, None, 9).await.unwrap())
        .await
        .unwrap();
    keeper.put_rows(all.concat()).await.unwrap();
    for (kind, rows) in Kind::ALL.into_iter().zip(&all) {
        assert_eq!(read(&*keeper, kind).await, *rows);
    }
    keeper.close().await;
}

async fn rows_are_read_in_the_order_that_they_tell_of_themselves(store: &Fresh) {
    let keeper = open(store).await;
    keeper.put_rows(rows().concat()).await.unwrap();
    for kind in Kind::ALL {
        let rows = read(&*keeper, kind).await;
        assert!(
            rows.is_sorted_by(|one, other| one.order(other) == Ordering::Less),
            "{kind:?}"
        );
    }
    keeper.close().await;
}

async fn where_no_migration_was_applied_there_is_nothing_to_count(store: &Fresh) {
    let keeper = open(store).await;
    for kind in Kind::ALL {
        assert_eq!(keeper.count_rows(kind).await.unwrap(), 0, "{kind:?}");
    }
    keeper.close().await;
}

on_each_keeper!(sqlite, mongo; migrated:
    what_was_put_is_read_back_as_it_was_in_the_order_of_places,
    what_was_put_is_what_the_rest_of_the_contract_finds,
    later_writes_have_later_stamps_than_all_that_was_put,
    an_identity_of_another_account_is_not_taken_over,
    what_is_removed_is_gone_with_all_that_was_computed_of_it_and_the_rest_stays,
    rows_are_read_in_the_order_that_they_tell_of_themselves,
);

mod empty {
    use super::where_no_migration_was_applied_there_is_nothing_to_count;

    on_each_keeper!(sqlite, mongo; unmigrated: where_no_migration_was_applied_there_is_nothing_to_count);
}
