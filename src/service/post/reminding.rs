//! What stands in the mails of reminders and digests.

use super::Post;
use super::sending::Content;
use crate::error::Result;
use crate::model::{DueFilter, Id, Sort, Timestamp, Todo, TodoFilter, TodoQuery, User};
use crate::service::mail::letters::{self, Digest, MOST_OF_A_KIND};

impl Post {
    pub(super) async fn reminder(&self, user: &User, id: Id, at: Timestamp) -> Result<Content> {
        let (Some(to), Some(todo)) = (user.email.clone(), self.store.todo(user.id, id).await?) else {
            return Ok(Content::Nothing);
        };
        if todo.remind_at() == Some(at) {
            // Whoever kept the mail has not claimed it yet, or died before that: then somebody else will.
            return Ok(Content::NotYet);
        }
        if todo.done || todo.deleted_at.is_some() || todo.reminded_at != Some(at) {
            return Ok(Content::Nothing);
        }
        let zone = user.zone();
        Ok(Content::Letter(letters::reminder(
            to,
            &todo,
            zone,
            &self.public_url,
        )))
    }

    pub(super) async fn digest(&self, user: &User, at: Timestamp) -> Result<Content> {
        let Some(to) = user.email.clone() else {
            return Ok(Content::Nothing);
        };
        let zone = user.zone();
        let day = zone.wall_clock(at).date();
        let (start, end) = (zone.start_of(day), day.succ_opt().map(|next| zone.start_of(next)));
        let overdue = self.due_between(user.id, None, Some(start)).await?;
        let today = self.due_between(user.id, Some(start), end).await?;
        let told = Digest {
            day,
            more: overdue.1 || today.1,
            overdue: overdue.0,
            today: today.0,
        };
        let letter = letters::digest(to, &told, zone, &self.public_url);
        Ok(letter.map_or(Content::Nothing, Content::Letter))
    }

    /// Open to-dos by their deadlines, and whether there are more.
    async fn due_between(
        &self,
        owner: Id,
        after: Option<Timestamp>,
        before: Option<Timestamp>,
    ) -> Result<(Vec<Todo>, bool)> {
        let text = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
        let query = TodoQuery {
            filter: TodoFilter {
                done: Some(false),
                due: DueFilter::Between {
                    after: text(after),
                    before: text(before),
                },
                ..TodoFilter::default()
            },
            sort: Sort::Due,
            descending: false,
            after: None,
            limit: MOST_OF_A_KIND,
        };
        let page = self.store.todo_page(owner, &query).await?;
        Ok((page.items, page.more))
    }
}
