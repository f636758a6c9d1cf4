//! Which plans SQLite makes of the pages, and what the pages show.

use rusqlite::StatementStatus;

use super::*;
use crate::model::{Priority, Todo, TodoFilter};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::tests::{NOW, id, keeper, todo};
use crate::store::{Todos, Upkeep as _};

mod tags;

fn query(sort: Sort, descending: bool, filter: TodoFilter, after: Option<Place>) -> TodoQuery {
    TodoQuery {
        filter,
        sort,
        descending,
        after,
        limit: 3,
    }
}

/// The sort, direction, range and beginning of every page that can be asked for.
fn shapes() -> impl Iterator<Item = (TodoQuery, Range)> {
    let ranges = |sort: Sort| match sort.is_nullable() {
        true => vec![Range::Valued, Range::Unvalued],
        false => vec![Range::Valued],
    };
    let combinations = Sort::ALL.into_iter().flat_map(move |sort| {
        [false, true].into_iter().flat_map(move |descending| {
            ranges(sort).into_iter().flat_map(move |range| {
                [false, true]
                    .into_iter()
                    .map(move |is_first| (sort, descending, range, is_first))
            })
        })
    });
    combinations.map(|(sort, descending, range, is_first)| {
        let key = (range == Range::Valued).then(|| "2".to_owned());
        let after = (!is_first).then(|| Place { key, id: id(7) });
        (query(sort, descending, TodoFilter::default(), after), range)
    })
}

/// Filters that fix a bound, and those that only pass over.
fn filters() -> Vec<TodoFilter> {
    let between = |after: Option<&str>, before: Option<&str>| TodoFilter {
        due: DueFilter::Between {
            after: after.map(str::to_owned),
            before: before.map(str::to_owned),
        },
        ..TodoFilter::default()
    };
    let tagged = |tags: &[&str]| TodoFilter {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..TodoFilter::default()
    };
    let (early, late) = ("2026-01-02T23:59:59.999Z", "2026-01-04T23:59:59.999Z");
    vec![
        TodoFilter::default(),
        TodoFilter {
            done: Some(true),
            ..TodoFilter::default()
        },
        TodoFilter {
            priority: Some(Priority::Medium),
            ..TodoFilter::default()
        },
        TodoFilter {
            due: DueFilter::None,
            ..TodoFilter::default()
        },
        between(None, None),
        between(Some(early), None),
        between(None, Some(late)),
        between(Some(early), Some(late)),
        TodoFilter {
            priority: Some(Priority::High),
            done: Some(false),
            ..between(Some(early), Some(late))
        },
        tagged(&["home"]),
        tagged(&["home", "%"]),
        tagged(&[","]),
        tagged(&["\"a\\"]),
        TodoFilter {
            terms: vec!["do".into(), "%1".into()],
            ..TodoFilter::default()
        },
    ]
}

async fn plan(keeper: &Sqlite, query: TodoQuery, range: Range) -> Vec<String> {
    let explain = move |connection: &Connection| {
        let statement = Statement::of(id(1), &query, None, range, 4);
        let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))?;
        let lines = explained.query_map(params_from_iter(statement.parameters), |row| row.get("detail"))?;
        Ok(lines.collect::<Result<Vec<String>, _>>()?)
    };
    keeper.read(explain).await.unwrap()
}

#[tokio::test]
async fn every_page_is_one_range_of_its_index_and_is_never_sorted() {
    let (_folder, keeper) = keeper().await;
    let mut count = 0;
    for (query, range) in shapes() {
        let (key, index) = names(query.sort);
        let beyond = if query.descending { "<" } else { ">" };
        let low = if query.sort.is_nullable() {
            format!(" AND {key}>?")
        } else {
            String::new()
        };
        let bounds = match (range, &query.after) {
            (Range::Valued, None) => low,
            (Range::Valued, Some(_)) if query.descending => format!("{low} AND ({key},id)<(?,?)"),
            (Range::Valued, Some(_)) => format!(" AND ({key},id)>(?,?)"),
            (Range::Unvalued, None) => format!(" AND {key}=?"),
            (Range::Unvalued, Some(_)) => format!(" AND {key}=? AND id{beyond}?"),
        };
        let expected = format!("SEARCH todos USING INDEX {index} (owner=? AND state=?{bounds})");
        let open = TodoQuery {
            filter: TodoFilter {
                done: Some(false),
                ..TodoFilter::default()
            },
            ..query.clone()
        };
        assert_eq!(
            plan(&keeper, open, range).await,
            [expected.as_str()],
            "{query:?} {range:?}"
        );
        let of_both = plan(&keeper, query.clone(), range).await;
        assert_eq!(
            of_both,
            ["MERGE (UNION ALL)", "LEFT", &expected, "RIGHT", &expected],
            "{query:?} {range:?}"
        );
        for filter in filters() {
            let filtered = TodoQuery {
                filter,
                ..query.clone()
            };
            let lines = plan(&keeper, filtered.clone(), range).await;
            let begin = format!("SEARCH todos USING INDEX {index} (owner=? AND state=?");
            let mut searches = lines.iter().filter(|line| line.contains(" todos "));
            assert!(
                searches.all(|line| line.starts_with(&begin))
                    && lines.iter().all(|line| !line.contains("B-TREE")),
                "{filtered:?} {lines:?}"
            );
        }
        count += 1;
    }
    assert_eq!(count, (4 + 2 * 2) * 2 * 2);
}

