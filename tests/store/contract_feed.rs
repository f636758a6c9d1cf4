//! `Feed`: what was written stands in the order of the writes, and whoever watches is told of it.

use std::time::Duration;

use rondo::model::{Change, ChangeKind, ChangePage, ChangePlace, Fate, Gone, Id, ListRole};
use rondo::store::{Store, Touched};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::keepers::Fresh;
use crate::values::{at, id, list, member, next_list, next_todo, todo};

/// Longer than any telling takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

async fn changes(store: &dyn Store, owner: Id, after: ChangePlace) -> ChangePage {
    store.changes(owner, after, 100).await.expect("a page of changes")
}

/// Id, version, and whether it is gone.
fn seen(page: &ChangePage) -> Vec<(Id, i64, bool)> {
    let each = page.items.iter();
    each.map(|item| (item.id(), item.version(), matches!(item, Change::Gone(_))))
        .collect()
}

/// Waits until the owner is told of, by himself or as one of all.
async fn is_told(watching: &mut Receiver<Touched>, owner: Id) {
    let told = timeout(PATIENCE, async {
        loop {
            match watching.recv().await {
                Ok(Touched::Owner(told)) if told != owner => {}
                Ok(_) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => panic!("the telling ended"),
            }
        }
    });
    told.await.expect("told in time");
}

/// Waits until the owner is told of by himself.
async fn is_named(watching: &mut Receiver<Touched>, owner: Id) {
    let told = timeout(PATIENCE, async {
        while watching.recv().await.expect("few are told") != Touched::Owner(owner) {}
    });
    told.await.expect("told in time");
}

async fn each_thing_stands_once_at_the_place_of_its_last_write(store: &Fresh) {
    let [first, second, third] = [1, 2, 3].map(|number| todo(id(7), number));
    for todo in [&first, &second, &third] {
        store.create_todo(todo).await.unwrap();
    }
    let page = changes(&**store, id(7), ChangePlace::START).await;
    assert_eq!(
        seen(&page),
        [(id(1), 1, false), (id(2), 1, false), (id(3), 1, false)]
    );
    assert!(!page.more && !page.rewound);
    let Change::Todo(told) = &page.items[0] else {
        panic!("{:?}", page.items[0])
    };
    assert_eq!(Some(&**told), store.todo(id(7), id(1)).await.unwrap().as_ref());

    let seen_so_far = page.items[2].place();
    let done = next_todo(&first, |todo| todo.set_done(true, at(9)));
    let trashed = next_todo(&second, |todo| {
        todo.list_id = Some(id(5));
        todo.deleted_at = Some(at(10));
    });
    assert!(store.replace_todo(&done, 1).await.unwrap());
    assert!(store.replace_todo(&trashed, 1).await.unwrap());
    // Neither of them is a write.
    assert!(!store.replace_todo(&done, 1).await.unwrap());
    store.create_todo(&third).await.unwrap();
    let since = changes(&**store, id(7), seen_so_far).await;
    assert_eq!(seen(&since), [(id(1), 2, false), (id(2), 2, false)]);
    let Change::Todo(told) = &since.items[1] else {
        panic!("{:?}", since.items[1])
    };
    assert_eq!(told.deleted_at, Some(at(10)));

    assert!(store.purge_todo(id(7), id(2), at(11)).await.unwrap());
    let since = changes(&**store, id(7), seen_so_far).await;
    assert_eq!(seen(&since), [(id(1), 2, false), (id(2), 3, true)]);
    let Change::Gone(gone) = since.items[1] else {
        panic!("{:?}", since.items[1])
    };
    assert_eq!(gone.list_id, Some(id(5)));
    let everything = changes(&**store, id(7), ChangePlace::START).await;
    assert_eq!(
        seen(&everything),
        [(id(3), 1, false), (id(1), 2, false), (id(2), 3, true)]
    );
    let last = everything.items[2].place();
    assert_eq!(seen(&changes(&**store, id(7), last).await), []);
}

