//! What the service that does requests once promises to whoever gives it work: what failed, what is slow, and
//! whose caller goes away.

use std::sync::Arc;
use std::time::Duration;

use rondo::error::{Error, Result};
use rondo::model::Id;
use rondo::service::idempotency::{Done, Outcome, RequestKey};
use tokio::sync::Notify;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::common::TestApp;
use crate::support::on_each_keeper;

on_each_keeper! {
    what_failed_with_nothing_done_frees_the_key_for_any_request,
    what_failed_with_an_unknown_outcome_is_taken_up_at_once_with_the_same_resource,
    what_failed_after_it_was_taken_over_stays_bound_to_its_request,
    work_goes_on_when_its_caller_goes_away,
    who_is_slower_than_the_lock_is_told_the_answer_of_who_took_over,
    work_that_panics_is_a_fault_and_its_lock_lapses,
    an_answer_too_long_to_be_kept_is_given_and_the_work_may_be_done_again,
    an_answer_that_is_not_final_is_given_and_not_kept,
    a_finish_after_the_account_was_deleted_leaves_nothing,
}

const LIMIT: Duration = Duration::from_secs(30);

fn owner() -> Id {
    "0123456789abcdef01234567".parse().expect("an id")
}

fn key(request: &str) -> RequestKey {
    RequestKey {
        key: "key".into(),
        request: request.into(),
    }
}

/// Does what answers the id that it was given.
async fn done(app: &TestApp, request: &str) -> Result<Done> {
    let work = |id: Id| async move { Ok(id.to_string().into_bytes()) };
    app.services.idempotency.once(owner(), key(request), work).await
}

/// Does what fails, and answers the id that it was given.
async fn failed(app: &TestApp, request: &str, error: Error) -> Vec<u8> {
    let (tell, told) = oneshot::channel();
    let work = |id: Id| async move {
        tell.send(id.to_string().into_bytes()).expect("it is waited for");
        Err::<Vec<u8>, _>(error)
    };
    let outcome = app.services.idempotency.once(owner(), key(request), work).await;
    assert!(outcome.is_err());
    told.await.expect("it was begun")
}

fn unavailable() -> Error {
    Error::Unavailable {
        cause: "a test".into(),
        retry_after: 2,
    }
}

/// Work that has begun and waits until it may end.
struct Slow {
    go_on: Arc<Notify>,
    began: oneshot::Receiver<Id>,
    task: tokio::task::JoinHandle<Result<Done>>,
}

impl Slow {
    fn start(app: &TestApp, answer: &'static str) -> Self {
        let (go_on, (tell, began)) = (Arc::new(Notify::new()), oneshot::channel());
        let (services, wait) = (Arc::clone(&app.services), Arc::clone(&go_on));
        let work = move |id: Id| async move {
            tell.send(id).expect("it is waited for");
            wait.notified().await;
            Ok(answer.as_bytes().to_vec())
        };
        let once = async move { services.idempotency.once(owner(), key("request"), work).await };
        Self {
            go_on,
            began,
            task: tokio::spawn(once),
        }
    }
}

async fn what_failed_with_nothing_done_frees_the_key_for_any_request(app: TestApp) {
    for error in [
        Error::NotFound,
        Error::Conflict("a test"),
        Error::rule("", "", ""),
    ] {
        let first = failed(&app, "request", error).await;
        let second = failed(&app, "another request", Error::Forbidden("a test")).await;
        assert_ne!(first, second);
    }
    assert!(!done(&app, "a third request").await.unwrap().is_repeat);
}

async fn what_failed_with_an_unknown_outcome_is_taken_up_at_once_with_the_same_resource(app: TestApp) {
    let first = failed(&app, "request", unavailable()).await;
    let other = done(&app, "another request").await;
    assert!(matches!(other, Err(Error::Invalid(_))), "{other:?}");
    assert_eq!(failed(&app, "request", Error::internal("a test")).await, first);
    let second = done(&app, "request").await.unwrap();
    assert_eq!((&second.answer, second.is_repeat), (&first, false));
    let third = done(&app, "request").await.unwrap();
    assert_eq!((&third.answer, third.is_repeat), (&first, true));
}

async fn what_failed_after_it_was_taken_over_stays_bound_to_its_request(app: TestApp) {
    // Whoever was at it before may have written, whatever the second finds.
    let first = failed(&app, "request", unavailable()).await;
    assert_eq!(failed(&app, "request", Error::NotFound).await, first);
    let other = done(&app, "another request").await;
    assert!(matches!(other, Err(Error::Invalid(_))), "{other:?}");
    assert_eq!(done(&app, "request").await.unwrap().answer, first);
}

