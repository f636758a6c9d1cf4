//! `Reminders` and `Mails`: what is told at its time, once, and the mails that wait.

use rondo::model::{DueDigest, Todo, User};

use crate::keepers::Fresh;
use crate::values::{at, at_once, due_reminder, how_many_true, id, mail, next_todo, next_user, todo, user};

/// A to-do with a reminder so many seconds after the fixed moment.
fn reminding(owner: u32, number: u32, seconds: i64) -> Todo {
    Todo {
        reminder: Some(at(seconds).to_string().parse().expect("it is a reminder")),
        ..todo(id(owner), number)
    }
}

async fn what_is_due_is_told_earliest_first_and_no_more_than_asked_for(store: &Fresh) {
    for todo in [
        reminding(1, 1, 30),
        reminding(2, 2, 10),
        reminding(1, 3, 20),
        todo(id(1), 4),
    ] {
        store.create_todo(&todo).await.unwrap();
    }
    assert_eq!(store.due_reminders(at(9), 10).await.unwrap(), []);
    let [first, second] = [due_reminder(2, 2, 10), due_reminder(1, 3, 20)];
    assert_eq!(store.due_reminders(at(20), 10).await.unwrap(), [first, second]);
    assert_eq!(store.due_reminders(at(99), 1).await.unwrap(), [first]);
    assert_eq!(store.due_reminders(at(99), 0).await.unwrap(), []);
}

async fn a_reminder_is_claimed_once_and_that_is_a_change_of_its_to_do(store: &Fresh) {
    store.create_todo(&reminding(1, 1, 10)).await.unwrap();
    let before = store.todo(id(1), id(1)).await.unwrap().unwrap();
    let due = due_reminder(1, 1, 10);
    for other in [
        due_reminder(1, 1, 11),
        due_reminder(2, 1, 10),
        due_reminder(1, 2, 10),
    ] {
        assert!(
            !store.claim_reminder(other, Some(&mail(7, 1, 0))).await.unwrap(),
            "{other:?}"
        );
    }
    assert!(store.claim_reminder(due, Some(&mail(1, 1, 10))).await.unwrap());
    assert!(!store.claim_reminder(due, Some(&mail(2, 1, 10))).await.unwrap());
    let after = store.todo(id(1), id(1)).await.unwrap().unwrap();
    assert!(after.stamp > before.stamp);
    let mut expected = before.clone();
    expected.set_reminded(at(10));
    assert_eq!(
        Todo {
            stamp: before.stamp,
            ..after.clone()
        },
        expected
    );
    assert_eq!(store.due_reminders(at(99), 10).await.unwrap(), []);
    // Of the mails the one of the claim is kept.
    let taken = store.take_mail(id(9), at(99), at(100)).await.unwrap().unwrap();
    assert_eq!(taken.id, id(1));
    assert_eq!(store.take_mail(id(9), at(99), at(100)).await.unwrap(), None);
    // Somebody who had read it before does not undo that.
    let stale = next_todo(&before, |todo| todo.title = "Late".into());
    assert!(!store.replace_todo(&stale, before.version).await.unwrap());
}

async fn of_many_that_claim_at_once_over_two_instances_one_does(store: &Fresh) {
    store.create_todo(&reminding(1, 1, 10)).await.unwrap();
    let digesting = User {
        digest_at: Some(at(10)),
        ..user(1)
    };
    store.create_user(&digesting).await.unwrap();
    let two = [store.share(), store.open_again().await];
    let claims = at_once(30, |number| {
        let store = two[number as usize % 2].clone();
        async move {
            store
                .claim_reminder(due_reminder(1, 1, 10), Some(&mail(5, 1, 10)))
                .await
        }
    });
    assert_eq!(how_many_true(&claims.await), 1);
    let digest = DueDigest {
        at: at(10),
        user: id(1),
    };
    let claims = at_once(30, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.claim_digest(digest, at(50), Some(&mail(6, 1, 11))).await }
    });
    assert_eq!(how_many_true(&claims.await), 1);
    let taken = at_once(30, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.take_mail(id(number), at(20), at(90)).await }
    });
    let mut taken: Vec<_> = taken
        .await
        .into_iter()
        .filter_map(|mail| mail.unwrap())
        .map(|mail| mail.id)
        .collect();
    taken.sort();
    assert_eq!(taken, [id(5), id(6)], "each mail is given to one");
    two[1].close().await;
}

