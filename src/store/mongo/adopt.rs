//! Adopts the accounts of the older Flask service, which kept `{_id, name, email, password}` in `users`.
//!
//! That service must be stopped first: accounts that it makes afterwards are not adopted.
//!
//! - Each account gets all fields of ours and keeps what else is in its document. It keeps its
//!   password: the `$2b$…` hash, as a string or (as Flask-Bcrypt gives it) as bytes.
//! - An address that is none by our rules stays in `legacy_email`. The account then has no address, but
//!   an identity of the trimmed lower-case text, so that nobody else gets it and an administrator can
//!   give the account another address.
//! - An `_id` that is no ObjectId cannot be ours. The account is written again under an id made from the
//!   old one (always the same, so that this can be repeated), with the old one in `legacy_id`, and only
//!   then is the old document removed.
//! - Two accounts whose addresses are one to us are for people to settle: their ids are told, and
//!   nothing is changed.

use std::collections::HashMap;

use aws_lc_rs::digest;
use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use futures_util::{StreamExt, TryStreamExt};
use mongodb::Collection;

use super::Db;
use super::documents::{UserDoc, fields_of, id_of, moment};
use super::indexes::{self, name_of};
use super::run::is_duplicate;
use crate::model::{Email, Factors, Id, Role, Timestamp, User, WeekStart, email_identity};
use crate::store::{Result, StoreError};

/// How many accounts are written at once.
const AT_ONCE: usize = 16;
/// How many identities are asked for at once.
const BATCH: usize = 500;
/// How many collisions are named.
const NAMED: usize = 20;

/// Adopts the accounts that are not yet ours.
pub(super) async fn adopt(db: &Db, now: Timestamp) -> Result<()> {
    let users = db.raw("users");
    let collisions = collisions(&users).await?;
    if !collisions.is_empty() {
        let more = if collisions.len() > NAMED {
            "; and others"
        } else {
            ""
        };
        let named = collisions[..collisions.len().min(NAMED)].join("; ");
        return Err(StoreError::Fault(format!(
            "accounts of the older service have the same e-mail address, but for its spelling: \
             {named}{more}. Remove one of each, or change its address, in the collection `users`, \
             then migrate again; no account was changed"
        )));
    }
    indexes::drop_harmful(&users).await?;
    let legacy = users.find(foreign()).await?;
    let users = &users;
    legacy
        .map_err(StoreError::from)
        .try_for_each_concurrent(
            AT_ONCE,
            |account| async move { adopt_one(users, &account, now).await },
        )
        .await
}

/// Accounts that are not ours: every one of ours has the field.
fn foreign() -> Document {
    doc! { "identities": { "$exists": false } }
}

/// Which accounts cannot both be adopted.
async fn collisions(users: &Collection<Document>) -> Result<Vec<String>> {
    let mut owners: HashMap<String, Bson> = HashMap::new();
    let mut collisions = Vec::new();
    let mut legacy = users.find(foreign()).projection(doc! { "email": 1 }).await?;
    while let Some(account) = legacy.next().await.transpose()? {
        let id = account.get("_id").cloned().unwrap_or(Bson::Null);
        let Some(address) = Address::of(&account) else {
            continue;
        };
        if let Some(other) = owners.insert(address.identity(), id.clone()) {
            collisions.push(format!("{} and {}", name_of(&other), name_of(&id)));
        }
    }
    let identities: Vec<&String> = owners.keys().collect();
    for batch in identities.chunks(BATCH) {
        let taken = users.find(doc! { "identities": { "$in": batch.to_vec() } });
        let mut taken = taken.projection(doc! { "identities": 1 }).await?;
        while let Some(account) = taken.next().await.transpose()? {
            let id = account.get("_id").cloned().unwrap_or(Bson::Null);
            let own = account
                .get_array("identities")
                .into_iter()
                .flatten()
                .filter_map(Bson::as_str);
            let others = own.filter_map(|identity| owners.get(identity));
            // One that was written under its new id before the process died is no other.
            let others = others.filter(|other| new_id(other) != id.as_object_id());
            collisions.extend(others.map(|other| format!("{} and {}", name_of(&id), name_of(other))));
        }
    }
    Ok(collisions)
}

