//! Deleting lists: what becomes of their to-dos, also when it breaks off.

use rondo::model::{Fate, List, Todo};
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::Person;
use crate::lists::{LISTS, TODOS, made, names, parsed};
use crate::lists_todos::counts;
use crate::support::{on_each_keeper, pointers, text};

on_each_keeper! {
    who_deletes_a_list_says_what_becomes_of_its_to_dos,
    the_to_dos_of_a_deleted_list_go_into_the_inbox,
    the_to_dos_of_a_deleted_list_go_into_the_trash,
    what_a_crash_left_of_a_deletion_is_finished_and_nothing_is_lost,
    what_comes_into_a_list_while_it_is_deleted_is_not_lost,
    a_deleted_account_leaves_no_lists,
}

async fn who_deletes_a_list_says_what_becomes_of_its_to_dos(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let path = format!("{LISTS}/{}", made(&app, &person, "Kept").await);
    let refused = me.delete(&path).await.problem(400, "query");
    assert_eq!(pointers(&refused), ["?todos"]);
    let detail = text(&refused["detail"]);
    assert!(
        detail.contains("todos=inbox") && detail.contains("todos=trash"),
        "{detail}"
    );
    for query in [
        "todos=",
        "todos=keep",
        "todos=INBOX",
        "todos=inbox&todos=inbox",
        "todo=inbox",
    ] {
        me.delete(&format!("{path}?{query}")).await.problem(400, "query");
    }
    assert_eq!(names(&app, &person).await, ["Kept"]);
}

/// A list with one that is open, one that is done and one in the trash; its id.
async fn filled(app: &TestApp, person: &Person) -> String {
    let list = made(app, person, "Filled").await;
    for title in ["open", "done", "deleted"] {
        let body = json!({ "title": title, "list_id": list, "done": title == "done" });
        let todo = app.todo(person, &body).await;
        if title == "deleted" {
            let path = format!("{TODOS}/{}", text(&todo["id"]));
            app.by(person).delete(&path).await.expect_empty(204);
        }
    }
    app.todo(person, &json!({ "title": "elsewhere" })).await;
    list
}

/// What is in the inbox, and what of it is in the trash.
async fn inbox(app: &TestApp, person: &Person) -> (Vec<String>, Vec<String>) {
    (
        app.titles(person, "list=inbox").await,
        app.titles(person, "list=inbox&deleted=true").await,
    )
}

async fn delete(app: &TestApp, person: &Person, list: &str, todos: &str) {
    let path = format!("{LISTS}/{list}?todos={todos}");
    app.by(person).delete(&path).await.expect_empty(204);
}

fn titles(titles: &[&str]) -> Vec<String> {
    titles.iter().map(|&title| title.to_owned()).collect()
}

async fn the_to_dos_of_a_deleted_list_go_into_the_inbox(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    delete(&app, &person, &list, "inbox").await;
    let expected = (titles(&["open", "done", "elsewhere"]), titles(&["deleted"]));
    assert_eq!(inbox(&app, &person).await, expected);
    assert_eq!(counts(&app, &person).await, (vec![], 2));
    assert_eq!(app.titles(&person, &format!("list={list}")).await, [""; 0]);
}

async fn the_to_dos_of_a_deleted_list_go_into_the_trash(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    delete(&app, &person, &list, "trash").await;
    let expected = (titles(&["elsewhere"]), titles(&["open", "done", "deleted"]));
    assert_eq!(inbox(&app, &person).await, expected);
    assert_eq!(counts(&app, &person).await, (vec![], 1));
}

/// The first of the two steps of a deletion, as if the process had died behind it.
async fn mark_as_deleted(app: &TestApp, person: &Person, list: &str, fate: Fate) {
    let (owner, list) = (parsed(&person.id), parsed(list));
    let old: List = app
        .services
        .store
        .list(owner, list)
        .await
        .expect("the store answers")
        .expect("a list");
    let mut gone = old.clone();
    gone.erase(fate, app.services.source.now());
    gone.version += 1;
    let replaced = app.services.store.replace_list(&gone, old.version).await;
    assert!(replaced.expect("the store answers"));
}

async fn clean(app: &TestApp) {
    app.services.clean_once(900).await.expect("the store answers");
}

