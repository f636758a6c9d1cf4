//! `Todos::todo_page`: which to-dos a filter lets through, alone and with others. Words that are
//! searched for are in `contract_search.rs`.

use rondo::model::{DueFilter, Id, Priority, Sort, Timestamp, Todo, TodoFilter, TodoQuery};

use crate::keepers::Fresh;
use crate::values::{all_pages, due_between, everything, filtered, id, next_todo, number_of, todo};

/// The numbers of the to-dos of owner 1 that the filter lets through.
pub async fn numbers(store: &Fresh, filter: TodoFilter) -> Vec<u32> {
    let query = filtered(filter);
    let page = store.todo_page(id(1), &query).await.unwrap();
    assert!(!page.more);
    page.items.iter().map(|todo| number_of(todo.id)).collect()
}

fn with_tags(tags: &[&str]) -> TodoFilter {
    TodoFilter {
        tags: tags.iter().map(|&tag| tag.into()).collect(),
        ..TodoFilter::default()
    }
}

pub fn with_terms(terms: &[&str]) -> TodoFilter {
    TodoFilter {
        terms: terms.iter().map(|&term| term.into()).collect(),
        ..TodoFilter::default()
    }
}

fn with_due(due: DueFilter) -> TodoFilter {
    TodoFilter {
        due,
        ..TodoFilter::default()
    }
}

/// Creates the to-dos as numbers 0, 1, … of owner 1.
pub async fn created(store: &Fresh, todos: impl IntoIterator<Item = Todo>) {
    for (number, made) in (0..).zip(todos) {
        let plain = todo(id(1), number);
        let made = Todo {
            id: plain.id,
            created_at: plain.created_at,
            position: plain.position,
            ..made
        };
        store.create_todo(&made).await.unwrap();
    }
}

pub fn titled(title: &str) -> Todo {
    Todo {
        title: title.into(),
        ..todo(id(1), 0)
    }
}

fn tagged(tags: &[&str]) -> Todo {
    Todo {
        tags: tags.iter().map(|&tag| tag.into()).collect(),
        ..todo(id(1), 0)
    }
}

fn due(text: &str) -> Todo {
    Todo {
        due: Some(text.parse().unwrap()),
        ..todo(id(1), 0)
    }
}

async fn a_filter_that_names_nothing_lets_everything_through(store: &Fresh) {
    created(
        store,
        [
            titled("a"),
            Todo {
                done: true,
                ..tagged(&["b"])
            },
            due("2026-11-22"),
        ],
    )
    .await;
    assert_eq!(numbers(store, TodoFilter::default()).await, [0, 1, 2]);
}

async fn done_and_priority_narrow_to_exactly_that(store: &Fresh) {
    let todos = [
        None,
        Some(Priority::Low),
        Some(Priority::Medium),
        Some(Priority::High),
    ]
    .map(|priority| Todo {
        priority,
        done: priority == Some(Priority::High),
        ..todo(id(1), 0)
    });
    created(store, todos).await;
    let done = |done| TodoFilter {
        done: Some(done),
        ..TodoFilter::default()
    };
    let priority = |priority| TodoFilter {
        priority: Some(priority),
        ..TodoFilter::default()
    };
    assert_eq!(numbers(store, done(true)).await, [3]);
    assert_eq!(numbers(store, done(false)).await, [0, 1, 2]);
    assert_eq!(numbers(store, priority(Priority::Low)).await, [1]);
    assert_eq!(numbers(store, priority(Priority::Medium)).await, [2]);
    assert_eq!(numbers(store, priority(Priority::High)).await, [3]);
}

async fn all_tags_must_be_there_exactly_as_written(store: &Fresh) {
    let todos: [&[&str]; 8] = [
        &["home", "garden"],
        &["Home"],
        &["hom", "homes", "home garden", "home,garden", "%", "_ome"],
        &["garden", "home"],
        &["jos\u{e9}"],
        &["jose\u{301}"],
        &["[\"home\"]", "\"home\"", "home\n", " home"],
        &[],
    ];
    created(store, todos.map(tagged)).await;
    assert_eq!(numbers(store, with_tags(&["home"])).await, [0, 3]);
    assert_eq!(numbers(store, with_tags(&["garden", "home"])).await, [0, 3]);
    assert_eq!(numbers(store, with_tags(&["home", "home"])).await, [0, 3]);
    assert_eq!(numbers(store, with_tags(&["Home"])).await, [1]);
    assert_eq!(numbers(store, with_tags(&["home", "Home"])).await, [0; 0]);
    assert_eq!(numbers(store, with_tags(&["jos\u{e9}"])).await, [4]);
    assert_eq!(numbers(store, with_tags(&["jose\u{301}"])).await, [5]);
    assert_eq!(numbers(store, with_tags(&["%"])).await, [2]);
    assert_eq!(numbers(store, with_tags(&[""])).await, [0; 0]);
    let retagged = next_todo(&todo(id(1), 0), |todo| todo.tags = vec!["new".into()]);
    assert!(store.replace_todo(&retagged, 1).await.unwrap());
    assert_eq!(
        numbers(store, with_tags(&["home"])).await,
        [3],
        "old tags are gone"
    );
    assert_eq!(numbers(store, with_tags(&["new"])).await, [0]);
}

