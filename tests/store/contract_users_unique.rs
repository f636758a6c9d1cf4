//! `Users`: an identity is one account's, whatever is created and replaced at once.

use rondo::model::User;
use rondo::store::StoreError;

use crate::keepers::Fresh;
use crate::values::{assert_duplicate, at, at_once, how_many_true, id, next_user, user};

const OIDC: &str = "oidc:https://issuer.example|1";

/// Account `number` with these identities and no address.
fn known_as(number: u32, identities: &[&str]) -> User {
    User {
        identities: identities.iter().map(|&text| text.into()).collect(),
        email: None,
        ..user(number)
    }
}

/// Whose the identity is.
async fn owner_of(store: &Fresh, identity: &str) -> Option<u32> {
    let found = store.user_by_identity(identity).await.unwrap()?;
    (0..100).find(|number| id(*number) == found.id)
}

async fn a_taken_identity_is_a_duplicate_and_nothing_is_made(store: &Fresh) {
    store
        .create_user(&known_as(1, &["email:a@example.org", OIDC]))
        .await
        .unwrap();
    for taken in [
        ["email:a@example.org", "email:b@example.org"],
        ["email:b@example.org", OIDC],
    ] {
        assert_duplicate(store.create_user(&known_as(2, &taken)).await);
        assert_eq!(store.user(id(2)).await.unwrap(), None);
        assert_eq!(owner_of(store, "email:b@example.org").await, None);
    }
    store
        .create_user(&known_as(2, &["email:b@example.org"]))
        .await
        .unwrap();
    assert_eq!(owner_of(store, OIDC).await, Some(1));
}

async fn accounts_without_identities_do_not_collide(store: &Fresh) {
    for number in 1..=3 {
        store.create_user(&known_as(number, &[])).await.unwrap();
    }
    for number in 4..=6 {
        store.create_user(&user(number)).await.unwrap();
        let gone = next_user(&user(number), |user| user.erase(at(1)));
        assert!(store.replace_user(&gone, 1).await.unwrap());
    }
    assert_eq!(store.users_page(None, 10).await.unwrap().len(), 3);
    assert_eq!(store.deleted_users(at(2), 10).await.unwrap().len(), 3);
}

async fn identities_are_compared_bytewise(store: &Fresh) {
    let alike = [
        "email:a@example.org",
        "email:A@example.org",
        "email:a@example.org ",
        "email:\u{e1}@example.org",
        "email:a\u{301}@example.org",
        "email:%@example.org",
        "email:_@example.org",
        "email:.@example.org",
        "email:",
        "Email:a@example.org",
        "email:ß@example.org",
        "email:ss@example.org",
        "1",
        "01",
        "1.0",
    ];
    for (number, identity) in (0..).zip(alike) {
        store.create_user(&known_as(number, &[identity])).await.unwrap();
    }
    for (number, identity) in (0..).zip(alike) {
        assert_eq!(owner_of(store, identity).await, Some(number), "{identity:?}");
    }
    assert_eq!(owner_of(store, "email:a@example.or").await, None);
    assert_eq!(owner_of(store, "a@example.org").await, None);
}

async fn of_fifty_creates_of_one_address_one_succeeds(store: &Fresh) {
    let answers = at_once(50, |number| {
        let store = store.share();
        let user = User {
            id: id(number),
            ..user(0)
        };
        async move { store.create_user(&user).await }
    })
    .await;
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    let duplicates = answers
        .iter()
        .filter(|answer| matches!(answer, Err(StoreError::Duplicate)))
        .count();
    assert_eq!((made, duplicates), (1, 49));
    let winner = answers.iter().position(Result::is_ok);
    let kept = store.users_page(None, 100).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        owner_of(store, "email:person0@example.org")
            .await
            .map(|number| number as usize),
        winner
    );
}

async fn of_twenty_equal_creates_all_are_ok_and_one_account_is_made(store: &Fresh) {
    let answers = at_once(20, |_| {
        let store = store.share();
        async move { store.create_user(&user(1)).await }
    })
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(store.users_page(None, 10).await.unwrap(), [user(1)]);
}

