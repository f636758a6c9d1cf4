//! Sessions and the revocation feed.

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Bson, DateTime, doc};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::documents::{date, id_of, moment, object_id, parsed_option};
use super::indexes::EARLIEST;
use super::run::is_duplicate;
use super::{Mongo, READ_LIMIT, read_all};
use crate::model::{
    ApiToken, EndedThere, Id, OWN_CLIENT, ProviderSession, Revocation, Revoked, Session, Timestamp, Turn,
};
use crate::store::{Result, Sessions, StoreError};

/// A document of `sessions`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SessionDoc {
    #[serde(rename = "_id")]
    pub id: ObjectId,
    pub user_id: ObjectId,
    pub epoch: i64,
    pub generation: i64,
    pub turned_at: DateTime,
    pub created_at: DateTime,
    pub expires_at: DateTime,
    pub ended_at: Option<DateTime>,
    pub device: String,
    pub address: String,
    pub in_cookie: bool,
    /// Those of before that field were all of that client.
    #[serde(default = "own_client")]
    pub client: String,
    #[serde(default)]
    pub scopes: Option<String>,
    #[serde(default)]
    pub token: Option<ApiTokenDoc>,
    /// Not there in documents of earlier programs.
    #[serde(default)]
    pub authenticated_at: Option<DateTime>,
    #[serde(default)]
    pub provider: Option<ProviderDoc>,
}

/// The sign-in at a provider that a session began with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ProviderDoc {
    name: String,
    issuer: String,
    subject: String,
    sid: Option<String>,
}

fn own_client() -> String {
    OWN_CLIENT.to_owned()
}

/// What an API token has beside what every session has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ApiTokenDoc {
    name: String,
    hash: String,
}

impl From<&Session> for SessionDoc {
    fn from(session: &Session) -> Self {
        Self {
            id: object_id(session.id),
            user_id: object_id(session.user_id),
            epoch: session.epoch,
            generation: session.generation,
            turned_at: date(session.turned_at),
            created_at: date(session.created_at),
            expires_at: date(session.expires_at),
            ended_at: session.ended_at.map(date),
            device: session.device.clone(),
            address: session.address.clone(),
            in_cookie: session.in_cookie,
            client: session.client.clone(),
            scopes: session.scopes.map(|scopes| scopes.to_string()),
            token: session.token.as_ref().map(|token| ApiTokenDoc {
                name: token.name.clone(),
                hash: token.hash.clone(),
            }),
            authenticated_at: Some(date(session.authenticated_at)),
            provider: session.provider.as_ref().map(|provider| ProviderDoc {
                name: provider.name.clone(),
                issuer: provider.issuer.clone(),
                subject: provider.subject.clone(),
                sid: provider.sid.clone(),
            }),
        }
    }
}

impl TryFrom<SessionDoc> for Session {
    type Error = StoreError;

    fn try_from(document: SessionDoc) -> Result<Self> {
        Ok(Self {
            id: id_of(document.id),
            user_id: id_of(document.user_id),
            epoch: document.epoch,
            generation: document.generation,
            turned_at: moment(document.turned_at),
            created_at: moment(document.created_at),
            expires_at: moment(document.expires_at),
            ended_at: document.ended_at.map(moment),
            device: document.device,
            address: document.address,
            in_cookie: document.in_cookie,
            client: document.client,
            scopes: parsed_option(
                document.scopes.as_deref(),
                "scope",
                format_args!("session {}", document.id),
            )?,
            token: document.token.map(|token| ApiToken {
                name: token.name,
                hash: token.hash,
            }),
            authenticated_at: moment(document.authenticated_at.unwrap_or(document.created_at)),
            provider: document.provider.map(|provider| ProviderSession {
                name: provider.name,
                issuer: provider.issuer,
                subject: provider.subject,
                sid: provider.sid,
            }),
        })
    }
}

/// What the feed reads of a session.
#[derive(Deserialize)]
struct Ended {
    #[serde(rename = "_id")]
    id: ObjectId,
    ended_at: DateTime,
}

/// Which session it is.
#[derive(Deserialize)]
struct OnlyId {
    #[serde(rename = "_id")]
    id: ObjectId,
}

/// What the feed reads of a user.
#[derive(Deserialize)]
struct Risen {
    #[serde(rename = "_id")]
    id: ObjectId,
    epoch: i64,
    epoch_at: DateTime,
    epoch_keep: Option<ObjectId>,
}

impl From<Ended> for Revocation {
    fn from(session: Ended) -> Self {
        Self {
            at: moment(session.ended_at),
            what: Revoked::Session(id_of(session.id)),
        }
    }
}

impl From<Risen> for Revocation {
    fn from(user: Risen) -> Self {
        let keep = user.epoch_keep.map(id_of);
        let what = Revoked::User {
            id: id_of(user.id),
            epoch: user.epoch,
            keep,
        };
        Self {
            at: moment(user.epoch_at),
            what,
        }
    }
}

