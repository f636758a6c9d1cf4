//! `Sessions`: how they end, the feed that tells of it, and their removal.

use std::collections::HashSet;

use rondo::model::{Revocation, Revoked, Session, Timestamp};

use crate::contract_sessions::created;
use crate::keepers::Fresh;
use crate::values::{at, at_once, at_provider, ended_there, how_many_true, id, next_user, session, user};

/// What was revoked since then, without order and repetition.
async fn revoked(store: &Fresh, since: Timestamp) -> HashSet<(Timestamp, Revoked)> {
    let told = store.revocations_since(since).await.unwrap();
    told.into_iter()
        .map(|Revocation { at, what }| (at, what))
        .collect()
}

async fn a_session_ends_once_and_keeps_the_first_moment(store: &Fresh) {
    created(store, &[session(id(1), 1), session(id(1), 2)]).await;
    assert!(store.end_session(id(1), id(1), at(5)).await.unwrap());
    for seconds in [4, 5, 6] {
        assert!(!store.end_session(id(1), id(1), at(seconds)).await.unwrap());
    }
    let ended = Session {
        ended_at: Some(at(5)),
        ..session(id(1), 1)
    };
    assert_eq!(store.session(id(1)).await.unwrap(), Some(ended));
    assert_eq!(store.session(id(2)).await.unwrap(), Some(session(id(1), 2)));
}

async fn nobody_ends_a_session_of_someone_else(store: &Fresh) {
    created(store, &[session(id(1), 1)]).await;
    assert!(!store.end_session(id(2), id(1), at(5)).await.unwrap());
    assert!(
        !store.end_session(id(1), id(2), at(5)).await.unwrap(),
        "there is no such session"
    );
    store.end_sessions(id(2), None, at(5)).await.unwrap();
    assert_eq!(store.session(id(1)).await.unwrap(), Some(session(id(1), 1)));
}