async fn lists_stand_among_to_dos_in_one_order(store: &Fresh) {
    store.create_list(&list(id(7), 50)).await.unwrap();
    store.create_todo(&todo(id(7), 1)).await.unwrap();
    store.create_list(&list(id(7), 51)).await.unwrap();
    store.create_todo(&todo(id(7), 2)).await.unwrap();
    store.create_list(&list(id(8), 60)).await.unwrap();
    let page = changes(&**store, id(7), ChangePlace::START).await;
    let expected = [50, 1, 51, 2].map(|number| (id(number), 1, false));
    assert_eq!(seen(&page), expected);
    let kinds: Vec<ChangeKind> = page.items.iter().map(Change::kind).collect();
    let [todo, list] = [ChangeKind::Todo, ChangeKind::List];
    assert_eq!(kinds, [list, todo, list, todo]);
    let Change::List(told) = &page.items[0] else {
        panic!("{:?}", page.items[0])
    };
    let made = store.list(id(7), id(50)).await.unwrap().unwrap();
    assert_eq!(**told, made);
    let seen_so_far = page.items[3].place();

    let renamed = next_list(&made, |list| list.name = "Renamed".into());
    assert!(store.replace_list(&renamed, 1).await.unwrap());
    // Neither of them is a write.
    assert!(!store.replace_list(&renamed, 1).await.unwrap());
    store.create_list(&made).await.unwrap();
    let since = changes(&**store, id(7), seen_so_far).await;
    assert_eq!(seen(&since), [(id(50), 2, false)]);
    let deleted = next_list(&renamed, |list| list.erase(Fate::Inbox, at(9)));
    assert!(store.replace_list(&deleted, 2).await.unwrap());
    let gone = |page: &ChangePage| {
        let last = page.items.last().expect("something");
        let gone = Gone {
            kind: ChangeKind::List,
            id: id(50),
            list_id: None,
            version: 3,
            stamp: last.place().stamp,
        };
        assert_eq!(*last, Change::Gone(gone));
    };
    let since = changes(&**store, id(7), seen_so_far).await;
    assert_eq!(since.items.len(), 1);
    gone(&since);
    // To see to its to-dos is no change of it.
    store.settle_list(id(7), id(50)).await.unwrap();
    assert_eq!(changes(&**store, id(7), seen_so_far).await.items, since.items);
    let everything = changes(&**store, id(7), ChangePlace::START).await;
    let ids: Vec<Id> = everything.items.iter().map(Change::id).collect();
    assert_eq!(ids, [1, 51, 2, 50].map(id));
    gone(&everything);

    store.remove_gone_lists(at(9)).await.unwrap();
    assert_eq!(changes(&**store, id(7), seen_so_far).await.items, since.items);
    store.remove_gone_lists(at(10)).await.unwrap();
    assert_eq!(seen(&changes(&**store, id(7), seen_so_far).await), []);
    store.remove_lists_of(id(7)).await.unwrap();
    let left = changes(&**store, id(7), ChangePlace::START).await;
    assert_eq!(seen(&left), [1, 2].map(|number| (id(number), 1, false)));
    let others = changes(&**store, id(8), ChangePlace::START).await;
    assert_eq!(seen(&others), [(id(60), 1, false)]);
}

