//! The audit log.
//!
//! A page is a range of the index of just those filters that are given; of several kinds, a range of each, which
//! SQLite merges while it reads.

use async_trait::async_trait;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use super::Sqlite;
use super::failure::Outcome;
use super::rows::{Columns, row_count};
use crate::model::{AuditDetails, AuditEvent, AuditFilter, AuditKind, AuditPlace, Id, Timestamp};
use crate::store::{Audit, Result};

/// In the order in which [`read`] takes them, and [`append`] writes them.
pub(super) const COLUMNS: &str = "id, at, kind, actor, subject, details, address, device, request_id";

pub(super) fn read(row: &Row<'_>) -> Outcome<AuditEvent> {
    let mut columns = Columns::of("audit", row);
    Ok(AuditEvent {
        id: columns.take()?,
        at: columns.take()?,
        kind: columns.take()?,
        actor: columns.take()?,
        subject: columns.take()?,
        details: columns.take::<AuditDetails>()?,
        address: columns.take()?,
        device: columns.take()?,
        request_id: columns.take()?,
    })
}

pub(super) fn append(connection: &Connection, event: &AuditEvent) -> Outcome<()> {
    let sql = format!(
        "INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
    );
    connection.prepare_cached(&sql)?.execute(params![
        event.id,
        event.at,
        event.kind,
        event.actor,
        event.subject,
        event.details,
        event.address,
        event.device,
        event.request_id,
    ])?;
    Ok(())
}

/// The index of just these filters.
fn index(filter: &AuditFilter) -> String {
    let given = [
        (filter.actor.is_some(), "_actor"),
        (filter.subject.is_some(), "_subject"),
        (!filter.kinds.is_empty(), "_kind"),
    ];
    let parts: String = given
        .into_iter()
        .filter(|(is_given, _)| *is_given)
        .map(|(_, part)| part)
        .collect();
    format!("audit_by{}", if parts.is_empty() { "_time" } else { &parts })
}

/// The statement of a page, and what is bound to its places.
pub(super) fn page_sql(
    filter: &AuditFilter,
    after: Option<AuditPlace>,
    limit: usize,
) -> (String, Vec<ToSqlOutput<'static>>) {
    let mut bound: Vec<ToSqlOutput<'static>> = Vec::new();
    let mut place = |value: ToSqlOutput<'static>| {
        bound.push(value);
        format!("?{}", bound.len())
    };
    let mut conditions = Vec::new();
    if let Some(actor) = filter.actor {
        conditions.push(format!("actor = {}", place(actor.to_string().into())));
    }
    if let Some(subject) = filter.subject {
        conditions.push(format!("subject = {}", place(subject.to_string().into())));
    }
    if let Some(since) = filter.since {
        conditions.push(format!("at >= {}", place(since.millis().into())));
    }
    // One bound on each side, since SQLite uses no second one.
    let before = filter.until.map(|until| (until, None));
    let behind = after.map(|place| (place.at, Some(place.id)));
    match before.into_iter().chain(behind).min() {
        Some((at, Some(id))) => {
            let (at, id) = (place(at.millis().into()), place(id.to_string().into()));
            conditions.push(format!("(at, id) < ({at}, {id})"));
        }
        Some((at, None)) => conditions.push(format!("at < {}", place(at.millis().into()))),
        None => {}
    }
    let limit = place(row_count(limit).into());
    // INDEXED BY: no statistics may ever tempt SQLite to read more than the range.
    let begin = format!("SELECT {COLUMNS} FROM audit INDEXED BY {}", index(filter));
    let mut kinds = filter.kinds.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let parts: Vec<String> = if kinds.is_empty() {
        vec![conditions.clone()]
    } else {
        let of_kind = |kind: AuditKind| {
            let own = format!("kind = {}", place(kind.name().into()));
            [&[own], conditions.as_slice()].concat()
        };
        kinds.into_iter().map(of_kind).collect()
    }
    .into_iter()
    .map(|conditions: Vec<String>| {
        if conditions.is_empty() {
            begin.clone()
        } else {
            format!("{begin} WHERE {}", conditions.join(" AND "))
        }
    })
    .collect();
    let sql = format!(
        "{} ORDER BY at DESC, id DESC LIMIT {limit}",
        parts.join(" UNION ALL ")
    );
    (sql, bound)
}

fn page(
    connection: &Connection,
    filter: &AuditFilter,
    after: Option<AuditPlace>,
    limit: usize,
) -> Outcome<Vec<AuditEvent>> {
    let (sql, bound) = page_sql(filter, after, limit);
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_and_then(params_from_iter(bound), read)?.collect()
}

