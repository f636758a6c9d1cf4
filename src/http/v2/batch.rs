//! Several things done with to-dos in one request, each on its own: what fails undoes nothing, and what comes
//! after it is done.
//!
//! Under an `Idempotency-Key` the whole is answered once. If the store stops to answer, that operation and those
//! after it are answered 503, and the answer is not kept: who sends the batch again has it done again from its
//! beginning, as after a crash. No to-do is made twice by that, since their ids follow from the one that was
//! chosen for the key; the other operations are as single requests that are sent again. If nothing was done, the
//! whole is 503.

use std::time::{Duration, Instant};

use rocket::{Route, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::http::Edge;
use crate::http::body::{Reader, Schema, reader, typed};
use crate::http::guards::{RequestId, Signed, precondition};
use crate::http::idempotency::KeyedBody;
use crate::http::problems::{V2Result, log_cause, v2_reply};
use crate::http::reply::Reply;
use crate::http::v2::operation::{Change, Operation};
use crate::http::v2::todos::{CreateBody, MoveBody, UpdateBody};
use crate::model::{Caller, Id};
use crate::service::Services;
use crate::service::todos::{Precondition, TodoPatch};

pub fn routes() -> Vec<Route> {
    rocket::routes![batch]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<BatchBody>()]
}

/// No operation is begun later than this: the lock of an idempotency key is longer.
const LIMIT: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct BatchBody {
    operations: Vec<Line>,
}

impl Schema for BatchBody {
    const NAME: &'static str = "todo-batch";
}

/// One operation as it is written. Its body has the schema of the single request.
#[derive(Deserialize)]
struct Line {
    op: Op,
    id: Option<Id>,
    if_match: Option<String>,
    #[serde(default)]
    body: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Create,
    Patch,
    Complete,
    Move,
    Delete,
    Restore,
}

impl Line {
    /// What is to be done; `new` is the id of what it makes.
    ///
    /// # Errors
    /// Those of the body.
    fn operation(self, new: Id) -> Result<Operation> {
        let change = match self.op {
            Op::Create => {
                let draft = typed::<CreateBody>(self.body)?.0;
                return Ok(Operation::Create(Box::new(draft.into()), Some(new)));
            }
            Op::Patch => Change::Patch(Box::new(typed::<UpdateBody>(self.body)?.0.into())),
            Op::Complete => Change::Patch(Box::new(TodoPatch {
                done: Some(true),
                ..TodoPatch::default()
            })),
            Op::Move => Change::Move(typed::<MoveBody>(self.body)?.into()),
            Op::Delete => Change::Delete,
            Op::Restore => Change::Restore,
        };
        let condition = self
            .if_match
            .as_deref()
            .map_or(Ok(Precondition::None), precondition)?;
        // The schema has seen to it that there is one.
        Ok(Operation::Change(
            self.id.ok_or(Error::NotFound)?,
            condition,
            change,
        ))
    }
}

#[derive(Serialize)]
struct ResultsView {
    results: Vec<ResultView>,
}

/// What one operation came to: what the single request would be answered.
#[derive(Serialize)]
struct ResultView {
    status: u16,
    /// Of what was made or changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

impl ResultView {
    fn of(id: Option<Id>, reply: &Reply) -> Self {
        Self {
            status: reply.code(),
            id,
            etag: reply.value_of("ETag").map(str::to_owned),
            // Empty where there is nothing to tell.
            body: serde_json::from_slice(reply.body()).ok(),
        }
    }
}

#[rocket::post("/todos/batch", data = "<body>")]
async fn batch(
    edge: &State<Edge>,
    signed: Signed,
    request: RequestId,
    body: KeyedBody<BatchBody>,
) -> V2Result<Reply> {
    let done = body?.once(edge, signed.0, |services, caller, body, id| async move {
        let first = id.unwrap_or_else(|| services.source.new_id());
        perform(&services, &caller, body.operations, first, &request.0).await
    });
    Ok(done.await?)
}

/// Does one after the other.
///
/// # Errors
/// `Unavailable`, if the store does not answer and nothing was done.
async fn perform(
    services: &Services,
    caller: &Caller,
    lines: Vec<Line>,
    first: Id,
    request_id: &str,
) -> Result<Reply> {
    let begin = Instant::now();
    let mut results = Vec::with_capacity(lines.len());
    let mut is_anything_done = false;
    // Why nothing more is tried.
    let mut given_up = None;
    for (place, line) in (0..).zip(lines) {
        if given_up.is_none() && begin.elapsed() >= LIMIT {
            given_up = Some(Error::Unavailable {
                cause: "a batch takes too long".into(),
                retry_after: 1,
            });
        }
        // What is refused waits for nothing, and may have taken a while: others come in between.
        tokio::task::yield_now().await;
        let new = first.nth(place);
        let id = line.id.unwrap_or(new);
        let outcome = match &given_up {
            Some(error) => Err(Error::clone(error)),
            None => match line.operation(new) {
                Ok(operation) => operation.perform(services, caller).await,
                Err(error) => Err(error),
            },
        };
        results.push(match outcome {
            Ok(reply) => {
                is_anything_done = true;
                ResultView::of(Some(id), &reply)
            }
            Err(error) => {
                if given_up.is_none() {
                    let is_unavailable = matches!(error, Error::Unavailable { .. });
                    if is_unavailable && !is_anything_done {
                        return Err(error);
                    }
                    log_cause(request_id, &error);
                    given_up = is_unavailable.then(|| error.clone());
                }
                ResultView::of(None, &v2_reply(request_id, &error))
            }
        });
    }
    let reply = Reply::json(&ResultsView { results });
    Ok(if given_up.is_some() {
        reply.provisional()
    } else {
        reply
    })
}
