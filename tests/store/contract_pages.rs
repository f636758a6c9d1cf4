//! `Todos::todo_page`: the orders, and reading on from page to page.

use rondo::model::{Id, Place, Sort, Todo, TodoQuery};

use crate::keepers::Fresh;
use crate::values::{all_pages, assorted_todos, at, everything, id, next_todo, place_of, todo};

fn ids(todos: &[Todo]) -> Vec<Id> {
    todos.iter().map(|todo| todo.id).collect()
}

async fn created(store: &Fresh, todos: &[Todo]) {
    for todo in todos {
        store.create_todo(todo).await.unwrap();
    }
}

fn by(sort: Sort, descending: bool) -> TodoQuery {
    TodoQuery {
        sort,
        descending,
        ..everything()
    }
}

/// The whole order, worked out here: by key and id, either way, those without a key last.
fn in_order(todos: &[Todo], sort: Sort, descending: bool) -> Vec<Id> {
    let mut with: Vec<_> = todos
        .iter()
        .filter_map(|todo| Some((sort.key_of(todo)?, todo.id)))
        .collect();
    let mut without: Vec<_> = todos
        .iter()
        .filter(|todo| sort.key_of(todo).is_none())
        .map(|todo| todo.id)
        .collect();
    with.sort();
    without.sort();
    if descending {
        with.reverse();
        without.reverse();
    }
    with.into_iter().map(|(_, id)| id).chain(without).collect()
}

/// Reads the whole order in pages of every size, in both directions.
async fn is_paged_in_order(store: &Fresh, sort: Sort) {
    let todos = assorted_todos(id(1));
    created(store, &todos).await;
    // Neither another's nor deleted ones come in between.
    created(
        store,
        &assorted_todos(id(2)).into_iter().step_by(2).collect::<Vec<_>>(),
    )
    .await;
    for gone in assorted_todos(id(1)).into_iter().take(4) {
        let mut number = gone.id.bytes();
        number[0] = 1;
        created(
            store,
            &[Todo {
                id: Id::from_bytes(number),
                deleted_at: Some(at(9)),
                ..gone
            }],
        )
        .await;
    }
    for descending in [false, true] {
        let whole = in_order(&todos, sort, descending);
        for limit in 1..=todos.len() + 1 {
            let query = TodoQuery {
                limit,
                ..by(sort, descending)
            };
            let found = all_pages(&**store, id(1), &query).await;
            assert_eq!(
                ids(&found),
                whole,
                "{sort:?}, descending {descending}, {limit} at a time"
            );
        }
    }
}

async fn the_order_by_hand_is_paged_in_both_directions(store: &Fresh) {
    is_paged_in_order(store, Sort::Position).await;
}

async fn the_order_of_creation_is_paged_in_both_directions(store: &Fresh) {
    is_paged_in_order(store, Sort::Created).await;
}

async fn the_order_of_change_is_paged_in_both_directions(store: &Fresh) {
    is_paged_in_order(store, Sort::Updated).await;
}

async fn the_order_of_deadlines_is_paged_in_both_directions(store: &Fresh) {
    is_paged_in_order(store, Sort::Due).await;
}

async fn the_order_of_priorities_is_paged_in_both_directions(store: &Fresh) {
    is_paged_in_order(store, Sort::Priority).await;
}

async fn the_order_of_titles_is_paged_in_both_directions(store: &Fresh) {
    is_paged_in_order(store, Sort::Title).await;
}

async fn keys_are_compared_bytewise(store: &Fresh) {
    // In bytes, which is neither any language's order nor that of UTF-16.
    let positions = [
        "", "\u{1}", " ", "!", "0", "00", "1", "A", "Z", "_", "a", "a\u{1}", "aa", "z", "~", "é",
    ];
    let wide = ["\u{fffd}", "\u{10000}", "🦀", "\u{10ffff}"];
    let in_bytes: Vec<&str> = positions.into_iter().chain(wide).collect();
    let todos: Vec<Todo> = (0..)
        .zip(&in_bytes)
        .map(|(number, text)| Todo {
            position: (*text).into(),
            ..todo(id(1), 100 - number)
        })
        .collect();
    created(store, &todos).await;
    for limit in [3, 100] {
        let query = TodoQuery {
            limit,
            ..by(Sort::Position, false)
        };
        let found = all_pages(&**store, id(1), &query).await;
        assert_eq!(
            found.iter().map(|todo| &todo.position).collect::<Vec<_>>(),
            in_bytes
        );
    }
}

async fn there_is_more_only_if_something_is_left_out(store: &Fresh) {
    created(store, &assorted_todos(id(1))[..4]).await;
    for (limit, found, more) in [(3, 3, true), (4, 4, false), (5, 4, false), (usize::MAX, 4, false)] {
        for sort in Sort::ALL {
            let page = store
                .todo_page(
                    id(1),
                    &TodoQuery {
                        limit,
                        ..by(sort, false)
                    },
                )
                .await
                .unwrap();
            assert_eq!(
                (page.items.len(), page.more),
                (found, more),
                "{sort:?}, {limit} at most"
            );
        }
    }
    let nobody = store.todo_page(id(3), &everything()).await.unwrap();
    assert!(nobody.items.is_empty() && !nobody.more);
}

