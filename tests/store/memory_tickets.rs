//! Tickets, in memory.

use async_trait::async_trait;
use rondo::model::{Id, Purpose, Ticket, Timestamp};
use rondo::store::{Result, StoreError, Tickets};

use super::Memory;

#[async_trait]
impl Tickets for Memory {
    async fn create_ticket(&self, ticket: &Ticket) -> Result<()> {
        let mut state = self.state();
        let kept = state
            .tickets
            .entry(ticket.hash.clone())
            .or_insert_with(|| ticket.clone());
        if kept == ticket {
            Ok(())
        } else {
            Err(StoreError::Duplicate)
        }
    }

    async fn ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>> {
        let state = self.state();
        let kept = state.tickets.get(hash);
        Ok(kept
            .filter(|ticket| ticket.purpose == purpose && ticket.expires_at > now)
            .cloned())
    }

    async fn take_ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>> {
        let mut state = self.state();
        let is_good = state
            .tickets
            .get(hash)
            .is_some_and(|ticket| ticket.purpose == purpose && ticket.expires_at > now);
        Ok(if is_good { state.tickets.remove(hash) } else { None })
    }

    async fn replace_ticket(&self, ticket: &Ticket, expected: i64) -> Result<bool> {
        let mut state = self.state();
        let kept = state.tickets.get_mut(&ticket.hash);
        let kept = kept.filter(|kept| kept.purpose == ticket.purpose && kept.version == expected);
        Ok(kept
            .map(|kept| {
                let created_at = kept.created_at;
                *kept = Ticket {
                    created_at,
                    ..ticket.clone()
                };
            })
            .is_some())
    }

    async fn tickets_for(&self, purpose: Purpose, now: Timestamp, limit: usize) -> Result<Vec<Ticket>> {
        let state = self.state();
        let good = state
            .tickets
            .values()
            .filter(|ticket| ticket.purpose == purpose && ticket.expires_at > now);
        Ok(good.take(limit).cloned().collect())
    }

    async fn remove_tickets(&self, before: Timestamp) -> Result<()> {
        self.state()
            .tickets
            .retain(|_, ticket| ticket.expires_at >= before);
        Ok(())
    }

    async fn remove_tickets_of(&self, owner: Id, purpose: Option<Purpose>) -> Result<()> {
        let is_meant = |ticket: &Ticket| {
            ticket.owner == Some(owner) && purpose.is_none_or(|purpose| ticket.purpose == purpose)
        };
        self.state().tickets.retain(|_, ticket| !is_meant(ticket));
        Ok(())
    }
}
