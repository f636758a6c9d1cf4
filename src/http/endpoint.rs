//! What a line of the table of routes says: what a route takes, what it answers, who may call it.
//! The lines themselves are in `routes`.

use rocket::http::Method::{self, Patch};

use crate::model::{Scope, Scopes};

/// Where a route is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mount {
    /// At the root only: belongs to no version.
    Root,
    /// Version 1: at the root and under `/api/v1`.
    V1,
    /// Version 2: under `/api/v2`.
    V2,
    /// OAuth 2.0: at the root, with forms as bodies and the errors of RFC 6749.
    OAuth,
}

impl Mount {
    /// The beginnings of the paths.
    pub const fn bases(self) -> &'static [&'static str] {
        match self {
            Self::Root | Self::OAuth => &[""],
            Self::V1 => &["", "/api/v1"],
            Self::V2 => &["/api/v2"],
        }
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, as often as they like: probes.
    Probe,
    /// Whoever shows the token of the metrics; nobody, if there is none.
    Metrics,
    /// Everybody.
    Open,
    /// Whoever shows an access token with this scope.
    Scope(Scope),
    /// Whoever shows one with both.
    Both(Scope, Scope),
    /// An administrator.
    Admin,
}

impl Access {
    /// The scopes that the token must have; `None` where nobody need be signed in.
    pub const fn needs(self) -> Option<Scopes> {
        match self {
            Self::Probe | Self::Metrics | Self::Open => None,
            Self::Scope(scope) => Some(Scopes::NONE.with(scope)),
            Self::Both(one, other) => Some(Scopes::NONE.with(one).with(other)),
            Self::Admin => Some(Scopes::NONE.with(Scope::Admin)),
        }
    }

    /// What it needs, in words, as the documentation has them.
    pub fn words(self) -> String {
        match self {
            Self::Probe => "nothing, and as often as one likes".to_owned(),
            Self::Metrics => "the token of the metrics".to_owned(),
            Self::Open => "nothing".to_owned(),
            Self::Scope(scope) => format!("the scope `{}`", scope.name()),
            Self::Both(one, other) => format!("the scopes `{}` and `{}`", one.name(), other.name()),
            Self::Admin => "the role `admin` and the scope `admin`".to_owned(),
        }
    }
}

/// What an answer has as its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    None,
    /// `application/json` that fulfils this schema.
    Json(&'static str),
    /// Another media type; JSON in it fulfils the schema, if one is named.
    Other(&'static str, Option<&'static str>),
}

/// What a route answers when nothing is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    pub status: u16,
    pub content: Content,
    /// The headers that it has, beside those of every answer.
    pub headers: &'static [&'static str],
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    pub mount: Mount,
    pub method: Method,
    /// As Rocket writes it: `<id>` stands for one segment.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    pub access: Access,
    /// The schema of the body, without `.json`; `None` if it takes none.
    pub body: Option<&'static str>,
    /// Media types of the body that are no JSON; the schema says nothing of these.
    pub files: &'static [&'static str],
    /// Whether the body may be left out.
    pub body_is_optional: bool,
    /// The query parameters that it knows.
    pub query: &'static [&'static str],
    /// The headers that change what it does.
    pub headers: &'static [&'static str],
    pub answers: &'static [Answer],
    /// The statuses of its own refusals, beside those that follow from the rest of the line.
    pub refusals: &'static [u16],
    /// Those that may be a page, for somebody in front of it.
    pub pages: &'static [u16],
    /// A page of a provider sends browsers here, or the provider itself asks: with whatever it adds to the query.
    pub is_of_provider: bool,
    /// The fields of the form that is its body, and that the provider sends among others.
    pub form: &'static [&'static str],
}

impl Endpoint {
    pub(super) const fn takes(mut self, schema: &'static str) -> Self {
        self.body = Some(schema);
        self
    }

    pub(super) const fn may_take(self, schema: &'static str) -> Self {
        let mut line = self.takes(schema);
        line.body_is_optional = true;
        line
    }