async fn of_twenty_that_end_a_session_at_once_one_does(store: &Fresh) {
    created(store, &[session(id(1), 1)]).await;
    let answers = at_once(20, |number| {
        let store = store.share();
        async move { store.end_session(id(1), id(1), at(number.into())).await }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    let winner = answers
        .iter()
        .position(|answer| matches!(answer, Ok(true)))
        .unwrap();
    let ended_at = store.session(id(1)).await.unwrap().unwrap().ended_at;
    assert_eq!(ended_at, Some(at(i64::try_from(winner).unwrap())));
}

async fn all_sessions_of_a_user_end_but_the_one_to_keep(store: &Fresh) {
    let ended = Session {
        ended_at: Some(at(1)),
        ..session(id(1), 3)
    };
    created(
        store,
        &[session(id(1), 1), session(id(1), 2), ended, session(id(2), 4)],
    )
    .await;
    let moments = async || {
        let mut moments = Vec::new();
        for number in 1..=4 {
            moments.push(store.session(id(number)).await.unwrap().unwrap().ended_at);
        }
        moments
    };
    store.end_sessions(id(1), Some(id(2)), at(5)).await.unwrap();
    assert_eq!(moments().await, [Some(at(5)), None, Some(at(1)), None]);
    store.end_sessions(id(1), Some(id(4)), at(6)).await.unwrap();
    assert_eq!(
        moments().await,
        [Some(at(5)), Some(at(6)), Some(at(1)), None],
        "to keep another's keeps none"
    );
    store.end_sessions(id(2), None, at(7)).await.unwrap();
    assert_eq!(
        moments().await,
        [Some(at(5)), Some(at(6)), Some(at(1)), Some(at(7))]
    );
    store.end_sessions(id(3), None, at(8)).await.unwrap();
}

async fn the_feed_tells_what_was_revoked_at_that_moment_or_later(store: &Fresh) {
    created(store, &[session(id(1), 1), session(id(1), 2), session(id(1), 3)]).await;
    assert!(
        revoked(store, Timestamp::from_millis(0)).await.is_empty(),
        "nothing was revoked"
    );
    assert!(store.end_session(id(1), id(1), at(10)).await.unwrap());
    assert!(!store.end_session(id(1), id(1), at(30)).await.unwrap());
    store.end_sessions(id(1), Some(id(3)), at(20)).await.unwrap();
    let (first, second) = (
        (at(10), Revoked::Session(id(1))),
        (at(20), Revoked::Session(id(2))),
    );
    for since in [Timestamp::from_millis(0), at(10)] {
        assert_eq!(revoked(store, since).await, HashSet::from([first, second]));
    }
    for since in [at(10).plus_millis(1), at(20)] {
        assert_eq!(revoked(store, since).await, HashSet::from([second]));
    }
    assert!(
        revoked(store, at(20).plus_millis(1)).await.is_empty(),
        "it ended once, at the first moment"
    );
}

async fn the_feed_tells_of_users_whose_epoch_rose_deleted_ones_too(store: &Fresh) {
    for number in 1..=3 {
        store.create_user(&user(number)).await.unwrap();
    }
    assert!(revoked(store, Timestamp::from_millis(0)).await.is_empty());
    let raised = next_user(&user(1), |user| user.end_sessions(Some(id(77)), at(10)));
    let erased = next_user(&user(2), |user| user.erase(at(20)));
    assert!(store.replace_user(&raised, 1).await.unwrap());
    assert!(store.replace_user(&erased, 1).await.unwrap());
    let first = (
        at(10),
        Revoked::User {
            id: id(1),
            epoch: 1,
            keep: Some(id(77)),
        },
    );
    let second = (
        at(20),
        Revoked::User {
            id: id(2),
            epoch: 1,
            keep: None,
        },
    );
    assert_eq!(revoked(store, at(10)).await, HashSet::from([first, second]));
    assert_eq!(
        revoked(store, at(10).plus_millis(1)).await,
        HashSet::from([second])
    );
    assert_eq!(revoked(store, at(20)).await, HashSet::from([second]));
    assert!(revoked(store, at(20).plus_millis(1)).await.is_empty());

    let again = next_user(&raised, |user| user.end_sessions(None, at(30)));
    assert!(store.replace_user(&again, 2).await.unwrap());
    let third = (
        at(30),
        Revoked::User {
            id: id(1),
            epoch: 2,
            keep: None,
        },
    );
    assert_eq!(
        revoked(store, at(10)).await,
        HashSet::from([second, third]),
        "the last epoch counts"
    );
}

async fn sessions_are_removed_that_were_over_before(store: &Fresh) {
    let made = |number, expires, ended: Option<i64>| Session {
        expires_at: at(expires),
        ended_at: ended.map(at),
        ..session(id(1), number)
    };
    let last_millisecond = Session {
        expires_at: at(100).plus_millis(-1),
        ..made(5, 0, None)
    };
    let ended_just_before = Session {
        ended_at: Some(at(100).plus_millis(-1)),
        ..made(6, 500, None)
    };
    created(
        store,
        &[
            made(1, 100, None),
            made(2, 99, None),
            made(3, 500, Some(99)),
            made(4, 500, Some(100)),
        ],
    )
    .await;
    created(
        store,
        &[
            last_millisecond,
            ended_just_before,
            made(7, 500, None),
            made(8, 99, Some(150)),
        ],
    )
    .await;
    store.remove_sessions(at(100)).await.unwrap();
    for (number, is_left) in (1..).zip([true, false, false, true, false, false, true, false]) {
        assert_eq!(
            store.session(id(number)).await.unwrap().is_some(),
            is_left,
            "session {number}"
        );
    }
    created(store, &[session(id(2), 2)]).await;
    assert_eq!(
        store.session(id(2)).await.unwrap(),
        Some(session(id(2), 2)),
        "its id is free again"
    );
}

async fn what_ended_at_a_provider_ends_here_and_is_told(store: &Fresh) {
    let made = |number, provider| Session {
        provider,
        ..session(id(number), number)
    };
    let sessions = [
        made(1, Some(at_provider(1, 1, Some(1)))),
        made(2, Some(at_provider(1, 1, Some(2)))),
        made(3, Some(at_provider(1, 1, None))),
        made(4, Some(at_provider(1, 2, Some(1)))),
        made(5, Some(at_provider(2, 1, Some(1)))),
        made(6, None),
    ];
    let with = async |ended, seconds| {
        let mut ids = store.end_sessions_of_provider(&ended, at(seconds)).await.unwrap();
        ids.sort_unstable();
        ids
    };
    created(store, &sessions).await;
    // What names nobody ends nothing.
    assert_eq!(with(ended_there(1, None, None), 1).await, []);
    assert_eq!(with(ended_there(1, Some(1), Some(9)), 1).await, []);
    assert_eq!(with(ended_there(3, Some(1), None), 1).await, []);
    assert_eq!(with(ended_there(1, Some(1), Some(1)), 2).await, [id(1)]);
    // What has ended does not end again.
    assert_eq!(with(ended_there(1, None, Some(1)), 3).await, [id(4)]);
    assert_eq!(with(ended_there(1, Some(1), None), 4).await, [id(2), id(3)]);
    let ends = [Some(2), Some(4), Some(4), Some(3), None, None];
    for (session, seconds) in sessions.iter().zip(ends) {
        let kept = store.session(session.id).await.unwrap().unwrap();
        assert_eq!(kept.ended_at, seconds.map(at), "{}", session.id);
        assert_eq!(kept.provider, session.provider);
    }
    let told = revoked(store, at(0)).await;
    assert!(told.contains(&(at(3), Revoked::Session(id(4)))) && told.len() == 4);
}

on_each_keeper!(migrated:
    what_ended_at_a_provider_ends_here_and_is_told,
    a_session_ends_once_and_keeps_the_first_moment,
    nobody_ends_a_session_of_someone_else,
    of_twenty_that_end_a_session_at_once_one_does,
    all_sessions_of_a_user_end_but_the_one_to_keep,
    the_feed_tells_what_was_revoked_at_that_moment_or_later,
    the_feed_tells_of_users_whose_epoch_rose_deleted_ones_too,
    sessions_are_removed_that_were_over_before,
);
