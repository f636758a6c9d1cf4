//! `Todos`: many at once, as an import makes them; and the address of a calendar, which stands with its user.

use rondo::model::{CalendarAddress, Factors, Id, Todo};

use crate::keepers::Fresh;
use crate::values::{all_pages, at, everything, factors, id, next_todo, next_user, todo, unstamped, user};

fn many(owner: u32, numbers: std::ops::Range<u32>) -> Vec<Todo> {
    numbers.map(|number| todo(id(owner), number)).collect()
}

async fn many_are_created_and_each_is_as_it_was_given(store: &Fresh) {
    let first = todo(id(1), 1);
    store.create_todo(&first).await.unwrap();
    let before = store.todo(id(1), first.id).await.unwrap().unwrap().stamp;
    // More than any keeper takes at once.
    let mut todos = many(1, 2..1203);
    todos[7].tags = vec!["b".into(), "a".into()];
    todos[7].due = Some("2026-11-22".parse().unwrap());
    todos[8].deleted_at = Some(at(5));
    todos[9].parent_id = Some(id(2));
    store.create_todos(&todos).await.unwrap();
    for place in [0, 7, 8, 9, 1200] {
        let kept = store.todo(id(1), todos[place].id).await.unwrap().unwrap();
        assert_eq!(unstamped(&kept), unstamped(&todos[place]));
    }
    let pages = all_pages(&**store, id(1), &everything()).await;
    assert_eq!(pages.len(), 1201, "one is in the trash");
    let mut stamps: Vec<u64> = pages.iter().skip(1).map(|todo| todo.stamp).collect();
    assert!(stamps.iter().all(|stamp| *stamp > before), "each is a change");
    stamps.sort_unstable();
    stamps.dedup();
    assert_eq!(
        stamps.len(),
        1200,
        "each has a place of its own in the order of changes"
    );
    let next = next_todo(&first, |todo| todo.title = "Later".into());
    assert!(store.replace_todo(&next, 1).await.unwrap());
    let last = store.todo(id(1), first.id).await.unwrap().unwrap().stamp;
    assert!(
        stamps.iter().all(|stamp| *stamp < last),
        "the order goes on behind them"
    );
    store.create_todos(&[]).await.unwrap();
}

async fn those_that_are_there_stay_as_they_are_and_the_others_are_created(store: &Fresh) {
    let [kept, trashed, gone] = [1, 2, 3].map(|number| todo(id(1), number));
    for todo in [&kept, &trashed, &gone] {
        store.create_todo(todo).await.unwrap();
    }
    for todo in [&trashed, &gone] {
        let next = next_todo(todo, |todo| todo.deleted_at = Some(at(1)));
        assert!(store.replace_todo(&next, 1).await.unwrap());
    }
    assert!(store.purge_todo(id(1), gone.id, at(2)).await.unwrap());
    let stamp = store.todo(id(1), kept.id).await.unwrap().unwrap().stamp;
    let again: Vec<Todo> = many(1, 1..6)
        .into_iter()
        .map(|todo| Todo {
            title: "Again".into(),
            ..todo
        })
        .collect();
    for _ in 0..2 {
        store.create_todos(&again).await.unwrap();
    }
    let found = store.todo(id(1), kept.id).await.unwrap().unwrap();
    assert_eq!((found.title, found.stamp), (kept.title, stamp));
    let found = store.todo(id(1), trashed.id).await.unwrap().unwrap();
    assert!(found.deleted_at.is_some() && found.title == trashed.title);
    assert_eq!(
        store.todo(id(1), gone.id).await.unwrap(),
        None,
        "what is gone does not come back"
    );
    for number in [4, 5] {
        let found = store.todo(id(1), id(number)).await.unwrap().unwrap();
        assert_eq!(found.title, "Again");
    }
}