#[tokio::test]
async fn the_bounds_of_a_filter_bound_the_range() {
    let (_folder, keeper) = keeper().await;
    let place = |key: &str| {
        Some(Place {
            key: Some(key.into()),
            id: id(7),
        })
    };
    let [priority, between] = [&filters()[2], &filters()[7]];
    for (sort, descending, filter, after, bounds) in [
        (Sort::Due, false, between, None, "key_due>? AND key_due<?"),
        (
            Sort::Due,
            false,
            between,
            place("2026"),
            "(key_due,id)>(?,?) AND key_due<?",
        ),
        (
            Sort::Due,
            true,
            between,
            place("2026"),
            "key_due>? AND (key_due,id)<(?,?)",
        ),
        (
            Sort::Priority,
            false,
            priority,
            None,
            "key_priority>? AND key_priority<?",
        ),
        (
            Sort::Priority,
            false,
            priority,
            place("2"),
            "(key_priority,id)>(?,?) AND key_priority<?",
        ),
        (
            Sort::Priority,
            true,
            priority,
            place("2"),
            "key_priority>? AND (key_priority,id)<(?,?)",
        ),
    ] {
        let lines = plan(
            &keeper,
            query(sort, descending, filter.clone(), after),
            Range::Valued,
        )
        .await;
        assert!(
            lines
                .iter()
                .any(|line| line.ends_with(&format!("(owner=? AND state=? AND {bounds})"))),
            "{lines:?}"
        );
    }
}

#[tokio::test]
async fn other_peoples_todos_and_deleted_ones_cost_a_page_nothing() {
    let (_folder, keeper) = keeper().await;
    for number in 0..30 {
        keeper.create_todo(&todo(id(number % 3), number)).await.unwrap();
    }
    let steps = || {
        keeper.read(|connection| {
            let mut all = Vec::new();
            for (query, range) in shapes() {
                let statement = Statement::of(id(1), &query, None, range, 4);
                let mut prepared = connection.prepare(&statement.sql)?;
                prepared
                    .query_and_then(params_from_iter(statement.parameters), |row| read(id(1), row))?
                    .for_each(drop);
                all.push(prepared.get_status(StatementStatus::VmStep));
            }
            Ok(all)
        })
    };
    let before = steps().await.unwrap();
    for number in 100..300 {
        keeper
            .create_todo(&todo(id(number % 2 * 2), number))
            .await
            .unwrap();
        let deleted = Todo {
            deleted_at: Some(NOW),
            ..todo(id(1), number)
        };
        keeper.create_todo(&deleted).await.unwrap();
    }
    assert_eq!(steps().await.unwrap(), before);
}

#[tokio::test]
async fn what_few_fulfil_is_read_from_its_own_index_however_many_others_there_are() {
    let (_folder, keeper) = keeper().await;
    let day = |number: u64| format!("2026-01-{:02}", 1 + number % 28).parse().ok();
    let rare = |number: u64| number.is_multiple_of(100);
    for number in 0..900 {
        let made = Todo {
            list_id: rare(number).then(|| id(900)),
            parent_id: rare(number).then(|| id(901)),
            priority: rare(number).then_some(Priority::High),
            due: if rare(number) { day(number) } else { None },
            ..todo(id(1), number)
        };
        keeper.create_todo(&made).await.unwrap();
    }
    let filters = [
        (
            TodoFilter {
                parent: Some(Some(id(901))),
                ..TodoFilter::default()
            },
            "todos_of_parent (owner=? AND parent_id=? AND state=?)",
        ),
        (
            TodoFilter {
                list: Some(Some(id(900))),
                ..TodoFilter::default()
            },
            "todos_in_list (owner=? AND list_id=? AND state=?)",
        ),
        (
            TodoFilter {
                due: DueFilter::Between {
                    after: Some("2026-01-01".into()),
                    before: Some("2026-03-01".into()),
                },
                ..TodoFilter::default()
            },
            "todos_by_due (owner=? AND state=? AND key_due>? AND key_due<?)",
        ),
        (
            TodoFilter {
                priority: Some(Priority::High),
                ..TodoFilter::default()
            },
            "todos_by_priority (owner=? AND state=? AND key_priority=?)",
        ),
    ];
    for (filter, index) in filters {
        let query = query(Sort::Title, false, filter.clone(), None);
        let asked = query.clone();
        let lines = keeper
            .read(move |connection| {
                let few = few(connection, id(1), &asked)?;
                let statement = Statement::of(id(1), &asked, few, Range::Valued, 4);
                let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))?;
                let lines =
                    explained.query_map(params_from_iter(statement.parameters), |row| row.get("detail"))?;
                Ok(lines.collect::<Result<Vec<String>, _>>()?)
            })
            .await
            .unwrap();
        assert!(lines.iter().any(|line| line.contains(index)), "{index} {lines:?}");
        let page = keeper.todo_page(id(1), &query).await.unwrap();
        assert_eq!(page.items.len(), 3);
        assert!(page.more);
    }
    // What many fulfil is passed over along the order.
    let inbox = TodoFilter {
        list: Some(None),
        ..TodoFilter::default()
    };
    let many = query(Sort::Title, false, inbox, None);
    let few = keeper.read(move |connection| few(connection, id(1), &many)).await;
    assert_eq!(few.unwrap(), None);
    keeper.close().await;
}

