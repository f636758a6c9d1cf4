//! What kind of device asks, told by a `User-Agent`, in words of our own: the text itself may be anything that a
//! client wrote.

/// Programs, by what is in the header of each; of several the first counts, since most say that they are others, too.
const PROGRAMS: [(&str, &str); 18] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("Thunderbird/", "Thunderbird"),
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("HTTPie/", "HTTPie"),
    ("python-", "Python"),
    ("PostmanRuntime/", "Postman"),
    ("okhttp/", "okhttp"),
    ("Go-http-client/", "Go"),
    ("node", "Node.js"),
    ("rondo/", "rondo"),
];

/// Systems, in the same way.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Such as `Firefox on Linux`, or `curl`; `another` for what is not known, and nothing for nothing.
pub fn device_name(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (first(&PROGRAMS), first(&SYSTEMS)) {
        _ if user_agent.is_empty() => String::new(),
        (Some(program), Some(system)) => format!("{program} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("another on {system}"),
        (None, None) => "another".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_told_by_program_and_system() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 \
                      Safari/537.36";
        for (header, name) in [
            (chrome.to_owned(), "Chrome on Linux"),
            (format!("{chrome} Edg/130.0.0.0"), "Edge on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0".into(),
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1"
                    .into(),
                "Safari on iOS",
            ),
            ("curl/8.11.0".into(), "curl"),
            ("Anna's own (Linux)".into(), "another on Linux"),
            ("anything\r\nelse".into(), "another"),
            (String::new(), ""),
        ] {
            assert_eq!(device_name(&header), name, "{header}");
        }
    }
}