async fn whom_a_list_is_shared_with_is_told_what_comes_into_it_and_what_goes(store: &Fresh) {
    let shared = next_list(&list(id(7), 50), |list| list.admit(member(8, ListRole::Viewer)));
    let [other, of_third] = [list(id(7), 51), list(id(6), 60)];
    for list in [&shared, &other, &of_third] {
        store.create_list(list).await.unwrap();
    }
    let [inside, outside, in_inbox] = [1, 2, 3].map(|number| todo(id(7), number));
    let inside = next_todo(&inside, |todo| todo.put_into(Some(id(50))));
    let outside = next_todo(&outside, |todo| todo.put_into(Some(id(51))));
    for todo in [&inside, &outside, &in_inbox, &todo(id(8), 20)] {
        store.create_todo(todo).await.unwrap();
    }
    let page = changes(&**store, id(8), ChangePlace::START).await;
    assert_eq!(
        seen(&page),
        [(id(50), 2, false), (id(1), 2, false), (id(20), 1, false)]
    );
    assert_eq!(page.sharers, [id(7)]);
    let Change::Todo(told) = &page.items[1] else {
        panic!("{:?}", page.items[1])
    };
    assert_eq!(Some(&**told), store.todo(id(7), id(1)).await.unwrap().as_ref());
    for limit in 1..4 {
        let page = store.changes(id(8), ChangePlace::START, limit).await.unwrap();
        assert_eq!((page.items.len(), page.more), (limit, limit < 3));
    }
    assert_eq!(seen(&changes(&**store, id(9), ChangePlace::START).await), []);
    let own = changes(&**store, id(7), ChangePlace::START).await;
    assert_eq!((own.items.len(), own.sharers), (5, vec![]));

    // One goes into a list that he does not see, one comes into the one that he does.
    let before = page.items[2].place();
    let gone = next_todo(&inside, |todo| todo.put_into(Some(id(51))));
    let come = next_todo(&outside, |todo| todo.put_into(Some(id(50))));
    assert!(store.replace_todo(&gone, 2).await.unwrap());
    assert!(store.replace_todo(&come, 2).await.unwrap());
    let since = changes(&**store, id(8), before).await;
    assert_eq!(seen(&since), [(id(1), 3, true), (id(2), 3, false)]);
    let own = changes(&**store, id(7), before).await;
    assert_eq!(seen(&own), [(id(1), 3, false), (id(2), 3, false)]);
    // In the trash it is whole, and purged it is gone, there and elsewhere.
    let trashed = next_todo(&come, |todo| todo.deleted_at = Some(at(5)));
    assert!(store.replace_todo(&trashed, 3).await.unwrap());
    let elsewhere = next_todo(&gone, |todo| todo.deleted_at = Some(at(5)));
    assert!(store.replace_todo(&elsewhere, 3).await.unwrap());
    let since = changes(&**store, id(8), before).await;
    assert_eq!(seen(&since), [(id(2), 4, false), (id(1), 4, true)]);
    for number in [1, 2] {
        assert!(store.purge_todo(id(7), id(number), at(6)).await.unwrap());
    }
    let since = changes(&**store, id(8), before).await;
    assert_eq!(seen(&since), [(id(1), 5, true), (id(2), 5, true)]);
}

async fn whom_a_list_is_not_shared_with_any_more_is_told_that_it_is_gone(store: &Fresh) {
    let first = next_list(&list(id(7), 50), |list| list.admit(member(8, ListRole::Viewer)));
    store.create_list(&first).await.unwrap();
    let inside = next_todo(&todo(id(7), 1), |todo| todo.put_into(Some(id(50))));
    store.create_todo(&inside).await.unwrap();
    let before = changes(&**store, id(8), ChangePlace::START).await;
    let before = before.items.last().expect("something").place();

    let dismissed = next_list(&first, |list| assert!(list.dismiss(id(8))));
    assert!(store.replace_list(&dismissed, 2).await.unwrap());
    let kept = store.list(id(7), id(50)).await.unwrap().unwrap();
    assert_eq!((kept.members, kept.left), (vec![], vec![id(8)]));
    assert_eq!(store.lists_shared_with(id(8)).await.unwrap(), []);
    let ticked = next_todo(&inside, |todo| todo.set_done(true, at(3)));
    assert!(store.replace_todo(&ticked, 2).await.unwrap());
    let since = changes(&**store, id(8), before).await;
    assert_eq!((seen(&since), since.sharers), (vec![(id(50), 3, true)], vec![]));
    let own = changes(&**store, id(7), before).await;
    assert_eq!(seen(&own), [(id(50), 3, false), (id(1), 3, false)]);

    // Again shared with him, it is there again, and so is what is written from then on.
    let again = next_list(&dismissed, |list| list.admit(member(8, ListRole::Viewer)));
    assert!(store.replace_list(&again, 3).await.unwrap());
    let opened = next_todo(&ticked, |todo| todo.set_done(false, at(4)));
    assert!(store.replace_todo(&opened, 3).await.unwrap());
    let since = changes(&**store, id(8), before).await;
    assert_eq!(seen(&since), [(id(50), 4, false), (id(1), 4, false)]);

    let deleted = next_list(&again, |list| list.erase(Fate::Inbox, at(9)));
    assert!(store.replace_list(&deleted, 4).await.unwrap());
    store
        .move_todos_of_list(id(7), id(50), Fate::Inbox, at(9))
        .await
        .unwrap();
    let since = changes(&**store, id(8), before).await;
    assert_eq!(seen(&since), [(id(50), 5, true)]);
    // Whoever deletes his account is forgotten there, and that is no change.
    store.forget_left(id(8)).await.unwrap();
    store.forget_left(id(8)).await.unwrap();
    assert_eq!(seen(&changes(&**store, id(8), before).await), []);
    let own = changes(&**store, id(7), before).await;
    assert_eq!(seen(&own), [(id(50), 5, true), (id(1), 5, false)]);
}

