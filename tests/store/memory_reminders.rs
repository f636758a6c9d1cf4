//! What is told at its time, and mails, in memory.

use async_trait::async_trait;
use rondo::model::{DueDigest, DueReminder, Id, Mail, Timestamp};
use rondo::store::{Mails, Reminders, Result};

use super::{Memory, State};

impl State {
    fn keep_mail(&mut self, mail: Option<&Mail>) {
        if let Some(mail) = mail {
            self.mails.entry(mail.id).or_insert_with(|| mail.clone());
        }
    }

    /// The mail as long as it is its holder's and not done.
    fn held_mail(&mut self, id: Id, holder: Id) -> Option<&mut Mail> {
        self.mails
            .get_mut(&id)
            .filter(|mail| mail.holder == Some(holder) && mail.done_at.is_none())
    }
}

#[async_trait]
impl Reminders for Memory {
    async fn due_reminders(&self, now: Timestamp, limit: usize) -> Result<Vec<DueReminder>> {
        let state = self.state();
        let armed = state.todos.values().filter_map(|todo| {
            Some(DueReminder {
                at: todo.remind_at().filter(|at| *at <= now)?,
                owner: todo.owner,
                todo: todo.id,
            })
        });
        let mut due: Vec<_> = armed.collect();
        due.sort_by_key(|reminder| (reminder.at, reminder.todo));
        due.truncate(limit);
        Ok(due)
    }

    async fn claim_reminder(&self, reminder: DueReminder, mail: Option<&Mail>) -> Result<bool> {
        let mut state = self.state();
        let place = (reminder.owner, reminder.todo);
        let armed = state
            .todos
            .get(&place)
            .filter(|todo| todo.remind_at() == Some(reminder.at));
        let Some(mut todo) = armed.cloned() else {
            return Ok(false);
        };
        todo.set_reminded(reminder.at);
        state.write_todo(&todo);
        state.keep_mail(mail);
        Ok(true)
    }

    async fn due_digests(&self, now: Timestamp, limit: usize) -> Result<Vec<DueDigest>> {
        let state = self.state();
        let awaited = state.users.values().filter_map(|user| {
            Some(DueDigest {
                at: user.digest_at.filter(|at| *at <= now)?,
                user: user.id,
            })
        });
        let mut due: Vec<_> = awaited.collect();
        due.sort();
        due.truncate(limit);
        Ok(due)
    }

    async fn claim_digest(&self, digest: DueDigest, next: Timestamp, mail: Option<&Mail>) -> Result<bool> {
        let mut state = self.state();
        let user = state.users.get_mut(&digest.user);
        let Some(user) = user.filter(|user| user.digest_at == Some(digest.at)) else {
            return Ok(false);
        };
        user.digest_at = Some(next);
        state.keep_mail(mail);
        Ok(true)
    }
}

#[async_trait]
impl Mails for Memory {
    async fn create_mail(&self, mail: &Mail) -> Result<()> {
        self.state().keep_mail(Some(mail));
        Ok(())
    }

    async fn take_mail(&self, holder: Id, now: Timestamp, until: Timestamp) -> Result<Option<Mail>> {
        let mut state = self.state();
        let waiting = state
            .mails
            .values_mut()
            .filter(|mail| mail.next_try.is_some_and(|at| at <= now));
        let first = waiting.min_by_key(|mail| (mail.next_try, mail.id));
        Ok(first.map(|mail| {
            mail.holder = Some(holder);
            mail.next_try = Some(until);
            mail.attempts += 1;
            mail.clone()
        }))
    }

    async fn put_off_mail(&self, id: Id, holder: Id, next_try: Timestamp) -> Result<bool> {
        let mut state = self.state();
        let held = state.held_mail(id, holder);
        Ok(held.map(|mail| mail.next_try = Some(next_try)).is_some())
    }

    async fn finish_mail(&self, id: Id, holder: Id, at: Timestamp) -> Result<bool> {
        let mut state = self.state();
        let held = state.held_mail(id, holder);
        Ok(held
            .map(|mail| {
                mail.next_try = None;
                mail.done_at = Some(at);
            })
            .is_some())
    }

    async fn remove_mails(&self, before: Timestamp) -> Result<()> {
        self.state()
            .mails
            .retain(|_, mail| mail.done_at.is_none_or(|at| at >= before));
        Ok(())
    }

    async fn remove_mails_of(&self, owner: Id) -> Result<()> {
        self.state().mails.retain(|_, mail| mail.owner != owner);
        Ok(())
    }
}