/// To-dos whose keys are often the same, and often missing.
fn mixed() -> Vec<Todo> {
    let priorities = [
        None,
        Some(Priority::Low),
        Some(Priority::Medium),
        Some(Priority::High),
    ];
    let tags: [&[&str]; 6] = [
        &[],
        &["home"],
        &["home", "%"],
        &["a", "b"],
        &[",", "\"a\\"],
        &["Home", "homes"],
    ];
    (0..72_u64)
        .map(|number| Todo {
            done: number % 3 == 0,
            due: (number % 4 != 0).then(|| format!("2026-01-0{}", 1 + number % 5).parse().unwrap()),
            priority: priorities[(number % 7 % 4) as usize],
            tags: tags[(number % 6) as usize]
                .iter()
                .map(|tag| (*tag).to_owned())
                .collect(),
            position: format!("{}", number % 10),
            notes: format!("%{}", number % 2),
            ..todo(id(1), number)
        })
        .collect()
}

fn matches(todo: &Todo, filter: &TodoFilter) -> bool {
    let (due, search) = (todo.sort_keys().due, todo.search_text());
    filter.done.is_none_or(|done| todo.done == done)
        && filter
            .priority
            .is_none_or(|priority| todo.priority == Some(priority))
        && filter.tags.iter().all(|tag| todo.tags.contains(tag))
        && filter.terms.iter().all(|term| search.contains(term))
        && match &filter.due {
            DueFilter::Any => true,
            DueFilter::None => due.is_none(),
            DueFilter::Between { after, before } => due.is_some_and(|due| {
                after.as_ref().is_none_or(|after| due >= *after)
                    && before.as_ref().is_none_or(|before| due < *before)
            }),
        }
}

#[tokio::test]
async fn page_after_page_shows_what_sorting_and_filtering_by_hand_shows() {
    let (_folder, keeper) = keeper().await;
    let todos = mixed();
    // Some come to their place by a replacement, of which every index must know.
    for (todo, before) in todos.iter().zip(todos.iter().cycle().skip(25)) {
        let created = Todo {
            id: todo.id,
            ..before.clone()
        };
        keeper.create_todo(&created).await.unwrap();
        assert!(
            keeper
                .replace_todo(
                    &Todo {
                        version: 2,
                        ..todo.clone()
                    },
                    1
                )
                .await
                .unwrap()
        );
    }
    for (sort, descending, filter) in Sort::ALL.into_iter().flat_map(|sort| {
        [false, true]
            .into_iter()
            .flat_map(move |down| filters().into_iter().map(move |filter| (sort, down, filter)))
    }) {
        let mut expected: Vec<_> = todos
            .iter()
            .filter(|todo| matches(todo, &filter))
            .map(|todo| (sort.key_of(todo), todo.id))
            .collect();
        expected.sort();
        if descending {
            expected.reverse();
        }
        expected.sort_by_key(|(key, _)| key.is_none());
        let mut query = query(sort, descending, filter, None);
        let mut shown = Vec::new();
        loop {
            let page = keeper.todo_page(id(1), &query).await.unwrap();
            assert!(page.items.len() == 3 || !page.more);
            shown.extend(page.items.iter().map(|todo| (sort.key_of(todo), todo.id)));
            if !page.more {
                break;
            }
            query.after = shown.last().map(|(key, id)| Place {
                key: key.clone(),
                id: *id,
            });
        }
        assert_eq!(shown, expected, "{query:?}");
    }
}
