//! Migrations, and the rest of the care of the store as a whole.
//!
//! Each step of a migration can be repeated: a process that dies half-way leaves a database on which
//! the next one begins the same migration again.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use bson::{Bson, doc};
use futures_util::TryStreamExt;

use super::documents::{MigrationDoc, date, moment};
use super::indexes::Group;
use super::lease::{self, Lease};
use super::run::is_duplicate;
use super::{Db, Mongo, PING_LIMIT, READ_LIMIT, adopt, care, indexes};
use crate::metrics::Figure;
use crate::model::{State, Timestamp, fold};
use crate::store::{Integrity, Migration, Result, Server, StoreError, Upkeep};

/// What a migration does; its number is its place in the list, from 1.
#[derive(Clone, Copy)]
pub(super) enum Step {
    CreateIndexes(Group),
    AdoptAccounts,
    DeepenTodos,
    FoldNames,
}

pub(super) const STEPS: [Step; 13] = [
    Step::CreateIndexes(Group::First),
    Step::AdoptAccounts,
    Step::CreateIndexes(Group::Attempts),
    Step::DeepenTodos,
    Step::CreateIndexes(Group::Lists),
    Step::CreateIndexes(Group::Reminders),
    Step::CreateIndexes(Group::Sharing),
    Step::CreateIndexes(Group::Identity),
    Step::CreateIndexes(Group::Audit),
    Step::CreateIndexes(Group::Roles),
    Step::FoldNames,
    Step::CreateIndexes(Group::Providers),
    Step::CreateIndexes(Group::Left),
];

/// How long one migration may take; building an index over very many documents takes minutes.
const STEP_LIMIT: Duration = Duration::from_secs(30 * 60);
/// How long another instance's migrations are waited for.
const PATIENCE: Duration = Duration::from_secs(120);

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::CreateIndexes(Group::First) => "create collections and indexes",
            Self::AdoptAccounts => "adopt accounts of the older Flask service",
            Self::CreateIndexes(Group::Attempts) => "index the attempts of requests that are done once",
            Self::DeepenTodos => "give to-dos lists, parents and a trash",
            Self::CreateIndexes(Group::Lists) => "index lists",
            Self::CreateIndexes(Group::Reminders) => "index what is told at its time, and mails",
            Self::CreateIndexes(Group::Sharing) => "index whom lists are shared with",
            Self::CreateIndexes(Group::Identity) => "index what is good once",
            Self::CreateIndexes(Group::Audit) => "index the audit log",
            Self::CreateIndexes(Group::Roles) => "index accounts by their roles",
            Self::FoldNames => "make names and addresses of accounts searchable",
            Self::CreateIndexes(Group::Providers) => "index sessions that began at a provider",
            Self::CreateIndexes(Group::Left) => "index whom lists were shared with",
        }
    }
}

#[async_trait]
impl Upkeep for Mongo {
    async fn ping(&self) -> Result<()> {
        self.answers(PING_LIMIT).await
    }

    async fn migrations(&self) -> Result<Vec<Migration>> {
        let applied = self.run("migrations", |db| async move {
            let find = db
                .migrations
                .find(doc! {})
                .sort(doc! { "_id": 1 })
                .max_time(READ_LIMIT);
            Ok(find.await?.try_collect::<Vec<MigrationDoc>>().await?)
        });
        let applied = applied.await?;
        let known = (1..).zip(STEPS);
        let newest = STEPS.len();
        if let Some(unknown) = applied
            .iter()
            .find(|done| known.clone().all(|(number, _)| number != done.number))
        {
            return Err(StoreError::Fault(format!(
                "the database has migration {} ({:?}), and this program knows migrations up to {newest}: \
                 a newer program has written to it. Start that program again, or restore a backup \
                 from before it",
                unknown.number, unknown.name
            )));
        }
        let applied_at = |number| {
            applied
                .iter()
                .find(|done| done.number == number)
                .map(|done| moment(done.applied_at))
        };
        Ok(known
            .map(|(number, step)| Migration {
                number,
                name: step.name(),
                applied_at: applied_at(number),
            })
            .collect())
    }

    async fn migrate(&self, now: Timestamp) -> Result<usize> {
        let begun = Instant::now();
        while self.is_behind().await? {
            if let Some(lease) = Lease::take(self).await? {
                let outcome = lease.keep_during(self.apply_missing(now)).await;
                lease.give_back().await;
                return outcome;
            }
            if begun.elapsed() > PATIENCE {
                let cause = "another instance has been migrating the database for two minutes; wait for it";
                return Err(StoreError::Unavailable(cause.into()));
            }
            lease::wait().await;
        }
        Ok(0)
    }