async fn what_is_done_deleted_or_purged_is_not_told_and_another_moment_is(store: &Fresh) {
    for number in 1..=4 {
        store.create_todo(&reminding(1, number, 10)).await.unwrap();
    }
    let change = async |number: u32, change: fn(&mut Todo)| {
        let old = store.todo(id(1), id(number)).await.unwrap().unwrap();
        assert!(
            store
                .replace_todo(&next_todo(&old, change), old.version)
                .await
                .unwrap()
        );
    };
    change(1, |todo| todo.set_done(true, at(1))).await;
    change(2, |todo| todo.deleted_at = Some(at(1))).await;
    change(3, |todo| todo.deleted_at = Some(at(1))).await;
    assert!(store.purge_todo(id(1), id(3), at(2)).await.unwrap());
    assert_eq!(
        store.due_reminders(at(99), 10).await.unwrap(),
        [due_reminder(1, 4, 10)]
    );
    assert!(store.claim_reminder(due_reminder(1, 4, 10), None).await.unwrap());
    change(4, |todo| {
        todo.reminder = Some(at(40).to_string().parse().unwrap())
    })
    .await;
    change(1, |todo| todo.set_done(false, at(1))).await;
    let due = [due_reminder(1, 1, 10), due_reminder(1, 4, 40)];
    assert_eq!(store.due_reminders(at(99), 10).await.unwrap(), due);
}

async fn a_digest_is_claimed_once_and_leaves_the_version_of_the_account(store: &Fresh) {
    let digesting = User {
        digest: Some("07:30".parse().unwrap()),
        digest_at: Some(at(10)),
        ..user(1)
    };
    store.create_user(&digesting).await.unwrap();
    store.create_user(&user(2)).await.unwrap();
    assert_eq!(store.user(id(1)).await.unwrap(), Some(digesting.clone()));
    let digest = DueDigest {
        at: at(10),
        user: id(1),
    };
    assert_eq!(store.due_digests(at(9), 10).await.unwrap(), []);
    assert_eq!(store.due_digests(at(10), 10).await.unwrap(), [digest]);
    let other = DueDigest { at: at(11), ..digest };
    assert!(
        !store
            .claim_digest(other, at(50), Some(&mail(7, 1, 0)))
            .await
            .unwrap()
    );
    assert!(
        store
            .claim_digest(digest, at(50), Some(&mail(1, 1, 10)))
            .await
            .unwrap()
    );
    assert!(
        !store
            .claim_digest(digest, at(50), Some(&mail(2, 1, 10)))
            .await
            .unwrap()
    );
    let kept = store.user(id(1)).await.unwrap().unwrap();
    assert_eq!(
        kept,
        User {
            digest_at: Some(at(50)),
            ..digesting
        }
    );
    assert_eq!(
        store.take_mail(id(9), at(99), at(100)).await.unwrap().unwrap().id,
        id(1)
    );
    let erased = next_user(&kept, |user| user.erase(at(60)));
    assert!(store.replace_user(&erased, kept.version).await.unwrap());
    assert_eq!(store.due_digests(at(99), 10).await.unwrap(), []);
}