async fn pages_go_on_behind_the_last_change_and_behind_a_whole_stamp(store: &Fresh) {
    for number in 1..=7 {
        if number % 3 == 0 {
            store.create_list(&list(id(7), number)).await.unwrap();
        } else {
            store.create_todo(&todo(id(7), number)).await.unwrap();
        }
        store.create_todo(&todo(id(8), 100 + number)).await.unwrap();
    }
    for limit in [1, 2, 3, 6, 7, 8] {
        let (mut after, mut all) = (ChangePlace::START, Vec::new());
        loop {
            let page = store.changes(id(7), after, limit).await.unwrap();
            assert!(page.items.len() <= limit);
            assert_eq!(page.more, all.len() + page.items.len() < 7, "{limit}");
            let Some(last) = page.items.last() else { break };
            // Both name the same place here: no two writes have one stamp.
            after = if page.items.len() % 2 == 0 {
                last.place()
            } else {
                ChangePlace::behind(last.place().stamp)
            };
            all.extend(page.items);
        }
        let ids: Vec<Id> = all.iter().map(Change::id).collect();
        assert_eq!(ids, (1..=7).map(id).collect::<Vec<_>>(), "{limit}");
        assert!(all.is_sorted_by(|a, b| a.place() < b.place()));
    }
}

async fn what_is_removed_is_not_told_and_nobody_is_told_of_others(store: &Fresh) {
    for (owner, number) in [(7, 1), (8, 11)] {
        let mut trashed = todo(id(owner), number);
        trashed.deleted_at = Some(at(1));
        store.create_todo(&trashed).await.unwrap();
        store.create_todo(&todo(id(owner), number + 1)).await.unwrap();
        assert!(store.purge_todo(id(owner), id(number), at(5)).await.unwrap());
    }
    store.remove_gone_todos(at(5)).await.unwrap();
    let all = changes(&**store, id(7), ChangePlace::START).await;
    assert_eq!(seen(&all), [(id(2), 1, false), (id(1), 2, true)]);
    store.remove_gone_todos(at(6)).await.unwrap();
    let all = changes(&**store, id(7), ChangePlace::START).await;
    assert_eq!(seen(&all), [(id(2), 1, false)]);
    store.remove_todos_of(id(7)).await.unwrap();
    assert_eq!(seen(&changes(&**store, id(7), ChangePlace::START).await), []);
    assert_eq!(
        seen(&changes(&**store, id(8), ChangePlace::START).await),
        [(id(12), 1, false)]
    );
}

async fn what_is_settled_grows_and_a_place_ahead_of_everything_is_noticed(store: &Fresh) {
    let before = changes(&**store, id(7), ChangePlace::START).await.settled;
    store.create_todo(&todo(id(7), 1)).await.unwrap();
    let page = changes(&**store, id(7), ChangePlace::START).await;
    assert!(page.settled >= before);
    let last = page.items[0].place();
    assert!(!changes(&**store, id(7), last).await.rewound);
    let after = changes(&**store, id(7), ChangePlace::behind(page.settled)).await;
    assert!(!after.rewound);
    assert!(changes(&**store, id(7), ChangePlace::END).await.rewound);
    assert!(
        changes(&**store, id(7), ChangePlace::behind(u64::MAX >> 1))
            .await
            .rewound
    );
}

