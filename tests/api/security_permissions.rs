//! Every route of the table, asked for a victim's things by another person, by nobody, and by an
//! administrator for what is not an administrator's.

use reqwest::Method;
use rondo::http::routes::Access;
use rondo::model::{Todo, User};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::security_support::{Asked, Names, add_member, db_user, every_request};
use crate::support::{Answer, NOBODY, on_each_keeper, text};

on_each_keeper!(
    nobody_is_let_in_where_somebody_is_needed,
    another_person_gets_nothing_and_changes_nothing,
    an_administrator_has_no_more_to_do_with_others_to_dos_and_sessions_than_anybody,
    only_administrators_get_where_administrators_are_needed,
);

const VICTIM: &str = "victim@example.org";

/// Somebody with something to lose.
struct Victim {
    person: Person,
    names: Names,
}

/// All that is to be seen of a victim, by themselves and in the store.
type Seen = (User, Option<Todo>, Value, Value, Value, Value);

impl Victim {
    async fn new(app: &TestApp) -> Self {
        let person = app.person(VICTIM).await;
        let session = app.person_again(VICTIM).await;
        let sessions = app.by(&session).get("/api/v2/sessions").await.ok();
        let lists = app
            .by(&person)
            .post("/api/v2/lists", json!({ "name": "The victim's" }))
            .await;
        let list = lists.expect(201);
        let member = add_member(app, &person, &list).await;
        let list = text(&list["id"]);
        let body = json!({ "title": "The victim's", "notes": "private matter", "tags": ["victims"],
            "list_id": list });
        let todo = app.todo(&person, &body).await;
        app.todo(&person, &json!({ "title": "Another of the victim's" }))
            .await;
        let other_session = sessions["items"].as_array().expect("sessions").iter();
        let other_session = other_session.clone().find(|session| session["current"] == true);
        let names = Names {
            user: person.id.clone(),
            email: VICTIM.into(),
            todo: text(&todo["id"]),
            session: text(&other_session.expect("a session")["id"]),
            list,
            member,
        };
        Self { person, names }
    }

    async fn seen(&self, app: &TestApp) -> Seen {
        let (id, todo) = (self.person.id.parse().expect("an id"), self.names.todo.parse());
        (
            db_user(app, VICTIM).await,
            app.services
                .store
                .todo(id, todo.expect("an id"))
                .await
                .expect("the store answers"),
            app.by(&self.person).get("/api/v2/users/me").await.ok(),
            app.by(&self.person).get("/api/v2/sessions").await.ok(),
            app.by(&self.person).get("/api/v2/todos").await.ok(),
            app.by(&self.person).get("/api/v2/lists").await.ok(),
        )
    }
}

fn what(request: &Asked) -> String {
    format!("{} {}", request.line.method, request.path)
}

/// An answer without what is of one request alone.
fn told(answer: &Answer) -> (u16, Value) {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("request_id");
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    strip(&mut body);
    (answer.status, body)
}

/// Asserts that all that was asked for was answered with this status: each operation of a batch by itself.
#[track_caller]
fn check_status(request: &Asked, answer: &Answer, status: u16) {
    if request.path.ends_with("/todos/batch") && status == 404 {
        let answer = answer.ok();
        let results = answer["results"].as_array().expect("results");
        assert!(
            results.len() >= 5 && results.iter().all(|result| result["status"] == status),
            "{answer}"
        );
    } else {
        assert_eq!(answer.status, status, "{}: {}", what(request), answer.text());
    }
}

/// SECURITY 25
async fn nobody_is_let_in_where_somebody_is_needed(app: TestApp) {
    let victim = Victim::new(&app).await;
    let before = victim.seen(&app).await;
    let mut asked = 0;
    for request in every_request(&victim.names) {
        if request.line.access.needs().is_some() {
            let answer = request.by(app.anybody()).await;
            answer.refused(&request.path, 401, "unauthenticated");
            // Nor does it help to name nothing, to send nothing, or what breaks the schema.
            for body in [None, Some(json!({ "x": 1 }))] {
                let answer = request.with(app.anybody(), body.as_ref()).await;
                answer.refused(&request.path, 401, "unauthenticated");
            }
            asked += 1;
        }
    }
    assert!(asked >= 20, "{asked}");
    assert!(victim.seen(&app).await == before);
}