    fn figures(&self) -> Vec<Figure> {
        self.pool.figures()
    }

    async fn probe_write(&self) -> Result<()> {
        self.run("probe_write", |db| async move { care::probe(&db).await })
            .await
    }

    async fn missing_indexes(&self) -> Result<Vec<String>> {
        let made = self.made_indexes().await?;
        self.run("missing_indexes", move |db| async move {
            indexes::missing(&db, &made).await
        })
        .await
    }

    async fn mend_indexes(&self) -> Result<usize> {
        let missing = self.missing_indexes().await?;
        if !missing.is_empty() {
            let made = self.made_indexes().await?;
            self.run_for("mend_indexes", STEP_LIMIT, move |db| async move {
                for group in made {
                    indexes::create(&db, group).await?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(missing.len())
    }

    async fn integrity(&self) -> Result<Integrity> {
        Ok(Integrity::OfTheServer)
    }

    async fn server(&self) -> Result<Option<Server>> {
        let server = self.run("server", |db| async move { care::server(&db).await });
        Ok(Some(server.await?))
    }

    async fn close(&self) {
        self.shut_down().await;
    }
}

/// To-dos of an earlier shape have `deleted` instead of their state, and none of the newer fields.
async fn deepen_todos(db: &Db) -> Result<()> {
    let todos = db.raw("todos");
    let state = doc! { "$switch": {
        "branches": [
            { "case": { "$eq": [ "$deleted", true ] }, "then": State::Trashed.number() },
            { "case": { "$eq": [ "$done", true ] }, "then": State::Done.number() },
        ],
        "default": State::Open.number(),
    } };
    let fields = doc! {
        "state": state, "recurrence": Bson::Null, "list_id": Bson::Null, "parent_id": Bson::Null,
        "has_children": false,
    };
    let shaped = [doc! { "$set": fields }, doc! { "$unset": "deleted" }];
    todos
        .update_many(doc! { "state": { "$exists": false } }, shaped.to_vec())
        .await?;
    indexes::renew_of_todos(db).await
}

/// Accounts of before have no text that is searched.
async fn fold_names(db: &Db) -> Result<()> {
    let users = db.raw("users");
    let without = doc! { "search": { "$exists": false } };
    let names = users.find(without).projection(doc! { "name": 1, "email": 1 });
    let mut found = names.await?;
    while let Some(user) = found.try_next().await? {
        let text = |field: &str| user.get_str(field).unwrap_or_default();
        let search = fold(&format!("{}\n{}", text("name"), text("email")));
        // Written meanwhile, it has one.
        let own = doc! { "_id": user.get("_id"), "search": { "$exists": false } };
        users
            .update_one(own, doc! { "$set": { "search": search } })
            .await?;
    }
    Ok(())
}

impl Mongo {
    /// The indexes that were made.
    async fn made_indexes(&self) -> Result<Vec<Group>> {
        let known = self.migrations().await?;
        let applied = STEPS.into_iter().zip(&known);
        let applied = applied.filter(|(_, migration)| migration.applied_at.is_some());
        let group = |(step, _)| match step {
            Step::CreateIndexes(group) => Some(group),
            Step::AdoptAccounts | Step::DeepenTodos | Step::FoldNames => None,
        };
        Ok(applied.filter_map(group).collect())
    }

    async fn is_behind(&self) -> Result<bool> {
        Ok(self
            .migrations()
            .await?
            .iter()
            .any(|migration| migration.applied_at.is_none()))
    }

    async fn apply_missing(&self, now: Timestamp) -> Result<usize> {
        let mut applied = 0;
        // Read again under the lock: the one who had it before may have done some.
        for (migration, step) in self.migrations().await?.into_iter().zip(STEPS) {
            if migration.applied_at.is_some() {
                continue;
            }
            let Migration { number, name, .. } = migration;
            let what = format!("migration {number}, {name}");
            self.run_for(&what, STEP_LIMIT, |db| async move {
                match step {
                    Step::CreateIndexes(group) => indexes::create(&db, group).await?,
                    Step::AdoptAccounts => adopt::adopt(&db, now).await?,
                    Step::DeepenTodos => deepen_todos(&db).await?,
                    Step::FoldNames => fold_names(&db).await?,
                }
                let done = MigrationDoc {
                    number,
                    name: name.to_owned(),
                    applied_at: date(now),
                };
                match db.migrations.insert_one(done).await {
                    Err(error) if is_duplicate(&error) => Ok(()),
                    outcome => outcome.map(drop).map_err(StoreError::from),
                }
            })
            .await?;
            applied += 1;
        }
        Ok(applied)
    }
}
