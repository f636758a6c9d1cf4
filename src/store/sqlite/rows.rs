//! How the values of the model stand in columns, and how rows are read without trusting them.

use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Params, Row};

use super::failure::{Failure, Outcome};
use crate::model::{
    About, Actor, AuditDetails, AuditKind, Basis, Color, Due, Email, Factors, Fate, Id, ListRole, Member,
    Priority, Purpose, Reminder, Role, Rule, Scopes, TimeOfDay, Timestamp, WeekStart, Zone,
};

/// Walks along the columns of a row, in the order in which they were selected. The first is the row's
/// id, by which an unreadable one is named.
pub(super) struct Columns<'row, 'statement> {
    table: &'static str,
    row: &'row Row<'statement>,
    next: usize,
}

impl<'row, 'statement> Columns<'row, 'statement> {
    pub(super) fn of(table: &'static str, row: &'row Row<'statement>) -> Self {
        Self { table, row, next: 0 }
    }

    /// The next column, or a fault that tells table, column and id.
    pub(super) fn take<T: FromSql>(&mut self) -> Outcome<T> {
        let index = self.next;
        self.next += 1;
        self.row
            .get(index)
            .map_err(|error| self.unreadable(index, &error))
    }

    #[cold]
    fn unreadable(&self, index: usize, error: &rusqlite::Error) -> Failure {
        let id = match self.row.get_ref(0) {
            Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            other => format!("{other:?}"),
        };
        let column = self.row.as_ref().column_name(index).unwrap_or("?");
        Failure::fault(format!("{}.{column} of {id} cannot be read: {error}", self.table))
    }
}

/// All rows of a statement.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> Outcome<T>,
) -> Outcome<Vec<T>> {
    connection
        .prepare_cached(sql)?
        .query_and_then(parameters, read)?
        .collect()
}

/// The only row of a statement, if there is one.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> Outcome<T>,
) -> Outcome<Option<T>> {
    connection
        .prepare_cached(sql)?
        .query_and_then(parameters, read)?
        .next()
        .transpose()
}

/// A limit as SQLite takes it.
pub(super) fn row_count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A list of texts, in JSON.
pub(super) struct Texts(pub(super) Vec<String>);

impl Texts {
    pub(super) fn to_json(texts: &[String]) -> String {
        serde_json::Value::from(texts).to_string()
    }
}

impl FromSql for Texts {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "[]" => Ok(Self(Vec::new())),
            json => serde_json::from_str(json).map(Self).map_err(FromSqlError::other),
        }
    }
}

/// Ids, in JSON.
pub(super) struct Ids(pub(super) Vec<Id>);

impl Ids {
    pub(super) fn to_json(ids: &[Id]) -> String {
        if ids.is_empty() {
            return "[]".into();
        }
        Texts::to_json(&ids.iter().map(Id::to_string).collect::<Vec<_>>())
    }
}

impl FromSql for Ids {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let Texts(texts) = Texts::column_result(value)?;
        let ids: Option<Vec<Id>> = texts.iter().map(|text| text.parse().ok()).collect();
        ids.map(Self).ok_or_else(|| FromSqlError::other(UnknownName))
    }
}

/// Whom a list is shared with, and whom it was, in JSON.
pub(super) struct Members {
    pub(super) members: Vec<Member>,
    pub(super) left: Vec<Id>,
}

/// In the place of a role: it was shared with him.
pub(super) const LEFT: &str = "left";

impl FromSql for Members {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let Texts(texts) = Texts::column_result(value)?;
        let (mut members, mut left) = (Vec::new(), Vec::new());
        let mut take = |text: &String| {
            let (role, user) = text.split_once(' ')?;
            let user_id = user.parse().ok()?;
            match role {
                LEFT => left.push(user_id),
                name => members.push(Member {
                    role: ListRole::from_name(name)?,
                    user_id,
                }),
            }
            Some(())
        };
        let taken: Option<()> = texts.iter().try_for_each(&mut take);
        taken.ok_or_else(|| FromSqlError::other(UnknownName))?;
        Ok(Self { members, left })
    }
}

/// A count that is never negative.
pub(super) struct Unsigned(pub(super) u64);

impl FromSql for Unsigned {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number)
            .map(Self)
            .map_err(|_| FromSqlError::OutOfRange(number))
    }
}

fn parsed<T>(value: ValueRef<'_>) -> FromSqlResult<T>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    value.as_str()?.parse().map_err(FromSqlError::other)
}

/// The value kept under a name that no version of this program has written.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known")]
struct UnknownName;

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.millis().into())
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_millis)
    }
}

impl ToSql for Due {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Due {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

impl ToSql for Rule {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Rule {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

impl ToSql for Basis {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Basis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or_else(|| FromSqlError::other(UnknownName))
    }
}

/// For what is kept as it is written.
macro_rules! as_text {
    ($($kind:ty),*) => {
        $(
            impl ToSql for $kind {
                fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                    Ok(self.to_string().into())
                }
            }

            impl FromSql for $kind {
                fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                    parsed(value)
                }
            }
        )*
    };
}

as_text!(Reminder, TimeOfDay, About, Scopes, Actor);

impl ToSql for Zone {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Zone {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

impl ToSql for Email {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.written().into())
    }
}

impl FromSql for Email {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

impl ToSql for Role {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Role {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

/// In JSON; `NULL` where there are none.
impl ToSql for Factors {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        if *self == Self::default() {
            return Ok(ToSqlOutput::Owned(Value::Null));
        }
        let json = serde_json::to_string(self);
        json.map(ToSqlOutput::from)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl FromSql for Factors {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str_or_null()? {
            Some(json) => serde_json::from_str(json).map_err(FromSqlError::other),
            None => Ok(Self::default()),
        }
    }
}

impl ToSql for WeekStart {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for WeekStart {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str().map(Self::from_name)
    }
}

impl ToSql for Priority {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Priority {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or_else(|| FromSqlError::other(UnknownName))
    }
}

impl ToSql for Color {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Color {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        parsed(value)
    }
}

impl ToSql for Fate {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Fate {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or_else(|| FromSqlError::other(UnknownName))
    }
}

impl ToSql for Purpose {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Purpose {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or_else(|| FromSqlError::other(UnknownName))
    }
}

impl ToSql for AuditKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for AuditKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or_else(|| FromSqlError::other(UnknownName))
    }
}

impl ToSql for AuditDetails {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let json = serde_json::to_string(self)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        Ok(json.into())
    }
}

impl FromSql for AuditDetails {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map_err(FromSqlError::other)
    }
}
