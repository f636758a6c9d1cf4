//! Query parameters: what is read can be written again and means the same, and errors repeat no value.

use rondo::error::Error;
use rondo::http::fuzz::Query;
use rondo::http::routes::ENDPOINTS;
use rondo::model::fold;

/// Stands in no text of the service.
const MARK: &str = "zq7Xk9";

/// Any query.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let query = match Query::parse(&text) {
        Ok(query) => query,
        Err(error) => return refused(&error),
    };
    let pairs = query.pairs().to_vec();
    assert!(
        pairs
            .iter()
            .all(|(name, value)| !name.chars().chain(value.chars()).any(char::is_control))
    );
    // Written again it may be longer than a query may be; then it is refused, and nothing is cut.
    for left_out in pairs
        .iter()
        .map(|(name, _)| name.as_str())
        .chain(["no such name"])
        .take(20)
    {
        let expected: Vec<_> = pairs
            .iter()
            .filter(|(name, _)| name != left_out)
            .cloned()
            .collect();
        match Query::parse(&query.without(left_out)) {
            // A pair without a name and a value is written as `=`.
            Ok(again) => assert_eq!(again.pairs(), expected, "without {left_out:?}: {text}"),
            Err(_) => assert!(3 * text.len() + 2 * pairs.len() > 16 * 1024, "{text}"),
        }
    }
    page(&query, &text);
    errors_hold_no_value(&pairs);
}

/// The page that is asked for is within its bounds, and the query of its next page asks for the same.
fn page(query: &Query, text: &str) {
    let Ok(page) = query.page() else { return };
    assert!((1..=100).contains(&page.limit), "{text}");
    assert!(
        page.filter.tags.len() <= 20 && page.filter.terms.len() <= 10,
        "{text}"
    );
    assert!(page.filter.tags.is_sorted_by(|a, b| a < b), "{text}");
    assert!(
        page.filter
            .terms
            .iter()
            .all(|term| !term.is_empty() && fold(term) == *term),
        "{text}"
    );
    let next = format!("{}cursor=next", query.without("cursor"));
    if let Ok(again) = Query::parse(&next) {
        let again = again.page().unwrap_or_else(|error| panic!("{error}: {next}"));
        assert_eq!(again.cursor.as_deref(), Some("next"));
        let without_cursor = |mut page: rondo::service::todos::PageRequest| {
            page.cursor = None;
            format!("{page:?}")
        };
        assert_eq!(without_cursor(again), without_cursor(page), "{text}");
    }
}

/// The same names with a mark in every value.
fn errors_hold_no_value(pairs: &[(String, String)]) {
    // Names are told, so that nothing can be said of one that holds the mark itself.
    if pairs.iter().any(|(name, _)| name.contains(MARK)) {
        return;
    }
    let marked: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}{MARK}%20", encoded(name), encoded(value)))
        .collect();
    let marked = match Query::parse(&marked.join("&")) {
        Ok(query) => query,
        Err(error) => return refused(&error),
    };
    if let Err(error) = marked.page() {
        refused(&error);
    }
    for line in ENDPOINTS {
        if let Err(error) = marked.check_names(line.query) {
            refused(&error);
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn refused(error: &Error) {
    let Error::Invalid(invalid) = error else {
        panic!("{error:?}");
    };
    assert!(!invalid.violations.is_empty());
    for violation in &invalid.violations {
        assert!(violation.pointer.starts_with('?'), "{violation:?}");
        assert!(!format!("{violation:?}").contains(MARK), "{violation:?}");
    }
}

/// Queries of every parameter.
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "",
        "done=true&tag=a&tag=b&priority=high&due_after=2026-11-22&q=milk+bread&sort=-due&limit=7&cursor=abc",
        "due=none&sort=title&limit=100",
        "due_before=2026-11-22T10:30:00%2B01:00&sort=priority",
        "q=%C3%89%F0%9F%A6%80&tag=%20&tag=%20",
        "id=65f0a1b2c3d4e5f60718293a",
        "email=a%40example.org",
        "name[$ne]=1&=&a&=b&&a=b=c",
        "limit=0&limit=1",
        "q=%",
        "q=%00",
    ]
    .map(Vec::from)
    .into()
}
