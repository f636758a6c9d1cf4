//! What a database that does not answer comes to: an error within a few seconds, and never `None`.

use std::time::Duration;

use rondo::model::{DueDigest, FamilyChange, Fate, Todo};
use rondo::store::mongo::Mongo;
use rondo::store::{Result, Store, StoreError, Upkeep as _, Users as _};
use tokio::time::timeout;

use crate::keepers::Fresh;
use crate::proxy::Proxy;
use crate::values::{self, at, attempt, due_reminder, everything, id, list, mail, session, todo, turn, user};

/// The contract's few seconds, with threefold slack.
const LIMIT: Duration = Duration::from_secs(15);

fn assert_unavailable<T: std::fmt::Debug>(what: &str, answer: &Result<T>) {
    assert!(
        matches!(answer, Err(StoreError::Unavailable(_))),
        "{what}: {answer:?}"
    );
}

/// Asks many things at once, all of which must be unavailable in time: they do not wait for each other.
async fn assert_writes_unavailable(store: &dyn Store) {
    let (user, session, todo, turn) = (user(1), session(id(1), 1), todo(id(1), 1), turn(1));
    let (once, list) = (attempt(id(1), "key", id(1)), list(id(1), 1));
    let (reminder, digest) = (
        due_reminder(1, 1, 1),
        DueDigest {
            at: at(1),
            user: id(1),
        },
    );
    let mail = mail(1, 1, 1);
    let all = async {
        tokio::join!(
            async { assert_unavailable("create_user", &store.create_user(&user).await) },
            async { assert_unavailable("replace_user", &store.replace_user(&user, 0).await) },
            async { assert_unavailable("remove_user", &store.remove_user(id(1)).await) },
            async { assert_unavailable("create_session", &store.create_session(&session).await) },
            async { assert_unavailable("turn_session", &store.turn_session(id(1), 1, &turn).await) },
            async { assert_unavailable("end_session", &store.end_session(id(1), id(1), at(1)).await) },
            async { assert_unavailable("end_sessions", &store.end_sessions(id(1), None, at(1)).await) },
            async { assert_unavailable("remove_sessions", &store.remove_sessions(at(1)).await) },
            async { assert_unavailable("create_todo", &store.create_todo(&todo).await) },
            async { assert_unavailable("replace_todo", &store.replace_todo(&todo, 0).await) },
            async { assert_unavailable("mark_parent", &store.mark_parent(id(1), id(2)).await) },
            async {
                let change = FamilyChange::default();
                let parent = Todo {
                    has_children: true,
                    ..values::todo(id(1), 1)
                };
                assert_unavailable("replace_family", &store.replace_family(&parent, 1, &change).await);
            },
            async { assert_unavailable("purge_todo", &store.purge_todo(id(1), id(2), at(1)).await) },
            async { assert_unavailable("purge_trash", &store.purge_trash(None, at(1), at(1)).await) },
            async { assert_unavailable("remove_gone_todos", &store.remove_gone_todos(at(1)).await) },
            async { assert_unavailable("remove_todos_of", &store.remove_todos_of(id(1)).await) },
            async { assert_unavailable("create_list", &store.create_list(&list).await) },
            async { assert_unavailable("replace_list", &store.replace_list(&list, 0).await) },
            async {
                let moved = store.move_todos_of_list(id(1), id(1), Fate::Inbox, at(1)).await;
                assert_unavailable("move_todos_of_list", &moved);
            },
            async { assert_unavailable("settle_list", &store.settle_list(id(1), id(1)).await) },
            async { assert_unavailable("remove_gone_lists", &store.remove_gone_lists(at(1)).await) },
            async { assert_unavailable("remove_lists_of", &store.remove_lists_of(id(1)).await) },
            async {
                assert_unavailable(
                    "claim_reminder",
                    &store.claim_reminder(reminder, Some(&mail)).await,
                )
            },
            async {
                assert_unavailable(
                    "claim_digest",
                    &store.claim_digest(digest, at(9), Some(&mail)).await,
                )
            },
            async { assert_unavailable("create_mail", &store.create_mail(&mail).await) },
            async { assert_unavailable("take_mail", &store.take_mail(id(1), at(1), at(2)).await) },
            async { assert_unavailable("put_off_mail", &store.put_off_mail(id(1), id(1), at(1)).await) },
            async { assert_unavailable("finish_mail", &store.finish_mail(id(1), id(1), at(1)).await) },
            async { assert_unavailable("remove_mails", &store.remove_mails(at(1)).await) },
            async { assert_unavailable("remove_mails_of", &store.remove_mails_of(id(1)).await) },
            async { assert_unavailable("begin_attempt", &store.begin_attempt(&once, at(1)).await) },
            async {
                let taken = store.take_over_attempt(&once, id(1), at(1)).await;
                assert_unavailable("take_over_attempt", &taken);
            },
            async { assert_unavailable("finish_attempt", &store.finish_attempt(&once).await) },
            async { assert_unavailable("release_attempt", &store.release_attempt(&once, at(1)).await) },
            async { assert_unavailable("forget_attempt", &store.forget_attempt(&once).await) },
            async { assert_unavailable("remove_attempts", &store.remove_attempts(at(1)).await) },
            async { assert_unavailable("remove_attempts_of", &store.remove_attempts_of(id(1)).await) },
            async { assert_unavailable("fact", &store.fact("new", "1").await) },
            async { assert_unavailable("replace_fact", &store.replace_fact("a", "1", "2").await) },
            async { assert_unavailable("count", &store.count("a", 1, at(60)).await) },
            async { assert_unavailable("remove_counters", &store.remove_counters(at(1)).await) },
        )
    };
    timeout(LIMIT, all)
        .await
        .expect("every method ends within a few seconds");
}

