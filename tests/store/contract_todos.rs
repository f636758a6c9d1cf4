//! `Todos`: owners, versions, stamps and deletion. Pages are in `contract_pages.rs` and
//! `contract_filters.rs`, what a to-do holds in `contract_todos_kept.rs`.

use rondo::model::{Id, Todo, TodoFilter};

use crate::keepers::Fresh;
use crate::values::{
    at, at_once, everything, filtered, how_many_true, id, next_todo, number_of, todo, unstamped,
};

async fn created(store: &Fresh, owner: u32, number: u32) -> Todo {
    let todo = todo(id(owner), number);
    store.create_todo(&todo).await.unwrap();
    kept(store, owner, number).await.expect("it was created")
}

async fn kept(store: &Fresh, owner: u32, number: u32) -> Option<Todo> {
    store.todo(id(owner), id(number)).await.unwrap()
}

/// Deletes the to-do `seconds` after the fixed moment.
async fn deleted(store: &Fresh, todo: &Todo, seconds: i64) {
    let gone = next_todo(todo, |todo| todo.deleted_at = Some(at(seconds)));
    assert!(store.replace_todo(&gone, todo.version).await.unwrap());
}

async fn ids(store: &Fresh, owner: u32) -> Vec<Id> {
    let page = store.todo_page(id(owner), &everything()).await.unwrap();
    page.items.iter().map(|todo| todo.id).collect()
}

async fn a_todo_is_found_by_its_owner_only(store: &Fresh) {
    let own = created(store, 1, 10).await;
    assert_eq!(kept(store, 1, 10).await, Some(own));
    assert_eq!(kept(store, 2, 10).await, None);
    assert_eq!(kept(store, 1, 11).await, None);
    assert_eq!(ids(store, 1).await, [id(10)]);
    assert!(ids(store, 2).await.is_empty());
}

async fn nobody_replaces_a_todo_of_someone_else(store: &Fresh) {
    let own = created(store, 1, 10).await;
    let stolen = next_todo(&own, |todo| todo.owner = id(2));
    assert!(!store.replace_todo(&stolen, 1).await.unwrap());
    assert_eq!(kept(store, 1, 10).await, Some(own));
    assert_eq!(kept(store, 2, 10).await, None);
}

async fn a_create_under_the_id_of_someone_else_leaves_that_one_alone(store: &Fresh) {
    let own = created(store, 1, 10).await;
    let other = Todo {
        title: "Other".into(),
        ..todo(id(2), 10)
    };
    // Whether two owners may use one id is not said, only that it does no harm.
    let _ = store.create_todo(&other).await;
    assert_eq!(kept(store, 1, 10).await, Some(own));
}

async fn a_create_that_is_repeated_changes_nothing(store: &Fresh) {
    let first = created(store, 1, 10).await;
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    store
        .create_todo(&Todo {
            title: "Other".into(),
            version: 9,
            ..todo(id(1), 10)
        })
        .await
        .unwrap();
    assert_eq!(kept(store, 1, 10).await, Some(first.clone()), "its stamp neither");
    let second = next_todo(&first, |todo| todo.title = "Second".into());
    assert!(store.replace_todo(&second, 1).await.unwrap());
    let second = kept(store, 1, 10).await.unwrap();
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    assert_eq!(kept(store, 1, 10).await, Some(second.clone()));
    deleted(store, &second, 5).await;
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    assert!(
        ids(store, 1).await.is_empty(),
        "a repeated create brings nothing back"
    );
}

async fn of_twenty_equal_creates_all_are_ok_and_one_todo_is_made(store: &Fresh) {
    let answers = at_once(20, |_| {
        let store = store.share();
        async move { store.create_todo(&todo(id(1), 10)).await }
    })
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(ids(store, 1).await, [id(10)]);
}

async fn a_replacement_of_another_version_changes_nothing(store: &Fresh) {
    let first = created(store, 1, 10).await;
    for expected in [0, 2, -1, i64::MAX - 1] {
        let missed = Todo {
            title: "Missed".into(),
            version: expected + 1,
            ..todo(id(1), 10)
        };
        assert!(!store.replace_todo(&missed, expected).await.unwrap());
    }
    assert_eq!(kept(store, 1, 10).await, Some(first), "its stamp neither");
}