#[async_trait]
impl Audit for Sqlite {
    async fn append_event(&self, event: &AuditEvent) -> Result<()> {
        let event = event.clone();
        self.write(move |connection| append(connection, &event)).await
    }

    async fn audit_page(
        &self,
        filter: &AuditFilter,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>> {
        let filter = filter.clone();
        self.read(move |connection| page(connection, &filter, after, limit))
            .await
    }

    async fn last_events(&self, kind: AuditKind, subjects: &[Id]) -> Result<Vec<(Id, Timestamp)>> {
        let subjects = subjects.to_vec();
        self.read(move |connection| {
            let sql = "SELECT at FROM audit INDEXED BY audit_by_subject_kind WHERE subject = ? AND kind = ?
                 ORDER BY at DESC, id DESC LIMIT 1";
            let mut statement = connection.prepare_cached(sql)?;
            let mut found = Vec::new();
            for subject in &subjects {
                let at = statement.query_row(params![subject, kind], |row| row.get(0));
                found.extend(at.optional()?.map(|at: Timestamp| (*subject, at)));
            }
            Ok(found)
        })
        .await
    }

    async fn remove_events(&self, before: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM audit WHERE rowid IN (SELECT rowid FROM audit WHERE at < ?1 LIMIT ?2)",
            before,
        )
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Actor;
    use crate::store::sqlite::tests::keeper;

    /// Every set of filters, with and without a place to read on from.
    fn questions() -> Vec<(AuditFilter, Option<AuditPlace>)> {
        let (id, at) = (Id::from_bytes([1; 12]), Timestamp::from_millis(5));
        let mut questions = Vec::new();
        for bits in 0_u8..32 {
            let has = |bit: u8| bits >> bit & 1 == 1;
            let filter = AuditFilter {
                actor: has(0).then_some(Actor::User(id)),
                subject: has(1).then_some(id),
                kinds: if has(2) {
                    vec![AuditKind::SignedIn, AuditKind::SignedOut, AuditKind::SignedIn]
                } else {
                    Vec::new()
                },
                since: has(3).then_some(at),
                until: has(4).then_some(at),
            };
            questions.push((filter.clone(), None));
            questions.push((filter, Some(AuditPlace { at, id })));
        }
        questions
    }

    #[tokio::test]
    async fn every_page_is_a_range_of_the_index_of_its_filters_and_nothing_is_sorted() {
        let (_folder, keeper) = keeper().await;
        for (filter, after) in questions() {
            let plan = keeper
                .read(move |connection| {
                    let (sql, bound) = page_sql(&filter, after, 10);
                    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                    let rows = statement.query_map(params_from_iter(bound), |row| row.get::<_, String>(3))?;
                    let steps: Vec<String> = rows.collect::<std::result::Result<_, _>>()?;
                    Ok((filter.clone(), index(&filter), steps))
                })
                .await;
            let (filter, index, steps) = plan.unwrap();
            assert!(
                !steps.iter().any(|step| step.contains("TEMP B-TREE")),
                "{filter:?} {steps:?}"
            );
            let searched = steps.iter().filter(|step| step.contains("audit"));
            for step in searched {
                assert!(
                    step.contains(&format!("USING INDEX {index} ")) || step.ends_with(&index),
                    "{step}"
                );
                let is_whole = filter == AuditFilter::default() && after.is_none();
                assert!(is_whole || step.starts_with("SEARCH"), "{filter:?} {step}");
            }
        }
        keeper.close().await;
    }

    #[tokio::test]
    async fn what_was_written_cannot_be_changed() {
        let (_folder, keeper) = keeper().await;
        let event = AuditEvent {
            id: Id::from_bytes([2; 12]),
            at: Timestamp::from_millis(1),
            kind: AuditKind::SignedIn,
            actor: Actor::Nobody,
            subject: None,
            details: AuditDetails::default(),
            address: String::new(),
            device: String::new(),
            request_id: String::new(),
        };
        keeper.append_event(&event).await.unwrap();
        let changed = keeper
            .write(|connection| Ok(connection.execute("UPDATE audit SET address = 'x'", [])?))
            .await;
        assert!(changed.unwrap_err().to_string().contains("only added to"));
        let page = keeper.audit_page(&AuditFilter::default(), None, 9).await;
        assert_eq!(page.unwrap(), [event]);
        keeper.close().await;
    }

    use crate::store::Upkeep as _;
}