async fn assert_reads_unavailable(store: &dyn Store) {
    let all = async {
        tokio::join!(
            async { assert_unavailable("user", &store.user(id(1)).await) },
            async { assert_unavailable("user_by_identity", &store.user_by_identity("email:").await) },
            async { assert_unavailable("users_page", &store.users_page(None, 1).await) },
            async { assert_unavailable("deleted_users", &store.deleted_users(at(1), 1).await) },
            async { assert_unavailable("session", &store.session(id(1)).await) },
            async { assert_unavailable("sessions_of", &store.sessions_of(id(1), at(1)).await) },
            async { assert_unavailable("revocations_since", &store.revocations_since(at(1)).await) },
            async { assert_unavailable("todo", &store.todo(id(1), id(1)).await) },
            async { assert_unavailable("todo_page", &store.todo_page(id(1), &everything()).await) },
            async { assert_unavailable("titles", &store.titles(id(1), &[id(2)]).await) },
            async { assert_unavailable("progress", &store.progress(id(1), &[id(2)]).await) },
            async { assert_unavailable("list", &store.list(id(1), id(1)).await) },
            async { assert_unavailable("lists_of", &store.lists_of(id(1)).await) },
            async { assert_unavailable("open_counts", &store.open_counts(id(1)).await) },
            async { assert_unavailable("leaving_lists", &store.leaving_lists(1).await) },
            async { assert_unavailable("attempt", &store.attempt(id(1), "key", at(1)).await) },
            async { assert_unavailable("due_reminders", &store.due_reminders(at(1), 1).await) },
            async { assert_unavailable("due_digests", &store.due_digests(at(1), 1).await) },
            async { assert_unavailable("keys", &store.keys().await) },
            async { assert_unavailable("ping", &store.ping().await) },
            async { assert_unavailable("migrations", &store.migrations().await) },
        )
    };
    timeout(LIMIT, all)
        .await
        .expect("every method ends within a few seconds");
}

/// Asks until the answer comes, but not for ever.
async fn assert_recovers(store: &dyn Store) {
    for _ in 0..10 {
        if store.create_user(&user(2)).await.is_ok() {
            assert_eq!(store.user(id(2)).await.unwrap(), Some(user(2)));
            return;
        }
    }
    panic!("it does not answer again");
}

/// A proxy in front of the first host of the address, and the address of the same database behind it.
fn behind_a_proxy(address: &str) -> (Proxy, String) {
    let (scheme, rest) = address.split_once("://").unwrap();
    let (hosts, path) = rest.split_once('/').unwrap();
    let login = hosts.find('@').map_or("", |at| &hosts[..=at]);
    let proxy = Proxy::to(hosts[login.len()..].split(',').next().unwrap());
    let direct = match (path.contains("directConnection"), path.contains('?')) {
        (true, _) => "",
        (false, true) => "&directConnection=true",
        (false, false) => "?directConnection=true",
    };
    let address = format!("{scheme}://{login}{}/{path}{direct}", proxy.address);
    (proxy, address)
}

async fn a_database_that_falls_silent_is_unavailable_until_it_speaks(store: &Fresh) {
    if let Some(file) = store.db_file() {
        let other = rusqlite::Connection::open(file).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_writes_unavailable(&**store).await;
        assert_eq!(store.user(id(1)).await.unwrap(), None, "reading goes on");
        other.execute_batch("ROLLBACK").unwrap();
        assert_recovers(&**store).await;
    }
    if let Some(address) = store.address() {
        let (proxy, address) = behind_a_proxy(address);
        let behind = Mongo::connect(&address).await.expect("the server can be reached");
        assert_eq!(behind.user(id(1)).await.unwrap(), None);
        proxy.fall_silent();
        tokio::join!(
            assert_writes_unavailable(&behind),
            assert_reads_unavailable(&behind)
        );
        proxy.speak();
        assert_recovers(&behind).await;
        behind.close().await;
    }
}

async fn a_server_that_is_not_there_is_unavailable(_: &Fresh) {
    // Nobody listens on port 1.
    let connected = timeout(
        LIMIT,
        Mongo::connect("mongodb://127.0.0.1:1/rondo?directConnection=true"),
    );
    match connected.await.expect("it ends within a few seconds") {
        Ok(keeper) => {
            assert_reads_unavailable(&keeper).await;
            assert_writes_unavailable(&keeper).await;
        }
        Err(error) => assert_unavailable("connect", &Err::<(), _>(error)),
    }
}

on_each_keeper!(sqlite, mongo; migrated: a_database_that_falls_silent_is_unavailable_until_it_speaks);

mod not_there {
    use super::*;

    on_each_keeper!(mongo; migrated: a_server_that_is_not_there_is_unavailable);
}