/// SECURITY 25
async fn another_person_gets_nothing_and_changes_nothing(app: TestApp) {
    let victim = Victim::new(&app).await;
    let mut attacker = app.person("attacker@example.org").await;
    let before = victim.seen(&app).await;
    let mut attempts = 0;
    for (request, of_nothing) in every_request(&victim.names)
        .into_iter()
        .zip(every_request(&Names::of_nothing()))
    {
        // The requests for oneself are sound: some of them end the attacker's own session or account.
        if app.by(&attacker).get("/api/v2/users/me").await.status == 401 {
            attempts += 1;
            attacker = app.person(&format!("attacker{attempts}@example.org")).await;
        }
        let names_user = request
            .body
            .as_ref()
            .is_some_and(|body| body.to_string().contains(&victim.names.user));
        let answer = request.by(app.by(&attacker)).await;
        let nothing = of_nothing.by(app.by(&attacker)).await;
        if request.line.access == Access::Admin {
            answer.refused(&request.path, 403, "forbidden");
            assert_eq!(told(&answer), told(&nothing), "{}", what(&request));
        } else if names_user {
            // Another account, and one that does not exist.
            answer.failure(403, "…");
            assert_eq!(told(&answer), told(&nothing), "{}", what(&request));
        } else if request.path != of_nothing.path || request.body != of_nothing.body {
            let is_sign_in = ["/auth", "/login", "/sessions"]
                .iter()
                .any(|end| request.path.ends_with(end));
            let status = if is_sign_in { 401 } else { 404 };
            check_status(&request, &answer, status);
            assert_eq!(told(&answer), told(&nothing), "{}", what(&request));
        }
        let text = answer.text();
        for private in [
            "private matter",
            "The victim's",
            &victim.names.todo,
            &victim.names.session,
            &victim.names.list,
        ] {
            assert!(!text.contains(private), "{}: {text}", what(&request));
        }
        assert!(victim.seen(&app).await == before, "{}", what(&request));
    }
    let attacker = app.person("attacker-in-queries@example.org").await;
    for (query, nothing) in [
        (
            format!("/todo?id={}", victim.names.todo),
            format!("/todo?id={NOBODY}"),
        ),
        (
            format!("/user?id={}", victim.names.user),
            format!("/user?id={NOBODY}"),
        ),
        (
            format!("/user?email={VICTIM}"),
            "/user?email=nobody@example.org".to_owned(),
        ),
    ] {
        let answer = app.by(&attacker).get(&query).await;
        let status = if query.starts_with("/todo") { 404 } else { 403 };
        answer.failure(status, "…");
        assert_eq!(
            told(&answer),
            told(&app.by(&attacker).get(&nothing).await),
            "{query}"
        );
    }
    // A cursor of the victim's list is of no use either.
    let page = app.by(&victim.person).get("/api/v2/todos?limit=1").await.ok();
    let stolen = format!("/api/v2/todos?limit=1&cursor={}", text(&page["next"]));
    app.by(&attacker).get(&stolen).await.problem(400, "query");
    for found in [
        "/api/v2/todos?q=victim",
        "/api/v2/todos?tag=victims",
        "/api/v2/todos?limit=100",
    ] {
        assert_eq!(
            app.by(&attacker).get(found).await.ok()["items"],
            json!([]),
            "{found}"
        );
    }
    assert!(victim.seen(&app).await == before);
}

/// SECURITY 25
async fn an_administrator_has_no_more_to_do_with_others_to_dos_and_sessions_than_anybody(app: TestApp) {
    let victim = Victim::new(&app).await;
    let admin = app.admin("admin@example.org").await;
    let before = victim.seen(&app).await;
    let mut asked = 0;
    let for_everybody = |request: &Asked| request.line.access != Access::Admin;
    for request in every_request(&victim.names).into_iter().filter(for_everybody) {
        let names = |id: &str| {
            request.path.contains(id)
                || request
                    .body
                    .as_ref()
                    .is_some_and(|body| body.to_string().contains(id))
        };
        let own = [&victim.names.todo, &victim.names.session, &victim.names.list];
        if own.into_iter().any(|id| names(id)) {
            check_status(&request, &request.by(app.by(&admin)).await, 404);
            asked += 1;
        }
    }
    assert!(asked >= 8, "{asked}");
    app.by(&admin)
        .get(&format!("/todo?id={}", victim.names.todo))
        .await
        .failure(404, "Not found");
    assert!(victim.seen(&app).await == before);
}

/// SECURITY 25
async fn only_administrators_get_where_administrators_are_needed(app: TestApp) {
    let victim = Victim::new(&app).await;
    let person = app.person("person@example.org").await;
    let admin = app.admin("admin@example.org").await;
    let mut asked = 0;
    for request in every_request(&Names::of_nothing()) {
        if request.line.access == Access::Admin {
            request
                .by(app.by(&person))
                .await
                .refused(&request.path, 403, "forbidden");
            // What is wrong with the body is not said to whoever may not send it.
            let answer = request.with(app.by(&person), Some(&json!({ "x": 1 }))).await;
            answer.refused(&request.path, 403, "forbidden");
            asked += 1;
        }
    }
    assert!(asked >= 2, "{asked}");
    for base in ["", "/api/v1"] {
        let path = format!("{base}/user");
        let found = app
            .by(&admin)
            .get(&format!("{path}?id={}", victim.names.user))
            .await
            .ok();
        assert_eq!(found["data"]["email"], VICTIM);
        let rename = json!({ "query": { "id": victim.names.user }, "payload": { "name": "Renamed" } });
        app.by(&person)
            .send(Method::PATCH, &path, &rename)
            .await
            .failure(403, "…");
        app.by(&admin).send(Method::PATCH, &path, &rename).await.ok();
    }
    // Nobody makes themselves an administrator, in any body of any version.
    for request in every_request(&Names {
        user: person.id.clone(),
        ..Names::of_nothing()
    }) {
        let body = request.body.clone().filter(|_| !request.is_form());
        if let Some(mut body) = body.filter(|body| body.get("role").is_none()) {
            body["role"] = json!("admin");
            let status = request.with(app.by(&person), Some(&body)).await.status;
            assert!((400..500).contains(&status), "{}: {status}", what(&request));
        }
    }
    assert_eq!(app.by(&person).get("/user").await.ok()["data"]["role"], "user");
}
