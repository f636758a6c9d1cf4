//! Second factors, in the document of their account: what makes a code good once is that the two are written as one.

use bson::DateTime;
use serde::{Deserialize, Serialize};

use super::documents::{date, moment};
use crate::model::{Factors, Totp};

/// What an account shows beside its password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FactorsDoc {
    totp: Option<TotpDoc>,
    recovery: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct TotpDoc {
    sealed: String,
    confirmed_at: Option<DateTime>,
    last_step: i64,
}

impl FactorsDoc {
    /// `None` where there are none.
    pub fn of(factors: &Factors) -> Option<Self> {
        if *factors == Factors::default() {
            return None;
        }
        Some(Self {
            totp: factors.totp.as_ref().map(|totp| TotpDoc {
                sealed: totp.sealed.clone(),
                confirmed_at: totp.confirmed_at.map(date),
                last_step: totp.last_step,
            }),
            recovery: factors.recovery.clone(),
        })
    }
}

impl From<FactorsDoc> for Factors {
    fn from(document: FactorsDoc) -> Self {
        Self {
            totp: document.totp.map(|totp| Totp {
                sealed: totp.sealed,
                confirmed_at: totp.confirmed_at.map(moment),
                last_step: totp.last_step,
            }),
            recovery: document.recovery,
        }
    }
}