async fn what_a_crash_left_of_a_deletion_is_finished_and_nothing_is_lost(app: TestApp) {
    let person = app.person("person@example.org").await;
    for fate in [Fate::Inbox, Fate::Trash] {
        let person = app.person(&format!("{}@example.org", fate.name())).await;
        let list = filled(&app, &person).await;
        mark_as_deleted(&app, &person, &list, fate).await;
        // The list is gone for everybody, and each of its to-dos is still there.
        app.by(&person)
            .get(&format!("{LISTS}/{list}"))
            .await
            .problem(404, "not-found");
        let all = app.titles(&person, "").await;
        assert_eq!(all, ["open", "done", "elsewhere"]);
        // Whoever asks again is told that it is gone; the job does the rest, as often as it runs.
        let again = app
            .by(&person)
            .delete(&format!("{LISTS}/{list}?todos=inbox"))
            .await;
        again.problem(404, "not-found");
        for _ in 0..2 {
            clean(&app).await;
            let expected = match fate {
                Fate::Inbox => (titles(&["open", "done", "elsewhere"]), titles(&["deleted"])),
                Fate::Trash => (titles(&["elsewhere"]), titles(&["open", "done", "deleted"])),
            };
            assert_eq!(inbox(&app, &person).await, expected, "{fate:?}");
        }
    }
    assert_eq!(counts(&app, &person).await, (vec![], 0));
}

async fn what_comes_into_a_list_while_it_is_deleted_is_not_lost(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    delete(&app, &person, &list, "trash").await;
    let (owner, store) = (parsed(&person.id), &app.services.store);
    // Written by somebody who had looked before, at the last moment.
    let late = async |title: &str| {
        let now = app.services.source.now();
        let todo = Todo {
            list_id: Some(parsed(&list)),
            ..Todo::new(app.services.source.new_id(), owner, title.into(), now)
        };
        store.create_todo(&todo).await.expect("a to-do");
    };
    late("late").await;
    clean(&app).await;
    let expected = titles(&["open", "done", "deleted", "late"]);
    assert_eq!(inbox(&app, &person).await.1, expected);
    // Still minutes later.
    app.clock.advance(590_000);
    late("later").await;
    clean(&app).await;
    assert_eq!(inbox(&app, &person).await.1.len(), 5);
    // Then nobody is under way any more, and nothing is left to be moved.
    app.clock.advance(20_000);
    clean(&app).await;
    assert!(
        store
            .leaving_lists(10)
            .await
            .expect("the store answers")
            .is_empty()
    );
    // That there was one is known for thirty days, and its id is not used again so long.
    let same = List::new(parsed(&list), owner, "Back".into(), app.services.source.now());
    app.clock.advance(29 * 86_400_000);
    clean(&app).await;
    store.create_list(&same).await.expect("the store answers");
    assert_eq!(store.list(owner, same.id).await.expect("the store answers"), None);
    app.clock.advance(2 * 86_400_000);
    clean(&app).await;
    store.create_list(&same).await.expect("the store answers");
    assert!(
        store
            .list(owner, same.id)
            .await
            .expect("the store answers")
            .is_some()
    );
}

async fn a_deleted_account_leaves_no_lists(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    let deleted = filled(&app, &person).await;
    mark_as_deleted(&app, &person, &deleted, Fate::Inbox).await;
    let body = json!({ "current_password": crate::common::app::PASSWORD });
    let gone = app.by(&person).delete_with("/api/v2/users/me", body).await;
    gone.expect_empty(204);
    let (owner, store) = (parsed(&person.id), &app.services.store);
    assert_eq!(
        store.list(owner, parsed(&list)).await.expect("the store answers"),
        None
    );
    assert!(
        store
            .leaving_lists(10)
            .await
            .expect("the store answers")
            .is_empty()
    );
    // What was written while it was deleted is removed by the job.
    let late = List::new(
        app.services.source.new_id(),
        owner,
        "Late".into(),
        app.services.source.now(),
    );
    store.create_list(&late).await.expect("a list");
    app.clock.advance(3_600_000);
    clean(&app).await;
    assert!(store.lists_of(owner).await.expect("the store answers").is_empty());
}