async fn tags_are_names_and_never_commands(store: &Fresh) {
    let odd = [
        "$gt",
        "$where",
        "{$ne: null}",
        "a.b",
        ".",
        "*",
        ".*",
        "^",
        "'",
        "\"",
        "\\",
        "`",
        "|",
        ",",
        "🦀",
        "\u{202e}",
        "null",
        "0",
        "true",
        "a\nb",
        "\t",
        "[",
        "]",
        "%",
        "_",
        "' OR 1=1 --",
    ];
    created(store, odd.iter().map(|tag| tagged(&[tag, "all"]))).await;
    for (number, tag) in (0..).zip(odd) {
        assert_eq!(numbers(store, with_tags(&[tag])).await, [number], "{tag:?}");
        assert_eq!(
            numbers(store, with_tags(&["all", tag])).await,
            [number],
            "{tag:?}"
        );
    }
}

async fn deadlines_are_those_from_a_moment_on_and_before_another(store: &Fresh) {
    let moment = |text: &str| -> Timestamp { text.parse().unwrap() };
    let in_tokyo = Todo {
        time_zone: Some("Asia/Tokyo".parse().unwrap()),
        ..due("2026-11-22")
    };
    let todos = [
        due("2026-11-22"),
        in_tokyo,
        due("2026-11-22T10:00:00+02:00"),
        due("2026-11-22T08:00:00.001Z"),
        todo(id(1), 0),
        due("1000-01-01"),
        due("9998-12-31"),
    ];
    created(store, todos).await;
    let between = async |after: Option<&str>, before: Option<&str>| {
        numbers(
            store,
            with_due(due_between(after.map(moment), before.map(moment))),
        )
        .await
    };
    assert_eq!(numbers(store, with_due(DueFilter::None)).await, [4]);
    assert_eq!(between(Some("2026-11-22T08:00:00Z"), None).await, [0, 1, 2, 3, 6]);
    assert_eq!(
        between(Some("2026-11-22T08:00:00.001Z"), None).await,
        [0, 1, 3, 6]
    );
    assert_eq!(
        between(None, Some("2026-11-22T08:00:00Z")).await,
        [5],
        "before is not at"
    );
    assert_eq!(between(None, Some("2026-11-22T08:00:00.001Z")).await, [2, 5]);
    assert_eq!(
        between(Some("2026-11-22T14:59:59.999Z"), Some("2026-11-22T15:00:00Z")).await,
        [1]
    );
    assert_eq!(
        between(Some("2026-11-22T23:59:59.999Z"), Some("2026-11-23T00:00:00Z")).await,
        [0]
    );
    assert_eq!(
        between(Some("2026-11-23T00:00:00Z"), Some("2026-11-22T00:00:00Z")).await,
        [0; 0]
    );
    assert_eq!(
        between(None, None).await,
        [0, 1, 2, 3, 5, 6],
        "those that have a deadline"
    );
}

/// To-dos of every sort that the filters tell apart.
fn combinations() -> Vec<Todo> {
    let mut todos = Vec::new();
    for n in 0..24_usize {
        let due: Option<&str> = [None, Some("2026-11-21"), Some("2026-11-22")][n % 3];
        todos.push(Todo {
            done: n % 2 == 0,
            priority: [
                None,
                Some(Priority::Low),
                Some(Priority::High),
                Some(Priority::Low),
            ][n / 2 % 4],
            due: due.map(|text| text.parse().unwrap()),
            tags: [vec![], vec!["a".into()], vec!["b".into(), "a".into()]][n / 3 % 3].clone(),
            title: ["Milk", "Bread", "Milk and bread", "Äpfel"][n % 4].into(),
            ..todo(id(1), 0)
        });
    }
    todos
}

