//! Pages of to-dos: what a client asks for, and the place where it reads on.

use chrono::NaiveDate;

use super::Todos;
use crate::error::Result;
use crate::model::{Caller, DueFilter, Place, Sort, Timestamp, Todo, TodoFilter, TodoPage, TodoQuery, Zone};
use crate::service::cursors::Question;

/// A page that a client asks for.
#[derive(Debug, Clone)]
pub struct PageRequest {
    pub filter: TodoFilter,
    pub due_after: Option<DueBound>,
    pub due_before: Option<DueBound>,
    pub sort: Sort,
    pub descending: bool,
    pub limit: usize,
    pub cursor: Option<String>,
}

/// A bound of due dates: a moment, or a day in the caller's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueBound {
    Moment(Timestamp),
    Day(NaiveDate),
}

/// A page, and the cursor of the next one.
#[derive(Debug, Clone)]
pub struct Page {
    pub items: Vec<Todo>,
    pub next: Option<String>,
}

impl Todos {
    /// A page of the caller's to-dos.
    ///
    /// # Errors
    /// `Invalid` for a cursor that this service did not make, or made for another question.
    pub async fn page(&self, caller: &Caller, request: PageRequest) -> Result<Page> {
        let mut filter = request.filter;
        if request.due_after.is_some() || request.due_before.is_some() {
            filter.due = self
                .between(caller, request.due_after, request.due_before)
                .await?;
        }
        let question = Question::new(caller.user_id, request.sort, request.descending, &filter);
        let after = request
            .cursor
            .map(|cursor| self.cursors.read(&question, &cursor))
            .transpose()?;
        let query = TodoQuery {
            after,
            sort: request.sort,
            descending: request.descending,
            limit: request.limit,
            filter: filter.clone(),
        };
        let TodoPage { items, more } = self.store.todo_page(caller.user_id, &query).await?;
        let last = items.last().filter(|_| more);
        let next = last.map(|todo| {
            self.cursors.write(
                &question,
                &Place {
                    key: request.sort.key_of(todo),
                    id: todo.id,
                },
            )
        });
        Ok(Page { items, next })
    }

    async fn between(
        &self,
        caller: &Caller,
        after: Option<DueBound>,
        before: Option<DueBound>,
    ) -> Result<DueFilter> {
        let has_day = [after, before]
            .iter()
            .any(|bound| matches!(bound, Some(DueBound::Day(_))));
        let zone = if has_day {
            self.zone_of(caller).await?.unwrap_or(Zone::UTC)
        } else {
            Zone::UTC
        };
        let key = |bound| match bound {
            DueBound::Moment(moment) => moment.to_string(),
            DueBound::Day(day) => zone.start_of(day).to_string(),
        };
        Ok(DueFilter::Between {
            after: after.map(key),
            before: before.map(key),
        })
    }
}
