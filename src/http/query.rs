//! Query parameters: an allow-list, decoded strictly, nothing ignored.

use rocket::Request;

use crate::error::{Error, InvalidKind, Result};

/// The parameters of a request, decoded, in their order.
pub struct Params(pub(super) Vec<(String, String)>);

/// More of a query is not looked at.
const LONGEST: usize = 16 * 1024;

impl Params {
    /// Those of this request.
    ///
    /// # Errors
    /// `Invalid` for percent-encoding that is broken or not UTF-8, and for control characters.
    pub fn of(request: &Request<'_>) -> Result<Self> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        Self::parse(query)
    }

    /// Those of what stands behind the `?`.
    ///
    /// # Errors
    /// As [`Params::of`].
    pub(super) fn parse(query: &str) -> Result<Self> {
        if query.len() > LONGEST {
            return Err(refused("?", "length", "the query is too long"));
        }
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        Ok(Self(pairs.collect::<Result<_>>()?))
    }

    /// Refuses every name that is not in the list.
    ///
    /// # Errors
    /// `Invalid`, with a violation for each.
    pub fn check_names(&self, known: &[&str]) -> Result<()> {
        let mut violations = Vec::new();
        for (name, _) in self
            .0
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .take(20)
        {
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            violations.push(crate::error::Violation {
                // Names are the client's own text: a bit of it helps, all of it may be long.
                pointer: format!("?{}", name.chars().take(40).collect::<String>()),
                keyword: "unknown".into(),
                schema: None,
                detail: format!("no such query parameter; there are: {known}"),
            });
        }
        if violations.is_empty() {
            return Ok(());
        }
        Err(Error::Invalid(crate::error::Invalid {
            kind: InvalidKind::Query,
            violations,
        }))
    }

    /// How many parameters there are, repeated ones counted.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The value of a parameter that may stand once.
    ///
    /// # Errors
    /// `Invalid` if it is repeated.
    pub fn one<'p>(&'p self, name: &'p str) -> Result<Option<&'p str>> {
        let mut values = self.all(name);
        let value = values.next();
        if values.next().is_some() {
            return Err(refused(name, "repeated", "this parameter may stand once"));
        }
        Ok(value)
    }

    /// The value of a parameter that may stand once, read by `parse`.
    ///
    /// # Errors
    /// `Invalid` if it is repeated, or with the words of `rule` if `parse` gives nothing.
    pub fn parsed<T>(&self, name: &str, rule: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        self.one(name)?
            .map(|text| parse(text).ok_or_else(|| refused(name, "format", rule)))
            .transpose()
    }

    /// The values of a parameter that may be repeated.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The query without this parameter, encoded again.
    pub fn without(&self, left_out: &str) -> String {
        let pairs = self.0.iter().filter(|(name, _)| name != left_out);
        pairs
            .map(|(name, value)| format!("{}={}&", encode(name), encode(value)))
            .collect()
    }
}

/// An error that names a query parameter.
pub fn refused(name: &str, keyword: &str, detail: impl Into<String>) -> Error {
    Error::invalid(
        InvalidKind::Query,
        &format!("?{}", name.trim_start_matches('?')),
        keyword,
        detail,
    )
}

fn decode(text: &str) -> Result<String> {
    // Most of what is long (a token, a cursor) has nothing to decode.
    let text = if text.contains(['%', '+']) {
        unescaped(text)?
    } else {
        text.to_owned()
    };
    if text.chars().any(char::is_control) {
        return Err(refused("?", "control", "the query has control characters"));
    }
    Ok(text)
}

fn unescaped(text: &str) -> Result<String> {
    let broken = || refused("?", "encoding", "the query is not percent-encoded UTF-8");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2).ok_or_else(broken)?;
                rest = tail;
                let digit = |digit: u8| char::from(digit).to_digit(16).ok_or_else(broken);
                u8::try_from(digit(digits[0])? << 4 | digit(digits[1])?).map_err(|_| broken())?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| broken())
}

fn encode(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes()
        .map(|byte| {
            if plain(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_off_the_list_and_repeated_ones_are_refused() {
        let params = Params::parse("q=a%20b+c&tag=x&tag=y&name[$ne]=1").unwrap();
        assert_eq!(params.one("q").unwrap(), Some("a b c"));
        assert!(params.one("tag").is_err());
        assert_eq!(params.all("tag").collect::<Vec<_>>(), ["x", "y"]);
        assert!(params.check_names(&["q", "tag", "name"]).is_err());
        assert!(params.check_names(&["q", "tag", "name[$ne]"]).is_ok());
    }

    #[test]
    fn broken_encoding_and_control_characters_are_refused() {
        for bad in [
            "q=%",
            "q=%2",
            "q=%zz",
            "q=%ff",
            "q=%00",
            "q=a%0d%0ab",
            "q=%+1",
            "q=a\u{7f}",
            "q=\u{85}",
        ] {
            assert!(Params::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_query_without_one_of_its_parameters_means_the_same() {
        let params = Params::parse("q=%C3%A9+%26&cursor=x").unwrap();
        assert_eq!(params.without("cursor"), "q=%C3%A9%20%26&");
    }
}
