//! Order by hand by many at once, and many times to one place: positions stay short, in order and each its own.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::common::app::Person;
use crate::common::{Keeper, TestApp};
use crate::moves::{alphabet, move_to};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    twenty_who_move_behind_the_same_one_at_once_all_stand_behind_it,
    twenty_who_move_one_to_do_at_once_leave_it_at_one_of_the_places,
    moves_between_the_last_two_never_make_positions_too_long,
}

/// All to-dos in their order by hand, read in pages of this size.
async fn all(app: &TestApp, person: &Person, limit: usize) -> Vec<Value> {
    let (mut all, mut more) = (Vec::new(), String::new());
    loop {
        let page = app
            .by(person)
            .get(&format!("/api/v2/todos?limit={limit}{more}"))
            .await
            .ok();
        all.extend(page["items"].as_array().expect("a page has items").clone());
        match page["next"].as_str() {
            Some(next) => more = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Asserts that each to-do is listed once, and that positions are different and in order; the ids.
async fn check_order(app: &TestApp, person: &Person, count: usize) -> Vec<String> {
    let listed = all(app, person, 100).await;
    let positions: Vec<String> = listed.iter().map(|todo| text(&todo["position"])).collect();
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    assert!(
        positions.iter().all(|position| position.len() <= 150),
        "{positions:?}"
    );
    for limit in [1, 7] {
        assert_eq!(all(app, person, limit).await, listed);
    }
    let ids: Vec<String> = listed.iter().map(|todo| text(&todo["id"])).collect();
    let mut different = ids.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!((ids.len(), different.len()), (count, count));
    ids
}

async fn twenty_who_move_behind_the_same_one_at_once_all_stand_behind_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 23).await;
    check_twenty(&app, &app, &person, &ids).await;
}

/// Twenty clients move the last twenty of 23 to behind the second, half of them through each instance.
async fn check_twenty(here: &TestApp, there: &TestApp, person: &Person, ids: &[String]) {
    for round in 0..3 {
        let moves = ids[3..].iter().enumerate().map(|(number, id)| {
            let app = if number % 2 == 0 { here } else { there };
            move_to(app, person, id, json!({ "after": ids[1] }))
        });
        for answer in join_all(moves).await {
            answer.ok();
        }
        let order = check_order(here, person, 23).await;
        assert_eq!(order[..2], ids[..2], "round {round}");
        assert_eq!(
            order[22], ids[2],
            "round {round}: what stood behind it still does"
        );
    }
}

async fn twenty_who_move_one_to_do_at_once_leave_it_at_one_of_the_places(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 21).await;
    let moves = ids[1..]
        .iter()
        .map(|id| move_to(&app, &person, &ids[0], json!({ "after": id })));
    for answer in join_all(moves).await {
        answer.ok();
    }
    let order = check_order(&app, &person, 21).await;
    let others: Vec<&String> = order.iter().filter(|id| **id != ids[0]).collect();
    assert_eq!(others, ids[1..].iter().collect::<Vec<_>>());
}

/// The worst that a client can do: what is moved goes between the two that were moved before, so that the gap
/// is halved each time. Some 240 of these fill the longest position.
async fn moves_between_the_last_two_never_make_positions_too_long(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 5).await;
    // The first and the last never move: what is between them is `order`.
    let mut order: Vec<&String> = ids[1..4].iter().collect();
    let (mut longest, mut was_spread) = (0, false);
    for number in 0..600 {
        // The one at the outer end goes between the other two.
        let body = if number % 2 == 0 {
            let outer = order.remove(0);
            order.insert(1, outer);
            json!({ "after": order[0] })
        } else {
            let outer = order.pop().expect("there are three");
            order.insert(1, outer);
            json!({ "before": order[2] })
        };
        let moved = move_to(&app, &person, order[1], body).await.ok();
        let length = text(&moved["position"]).len();
        assert!(length <= 150, "{number}: {length}");
        was_spread |= length + 50 < longest;
        longest = longest.max(length);
        if number % 50 == 49 {
            let expected: Vec<&String> = [&ids[0]]
                .into_iter()
                .chain(order.clone())
                .chain([&ids[4]])
                .collect();
            let listed = check_order(&app, &person, 5).await;
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{number}");
        }
    }
    assert!(
        was_spread,
        "positions of {longest} digits at most were never spread"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_who_move_behind_the_same_one_over_two_instances_all_stand_behind_it() {
    let Some(here) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let there = here.spawn_beside(&[]).await;
    let person = here.person("person@example.org").await;
    let ids = alphabet(&here, &person, 23).await;
    check_twenty(&here, &there, &person, &ids).await;
}
