//! That queries go by their indexes, and that stamps grow.

use bson::{Bson, Document, doc};

use super::{Trial, at, id, on_database, todo};
use crate::model::{
    Actor, AuditDetails, AuditEvent, AuditFilter, AuditKind, AuditPlace, ChangePlace, List, Place, Sort,
    State, TodoFilter, TodoQuery,
};
use crate::store::mongo::documents::{date, object_id};
use crate::store::mongo::stamps::Stamping;
use crate::store::mongo::{audit, feed, indexes, lists, pages};
use crate::store::{Audit, Lists, Todos};

/// The stages of the winning plan, and the indexes that they read.
fn stages(plan: &Document, found: &mut Vec<String>) {
    if let Ok(stage) = plan.get_str("stage") {
        found.push(stage.to_owned());
    }
    if let Ok(index) = plan.get_str("indexName") {
        found.push(index.to_owned());
    }
    for value in plan.values() {
        match value {
            Bson::Document(inner) => stages(inner, found),
            Bson::Array(inner) => inner
                .iter()
                .filter_map(Bson::as_document)
                .for_each(|plan| stages(plan, found)),
            _ => {}
        }
    }
}

async fn plan(trial: &Trial, find: Document) -> Vec<String> {
    let explained = trial
        .database
        .run_command(doc! { "explain": find, "verbosity": "queryPlanner" })
        .await
        .unwrap();
    let planner = explained.get_document("queryPlanner").unwrap();
    let mut found = Vec::new();
    stages(planner.get_document("winningPlan").unwrap(), &mut found);
    found
}

/// Whether the server is not MongoDB, but SecantusDB. That sorts what an index has sorted already, and
/// its stamps do not grow.
async fn is_stand_in(trial: &Trial) -> bool {
    trial
        .database
        .run_command(doc! { "buildInfo": 1 })
        .await
        .unwrap()
        .contains_key("secantusVersion")
}