async fn whoever_watches_is_told_of_each_owner_whose_things_were_written(store: &Fresh) {
    let (mut one, mut other) = (store.watch(), store.watch());
    let first = todo(id(7), 1);
    store.create_todo(&first).await.unwrap();
    is_told(&mut one, id(7)).await;
    is_told(&mut other, id(7)).await;
    // From here on everything is told by its name: a stream of changes has begun, where there is one.
    let probe = async |owner| {
        let mut number: u32 = 1000;
        let mut watching = store.watch();
        loop {
            number += 1;
            store.create_todo(&todo(owner, number)).await.unwrap();
            let named = is_named(&mut watching, owner);
            if timeout(Duration::from_secs(2), named).await.is_ok() {
                return;
            }
        }
    };
    probe(id(9)).await;
    let mut watching = store.watch();
    let trashed = next_todo(&first, |todo| todo.deleted_at = Some(at(1)));
    assert!(store.replace_todo(&trashed, 1).await.unwrap());
    is_named(&mut watching, id(7)).await;
    let mut watching = store.watch();
    assert!(store.purge_todo(id(7), id(1), at(2)).await.unwrap());
    is_named(&mut watching, id(7)).await;
    let mut trashed = todo(id(8), 11);
    trashed.deleted_at = Some(at(1));
    store.create_todo(&trashed).await.unwrap();
    let mut watching = store.watch();
    store.purge_trash(None, at(5), at(6)).await.unwrap();
    is_named(&mut watching, id(8)).await;
    let made = list(id(10), 50);
    let mut watching = store.watch();
    store.create_list(&made).await.unwrap();
    is_named(&mut watching, id(10)).await;
    let deleted = next_list(&made, |list| list.erase(Fate::Inbox, at(9)));
    let mut watching = store.watch();
    assert!(store.replace_list(&deleted, 1).await.unwrap());
    is_named(&mut watching, id(10)).await;
    // And whom a list is shared with, or was.
    let shared = next_list(&list(id(10), 51), |list| list.admit(member(11, ListRole::Viewer)));
    let mut watching = store.watch();
    store.create_list(&shared).await.unwrap();
    is_named(&mut watching, id(11)).await;
    let dismissed = next_list(&shared, |list| assert!(list.dismiss(id(11))));
    let mut watching = store.watch();
    assert!(store.replace_list(&dismissed, 2).await.unwrap());
    is_named(&mut watching, id(11)).await;
}

async fn what_another_process_writes_is_told_too(store: &Fresh) {
    let other = store.open_again().await;
    let mut watching = store.watch();
    // The first telling may be that the stream of changes begins, before anything was written.
    let mut number = 0;
    loop {
        number += 1;
        other.create_todo(&todo(id(7), number)).await.unwrap();
        let named = is_named(&mut watching, id(7));
        if timeout(Duration::from_secs(2), named).await.is_ok() {
            break;
        }
        assert!(number < 10, "nobody told of another process's writes");
    }
    other.create_list(&list(id(8), 50)).await.unwrap();
    is_named(&mut watching, id(8)).await;
    let told = changes(&**store, id(7), ChangePlace::START).await;
    assert!(!told.items.is_empty());
    other.close().await;
}

on_each_keeper!(migrated:
    each_thing_stands_once_at_the_place_of_its_last_write,
    lists_stand_among_to_dos_in_one_order,
    whom_a_list_is_shared_with_is_told_what_comes_into_it_and_what_goes,
    whom_a_list_is_not_shared_with_any_more_is_told_that_it_is_gone,
    pages_go_on_behind_the_last_change_and_behind_a_whole_stamp,
    what_is_removed_is_not_told_and_nobody_is_told_of_others,
    what_is_settled_grows_and_a_place_ahead_of_everything_is_noticed,
    whoever_watches_is_told_of_each_owner_whose_things_were_written,
);

mod other_processes {
    use super::what_another_process_writes_is_told_too;

    on_each_keeper!(mongo; migrated: what_another_process_writes_is_told_too);
}