async fn there_is_more_behind_those_that_have_a_value(store: &Fresh) {
    let due = |number| Todo {
        due: Some("2026-11-22".parse().unwrap()),
        ..todo(id(1), number)
    };
    created(store, &[due(1), due(2), todo(id(1), 3), todo(id(1), 4)]).await;
    let mut query = TodoQuery {
        limit: 2,
        ..by(Sort::Due, false)
    };
    let first = store.todo_page(id(1), &query).await.unwrap();
    assert_eq!((ids(&first.items), first.more), (vec![id(1), id(2)], true));
    query.after = Some(place_of(Sort::Due, &first.items[1]));
    let second = store.todo_page(id(1), &query).await.unwrap();
    assert_eq!((ids(&second.items), second.more), (vec![id(3), id(4)], false));
    query.after = Some(place_of(Sort::Due, &second.items[0]));
    let third = store.todo_page(id(1), &query).await.unwrap();
    assert_eq!((ids(&third.items), third.more), (vec![id(4)], false));
}

async fn a_place_needs_nobody_to_stand_there(store: &Fresh) {
    let todos = assorted_todos(id(1));
    created(store, &todos).await;
    for sort in Sort::ALL {
        for descending in [false, true] {
            let keys = [
                Some(""),
                Some("2"),
                Some("apfel"),
                Some("a"),
                Some("2090"),
                Some("\u{10ffff}"),
                None,
            ];
            for key in keys.map(|key| key.map(str::to_owned)) {
                let place = Place { key, id: id(1006) };
                let query = TodoQuery {
                    after: Some(place.clone()),
                    limit: 3,
                    ..by(sort, descending)
                };
                let page = store.todo_page(id(1), &query).await.unwrap();
                // Whoever stood there would be in front of exactly these.
                let is_behind = |todo: &&Todo| match (&place.key, sort.key_of(todo)) {
                    (Some(_), None) => true,
                    (None, Some(_)) => false,
                    (None, None) => (todo.id > place.id) != descending && todo.id != place.id,
                    (Some(there), Some(key)) => {
                        let (own, there) = ((&key, todo.id), (there, place.id));
                        (own > there) != descending && own != there
                    }
                };
                let behind: Vec<Todo> = todos.iter().filter(is_behind).cloned().collect();
                let expected = in_order(&behind, sort, descending);
                let first = &expected[..expected.len().min(3)];
                assert_eq!(
                    ids(&page.items),
                    first,
                    "{sort:?}, descending {descending}, behind {place:?}"
                );
                assert_eq!(page.more, expected.len() > 3);
            }
        }
    }
}

async fn what_moves_while_pages_are_read_neither_repeats_nor_loses_the_rest(store: &Fresh) {
    for (owner, sort) in (1..).zip(Sort::ALL) {
        for descending in [false, true] {
            let number = owner + if descending { 100 } else { 0 };
            let (owner, first_new) = (id(number), number * 1000 + 500);
            let standing = assorted_todos(owner);
            created(store, &standing).await;
            let mut query = TodoQuery {
                limit: 2,
                ..by(sort, descending)
            };
            let mut found = Vec::new();
            let mut coming = assorted_todos(owner).into_iter().zip(first_new..);
            loop {
                let page = store.todo_page(owner, &query).await.unwrap();
                query.after = page.items.last().map(|last| place_of(sort, last));
                let is_sound = !page.more || (!page.items.is_empty() && found.len() < 1000);
                assert!(is_sound, "the pages come to an end");
                found.extend(page.items);
                if !page.more {
                    break;
                }
                // Between two pages another comes, and goes again after the next.
                if let Some((like, number)) = coming.next() {
                    let new = Todo {
                        id: id(number),
                        ..like
                    };
                    created(store, std::slice::from_ref(&new)).await;
                    if number % 2 == 0 {
                        let gone = next_todo(&new, |todo| todo.deleted_at = Some(at(9)));
                        assert!(store.replace_todo(&gone, 1).await.unwrap());
                    }
                }
            }
            let mut all = ids(&found);
            all.retain(|found| *found < id(first_new));
            assert_eq!(
                all,
                in_order(&standing, sort, descending),
                "{sort:?}, descending {descending}"
            );
            let mut distinct = ids(&found);
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), found.len(), "none comes twice");
        }
    }
}

async fn a_todo_moves_in_every_order_when_it_is_replaced(store: &Fresh) {
    created(store, &[todo(id(1), 1), todo(id(1), 2)]).await;
    let moved = next_todo(&todo(id(1), 1), |todo| {
        todo.title = "zz".into();
        todo.position = "~".into();
        todo.created_at = at(100);
        todo.updated_at = at(100);
        todo.priority = Some(rondo::model::Priority::Low);
        todo.due = Some("2026-11-22".parse().unwrap());
    });
    assert!(store.replace_todo(&moved, 1).await.unwrap());
    for sort in Sort::ALL {
        let page = store.todo_page(id(1), &by(sort, false)).await.unwrap();
        let expected = if sort.is_nullable() { [1, 2] } else { [2, 1] };
        assert_eq!(ids(&page.items), expected.map(id), "{sort:?}");
    }
    let plain = Todo {
        version: 3,
        ..todo(id(1), 1)
    };
    assert!(store.replace_todo(&plain, 2).await.unwrap());
    for sort in Sort::ALL {
        let page = store.todo_page(id(1), &by(sort, false)).await.unwrap();
        assert_eq!(ids(&page.items), [1, 2].map(id), "{sort:?}");
    }
}

on_each_keeper!(migrated:
    the_order_by_hand_is_paged_in_both_directions,
    the_order_of_creation_is_paged_in_both_directions,
    the_order_of_change_is_paged_in_both_directions,
    the_order_of_deadlines_is_paged_in_both_directions,
    the_order_of_priorities_is_paged_in_both_directions,
    the_order_of_titles_is_paged_in_both_directions,
    keys_are_compared_bytewise,
    there_is_more_only_if_something_is_left_out,
    there_is_more_behind_those_that_have_a_value,
    a_place_needs_nobody_to_stand_there,
    what_moves_while_pages_are_read_neither_repeats_nor_loses_the_rest,
    a_todo_moves_in_every_order_when_it_is_replaced,
);
