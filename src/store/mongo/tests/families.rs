//! A family that a process left half changed is found, and finished.

use bson::doc;

use super::{Trial, at, id, on_database, todo};
use crate::model::{Basis, Due, FamilyChange, Id, Recurrence, Todo};
use crate::store::mongo::Mongo;
use crate::store::mongo::documents::object_id;
use crate::store::{Families, Todos};

const OWNER: u8 = 1;
/// More than are written in one go.
const STEPS: std::ops::Range<u8> = 100..150;

/// A to-do with steps, as it is kept.
async fn family(keeper: &Mongo) -> Todo {
    keeper.create_todo(&todo(id(OWNER), 2)).await.unwrap();
    assert!(keeper.mark_parent(id(OWNER), id(2)).await.unwrap());
    for number in STEPS {
        let step = Todo {
            parent_id: Some(id(2)),
            ..todo(id(OWNER), number)
        };
        keeper.create_todo(&step).await.unwrap();
    }
    kept(keeper, id(2)).await
}

async fn kept(keeper: &Mongo, id_of_it: Id) -> Todo {
    keeper
        .todo(id(OWNER), id_of_it)
        .await
        .unwrap()
        .expect("it is there")
}

async fn steps(keeper: &Mongo) -> Vec<Todo> {
    let mut steps = Vec::new();
    for number in STEPS {
        steps.push(kept(keeper, id(number)).await);
    }
    steps
}

/// The to-do as it is written next, at that moment.
fn next(todo: &Todo, seconds: i64, change: impl FnOnce(&mut Todo)) -> Todo {
    let mut next = Todo {
        version: todo.version + 1,
        updated_at: at(seconds),
        ..todo.clone()
    };
    change(&mut next);
    next
}

/// The first half of a change, and then the process is gone. What the next one finds.
async fn begun(trial: &Trial, keeper: Mongo, old: &Todo, new: &Todo) -> Mongo {
    let change = FamilyChange::between(old, new).expect("it means something");
    let note = keeper.begin_family(new, old.version, &change).await.unwrap();
    assert!(note.is_some(), "the to-do was written");
    drop(keeper);
    assert_eq!(trial.db_all("families").await.len(), 1);
    trial.connect().await
}

#[tokio::test]
async fn what_was_completed_is_completed_with_all_of_its_steps() {
    on_database(
        "what_was_completed_is_completed_with_all_of_its_steps",
        async |trial| {
            let keeper = trial.ready().await;
            let open = family(&keeper).await;
            let done = next(&open, 5, |todo| todo.set_done(true, at(5)));
            let keeper = begun(trial, keeper, &open, &done).await;
            // Some have followed, and somebody has gone on with two: one of them is open again.
            let first = next(&kept(&keeper, id(100)).await, 5, |step| {
                step.set_done(true, at(5))
            });
            assert!(keeper.replace_todo(&first, 1).await.unwrap());
            let again = next(&first, 7, |step| step.set_done(false, at(7)));
            assert!(keeper.replace_todo(&again, 2).await.unwrap());
            let renamed = next(&kept(&keeper, id(101)).await, 8, |step| step.title = "x".into());
            assert!(keeper.replace_todo(&renamed, 1).await.unwrap());
            // It may still be under way.
            keeper.resume_families(at(5)).await.unwrap();
            assert!(steps(&keeper).await.iter().all(|step| !step.done));
            keeper.resume_families(at(5).plus_millis(1)).await.unwrap();
            for step in steps(&keeper).await {
                let is_touched = step.id == id(100) || step.id == id(101);
                assert_eq!(step.completed_at, (!is_touched).then_some(at(5)), "{step:?}");
            }
            assert!(trial.db_all("families").await.is_empty());
            let versions: Vec<i64> = steps(&keeper).await.iter().map(|step| step.version).collect();
            keeper.resume_families(at(99)).await.unwrap();
            let after: Vec<i64> = steps(&keeper).await.iter().map(|step| step.version).collect();
            assert_eq!(after, versions, "once is enough");
        },
    )
    .await;
}