async fn a_repeated_create_takes_no_identities(store: &Fresh) {
    store
        .create_user(&known_as(1, &["email:a@example.org"]))
        .await
        .unwrap();
    store.create_user(&known_as(2, &[OIDC])).await.unwrap();
    store
        .create_user(&known_as(1, &["email:b@example.org"]))
        .await
        .unwrap();
    assert_eq!(owner_of(store, "email:b@example.org").await, None);
    store
        .create_user(&known_as(3, &["email:b@example.org"]))
        .await
        .unwrap();
    // A late retry: meanwhile the account has another address, and its old one is somebody else's.
    let moved = User {
        version: 2,
        ..known_as(1, &["email:c@example.org"])
    };
    assert!(store.replace_user(&moved, 1).await.unwrap());
    store
        .create_user(&known_as(4, &["email:a@example.org"]))
        .await
        .unwrap();
    store
        .create_user(&known_as(1, &["email:a@example.org"]))
        .await
        .unwrap();
    assert_eq!(owner_of(store, "email:a@example.org").await, Some(4));
    assert_eq!(store.user(id(1)).await.unwrap(), Some(moved));
}

async fn a_replacement_with_a_taken_identity_is_a_duplicate_and_changes_nothing(store: &Fresh) {
    let first = known_as(1, &["email:a@example.org", OIDC]);
    let second = known_as(2, &["email:b@example.org"]);
    store.create_user(&first).await.unwrap();
    store.create_user(&second).await.unwrap();
    let greedy = User {
        version: 2,
        ..known_as(2, &["email:new@example.org", "email:b@example.org", OIDC])
    };
    assert_duplicate(store.replace_user(&greedy, 1).await);
    assert_eq!(store.user(id(1)).await.unwrap(), Some(first));
    assert_eq!(store.user(id(2)).await.unwrap(), Some(second));
    assert_eq!(owner_of(store, OIDC).await, Some(1));
    assert_eq!(owner_of(store, "email:b@example.org").await, Some(2));
    assert_eq!(owner_of(store, "email:new@example.org").await, None);
}

async fn a_replacement_of_another_version_changes_no_identities(store: &Fresh) {
    store
        .create_user(&known_as(1, &["email:a@example.org"]))
        .await
        .unwrap();
    let missed = User {
        version: 3,
        ..known_as(1, &["email:b@example.org"])
    };
    assert!(!store.replace_user(&missed, 2).await.unwrap());
    assert_eq!(owner_of(store, "email:a@example.org").await, Some(1));
    assert_eq!(owner_of(store, "email:b@example.org").await, None);
    store
        .create_user(&known_as(2, &["email:b@example.org"]))
        .await
        .unwrap();
    assert_duplicate(store.create_user(&known_as(3, &["email:a@example.org"])).await);
    // Nothing is put anywhere, so it does not matter that the identity is now another's.
    assert!(!store.replace_user(&missed, 2).await.unwrap());
}

async fn an_identity_that_was_freed_can_be_taken_by_another(store: &Fresh) {
    let first = known_as(1, &["email:a@example.org", OIDC]);
    store.create_user(&first).await.unwrap();
    let without = User {
        version: 2,
        ..known_as(1, &["email:a@example.org"])
    };
    assert!(store.replace_user(&without, 1).await.unwrap());
    assert_eq!(owner_of(store, OIDC).await, None);
    store.create_user(&known_as(2, &[OIDC])).await.unwrap();
    assert_eq!(owner_of(store, OIDC).await, Some(2));
    let greedy = User { version: 3, ..first };
    assert_duplicate(store.replace_user(&greedy, 2).await);

    let erased = next_user(&without, |user| user.erase(at(1)));
    assert!(store.replace_user(&erased, 2).await.unwrap());
    let second = User {
        version: 2,
        ..known_as(2, &[OIDC, "email:a@example.org"])
    };
    assert!(store.replace_user(&second, 1).await.unwrap());
    assert_eq!(owner_of(store, "email:a@example.org").await, Some(2));
}

