//! Which to-dos a page shows: by state, tags, priority, due dates and words.

use serde_json::json;

use crate::common::TestApp;
use crate::support::{on_each_keeper, pointers};

on_each_keeper! {
    filters_narrow_and_go_together,
    bounds_of_due_dates_are_moments_or_days_in_the_callers_zone,
    words_are_found_without_case_or_accents_and_literally,
    what_a_filter_cannot_be_is_refused,
}

async fn filters_narrow_and_go_together(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    for (title, body) in [
        (
            "a",
            json!({ "done": true, "tags": ["home", "garden"], "priority": "high" }),
        ),
        (
            "b",
            json!({ "tags": ["home"], "priority": "high", "due": "2026-03-01" }),
        ),
        (
            "c",
            json!({ "tags": ["Home", "two words", "ä&=#"], "priority": "low" }),
        ),
        (
            "d",
            json!({ "done": true, "tags": ["garden", "home", "x"], "due": "2026-03-02T12:00:00Z" }),
        ),
        ("e", json!({})),
    ] {
        let mut body = body;
        body["title"] = title.into();
        app.todo(&person, &body).await;
    }
    app.todo(
        &other,
        &json!({ "title": "z", "done": true, "tags": ["home"], "priority": "high" }),
    )
    .await;
    for (query, expected) in [
        ("", "abcde"),
        ("done=true", "ad"),
        ("done=false", "bce"),
        ("tag=home", "abd"),
        ("tag=Home", "c"),
        ("tag=home&tag=garden", "ad"),
        ("tag=garden&tag=home&tag=x", "d"),
        ("tag=home&tag=home", "abd"),
        ("tag=home&tag=Home", ""),
        ("tag=hom", ""),
        ("tag=two+words", "c"),
        ("tag=%C3%A4%26%3D%23", "c"),
        ("tag=%24ne", ""),
        ("priority=high", "ab"),
        ("priority=low", "c"),
        ("priority=medium", ""),
        ("due=none", "ace"),
        ("due_after=2026-03-02", "d"),
        ("done=true&tag=home&priority=high", "a"),
        ("done=false&due=none&q=c", "c"),
        ("done=true&due_before=2026-12-31&tag=x", "d"),
        ("priority=high&due_after=2026-03-01&due_before=2026-03-02", "b"),
        ("done=true&priority=low", ""),
    ] {
        let found = app.titles(&person, &format!("{query}&sort=title")).await.concat();
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(app.titles(&other, "done=true").await, ["z"]);
    // What was deleted is in no page, and what was changed is found by what it has become.
    let page = app.by(&person).get("/api/v2/todos?sort=title").await.ok();
    let path = |place: usize| {
        format!(
            "/api/v2/todos/{}",
            page["items"][place]["id"].as_str().unwrap_or_default()
        )
    };
    app.by(&person).delete(&path(0)).await.expect_empty(204);
    let patch = json!({ "done": true, "tags": ["home"], "priority": null, "due": null });
    app.by(&person).patch(&path(1), patch).await.ok();
    for (query, expected) in [
        ("done=true", "bd"),
        ("priority=high", ""),
        ("tag=home", "bd"),
        ("due=none", "bce"),
    ] {
        let found = app.titles(&person, &format!("{query}&sort=title")).await.concat();
        assert_eq!(found, expected, "{query}");
    }
}

async fn bounds_of_due_dates_are_moments_or_days_in_the_callers_zone(app: TestApp) {
    let person = app.person("person@example.org").await;
    for (title, due, zone) in [
        ("a", json!("2026-03-01"), "UTC"),                // 2026-03-01T23:59:59.999Z
        ("b", json!("2026-03-01"), "Asia/Tokyo"),         // 2026-03-01T14:59:59.999Z
        ("c", json!("2026-03-01T23:30:00-05:00"), "UTC"), // 2026-03-02T04:30:00.000Z
        ("d", json!(null), "UTC"),
        ("e", json!("2026-03-02T00:00:00Z"), "UTC"),
    ] {
        app.todo(&person, &json!({ "title": title, "due": due, "time_zone": zone }))
            .await;
    }
    let check = async |zone: &str, cases: &[(&str, &str)]| {
        for (query, expected) in cases {
            let found = app.titles(&person, &format!("{query}&sort=title")).await.concat();
            assert_eq!(found, *expected, "{query} in {zone}");
        }
    };
    // A moment is the same in every zone; the first bound is within, the second is not.
    let moments = [
        ("due_before=2026-03-02T00:00:00Z", "ab"),
        ("due_after=2026-03-02T00:00:00Z", "ce"),
        ("due_after=2026-03-01T23:30:00-05:00", "c"),
        ("due_before=2026-03-02T01:00:00%2B01:00", "ab"),
        ("due_before=2026-03-02T01:00:00.001%2B01:00", "abe"),
        (
            "due_after=2026-03-01T14:59:59.999Z&due_before=2026-03-01T23:59:59.999Z",
            "b",
        ),
        (
            "due_after=2026-03-02T00:00:00Z&due_before=2026-03-01T00:00:00Z",
            "",
        ),
    ];
    check("no zone", &moments).await;
    check(
        "no zone",
        &[
            ("due_before=2026-03-02", "ab"),
            ("due_after=2026-03-02", "ce"),
            ("due_after=2026-03-01&due_before=2026-03-02", "ab"),
            ("due_before=2026-03-01", ""),
            ("due_after=2026-03-02T04:00:00Z&due_before=2026-03-03", "c"),
        ],
    )
    .await;
    let patch = json!({ "time_zone": "America/New_York" });
    app.by(&person).patch("/api/v2/users/me", patch).await.ok();
    check("New York", &moments).await;
    check(
        "New York",
        &[
            ("due_before=2026-03-02", "abce"),
            ("due_after=2026-03-02", ""),
            ("due_after=2026-03-01&due_before=2026-03-02", "abce"),
            ("due_after=2026-03-01T23:00:00Z&due_before=2026-03-02", "ace"),
        ],
    )
    .await;
}

async fn words_are_found_without_case_or_accents_and_literally(app: TestApp) {
    let person = app.person("person@example.org").await;
    for body in [
        json!({ "title": "a Crème BRÛLÉE", "notes": "In the oven\nfor an hour" }),
        json!({ "title": "b 100% sure_thing", "tags": ["Büro", "x.*y"] }),
        json!({ "title": "c a.*b [c] \\d (e", "notes": "$ne {\"$gt\":1} 'quoted' \"twice\"" }),
        json!({ "title": "d ＡＢＣ ﬁnal İstanbul", "tags": ["milk"] }),
        json!({ "title": "e milky way", "notes": "shop" }),
    ] {
        app.todo(&person, &body).await;
    }
    for (words, expected) in [
        ("", "abcde"),
        ("creme", "a"),
        ("CRÈME brulee", "a"),
        ("brulee creme", "a"),
        ("bru", "a"),
        ("oven", "a"),
        ("oven milk", ""),
        ("creme hour", "a"),
        ("buro", "b"),
        ("BÜRO 100%", "b"),
        ("%", "b"),
        ("_", "b"),
        ("sure_", "b"),
        ("su%", ""),
        ("sure thing", "b"),
        (".*", "bc"),
        ("a.*b", "c"),
        ("a.*", "c"),
        ("[c]", "c"),
        ("\\d", "c"),
        ("\\", "c"),
        ("(", "c"),
        ("^a", ""),
        ("$ne", "c"),
        ("{\"$gt\":1}", "c"),
        ("'quoted'", "c"),
        ("\"twice\"", "c"),
        ("abc", "d"),
        ("final", "d"),
        ("istanbul", "d"),
        ("milk", "de"),
        ("milk shop", "e"),
        ("*", "bc"),
    ] {
        let address = reqwest::Url::parse_with_params(&app.base, [("q", words), ("sort", "title")]);
        let query = address
            .expect("an address")
            .query()
            .unwrap_or_default()
            .to_owned();
        let found: String = app
            .titles(&person, &query)
            .await
            .iter()
            .map(|title| &title[..1])
            .collect();
        assert_eq!(found, expected, "{words:?}");
    }
    let query = "q=milk&tag=milk";
    assert_eq!(app.titles(&person, query).await.len(), 1);
}

async fn what_a_filter_cannot_be_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let long = "x".repeat(201);
    let many_words = "a b c d e f g h i j k".replace(' ', "+");
    let many_tags: String = (0..21).map(|n| format!("tag={n}&")).collect();
    for (query, name) in [
        ("done=yes", "done"),
        ("done=True", "done"),
        ("done=1", "done"),
        ("done=", "done"),
        ("done=true&done=false", "done"),
        ("priority=urgent", "priority"),
        ("priority=", "priority"),
        ("priority=null", "priority"),
        ("priority=low&priority=low", "priority"),
        ("due=2026-03-01", "due"),
        ("due=", "due"),
        ("due=none&due=none", "due"),
        ("due=none&due_after=2026-03-01", "due"),
        ("due_after=tomorrow", "due_after"),
        ("due_after=2026-02-30", "due_after"),
        ("due_before=", "due_before"),
        ("due_before=2026-03-01T00:00:00", "due_before"),
        // A plus that is not encoded is a blank.
        ("due_before=2026-03-01T00:00:00+01:00", "due_before"),
        ("due_before=2026-03-01&due_before=2026-03-01", "due_before"),
        ("tag=", "tag"),
        ("tag=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "tag"),
        (&many_tags, "tag"),
        (&format!("q={long}"), "q"),
        (&format!("q={many_words}"), "q"),
        ("q=a&q=b", "q"),
        ("sort=owner", "sort"),
        ("sort=", "sort"),
        ("sort=--title", "sort"),
        ("sort=Title", "sort"),
        ("sort=title,created", "sort"),
        ("sort=title&sort=title", "sort"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1000000000000000000000", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.0", "limit"),
        ("limit=1e1", "limit"),
        ("limit=%2B1", "limit"),
        ("limit=", "limit"),
        ("limit=ten", "limit"),
        ("limit=%EF%BC%91", "limit"),
        ("limit=1&limit=1", "limit"),
        ("cursor=", "cursor"),
        ("cursor=x", "cursor"),
        ("cursor=a&cursor=a", "cursor"),
        ("owner=x", "owner"),
        ("Done=true", "Done"),
        ("done%5B%24ne%5D=true", "done[$ne]"),
        ("done[]=true", "done[]"),
        ("tag[$in]=a", "tag[$in]"),
        ("q=%ff", ""),
        ("q=%", ""),
        ("q=a%00b", ""),
        ("q=a%0d%0ab", ""),
    ] {
        let refusal = me
            .get(&format!("/api/v2/todos?{query}"))
            .await
            .problem(400, "query");
        assert_eq!(pointers(&refusal), [format!("?{name}")], "{query}");
    }
    // Every name that is not known is told, not the first only.
    let refusal = me
        .get("/api/v2/todos?a=1&b=2&limit=5&c")
        .await
        .problem(400, "query");
    assert_eq!(pointers(&refusal), ["?a", "?b", "?c"]);
}
