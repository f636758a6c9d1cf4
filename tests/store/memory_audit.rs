//! The audit log, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use rondo::model::{AuditEvent, AuditFilter, AuditKind, AuditPlace, Id, Timestamp};
use rondo::store::{Audit, Result};

use super::Memory;

fn passes(event: &AuditEvent, filter: &AuditFilter) -> bool {
    filter.actor.is_none_or(|actor| event.actor == actor)
        && filter
            .subject
            .is_none_or(|subject| event.subject == Some(subject))
        && (filter.kinds.is_empty() || filter.kinds.contains(&event.kind))
        && filter.since.is_none_or(|since| event.at >= since)
        && filter.until.is_none_or(|until| event.at < until)
}

#[async_trait]
impl Audit for Memory {
    async fn append_event(&self, event: &AuditEvent) -> Result<()> {
        let mut state = self.state();
        state.events.entry(event.id).or_insert_with(|| event.clone());
        Ok(())
    }

    async fn audit_page(
        &self,
        filter: &AuditFilter,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>> {
        let state = self.state();
        let mut events: Vec<&AuditEvent> = state.events.values().collect();
        events.sort_by_key(|event| Reverse(event.place()));
        let is_meant =
            |event: &&AuditEvent| passes(event, filter) && after.is_none_or(|after| event.place() < after);
        Ok(events.into_iter().filter(is_meant).take(limit).cloned().collect())
    }

    async fn last_events(&self, kind: AuditKind, subjects: &[Id]) -> Result<Vec<(Id, Timestamp)>> {
        let state = self.state();
        let last = |subject: &Id| {
            let own = state.events.values();
            let own = own.filter(|event| event.subject == Some(*subject) && event.kind == kind);
            own.map(|event| (*subject, event.at)).max()
        };
        Ok(subjects.iter().filter_map(last).collect())
    }

    async fn remove_events(&self, before: Timestamp) -> Result<()> {
        self.state().events.retain(|_, event| event.at >= before);
        Ok(())
    }
}
