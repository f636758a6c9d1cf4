//! The contract of the two keepers. What stands here in words, the suite in `tests/store` shows on both.
//!
//! - Operation-shaped: a method does one whole thing, or nothing. No backend's type crosses the line.
//! - One row or document is the unit of atomicity; uniqueness is the database's.
//! - A method that answers `Ok` of a write has made it durable: it survives the death of the process
//!   (and of the machine, on a database that is set up so).
//! - A create that is repeated with the same id (a retry after a lost answer) is no second create.
//! - Every method ends within a few seconds: if the database does not answer, as [`StoreError::Unavailable`].
//! - `Option::None` means that there is no such thing; a failed query is an error.
//!
//! Authorisation is not decided here: the service chooses the owner, and the keeper puts it into the
//! predicate.

pub mod mongo;
pub mod sqlite;
mod touches;
pub mod transfer;

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::error::Error;
use crate::metrics::Figure;
use crate::model::{
    AuditEvent, AuditFilter, AuditKind, AuditPlace, ChangePage, ChangePlace, DueDigest, DueReminder,
    EndedThere, FamilyChange, Fate, Id, List, Mail, Progress, Purpose, Revocation, Session, Ticket,
    Timestamp, Todo, TodoPage, TodoQuery, Turn, User, UserFilter, Zone,
};

pub use touches::Touches;

/// What can go wrong in a store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Something that must be unique is taken.
    #[error("it is taken")]
    Duplicate,
    /// The database cannot be reached, is too busy, full or too slow. Whether a write happened is unknown.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// What is stored cannot be read, or the database refused what it was asked: a fault of ours.
    #[error("the store failed: {0}")]
    Fault(String),
}

/// What a keeper answers.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate => Self::Conflict("it is taken"),
            StoreError::Unavailable(cause) => Self::Unavailable {
                cause,
                retry_after: 2,
            },
            StoreError::Fault(cause) => Self::Internal { cause },
        }
    }
}

/// Accounts. A deleted account is found by [`Users::deleted_users`] only.
#[async_trait]
pub trait Users: Send + Sync {
    /// Creates the user, or `Duplicate` if one of the identities is another account's; atomic.
    async fn create_user(&self, user: &User) -> Result<()>;

    async fn user(&self, id: Id) -> Result<Option<User>>;

    /// The account with this identity, compared bytewise.
    async fn user_by_identity(&self, identity: &str) -> Result<Option<User>>;

    /// Puts `user` in the place of the account with its id if that has the version `expected` (deleted
    /// or not), and says whether it did. `user.version` is `expected + 1`. `Duplicate` if an identity
    /// is another account's; atomic, identities included.
    async fn replace_user(&self, user: &User, expected: i64) -> Result<bool>;

    /// Up to `limit` accounts in the order of their ids, behind `after`.
    async fn users_page(&self, after: Option<Id>, limit: usize) -> Result<Vec<User>>;

    /// As [`Users::users_page`], of those that pass the filter. By role and state they are found; whoever is looked
    /// for by parts of names is looked for among all of them.
    async fn find_users(&self, filter: &UserFilter, after: Option<Id>, limit: usize) -> Result<Vec<User>>;

    /// The ids of up to `limit` accounts that were deleted before `before`.
    async fn deleted_users(&self, before: Timestamp, limit: usize) -> Result<Vec<Id>>;

    /// Removes what is left of a deleted account; nothing happens to one that is not deleted.
    async fn remove_user(&self, id: Id) -> Result<()>;
}

/// Sessions and the revocation feed.
#[async_trait]
pub trait Sessions: Send + Sync {
    async fn create_session(&self, session: &Session) -> Result<()>;

    /// The session, ended or not.
    async fn session(&self, id: Id) -> Result<Option<Session>>;

    /// Turns the session to the next generation if it is at `generation` and has not ended, and says
    /// whether it did; of many at once, one does.
    async fn turn_session(&self, id: Id, generation: i64, turn: &Turn) -> Result<bool>;

    /// The sessions of a user that have not ended and whose absolute end is after `now`, newest first.
    async fn sessions_of(&self, user: Id, now: Timestamp) -> Result<Vec<Session>>;