async fn adopt_one(users: &Collection<Document>, account: &Document, now: Timestamp) -> Result<()> {
    let old_id = account.get("_id").cloned().unwrap_or(Bson::Null);
    let Some(id) = new_id(&old_id) else {
        return Err(StoreError::Fault(format!(
            "the id {} cannot be adopted",
            name_of(&old_id)
        )));
    };
    let mut fields = adopted(account, id, now)?;
    let mut still_foreign = foreign();
    still_foreign.insert("_id", old_id.clone());
    let outcome = if old_id == Bson::ObjectId(id) {
        users
            .update_one(still_foreign, doc! { "$set": fields })
            .await
            .map(drop)
    } else {
        let mut moved = account.clone();
        fields.insert("_id", id);
        fields.insert("legacy_id", old_id.clone());
        moved.extend(fields);
        let written = match users.insert_one(moved).await {
            // Written before, by a process that died before it removed the old document.
            Err(error) if is_duplicate(&error) && is_written(users, id, &old_id).await? => Ok(()),
            outcome => outcome.map(drop),
        };
        match written {
            Ok(()) => users.delete_one(still_foreign).await.map(drop),
            Err(error) => Err(error),
        }
    };
    match outcome {
        Err(error) if is_duplicate(&error) => Err(StoreError::Fault(format!(
            "the account {} cannot be adopted: its id or its address was taken meanwhile. \
             Is the older service still running?",
            name_of(&old_id)
        ))),
        outcome => outcome.map_err(StoreError::from),
    }
}

async fn is_written(users: &Collection<Document>, id: ObjectId, old_id: &Bson) -> Result<bool> {
    super::exists(users, doc! { "_id": id, "legacy_id": old_id.clone() }).await
}

/// What an adopted account gets: all fields of ours.
fn adopted(account: &Document, id: ObjectId, now: Timestamp) -> Result<Document> {
    let address = Address::of(account);
    let was_id = matches!(account.get("_id"), Some(Bson::ObjectId(_)));
    let created_at = if was_id { moment(id.timestamp()) } else { now };
    let user = User {
        id: id_of(id),
        identities: address.iter().map(Address::identity).collect(),
        name: account.get_str("name").unwrap_or_default().to_owned(),
        email: address.as_ref().and_then(|address| address.email.clone()),
        email_verified: false,
        role: Role::User,
        disabled: false,
        password: password(account),
        time_zone: None,
        language: None,
        week_start: WeekStart::default(),
        digest: None,
        digest_at: None,
        created_at,
        updated_at: created_at,
        epoch: 0,
        epoch_at: None,
        epoch_keep: None,
        deleted_at: None,
        calendar: None,
        factors: Factors::default(),
        version: 1,
    };
    let mut fields = fields_of(&UserDoc::from(&user), &["_id"])?;
    if let Some(Address { email: None, written }) = address {
        fields.insert("legacy_email", written);
    }
    Ok(fields)
}

/// The hash, whether it was kept as text or as bytes. Without one nobody signs in by password.
fn password(account: &Document) -> Option<String> {
    match account.get("password")? {
        Bson::String(hash) => Some(hash.clone()),
        Bson::Binary(hash) => String::from_utf8(hash.bytes.clone()).ok(),
        _ => None,
    }
}

/// The address of an account of the older service.
struct Address {
    /// As it stands in the document.
    written: String,
    /// If it is one by our rules.
    email: Option<Email>,
}

impl Address {
    fn of(account: &Document) -> Option<Self> {
        let written = account
            .get_str("email")
            .ok()
            .filter(|text| !text.trim().is_empty())?
            .to_owned();
        let email = written.trim().parse().ok();
        Some(Self { written, email })
    }

    fn identity(&self) -> String {
        match &self.email {
            Some(email) => email_identity(email),
            None => format!("email:{}", self.written.trim().to_lowercase()),
        }
    }
}

/// The id of an adopted account: its own if it is an ObjectId, or one written out in hexadecimal digits;
/// otherwise the beginning of a hash of the old one.
fn new_id(old: &Bson) -> Option<ObjectId> {
    if let Bson::ObjectId(id) = old {
        return Some(*id);
    }
    if let Some(id) = old.as_str().and_then(|text| text.parse::<Id>().ok()) {
        return Some(super::documents::object_id(id));
    }
    let bytes = bson::serialize_to_vec(&doc! { "_id": old.clone() }).ok()?;
    let hash = digest::digest(&digest::SHA256, &bytes);
    let first: [u8; 12] = hash.as_ref().get(..12)?.try_into().ok()?;
    Some(ObjectId::from_bytes(first))
}
