//! `Sessions`: what is kept, turning and listing. How they end is in `contract_sessions_ended.rs`.

use rondo::model::{ApiToken, Id, ProviderSession, Scope, Scopes, Session, Timestamp};

use crate::keepers::Fresh;
use crate::values::{at, at_once, how_many_true, id, session, turn};

/// The ids of the sessions, as they were told.
fn ids(sessions: &[Session]) -> Vec<Id> {
    sessions.iter().map(|session| session.id).collect()
}

pub async fn created(store: &Fresh, sessions: &[Session]) {
    for session in sessions {
        store.create_session(session).await.unwrap();
    }
}

async fn a_session_is_read_back_as_it_was_written(store: &Fresh) {
    let odd = Session {
        id: Id::from_bytes([255; 12]),
        user_id: Id::from_bytes([0; 12]),
        epoch: i64::MAX,
        generation: 9_007_199_254_740_993,
        turned_at: Timestamp::from_millis(-1),
        created_at: "1000-01-01T00:00:00Z".parse().unwrap(),
        expires_at: "9998-12-31T23:59:59.999Z".parse().unwrap(),
        ended_at: Some(Timestamp::from_millis(1)),
        device: "\u{202e}🦀'\"\\$set".repeat(20),
        address: "fe80::1%eth0".into(),
        in_cookie: true,
        client: "rondo-cli".into(),
        scopes: Some(Scopes::default().with(Scope::Introspect)),
        token: Some(ApiToken {
            name: "\u{202e}🦀'\"\\$set".into(),
            hash: "0f".repeat(32),
        }),
        authenticated_at: Timestamp::from_millis(-2),
        provider: Some(ProviderSession {
            name: "p".into(),
            issuer: "https://issuer.example/\u{202e}".into(),
            subject: "'\"$gt|🦀".into(),
            sid: None,
        }),
    };
    let empty = Session {
        device: String::new(),
        address: String::new(),
        ..session(id(1), 2)
    };
    for session in [session(id(1), 1), odd, empty] {
        store.create_session(&session).await.unwrap();
        assert_eq!(store.session(session.id).await.unwrap(), Some(session));
    }
    assert_eq!(store.session(id(9)).await.unwrap(), None);
}

async fn a_create_that_is_repeated_changes_nothing(store: &Fresh) {
    let first = session(id(1), 1);
    created(store, &[first.clone(), first.clone()]).await;
    assert!(store.turn_session(id(1), 1, &turn(5)).await.unwrap());
    let kept = store.session(id(1)).await.unwrap();
    created(
        store,
        &[
            first,
            Session {
                device: "Other".into(),
                ..session(id(2), 1)
            },
        ],
    )
    .await;
    assert_eq!(store.session(id(1)).await.unwrap(), kept);
    assert!(store.end_session(id(1), id(1), at(6)).await.unwrap());
    created(store, &[session(id(1), 1)]).await;
    assert_eq!(store.session(id(1)).await.unwrap().unwrap().ended_at, Some(at(6)));
}

async fn a_turn_writes_the_generation_the_moment_the_device_and_the_address(store: &Fresh) {
    let first = session(id(1), 1);
    created(store, &[first.clone(), session(id(1), 2)]).await;
    assert!(store.turn_session(id(1), 1, &turn(5)).await.unwrap());
    let expected = Session {
        generation: 2,
        turned_at: at(5),
        device: turn(5).device,
        address: turn(5).address,
        ..first
    };
    assert_eq!(store.session(id(1)).await.unwrap(), Some(expected));
    assert_eq!(store.session(id(2)).await.unwrap(), Some(session(id(1), 2)));
}

