//! Queries: their parameters are values and nothing else, and what is looked for is looked for literally.

use reqwest::Method;
use rondo::http::routes::{Access, ENDPOINTS};
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::support::{METRICS_TOKEN, on_each_keeper, text};

on_each_keeper!(
    an_operator_in_a_query_is_refused with [("RONDO_METRICS_TOKEN", super::METRICS_TOKEN)],
    what_is_looked_for_is_literal,
    nothing_is_sorted_or_found_by_hidden_fields,
);

const EMAIL: &str = "person@example.org";

/// SECURITY 23
async fn an_operator_in_a_query_is_refused(app: TestApp) {
    let person = app.person(EMAIL).await;
    let admin = app.admin("admin@example.org").await;
    let todo = text(&app.todo(&person, &json!({ "title": "Kept" })).await["id"]);
    for line in ENDPOINTS.iter().filter(|line| line.method.as_str() == "GET") {
        for base in line.mount.bases() {
            let path = format!("{base}{}", line.path)
                .replace("todos/<id>", &format!("todos/{}", todo))
                .replace("schemas/<schema>", "schemas/common.json")
                .replace("<file>", "swagger-ui.css")
                .replace("<problem>", "schema");
            let ask = async |query: &str| {
                let asker = match line.access {
                    Access::Metrics => app.with_token(METRICS_TOKEN),
                    Access::Admin => app.by(&admin),
                    _ => app.by(&person),
                };
                let answer = asker.get(&format!("{path}?{query}")).await;
                assert_eq!(answer.status, 400, "{path}?{query}: {}", answer.text());
            };
            for query in [
                "$where=1",
                "admin=true",
                "a.b=1",
                "%00=1",
                "=",
                "=x",
                "role=admin",
                "owner=x",
                "x",
            ] {
                // One route has this one, for what it says.
                if query == "role=admin" && line.query.contains(&"role") {
                    continue;
                }
                ask(query).await;
            }
            for name in line.query {
                // Any text: what is no path of ours is the beginning (`providers_hostile`).
                if *name == "return_to" {
                    continue;
                }
                for query in [
                    format!("{name}[$ne]="),
                    format!("{name}[$ne]=1"),
                    format!("{name}%5B%24ne%5D=1"),
                    format!("{name}[]=1"),
                    format!("{name}[0]=1"),
                    format!("{name}.$ne=1"),
                    format!("{name}%00=1"),
                    format!("{}=1", name.to_uppercase()),
                    format!("{name}=%ff"),
                    format!("{name}=%"),
                    format!("{name}=a%00b"),
                    format!("{name}=a%0d%0aX:y"),
                ] {
                    ask(&query).await;
                }
                if *name == "tag" || *name == "q" {
                    continue;
                }
                for value in [
                    "%7B%22%24ne%22%3A1%7D",
                    "%7B%22%24regex%22%3A%22%22%7D",
                    "%24where",
                    "x%27%20OR%201%3D1--",
                ] {
                    ask(&format!("{name}={value}")).await;
                }
                // Twice is refused, whatever it is.
                let sound = match *name {
                    "id" => todo.as_str(),
                    "email" => EMAIL,
                    "done" => "true",
                    "priority" => "low",
                    "due" => "none",
                    "due_before" | "due_after" => "2026-11-22",
                    "sort" => "title",
                    "limit" => "5",
                    _ => "x",
                };
                ask(&format!("{name}={sound}&{name}={sound}")).await;
                ask(&format!(
                    "{name}={sound}&%{:02X}{}={sound}",
                    name.as_bytes()[0],
                    &name[1..]
                ))
                .await;
            }
            if line.query.contains(&"q") {
                ask("q=x&q=x").await;
            }
        }
    }
}