    /// Ends this session of this user, and says whether there was one to end.
    async fn end_session(&self, user: Id, id: Id, at: Timestamp) -> Result<bool>;

    /// Ends all sessions of this user but `keep`, API tokens too.
    async fn end_sessions(&self, user: Id, keep: Option<Id>, at: Timestamp) -> Result<()>;

    /// Ends all sessions that began with one of these sign-ins at a provider and have not ended, and answers
    /// their ids, in no order.
    async fn end_sessions_of_provider(&self, ended: &EndedThere, at: Timestamp) -> Result<Vec<Id>>;

    /// Everything revoked at `since` or later: sessions that were ended, and users whose epoch rose
    /// (deleted users too). In no order; what was told before may be told again.
    async fn revocations_since(&self, since: Timestamp) -> Result<Vec<Revocation>>;

    /// Removes the sessions that ended, or reached their absolute end, before `before`.
    async fn remove_sessions(&self, before: Timestamp) -> Result<()>;
}

/// Tickets. Of one that has expired at `now`, or is for another purpose, nothing is told.
#[async_trait]
pub trait Tickets: Send + Sync {
    /// Keeps the ticket, or `Duplicate` if its hash is another one's.
    async fn create_ticket(&self, ticket: &Ticket) -> Result<()>;

    /// The ticket with this hash, which stays.
    async fn ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>>;

    /// Takes the ticket away and answers it. Of many at once, one is given it.
    async fn take_ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>>;

    /// Puts `ticket` in the place of the one with its hash and purpose if that has the version `expected`, and says
    /// whether it did. `ticket.version` is `expected + 1`.
    async fn replace_ticket(&self, ticket: &Ticket, expected: i64) -> Result<bool>;

    /// Up to `limit` tickets of anybody for this purpose, which stay, in no order.
    async fn tickets_for(&self, purpose: Purpose, now: Timestamp, limit: usize) -> Result<Vec<Ticket>>;

    /// Removes the tickets of anybody that expired before `before`.
    async fn remove_tickets(&self, before: Timestamp) -> Result<()>;

    /// Removes the tickets of this owner: those for one purpose, or all.
    async fn remove_tickets_of(&self, owner: Id, purpose: Option<Purpose>) -> Result<()>;
}

/// To-dos. `owner` is chosen by the service and stands in every predicate.
#[async_trait]
pub trait Todos: Send + Sync {
    async fn create_todo(&self, todo: &Todo) -> Result<()>;

    /// As [`Todos::create_todo`], but in the time zone of its owner's settings, which is answered; none if there
    /// is none, or no such user. Here rather than in two steps: an embedded store does both in one.
    async fn create_todo_in_zone_of_owner(&self, todo: &Todo) -> Result<Option<Zone>>;

    /// The owner's to-do with this id, in the trash or not, unless it is gone.
    async fn todo(&self, owner: Id, id: Id) -> Result<Option<Todo>>;

    /// Creates many to-dos of one owner, some hundreds at a time; those whose ids this owner has, gone ones too,
    /// stay as they are. At an error some may have been created: doing it again creates the rest.
    /// `Duplicate` if an id is somebody else's.
    async fn create_todos(&self, todos: &[Todo]) -> Result<()>;

    /// Which of these ids are the owner's to-dos, those in the trash and those that are gone too. In no order.
    async fn known_todos(&self, owner: Id, ids: &[Id]) -> Result<Vec<Id>>;

    /// Puts `todo` in the place of the one with its owner and id if that has the version `expected`, is
    /// marked as a parent ([`Families::mark_parent`]) just as `todo` is, and is not gone; says whether it
    /// did. `todo.version` is `expected + 1`.
    async fn replace_todo(&self, todo: &Todo, expected: i64) -> Result<bool>;

    /// A page of the owner's to-dos, in the order that the query names.
    async fn todo_page(&self, owner: Id, query: &TodoQuery) -> Result<TodoPage>;

