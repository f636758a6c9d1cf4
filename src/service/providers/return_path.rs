//! Where people are sent after a sign-in: to a page of this service, whatever an address asks for.

/// Where people are sent who were headed nowhere.
pub const HOME: &str = "/";

/// The longest that is kept, in bytes.
const LONGEST: usize = 1024;

/// Paths that lead to no page: being sent there would sign in or out once more.
const NO_PAGES: [&str; 5] = ["/login", "/callback", "/logout", "/api", "/oauth"];

/// The path if it is one of a page of this service, else the beginning.
///
/// A browser takes `//host`, `/\host` and what has line breaks or tabs between for another host.
pub fn return_path(asked: Option<&str>) -> String {
    let is_page = |path: &&str| {
        let is_local = path.starts_with('/') && !path[1..].starts_with(['/', '\\']);
        let is_plain =
            path.len() <= LONGEST && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let leads_on = NO_PAGES.iter().any(|other| {
            path.strip_prefix(other)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        });
        is_local && is_plain && !leads_on
    };
    asked.filter(is_page).unwrap_or(HOME).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_service_are_returned_to() {
        for path in [
            "/",
            "/lists/1",
            "/todos?done=false#x",
            "/a//b",
            "/@a",
            "/logins",
            "/%2f%2fevil",
        ] {
            assert_eq!(return_path(Some(path)), path);
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for path in [
            "",
            "evil",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\b",
            "https:evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "@evil.example",
            ".evil.example",
            "/\r\nLocation: https://evil.example",
            "/\t/evil.example",
            "/ /evil.example",
            "/é",
            "/logout",
            "/login/work",
            "/callback?code=x",
            &long,
        ] {
            assert_eq!(return_path(Some(path)), HOME, "{path:?}");
        }
        assert_eq!(return_path(None), HOME);
    }
}