async fn own_identities_can_be_kept_and_reordered(store: &Fresh) {
    store
        .create_user(&known_as(1, &["email:a@example.org", OIDC]))
        .await
        .unwrap();
    for (expected, identities) in (1..).zip([[OIDC, "email:a@example.org"], ["email:a@example.org", OIDC]]) {
        let next = User {
            version: expected + 1,
            ..known_as(1, &identities)
        };
        assert!(store.replace_user(&next, expected).await.unwrap());
        assert_eq!(store.user(id(1)).await.unwrap(), Some(next));
    }
}

async fn identities_of_an_account_that_was_removed_are_free(store: &Fresh) {
    store.create_user(&known_as(1, &[OIDC])).await.unwrap();
    let gone = User {
        version: 2,
        deleted_at: Some(at(1)),
        ..known_as(1, &[OIDC])
    };
    assert!(store.replace_user(&gone, 1).await.unwrap());
    assert_duplicate(store.create_user(&known_as(2, &[OIDC])).await);
    store.remove_user(id(1)).await.unwrap();
    store.create_user(&known_as(2, &[OIDC])).await.unwrap();
    assert_eq!(owner_of(store, OIDC).await, Some(2));
}

async fn of_twenty_accounts_that_reach_for_one_identity_one_gets_it(store: &Fresh) {
    for number in 0..20 {
        store.create_user(&user(number)).await.unwrap();
    }
    let answers = at_once(20, |number| {
        let store = store.share();
        let next = next_user(&user(number), |user| user.identities.push(OIDC.into()));
        async move { store.replace_user(&next, 1).await }
    })
    .await;
    let (got, others): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .enumerate()
        .partition(|(_, a)| matches!(a, Ok(true)));
    assert_eq!(got.len(), 1);
    for (_, answer) in others {
        assert_duplicate(answer);
    }
    assert_eq!(
        owner_of(store, OIDC).await.map(|number| number as usize),
        Some(got[0].0)
    );
    let changed = store
        .users_page(None, 100)
        .await
        .unwrap()
        .into_iter()
        .filter(|user| user.version == 2);
    assert_eq!(changed.count(), 1);
}

async fn two_keepers_of_one_database_race_for_an_identity_as_one_does(store: &Fresh) {
    let two = [store.share(), store.open_again().await];
    store.create_user(&user(0)).await.unwrap();
    assert_eq!(
        two[1].user(id(0)).await.unwrap(),
        Some(user(0)),
        "what one writes the other sees"
    );
    for round in 1..=5 {
        let answers = at_once(8, |number| {
            let store = two[number as usize % 2].clone();
            let user = User {
                id: id(round * 10 + number),
                ..user(round)
            };
            async move { store.create_user(&user).await }
        })
        .await;
        assert_eq!(
            answers.iter().filter(|answer| answer.is_ok()).count(),
            1,
            "{answers:?}"
        );

        let answers = at_once(8, |number| {
            let store = two[number as usize % 2].clone();
            let next = User {
                version: i64::from(round) + 1,
                name: format!("{round} {number}"),
                ..user(0)
            };
            async move { store.replace_user(&next, i64::from(round)).await }
        })
        .await;
        assert_eq!(how_many_true(&answers), 1);
        assert_eq!(
            two[0].user(id(0)).await.unwrap(),
            two[1].user(id(0)).await.unwrap()
        );
    }
    two[1].close().await;
}

on_each_keeper!(migrated:
    a_taken_identity_is_a_duplicate_and_nothing_is_made,
    accounts_without_identities_do_not_collide,
    identities_are_compared_bytewise,
    of_fifty_creates_of_one_address_one_succeeds,
    of_twenty_equal_creates_all_are_ok_and_one_account_is_made,
    a_repeated_create_takes_no_identities,
    a_replacement_with_a_taken_identity_is_a_duplicate_and_changes_nothing,
    a_replacement_of_another_version_changes_no_identities,
    an_identity_that_was_freed_can_be_taken_by_another,
    own_identities_can_be_kept_and_reordered,
    identities_of_an_account_that_was_removed_are_free,
    of_twenty_accounts_that_reach_for_one_identity_one_gets_it,
    two_keepers_of_one_database_race_for_an_identity_as_one_does,
);
