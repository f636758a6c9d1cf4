//! The operations of the contract and their answers as values, so that a list of them can be applied to
//! any keeper. Making them up is in `random_inventor.rs`, comparing in `random.rs`.

use std::collections::BTreeMap;

use rondo::model::{
    AuditEvent, AuditFilter, AuditKind, AuditPlace, Change, ChangePlace, DueDigest, DueReminder, EndedThere,
    FamilyChange, Fate, Id, List, Mail, Progress, Revocation, Session, Timestamp, Todo, TodoPage, TodoQuery,
    Turn, User, UserFilter, Zone,
};
use rondo::store::{Attempt, KeyRow, Result, Store, StoreError};

#[derive(Debug, Clone)]
pub enum Operation {
    CreateUser(User),
    User(Id),
    UserByIdentity(String),
    ReplaceUser(User, i64),
    UsersPage(Option<Id>, usize),
    FindUsers(UserFilter, Option<Id>, usize),
    DeletedUsers(Timestamp),
    RemoveUser(Id),
    CreateSession(Session),
    Session(Id),
    TurnSession(Id, i64, Turn),
    SessionsOf(Id, Timestamp),
    EndSession(Id, Id, Timestamp),
    EndSessions(Id, Option<Id>, Timestamp),
    EndSessionsOfProvider(EndedThere, Timestamp),
    RevocationsSince(Timestamp),
    RemoveSessions(Timestamp),
    CreateTodo(Todo),
    CreateTodoInZoneOfOwner(Todo),
    CreateTodos(Vec<Todo>),
    KnownTodos(Id, Vec<Id>),
    Todo(Id, Id),
    ReplaceTodo(Todo, i64),
    TodoPage(Id, TodoQuery),
    PurgeTodo(Id, Id, Timestamp),
    PurgeTrash(Option<Id>, Timestamp, Timestamp),
    RemoveGoneTodos(Timestamp),
    RemoveTodosOf(Id),
    MarkParent(Id, Id),
    ReplaceFamily(Todo, i64, FamilyChange),
    ResumeFamilies(Timestamp),
    Titles(Id, Vec<Id>),
    Progress(Id, Vec<Id>),
    CreateList(List),
    List(Id, Id),
    ReplaceList(List, i64),
    ListsOf(Id),
    ListsSharedWith(Id),
    OpenCounts(Id),
    MoveTodosOfList(Id, Id, Fate, Timestamp),
    LeavingLists(usize),
    SettleList(Id, Id),
    RemoveGoneLists(Timestamp),
    RemoveListsOf(Id),
    /// All changes of an owner, so many at a time.
    Changes(Id, usize),
    DueReminders(Timestamp, usize),
    ClaimReminder(DueReminder, Option<Mail>),
    DueDigests(Timestamp, usize),
    ClaimDigest(DueDigest, Timestamp, Option<Mail>),
    CreateMail(Mail),
    TakeMail(Id, Timestamp, Timestamp),
    PutOffMail(Id, Id, Timestamp),
    FinishMail(Id, Id, Timestamp),
    RemoveMails(Timestamp),
    RemoveMailsOf(Id),
    BeginAttempt(Attempt, Timestamp),
    Attempt(Id, String, Timestamp),
    TakeOverAttempt(Attempt, Id, Timestamp),
    FinishAttempt(Attempt),
    ReleaseAttempt(Attempt, Timestamp),
    ForgetAttempt(Attempt),
    RemoveAttempts(Timestamp),
    RemoveAttemptsOf(Id),
    CreateKey(KeyRow),
    ResealKey(i64, Vec<u8>, Vec<u8>),
    RemoveKey(i64),
    Keys,
    Fact(String, String),
    ReplaceFact(String, String, String),
    Count(String, i64, Timestamp),
    RemoveCounters(Timestamp),
    AppendEvent(AuditEvent),
    AuditPage(AuditFilter, Option<AuditPlace>, usize),
    LastEvents(AuditKind, Vec<Id>),
    RemoveEvents(Timestamp),
    Migrate(Timestamp),
}