async fn a_turn_of_another_generation_changes_nothing(store: &Fresh) {
    let first = Session {
        generation: 3,
        ..session(id(1), 1)
    };
    created(store, std::slice::from_ref(&first)).await;
    for generation in [2, 4, 0, -3, i64::MAX] {
        assert!(!store.turn_session(id(1), generation, &turn(5)).await.unwrap());
    }
    assert!(
        !store.turn_session(id(2), 3, &turn(5)).await.unwrap(),
        "there is no such session"
    );
    assert_eq!(store.session(id(1)).await.unwrap(), Some(first));
    assert_eq!(store.session(id(2)).await.unwrap(), None);
}

async fn a_session_that_ended_does_not_turn(store: &Fresh) {
    created(store, &[session(id(1), 1)]).await;
    assert!(store.end_session(id(1), id(1), at(5)).await.unwrap());
    let ended = Session {
        ended_at: Some(at(5)),
        ..session(id(1), 1)
    };
    assert!(!store.turn_session(id(1), 1, &turn(6)).await.unwrap());
    assert_eq!(store.session(id(1)).await.unwrap(), Some(ended));
}

async fn of_fifty_turns_of_one_generation_one_is_made(store: &Fresh) {
    created(store, &[session(id(1), 1)]).await;
    let two = [store.share(), store.open_again().await];
    let answers = at_once(50, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.turn_session(id(1), 1, &turn(number.into())).await }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    let winner = answers
        .iter()
        .position(|answer| matches!(answer, Ok(true)))
        .unwrap();
    let kept = store.session(id(1)).await.unwrap().unwrap();
    assert_eq!((kept.generation, kept.device), (2, format!("Device {winner}")));
    two[1].close().await;
}

async fn a_session_that_turns_and_ends_at_once_has_ended(store: &Fresh) {
    created(store, &[session(id(1), 1)]).await;
    let answers = at_once(10, |number| {
        let store = store.share();
        async move {
            match number {
                5 => store.end_session(id(1), id(1), at(5)).await,
                _ => store
                    .turn_session(id(1), 1, &turn(number.into()))
                    .await
                    .map(|_| false),
            }
        }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1, "the end is not lost");
    let kept = store.session(id(1)).await.unwrap().unwrap();
    assert_eq!(kept.ended_at, Some(at(5)));
    assert!(
        !store
            .turn_session(id(1), kept.generation, &turn(6))
            .await
            .unwrap()
    );
}

async fn the_sessions_of_a_user_are_the_good_ones_newest_first(store: &Fresh) {
    let made = |number, created, expires| Session {
        created_at: at(created),
        expires_at: at(expires),
        ..session(id(1), number)
    };
    let ended = Session {
        ended_at: Some(at(1)),
        ..made(6, 60, 1000)
    };
    let others = Session {
        user_id: id(2),
        ..made(7, 70, 1000)
    };
    created(
        store,
        &[
            made(1, 20, 1000),
            made(2, 40, 100),
            made(3, 10, 101),
            made(4, 30, 1000),
            made(5, 50, 50),
        ],
    )
    .await;
    created(store, &[ended, others]).await;
    let good = store.sessions_of(id(1), at(100)).await.unwrap();
    assert_eq!(
        ids(&good),
        [id(4), id(1), id(3)],
        "an absolute end at this moment has been reached"
    );
    assert_eq!(good[2], made(3, 10, 101));
    let before = at(100).plus_millis(-1);
    assert_eq!(
        ids(&store.sessions_of(id(1), before).await.unwrap()),
        [2, 4, 1, 3].map(id)
    );
    assert!(store.sessions_of(id(3), at(0)).await.unwrap().is_empty());
}

on_each_keeper!(migrated:
    a_session_is_read_back_as_it_was_written,
    a_create_that_is_repeated_changes_nothing,
    a_turn_writes_the_generation_the_moment_the_device_and_the_address,
    a_turn_of_another_generation_changes_nothing,
    a_session_that_ended_does_not_turn,
    of_fifty_turns_of_one_generation_one_is_made,
    a_session_that_turns_and_ends_at_once_has_ended,
    the_sessions_of_a_user_are_the_good_ones_newest_first,
);