    /// Leaves nothing of the owner's to-do but that it is gone, if it is in the trash, and says whether it was;
    /// `at` is the time of that. If it is marked as a parent, the same happens to all of its steps before.
    async fn purge_todo(&self, owner: Id, id: Id, at: Timestamp) -> Result<bool>;

    /// As [`Todos::purge_todo`], for all that were put into the trash before `before`: this owner's, or
    /// anybody's.
    async fn purge_trash(&self, owner: Option<Id>, before: Timestamp, at: Timestamp) -> Result<()>;

    /// Removes what is left of to-dos of any owner that were purged before `before`.
    async fn remove_gone_todos(&self, before: Timestamp) -> Result<()>;

    /// Removes all to-dos of this owner.
    async fn remove_todos_of(&self, owner: Id) -> Result<()>;
}

/// To-dos and their steps, which are to-dos that have them as their parent.
#[async_trait]
pub trait Families: Send + Sync {
    /// Marks the owner's to-do as one that may have steps, if it is there, not in the trash, and no step
    /// itself; says whether it is so. Changes neither version nor stamp, and is never taken back.
    async fn mark_parent(&self, owner: Id, id: Id) -> Result<bool>;

    /// As [`Todos::replace_todo`]; and if that was done, and `todo` is marked as a parent, its steps become
    /// what [`FamilyChange::of_step`] makes of them. A keeper that cannot write them at once writes down
    /// before what it is about to do, for [`Families::resume_families`].
    async fn replace_family(&self, todo: &Todo, expected: i64, change: &FamilyChange) -> Result<bool>;

    /// Finishes what was begun by [`Families::replace_family`] before `before` and broke off. Steps that were
    /// changed since stay open.
    async fn resume_families(&self, before: Timestamp) -> Result<()>;

    /// The titles of those of the owner's to-dos that are not gone, in no order.
    async fn titles(&self, owner: Id, ids: &[Id]) -> Result<Vec<(Id, String)>>;

    /// How far the steps of these to-dos are, in no order; none of a to-do that has no steps outside the trash.
    async fn progress(&self, owner: Id, parents: &[Id]) -> Result<Vec<(Id, Progress)>>;
}

/// Lists, and what concerns all to-dos of one. `owner` is chosen by the service and stands in every predicate.
/// A deleted list is found by [`Lists::leaving_lists`] only, and told by [`Feed::changes`] as one that is gone.
#[async_trait]
pub trait Lists: Send + Sync {
    /// Its stamp is of the same order as those of to-dos.
    async fn create_list(&self, list: &List) -> Result<()>;

    /// The owner's list with this id, unless it was deleted.
    async fn list(&self, owner: Id, id: Id) -> Result<Option<List>>;

    /// Puts `list` in the place of the one with its owner and id if that has the version `expected` and was
    /// not deleted, and says whether it did. `list.version` is `expected + 1`; it may be deleted by this.
    async fn replace_list(&self, list: &List, expected: i64) -> Result<bool>;

    /// All of the owner's lists that were not deleted, by their positions, and by their ids where those are the
    /// same.
    async fn lists_of(&self, owner: Id) -> Result<Vec<List>>;

    /// All lists of others that have this user as a member and were not deleted, by their owners, then as in
    /// [`Lists::lists_of`].
    async fn lists_shared_with(&self, user: Id) -> Result<Vec<List>>;

    /// That lists of others were shared with this user is not known any more. No change of them.
    async fn forget_left(&self, user: Id) -> Result<()>;

    /// How many open to-dos of the owner are in each list, and in the inbox (`None`); steps count. Where there
    /// is none, nothing is told. One query, however many lists there are.
    async fn open_counts(&self, owner: Id) -> Result<BTreeMap<Option<Id>, u64>>;

    /// Puts all to-dos of the owner's list into the inbox, those in the trash too; and with [`Fate::Trash`] into
    /// the trash, those that are not there yet, at the moment `at`. Each is a change of its own, made at `at` or
    /// when it was changed before, if that is later; some at a time, so that a call that fails may have moved some.
    /// Nothing else of them changes.
    async fn move_todos_of_list(&self, owner: Id, list: Id, fate: Fate, at: Timestamp) -> Result<()>;

