//! `Keys` and `Counters`: what all instances share.

use rondo::store::{KeyRow, StoreError};

use crate::keepers::Fresh;
use crate::values::{assert_duplicate, at, at_once, how_many_true};

fn key(number: i64, kid: &str) -> KeyRow {
    KeyRow {
        number,
        kid: kid.into(),
        algorithm: "ES256".into(),
        sealed: (0..=255).collect(),
        public: format!(r#"{{"kty":"EC","kid":"{kid}"}}"#),
        signs_from: at(number),
    }
}

async fn keys_are_read_back_as_they_were_written_by_their_number(store: &Fresh) {
    assert_eq!(store.keys().await.unwrap(), []);
    let empty = KeyRow {
        sealed: Vec::new(),
        public: String::new(),
        ..key(2, "")
    };
    let long = KeyRow {
        sealed: vec![0; 5000],
        algorithm: "RS256".into(),
        ..key(10, "ten \u{1f511}'\"$")
    };
    let keys = [key(1, "one"), empty, long];
    for number in [2, 0, 1] {
        store.create_key(&keys[number]).await.unwrap();
    }
    assert_eq!(store.keys().await.unwrap(), keys);
}

async fn a_number_is_one_keys(store: &Fresh) {
    store.create_key(&key(1, "first")).await.unwrap();
    assert_duplicate(store.create_key(&key(1, "second")).await);
    assert_eq!(store.keys().await.unwrap(), [key(1, "first")]);
    store.create_key(&key(2, "second")).await.unwrap();
    assert_eq!(store.keys().await.unwrap(), [key(1, "first"), key(2, "second")]);
}

async fn of_several_instances_one_makes_the_next_key(store: &Fresh) {
    let two = [store.share(), store.open_again().await];
    let answers = at_once(20, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.create_key(&key(1, &format!("kid {number}"))).await }
    })
    .await;
    let made: Vec<usize> = (0..20).filter(|number| answers[*number].is_ok()).collect();
    assert_eq!(made.len(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Ok(()) | Err(StoreError::Duplicate))),
        "{answers:?}"
    );
    assert_eq!(
        two[1].keys().await.unwrap(),
        [key(1, &format!("kid {}", made[0]))]
    );
    two[1].close().await;
}

async fn a_key_is_sealed_anew_only_if_it_is_sealed_as_one_thinks(store: &Fresh) {
    store.create_key(&key(1, "one")).await.unwrap();
    let old = key(1, "one").sealed;
    assert!(!store.reseal_key(1, b"other", b"new").await.unwrap());
    assert!(!store.reseal_key(2, &old, b"new").await.unwrap());
    assert!(store.reseal_key(1, &old, b"new").await.unwrap());
    assert!(
        !store.reseal_key(1, &old, b"newer").await.unwrap(),
        "it was done before"
    );
    let expected = KeyRow {
        sealed: b"new".to_vec(),
        ..key(1, "one")
    };
    assert_eq!(store.keys().await.unwrap(), [expected]);
}

async fn a_key_is_removed_by_its_number(store: &Fresh) {
    for number in [1, 2, 3] {
        store.create_key(&key(number, "kid")).await.unwrap();
    }
    for _ in 0..2 {
        store.remove_key(2).await.unwrap();
    }
    assert_eq!(store.keys().await.unwrap(), [key(1, "kid"), key(3, "kid")]);
}

async fn the_first_value_of_a_fact_stays(store: &Fresh) {
    for (name, value) in [
        ("a", "1"),
        ("A", "2"),
        ("$set.x", "'\"\\🦀"),
        ("", ""),
        ("a ", "4"),
    ] {
        assert_eq!(store.fact(name, value).await.unwrap(), value);
        assert_eq!(store.fact(name, "other").await.unwrap(), value, "{name:?}");
    }
    assert_eq!(store.fact("a", "3").await.unwrap(), "1");
}

async fn of_twenty_first_values_one_stays_and_all_are_told_it(store: &Fresh) {
    let two = [store.share(), store.open_again().await];
    let answers = at_once(20, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.fact("secret", &number.to_string()).await }
    })
    .await;
    let kept = store.fact("secret", "late").await.unwrap();
    assert_ne!(kept, "late");
    for answer in answers {
        assert_eq!(answer.unwrap(), kept);
    }
    two[1].close().await;
}

