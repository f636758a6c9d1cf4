//! Pages of to-dos.
//!
//! A page is read from up to three ranges, one behind the other, each of which lies together in the
//! index of its order, `(owner, state, key, _id)`: the rest of those with the key of the last to-do,
//! those with a key behind it, and those without a key. A range is only asked if those before it did
//! not fill the page. So the cost of a page depends neither on how far down it is nor on how many
//! to-dos others have. Open ones and done ones are apart there: who asks for both is read both, at the same
//! time, and is shown the first of them.
//!
//! There are no hints: each range names the whole beginning of its index and wants its order, and a
//! hint would make an index that is missing a fault instead of a slow query.

use std::cmp::Reverse;

use bson::{Bson, Document, doc};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use mongodb::Collection;

use super::documents::{TodoDoc, key_field, object_id};
use super::{READ_LIMIT, limit_of};
use crate::model::{DueFilter, Id, Place, Sort, State, Todo, TodoFilter, TodoPage, TodoQuery};
use crate::store::Result;

/// The ranges of the to-dos in one state, in their order.
pub(super) fn ranges(owner: Id, query: &TodoQuery, state: State) -> Vec<Document> {
    let key = key_field(query.sort);
    let behind = if query.descending { "$lt" } else { "$gt" };
    // Strings only: null is in no range of strings.
    let mut ranges = match &query.after {
        None => vec![doc! { key: { "$gte": "" } }],
        Some(Place { key: Some(last), id }) => vec![
            doc! { key: last, "_id": { behind: object_id(*id) } },
            doc! { key: { behind: last } },
        ],
        Some(Place { key: None, .. }) => Vec::new(),
    };
    if query.sort.is_nullable() {
        let mut without_key = doc! { key: Bson::Null };
        if let Some(Place { key: None, id }) = &query.after {
            without_key.insert("_id", doc! { behind: object_id(*id) });
        }
        ranges.push(without_key);
    }
    let whole = |range: Document| {
        let mut filter = doc! { "owner": object_id(owner), "state": state.number() };
        filter.extend(range);
        narrow(&mut filter, &query.filter);
        filter
    };
    ranges.into_iter().map(whole).collect()
}

/// The order within a range.
pub(super) fn sort(query: &TodoQuery) -> Document {
    let direction = if query.descending { -1 } else { 1 };
    doc! { key_field(query.sort): direction, "_id": direction }
}

/// Adds what the filter asks of a to-do.
fn narrow(range: &mut Document, filter: &TodoFilter) {
    let mut conditions = Vec::new();
    // Which states are asked says the rest.
    if let Some(done) = filter.done.filter(|_| filter.trashed) {
        conditions.push(("done", Bson::Boolean(done)));
    }
    for (field, id) in [("list_id", filter.list), ("parent_id", filter.parent)] {
        if let Some(id) = id {
            conditions.push((field, id.map_or(Bson::Null, |id| object_id(id).into())));
        }
    }
    if let Some(priority) = filter.priority {
        conditions.push((key_field(Sort::Priority), priority.key().into()));
    }
    if !filter.tags.is_empty() {
        conditions.push(("tags", Bson::Document(doc! { "$all": &filter.tags })));
    }
    match &filter.due {
        DueFilter::Any => {}
        DueFilter::None => conditions.push((key_field(Sort::Due), Bson::Null)),
        DueFilter::Between { after, before } => {
            let mut between = doc! { "$gte": after.as_deref().unwrap_or_default() };
            between.extend(before.as_deref().map(|before| ("$lt".to_owned(), before.into())));
            conditions.push((key_field(Sort::Due), Bson::Document(between)));
        }
    }
    let mut more = Vec::new();
    if !filter.terms.is_empty() {
        // No regular expression: what is looked for is text, whatever stands in it. Not beside the range itself: a
        // server that speaks the protocol looks at no index then, and reads what everybody has.
        let occurs = |term| doc! { "$gte": [ { "$indexOfBytes": [ "$search", { "$literal": term } ] }, 0 ] };
        let all: Vec<Document> = filter.terms.iter().map(occurs).collect();
        more.push(doc! { "$expr": { "$and": all } });
    }
    for (field, condition) in conditions {
        // The field that is sorted by has a condition already, and a document has each key once.
        if range.contains_key(field) {
            more.push(doc! { field: condition });
        } else {
            range.insert(field, condition);
        }
    }
    if !more.is_empty() {
        range.insert("$and", more);
    }
}

/// Reads one page: as much of each state as it can hold, merged.
pub(super) async fn read(todos: &Collection<TodoDoc>, owner: Id, query: &TodoQuery) -> Result<TodoPage> {
    let states = query.filter.states().iter();
    let of_each = try_join_all(states.map(|state| of_state(todos, owner, query, *state))).await?;
    let is_merged = of_each.len() > 1;
    let mut items: Vec<Todo> = of_each.into_iter().flatten().collect();
    if is_merged {
        items.sort_by_cached_key(|todo| Rank::of(todo, query));
    }
    let more = items.len() > query.limit;
    items.truncate(query.limit);
    Ok(TodoPage { items, more })
}