#[tokio::test]
async fn every_range_of_a_page_goes_by_the_index_of_its_order() {
    on_database(
        "every_range_of_a_page_goes_by_the_index_of_its_order",
        async |trial| {
            let keeper = trial.ready().await;
            for number in 0..20 {
                keeper.create_todo(&todo(id(1), number)).await.unwrap();
            }
            let sorts_again = is_stand_in(trial).await;
            for (sort, descending) in Sort::ALL
                .into_iter()
                .flat_map(|sort| [(sort, false), (sort, true)])
            {
                let place = |key: Option<&str>| Place {
                    key: key.map(str::to_owned),
                    id: id(3),
                };
                for after in [None, Some(place(Some("2"))), Some(place(None))] {
                    let query = TodoQuery {
                        filter: TodoFilter::default(),
                        sort,
                        descending,
                        after,
                        limit: 5,
                    };
                    for range in pages::ranges(id(1), &query, State::Open) {
                        let sort_by = pages::sort(&query);
                        let find = doc! { "find": "todos", "filter": range, "sort": sort_by, "limit": 6 };
                        let found = plan(trial, find).await;
                        assert!(found.contains(&indexes::by(sort)), "{sort:?} {found:?}");
                        assert!(
                            !found.iter().any(|stage| stage == "COLLSCAN"),
                            "{sort:?} {found:?}"
                        );
                        assert!(
                            sorts_again || !found.iter().any(|stage| stage == "SORT"),
                            "{sort:?} {found:?}"
                        );
                    }
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn every_range_of_changes_goes_by_the_index_of_stamps() {
    on_database(
        "every_range_of_changes_goes_by_the_index_of_stamps",
        async |trial| {
            let keeper = trial.ready().await;
            for number in 0..20 {
                keeper.create_todo(&todo(id(1), number)).await.unwrap();
                let list = List::new(id(100 + number), id(1), "A list".into(), at(1));
                keeper.create_list(&list).await.unwrap();
            }
            let sorts_again = is_stand_in(trial).await;
            let place = ChangePlace { stamp: 9, id: id(3) };
            let ranges = feed::ranges(&doc! { "owner": object_id(id(1)) }, place);
            assert_eq!(ranges.len(), 2);
            assert_eq!(
                feed::ranges(&doc! { "owner": object_id(id(1)) }, ChangePlace::behind(9)).len(),
                1
            );
            let collections = [("todos", feed::order()), ("lists", feed::order_of_lists())];
            for (collection, order) in collections {
                for range in &ranges {
                    let find = doc! {
                        "find": collection, "filter": range.clone(), "sort": order.clone(), "limit": 6,
                    };
                    let found = plan(trial, find).await;
                    // The stand-in uses no index that has only a part of what is asked for.
                    if sorts_again && collection == "lists" && range.contains_key("_id") {
                        continue;
                    }
                    // One range is of one stamp and all ids behind one, for which an index by id may do as well.
                    let by_id = ["owner", "_id_", "IDHACK"];
                    assert!(
                        found
                            .iter()
                            .any(|name| name == "changed" || by_id.contains(&name.as_str())),
                        "{collection} {found:?}"
                    );
                    assert!(!found.iter().any(|stage| stage == "COLLSCAN"), "{found:?}");
                    assert!(
                        sorts_again || !found.iter().any(|stage| stage == "SORT"),
                        "{collection} {found:?}"
                    );
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn identities_the_feed_and_the_jobs_go_by_partial_indexes() {
    on_database(
        "identities_the_feed_and_the_jobs_go_by_partial_indexes",
        async |trial| {
            let _keeper = trial.ready().await;
            let since = doc! { "$gte": date(at(0)) };
            let before = doc! { "$gte": indexes::EARLIEST, "$lt": date(at(0)) };
            for (collection, filter, index) in [
                (
                    "users",
                    doc! { "identities": "email:a@example.org" },
                    "identities",
                ),
                ("users", doc! { "epoch_at": since.clone() }, "epoch_at"),
                ("users", doc! { "deleted_at": before.clone() }, "deleted_at"),
                ("sessions", doc! { "ended_at": since }, "ended_at"),
                ("sessions", doc! { "ended_at": before.clone() }, "ended_at"),
                ("sessions", doc! { "user_id": object_id(id(1)) }, "user_id"),
                ("todos", doc! { "state": 2, "deleted_at": before }, "deleted"),
                (
                    "todos",
                    doc! { "owner": object_id(id(1)), "_id": object_id(id(2)) },
                    "owner",
                ),
            ] {
                let found = plan(trial, doc! { "find": collection, "filter": filter }).await;
                let goes_by_id = found.iter().any(|name| name == "_id_" || name == "IDHACK");
                assert!(
                    found.iter().any(|name| name == index) || goes_by_id,
                    "{collection} {index} {found:?}"
                );
            }
        },
    )
    .await;
}

#[tokio::test]
async fn counting_what_is_open_reads_the_index_of_the_lists_alone() {
    on_database(
        "counting_what_is_open_reads_the_index_of_the_lists_alone",
        async |trial| {
            let keeper = trial.ready().await;
            for number in 0..200 {
                let mut made = todo(id(1), number);
                made.list_id = (number % 5 > 0).then(|| id(number % 5));
                made.set_done(number % 4 > 0, at(1));
                keeper.create_todo(&made).await.unwrap();
            }
            let counts = keeper.open_counts(id(1)).await.unwrap();
            assert_eq!(counts.values().sum::<u64>(), 50, "{counts:?}");
            if is_stand_in(trial).await {
                return;
            }
            let count = doc! { "aggregate": "todos", "pipeline": lists::counting(id(1)), "cursor": {} };
            let explain = doc! { "explain": count, "verbosity": "queryPlanner" };
            let explained = trial.database.run_command(explain).await.unwrap();
            let mut found = Vec::new();
            winning(&explained, &mut found);
            assert!(found.iter().any(|name| name == "in_list"), "{found:?}");
            for stage in ["COLLSCAN", "FETCH", "SORT"] {
                assert!(!found.iter().any(|name| name == stage), "{stage} {found:?}");
            }
        },
    )
    .await;
}

/// The stages of every winning plan in what is explained, wherever it stands.
fn winning(explained: &Document, found: &mut Vec<String>) {
    for (name, value) in explained {
        match value {
            Bson::Document(plan) if name == "winningPlan" => stages(plan, found),
            Bson::Document(inner) => winning(inner, found),
            Bson::Array(inner) => inner
                .iter()
                .filter_map(Bson::as_document)
                .for_each(|inner| winning(inner, found)),
            _ => {}
        }
    }
}

#[tokio::test]
async fn lists_and_their_jobs_go_by_indexes() {
    on_database("lists_and_their_jobs_go_by_indexes", async |trial| {
        let keeper = trial.ready().await;
        for number in 0..20 {
            let list = List::new(id(number), id(1), "A list".into(), at(1));
            keeper.create_list(&list).await.unwrap();
        }
        let before = doc! { "$gte": indexes::EARLIEST, "$lt": date(at(0)) };
        let own = doc! { "owner": object_id(id(1)), "deleted_at": Bson::Null };
        let order = doc! { "position": 1, "_id": 1 };
        for (filter, sort, index) in [
            (own, order, "by_position"),
            (
                doc! { "fate": { "$gte": "" }, "deleted_at": { "$gte": indexes::EARLIEST } },
                doc! {},
                "deleted",
            ),
            (
                doc! { "deleted_at": before, "fate": Bson::Null },
                doc! {},
                "deleted",
            ),
        ] {
            let found = plan(trial, doc! { "find": "lists", "filter": filter, "sort": sort }).await;
            assert!(found.iter().any(|name| name == index), "{index} {found:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_page_of_the_audit_log_goes_by_the_index_of_its_filters() {
    on_database(
        "every_page_of_the_audit_log_goes_by_the_index_of_its_filters",
        async |trial| {
            let keeper = trial.ready().await;
            for number in 0..20 {
                let event = AuditEvent {
                    id: id(number),
                    at: at(i64::from(number)),
                    kind: AuditKind::SignedIn,
                    actor: Actor::User(id(number % 3)),
                    subject: Some(id(number % 2)),
                    details: AuditDetails::default(),
                    address: String::new(),
                    device: String::new(),
                    request_id: String::new(),
                };
                keeper.append_event(&event).await.unwrap();
            }
            let sorts_again = is_stand_in(trial).await;
            for bits in 0_u8..8 {
                let has = |bit: u8| bits >> bit & 1 == 1;
                let parts = [(has(0), "_actor"), (has(1), "_subject"), (has(2), "_kind")];
                let given: String = parts
                    .iter()
                    .filter(|(is_given, _)| *is_given)
                    .map(|(_, part)| *part)
                    .collect();
                let index = format!("by{}", if given.is_empty() { "_time" } else { &given });
                let filter = AuditFilter {
                    actor: has(0).then_some(Actor::User(id(1))),
                    subject: has(1).then_some(id(1)),
                    kinds: Vec::new(),
                    since: Some(at(1)),
                    until: Some(at(18)),
                };
                let kind = has(2).then_some(AuditKind::SignedIn);
                let place = AuditPlace {
                    at: at(12),
                    id: id(12),
                };
                for after in [None, Some(place)] {
                    for range in audit::ranges(&filter, kind, after) {
                        // Of one moment, and ids behind one: an index by id may do as well.
                        let is_rest = range.contains_key("_id");
                        let find =
                            doc! { "find": "audit", "filter": range, "sort": audit::order(), "limit": 6 };
                        let found = plan(trial, find).await;
                        assert!(found.contains(&index) || is_rest, "{index} {found:?}");
                        assert!(!found.iter().any(|stage| stage == "COLLSCAN"), "{found:?}");
                        assert!(
                            sorts_again || !found.iter().any(|stage| stage == "SORT"),
                            "{found:?}"
                        );
                    }
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn stamps_grow_over_inserts_and_replacements() {
    on_database("stamps_grow_over_inserts_and_replacements", async |trial| {
        let (one, other) = (trial.ready().await, trial.connect().await);
        let mut last = 0;
        for number in 1..6 {
            let keeper = if number % 2 == 0 { &one } else { &other };
            keeper.create_todo(&todo(id(1), number)).await.unwrap();
            let made = keeper.todo(id(1), id(number)).await.unwrap().unwrap();
            assert!(made.stamp > last, "{} after {last}", made.stamp);
            let mut next = made.clone();
            next.version = 2;
            assert!(one.replace_todo(&next, 1).await.unwrap());
            let next = other.todo(id(1), id(number)).await.unwrap().unwrap();
            assert!(next.stamp > made.stamp, "{} after {}", next.stamp, made.stamp);
            last = next.stamp;
        }
        let expected = if is_stand_in(trial).await {
            Stamping::Counter
        } else {
            Stamping::Server
        };
        assert_eq!(one.db.stamping.get(), Some(&expected));
    })
    .await;
}