    /// Up to `limit` deleted lists of any owner whose to-dos have a fate still, in the order of their deletion.
    async fn leaving_lists(&self, limit: usize) -> Result<Vec<List>>;

    /// Takes their fate from the to-dos of a deleted list: it is only known from then on that there was one.
    async fn settle_list(&self, owner: Id, id: Id) -> Result<()>;

    /// Removes what is left of lists of any owner that were deleted before `before` and are settled.
    async fn remove_gone_lists(&self, before: Timestamp) -> Result<()>;

    /// Removes all lists of this owner; their to-dos stay.
    async fn remove_lists_of(&self, owner: Id) -> Result<()>;
}

/// Whose things were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// This user's; or a list that is or was shared with him.
    Owner(Id),
    /// Perhaps anybody's: it is not known what was missed.
    Everybody,
}

/// The feed of changes. Every write of a thing gives it a stamp, later than all that were given before.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Up to `limit` of the things that this user sees, to-dos and lists, whose last write stands behind `after`, each
    /// as it is now, in the one order of their places; what is gone, too, for as long as that is known. He sees his
    /// own, and lists that others share with him with the to-dos in them: of a list that is not shared with him any
    /// more, and of a to-do that has left one that is, it is told that it is gone.
    ///
    /// Whoever reads on behind the last of the answer, or behind [`ChangePage::settled`] if that is earlier,
    /// misses nothing. A database that was written by several at once may show a write later than one with a
    /// later stamp; so much later, at most, as `settled` stays back.
    async fn changes(&self, user: Id, after: ChangePlace, limit: usize) -> Result<ChangePage>;

    /// Tells, from this call on, whose things were written, by whomever that was: once for several writes or more
    /// often, and sometimes when nothing was. Told after it can be read. Whoever does not keep up, and whoever may
    /// have missed something, is told [`Touched::Everybody`] or that he lags.
    fn watch(&self) -> tokio::sync::broadcast::Receiver<Touched>;
}

/// What is to be told at its time, of any owner. Each is handed out once, whoever asks: by whoever claims it.
#[async_trait]
pub trait Reminders: Send + Sync {
    /// Up to `limit` reminders of to-dos whose moment has come at `now`, the earliest first.
    async fn due_reminders(&self, now: Timestamp, limit: usize) -> Result<Vec<DueReminder>>;

    /// Hands the reminder out if the to-do is still to be reminded of at that moment, and says whether it was:
    /// of many at once, to one. It is a change of the to-do, as [`Todo::set_reminded`] makes it. The mail, if
    /// one is given, is kept by then, as [`Mails::create_mail`] keeps it; it may be kept without this.
    async fn claim_reminder(&self, reminder: DueReminder, mail: Option<&Mail>) -> Result<bool>;

    /// Up to `limit` digests whose moment has come at `now`, the earliest first.
    async fn due_digests(&self, now: Timestamp, limit: usize) -> Result<Vec<DueDigest>>;

    /// Hands the digest out if the account still awaits it at that moment, and says whether it was: of many at
    /// once, to one. The account awaits the `next` from then on; its version stays. The mail is as in
    /// [`Reminders::claim_reminder`].
    async fn claim_digest(&self, digest: DueDigest, next: Timestamp, mail: Option<&Mail>) -> Result<bool>;
}

/// Mails that wait to be sent.
#[async_trait]
pub trait Mails: Send + Sync {
    /// Keeps the mail, unless there is one with its id, sent or not.
    async fn create_mail(&self, mail: &Mail) -> Result<()>;

    /// Gives the mail whose next try is the earliest, and not after `now`, to `holder`: it counts one attempt
    /// more, and nobody else is given it before `until`. None if there is none. Of many at once, each is given
    /// another.
    async fn take_mail(&self, holder: Id, now: Timestamp, until: Timestamp) -> Result<Option<Mail>>;

    /// Lets the mail be tried again at `next_try` if it is this holder's and not done, and says whether it is.
    async fn put_off_mail(&self, id: Id, holder: Id, next_try: Timestamp) -> Result<bool>;

    /// The mail is done, sent or given up, if it is this holder's; says whether it is.
    async fn finish_mail(&self, id: Id, holder: Id, at: Timestamp) -> Result<bool>;