/// What pages are ordered by: those without a key come last in both directions.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Ascending(bool, Option<String>, Id),
    Descending(bool, Reverse<(Option<String>, Id)>),
}

impl Rank {
    fn of(todo: &Todo, query: &TodoQuery) -> Self {
        let key = query.sort.key_of(todo);
        if query.descending {
            Self::Descending(key.is_none(), Reverse((key, todo.id)))
        } else {
            Self::Ascending(key.is_none(), key, todo.id)
        }
    }
}

/// The first of those in one state, one more than a page shows: it tells whether there is more.
async fn of_state(
    todos: &Collection<TodoDoc>,
    owner: Id,
    query: &TodoQuery,
    state: State,
) -> Result<Vec<Todo>> {
    let wanted = query.limit.saturating_add(1);
    let mut items: Vec<Todo> = Vec::new();
    for range in ranges(owner, query, state) {
        let missing = limit_of(wanted - items.len());
        let find = todos.find(range).sort(sort(query)).limit(missing);
        // All in the first answer, as far as the server puts as much into one.
        let find = find.batch_size(u32::try_from(missing).unwrap_or(u32::MAX).min(1000));
        let found: Vec<TodoDoc> = find.max_time(READ_LIMIT).await?.try_collect().await?;
        items.extend(
            found
                .into_iter()
                .map(Todo::try_from)
                .collect::<Result<Vec<_>>>()?,
        );
        if items.len() >= wanted {
            break;
        }
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sort: Sort, after: Option<Place>) -> TodoQuery {
        TodoQuery {
            filter: TodoFilter::default(),
            sort,
            descending: false,
            after,
            limit: 10,
        }
    }

    #[test]
    fn every_range_begins_with_the_owner() {
        let place = Place {
            key: Some("k".into()),
            id: Id::from_bytes([1; 12]),
        };
        for sort in Sort::ALL {
            let ranges = ranges(
                Id::from_bytes([2; 12]),
                &query(sort, Some(place.clone())),
                State::Open,
            );
            assert_eq!(ranges.len(), if sort.is_nullable() { 3 } else { 2 });
            for range in ranges {
                let names: Vec<&str> = range.keys().map(String::as_str).take(3).collect();
                assert_eq!(names, ["owner", "state", key_field(sort)]);
            }
        }
    }

    #[test]
    fn behind_a_place_without_a_key_only_those_without_one_are_left() {
        let place = Place {
            key: None,
            id: Id::from_bytes([1; 12]),
        };
        assert_eq!(
            ranges(place.id, &query(Sort::Due, Some(place.clone())), State::Open).len(),
            1
        );
        assert!(ranges(place.id, &query(Sort::Title, Some(place)), State::Open).is_empty());
    }

    #[test]
    fn a_filter_on_what_is_sorted_by_narrows_the_range_and_does_not_replace_it() {
        let filter = TodoFilter {
            due: DueFilter::None,
            done: Some(true),
            ..TodoFilter::default()
        };
        let ranges = ranges(
            Id::from_bytes([2; 12]),
            &TodoQuery {
                filter,
                ..query(Sort::Due, None)
            },
            State::Done,
        );
        assert_eq!(
            ranges[0].get("keys.due"),
            Some(&Bson::Document(doc! { "$gte": "" }))
        );
        assert_eq!(
            ranges[0].get("$and"),
            Some(&Bson::Array(vec![doc! { "keys.due": Bson::Null }.into()]))
        );
        assert_eq!(ranges[0].get("state"), Some(&Bson::Int32(1)));
    }

    #[test]
    fn a_search_stands_behind_the_range_that_an_index_has() {
        let filter = TodoFilter {
            terms: vec!["milk".into()],
            ..TodoFilter::default()
        };
        let query = TodoQuery {
            filter,
            ..query(Sort::Title, None)
        };
        for range in ranges(Id::from_bytes([2; 12]), &query, State::Open) {
            let names: Vec<&str> = range.keys().map(String::as_str).collect();
            assert_eq!(names, ["owner", "state", "keys.title", "$and"], "{range}");
        }
    }

    #[test]
    fn what_a_client_says_is_never_a_key_of_the_query() {
        fn keys(value: &Bson, found: &mut Vec<String>) {
            match value {
                Bson::Document(document) => {
                    for (key, value) in document {
                        found.push(key.clone());
                        keys(value, found);
                    }
                }
                Bson::Array(values) => values.iter().for_each(|value| keys(value, found)),
                _ => {}
            }
        }
        let evil = || "$where".to_owned();
        let filter = TodoFilter {
            tags: vec![evil()],
            due: DueFilter::Between {
                after: Some(evil()),
                before: Some(evil()),
            },
            terms: vec![evil(), ".*".into()],
            ..TodoFilter::default()
        };
        let after = Some(Place {
            key: Some(evil()),
            id: Id::from_bytes([1; 12]),
        });
        for range in ranges(
            Id::from_bytes([2; 12]),
            &TodoQuery {
                filter,
                ..query(Sort::Title, after)
            },
            State::Open,
        ) {
            let mut found = Vec::new();
            keys(&Bson::Document(range), &mut found);
            assert!(
                !found.iter().any(|key| key == "$where" || key == "$regex"),
                "{found:?}"
            );
        }
    }
}