async fn a_fact_is_replaced_only_if_it_is_what_one_thinks(store: &Fresh) {
    assert!(!store.replace_fact("a", "1", "2").await.unwrap(), "there is none");
    assert!(!store.replace_fact("a", "", "2").await.unwrap(), "there is none");
    assert_eq!(store.fact("a", "1").await.unwrap(), "1", "and none was made");
    assert!(!store.replace_fact("a", "2", "3").await.unwrap());
    assert!(!store.replace_fact("b", "1", "3").await.unwrap());
    assert_eq!(store.fact("a", "").await.unwrap(), "1");
    assert!(store.replace_fact("a", "1", "2").await.unwrap());
    assert!(!store.replace_fact("a", "1", "3").await.unwrap());
    assert_eq!(store.fact("a", "").await.unwrap(), "2");
    assert!(
        store.replace_fact("a", "2", "2").await.unwrap(),
        "the same again is put in its place"
    );
}

async fn of_twenty_replacements_of_one_fact_one_holds(store: &Fresh) {
    store.fact("a", "old").await.unwrap();
    let answers = at_once(20, |number| {
        let store = store.share();
        async move { store.replace_fact("a", "old", &number.to_string()).await }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    let winner = answers
        .iter()
        .position(|answer| matches!(answer, Ok(true)))
        .unwrap();
    assert_eq!(store.fact("a", "").await.unwrap(), winner.to_string());
}

async fn a_counter_begins_at_0_and_adds_up(store: &Fresh) {
    let count = async |counter, amount| store.count(counter, amount, at(60)).await.unwrap();
    assert_eq!(count("a", 1).await, 1);
    assert_eq!(count("a", 1).await, 2);
    assert_eq!(count("a", 40).await, 42);
    assert_eq!(count("a", -50).await, -8);
    assert_eq!(count("a", 0).await, -8);
    assert_eq!(count("b", 0).await, 0);
    assert_eq!(count("A", -1).await, -1);
    assert_eq!(count("$inc.x '\"\\🦀", 7).await, 7);
    assert_eq!(count("", 8).await, 8);
    assert_eq!(count("large", 9_007_199_254_740_992).await, 9_007_199_254_740_992);
    assert_eq!(
        count("large", 1).await,
        9_007_199_254_740_993,
        "not a floating point number"
    );
    assert_eq!(count("a", 0).await, -8);
}

async fn of_calls_at_once_none_is_lost(store: &Fresh) {
    let two = [store.share(), store.open_again().await];
    let answers = at_once(50, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.count("a", 1, at(60)).await }
    })
    .await;
    let mut values: Vec<i64> = answers.into_iter().map(Result::unwrap).collect();
    values.sort_unstable();
    assert_eq!(values, (1..=50).collect::<Vec<_>>(), "each is told its own value");
    let mixed = at_once(30, |number| {
        let store = store.share();
        async move { store.count("a", i64::from(number) - 10, at(60)).await }
    })
    .await;
    assert!(mixed.iter().all(Result::is_ok), "{mixed:?}");
    let sum: i64 = (0..30).map(|number| number - 10).sum();
    assert_eq!(store.count("a", 0, at(60)).await.unwrap(), 50 + sum);
    two[1].close().await;
}

async fn counters_are_removed_that_expired_before(store: &Fresh) {
    for (counter, seconds) in [("a", 10), ("b", 20), ("c", 30)] {
        store.count(counter, 5, at(seconds)).await.unwrap();
    }
    let value = async |counter: &str, seconds| (**store).count(counter, 0, at(seconds)).await.unwrap();
    store.remove_counters(at(10)).await.unwrap();
    assert_eq!(value("a", 10).await, 5, "at that moment is not before it");
    store.remove_counters(at(20).plus_millis(1)).await.unwrap();
    assert_eq!(
        [value("a", 10).await, value("b", 20).await, value("c", 30).await],
        [0, 0, 5]
    );
}

on_each_keeper!(migrated:
    keys_are_read_back_as_they_were_written_by_their_number,
    a_number_is_one_keys,
    of_several_instances_one_makes_the_next_key,
    a_key_is_sealed_anew_only_if_it_is_sealed_as_one_thinks,
    a_key_is_removed_by_its_number,
    the_first_value_of_a_fact_stays,
    of_twenty_first_values_one_stays_and_all_are_told_it,
    a_fact_is_replaced_only_if_it_is_what_one_thinks,
    of_twenty_replacements_of_one_fact_one_holds,
    a_counter_begins_at_0_and_adds_up,
    of_calls_at_once_none_is_lost,
    counters_are_removed_that_expired_before,
);
