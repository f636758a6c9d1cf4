//! `Families`: to-dos and their steps.

use rondo::model::{Basis, Due, FamilyChange, Id, Progress, Recurrence, Todo};

use crate::keepers::Fresh;
use crate::values::{at, at_once, id, next_todo, todo, unstamped};

/// A to-do of this owner, marked as a parent, with so many steps.
async fn family(store: &Fresh, owner: u32, number: u32, steps: u32) -> (Todo, Vec<Id>) {
    store.create_todo(&todo(id(owner), number)).await.unwrap();
    assert!(store.mark_parent(id(owner), id(number)).await.unwrap());
    let mut ids = Vec::new();
    for step in 1..=steps {
        let step = Todo {
            parent_id: Some(id(number)),
            ..todo(id(owner), number + step)
        };
        store.create_todo(&step).await.unwrap();
        ids.push(step.id);
    }
    (kept(store, owner, id(number)).await, ids)
}

async fn kept(store: &Fresh, owner: u32, number: Id) -> Todo {
    let found = store.todo(id(owner), number).await.unwrap();
    found.expect("it is there")
}

/// Writes the to-do as changed, and what follows for its steps.
async fn written(store: &Fresh, old: &Todo, change: impl FnOnce(&mut Todo)) -> Todo {
    let next = next_todo(old, change);
    let family = FamilyChange::between(old, &next).expect("it means something");
    assert!(store.replace_family(&next, old.version, &family).await.unwrap());
    next
}

async fn a_parent_is_marked_once_and_nothing_else_of_it_changes(store: &Fresh) {
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    let before = kept(store, 1, id(10)).await;
    for _ in 0..2 {
        assert!(store.mark_parent(id(1), id(10)).await.unwrap());
        let marked = Todo {
            has_children: true,
            ..before.clone()
        };
        assert_eq!(kept(store, 1, id(10)).await, marked, "nor its stamp");
    }
    assert!(
        !store.mark_parent(id(2), id(10)).await.unwrap(),
        "it is another's"
    );
    assert!(!store.mark_parent(id(1), id(11)).await.unwrap(), "there is none");
    let step = Todo {
        parent_id: Some(id(10)),
        ..todo(id(1), 12)
    };
    store.create_todo(&step).await.unwrap();
    assert!(!store.mark_parent(id(1), id(12)).await.unwrap(), "it is a step");
    let trashed = next_todo(&kept(store, 1, id(10)).await, |todo| {
        todo.deleted_at = Some(at(5))
    });
    assert!(store.replace_todo(&trashed, 1).await.unwrap());
    assert!(
        !store.mark_parent(id(1), id(10)).await.unwrap(),
        "it is in the trash"
    );
    assert!(store.purge_todo(id(1), id(10), at(6)).await.unwrap());
    assert!(!store.mark_parent(id(1), id(10)).await.unwrap(), "it is gone");
}

async fn the_mark_counts_like_the_version_when_a_todo_is_written(store: &Fresh) {
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    let before = kept(store, 1, id(10)).await;
    assert!(store.mark_parent(id(1), id(10)).await.unwrap());
    // Who read it before knows nothing of steps: what it writes would pass over them.
    let next = next_todo(&before, |todo| todo.parent_id = Some(id(20)));
    assert!(!store.replace_todo(&next, 1).await.unwrap());
    let change = FamilyChange::default();
    assert!(!store.replace_family(&next, 1, &change).await.unwrap());
    let marked = kept(store, 1, id(10)).await;
    let next = next_todo(&marked, |todo| todo.title = "x".into());
    assert!(store.replace_todo(&next, 1).await.unwrap());
    assert!(kept(store, 1, id(10)).await.has_children);
}

async fn of_one_that_becomes_a_step_and_a_parent_at_once_one_thing_comes_true(store: &Fresh) {
    for round in 0..10 {
        let number = 10 + round;
        store.create_todo(&todo(id(1), number)).await.unwrap();
        let before = kept(store, 1, id(number)).await;
        let keeper = store.share();
        let answers = at_once(2, |call| {
            let (keeper, before) = (keeper.clone(), before.clone());
            async move {
                if call == 0 {
                    return keeper.mark_parent(before.owner, before.id).await;
                }
                let step = next_todo(&before, |todo| todo.parent_id = Some(id(5)));
                keeper.replace_todo(&step, 1).await
            }
        })
        .await;
        let came_true = answers.iter().filter(|answer| *answer.as_ref().unwrap()).count();
        let after = kept(store, 1, id(number)).await;
        assert_eq!(came_true, 1, "{after:?}");
        assert_ne!(after.has_children, after.parent_id.is_some());
    }
}