    /// Removes the mails of any owner that were done before `before`.
    async fn remove_mails(&self, before: Timestamp) -> Result<()>;

    /// Removes all mails to this owner.
    async fn remove_mails_of(&self, owner: Id) -> Result<()>;
}

/// A request that is to be done once, under a key that its client chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub owner: Id,
    /// A hash of the key, never the key itself. With the owner it is unique.
    pub key: String,
    /// A hash of the request: the same key with another one is a mistake.
    pub request: String,
    /// The id of what the request makes, chosen before anything is written: whoever does the request again
    /// after a crash makes nothing twice.
    pub resource: Id,
    /// Who is at it: each time a request is sent is another holder.
    pub holder: Id,
    /// Until then nobody else may take it up, unless it is given up before.
    pub locked_until: Timestamp,
    /// From then on it is as if it had never been.
    pub expires_at: Timestamp,
    /// What was answered; nothing while somebody is, or was, at it.
    pub answer: Option<Vec<u8>>,
}

/// Requests that are to be done once. A call that names an attempt means the one with its owner and key.
#[async_trait]
pub trait Idempotency: Send + Sync {
    /// Keeps the attempt unless there is one that has not expired at `now`, and answers which one is kept
    /// now. Atomic: of many at once, all are told the same one.
    async fn begin_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<Attempt>;

    /// What is kept under this key, unless it has expired at `now`.
    async fn attempt(&self, owner: Id, key: &str, now: Timestamp) -> Result<Option<Attempt>>;

    /// Gives the attempt of the holder `from` to this one's holder, until this one's moments, if it has no
    /// answer and its lock has lapsed at `now`; says whether it did. Of many at once, one is given it.
    /// Its request and its resource stay.
    async fn take_over_attempt(&self, attempt: &Attempt, from: Id, now: Timestamp) -> Result<bool>;

    /// Keeps the answer until `attempt.expires_at` if the attempt is still its holder's and has none, and
    /// says whether it did.
    async fn finish_attempt(&self, attempt: &Attempt) -> Result<bool>;

    /// Lets the lock lapse at `now` if the attempt is its holder's and has no answer: the next to send the
    /// request may take it up at once, and makes the same resource.
    async fn release_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<()>;

    /// Removes the attempt if it is its holder's and has no answer: the key is free, for any request.
    async fn forget_attempt(&self, attempt: &Attempt) -> Result<()>;

    /// Removes the attempts of any owner that expired before `before`.
    async fn remove_attempts(&self, before: Timestamp) -> Result<()>;

    /// Removes all attempts of this owner.
    async fn remove_attempts_of(&self, owner: Id) -> Result<()>;
}

/// A signing key, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Counts the keys from 1; unique, so that of several instances one makes the next.
    pub number: i64,
    pub kid: String,
    /// `RS256` or `ES256`.
    pub algorithm: String,
    /// The private key (PKCS#8), sealed with the key-encryption key.
    pub sealed: Vec<u8>,
    /// The public key as a JWK, in JSON.
    pub public: String,
    /// When it begins to sign; until then it is only published.
    pub signs_from: Timestamp,
}

/// Signing keys and the few facts about the installation itself.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Adds a key, or `Duplicate` if there is one with its number.
    async fn create_key(&self, key: &KeyRow) -> Result<()>;

    /// All keys, by their number.
    async fn keys(&self) -> Result<Vec<KeyRow>>;

    /// Puts `new` in the place of the sealed key `old` of this number, and says whether it did.
    async fn reseal_key(&self, number: i64, old: &[u8], new: &[u8]) -> Result<bool>;

    /// Removes the key of this number, if there is one.
    async fn remove_key(&self, number: i64) -> Result<()>;

    /// The value kept under `name`; if there is none, `value` is kept first. Atomic.
    async fn fact(&self, name: &str, value: &str) -> Result<String>;

    /// The value kept under `name`, if there is one; nothing is kept by asking.
    async fn known_fact(&self, name: &str) -> Result<Option<String>>;

    /// Puts `new` in the place of `old` under `name`, and says whether it did.
    async fn replace_fact(&self, name: &str, old: &str, new: &str) -> Result<bool>;
}

