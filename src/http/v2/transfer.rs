//! Taking one's to-dos along, version 2: a file of everything, and to-dos of a file.

use rocket::{Route, State};
use tokio::sync::OwnedSemaphorePermit;

use crate::error::{Error, Invalid, InvalidKind, Result, Violation};
use crate::http::Edge;
use crate::http::body::Reader;
use crate::http::export::{Export, Form};
use crate::http::guards::{From, Query, Signed};
use crate::http::import::{self, File, FileBody};
use crate::http::problems::V2Result;
use crate::http::query::{Params, refused};
use crate::http::reply::Reply;
use crate::service::transfer::{Format, Line, Reading, Report, Status, Wish};

pub fn routes() -> Vec<Route> {
    rocket::routes![export, import_file]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![("import", |bytes| import::read(Format::Json, bytes).map(drop))]
}

/// So many problems are told where an import is refused; a dry run tells more.
const MOST_VIOLATIONS: usize = 50;

#[rocket::get("/export")]
async fn export(edge: &State<Edge>, signed: Signed, from: From, query: Query) -> V2Result<Export> {
    let form = query
        .0
        .parsed("format", "format is json or csv", |text| match text {
            "json" => Some(Form::Json),
            "csv" => Some(Form::Csv),
            _ => None,
        })?;
    let export = Export::begin(&edge.services, signed.0.clone(), form.unwrap_or(Form::Json)).await?;
    edge.services.transfer.begin_export(&signed.0, &from.0).await;
    Ok(export)
}

#[rocket::post("/import", data = "<file>")]
async fn import_file(
    edge: &State<Edge>,
    signed: Signed,
    query: Query,
    file: std::result::Result<FileBody, Error>,
) -> V2Result<Reply> {
    let wish = wish(&query.0)?;
    let file = file?.0;
    let wish = wish(file.is_json)?;
    let (place, reading) = read_aside(wish.format, file).await?;
    let report = edge.services.transfer.import(&signed.0, reading, wish).await?;
    // Held until here: what was read is in memory, too.
    drop(place);
    if wish.dry_run || report.is_written {
        return Ok(Reply::json(&report));
    }
    Err(nothing_imported(&report).into())
}

/// What is wished for, as soon as it is known whether the file is JSON.
fn wish(params: &Params) -> Result<impl FnOnce(bool) -> Result<Wish>> {
    let format = params.parsed("format", "format is json, csv or todoist", |text| {
        Format::ALL.into_iter().find(|format| format.name() == text)
    })?;
    let flag = |name: &str| {
        let rule = format!("{name} is true or false");
        Ok::<_, Error>(
            params
                .parsed(name, &rule, |text| text.parse().ok())?
                .unwrap_or_default(),
        )
    };
    let (dry_run, skip_refused) = (flag("dry_run")?, flag("skip_refused")?);
    Ok(move |is_json| {
        let format = format.unwrap_or(if is_json { Format::Json } else { Format::Csv });
        if (format == Format::Json) != is_json {
            let detail =
                "json is application/json, csv and todoist are text/csv: the Content-Type says otherwise";
            return Err(refused("format", "contradiction", detail));
        }
        Ok(Wish {
            format,
            dry_run,
            skip_refused,
        })
    })
}

/// Megabytes are parsed and checked beside the threads that serve requests. Answers what was read, and the place
/// among the imports.
async fn read_aside(format: Format, file: File) -> Result<(OwnedSemaphorePermit, Reading)> {
    let read = tokio::task::spawn_blocking(move || {
        let reading = import::read(format, &file.bytes)?;
        Ok((file.place, reading))
    });
    read.await
        .map_err(|error| Error::internal(format!("reading a file broke off: {error}")))?
}

/// What is told of a file with lines that are refused, of which nothing was taken.
fn nothing_imported(report: &Report) -> Error {
    let refused = report.lines.iter().filter(|line| line.status == Status::Refuse);
    let violations = refused.flat_map(violations_of).take(MOST_VIOLATIONS).collect();
    Error::Invalid(Invalid {
        kind: InvalidKind::Schema,
        violations,
    })
}

fn violations_of(line: &Line) -> impl Iterator<Item = Violation> {
    line.problems.iter().map(|problem| {
        let place = match (&problem.pointer, &problem.column) {
            (Some(pointer), _) => pointer.clone(),
            (None, Some(column)) => format!("line {}, {column}", line.line),
            (None, None) => format!("line {}", line.line),
        };
        Violation {
            pointer: place,
            keyword: "refused".into(),
            schema: None,
            detail: problem.detail.clone(),
        }
    })
}
