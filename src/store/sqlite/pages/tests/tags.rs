//! Pages by tags: which of them a page begins with, and what it costs.

use super::*;
use crate::store::sqlite::tests::db_execute;

fn tagged(number: u64, tags: &[&str]) -> Todo {
    Todo {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..todo(id(1), number)
    }
}

fn by_tags(tags: &[&str]) -> TodoQuery {
    let filter = TodoFilter {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..TodoFilter::default()
    };
    query(Sort::Title, false, filter, None)
}

async fn few_of(keeper: &Sqlite, query: &TodoQuery) -> Option<Narrow> {
    let query = query.clone();
    let few = keeper
        .read(move |connection| few(connection, id(1), &query))
        .await;
    few.unwrap()
}

/// The plans of counting those with a tag, and of the page.
async fn plans(keeper: &Sqlite, query: &TodoQuery) -> Vec<String> {
    let query = query.clone();
    let explain = move |connection: &Connection| {
        let few = few(connection, id(1), &query)?;
        let mut lines = Vec::new();
        for statement in [
            Statement::counting(id(1), &query, Narrow::Tag(0), FEW),
            Statement::of(id(1), &query, few, Range::Valued, 4),
        ] {
            let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))?;
            let found =
                explained.query_map(params_from_iter(statement.parameters), |row| row.get("detail"))?;
            lines.extend(found.collect::<Result<Vec<String>, _>>()?);
        }
        lines.retain(|line| line.contains(" tod"));
        Ok(lines)
    };
    keeper.read(explain).await.unwrap()
}

/// How many steps SQLite takes for a page that is read from these few, or along its order.
async fn steps(keeper: &Sqlite, query: &TodoQuery, few: Option<Narrow>) -> i32 {
    let query = query.clone();
    let count = move |connection: &Connection| {
        let counting = few.map(|narrow| Statement::counting(id(1), &query, narrow, FEW + 1));
        let page = Statement::of(id(1), &query, few, Range::Valued, 11);
        let mut steps = 0;
        for statement in counting.into_iter().chain([page]) {
            let mut prepared = connection.prepare(&statement.sql)?;
            let mut rows = prepared.query(params_from_iter(statement.parameters))?;
            while rows.next()?.is_some() {}
            drop(rows);
            steps += prepared.get_status(StatementStatus::VmStep);
        }
        Ok(steps)
    };
    keeper.read(count).await.unwrap()
}

#[tokio::test]
async fn a_rare_tag_is_read_from_its_table_and_each_to_do_by_its_key_whatever_is_known_of_them() {
    let (_folder, keeper) = keeper().await;
    for number in 0..300 {
        let tags: &[&str] = if number % 30 == 0 { &["rare"] } else { &["other"] };
        keeper.create_todo(&tagged(number, tags)).await.unwrap();
    }
    let tag = "SEARCH todo_tags USING PRIMARY KEY (owner=? AND tag=? AND state=?)";
    let key = "SEARCH todos USING INDEX sqlite_autoindex_todos_1 (owner=? AND id=?)";
    for command in ["", "ANALYZE"] {
        db_execute(&keeper, command).await;
        let lines = plans(&keeper, &by_tags(&["rare"])).await;
        assert_eq!(lines, [tag, tag, tag, key, tag, key], "{command}");
    }
    keeper.close().await;
}

#[tokio::test]
async fn a_page_of_a_rare_tag_costs_nothing_for_what_does_not_have_it() {
    let (_folder, keeper) = keeper().await;
    let made = |number: u64, tags: &[&str]| Todo {
        done: number.is_multiple_of(3),
        ..tagged(number, tags)
    };
    let deleted = |number: u64| Todo {
        deleted_at: Some(NOW),
        ..made(number, &["rare"])
    };
    // So that something comes behind each of what is read, before as well as afterwards.
    keeper.create_todo(&deleted(50)).await.unwrap();
    for number in 0..40 {
        let tags: &[&str] = if number % 4 == 0 {
            &["rare", "other"]
        } else {
            &["other"]
        };
        keeper.create_todo(&made(number, tags)).await.unwrap();
    }
    let query = by_tags(&["rare"]);
    let by_tag = few_of(&keeper, &query).await;
    assert_eq!(by_tag, Some(Narrow::Tag(0)));
    let before = steps(&keeper, &query, by_tag).await;
    let shown = keeper.todo_page(id(1), &query).await.unwrap();
    let others: Vec<_> = (100..2100)
        .map(|number| made(number, &["other", "more"]))
        .collect();
    keeper.create_todos(&others).await.unwrap();
    for number in 3000..3100 {
        let of_another = Todo {
            owner: id(2),
            ..made(number, &["rare"])
        };
        let both = [of_another, deleted(number)];
        keeper.create_todos(&both).await.unwrap();
    }
    assert_eq!(few_of(&keeper, &query).await, by_tag);
    assert_eq!(steps(&keeper, &query, by_tag).await, before);
    assert_eq!(keeper.todo_page(id(1), &query).await.unwrap(), shown);
    assert_eq!(shown.items.len(), 3);
    // Without the table all others would be passed over.
    let along = steps(&keeper, &query, None).await;
    assert!(along > 10 * before, "{along} steps instead of {before}");
    keeper.close().await;
}

#[tokio::test]
async fn of_several_filters_a_page_begins_with_the_one_that_fewest_fulfil() {
    let (_folder, keeper) = keeper().await;
    let mut todos = Vec::new();
    for number in 0..600_u64 {
        let each = [("all", 1), ("some", 5), ("rare", 50), ("rarer", 150)];
        let tags: Vec<&str> = each
            .iter()
            .filter(|(_, every)| number.is_multiple_of(*every))
            .map(|(tag, _)| *tag)
            .collect();
        todos.push(Todo {
            priority: number.is_multiple_of(100).then_some(Priority::High),
            done: number.is_multiple_of(7),
            ..tagged(number, &tags)
        });
    }
    keeper.create_todos(&todos).await.unwrap();
    // Six have the priority.
    let (high, rarest) = (Some(Priority::High), Some(Narrow::Priority));
    for (tags, priority, expected) in [
        (&["all"][..], None, None),
        (&["some"], None, Some(Narrow::Tag(0))),
        (&["all", "some"], None, Some(Narrow::Tag(1))),
        (&["all", "rare", "some"], None, Some(Narrow::Tag(1))),
        (&["rare", "rarer", "some"], None, Some(Narrow::Tag(1))),
        (&["some", "none", "rare"], None, Some(Narrow::Tag(1))),
        (&["all"], high, rarest),
        (&["rare", "some"], high, rarest),
        (&["some", "rarer"], high, Some(Narrow::Tag(1))),
    ] {
        let mut query = by_tags(tags);
        query.filter.priority = priority;
        assert_eq!(few_of(&keeper, &query).await, expected, "{tags:?} {priority:?}");

        let fulfil = todos.iter().filter(|todo| matches(todo, &query.filter));
        let mut expected: Vec<_> = fulfil.map(|todo| (query.sort.key_of(todo), todo.id)).collect();
        expected.sort();
        let mut shown = Vec::new();
        loop {
            let page = keeper.todo_page(id(1), &query).await.unwrap();
            shown.extend(page.items.iter().map(|todo| (query.sort.key_of(todo), todo.id)));
            if !page.more {
                break;
            }
            let last = shown.last().cloned();
            query.after = last.map(|(key, id)| Place { key, id });
        }
        assert_eq!(shown, expected, "{tags:?} {priority:?}");
    }
    keeper.close().await;
}