#[tokio::test]
async fn what_went_into_the_trash_and_came_back_does_so_with_all_of_its_steps() {
    on_database(
        "what_went_into_the_trash_and_came_back_does_so_with_all_of_its_steps",
        async |trial| {
            let keeper = trial.ready().await;
            let live = family(&keeper).await;
            let early = next(&kept(&keeper, id(120)).await, 3, |step| {
                step.deleted_at = Some(at(3))
            });
            assert!(keeper.replace_todo(&early, 1).await.unwrap());
            let trashed = next(&live, 5, |todo| todo.deleted_at = Some(at(5)));
            let keeper = begun(trial, keeper, &live, &trashed).await;
            keeper.resume_families(at(6)).await.unwrap();
            let moment = |step: &Todo| if step.id == id(120) { at(3) } else { at(5) };
            assert!(
                steps(&keeper)
                    .await
                    .iter()
                    .all(|step| step.deleted_at == Some(moment(step)))
            );
            let restored = next(&trashed, 9, |todo| todo.deleted_at = None);
            let keeper = begun(trial, keeper, &trashed, &restored).await;
            keeper.resume_families(at(10)).await.unwrap();
            for step in steps(&keeper).await {
                assert_eq!(step.deleted_at, (step.id == id(120)).then_some(at(3)), "{step:?}");
            }
            assert!(trial.db_all("families").await.is_empty());
        },
    )
    .await;
}

#[tokio::test]
async fn what_went_on_to_its_next_occurrence_has_all_of_its_steps_open() {
    on_database(
        "what_went_on_to_its_next_occurrence_has_all_of_its_steps_open",
        async |trial| {
            let keeper = trial.ready().await;
            let plain = family(&keeper).await;
            let due: Due = "2026-11-25".parse().unwrap();
            let series = Recurrence::new("FREQ=DAILY".parse().unwrap(), Basis::Due, due.clone());
            let first = next(&plain, 3, |todo| {
                todo.due = Some(due);
                todo.recurrence = Some(Box::new(series));
            });
            assert!(keeper.replace_todo(&first, 1).await.unwrap());
            for step in steps(&keeper).await {
                let done = next(&step, 4, |step| step.set_done(true, at(4)));
                assert!(keeper.replace_todo(&done, 1).await.unwrap());
            }
            let second = next(&first, 5, |todo| todo.set_done(true, at(5)));
            // Noted, and then the to-do was not written.
            let change = FamilyChange::between(&first, &second).unwrap();
            assert!(keeper.begin_family(&second, 99, &change).await.unwrap().is_none());
            let note = doc! {
                "_id": bson::oid::ObjectId::new(), "owner": object_id(id(OWNER)),
                "todo": object_id(id(2)),
                "begun_at": bson::DateTime::from_millis(at(5).millis()), "completes": null,
                "reopens": bson::DateTime::from_millis(at(5).millis()), "trashes": null, "restores": null,
                "moves": false,
            };
            trial.db_insert("families", [note]).await;
            keeper.resume_families(at(6)).await.unwrap();
            assert!(steps(&keeper).await.iter().all(|step| step.done));
            assert!(trial.db_all("families").await.is_empty());
            // Written, and then the process was gone; one step was done anew since.
            let keeper = begun(trial, keeper, &first, &second).await;
            let anew = next(&kept(&keeper, id(100)).await, 7, |step| {
                step.set_done(false, at(7))
            });
            assert!(keeper.replace_todo(&anew, 2).await.unwrap());
            let anew = next(&anew, 8, |step| step.set_done(true, at(8)));
            assert!(keeper.replace_todo(&anew, 3).await.unwrap());
            keeper.resume_families(at(9)).await.unwrap();
            for step in steps(&keeper).await {
                assert_eq!(step.done, step.id == id(100), "{step:?}");
            }
            assert!(trial.db_all("families").await.is_empty());
        },
    )
    .await;
}