    pub(super) const fn or_files(mut self, media_types: &'static [&'static str]) -> Self {
        self.files = media_types;
        self
    }

    pub(super) const fn query(mut self, names: &'static [&'static str]) -> Self {
        self.query = names;
        self
    }

    pub(super) const fn headers(mut self, names: &'static [&'static str]) -> Self {
        self.headers = names;
        self
    }

    pub(super) const fn answers(mut self, answers: &'static [Answer]) -> Self {
        self.answers = answers;
        self
    }

    pub(super) const fn refuses(mut self, statuses: &'static [u16]) -> Self {
        self.refusals = statuses;
        self
    }

    pub(super) const fn turns_away(mut self, statuses: &'static [u16]) -> Self {
        self.pages = statuses;
        self
    }

    pub(super) const fn of_provider(mut self) -> Self {
        self.is_of_provider = true;
        self
    }

    pub(super) const fn form(mut self, fields: &'static [&'static str]) -> Self {
        self.form = fields;
        self
    }

    /// Every status that a refusal of this route can have, in their order.
    pub fn all_refusals(&self) -> Vec<u16> {
        let has_body = self.body.is_some();
        let mut statuses = self.refusals.to_vec();
        let mut add = |holds: bool, more: &[u16]| {
            if holds {
                statuses.extend_from_slice(more);
            }
        };
        // A query parameter that it does not know, a page of another origin, a fault of ours.
        add(true, &[400, 403, 500]);
        add(true, self.pages);
        add(self.access != Access::Probe, &[429, 503]);
        add(self.access.needs().is_some(), &[401]);
        add(self.path.contains('<'), &[404]);
        add(has_body || !self.form.is_empty(), &[413, 415]);
        add(has_body && matches!(self.mount, Mount::Root | Mount::V2), &[422]);
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }

    /// Whether the body may be called `application/merge-patch+json`, too.
    pub fn takes_merge_patch(&self) -> bool {
        self.mount == Mount::V2 && self.method == Patch && self.body.is_some()
    }

    /// Its paths, as OpenAPI writes them: `{id}` stands for one segment.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let path = self.path.replace('<', "{").replace('>', "}");
        self.mount.bases().iter().map(move |base| format!("{base}{path}"))
    }
}

pub(super) const fn root(
    method: Method,
    path: &'static str,
    access: Access,
    summary: &'static str,
) -> Endpoint {
    under(Mount::Root, method, path, access, summary)
}

pub(super) const fn v1(
    method: Method,
    path: &'static str,
    access: Access,
    summary: &'static str,
) -> Endpoint {
    under(Mount::V1, method, path, access, summary)
}

pub(super) const fn v2(
    method: Method,
    path: &'static str,
    access: Access,
    summary: &'static str,
) -> Endpoint {
    under(Mount::V2, method, path, access, summary)
}

pub(super) const fn oauth(
    method: Method,
    path: &'static str,
    access: Access,
    summary: &'static str,
) -> Endpoint {
    under(Mount::OAuth, method, path, access, summary)
}

const fn under(
    mount: Mount,
    method: Method,
    path: &'static str,
    access: Access,
    summary: &'static str,
) -> Endpoint {
    Endpoint {
        mount,
        method,
        path,
        summary,
        access,
        body: None,
        files: &[],
        body_is_optional: false,
        query: &[],
        headers: &[],
        answers: &[],
        refusals: &[],
        pages: &[],
        is_of_provider: false,
        form: &[],
    }
}

/// 200 with JSON of this schema.
pub(super) const fn ok(schema: &'static str) -> Answer {
    json(200, schema, &[])
}

pub(super) const fn json(status: u16, schema: &'static str, headers: &'static [&'static str]) -> Answer {
    Answer {
        status,
        content: Content::Json(schema),
        headers,
    }
}

pub(super) const fn other(media_type: &'static str, schema: Option<&'static str>) -> Answer {
    other_with(media_type, schema, &[])
}

/// The same with headers.
pub(super) const fn other_with(
    media_type: &'static str,
    schema: Option<&'static str>,
    headers: &'static [&'static str],
) -> Answer {
    Answer {
        status: 200,
        content: Content::Other(media_type, schema),
        headers,
    }
}

pub(super) const fn empty(status: u16, headers: &'static [&'static str]) -> Answer {
    Answer {
        status,
        content: Content::None,
        headers,
    }
}
