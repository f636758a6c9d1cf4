//! The query of a page of to-dos. Version 1 has fewer parameters (see `routes`), with the same meanings.

use crate::error::Result;
use crate::http::query::{Params, refused};
use crate::model::{Due, DueFilter, Id, Priority, Sort, TodoFilter, search_terms};
use crate::service::todos::{DueBound, DueWindow, PageRequest};

const DEFAULT_LIMIT: usize = 20;
const LARGEST_LIMIT: usize = 100;

/// Reads the parameters; which names there may be was checked before.
///
/// # Errors
/// `Invalid`, naming the parameter.
pub fn page_request(params: &Params) -> Result<PageRequest> {
    let due = params.parsed(
        "due",
        "due is none, overdue, today or upcoming; for dates there are due_after and due_before",
        DueWord::of,
    )?;
    let (due_after, due_before) = (bound(params, "due_after")?, bound(params, "due_before")?);
    if due.is_some() && (due_after.is_some() || due_before.is_some()) {
        return Err(refused(
            "due",
            "contradiction",
            "due and a range of due dates exclude each other",
        ));
    }
    let due_within = match due {
        Some(DueWord::Within(window)) => Some(window),
        Some(DueWord::None) | None => None,
    };
    let done = params.parsed("done", "done is true or false", |text| text.parse().ok())?;
    if due_within == Some(DueWindow::Overdue) && done == Some(true) {
        return Err(refused(
            "due",
            "contradiction",
            "what is done is not overdue: due=overdue goes without done=true",
        ));
    }
    let (descending, sort) = sort(params)?;
    Ok(PageRequest {
        filter: TodoFilter {
            trashed: params
                .parsed("deleted", "deleted is true or false", |text| text.parse().ok())?
                .unwrap_or_default(),
            list: within(params, "list", "inbox", "list is the id of a list, or inbox")?,
            parent: within(params, "parent", "none", "parent is the id of a to-do, or none")?,
            done,
            tags: tags(params)?,
            priority: params.parsed("priority", "priority is low, medium or high", Priority::from_name)?,
            due: if due == Some(DueWord::None) {
                DueFilter::None
            } else {
                DueFilter::Any
            },
            terms: terms(params)?,
        },
        due_after,
        due_before,
        due_within,
        sort,
        descending,
        limit: limit(params)?,
        cursor: params.one("cursor")?.map(str::to_owned),
    })
}

/// What `due` says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DueWord {
    /// Those without.
    None,
    Within(DueWindow),
}

impl DueWord {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "none" => Self::None,
            "overdue" => Self::Within(DueWindow::Overdue),
            "today" => Self::Within(DueWindow::Today),
            "upcoming" => Self::Within(DueWindow::Upcoming),
            _ => return None,
        })
    }
}

/// How many are asked for.
///
/// # Errors
/// `Invalid` if it is no number that can be.
pub fn limit(params: &Params) -> Result<usize> {
    let limit = params.parsed("limit", "limit is a whole number from 1 to 100", |text| {
        let is_plain = text.bytes().all(|b| b.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|limit| is_plain && (1..=LARGEST_LIMIT).contains(limit))
    })?;
    Ok(limit.unwrap_or(DEFAULT_LIMIT))
}

/// The id of something that to-dos are in, or the word for not being in any.
fn within(params: &Params, name: &str, nowhere: &str, rule: &str) -> Result<Option<Option<Id>>> {
    params.parsed(name, rule, |text| {
        if text == nowhere {
            Some(None)
        } else {
            text.parse().ok().map(Some)
        }
    })
}

fn sort(params: &Params) -> Result<(bool, Sort)> {
    let rule = "sort is position, created, updated, due, priority or title, with - in front for descending";
    let sort = params.parsed("sort", rule, |text| {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        Sort::ALL
            .into_iter()
            .find(|sort| sort.name() == name)
            .map(|sort| (descending, sort))
    })?;
    Ok(sort.unwrap_or((false, Sort::Position)))
}

fn tags(params: &Params) -> Result<Vec<String>> {
    let mut tags: Vec<String> = params.all("tag").map(str::to_owned).collect();
    if tags.len() > 20 || tags.iter().any(|tag| tag.is_empty() || tag.chars().count() > 40) {
        return Err(refused("tag", "range", "at most 20 tags of 1 to 40 characters"));
    }
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}

/// The words that are looked for, folded.
///
/// # Errors
/// `Invalid` for too many of them.
pub fn terms(params: &Params) -> Result<Vec<String>> {
    let query = params.one("q")?.unwrap_or_default();
    let terms = search_terms(query);
    if query.chars().count() > 200 || terms.len() > 10 {
        return Err(refused("q", "range", "at most 10 words and 200 characters"));
    }
    Ok(terms)
}

fn bound(params: &Params, name: &str) -> Result<Option<DueBound>> {
    params.parsed(name, "a day (YYYY-MM-DD), or RFC 3339 with an offset", |text| {
        Some(match text.parse().ok()? {
            Due::Day(day) => DueBound::Day(day),
            Due::Moment { at, .. } => DueBound::Moment(at),
        })
    })
}