/// SECURITY 23
async fn what_is_looked_for_is_literal(app: TestApp) {
    let person = app.person(EMAIL).await;
    let titles = [
        "a.*b",
        "axxb",
        "100%",
        "under_score",
        "undeRscore",
        "back\\slash",
        "it's",
        "say \"so\"",
        "$ne",
        "{$ne:1}",
        "[x]",
        "^start",
        "end$",
        "a|b",
        "(c)",
        "semi;colon",
        "-- comment",
        "' OR 1=1 --",
        "$$ROOT",
        "$title",
        "\\d+",
        "* star",
        "?",
    ];
    for title in titles {
        app.todo(&person, &json!({ "title": title, "tags": [title] }))
            .await;
    }
    let encoded = |text: &str| {
        let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
        bytes.collect::<String>()
    };
    for title in titles {
        // By all words of the title: each is found by itself, and by itself alone.
        let found = app
            .titles(&person, &format!("limit=100&q={}", encoded(title)))
            .await;
        let words: Vec<String> = title
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let expected: Vec<&str> = titles
            .into_iter()
            .filter(|other| words.iter().all(|word| other.to_lowercase().contains(word)))
            .collect();
        assert_eq!(found, expected, "{title}");
        let tagged = app
            .titles(&person, &format!("limit=100&tag={}", encoded(title)))
            .await;
        assert_eq!(tagged, [title]);
    }
    for nothing in [
        ".*",
        "a.+b",
        ".",
        "\\w",
        "%%",
        "_%",
        "{\"$ne\":1}",
        "$regex",
        "x' OR '1'='1",
        "${jndi:x}",
    ] {
        let found = app
            .titles(&person, &format!("limit=100&q={}", encoded(nothing)))
            .await;
        let expected: Vec<&str> = titles
            .into_iter()
            .filter(|title| title.to_lowercase().contains(&nothing.to_lowercase()))
            .collect();
        let by_words = nothing.contains(' ');
        assert!(by_words || found == expected, "{nothing}: {found:?}");
        let tagged = app
            .titles(&person, &format!("limit=100&tag={}", encoded(nothing)))
            .await;
        assert!(tagged.is_empty(), "{nothing}: {tagged:?}");
    }
    // As they are looked for they are kept.
    let hostile = json!({ "title": "$$ROOT.x", "notes": "{\"$set\":{\"owner\":1}}'; DROP TABLE todos; --",
        "tags": ["$unset", "a.b"] });
    let kept = app.todo(&person, &hostile).await;
    let path = format!("/api/v2/todos/{}", text(&kept["id"]));
    let patched = app
        .by(&person)
        .patch(&path, json!({ "title": "$title", "tags": ["$$NOW"] }))
        .await
        .ok();
    assert_eq!(
        (&patched["title"], &patched["tags"]),
        (&json!("$title"), &json!(["$$NOW"]))
    );
    assert_eq!(patched["notes"], hostile["notes"]);
    assert_eq!(app.by(&person).get(&path).await.ok(), patched);
    let name = json!({ "name": "$$ROOT'; DROP TABLE users; --" });
    app.by(&person).patch("/api/v2/users/me", name.clone()).await.ok();
    assert_eq!(
        app.by(&person).get("/api/v2/users/me").await.ok()["name"],
        name["name"]
    );
}

/// SECURITY 23
async fn nothing_is_sorted_or_found_by_hidden_fields(app: TestApp) {
    let person = app.person(EMAIL).await;
    for sort in [
        "owner",
        "-owner",
        "stamp",
        "_id",
        "id",
        "search",
        "deleted_at",
        "keys.title",
        "key_title",
        "password",
        "$natural",
        "title,id",
        "title%20DESC",
        "title;--",
        "--title",
        "%2Btitle",
        "Title",
        "",
        "-",
        "1",
        "notes",
    ] {
        for path in ["/api/v2/todos", "/todo", "/api/v1/todo"] {
            let answer = app.by(&person).get(&format!("{path}?sort={sort}")).await;
            answer.refused(path, 400, "query");
        }
    }
    for hidden in [
        "owner",
        "user_id",
        "stamp",
        "search",
        "version",
        "deleted_at",
        "deleted",
        "fields",
        "filter",
    ] {
        for path in [
            "/api/v2/todos",
            "/todo",
            "/api/v1/todo",
            "/user",
            "/api/v2/users/me",
            "/api/v2/sessions",
        ] {
            let answer = app.by(&person).get(&format!("{path}?{hidden}=1")).await;
            answer.refused(path, 400, "query");
        }
    }
    // A sign-in matches by the values as they stand.
    for email in [
        "' OR 1=1 --",
        "{\"$ne\":1}",
        ".*",
        "%",
        "person@example.org' --",
        "person@example.or_",
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = app.anybody().send(Method::POST, "/auth", &body).await;
        answer.failure(401, "invalid username or password");
    }
}