#[tokio::test]
async fn what_does_not_hold_any_more_is_not_done() {
    on_database("what_does_not_hold_any_more_is_not_done", async |trial| {
        let keeper = trial.ready().await;
        let open = family(&keeper).await;
        let done = next(&open, 5, |todo| todo.set_done(true, at(5)));
        let keeper = begun(trial, keeper, &open, &done).await;
        let again = next(&done, 6, |todo| todo.set_done(false, at(6)));
        assert!(keeper.replace_todo(&again, 2).await.unwrap());
        // One that was noted, and then the to-do was not written.
        let trashed = next(&again, 7, |todo| todo.deleted_at = Some(at(7)));
        let change = FamilyChange::between(&again, &trashed).unwrap();
        let refused = keeper.begin_family(&trashed, 99, &change).await.unwrap();
        assert!(refused.is_none(), "it has another version");
        let mut note = trial.db_all("families").await.remove(0);
        note.extend(doc! { "_id": bson::oid::ObjectId::new(), "completes": null });
        note.insert("trashes", bson::DateTime::from_millis(at(7).millis()));
        trial.db_insert("families", [note]).await;
        assert_eq!(trial.db_all("families").await.len(), 2);
        keeper.resume_families(at(99)).await.unwrap();
        assert!(steps(&keeper).await.iter().all(|step| step.version == 1));
        assert!(trial.db_all("families").await.is_empty());
    })
    .await;
}

/// One has written the to-do and is about to write its steps, from what it knew then, when another one changes the
/// to-do with all of its steps.
#[tokio::test]
async fn of_two_changes_that_overlap_the_steps_follow_the_later_one() {
    on_database(
        "of_two_changes_that_overlap_the_steps_follow_the_later_one",
        async |trial| {
            let keeper = trial.ready().await;
            let follow = async |todo: &Todo| {
                for step in steps(&keeper).await {
                    assert_eq!((step.list_id, step.deleted_at), (todo.list_id, todo.deleted_at));
                }
                assert!(trial.db_all("families").await.is_empty());
            };
            let list = |number| move |todo: &mut Todo| todo.list_id = Some(id(number));
            let trashes = |seconds| move |todo: &mut Todo| todo.deleted_at = Some(at(seconds));
            let restores = |todo: &mut Todo| todo.deleted_at = None;
            let moved = overlapped(&keeper, &family(&keeper).await, 10, list(8), list(9)).await;
            follow(&moved).await;
            let back = overlapped(&keeper, &moved, 20, trashes(20), restores).await;
            follow(&back).await;
            let trashed = written(&keeper, &back, 29, trashes(29)).await;
            let again = overlapped(&keeper, &trashed, 30, restores, trashes(30)).await;
            follow(&again).await;
        },
    )
    .await;
}

/// What the to-do is after a change with all of its steps.
async fn written(keeper: &Mongo, old: &Todo, seconds: i64, change: impl FnOnce(&mut Todo)) -> Todo {
    let new = next(old, seconds, change);
    let change = FamilyChange::between(old, &new).expect("it means something");
    assert!(keeper.replace_family(&new, old.version, &change).await.unwrap());
    new
}

/// What the to-do is after two changes, of which the first is late with its steps.
async fn overlapped(
    keeper: &Mongo,
    old: &Todo,
    seconds: i64,
    first: impl FnOnce(&mut Todo),
    second: impl FnOnce(&mut Todo),
) -> Todo {
    let slow = next(old, seconds, first);
    let late = FamilyChange::between(old, &slow).expect("it means something");
    let note = keeper.begin_family(&slow, old.version, &late).await.unwrap();
    let quick = written(keeper, &slow, seconds + 1, second).await;
    keeper
        .finish_family(&note.unwrap(), slow, late, None)
        .await
        .unwrap();
    quick
}
