//! `Idempotency`: requests that are to be done once.

use rondo::store::Attempt;

use crate::keepers::Fresh;
use crate::values::{at, at_once, attempt, how_many_true, id, todo};

fn answered(attempt: &Attempt, answer: &[u8]) -> Attempt {
    Attempt {
        answer: Some(answer.to_vec()),
        ..attempt.clone()
    }
}

/// Another holder's attempt at the same, half a minute later.
fn another(first: &Attempt, holder: u32) -> Attempt {
    Attempt {
        locked_until: at(60),
        expires_at: at(86_430),
        ..attempt(first.owner, &first.key, id(holder))
    }
}

async fn the_first_attempt_is_kept_and_told_to_all_who_begin_after_it(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    assert_eq!(store.attempt(id(1), "key", at(0)).await.unwrap(), None);
    assert_eq!(store.begin_attempt(&first, at(0)).await.unwrap(), first);
    let second = Attempt {
        request: "another request".into(),
        ..another(&first, 12)
    };
    assert_eq!(store.begin_attempt(&second, at(40)).await.unwrap(), first);
    assert_eq!(
        store.begin_attempt(&first, at(0)).await.unwrap(),
        first,
        "a repeated begin is no second one"
    );
    assert_eq!(store.attempt(id(1), "key", at(40)).await.unwrap(), Some(first));
}

async fn a_key_is_one_owners_and_bytewise_its_own(store: &Fresh) {
    let keys = [
        "key",
        "KEY",
        "key ",
        "",
        "$ne",
        "{\"$ne\":1}",
        "a.b",
        "\0",
        "'\"\\🦀",
        "id:key",
    ];
    for (number, key) in (0..).zip(keys) {
        for owner in [1, 2] {
            let own = attempt(id(owner), key, id(100 * owner + number));
            assert_eq!(store.begin_attempt(&own, at(0)).await.unwrap(), own, "{key:?}");
        }
    }
    for (number, key) in (0..).zip(keys) {
        let own = attempt(id(1), key, id(100 + number));
        assert_eq!(store.attempt(id(1), key, at(0)).await.unwrap(), Some(own));
    }
}

async fn of_fifty_that_begin_at_once_over_two_instances_all_are_told_one(store: &Fresh) {
    let two = [store.share(), store.open_again().await];
    let answers = at_once(50, |number| {
        let store = two[number as usize % 2].clone();
        async move {
            store
                .begin_attempt(&attempt(id(1), "key", id(number)), at(0))
                .await
        }
    })
    .await;
    let kept = store.attempt(id(1), "key", at(0)).await.unwrap().unwrap();
    for answer in answers {
        assert_eq!(answer.unwrap(), kept);
    }
    two[1].close().await;
}

async fn the_answer_is_kept_once_and_by_the_holder_alone(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    store.begin_attempt(&first, at(0)).await.unwrap();
    let stranger = answered(&another(&first, 12), b"another's");
    assert!(!store.finish_attempt(&stranger).await.unwrap());
    let other_owner = answered(&attempt(id(2), "key", id(11)), b"another's");
    assert!(!store.finish_attempt(&other_owner).await.unwrap());

    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let done = Attempt {
        expires_at: at(90_000),
        ..answered(&first, &bytes)
    };
    assert!(store.finish_attempt(&done).await.unwrap());
    assert_eq!(
        store.attempt(id(1), "key", at(86_400)).await.unwrap(),
        Some(done.clone())
    );
    assert!(!store.finish_attempt(&answered(&first, b"again")).await.unwrap());
    assert_eq!(
        store.begin_attempt(&another(&first, 13), at(50)).await.unwrap(),
        done
    );

    let empty = attempt(id(1), "empty", id(11));
    store.begin_attempt(&empty, at(0)).await.unwrap();
    assert!(store.finish_attempt(&answered(&empty, b"")).await.unwrap());
    let kept = store.attempt(id(1), "empty", at(0)).await.unwrap().unwrap();
    assert_eq!(kept.answer, Some(Vec::new()), "an empty answer is one");
}