/// Counters that all instances share, for throttling.
#[async_trait]
pub trait Counters: Send + Sync {
    /// Adds `amount` (which may be negative) to the counter and answers its new value; it begins at 0
    /// and may be forgotten after `expires_at`. Atomic.
    async fn count(&self, counter: &str, amount: i64, expires_at: Timestamp) -> Result<i64>;

    /// Removes the counters that expired before `before`.
    async fn remove_counters(&self, before: Timestamp) -> Result<()>;
}

/// The audit log. It is only added to: no event is changed, and none is removed but with all that are older.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Adds the event, unless there is one with its id.
    async fn append_event(&self, event: &AuditEvent) -> Result<()>;

    /// Up to `limit` events that pass the filter, the newest first, behind `after`: older than that place. What it
    /// costs depends on neither the events that do not pass nor how far back it is.
    async fn audit_page(
        &self,
        filter: &AuditFilter,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>>;

    /// When an event of this kind happened last to each of these subjects, in no order; nothing of those who have
    /// none.
    async fn last_events(&self, kind: AuditKind, subjects: &[Id]) -> Result<Vec<(Id, Timestamp)>>;

    /// Removes all events of before `before`.
    async fn remove_events(&self, before: Timestamp) -> Result<()>;
}

/// What a migration is, and whether it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub applied_at: Option<Timestamp>,
}

/// What a database server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// As the server writes it; empty if it does not tell.
    pub version: String,
    /// What its clock shows.
    pub time: Timestamp,
    /// Whether it is a replica set or a cluster of them, and no server that stands alone.
    pub is_replicated: bool,
}

/// Whether what is stored is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integrity {
    Sound,
    /// What is broken, in the database's words.
    Damaged(String),
    /// It takes longer than anybody waits here.
    Unfinished,
    /// The server sees to that itself, and a look from outside would hold it up.
    OfTheServer,
}

/// Care of the store as a whole.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Whether the database answers.
    async fn ping(&self) -> Result<()>;

    /// The migrations that this program knows, and which were applied. An error in words if the
    /// database was written by a newer program.
    async fn migrations(&self) -> Result<Vec<Migration>>;

    /// Applies what is missing, in order, and answers how many that were. Several instances may call it
    /// at once: one works, the others wait.
    async fn migrate(&self, now: Timestamp) -> Result<usize>;

    /// What the keeper tells of its own inside (connections, queues), for whoever watches the service. Asks
    /// the database nothing.
    fn figures(&self) -> Vec<Figure> {
        Vec::new()
    }

    /// Writes something that nobody reads and takes it away again, both durably: whether the database can
    /// be written to. An error on one that was never migrated.
    async fn probe_write(&self) -> Result<()>;

    /// The indexes that the applied migrations made and that are missing or are other ones, by their names.
    async fn missing_indexes(&self) -> Result<Vec<String>>;

    /// Makes the indexes that are missing, and answers how many that were. Takes as long as it takes. An
    /// error in words for one that has its name and is another one.
    async fn mend_indexes(&self) -> Result<usize>;

    /// Looks through what is stored, for some seconds at most.
    async fn integrity(&self) -> Result<Integrity>;

    /// The server behind the store; `None` where the database is a file of this machine.
    async fn server(&self) -> Result<Option<Server>>;

    /// Writes what is left to write and lets the database go. Nothing may be asked afterwards.
    async fn close(&self);
}

/// All that a keeper does.
pub trait Store:
    Users
    + Sessions
    + Tickets
    + Todos
    + Families
    + Lists
    + Feed
    + Reminders
    + Mails
    + Idempotency
    + Keys
    + Counters
    + Audit
    + Upkeep
    + 'static
{
}

impl<T> Store for T where
    T: Users
        + Sessions
        + Tickets
        + Todos
        + Families
        + Lists
        + Feed
        + Reminders
        + Mails
        + Idempotency
        + Keys
        + Counters
        + Audit
        + Upkeep
        + 'static
{
}