/// What was answered, brought into an order where the contract names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Done,
    Duplicate,
    Failed(String),
    Flag(bool),
    User(Option<User>),
    Users(Vec<User>),
    Ids(Vec<Id>),
    Session(Option<Session>),
    Sessions(Vec<Session>),
    Revocations(Vec<Revocation>),
    Todo(Option<Todo>),
    Zone(Option<Zone>),
    Page(TodoPage),
    Titles(Vec<(Id, String)>),
    Progress(Vec<(Id, Progress)>),
    List(Option<List>),
    Lists(Vec<List>),
    Counts(BTreeMap<Option<Id>, u64>),
    /// Of this owner.
    Changes(Id, Vec<Change>),
    Reminders(Vec<DueReminder>),
    Digests(Vec<DueDigest>),
    Mail(Option<Mail>),
    Attempt(Option<Attempt>),
    Keys(Vec<KeyRow>),
    Events(Vec<AuditEvent>),
    Moments(Vec<(Id, Timestamp)>),
    Text(String),
    Number(i64),
}

impl Answer {
    fn of<T>(answer: Result<T>, show: impl FnOnce(T) -> Self) -> Self {
        match answer {
            Ok(value) => show(value),
            Err(StoreError::Duplicate) => Self::Duplicate,
            Err(error) => Self::Failed(error.to_string()),
        }
    }

