//! The order of lists, by hand.

use futures_util::future::join_all;
use serde_json::json;

use crate::common::TestApp;
use crate::lists::{LISTS, made, names};
use crate::support::{on_each_keeper, pointers, text};

on_each_keeper! {
    lists_are_put_beside_each_other,
    lists_that_are_moved_at_once_are_all_in_one_order,
}

async fn lists_are_put_beside_each_other(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        app.clock.advance(1);
        ids.push(made(&app, &person, name).await);
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|place| ids[place].clone());
    for (moved, side, other, expected) in [
        (&d, "before", &a, "dabc"),
        (&d, "after", &a, "adbc"),
        (&a, "after", &c, "dbca"),
        (&a, "before", &d, "adbc"),
        (&b, "after", &c, "adcb"),
        (&c, "before", &d, "acdb"),
    ] {
        let answer = me
            .post(&format!("{LISTS}/{moved}/move"), json!({ side: other }))
            .await;
        let list = answer.ok();
        assert_eq!(list["id"], moved.as_str());
        assert_eq!(names(&app, &person).await.concat(), expected, "{side}");
        // There it stands already.
        let again = me
            .post(&format!("{LISTS}/{moved}/move"), json!({ side: other }))
            .await;
        assert_eq!(again.ok(), list);
    }
    let path = format!("{LISTS}/{a}/move");
    let still = me.post(&path, json!({ "after": a })).await.ok();
    assert_eq!(names(&app, &person).await.concat(), "acdb");
    for body in [
        json!({}),
        json!({ "after": b, "before": c }),
        json!({ "after": null }),
        json!({ "before": "first" }),
        json!({ "position": "1" }),
    ] {
        me.post(&path, body).await.problem(422, "schema");
    }
    let gone = made(&app, &person, "gone").await;
    me.delete(&format!("{LISTS}/{gone}?todos=inbox"))
        .await
        .expect_empty(204);
    let refused = me
        .post(&path, json!({ "before": gone }))
        .await
        .problem(422, "schema");
    assert_eq!(
        (pointers(&refused), &refused["detail"]),
        (vec!["/before".into()], &json!("no such list"))
    );
    assert_eq!(me.get(&format!("{LISTS}/{a}")).await.ok(), still);
    // A hundred times to the front and back between the same two.
    for _ in 0..50 {
        for (moved, other) in [(&b, &a), (&a, &b)] {
            let answer = me
                .post(&format!("{LISTS}/{moved}/move"), json!({ "before": other }))
                .await;
            answer.ok();
        }
    }
    assert_eq!(names(&app, &person).await.concat(), "abcd");
}

async fn lists_that_are_moved_at_once_are_all_in_one_order(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let first = made(&app, &person, "first").await;
    app.clock.advance(1);
    let last = made(&app, &person, "last").await;
    let mut others = Vec::new();
    for number in 0..6 {
        others.push(made(&app, &person, &format!("{number}")).await);
    }
    let moves = others
        .iter()
        .map(|id| (format!("{LISTS}/{id}/move"), json!({ "before": last })))
        .map(|(path, body)| async move { me.post(&path, body).await });
    for answer in join_all(moves).await {
        answer.ok();
    }
    let page = me.get(LISTS).await.ok();
    let items = page["items"].as_array().expect("items");
    let mut positions: Vec<String> = items.iter().map(|list| text(&list["position"])).collect();
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    positions.dedup();
    assert_eq!(positions.len(), 8);
    assert_eq!((&items[0]["id"], &items[7]["id"]), (&json!(first), &json!(last)));
}