async fn a_replacement_of_nothing_makes_nothing(store: &Fresh) {
    assert!(
        !store
            .replace_todo(
                &Todo {
                    version: 2,
                    ..todo(id(1), 10)
                },
                1
            )
            .await
            .unwrap()
    );
    assert_eq!(kept(store, 1, 10).await, None);
    assert!(ids(store, 1).await.is_empty());
}

async fn of_twenty_replacements_of_one_version_one_holds(store: &Fresh) {
    let first = created(store, 1, 10).await;
    let two = [store.share(), store.open_again().await];
    let answers = at_once(20, |number| {
        let store = two[number as usize % 2].clone();
        let next = next_todo(&first, |todo| todo.title = format!("Number {number}"));
        async move { store.replace_todo(&next, 1).await }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    let winner = answers
        .iter()
        .position(|answer| matches!(answer, Ok(true)))
        .unwrap();
    let last = kept(store, 1, 10).await.unwrap();
    assert_eq!(
        (last.title.clone(), last.version),
        (format!("Number {winner}"), 2)
    );
    assert_eq!(two[1].todo(id(1), id(10)).await.unwrap(), Some(last));
    two[1].close().await;
}

/// What is in the owner's trash.
async fn trash(store: &Fresh, owner: u32) -> Vec<Id> {
    let trashed = TodoFilter {
        trashed: true,
        ..TodoFilter::default()
    };
    let page = store.todo_page(id(owner), &filtered(trashed)).await.unwrap();
    page.items.iter().map(|todo| todo.id).collect()
}

async fn a_deleted_todo_is_in_the_trash_and_comes_back_whole(store: &Fresh) {
    let first = created(store, 1, 10).await;
    created(store, 1, 11).await;
    deleted(store, &first, 5).await;
    assert_eq!(kept(store, 1, 10).await.unwrap().deleted_at, Some(at(5)));
    assert_eq!(ids(store, 1).await, [id(11)]);
    assert_eq!(trash(store, 1).await, [id(10)]);
    assert!(!store.replace_todo(&next_todo(&first, |_| {}), 1).await.unwrap());
    let back = Todo {
        version: 3,
        ..first.clone()
    };
    assert!(store.replace_todo(&back, 2).await.unwrap());
    assert_eq!(unstamped(&kept(store, 1, 10).await.unwrap()), unstamped(&back));
    assert_eq!(ids(store, 1).await, [id(10), id(11)]);
    assert!(trash(store, 1).await.is_empty());
}

async fn a_todo_that_is_deleted_and_changed_at_once_is_one_of_the_two(store: &Fresh) {
    let first = created(store, 1, 10).await;
    let answers = at_once(10, |number| {
        let store = store.share();
        let next = next_todo(&first, |todo| match number % 2 {
            0 => todo.deleted_at = Some(at(5)),
            _ => todo.title = "Changed".into(),
        });
        async move { store.replace_todo(&next, 1).await }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    let winner = answers
        .iter()
        .position(|answer| matches!(answer, Ok(true)))
        .unwrap();
    let kept = kept(store, 1, 10).await.unwrap();
    assert_eq!(kept.deleted_at.is_some(), winner % 2 == 0);
}

async fn a_todo_can_be_created_as_deleted(store: &Fresh) {
    let gone = Todo {
        deleted_at: Some(at(5)),
        ..todo(id(1), 10)
    };
    store.create_todo(&gone).await.unwrap();
    assert_eq!(trash(store, 1).await, [id(10)]);
    assert!(ids(store, 1).await.is_empty());
}

async fn stamps_grow_with_each_write_of_one_owner(store: &Fresh) {
    let mut last = 0;
    let mut first = None;
    for number in 10..15 {
        let made = Todo {
            stamp: u64::MAX,
            ..todo(id(1), number)
        };
        store.create_todo(&made).await.unwrap();
        // Somebody else's writes may take stamps in between.
        created(store, 2, number + 100).await;
        let made = kept(store, 1, number).await.unwrap();
        assert!(made.stamp > last, "{} after {last}", made.stamp);
        last = made.stamp;
        let next = next_todo(first.get_or_insert(made), |todo| todo.stamp = 0);
        assert!(store.replace_todo(&next, next.version - 1).await.unwrap());
        let next = kept(store, 1, 10).await.unwrap();
        assert!(next.stamp > last, "{} after {last}", next.stamp);
        last = next.stamp;
        first = Some(next);
    }
    let page = store.todo_page(id(1), &everything()).await.unwrap();
    for shown in page.items {
        assert_eq!(kept(store, 1, number_of(shown.id)).await, Some(shown));
    }
}

async fn writes_at_once_have_stamps_of_their_own(store: &Fresh) {
    let two = [store.share(), store.open_again().await];
    let before = created(store, 1, 999).await.stamp;
    let answers = at_once(20, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.create_todo(&todo(id(1), number)).await }
    })
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let mut stamps = Vec::new();
    for number in 0..20 {
        stamps.push(kept(store, 1, number).await.unwrap().stamp);
    }
    stamps.sort_unstable();
    assert!(
        stamps[0] > before && stamps.windows(2).all(|pair| pair[0] < pair[1]),
        "{before} {stamps:?}"
    );
    let after = created(store, 1, 1000).await.stamp;
    assert!(after > stamps[19], "{after} after {stamps:?}");
    two[1].close().await;
}

/// Whether anything is left of a to-do that cannot be seen: if so, a create is a repeated one.
async fn is_left(store: &Fresh, owner: u32, number: u32) -> bool {
    created_or_left(store, owner, number).await.is_none()
}

async fn created_or_left(store: &Fresh, owner: u32, number: u32) -> Option<Todo> {
    let before = kept(store, owner, number).await;
    assert!(before.is_none_or(|todo| todo.deleted_at.is_some()));
    store.create_todo(&todo(id(owner), number)).await.unwrap();
    kept(store, owner, number)
        .await
        .filter(|todo| todo.deleted_at.is_none())
}

async fn of_a_purged_todo_nothing_is_left_but_that_it_is_gone(store: &Fresh) {
    let todo = created(store, 1, 10).await;
    let others = created(store, 2, 20).await;
    assert!(
        !store.purge_todo(id(1), id(10), at(6)).await.unwrap(),
        "it is not in the trash"
    );
    deleted(store, &todo, 5).await;
    assert!(
        !store.purge_todo(id(2), id(10), at(6)).await.unwrap(),
        "it is another's"
    );
    assert!(store.purge_todo(id(1), id(10), at(6)).await.unwrap());
    assert!(
        !store.purge_todo(id(1), id(10), at(7)).await.unwrap(),
        "once is enough"
    );
    assert_eq!(kept(store, 1, 10).await, None);
    assert!(ids(store, 1).await.is_empty() && trash(store, 1).await.is_empty());
    for version in 1..5 {
        let back = Todo {
            version: version + 1,
            ..todo.clone()
        };
        assert!(!store.replace_todo(&back, version).await.unwrap());
    }
    assert!(is_left(store, 1, 10).await, "its id is not free yet");
    assert_eq!(kept(store, 2, 20).await, Some(others));
}

async fn the_trash_is_purged_of_what_came_there_before(store: &Fresh) {
    for (owner, number, seconds) in [(1, 10, 5), (1, 11, 6), (1, 12, 7), (2, 20, 5), (2, 21, 7)] {
        let todo = created(store, owner, number).await;
        deleted(store, &todo, seconds).await;
    }
    let live = [created(store, 1, 13).await, created(store, 2, 22).await];
    store.purge_trash(Some(id(2)), at(6), at(9)).await.unwrap();
    assert_eq!(trash(store, 1).await, [id(10), id(11), id(12)]);
    assert_eq!(trash(store, 2).await, [id(21)]);
    store
        .purge_trash(None, at(6).plus_millis(1), at(9))
        .await
        .unwrap();
    assert_eq!(trash(store, 1).await, [id(12)]);
    assert_eq!(trash(store, 2).await, [id(21)]);
    let left = [
        kept(store, 1, 13).await.unwrap(),
        kept(store, 2, 22).await.unwrap(),
    ];
    assert_eq!(left, live);
}

async fn what_is_left_of_purged_todos_is_removed_in_time(store: &Fresh) {
    for (owner, number, seconds) in [(1, 10, 5), (1, 11, 6), (2, 20, 5)] {
        let todo = created(store, owner, number).await;
        deleted(store, &todo, 1).await;
        assert!(
            store
                .purge_todo(id(owner), id(number), at(seconds))
                .await
                .unwrap()
        );
    }
    let trashed = created(store, 1, 12).await;
    deleted(store, &trashed, 1).await;
    store.remove_gone_todos(at(6)).await.unwrap();
    assert_eq!(trash(store, 1).await, [id(12)], "the trash is no part of it");
    assert!(!is_left(store, 1, 10).await && !is_left(store, 2, 20).await);
    assert!(is_left(store, 1, 11).await);
}

async fn a_trash_of_more_than_is_purged_at_once_is_purged(store: &Fresh) {
    for number in 0..620 {
        let trashed = Todo {
            deleted_at: Some(at(1)),
            ..todo(id(1), number)
        };
        store.create_todo(&trashed).await.unwrap();
    }
    store.purge_trash(Some(id(1)), at(2), at(3)).await.unwrap();
    assert!(trash(store, 1).await.is_empty());
}

async fn all_todos_of_an_owner_are_removed_deleted_ones_too(store: &Fresh) {
    let gone = created(store, 1, 10).await;
    deleted(store, &gone, 5).await;
    created(store, 1, 11).await;
    let others = created(store, 2, 20).await;
    let others_gone = created(store, 2, 21).await;
    deleted(store, &others_gone, 5).await;
    store.remove_todos_of(id(1)).await.unwrap();
    assert!(ids(store, 1).await.is_empty());
    assert!(!is_left(store, 1, 10).await && !is_left(store, 1, 11).await);
    assert_eq!(kept(store, 2, 20).await, Some(others.clone()));
    assert!(is_left(store, 2, 21).await);
    store.remove_todos_of(id(3)).await.unwrap();
    let page = store.todo_page(id(2), &everything()).await.unwrap();
    assert_eq!(
        page.items.iter().map(unstamped).collect::<Vec<_>>(),
        [unstamped(&others)]
    );
}

async fn what_is_made_after_a_removal_has_a_later_stamp(store: &Fresh) {
    let last = created(store, 1, 10).await;
    store.remove_todos_of(id(1)).await.unwrap();
    assert!(created(store, 1, 11).await.stamp > last.stamp);
}

on_each_keeper!(migrated:
    a_todo_is_found_by_its_owner_only,
    nobody_replaces_a_todo_of_someone_else,
    a_create_under_the_id_of_someone_else_leaves_that_one_alone,
    a_create_that_is_repeated_changes_nothing,
    of_twenty_equal_creates_all_are_ok_and_one_todo_is_made,
    a_replacement_of_another_version_changes_nothing,
    a_replacement_of_nothing_makes_nothing,
    of_twenty_replacements_of_one_version_one_holds,
    a_deleted_todo_is_in_the_trash_and_comes_back_whole,
    a_todo_that_is_deleted_and_changed_at_once_is_one_of_the_two,
    a_todo_can_be_created_as_deleted,
    stamps_grow_with_each_write_of_one_owner,
    writes_at_once_have_stamps_of_their_own,
    of_a_purged_todo_nothing_is_left_but_that_it_is_gone,
    the_trash_is_purged_of_what_came_there_before,
    what_is_left_of_purged_todos_is_removed_in_time,
    a_trash_of_more_than_is_purged_at_once_is_purged,
    all_todos_of_an_owner_are_removed_deleted_ones_too,
    what_is_made_after_a_removal_has_a_later_stamp,
);
