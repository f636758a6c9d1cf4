//! An export as it is sent: page by page as it is read, so that it may be of any size.

use std::sync::Arc;

use futures_util::stream::{self, Stream};
use rocket::Request;
use rocket::http::Header;
use rocket::response::{self, Responder, Response, stream::ByteStream};

use crate::error::Result;
use crate::http::import::{COLUMNS, cells_of};
use crate::http::views::{FullTodoView, FullUserView, ListView};
use crate::model::{Caller, Place, Timestamp, User};
use crate::service::Services;
use crate::service::access::Standing;
use crate::service::lists::Counted;
use crate::service::todos::Shown;

/// Ends a table that is not whole: a cell without an end, which no reader takes for data.
const BROKEN_OFF: &[u8] = b"\"THE EXPORT BROKE OFF HERE: the database did not answer. Export again.";

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Csv,
}

/// What is to be exported, and what was read of it before it began: a failure there is an answer of its own.
pub struct Export {
    pub form: Form,
    pub user: User,
    pub exported_at: Timestamp,
    lists: Vec<Counted>,
    reader: Reader,
    first: Vec<Shown>,
}

/// Reads the pages, those in the trash behind the others.
struct Reader {
    services: Arc<Services>,
    caller: Caller,
    /// What is to be read next; nothing at the end.
    next: Option<(bool, Option<Place>)>,
}

impl Reader {
    async fn page(&mut self) -> Result<Vec<Shown>> {
        let Some((trashed, after)) = self.next.take() else {
            return Ok(Vec::new());
        };
        let transfer = &self.services.transfer;
        let (page, place) = transfer.export_page(&self.caller, trashed, after).await?;
        self.next = match place {
            Some(place) => Some((trashed, Some(place))),
            None if trashed => None,
            None => Some((true, None)),
        };
        self.services.todos.show_all(page.items).await
    }
}

impl Export {
    /// Begins an export of the caller's.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn begin(services: &Arc<Services>, caller: Caller, form: Form) -> Result<Self> {
        let user = services.accounts.me(&caller).await?;
        let mut reader = Reader {
            services: Arc::clone(services),
            caller,
            next: Some((false, None)),
        };
        // A few hundred at most. Those of others are theirs, as what is in them.
        let mut lists = services.lists.all(&reader.caller).await?.lists;
        lists.retain(|list| list.standing == Standing::Owner);
        let first = reader.page().await?;
        Ok(Self {
            lists,
            form,
            user,
            exported_at: services.source.now(),
            reader,
            first,
        })
    }

    fn beginning(&self) -> Vec<u8> {
        match self.form {
            // The list of to-dos stays open.
            Form::Json => {
                let user = serde_json::to_string(&FullUserView::from(&self.user)).unwrap_or_default();
                let lists: Vec<ListView<'_>> = self.lists.iter().map(ListView::from).collect();
                let lists = serde_json::to_string(&lists).unwrap_or_default();
                let at = self.exported_at;
                format!(
                    "{{\"format\":\"rondo\",\"version\":1,\"exported_at\":\"{at}\",\"user\":{user},\"lists\":{lists},\"todos\":["
                )
                .into_bytes()
            }
            Form::Csv => row(&COLUMNS),
        }
    }

    /// The bytes of the file, a page at a time.
    fn bytes(self) -> impl Stream<Item = Vec<u8>> {
        let beginning = self.beginning();
        let Self {
            form, reader, first, ..
        } = self;
        let begun = State::Begun { beginning, first };
        stream::unfold(
            (begun, reader, true),
            move |(state, mut reader, is_first)| async move {
                let (mut bytes, page) = match state {
                    State::Ended => return None,
                    State::Begun { beginning, first } => (beginning, Ok(first)),
                    State::Reading => (Vec::new(), reader.page().await),
                };
                let page = match page {
                    Ok(page) => page,
                    Err(error) => {
                        // The answer has begun, and with it its status. JSON that just ends is no JSON.
                        log::warn!("an export broke off: {error}");
                        let end = if form == Form::Csv { BROKEN_OFF } else { &[] };
                        return Some((end.to_vec(), (State::Ended, reader, false)));
                    }
                };
                let is_still_first = is_first && page.is_empty();
                write(&mut bytes, form, &page, is_first);
                let state = if reader.next.is_some() {
                    State::Reading
                } else {
                    if form == Form::Json {
                        bytes.extend_from_slice(b"]}\n");
                    }
                    State::Ended
                };
                Some((bytes, (state, reader, is_still_first)))
            },
        )
    }
}

/// How far a file is written.
enum State {
    Begun { beginning: Vec<u8>, first: Vec<Shown> },
    Reading,
    Ended,
}

/// Adds the to-dos of a page; `is_first` if none stands before them.
fn write(bytes: &mut Vec<u8>, form: Form, page: &[Shown], is_first: bool) {
    for (place, todo) in page.iter().enumerate() {
        let view = FullTodoView::from(todo);
        match form {
            Form::Csv => bytes.extend(row(&cells_of(&view))),
            Form::Json => {
                if place > 0 || !is_first {
                    bytes.push(b',');
                }
                bytes.push(b'\n');
                // A view is a struct of strings and numbers: writing it cannot fail.
                bytes.extend(serde_json::to_vec(&view).unwrap_or_default());
            }
        }
    }
}

/// A line of a table, as RFC 4180 has it.
pub fn row(cells: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // It writes to memory, which cannot fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

impl<'r> Responder<'r, 'r> for Export {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'r> {
        let (media_type, ending) = match self.form {
            Form::Json => ("application/json", "json"),
            Form::Csv => ("text/csv; charset=utf-8", "csv"),
        };
        let day = self.exported_at.to_string();
        let day = day.split('T').next().unwrap_or_default();
        let name = format!("attachment; filename=\"rondo-{day}.{ending}\"");
        let body = ByteStream(self.bytes()).respond_to(request)?;
        Response::build_from(body)
            .header(Header::new("Content-Type", media_type))
            .header(Header::new("Content-Disposition", name))
            .ok()
    }
}
