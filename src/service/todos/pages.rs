//! Pages of to-dos: what a client asks for, and the place where it reads on.

use chrono::NaiveDate;

use super::Todos;
use crate::error::Result;
use crate::model::{Caller, DueFilter, Sort, Timestamp, Todo, TodoFilter, TodoPage, TodoQuery, Zone};
use crate::service::cursors::{Bookmark, Bounds, Question};

/// A page that a client asks for.
#[derive(Debug, Clone)]
pub struct PageRequest {
    pub filter: TodoFilter,
    pub due_after: Option<DueBound>,
    pub due_before: Option<DueBound>,
    pub due_within: Option<DueWindow>,
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

/// A range of due dates that moves with the time: in the time zone of the caller's settings, or UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueWindow {
    /// Before now, and not done.
    Overdue,
    /// From the beginning to the end of this day.
    Today,
    /// From the beginning of the next day on.
    Upcoming,
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
        if request.due_within == Some(DueWindow::Overdue) {
            filter.done = Some(false);
        }
        let question = Question::new(caller.user_id, request.sort, request.descending, &filter)
            .within(request.due_within);
        let bookmark = request
            .cursor
            .map(|cursor| self.cursors.read(&question, &cursor))
            .transpose()?;
        let (after, bounds) = match bookmark {
            Some(Bookmark { place, bounds }) => (Some(place), bounds),
            None => (None, None),
        };
        if let Some(window) = request.due_within {
            // All pages of a list are of the moment of its first one.
            let bounds = match bounds {
                Some(bounds) => bounds,
                None => self.bounds_now(caller, window).await?,
            };
            filter.due = DueFilter::Between {
                after: bounds.after,
                before: bounds.before,
            };
        }
        let query = TodoQuery {
            after,
            sort: request.sort,
            descending: request.descending,
            limit: request.limit,
            filter: filter.clone(),
        };
        let TodoPage { items, more } = self.read_page(caller, &query).await?;
        let last = items.last().filter(|_| more);
        let next = last.map(|todo| {
            let place = request.sort.place_of(todo);
            let bounds = match &filter.due {
                DueFilter::Between { after, before } if request.due_within.is_some() => Some(Bounds {
                    after: after.clone(),
                    before: before.clone(),
                }),
                _ => None,
            };
            self.cursors.write(&question, &Bookmark { place, bounds })
        });
        Ok(Page { items, next })
    }

    /// The page of the caller's own to-dos; if there are none, and a list or a to-do is named that is shared with
    /// him, of those.
    async fn read_page(&self, caller: &Caller, query: &TodoQuery) -> Result<TodoPage> {
        let own = self.store.todo_page(caller.user_id, query).await?;
        let (list, parent) = (query.filter.list.flatten(), query.filter.parent.flatten());
        if !own.items.is_empty() || (list.is_none() && parent.is_none()) {
            return Ok(own);
        }
        match self.owner_of_shared(caller, list, parent).await? {
            Some(owner) => Ok(self.store.todo_page(owner, query).await?),
            None => Ok(own),
        }
    }

    /// Where a range of due dates begins and ends now, for this caller.
    async fn bounds_now(&self, caller: &Caller, window: DueWindow) -> Result<Bounds> {
        let now = self.source.now();
        if window == DueWindow::Overdue {
            return Ok(Bounds {
                after: None,
                before: Some(now.to_string()),
            });
        }
        let zone = self.zone_of(caller.user_id).await?.unwrap_or(Zone::UTC);
        let today = zone.day_at(now);
        let next = zone.start_of(today.succ_opt().unwrap_or(today)).to_string();
        Ok(match window {
            DueWindow::Today => Bounds {
                after: Some(zone.start_of(today).to_string()),
                before: Some(next),
            },
            DueWindow::Overdue | DueWindow::Upcoming => Bounds {
                after: Some(next),
                before: None,
            },
        })
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
            self.zone_of(caller.user_id).await?.unwrap_or(Zone::UTC)
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