async fn a_mail_is_kept_once_taken_in_turn_and_done_by_its_holder_alone(store: &Fresh) {
    let (early, late) = (mail(2, 1, 5), mail(1, 1, 10));
    for mail in [&late, &early, &early] {
        store.create_mail(mail).await.unwrap();
    }
    assert_eq!(store.take_mail(id(9), at(4), at(60)).await.unwrap(), None);
    let taken = store.take_mail(id(9), at(10), at(60)).await.unwrap().unwrap();
    let mut expected = early.clone();
    (expected.attempts, expected.holder, expected.next_try) = (1, Some(id(9)), Some(at(60)));
    assert_eq!(taken, expected);
    assert_eq!(
        store.take_mail(id(8), at(10), at(60)).await.unwrap().unwrap().id,
        late.id
    );
    assert_eq!(
        store.take_mail(id(7), at(59), at(99)).await.unwrap(),
        None,
        "each is somebody's"
    );
    // The first holder is gone; from its end on the mail is another's.
    let again = store.take_mail(id(7), at(60), at(90)).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (late.id, 2));
    let again = store.take_mail(id(7), at(60), at(90)).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (early.id, 2));
    assert!(
        !store.finish_mail(early.id, id(9), at(61)).await.unwrap(),
        "it is another's"
    );
    assert!(!store.put_off_mail(early.id, id(9), at(61)).await.unwrap());
    assert!(store.put_off_mail(early.id, id(7), at(70)).await.unwrap());
    assert_eq!(store.take_mail(id(6), at(69), at(99)).await.unwrap(), None);
    assert_eq!(
        store.take_mail(id(6), at(70), at(99)).await.unwrap().unwrap().id,
        early.id
    );
    assert!(store.finish_mail(early.id, id(6), at(71)).await.unwrap());
    assert!(
        !store.finish_mail(early.id, id(6), at(72)).await.unwrap(),
        "it is done"
    );
    assert!(!store.put_off_mail(early.id, id(6), at(72)).await.unwrap());
    store.create_mail(&early).await.unwrap();
    let rest = store.take_mail(id(5), at(1000), at(2000)).await.unwrap().unwrap();
    assert_eq!(rest.id, late.id, "what was sent is not made again");
    assert_eq!(store.take_mail(id(5), at(1000), at(2000)).await.unwrap(), None);
}

async fn mails_are_removed_that_were_done_before_and_all_of_an_owner(store: &Fresh) {
    for (number, owner) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
        store
            .create_mail(&mail(number, owner, i64::from(number)))
            .await
            .unwrap();
    }
    for number in 1..=2 {
        store.take_mail(id(9), at(number), at(99)).await.unwrap().unwrap();
        assert!(
            store
                .finish_mail(id(number as u32), id(9), at(10 * number))
                .await
                .unwrap()
        );
    }
    store.remove_mails(at(20)).await.unwrap();
    // The first is forgotten, so it can be made again; the second is not.
    for number in 1..=2 {
        store.create_mail(&mail(number, 1, 0)).await.unwrap();
    }
    let taken = store.take_mail(id(9), at(0), at(99)).await.unwrap().unwrap();
    assert_eq!(taken.id, id(1));
    assert_eq!(store.take_mail(id(9), at(0), at(99)).await.unwrap(), None);
    store.remove_mails_of(id(1)).await.unwrap();
    assert_eq!(
        store
            .take_mail(id(9), at(1000), at(2000))
            .await
            .unwrap()
            .unwrap()
            .id,
        id(4)
    );
    assert_eq!(store.take_mail(id(9), at(1000), at(2000)).await.unwrap(), None);
}

async fn what_was_claimed_survives_the_death_of_the_process(store: &Fresh) {
    store.create_todo(&reminding(1, 1, 10)).await.unwrap();
    assert!(
        store
            .claim_reminder(due_reminder(1, 1, 10), Some(&mail(1, 1, 10)))
            .await
            .unwrap()
    );
    let (survivor, _folder) = store.after_death().await;
    assert_eq!(survivor.due_reminders(at(99), 10).await.unwrap(), []);
    assert_eq!(
        survivor
            .take_mail(id(9), at(99), at(100))
            .await
            .unwrap()
            .unwrap()
            .id,
        id(1)
    );
    survivor.close().await;
}

on_each_keeper!(migrated:
    what_is_due_is_told_earliest_first_and_no_more_than_asked_for,
    a_reminder_is_claimed_once_and_that_is_a_change_of_its_to_do,
    of_many_that_claim_at_once_over_two_instances_one_does,
    what_is_done_deleted_or_purged_is_not_told_and_another_moment_is,
    a_digest_is_claimed_once_and_leaves_the_version_of_the_account,
    a_mail_is_kept_once_taken_in_turn_and_done_by_its_holder_alone,
    mails_are_removed_that_were_done_before_and_all_of_an_owner,
    what_was_claimed_survives_the_death_of_the_process,
);