#[async_trait]
impl Sessions for Mongo {
    async fn create_session(&self, session: &Session) -> Result<()> {
        let document = SessionDoc::from(session);
        self.run("create_session", |db| async move {
            match db.sessions.insert_one(&document).await {
                // Only the id is unique: this create is repeated.
                Err(error) if is_duplicate(&error) => Ok(()),
                outcome => outcome.map(drop).map_err(StoreError::from),
            }
        })
        .await
    }

    async fn session(&self, id: Id) -> Result<Option<Session>> {
        self.run("session", move |db| async move {
            let found = db
                .sessions
                .find_one(doc! { "_id": object_id(id) })
                .max_time(READ_LIMIT)
                .await?;
            found.map(Session::try_from).transpose()
        })
        .await
    }

    async fn turn_session(&self, id: Id, generation: i64, turn: &Turn) -> Result<bool> {
        let update = doc! {
            "$inc": { "generation": 1_i64 },
            "$set": { "turned_at": date(turn.at), "device": &turn.device, "address": &turn.address },
        };
        self.run("turn_session", move |db| async move {
            let filter = doc! { "_id": object_id(id), "generation": generation, "ended_at": Bson::Null };
            Ok(db.sessions.update_one(filter, update).await?.matched_count == 1)
        })
        .await
    }

    async fn sessions_of(&self, user: Id, now: Timestamp) -> Result<Vec<Session>> {
        self.run("sessions_of", move |db| async move {
            let filter = doc! {
                "user_id": object_id(user), "ended_at": Bson::Null, "expires_at": { "$gt": date(now) },
            };
            let find = db
                .sessions
                .find(filter)
                .sort(doc! { "created_at": -1, "_id": -1 });
            read_all(find.max_time(READ_LIMIT).await?).await
        })
        .await
    }

    async fn end_session(&self, user: Id, id: Id, at: Timestamp) -> Result<bool> {
        self.run("end_session", move |db| async move {
            let filter = doc! { "_id": object_id(id), "user_id": object_id(user), "ended_at": Bson::Null };
            let update = doc! { "$set": { "ended_at": date(at) } };
            Ok(db.sessions.update_one(filter, update).await?.matched_count == 1)
        })
        .await
    }

    async fn end_sessions(&self, user: Id, keep: Option<Id>, at: Timestamp) -> Result<()> {
        self.run("end_sessions", move |db| async move {
            let mut filter = doc! { "user_id": object_id(user), "ended_at": Bson::Null };
            if let Some(keep) = keep {
                filter.insert("_id", doc! { "$ne": object_id(keep) });
            }
            db.sessions
                .update_many(filter, doc! { "$set": { "ended_at": date(at) } })
                .await?;
            Ok(())
        })
        .await
    }

    async fn end_sessions_of_provider(&self, ended: &EndedThere, at: Timestamp) -> Result<Vec<Id>> {
        let mut filter = doc! { "provider.issuer": &ended.issuer, "ended_at": Bson::Null };
        if ended.subject.is_none() && ended.sid.is_none() {
            return Ok(Vec::new());
        }
        if let Some(subject) = &ended.subject {
            filter.insert("provider.subject", subject);
        }
        if let Some(sid) = &ended.sid {
            filter.insert("provider.sid", sid);
        }
        self.run("end_sessions_of_provider", move |db| async move {
            let sessions = db.sessions.clone_with_type::<OnlyId>();
            let ids = sessions.find(filter).projection(doc! { "_id": 1 });
            let ids = ids.max_time(READ_LIMIT).await?;
            let ids: Vec<ObjectId> = ids.map_ok(|found| found.id).try_collect().await?;
            let still = doc! { "_id": { "$in": &ids }, "ended_at": Bson::Null };
            db.sessions
                .update_many(still, doc! { "$set": { "ended_at": date(at) } })
                .await?;
            Ok(ids.into_iter().map(id_of).collect())
        })
        .await
    }

    async fn revocations_since(&self, since: Timestamp) -> Result<Vec<Revocation>> {
        self.run("revocations_since", move |db| async move {
            // Both bounds, or the partial indexes are not used.
            let since = date(since).max(EARLIEST);
            let sessions = db.sessions.clone_with_type::<Ended>();
            let sessions = sessions.find(doc! { "ended_at": { "$gte": since } });
            let sessions = sessions.projection(doc! { "ended_at": 1 }).max_time(READ_LIMIT);
            let users = db.users.clone_with_type::<Risen>();
            let users = users.find(doc! { "epoch_at": { "$gte": since } });
            let users = users
                .projection(doc! { "epoch": 1, "epoch_at": 1, "epoch_keep": 1 })
                .max_time(READ_LIMIT);
            let mut feed: Vec<_> = sessions.await?.map_ok(Revocation::from).try_collect().await?;
            let mut users: Vec<_> = users.await?.map_ok(Revocation::from).try_collect().await?;
            feed.append(&mut users);
            Ok(feed)
        })
        .await
    }

    async fn remove_sessions(&self, before: Timestamp) -> Result<()> {
        self.run("remove_sessions", move |db| async move {
            let before = date(before);
            db.sessions
                .delete_many(doc! { "ended_at": { "$gte": EARLIEST, "$lt": before } })
                .await?;
            db.sessions
                .delete_many(doc! { "expires_at": { "$lt": before } })
                .await?;
            Ok(())
        })
        .await
    }
}