async fn a_lock_that_has_lapsed_is_taken_over_with_the_resource(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    store.begin_attempt(&first, at(0)).await.unwrap();
    let second = another(&first, 12);
    let take =
        async |attempt: &Attempt, from, now| (**store).take_over_attempt(attempt, from, now).await.unwrap();
    assert!(!take(&second, id(11), at(30).plus_millis(-1)).await, "it is held");
    assert!(!take(&second, id(13), at(30)).await, "it is not that one's");
    assert!(take(&second, id(11), at(30)).await);
    let taken = Attempt {
        resource: first.resource,
        ..second.clone()
    };
    assert_eq!(
        store.attempt(id(1), "key", at(30)).await.unwrap(),
        Some(taken.clone())
    );
    assert!(
        !take(&another(&first, 13), id(11), at(60)).await,
        "its first holder has lost it"
    );
    assert!(!store.finish_attempt(&answered(&first, b"late")).await.unwrap());
    store.release_attempt(&first, at(31)).await.unwrap();
    store.forget_attempt(&first).await.unwrap();
    assert_eq!(store.attempt(id(1), "key", at(31)).await.unwrap(), Some(taken));

    assert!(store.finish_attempt(&answered(&second, b"done")).await.unwrap());
    assert!(
        !take(&another(&first, 13), id(12), at(100)).await,
        "it has an answer"
    );
}

