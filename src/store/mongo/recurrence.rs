//! How the recurrence of a to-do stands in its document.

use std::fmt::Display;

use bson::DateTime;
use serde::{Deserialize, Serialize};

use super::documents::{date, moment};
use crate::model::{Basis, Recurrence};
use crate::store::{Result, StoreError};

/// How a to-do comes again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RecurrenceDoc {
    pub rule: String,
    pub from: String,
    pub start: String,
    pub completed_at: Option<DateTime>,
}

impl From<&Recurrence> for RecurrenceDoc {
    fn from(series: &Recurrence) -> Self {
        Self {
            rule: series.rule.to_string(),
            from: series.from.name().to_owned(),
            start: series.start.to_string(),
            completed_at: series.completed_at.map(date),
        }
    }
}

impl RecurrenceDoc {
    pub fn read(self, which: &impl Display) -> Result<Box<Recurrence>> {
        let unreadable = || StoreError::Fault(format!("the recurrence of {which} cannot be read"));
        Ok(Box::new(Recurrence {
            rule: self.rule.parse().map_err(|_| unreadable())?,
            from: Basis::from_name(&self.from).ok_or_else(unreadable)?,
            start: self.start.parse().map_err(|_| unreadable())?,
            completed_at: self.completed_at.map(moment),
        }))
    }
}
