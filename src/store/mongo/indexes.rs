//! Which indexes there are, and why.
//!
//! A partial index is used only for a query that cannot match anything outside it. All of them here
//! begin at the least value of their type, so a query shows it by a lower bound of that type.

use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use futures_util::TryStreamExt;
use mongodb::options::IndexOptions;
use mongodb::{Collection, IndexModel};

use super::Db;
use super::documents::key_field;
use super::run::{is_duplicate, is_unknown_namespace};
use crate::model::Sort;
use crate::store::{Result, StoreError};

/// Earlier than every moment that is kept (the first of January of the year 1): the lower bound of
/// partial indexes over dates.
pub(super) const EARLIEST: DateTime = DateTime::from_millis(-62_135_596_800_000);

/// How many collisions are named.
const NAMED: i32 = 5;

/// Indexes that a migration makes together.
#[derive(Debug, Clone, Copy)]
pub(super) enum Group {
    First,
    Attempts,
    Lists,
    /// Of what is told at its time.
    Reminders,
    Sharing,
    Identity,
    Audit,
    /// Of accounts, for who governs them.
    Roles,
    /// Of sessions that began with a sign-in at a provider.
    Providers,
    /// Of lists, for those they were shared with.
    Left,
}

impl Group {
    /// By collection.
    fn indexes(self) -> Vec<(&'static str, Vec<IndexModel>)> {
        match self {
            Self::First => vec![
                ("users", of_users()),
                ("sessions", of_sessions()),
                ("todos", of_todos()),
                ("counters", of_counters()),
            ],
            Self::Attempts => vec![("attempts", of_attempts())],
            Self::Lists => vec![("lists", of_lists())],
            Self::Reminders => of_reminders(),
            Self::Sharing => vec![("lists", of_members())],
            Self::Identity => vec![("tickets", of_tickets())],
            Self::Audit => vec![("audit", of_audit())],
            Self::Roles => vec![("users", of_roles())],
            Self::Providers => vec![("sessions", of_provider_sessions())],
            Self::Left => vec![("lists", vec![index("left", doc! { "left": 1, "stamp": 1 })])],
        }
    }
}

/// Creates what is missing of these. What is there already is left as it is.
pub(super) async fn create(db: &Db, group: Group) -> Result<()> {
    for (collection, indexes) in group.indexes() {
        match db.raw(collection).create_indexes(indexes).await {
            Err(error) if collection == "users" && is_duplicate(&error) => {
                return Err(shared_identities(db).await?);
            }
            outcome => drop(outcome?),
        }
    }
    Ok(())
}

