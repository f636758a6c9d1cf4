//! `Lists`: owners, versions, order, counts, and what becomes of the to-dos of a list that is deleted.

use std::collections::BTreeMap;

use rondo::model::{Fate, Id, List, ListRole, Member, Sort, Todo, TodoFilter, TodoQuery};

use crate::keepers::{Fresh, Kind};
use crate::values::{
    at, at_once, filtered, how_many_true, id, list, member, next_list, next_todo, todo, unstamped,
};

async fn created(store: &Fresh, owner: u32, number: u32) -> List {
    store.create_list(&list(id(owner), number)).await.unwrap();
    kept(store, owner, number).await.expect("it was created")
}

async fn kept(store: &Fresh, owner: u32, number: u32) -> Option<List> {
    store.list(id(owner), id(number)).await.unwrap()
}

async fn deleted(store: &Fresh, list: &List, fate: Fate, seconds: i64) -> List {
    let gone = next_list(list, |list| list.erase(fate, at(seconds)));
    assert!(store.replace_list(&gone, list.version).await.unwrap());
    gone
}

/// The lists of others that this user sees, as owners, ids and roles.
async fn shared_with(store: &Fresh, user: u32) -> Vec<(Id, Id, ListRole)> {
    let lists = store.lists_shared_with(id(user)).await.unwrap();
    let role = |list: &List| {
        let own = list.members.iter().find(|member| member.user_id == id(user));
        own.expect("a member").role
    };
    lists
        .iter()
        .map(|list| (list.owner, list.id, role(list)))
        .collect()
}

async fn lists_are_found_by_whom_they_are_shared_with_as_long_as_they_are(store: &Fresh) {
    use ListRole::{Editor, Viewer};
    let share = async |list: &List, members: Vec<Member>| {
        let next = next_list(list, |list| list.members = members);
        assert!(store.replace_list(&next, list.version).await.unwrap());
        store
            .list(list.owner, list.id)
            .await
            .unwrap()
            .expect("it is there")
    };
    let second = created(store, 2, 20).await;
    let first = created(store, 1, 11).await;
    let other = List {
        position: "0".into(),
        members: vec![member(3, Viewer)],
        ..list(id(1), 12)
    };
    store.create_list(&other).await.unwrap();
    created(store, 3, 30).await;
    let second = share(&second, vec![member(4, Viewer), member(3, Viewer)]).await;
    let first = share(&first, vec![member(3, Editor)]).await;
    // By owners, then as they stand there.
    assert_eq!(
        shared_with(store, 3).await,
        [
            (id(1), id(12), Viewer),
            (id(1), id(11), Editor),
            (id(2), id(20), Viewer)
        ]
    );
    assert_eq!(shared_with(store, 4).await, [(id(2), id(20), Viewer)]);
    assert!(shared_with(store, 1).await.is_empty(), "its owner is no member");

    let second = share(&second, vec![member(4, Editor)]).await;
    deleted(store, &first, Fate::Inbox, 5).await;
    assert_eq!(shared_with(store, 3).await, [(id(1), id(12), Viewer)]);
    assert_eq!(shared_with(store, 4).await, [(id(2), id(20), Editor)]);
    // A replacement that fails changes nobody.
    let stale = next_list(&second, |list| list.members.clear());
    assert!(!store.replace_list(&stale, 1).await.unwrap());
    assert_eq!(shared_with(store, 4).await.len(), 1);
    store.remove_lists_of(id(2)).await.unwrap();
    assert!(shared_with(store, 4).await.is_empty());
}

fn without_stamp(list: &List) -> List {
    List {
        stamp: 0,
        ..list.clone()
    }
}

async fn ids(store: &Fresh, owner: u32) -> Vec<Id> {
    let lists = store.lists_of(id(owner)).await.unwrap();
    lists.iter().map(|list| list.id).collect()
}

async fn leaving(store: &Fresh) -> Vec<List> {
    let leaving = store.leaving_lists(100).await.unwrap();
    leaving.iter().map(without_stamp).collect()
}

async fn all_of_a_list_is_kept_and_found_by_its_owner_only(store: &Fresh) {
    let full = List {
        name: "'; DROP TABLE lists; -- $set é\u{202e}🦀".into(),
        color: Some("#0a1b2c".parse().unwrap()),
        archived: true,
        position: "~é".into(),
        members: vec![member(3, ListRole::Viewer), member(2, ListRole::Editor)],
        updated_at: at(7),
        version: 9_007_199_254_740_993,
        ..list(id(1), 10)
    };
    store.create_list(&full).await.unwrap();
    let found = kept(store, 1, 10).await.unwrap();
    assert_eq!(without_stamp(&found), full);
    assert_eq!(store.lists_of(id(1)).await.unwrap(), [found]);
    assert_eq!(kept(store, 2, 10).await, None);
    assert_eq!(kept(store, 1, 11).await, None);
    assert!(ids(store, 2).await.is_empty());
}