async fn known_are_the_owners_in_whatever_state(store: &Fresh) {
    let todos = many(1, 1..4);
    store.create_todos(&todos).await.unwrap();
    store.create_todo(&todo(id(2), 9)).await.unwrap();
    let next = next_todo(&todos[1], |todo| todo.deleted_at = Some(at(1)));
    assert!(store.replace_todo(&next, 1).await.unwrap());
    assert!(store.purge_todo(id(1), next.id, at(2)).await.unwrap());
    // More than any keeper looks up at once.
    let asked: Vec<Id> = (1..1500).map(id).collect();
    let mut known = store.known_todos(id(1), &asked).await.unwrap();
    known.sort_unstable();
    assert_eq!(known, [id(1), id(2), id(3)]);
    assert_eq!(store.known_todos(id(2), &asked).await.unwrap(), [id(9)]);
    assert!(store.known_todos(id(3), &asked).await.unwrap().is_empty());
    assert!(store.known_todos(id(1), &[]).await.unwrap().is_empty());
}

async fn many_at_once_under_the_id_of_someone_else_leave_that_one_alone(store: &Fresh) {
    let own = todo(id(1), 10);
    store.create_todo(&own).await.unwrap();
    // Whether two owners may use one id is not said, only that it does no harm.
    let _ = store.create_todos(&many(2, 9..12)).await;
    let kept = store.todo(id(1), own.id).await.unwrap().unwrap();
    assert_eq!(unstamped(&kept), unstamped(&own));
    assert!(store.todo(id(2), id(9)).await.unwrap().is_some());
    assert!(store.todo(id(2), id(11)).await.unwrap().is_some());
}

async fn the_address_of_a_calendar_is_kept_replaced_and_taken_away(store: &Fresh) {
    let mut first = user(1);
    first.calendar = Some(CalendarAddress {
        hash: "ab".repeat(32),
        made_at: at(5),
    });
    store.create_user(&first).await.unwrap();
    assert_eq!(store.user(first.id).await.unwrap(), Some(first.clone()));
    let second = next_user(&first, |user| {
        user.calendar = Some(CalendarAddress {
            hash: "cd".repeat(32),
            made_at: at(6),
        });
    });
    assert!(store.replace_user(&second, 1).await.unwrap());
    assert_eq!(store.user(first.id).await.unwrap(), Some(second.clone()));
    let third = next_user(&second, |user| user.calendar = None);
    assert!(store.replace_user(&third, 2).await.unwrap());
    assert_eq!(store.user(first.id).await.unwrap(), Some(third));
}

async fn second_factors_are_kept_replaced_and_taken_away(store: &Fresh) {
    let mut first = user(1);
    first.factors = factors(None, 3);
    store.create_user(&first).await.unwrap();
    assert_eq!(store.user(first.id).await.unwrap(), Some(first.clone()));
    let second = next_user(&first, |user| user.factors = factors(Some(at(6)), 1));
    assert!(store.replace_user(&second, 1).await.unwrap());
    assert_eq!(store.user(first.id).await.unwrap(), Some(second.clone()));
    // Of two who use the same code, one writes.
    let third = next_user(&second, |user| user.factors.recovery.clear());
    assert!(store.replace_user(&third, 2).await.unwrap());
    assert!(!store.replace_user(&third, 2).await.unwrap());
    let fourth = next_user(&third, |user| user.factors = Factors::default());
    assert!(store.replace_user(&fourth, 3).await.unwrap());
    assert_eq!(store.user(first.id).await.unwrap(), Some(fourth));
}

on_each_keeper!(migrated:
    many_are_created_and_each_is_as_it_was_given,
    those_that_are_there_stay_as_they_are_and_the_others_are_created,
    known_are_the_owners_in_whatever_state,
    many_at_once_under_the_id_of_someone_else_leave_that_one_alone,
    the_address_of_a_calendar_is_kept_replaced_and_taken_away,
    second_factors_are_kept_replaced_and_taken_away,
);