/// The names (`collection.index`) of those of these groups that are not there as they were made.
pub(super) async fn missing(db: &Db, groups: &[Group]) -> Result<Vec<String>> {
    let wanted = groups.iter().flat_map(|group| group.indexes());
    let mut missing = Vec::new();
    for (collection, wanted) in wanted {
        let found = match db.raw(collection).list_indexes().await {
            Ok(found) => found.try_collect::<Vec<_>>().await?,
            // There is no such collection.
            Err(error) if is_unknown_namespace(&error) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let is_missing = |model: &IndexModel| !found.iter().any(|found| is_same(model, found));
        missing.extend(
            wanted
                .iter()
                .filter(|model| is_missing(model))
                .map(|model| format!("{collection}.{}", options_of(model).name.unwrap_or_default())),
        );
    }
    Ok(missing)
}

/// By name, fields and kind; a server may write numbers and filters in another way than they were given.
fn is_same(wanted: &IndexModel, found: &IndexModel) -> bool {
    let kind = |model: &IndexModel| {
        let options = options_of(model);
        let is_unique = options.unique == Some(true);
        (
            options.name,
            is_unique,
            options.partial_filter_expression.is_some(),
        )
    };
    kind(wanted) == kind(found) && wanted.keys.keys().eq(found.keys.keys())
}

fn options_of(model: &IndexModel) -> IndexOptions {
    model.options.clone().unwrap_or_default()
}

fn of_users() -> Vec<IndexModel> {
    // Partial: documents without identities, of deleted accounts or of an older service, would all be
    // the same to a plain unique index.
    let mut identities = index("identities", doc! { "identities": 1 });
    if let Some(options) = &mut identities.options {
        options.unique = Some(true);
        options.partial_filter_expression = Some(doc! { "identities": { "$gte": "" } });
    }
    vec![identities, dated("epoch_at"), dated("deleted_at")]
}

fn of_sessions() -> Vec<IndexModel> {
    vec![
        index("user_id", doc! { "user_id": 1 }),
        dated("ended_at"),
        index("expires_at", doc! { "expires_at": 1 }),
    ]
}

/// What ends at a provider is found by them.
fn of_provider_sessions() -> Vec<IndexModel> {
    let of_provider = |name: &str, field: &str| {
        let filter = doc! { "provider.issuer": { "$gte": "" } };
        partial(name, doc! { "provider.issuer": 1, field: 1 }, filter)
    };
    vec![
        of_provider("provider_subject", "provider.subject"),
        of_provider("provider_sid", "provider.sid"),
    ]
}

/// No TTL index: the server's clock is not the one that the service goes by, and a job removes them.
fn of_counters() -> Vec<IndexModel> {
    vec![index("expires_at", doc! { "expires_at": 1 })]
}

/// What makes a key unique is the `_id`. No TTL index either, for the same reason.
fn of_attempts() -> Vec<IndexModel> {
    vec![
        index("owner", doc! { "owner": 1 }),
        index("expires_at", doc! { "expires_at": 1 }),
    ]
}

fn of_lists() -> Vec<IndexModel> {
    vec![
        index(
            "by_position",
            doc! { "owner": 1, "deleted_at": 1, "position": 1, "_id": 1 },
        ),
        // What changed since.
        index("changed", doc! { "owner": 1, "stamp": 1 }),
        // Those that were deleted: the ones whose to-dos have a fate still, and the others.
        partial(
            "deleted",
            doc! { "fate": 1, "deleted_at": 1 },
            doc! { "deleted_at": { "$gte": EARLIEST } },
        ),
    ]
}

/// Who finds the lists of others that he is a member of.
fn of_members() -> Vec<IndexModel> {
    vec![index(
        "members",
        doc! { "members.user_id": 1, "owner": 1, "position": 1, "_id": 1 },
    )]
}

/// What makes a ticket unique is the `_id`, its hash. No TTL index here either.
fn of_tickets() -> Vec<IndexModel> {
    vec![
        index("expires_at", doc! { "expires_at": 1 }),
        partial(
            "owner",
            doc! { "owner": 1 },
            doc! { "owner": { "$gte": ObjectId::from_bytes([0; 12]) } },
        ),
    ]
}

fn of_roles() -> Vec<IndexModel> {
    vec![index("by_role", doc! { "role": 1, "disabled": 1, "_id": 1 })]
}

/// One for each set of filters: a page is a range of it, read backwards.
fn of_audit() -> Vec<IndexModel> {
    let sets: [(&str, &[&str]); 8] = [
        ("by_time", &[]),
        ("by_kind", &["kind"]),
        ("by_actor", &["actor"]),
        ("by_actor_kind", &["actor", "kind"]),
        ("by_subject", &["subject"]),
        ("by_subject_kind", &["subject", "kind"]),
        ("by_actor_subject", &["actor", "subject"]),
        ("by_actor_subject_kind", &["actor", "subject", "kind"]),
    ];
    let one = |(name, fields): (&str, &[&str])| {
        let fields = fields.iter().chain(&["at", "_id"]);
        index(
            name,
            fields.map(|field| ((*field).to_owned(), 1.into())).collect(),
        )
    };
    sets.map(one).into()
}

fn of_reminders() -> Vec<(&'static str, Vec<IndexModel>)> {
    let waiting = |field: &str| {
        partial(
            field,
            doc! { field: 1, "_id": 1 },
            doc! { field: { "$gte": EARLIEST } },
        )
    };
    vec![
        ("todos", vec![waiting("remind_at")]),
        ("users", vec![waiting("digest_at")]),
        (
            "mails",
            vec![
                waiting("next_try"),
                dated("done_at"),
                index("owner", doc! { "owner": 1 }),
            ],
        ),
    ]
}

fn of_todos() -> Vec<IndexModel> {
    // The first is the one that `sh.shardCollection("rondo.todos", { owner: 1, _id: 1 })` wants.
    let mut indexes = vec![
        index("owner", doc! { "owner": 1, "_id": 1 }),
        // A list by hand, and what counts its open to-dos.
        index(
            "in_list",
            doc! { "owner": 1, "list_id": 1, "state": 1, key_field(Sort::Position): 1, "_id": 1 },
        ),
        partial(
            "of_parent",
            doc! { "owner": 1, "parent_id": 1, "state": 1, key_field(Sort::Position): 1, "_id": 1 },
            doc! { "parent_id": { "$gte": ObjectId::from_bytes([0; 12]) } },
        ),
        // What changed since.
        index("changed", doc! { "owner": 1, "stamp": 1, "_id": 1 }),
        partial(
            "deleted",
            doc! { "state": 1, "deleted_at": 1 },
            doc! { "deleted_at": { "$gte": EARLIEST } },
        ),
    ];
    // One for each order; each state is apart in it, and so are those without a key.
    indexes.extend(Sort::ALL.map(|sort| {
        index(
            &by(sort),
            doc! { "owner": 1, "state": 1, key_field(sort): 1, "_id": 1 },
        )
    }));
    indexes
}

/// The name of the index for an order.
pub(super) fn by(sort: Sort) -> String {
    format!("by_{}", sort.name())
}

fn index(name: &str, keys: Document) -> IndexModel {
    IndexModel::builder()
        .keys(keys)
        .options(IndexOptions::builder().name(name.to_owned()).build())
        .build()
}

/// An index over those documents that have this date.
fn dated(field: &str) -> IndexModel {
    partial(field, doc! { field: 1 }, doc! { field: { "$gte": EARLIEST } })
}

/// An index over those documents that pass the filter.
fn partial(name: &str, keys: Document, filter: Document) -> IndexModel {
    let mut index = index(name, keys);
    if let Some(options) = &mut index.options {
        options.partial_filter_expression = Some(filter);
    }
    index
}

/// Makes the indexes of to-dos what they are now: drops those of an earlier shape, and creates what is missing.
pub(super) async fn renew_of_todos(db: &Db) -> Result<()> {
    let wanted = of_todos();
    let todos = db.raw("todos");
    let found = match todos.list_indexes().await {
        Ok(found) => found.try_collect::<Vec<_>>().await?,
        Err(error) if is_unknown_namespace(&error) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    for name in found.iter().filter_map(|index| options_of(index).name) {
        let is_kept = |model: &&IndexModel| options_of(model).name.as_deref() == Some(&name);
        let is_ours = name.starts_with("by_") || name == "deleted_at";
        let same = wanted.iter().find(is_kept);
        let is_same_still = same.is_some_and(|model| found.iter().any(|found| is_same(model, found)));
        if is_ours && !is_same_still {
            todos.drop_index(name).await?;
        }
    }
    db.todos.create_indexes(wanted).await?;
    Ok(())
}

/// Drops the indexes of an older service that would do harm; others stay.
///
/// - A unique one: an account of ours need not be unique in anything but its identities. One over `email`
///   would keep a second account from being erased, since both then have none; one over `name` would keep
///   two people of one name apart.
/// - One that lets documents expire: accounts would vanish by themselves.
pub(super) async fn drop_harmful(users: &Collection<Document>) -> Result<()> {
    let indexes: Vec<IndexModel> = users.list_indexes().await?.try_collect().await?;
    let own = [doc! { "_id": 1 }, doc! { "identities": 1 }];
    for index in indexes {
        let options = index.options.unwrap_or_default();
        let is_harmful = options.unique == Some(true) || options.expire_after.is_some();
        if is_harmful && !own.contains(&index.keys) {
            users.drop_index(options.name.unwrap_or_default()).await?;
        }
    }
    Ok(())
}

/// Why the unique index cannot be built: who shares an identity. The identities themselves are not told.
async fn shared_identities(db: &Db) -> Result<StoreError> {
    let pipeline = [
        doc! { "$match": { "identities": { "$gte": "" } } },
        doc! { "$unwind": "$identities" },
        doc! { "$group": { "_id": "$identities", "users": { "$addToSet": "$_id" } } },
        doc! { "$match": { "users.1": { "$exists": true } } },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$limit": NAMED },
    ];
    let shared: Vec<Document> = db
        .users
        .aggregate(pipeline)
        .allow_disk_use(true)
        .await?
        .try_collect()
        .await?;
    let groups: Vec<String> = shared
        .iter()
        .filter_map(|group| group.get_array("users").ok())
        .map(|users| users.iter().map(name_of).collect::<Vec<_>>().join(" and "))
        .collect();
    Ok(StoreError::Fault(format!(
        "the collection `users` has accounts that share an identity: {}. Take it from all but one of each \
         (the field `identities`), then migrate again",
        groups.join("; ")
    )))
}

/// An id as people write it into a query.
pub(super) fn name_of(id: &Bson) -> String {
    match id {
        Bson::ObjectId(id) => id.to_hex(),
        Bson::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}