async fn filters_combine_in_every_way(store: &Fresh) {
    created(store, combinations()).await;
    let todos = store.todo_page(id(1), &everything()).await.unwrap().items;
    let start_of_22nd: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let dues = [
        DueFilter::Any,
        DueFilter::None,
        due_between(None, Some(start_of_22nd)),
    ];
    let mut tried = 0;
    for done in [None, Some(true)] {
        for priority in [None, Some(Priority::Low)] {
            for (due, tags, terms) in dues.iter().flat_map(|due| {
                [vec![], vec!["a"]]
                    .into_iter()
                    .flat_map(move |tags| [vec![], vec!["milk"]].map(|terms| (due, tags.clone(), terms)))
            }) {
                let lets_through = |todo: &&Todo| {
                    let deadline = Sort::Due.key_of(todo);
                    let is_due = match due {
                        DueFilter::Any => true,
                        DueFilter::None => deadline.is_none(),
                        DueFilter::Between { .. } => {
                            deadline.is_some_and(|at| at < start_of_22nd.to_string())
                        }
                    };
                    (done.is_none() || todo.done)
                        && (priority.is_none() || todo.priority == priority)
                        && is_due
                        && (tags.is_empty() || !todo.tags.is_empty())
                        && (terms.is_empty() || todo.title.starts_with("Milk"))
                };
                let mut expected: Vec<Id> = todos.iter().filter(lets_through).map(|todo| todo.id).collect();
                let filter = TodoFilter {
                    done,
                    priority,
                    due: due.clone(),
                    tags: tags.iter().map(|&tag| tag.into()).collect(),
                    terms: terms.iter().map(|&term| term.into()).collect(),
                    ..TodoFilter::default()
                };
                // Each in another order and direction, and in pages that are smaller than what is found.
                let (sort, descending) = (Sort::ALL[tried % 6], tried % 4 < 2);
                let query = TodoQuery {
                    filter,
                    sort,
                    descending,
                    limit: 1 + tried % 5,
                    after: None,
                };
                let found = all_pages(&**store, id(1), &query).await;
                let mut ids: Vec<Id> = found.iter().map(|todo| todo.id).collect();
                ids.sort();
                expected.sort();
                assert_eq!(ids, expected, "{query:?}");
                tried += 1;
            }
        }
    }
}

async fn a_filtered_order_is_the_order_of_what_is_let_through(store: &Fresh) {
    created(store, combinations()).await;
    for sort in Sort::ALL {
        for descending in [false, true] {
            let whole = TodoQuery {
                sort,
                descending,
                ..everything()
            };
            let milk = TodoQuery {
                filter: with_terms(&["milk"]),
                limit: 5,
                ..whole.clone()
            };
            let mut expected = all_pages(&**store, id(1), &whole).await;
            expected.retain(|todo| todo.title.starts_with("Milk"));
            assert_eq!(
                all_pages(&**store, id(1), &milk).await,
                expected,
                "{sort:?}, descending {descending}"
            );
        }
    }
}

/// To-dos in two lists and the inbox, some of them steps of others.
async fn with_lists_and_parents(store: &Fresh) -> Vec<Todo> {
    let todos: Vec<Todo> = (0..18)
        .map(|number| Todo {
            list_id: [None, Some(id(501)), Some(id(502))][number as usize % 3],
            parent_id: [None, None, Some(id(0)), Some(id(1))][number as usize % 4],
            done: number % 5 == 0,
            ..todo(id(1), number)
        })
        .collect();
    created(store, todos.clone()).await;
    todos
}

async fn a_list_and_a_parent_let_through_what_is_in_them_in_every_order(store: &Fresh) {
    let todos = with_lists_and_parents(store).await;
    let lists = [None, Some(None), Some(Some(id(501))), Some(Some(id(503)))];
    let parents = [None, Some(None), Some(Some(id(1))), Some(Some(id(7)))];
    for (list, parent) in lists
        .into_iter()
        .flat_map(|list| parents.map(|parent| (list, parent)))
    {
        for done in [None, Some(true), Some(false)] {
            let lets_through = |todo: &&Todo| {
                list.is_none_or(|list| todo.list_id == list)
                    && parent.is_none_or(|parent| todo.parent_id == parent)
                    && done.is_none_or(|done| todo.done == done)
            };
            let mut expected: Vec<Id> = todos.iter().filter(lets_through).map(|todo| todo.id).collect();
            expected.sort();
            let filter = TodoFilter {
                list,
                parent,
                done,
                ..TodoFilter::default()
            };
            for sort in Sort::ALL {
                let query = TodoQuery {
                    sort,
                    limit: 2,
                    ..filtered(filter.clone())
                };
                let mut found: Vec<Id> = all_pages(&**store, id(1), &query)
                    .await
                    .iter()
                    .map(|todo| todo.id)
                    .collect();
                found.sort();
                assert_eq!(found, expected, "{query:?}");
            }
        }
    }
}

on_each_keeper!(migrated:
    a_filter_that_names_nothing_lets_everything_through,
    done_and_priority_narrow_to_exactly_that,
    all_tags_must_be_there_exactly_as_written,
    tags_are_names_and_never_commands,
    deadlines_are_those_from_a_moment_on_and_before_another,
    filters_combine_in_every_way,
    a_list_and_a_parent_let_through_what_is_in_them_in_every_order,
    a_filtered_order_is_the_order_of_what_is_let_through,
);