    /// The stamps in it, and whose they are.
    pub fn stamps_mut(&mut self) -> Vec<(Id, &mut u64)> {
        fn of_todo(todo: &mut Todo) -> (Id, &mut u64) {
            (todo.owner, &mut todo.stamp)
        }
        fn of_list(list: &mut List) -> (Id, &mut u64) {
            (list.owner, &mut list.stamp)
        }
        match self {
            Self::Todo(todo) => todo.iter_mut().map(of_todo).collect(),
            Self::Page(page) => page.items.iter_mut().map(of_todo).collect(),
            Self::List(list) => list.iter_mut().map(of_list).collect(),
            Self::Lists(lists) => lists.iter_mut().map(of_list).collect(),
            Self::Changes(owner, changes) => {
                let stamps = changes.iter_mut().map(stamp_of);
                stamps.map(|stamp| (*owner, stamp)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn stamp_of(change: &mut Change) -> &mut u64 {
    match change {
        Change::Todo(todo) => &mut todo.stamp,
        Change::List(list) => &mut list.stamp,
        Change::Gone(gone) => &mut gone.stamp,
    }
}

/// By their ids.
fn by_id<T>(mut values: Vec<(Id, T)>) -> Vec<(Id, T)> {
    values.sort_by_key(|(id, _)| *id);
    values
}

fn sorted(mut ids: Vec<Id>) -> Answer {
    ids.sort();
    Answer::Ids(ids)
}

fn newest_first(mut sessions: Vec<Session>) -> Answer {
    if !sessions.is_sorted_by(|a, b| a.created_at >= b.created_at) {
        return Answer::Failed(format!("not the newest first: {sessions:?}"));
    }
    sessions.sort_by_key(|session| (session.created_at, session.id));
    Answer::Sessions(sessions)
}

fn each_once(mut revocations: Vec<Revocation>) -> Answer {
    revocations.sort_by_key(|revocation| format!("{revocation:?}"));
    revocations.dedup();
    Answer::Revocations(revocations)
}

async fn all_changes(store: &dyn Store, owner: Id, at_a_time: usize) -> Result<Vec<Change>> {
    let (mut all, mut after) = (Vec::new(), ChangePlace::START);
    loop {
        let page = store.changes(owner, after, at_a_time).await?;
        after = page.items.last().map_or(after, Change::place);
        all.extend(page.items);
        if !page.more {
            return Ok(all);
        }
    }
}

impl Operation {
    pub async fn apply(&self, store: &dyn Store) -> Answer {
        match self {
            Self::CreateUser(user) => Answer::of(store.create_user(user).await, |()| Answer::Done),
            Self::User(id) => Answer::of(store.user(*id).await, Answer::User),
            Self::UserByIdentity(identity) => {
                Answer::of(store.user_by_identity(identity).await, Answer::User)
            }
            Self::ReplaceUser(user, expected) => {
                Answer::of(store.replace_user(user, *expected).await, Answer::Flag)
            }
            Self::UsersPage(after, limit) => {
                Answer::of(store.users_page(*after, *limit).await, Answer::Users)
            }
            Self::FindUsers(filter, after, limit) => {
                Answer::of(store.find_users(filter, *after, *limit).await, Answer::Users)
            }
            Self::DeletedUsers(before) => Answer::of(store.deleted_users(*before, 1000).await, sorted),
            Self::RemoveUser(id) => Answer::of(store.remove_user(*id).await, |()| Answer::Done),
            Self::CreateSession(session) => {
                Answer::of(store.create_session(session).await, |()| Answer::Done)
            }
            Self::Session(id) => Answer::of(store.session(*id).await, Answer::Session),
            Self::TurnSession(id, generation, turn) => {
                Answer::of(store.turn_session(*id, *generation, turn).await, Answer::Flag)
            }
            Self::SessionsOf(user, now) => Answer::of(store.sessions_of(*user, *now).await, newest_first),
            Self::EndSession(user, id, at) => {
                Answer::of(store.end_session(*user, *id, *at).await, Answer::Flag)
            }
            Self::EndSessions(user, keep, at) => {
                Answer::of(store.end_sessions(*user, *keep, *at).await, |()| Answer::Done)
            }
            Self::EndSessionsOfProvider(ended, at) => {
                Answer::of(store.end_sessions_of_provider(ended, *at).await, sorted)
            }
            Self::RevocationsSince(since) => Answer::of(store.revocations_since(*since).await, each_once),
            Self::RemoveSessions(before) => {
                Answer::of(store.remove_sessions(*before).await, |()| Answer::Done)
            }
            Self::CreateTodo(todo) => Answer::of(store.create_todo(todo).await, |()| Answer::Done),
            Self::CreateTodoInZoneOfOwner(todo) => {
                Answer::of(store.create_todo_in_zone_of_owner(todo).await, Answer::Zone)
            }
            Self::CreateTodos(todos) => Answer::of(store.create_todos(todos).await, |()| Answer::Done),
            Self::KnownTodos(owner, ids) => Answer::of(store.known_todos(*owner, ids).await, sorted),
            Self::Todo(owner, id) => Answer::of(store.todo(*owner, *id).await, Answer::Todo),
            Self::ReplaceTodo(todo, expected) => {
                Answer::of(store.replace_todo(todo, *expected).await, Answer::Flag)
            }
            Self::TodoPage(owner, query) => Answer::of(store.todo_page(*owner, query).await, Answer::Page),
            Self::PurgeTodo(owner, id, at) => {
                Answer::of(store.purge_todo(*owner, *id, *at).await, Answer::Flag)
            }
            Self::PurgeTrash(owner, before, at) => {
                Answer::of(store.purge_trash(*owner, *before, *at).await, |()| Answer::Done)
            }
            Self::RemoveGoneTodos(before) => {
                Answer::of(store.remove_gone_todos(*before).await, |()| Answer::Done)
            }
            Self::RemoveTodosOf(owner) => Answer::of(store.remove_todos_of(*owner).await, |()| Answer::Done),
            Self::MarkParent(owner, id) => Answer::of(store.mark_parent(*owner, *id).await, Answer::Flag),
            Self::ReplaceFamily(todo, expected, change) => {
                Answer::of(store.replace_family(todo, *expected, change).await, Answer::Flag)
            }
            Self::ResumeFamilies(before) => {
                Answer::of(store.resume_families(*before).await, |()| Answer::Done)
            }
            Self::Titles(owner, ids) => Answer::of(store.titles(*owner, ids).await, |titles| {
                Answer::Titles(by_id(titles))
            }),
            Self::Progress(owner, parents) => Answer::of(store.progress(*owner, parents).await, |progress| {
                Answer::Progress(by_id(progress))
            }),
            Self::CreateList(list) => Answer::of(store.create_list(list).await, |()| Answer::Done),
            Self::List(owner, id) => Answer::of(store.list(*owner, *id).await, Answer::List),
            Self::ReplaceList(list, expected) => {
                Answer::of(store.replace_list(list, *expected).await, Answer::Flag)
            }
            Self::ListsOf(owner) => Answer::of(store.lists_of(*owner).await, Answer::Lists),
            Self::ListsSharedWith(user) => Answer::of(store.lists_shared_with(*user).await, Answer::Lists),
            Self::OpenCounts(owner) => Answer::of(store.open_counts(*owner).await, Answer::Counts),
            Self::MoveTodosOfList(owner, list, fate, now) => {
                let moved = store.move_todos_of_list(*owner, *list, *fate, *now).await;
                Answer::of(moved, |()| Answer::Done)
            }
            Self::LeavingLists(limit) => Answer::of(store.leaving_lists(*limit).await, Answer::Lists),
            Self::SettleList(owner, id) => {
                Answer::of(store.settle_list(*owner, *id).await, |()| Answer::Done)
            }
            Self::RemoveGoneLists(before) => {
                Answer::of(store.remove_gone_lists(*before).await, |()| Answer::Done)
            }
            Self::RemoveListsOf(owner) => Answer::of(store.remove_lists_of(*owner).await, |()| Answer::Done),
            Self::Changes(owner, at_a_time) => {
                let changes = all_changes(store, *owner, *at_a_time).await;
                Answer::of(changes, |changes| Answer::Changes(*owner, changes))
            }
            Self::ResealKey(number, old, new) => {
                Answer::of(store.reseal_key(*number, old, new).await, Answer::Flag)
            }
            Self::RemoveKey(number) => Answer::of(store.remove_key(*number).await, |()| Answer::Done),
            Self::DueReminders(now, limit) => {
                Answer::of(store.due_reminders(*now, *limit).await, Answer::Reminders)
            }
            Self::ClaimReminder(reminder, mail) => {
                Answer::of(store.claim_reminder(*reminder, mail.as_ref()).await, Answer::Flag)
            }
            Self::DueDigests(now, limit) => {
                Answer::of(store.due_digests(*now, *limit).await, Answer::Digests)
            }
            Self::ClaimDigest(digest, next, mail) => {
                let claimed = store.claim_digest(*digest, *next, mail.as_ref()).await;
                Answer::of(claimed, Answer::Flag)
            }
            Self::CreateMail(mail) => Answer::of(store.create_mail(mail).await, |()| Answer::Done),
            Self::TakeMail(holder, now, until) => {
                Answer::of(store.take_mail(*holder, *now, *until).await, Answer::Mail)
            }
            Self::PutOffMail(id, holder, next_try) => {
                Answer::of(store.put_off_mail(*id, *holder, *next_try).await, Answer::Flag)
            }
            Self::FinishMail(id, holder, at) => {
                Answer::of(store.finish_mail(*id, *holder, *at).await, Answer::Flag)
            }
            Self::RemoveMails(before) => Answer::of(store.remove_mails(*before).await, |()| Answer::Done),
            Self::RemoveMailsOf(owner) => Answer::of(store.remove_mails_of(*owner).await, |()| Answer::Done),
            Self::BeginAttempt(attempt, now) => {
                Answer::of(store.begin_attempt(attempt, *now).await, |kept| {
                    Answer::Attempt(Some(kept))
                })
            }
            Self::Attempt(owner, key, now) => {
                Answer::of(store.attempt(*owner, key, *now).await, Answer::Attempt)
            }
            Self::TakeOverAttempt(attempt, from, now) => {
                Answer::of(store.take_over_attempt(attempt, *from, *now).await, Answer::Flag)
            }
            Self::FinishAttempt(attempt) => Answer::of(store.finish_attempt(attempt).await, Answer::Flag),
            Self::ReleaseAttempt(attempt, now) => {
                Answer::of(store.release_attempt(attempt, *now).await, |()| Answer::Done)
            }
            Self::ForgetAttempt(attempt) => {
                Answer::of(store.forget_attempt(attempt).await, |()| Answer::Done)
            }
            Self::RemoveAttempts(before) => {
                Answer::of(store.remove_attempts(*before).await, |()| Answer::Done)
            }
            Self::RemoveAttemptsOf(owner) => {
                Answer::of(store.remove_attempts_of(*owner).await, |()| Answer::Done)
            }
            Self::CreateKey(key) => Answer::of(store.create_key(key).await, |()| Answer::Done),
            Self::Keys => Answer::of(store.keys().await, Answer::Keys),
            Self::Fact(name, value) => Answer::of(store.fact(name, value).await, Answer::Text),
            Self::ReplaceFact(name, old, new) => {
                Answer::of(store.replace_fact(name, old, new).await, Answer::Flag)
            }
            Self::Count(counter, amount, expires_at) => {
                Answer::of(store.count(counter, *amount, *expires_at).await, Answer::Number)
            }
            Self::RemoveCounters(before) => {
                Answer::of(store.remove_counters(*before).await, |()| Answer::Done)
            }
            Self::AppendEvent(event) => Answer::of(store.append_event(event).await, |()| Answer::Done),
            Self::AuditPage(filter, after, limit) => {
                Answer::of(store.audit_page(filter, *after, *limit).await, Answer::Events)
            }
            Self::LastEvents(kind, subjects) => {
                Answer::of(store.last_events(*kind, subjects).await, |last| {
                    Answer::Moments(by_id(last))
                })
            }
            Self::RemoveEvents(before) => Answer::of(store.remove_events(*before).await, |()| Answer::Done),
            Self::Migrate(now) => Answer::of(store.migrate(*now).await, |count| {
                Answer::Text(format!("{count} applied"))
            }),
        }
    }
}
