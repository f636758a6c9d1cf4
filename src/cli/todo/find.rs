//! What people call lists and to-dos by, and the pages that these are found on.

use reqwest::Method;
use serde_json::Value;

use crate::client::remote::Call;
use crate::client::{Failure, Remote, Result};
use crate::model::Id;

/// The most that a page has.
const PAGE: usize = 100;

/// To-dos of all pages, so many at most, and where those behind them would begin.
pub async fn pages(
    remote: &mut Remote<'_>,
    call: &Call,
    most: usize,
) -> Result<(Vec<Value>, Option<String>)> {
    let (mut found, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let limit = (most - found.len()).min(PAGE).to_string();
        let mut page = call.clone().query("limit", &limit);
        if let Some(cursor) = &cursor {
            page = page.query("cursor", cursor);
        }
        let mut page = remote.ask(&page).await?.done()?;
        if let Some(items) = page["items"].as_array_mut() {
            found.append(items);
        }
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() || found.len() >= most {
            return Ok((found, cursor));
        }
    }
}

/// What names a to-do.
pub fn text<'a>(todo: &'a Value, member: &str) -> &'a str {
    todo[member].as_str().unwrap_or_default()
}

/// The ids that these beginnings of ids lead to, in their order; all or none.
///
/// # Errors
/// `NotFound` for one that leads nowhere; `Failed` for one that leads to several.
pub async fn ids(remote: &mut Remote<'_>, named: &[String]) -> Result<Vec<String>> {
    let mut known: Option<Vec<Value>> = None;
    let mut ids = Vec::new();
    for name in named {
        let name = name.to_ascii_lowercase();
        if name.parse::<Id>().is_ok() {
            ids.push(name);
            continue;
        }
        let is_beginning = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_beginning {
            return Err(Failure::NotFound(format!("{name:?} is no id of a to-do")));
        }
        let known = match &mut known {
            Some(known) => known,
            none => none.insert(everything(remote).await?),
        };
        let led_to: Vec<&Value> = known
            .iter()
            .filter(|todo| text(todo, "id").starts_with(&name))
            .collect();
        match led_to[..] {
            [] => {
                return Err(Failure::NotFound(format!(
                    "there is no to-do whose id begins with {name}"
                )));
            }
            [todo] => ids.push(text(todo, "id").to_owned()),
            [one, other, ..] => {
                return Err(Failure::Failed(format!(
                    "{name} is not one to-do alone: {} is {:?}, and {} is {:?}; write more of the id",
                    text(one, "id"),
                    text(one, "title"),
                    text(other, "id"),
                    text(other, "title"),
                )));
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(ids)
}

/// Every to-do that is one's own, and those in the lists that others share.
async fn everything(remote: &mut Remote<'_>) -> Result<Vec<Value>> {
    let own = remote.call(Method::GET, "/todos");
    let (mut found, _) = pages(remote, &own, usize::MAX).await?;
    for list in lists(remote).await? {
        if text(&list, "role") != "owner" {
            let call = remote
                .call(Method::GET, "/todos")
                .query("list", text(&list, "id"));
            found.append(&mut pages(remote, &call, usize::MAX).await?.0);
        }
    }
    Ok(found)
}

async fn lists(remote: &mut Remote<'_>) -> Result<Vec<Value>> {
    let call = remote.call(Method::GET, "/lists");
    let mut answer = remote.ask(&call).await?.done()?;
    Ok(answer["items"]
        .as_array_mut()
        .map(std::mem::take)
        .unwrap_or_default())
}

/// The id of the list of this name or id; `None` is the inbox.
///
/// # Errors
/// `NotFound` if there is none; `Failed` if there are several.
pub async fn list(remote: &mut Remote<'_>, named: &str) -> Result<Option<String>> {
    if named.eq_ignore_ascii_case("inbox") {
        return Ok(None);
    }
    if named.parse::<Id>().is_ok() {
        return Ok(Some(named.to_owned()));
    }
    let lists = lists(remote).await?;
    let fold = |name: &str| name.to_lowercase();
    let exact: Vec<&Value> = lists.iter().filter(|list| text(list, "name") == named).collect();
    let alike: Vec<&Value> = lists
        .iter()
        .filter(|list| fold(text(list, "name")) == fold(named))
        .collect();
    let found = if exact.is_empty() { alike } else { exact };
    match found[..] {
        [one] => Ok(Some(text(one, "id").to_owned())),
        [] => Err(Failure::NotFound(format!("there is no list {named:?}"))),
        [one, other, ..] => Err(Failure::Failed(format!(
            "several lists are called {named:?}: write the id of one, such as {} or {}",
            text(one, "id"),
            text(other, "id")
        ))),
    }
}
