//! Second factors, in the document of their account: what makes a code good once is that the two are written as one.

use bson::DateTime;
use bson::oid::ObjectId;
use serde::{Deserialize, Serialize};

use super::documents::{date, id_of, moment, object_id};
use crate::model::{Factors, Passkey, Totp};

/// What an account shows beside its password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FactorsDoc {
    totp: Option<TotpDoc>,
    recovery: Vec<String>,
    passkeys: Vec<PasskeyDoc>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct TotpDoc {
    sealed: String,
    confirmed_at: Option<DateTime>,
    last_step: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PasskeyDoc {
    id: ObjectId,
    name: String,
    credential: String,
    created_at: DateTime,
    last_used_at: Option<DateTime>,
}

impl From<&Passkey> for PasskeyDoc {
    fn from(passkey: &Passkey) -> Self {
        Self {
            id: object_id(passkey.id),
            name: passkey.name.clone(),
            credential: passkey.credential.clone(),
            created_at: date(passkey.created_at),
            last_used_at: passkey.last_used_at.map(date),
        }
    }
}

impl From<PasskeyDoc> for Passkey {
    fn from(document: PasskeyDoc) -> Self {
        Self {
            id: id_of(document.id),
            name: document.name,
            credential: document.credential,
            created_at: moment(document.created_at),
            last_used_at: document.last_used_at.map(moment),
        }
    }
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
            passkeys: factors.passkeys.iter().map(Into::into).collect(),
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
            passkeys: document.passkeys.into_iter().map(Into::into).collect(),
        }
    }
}