async fn a_create_that_is_repeated_changes_nothing_even_when_the_list_was_deleted_since(store: &Fresh) {
    let made = created(store, 1, 10).await;
    let again = List {
        name: "Other".into(),
        ..list(id(1), 10)
    };
    store.create_list(&again).await.unwrap();
    assert_eq!(kept(store, 1, 10).await.as_ref(), Some(&made));
    deleted(store, &made, Fate::Inbox, 1).await;
    store.create_list(&again).await.unwrap();
    assert_eq!(kept(store, 1, 10).await, None);
    // Whether two owners may use one id is not said, only that it does no harm.
    let _ = store.create_list(&list(id(2), 10)).await;
    assert_eq!(kept(store, 1, 10).await, None);
}

async fn a_list_is_replaced_at_its_version_only_and_never_once_it_was_deleted(store: &Fresh) {
    let made = created(store, 1, 10).await;
    let renamed = next_list(&made, |list| {
        list.name = "Renamed".into();
        list.color = Some("#ffffff".parse().expect("a colour"));
        list.archived = true;
        list.position = "x".into();
        list.members = vec![member(2, ListRole::Viewer)];
        list.updated_at = at(3);
    });
    for version in [0, 2, -1, i64::MAX] {
        assert!(!store.replace_list(&renamed, version).await.unwrap(), "{version}");
    }
    let stolen = List {
        owner: id(2),
        ..renamed.clone()
    };
    assert!(!store.replace_list(&stolen, 1).await.unwrap());
    assert_eq!(kept(store, 1, 10).await.as_ref(), Some(&made));
    assert!(store.replace_list(&renamed, 1).await.unwrap());
    let found = kept(store, 1, 10).await.unwrap();
    assert_eq!(without_stamp(&found), without_stamp(&renamed));
    let plain = next_list(&found, |list| {
        list.color = None;
        list.archived = false;
        list.members.clear();
    });
    assert!(store.replace_list(&plain, 2).await.unwrap());
    let found = kept(store, 1, 10).await.unwrap();
    assert_eq!(
        without_stamp(&found),
        without_stamp(&plain),
        "what is no longer set is gone"
    );

    let gone = deleted(store, &found, Fate::Trash, 5).await;
    assert_eq!(kept(store, 1, 10).await, None);
    assert!(ids(store, 1).await.is_empty());
    let back = next_list(&gone, |list| list.deleted_at = None);
    assert!(!store.replace_list(&back, gone.version).await.unwrap());
    assert_eq!(leaving(store).await, [without_stamp(&gone)]);
}