async fn of_twenty_that_take_over_at_once_one_does(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    store.begin_attempt(&first, at(0)).await.unwrap();
    let two = [store.share(), store.open_again().await];
    let answers = at_once(20, |number| {
        let (store, own) = (two[number as usize % 2].clone(), another(&first, 100 + number));
        async move { store.take_over_attempt(&own, id(11), at(30)).await }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    let winner = answers.iter().position(|answer| matches!(answer, Ok(true)));
    let kept = store.attempt(id(1), "key", at(30)).await.unwrap().unwrap();
    let winner = u32::try_from(winner.unwrap()).unwrap();
    assert_eq!((kept.holder, kept.resource), (id(100 + winner), first.resource));
    two[1].close().await;
}

async fn what_is_released_may_be_taken_up_at_once(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    store.begin_attempt(&first, at(0)).await.unwrap();
    store.release_attempt(&another(&first, 12), at(1)).await.unwrap();
    assert_eq!(
        store.attempt(id(1), "key", at(1)).await.unwrap(),
        Some(first.clone()),
        "a stranger releases nothing"
    );
    store.release_attempt(&first, at(1)).await.unwrap();
    let second = another(&first, 12);
    assert!(store.take_over_attempt(&second, id(11), at(1)).await.unwrap());
    let kept = store.attempt(id(1), "key", at(1)).await.unwrap().unwrap();
    assert_eq!(kept.resource, first.resource);

    let done = answered(&second, b"done");
    assert!(store.finish_attempt(&done).await.unwrap());
    store.release_attempt(&second, at(2)).await.unwrap();
    let kept = store.attempt(id(1), "key", at(2)).await.unwrap().unwrap();
    assert_eq!((kept.answer, kept.locked_until), (done.answer, at(60)));
}

async fn what_is_forgotten_was_never_there_but_an_answer_stays(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    store.begin_attempt(&first, at(0)).await.unwrap();
    store.forget_attempt(&another(&first, 12)).await.unwrap();
    assert!(store.attempt(id(1), "key", at(0)).await.unwrap().is_some());
    store.forget_attempt(&first).await.unwrap();
    assert_eq!(store.attempt(id(1), "key", at(0)).await.unwrap(), None);
    let second = another(&first, 12);
    assert_eq!(store.begin_attempt(&second, at(1)).await.unwrap(), second);
    assert!(store.finish_attempt(&answered(&second, b"done")).await.unwrap());
    store.forget_attempt(&second).await.unwrap();
    assert!(store.attempt(id(1), "key", at(1)).await.unwrap().is_some());
}

async fn what_has_expired_is_as_if_it_had_never_been_before_it_is_removed(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    store.begin_attempt(&first, at(0)).await.unwrap();
    assert!(store.finish_attempt(&answered(&first, b"done")).await.unwrap());
    let just_before = at(86_400).plus_millis(-1);
    let second = Attempt {
        request: "another request".into(),
        locked_until: at(86_430),
        expires_at: at(2 * 86_400),
        ..attempt(id(1), "key", id(12))
    };
    assert_eq!(
        store.begin_attempt(&second, just_before).await.unwrap(),
        answered(&first, b"done")
    );
    assert!(store.attempt(id(1), "key", just_before).await.unwrap().is_some());
    assert_eq!(store.attempt(id(1), "key", at(86_400)).await.unwrap(), None);
    assert_eq!(store.begin_attempt(&second, at(86_400)).await.unwrap(), second);
    assert_eq!(
        store.attempt(id(1), "key", at(86_400)).await.unwrap(),
        Some(second)
    );

    let held = attempt(id(1), "held", id(11));
    store.begin_attempt(&held, at(0)).await.unwrap();
    assert!(
        !store
            .take_over_attempt(&another(&held, 12), id(11), at(86_400))
            .await
            .unwrap(),
        "nobody takes up what has expired"
    );
}

async fn of_twenty_that_begin_after_the_expiry_one_is_kept(store: &Fresh) {
    let first = attempt(id(1), "key", id(11));
    store.begin_attempt(&first, at(0)).await.unwrap();
    let two = [store.share(), store.open_again().await];
    let answers = at_once(20, |number| {
        let store = two[number as usize % 2].clone();
        let own = Attempt {
            expires_at: at(2 * 86_400),
            ..attempt(id(1), "key", id(100 + number))
        };
        async move { store.begin_attempt(&own, at(86_400)).await }
    })
    .await;
    let kept = store.attempt(id(1), "key", at(86_400)).await.unwrap().unwrap();
    assert_ne!(kept.holder, id(11));
    for answer in answers {
        assert_eq!(answer.unwrap(), kept);
    }
    two[1].close().await;
}

async fn attempts_are_removed_that_expired_before(store: &Fresh) {
    for (number, key) in (1..).zip(["a", "b", "c"]) {
        let own = Attempt {
            expires_at: at(10 * i64::from(number)),
            ..attempt(id(number), key, id(number))
        };
        store.begin_attempt(&own, at(0)).await.unwrap();
    }
    store.remove_attempts(at(10)).await.unwrap();
    assert!(
        store.attempt(id(1), "a", at(0)).await.unwrap().is_some(),
        "at that moment is not before it"
    );
    store.remove_attempts(at(20).plus_millis(1)).await.unwrap();
    let kept = [
        store.attempt(id(1), "a", at(0)).await.unwrap(),
        store.attempt(id(2), "b", at(0)).await.unwrap(),
        store.attempt(id(3), "c", at(0)).await.unwrap(),
    ];
    assert_eq!(kept.map(|attempt| attempt.is_some()), [false, false, true]);
}

async fn all_of_an_owner_are_removed_and_nobody_elses(store: &Fresh) {
    // More than a keeper removes at a time.
    for number in 0..600 {
        let own = attempt(id(1), &format!("key {number}"), id(number));
        store.begin_attempt(&own, at(0)).await.unwrap();
        if number % 2 == 0 {
            assert!(store.finish_attempt(&answered(&own, b"done")).await.unwrap());
        }
    }
    let other = attempt(id(2), "key 1", id(1));
    store.begin_attempt(&other, at(0)).await.unwrap();
    store.remove_attempts_of(id(1)).await.unwrap();
    for number in 0..600 {
        let key = format!("key {number}");
        assert_eq!(store.attempt(id(1), &key, at(0)).await.unwrap(), None, "{key}");
    }
    assert_eq!(store.attempt(id(2), "key 1", at(0)).await.unwrap(), Some(other));
}

async fn what_was_begun_and_answered_survives_the_death_of_the_process(store: &Fresh) {
    let (begun, done) = (attempt(id(1), "begun", id(11)), attempt(id(1), "done", id(12)));
    store.begin_attempt(&begun, at(0)).await.unwrap();
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    store.begin_attempt(&done, at(0)).await.unwrap();
    assert!(store.finish_attempt(&answered(&done, b"done")).await.unwrap());
    let (survivor, _folder) = store.after_death().await;
    assert_eq!(
        survivor.attempt(id(1), "begun", at(0)).await.unwrap(),
        Some(begun)
    );
    assert_eq!(
        survivor.attempt(id(1), "done", at(0)).await.unwrap(),
        Some(answered(&done, b"done"))
    );
    survivor.close().await;
}

on_each_keeper!(migrated:
    the_first_attempt_is_kept_and_told_to_all_who_begin_after_it,
    a_key_is_one_owners_and_bytewise_its_own,
    of_fifty_that_begin_at_once_over_two_instances_all_are_told_one,
    the_answer_is_kept_once_and_by_the_holder_alone,
    a_lock_that_has_lapsed_is_taken_over_with_the_resource,
    of_twenty_that_take_over_at_once_one_does,
    what_is_released_may_be_taken_up_at_once,
    what_is_forgotten_was_never_there_but_an_answer_stays,
    what_has_expired_is_as_if_it_had_never_been_before_it_is_removed,
    of_twenty_that_begin_after_the_expiry_one_is_kept,
    attempts_are_removed_that_expired_before,
    all_of_an_owner_are_removed_and_nobody_elses,
    what_was_begun_and_answered_survives_the_death_of_the_process,
);