async fn work_goes_on_when_its_caller_goes_away(app: TestApp) {
    let slow = Slow::start(&app, "done");
    slow.began.await.expect("it begins");
    slow.task.abort();
    assert!(slow.task.await.is_err(), "the caller is gone");
    let waiting = done(&app, "request").await;
    assert!(matches!(waiting, Err(Error::InProgress { .. })), "{waiting:?}");
    slow.go_on.notify_one();
    let finished = async {
        loop {
            match done(&app, "request").await {
                Err(Error::InProgress { .. }) => tokio::task::yield_now().await,
                outcome => return outcome.unwrap(),
            }
        }
    };
    let finished = timeout(LIMIT, finished).await.expect("it ends");
    assert_eq!((&*finished.answer, finished.is_repeat), (&b"done"[..], true));
}

async fn who_is_slower_than_the_lock_is_told_the_answer_of_who_took_over(app: TestApp) {
    let slow = Slow::start(&app, "late");
    let resource = slow.began.await.expect("it begins");
    app.clock.advance(20_000);
    let waiting = done(&app, "request").await;
    assert!(matches!(waiting, Err(Error::InProgress { .. })), "{waiting:?}");
    app.clock.advance(10_000);
    let taken_over = done(&app, "request").await.unwrap();
    assert_eq!(taken_over.answer, resource.to_string().into_bytes());
    assert!(!taken_over.is_repeat);
    slow.go_on.notify_one();
    let late = slow.task.await.expect("it ends").unwrap();
    assert_eq!((late.answer, late.is_repeat), (taken_over.answer, true));
}

async fn work_that_panics_is_a_fault_and_its_lock_lapses(app: TestApp) {
    let work = |_: Id| async { panic!("a panic, as this test wants it") };
    let once = app
        .services
        .idempotency
        .once::<_, _, Vec<u8>>(owner(), key("request"), work);
    let outcome = once.await;
    assert!(matches!(outcome, Err(Error::Internal { .. })), "{outcome:?}");
    let waiting = done(&app, "request").await;
    assert!(matches!(waiting, Err(Error::InProgress { .. })), "{waiting:?}");
    app.clock.advance(31_000);
    assert!(!done(&app, "request").await.unwrap().is_repeat);
}

async fn an_answer_too_long_to_be_kept_is_given_and_the_work_may_be_done_again(app: TestApp) {
    const LONGEST: usize = 8 * 1024 * 1024;
    let answers = async |length: usize| {
        let work = move |_: Id| async move { Ok(vec![b'x'; length]) };
        let once = app.services.idempotency.once(owner(), key("request"), work);
        once.await.map(|done| (done.answer.len(), done.is_repeat))
    };
    for _ in 0..2 {
        assert_eq!(answers(LONGEST + 1).await.unwrap(), (LONGEST + 1, false));
    }
    assert_eq!(answers(LONGEST).await.unwrap(), (LONGEST, false));
    assert_eq!(answers(1).await.unwrap(), (LONGEST, true));
}

async fn an_answer_that_is_not_final_is_given_and_not_kept(app: TestApp) {
    let answers = async |is_final: bool| {
        let work = move |id: Id| async move {
            let answer = id.to_string().into_bytes();
            Ok(Outcome { answer, is_final })
        };
        let once = app.services.idempotency.once(owner(), key("request"), work);
        once.await.map(|done| (done.answer, done.is_repeat))
    };
    let first = answers(false).await.unwrap();
    assert!(!first.1);
    let other = done(&app, "another request").await;
    assert!(matches!(other, Err(Error::Invalid(_))), "{other:?}");
    assert_eq!(answers(false).await.unwrap(), first);
    assert_eq!(answers(true).await.unwrap(), first);
    assert_eq!(answers(true).await.unwrap(), (first.0, true));
}

async fn a_finish_after_the_account_was_deleted_leaves_nothing(app: TestApp) {
    let slow = Slow::start(&app, "done");
    slow.began.await.expect("it begins");
    app.services
        .store
        .remove_attempts_of(owner())
        .await
        .expect("it can be removed");
    slow.go_on.notify_one();
    let outcome = slow.task.await.expect("it ends").unwrap();
    assert_eq!((&*outcome.answer, outcome.is_repeat), (&b"done"[..], false));
    let kept = app
        .services
        .store
        .attempt(owner(), "key", app.services.source.now())
        .await;
    assert_eq!(kept.expect("the store answers"), None);
}