async fn steps_follow_what_is_written_of_their_todo(store: &Fresh) {
    // More than a keeper may write in one go.
    let (parent, steps) = family(store, 1, 100, 45).await;
    let early = next_todo(&kept(store, 1, steps[3]).await, |step| {
        step.deleted_at = Some(at(3))
    });
    assert!(store.replace_todo(&early, 1).await.unwrap());
    let (others, of_others) = family(store, 2, 200, 2).await;
    let bystander = todo(id(1), 99);
    store.create_todo(&bystander).await.unwrap();

    let refused = next_todo(&parent, |todo| todo.set_done(true, at(4)));
    let change = FamilyChange::between(&parent, &refused).unwrap();
    assert!(
        !store.replace_family(&refused, 7, &change).await.unwrap(),
        "it has another version"
    );
    assert!(!kept(store, 1, steps[0]).await.done);

    let done = written(store, &parent, |todo| {
        todo.set_done(true, at(5));
        todo.updated_at = at(5);
    })
    .await;
    let stamp = kept(store, 1, parent.id).await.stamp;
    for step in &steps {
        let step = kept(store, 1, *step).await;
        if step.id == early.id {
            assert_eq!(unstamped(&step), unstamped(&early));
        } else {
            assert_eq!(
                (step.done, step.completed_at, step.version),
                (true, Some(at(5)), 2)
            );
            assert!(step.stamp > stamp, "it has a place of its own in the order");
        }
    }
    let trashed = written(store, &done, |todo| todo.deleted_at = Some(at(6))).await;
    for step in &steps {
        let at = if *step == early.id { at(3) } else { at(6) };
        assert_eq!(kept(store, 1, *step).await.deleted_at, Some(at));
    }
    let restored = written(store, &trashed, |todo| todo.deleted_at = None).await;
    written(store, &restored, |todo| todo.list_id = Some(id(7))).await;
    for step in &steps {
        let step = kept(store, 1, *step).await;
        let is_early = step.id == early.id;
        assert_eq!(step.deleted_at, is_early.then_some(at(3)));
        assert_eq!((step.done, step.list_id), (!is_early, Some(id(7))));
    }
    for id_of_it in of_others.iter().chain([&others.id]) {
        assert_eq!(kept(store, 2, *id_of_it).await.version, 1);
    }
    assert_eq!(kept(store, 1, id(99)).await.version, 1);
    let mut stamps = Vec::new();
    for step in &steps {
        stamps.push(kept(store, 1, *step).await.stamp);
    }
    stamps.sort_unstable();
    assert!(stamps.windows(2).all(|pair| pair[0] < pair[1]), "{stamps:?}");
    store.resume_families(at(99)).await.unwrap();
    assert_eq!(
        kept(store, 1, steps[0]).await.version,
        5,
        "nothing was left to do"
    );
}

async fn steps_are_open_again_when_their_todo_goes_on_to_the_next_occurrence(store: &Fresh) {
    let (plain, steps) = family(store, 1, 100, 45).await;
    let due: Due = "2026-11-25".parse().unwrap();
    let series = Recurrence::new("FREQ=DAILY".parse().unwrap(), Basis::Due, due.clone());
    let first = next_todo(&plain, |todo| {
        todo.due = Some(due);
        todo.recurrence = Some(Box::new(series));
    });
    assert!(store.replace_todo(&first, 1).await.unwrap());
    for (number, step) in steps.iter().enumerate().skip(1) {
        let done = next_todo(&kept(store, 1, *step).await, |step| {
            // One of them after the to-do.
            step.set_done(true, at(if number == 1 { 9 } else { 4 }));
        });
        assert!(store.replace_todo(&done, 1).await.unwrap());
    }
    let second = written(store, &first, |todo| todo.set_done(true, at(5))).await;
    assert_eq!(unstamped(&kept(store, 1, plain.id).await), unstamped(&second));
    for (number, step) in steps.iter().enumerate() {
        let step = kept(store, 1, *step).await;
        let expected = match number {
            0 => (false, None, 1),
            1 => (true, Some(at(9)), 2),
            _ => (false, None, 3),
        };
        assert_eq!((step.done, step.completed_at, step.version), expected);
    }
}