async fn of_many_who_replace_one_version_one_succeeds(store: &Fresh) {
    let made = created(store, 1, 10).await;
    let answers = at_once(20, |number| {
        let (store, made) = (store.share(), made.clone());
        async move {
            let mine = next_list(&made, |list| list.name = format!("By {number}"));
            store.replace_list(&mine, 1).await
        }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    assert_eq!(kept(store, 1, 10).await.unwrap().version, 2);
}

async fn lists_stand_in_the_order_of_their_positions_and_ids(store: &Fresh) {
    for (number, position) in [(10, "b"), (11, "a"), (12, "b"), (13, "B"), (14, "a0"), (15, "é")] {
        let list = List {
            position: position.into(),
            ..list(id(1), number)
        };
        store.create_list(&list).await.unwrap();
    }
    created(store, 2, 20).await;
    assert_eq!(ids(store, 1).await, [13, 11, 14, 10, 12, 15].map(id));
}

async fn stamps_of_lists_and_to_dos_grow_in_one_order(store: &Fresh) {
    let first = created(store, 1, 10).await;
    store.create_todo(&todo(id(1), 20)).await.unwrap();
    let second = store.todo(id(1), id(20)).await.unwrap().unwrap();
    assert!(second.stamp > first.stamp);
    let next = next_list(&first, |list| list.name = "Renamed".into());
    assert!(store.replace_list(&next, 1).await.unwrap());
    let third = kept(store, 1, 10).await.unwrap();
    assert!(third.stamp > second.stamp);
    deleted(store, &third, Fate::Inbox, 1).await;
    let fourth = store.leaving_lists(1).await.unwrap().remove(0);
    assert!(fourth.stamp > third.stamp);
}

/// To-dos of the first owner in the lists 10 and 11 and in the inbox: open, done and in the trash.
async fn fill(store: &Fresh) -> Vec<Todo> {
    let mut made = Vec::new();
    for (place, list) in (0..).zip([Some(id(10)), Some(id(11)), None]) {
        for number in 0..4 {
            let mut todo = todo(id(1), 100 * (place + 1) + number);
            todo.list_id = list;
            todo.notes = "Kept".into();
            todo.set_done(number == 2, at(1));
            todo.deleted_at = (number == 3).then(|| at(2));
            store.create_todo(&todo).await.unwrap();
            made.push(todo);
        }
    }
    let other = Todo {
        list_id: Some(id(10)),
        ..todo(id(2), 900)
    };
    store.create_todo(&other).await.unwrap();
    made
}

async fn open_to_dos_are_counted_by_list_and_by_owner(store: &Fresh) {
    assert_eq!(store.open_counts(id(1)).await.unwrap(), BTreeMap::new());
    fill(store).await;
    let counts = store.open_counts(id(1)).await.unwrap();
    assert_eq!(counts, [(None, 2), (Some(id(10)), 2), (Some(id(11)), 2)].into());
    assert_eq!(
        store.open_counts(id(2)).await.unwrap(),
        [(Some(id(10)), 1)].into()
    );
    // One is ticked off, the other goes elsewhere.
    for number in [100, 101] {
        let todo = store.todo(id(1), id(number)).await.unwrap().unwrap();
        let next = next_todo(&todo, |todo| {
            todo.set_done(number == 100, at(3));
            todo.list_id = Some(id(12)).filter(|_| number == 101).or(todo.list_id);
        });
        assert!(store.replace_todo(&next, 1).await.unwrap());
    }
    let counts = store.open_counts(id(1)).await.unwrap();
    // In the list 10 is none that is open.
    assert_eq!(counts, [(None, 2), (Some(id(11)), 2), (Some(id(12)), 1)].into());
}

/// Moves the to-dos out of the list 10 and compares all of them with what is expected.
async fn moves(store: &Fresh, fate: Fate) {
    let before = fill(store).await;
    let mut last = 0;
    for todo in &before {
        last = store.todo(id(1), todo.id).await.unwrap().unwrap().stamp.max(last);
    }
    let others = store.todo(id(2), id(900)).await.unwrap();
    for _ in 0..2 {
        // The second time there is nothing left to move.
        store
            .move_todos_of_list(id(1), id(10), fate, at(500))
            .await
            .unwrap();
        let mut stamps = Vec::new();
        for todo in &before {
            let found = store
                .todo(id(1), todo.id)
                .await
                .unwrap()
                .expect("nothing is lost");
            let mut expected = todo.clone();
            if todo.list_id == Some(id(10)) {
                expected = next_todo(todo, |todo| {
                    todo.list_id = None;
                    todo.updated_at = todo.updated_at.max(at(500));
                    if fate == Fate::Trash {
                        todo.deleted_at = todo.deleted_at.or(Some(at(500)));
                    }
                });
                assert!(found.stamp > last, "it is a change");
                stamps.push(found.stamp);
            }
            assert_eq!(unstamped(&found), expected);
        }
        stamps.sort_unstable();
        stamps.dedup();
        assert_eq!(stamps.len(), 4, "each change has a stamp of its own");
    }
    assert_eq!(store.todo(id(2), id(900)).await.unwrap(), others);
    // It is found where it is now, by its new key too.
    let page = store
        .todo_page(id(1), &filtered_by_list(None, false))
        .await
        .unwrap();
    let expected = if fate == Fate::Trash { 3 } else { 6 };
    assert_eq!(page.items.len(), expected);
    let page = store
        .todo_page(id(1), &filtered_by_list(None, true))
        .await
        .unwrap();
    assert_eq!(page.items.len(), if fate == Fate::Trash { 5 } else { 2 });
    let page = store
        .todo_page(id(1), &filtered_by_list(Some(id(10)), false))
        .await;
    assert!(page.unwrap().items.is_empty());
    // By its new key, too.
    let newest = TodoQuery {
        sort: Sort::Updated,
        descending: true,
        ..filtered_by_list(None, true)
    };
    let page = store.todo_page(id(1), &newest).await.unwrap();
    assert_eq!(page.items[0].updated_at, at(500));
}

fn filtered_by_list(list: Option<Id>, trashed: bool) -> TodoQuery {
    filtered(TodoFilter {
        list: Some(list),
        trashed,
        ..TodoFilter::default()
    })
}

async fn the_to_dos_of_a_list_go_into_the_inbox_those_in_the_trash_stay_there(store: &Fresh) {
    moves(store, Fate::Inbox).await;
}

async fn the_to_dos_of_a_list_go_into_the_trash(store: &Fresh) {
    moves(store, Fate::Trash).await;
}

async fn a_list_of_many_to_dos_is_moved_whole(store: &Fresh) {
    // More than either keeper moves at a time.
    let many = if store.kind() == Kind::Mongo { 50 } else { 1100 };
    for number in 0..many {
        let todo = Todo {
            list_id: Some(id(10)),
            ..todo(id(1), number)
        };
        store.create_todo(&todo).await.unwrap();
    }
    store
        .move_todos_of_list(id(1), id(10), Fate::Inbox, at(5000))
        .await
        .unwrap();
    assert_eq!(
        store.open_counts(id(1)).await.unwrap(),
        [(None, u64::from(many))].into()
    );
}

async fn what_is_gone_is_not_moved(store: &Fresh) {
    let inside = Todo {
        list_id: Some(id(10)),
        deleted_at: Some(at(1)),
        ..todo(id(1), 100)
    };
    store.create_todo(&inside).await.unwrap();
    assert!(store.purge_todo(id(1), id(100), at(2)).await.unwrap());
    store
        .move_todos_of_list(id(1), id(10), Fate::Trash, at(3))
        .await
        .unwrap();
    assert_eq!(store.todo(id(1), id(100)).await.unwrap(), None);
}

async fn a_deleted_list_leaves_until_it_is_settled_and_is_forgotten_later(store: &Fresh) {
    let (first, second) = (created(store, 1, 10).await, created(store, 2, 20).await);
    let third = created(store, 1, 11).await;
    let second = deleted(store, &second, Fate::Trash, 1).await;
    let first = deleted(store, &first, Fate::Inbox, 2).await;
    assert_eq!(leaving(store).await, [&second, &first].map(without_stamp));
    assert_eq!(store.leaving_lists(1).await.unwrap().len(), 1);
    assert!(store.leaving_lists(0).await.unwrap().is_empty());
    // One that is not deleted has nothing to settle; nor has somebody else's.
    store.settle_list(id(1), third.id).await.unwrap();
    store.settle_list(id(1), second.id).await.unwrap();
    assert_eq!(leaving(store).await.len(), 2);
    store.settle_list(id(1), first.id).await.unwrap();
    store.settle_list(id(1), first.id).await.unwrap();
    assert_eq!(leaving(store).await, [without_stamp(&second)]);

    // What is settled is known until it is removed, and then its id is as good as new.
    store.remove_gone_lists(at(2)).await.unwrap();
    store.create_list(&list(id(1), 10)).await.unwrap();
    assert_eq!(kept(store, 1, 10).await, None);
    store.remove_gone_lists(at(3)).await.unwrap();
    store.create_list(&list(id(1), 10)).await.unwrap();
    assert!(kept(store, 1, 10).await.is_some());
    assert_eq!(
        leaving(store).await,
        [without_stamp(&second)],
        "it still has its to-dos"
    );
    assert_eq!(ids(store, 1).await, [id(10), id(11)]);
}

async fn all_lists_of_an_owner_are_removed_and_no_others(store: &Fresh) {
    let made = created(store, 1, 10).await;
    created(store, 1, 11).await;
    created(store, 2, 20).await;
    deleted(store, &made, Fate::Trash, 1).await;
    store.remove_lists_of(id(1)).await.unwrap();
    assert!(ids(store, 1).await.is_empty() && leaving(store).await.is_empty());
    assert_eq!(ids(store, 2).await, [id(20)]);
    store.create_list(&list(id(1), 10)).await.unwrap();
    assert_eq!(ids(store, 1).await, [id(10)]);
}

on_each_keeper!(migrated:
    all_of_a_list_is_kept_and_found_by_its_owner_only,
    a_create_that_is_repeated_changes_nothing_even_when_the_list_was_deleted_since,
    a_list_is_replaced_at_its_version_only_and_never_once_it_was_deleted,
    lists_are_found_by_whom_they_are_shared_with_as_long_as_they_are,
    of_many_who_replace_one_version_one_succeeds,
    lists_stand_in_the_order_of_their_positions_and_ids,
    stamps_of_lists_and_to_dos_grow_in_one_order,
    open_to_dos_are_counted_by_list_and_by_owner,
    the_to_dos_of_a_list_go_into_the_inbox_those_in_the_trash_stay_there,
    the_to_dos_of_a_list_go_into_the_trash,
    a_list_of_many_to_dos_is_moved_whole,
    what_is_gone_is_not_moved,
    a_deleted_list_leaves_until_it_is_settled_and_is_forgotten_later,
    all_lists_of_an_owner_are_removed_and_no_others,
);