async fn what_is_purged_takes_its_steps_along(store: &Fresh) {
    let (parent, steps) = family(store, 1, 100, 3).await;
    let (_, of_others) = family(store, 1, 200, 1).await;
    assert!(!store.purge_todo(id(1), parent.id, at(5)).await.unwrap());
    assert_eq!(
        kept(store, 1, steps[0]).await.version,
        1,
        "it is not in the trash"
    );
    written(store, &parent, |todo| todo.deleted_at = Some(at(6))).await;
    assert!(store.purge_todo(id(1), parent.id, at(7)).await.unwrap());
    for gone in steps.iter().chain([&parent.id]) {
        assert_eq!(store.todo(id(1), *gone).await.unwrap(), None);
    }
    assert_eq!(kept(store, 1, of_others[0]).await.version, 1);
    // As the job does it: also a step that is not in the trash itself.
    let (parent, steps) = family(store, 1, 300, 25).await;
    let trashed = next_todo(&parent, |todo| todo.deleted_at = Some(at(8)));
    assert!(store.replace_todo(&trashed, 1).await.unwrap());
    store.purge_trash(None, at(9), at(9)).await.unwrap();
    for gone in steps.iter().chain([&parent.id]) {
        assert_eq!(store.todo(id(1), *gone).await.unwrap(), None);
    }
}

async fn progress_counts_the_steps_outside_the_trash(store: &Fresh) {
    let (parent, steps) = family(store, 1, 100, 4).await;
    let (other, _) = family(store, 1, 200, 1).await;
    let (empty, _) = family(store, 1, 300, 0).await;
    family(store, 2, 400, 2).await;
    for (step, seconds) in [(steps[0], None), (steps[1], Some(3))] {
        let step = kept(store, 1, step).await;
        let next = next_todo(&step, |step| {
            step.set_done(true, at(2));
            step.deleted_at = seconds.map(at);
        });
        assert!(store.replace_todo(&next, 1).await.unwrap());
    }
    let asked = [parent.id, other.id, empty.id, id(400), id(999)];
    let mut progress = store.progress(id(1), &asked).await.unwrap();
    progress.sort_by_key(|(id, _)| *id);
    let of = |done, total| Progress { done, total };
    assert_eq!(progress, [(parent.id, of(1, 3)), (other.id, of(0, 1))]);
    assert_eq!(store.progress(id(1), &[]).await.unwrap(), []);
    assert_eq!(store.progress(id(2), &[parent.id]).await.unwrap(), []);
}

async fn titles_are_those_of_the_owners_todos(store: &Fresh) {
    let (parent, steps) = family(store, 1, 100, 2).await;
    family(store, 2, 400, 0).await;
    written(store, &parent, |todo| {
        todo.title = "'; -- \u{202e}ä$".into();
        todo.deleted_at = Some(at(5));
    })
    .await;
    let asked = [parent.id, steps[1], id(400), id(999)];
    let mut titles = store.titles(id(1), &asked).await.unwrap();
    titles.sort();
    let expected = [
        (parent.id, "'; -- \u{202e}ä$".to_owned()),
        (steps[1], "To-do 102".to_owned()),
    ];
    assert_eq!(titles, expected);
    assert!(store.purge_todo(id(1), parent.id, at(6)).await.unwrap());
    assert_eq!(store.titles(id(1), &asked).await.unwrap(), []);
    assert_eq!(store.titles(id(1), &[]).await.unwrap(), []);
}

on_each_keeper!(migrated:
    a_parent_is_marked_once_and_nothing_else_of_it_changes,
    the_mark_counts_like_the_version_when_a_todo_is_written,
    of_one_that_becomes_a_step_and_a_parent_at_once_one_thing_comes_true,
    steps_follow_what_is_written_of_their_todo,
    steps_are_open_again_when_their_todo_goes_on_to_the_next_occurrence,
    what_is_purged_takes_its_steps_along,
    progress_counts_the_steps_outside_the_trash,
    titles_are_those_of_the_owners_todos,
);
