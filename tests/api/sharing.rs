//! Lists that are shared: what owner, editor, viewer and stranger may do, as a matrix; and what becomes of it when
//! somebody leaves, is removed, or deletes the account. The to-dos in them are in `sharing_todos`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::support::{Answer, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    what_each_may_do_with_a_shared_list_and_its_to_dos,
    a_list_is_shared_by_address_and_shown_to_whom_it_is_shared_with,
    what_sharing_refuses_says_where_and_why,
    who_leaves_or_is_removed_or_was_never_there_finds_nothing,
    whoever_deletes_the_account_leaves_all_lists,
    an_owner_who_deletes_the_account_takes_the_lists_along,
}

const LISTS: &str = "/api/v2/lists";
const TODOS: &str = "/api/v2/todos";

/// An owner with a shared list, and those it is shared with.
pub struct Scene {
    pub app: TestApp,
    pub owner: Person,
    pub editor: Person,
    pub viewer: Person,
    pub stranger: Person,
    pub list: String,
}

impl Scene {
    pub async fn set(app: TestApp) -> Self {
        let owner = app.person("owner@example.org").await;
        let editor = app.person("editor@example.org").await;
        let viewer = app.person("viewer@example.org").await;
        let stranger = app.person("stranger@example.org").await;
        let list = made(&app, &owner, "Shared").await;
        share(&app, &owner, &list, "editor@example.org", "editor")
            .await
            .ok();
        share(&app, &owner, &list, "viewer@example.org", "viewer")
            .await
            .ok();
        Self {
            app,
            owner,
            editor,
            viewer,
            stranger,
            list,
        }
    }

    /// A to-do in the shared list, of its owner's.
    pub async fn todo(&self) -> String {
        let body = json!({ "title": "Shared milk", "list_id": self.list });
        text(&self.app.todo(&self.owner, &body).await["id"])
    }
}

pub async fn made(app: &TestApp, person: &Person, name: &str) -> String {
    let made = app.by(person).post(LISTS, json!({ "name": name })).await;
    text(&made.expect(201)["id"])
}

pub async fn share(app: &TestApp, owner: &Person, list: &str, email: &str, role: &str) -> Answer {
    let path = format!("{LISTS}/{list}/members");
    app.by(owner)
        .post(&path, json!({ "email": email, "role": role }))
        .await
}

async fn members(app: &TestApp, person: &Person, list: &str) -> Vec<Value> {
    let page = app.by(person).get(&format!("{LISTS}/{list}/members")).await.ok();
    page["items"].as_array().expect("items").clone()
}

/// The names and roles of all lists of somebody.
async fn lists(app: &TestApp, person: &Person) -> Vec<(String, String)> {
    let page = app.by(person).get(LISTS).await.ok();
    let items = page["items"].as_array().expect("items").iter();
    items
        .map(|list| (text(&list["name"]), text(&list["role"])))
        .collect()
}

/// What the four may do: the statuses of owner, editor, viewer and stranger. Each line begins with a to-do of its own
/// in the list, `{todo}`, one in the trash, `{trashed}`, and a list that is shared alike, `{list}`.
const MATRIX: &[(&str, &str, &str, [u16; 4])] = &[
    ("GET", "/lists/{list}", "", [200, 200, 200, 404]),
    (
        "PATCH",
        "/lists/{list}",
        r#"{"name": "Renamed"}"#,
        [200, 403, 403, 404],
    ),
    (
        "POST",
        "/lists/{list}/move",
        r#"{"after": "{list}"}"#,
        [200, 403, 403, 404],
    ),
    ("DELETE", "/lists/{list}?todos=trash", "", [204, 403, 403, 404]),
    ("GET", "/lists/{list}/members", "", [200, 200, 200, 404]),
    (
        "POST",
        "/lists/{list}/members",
        r#"{"email": "other@example.org", "role": "editor"}"#,
        [200, 403, 403, 404],
    ),
    (
        "PATCH",
        "/lists/{list}/members/{viewer}",
        r#"{"role": "editor"}"#,
        [200, 403, 403, 404],
    ),
    (
        "DELETE",
        "/lists/{list}/members/{editor}",
        "",
        [204, 204, 403, 404],
    ),
    ("GET", "/todos/{todo}", "", [200, 200, 200, 404]),
    (
        "PATCH",
        "/todos/{todo}",
        r#"{"title": "Changed"}"#,
        [200, 200, 403, 404],
    ),
    (
        "PATCH",
        "/todos/{todo}",
        r#"{"done": true}"#,
        [200, 200, 403, 404],
    ),
    (
        "PATCH",
        "/todos/{todo}",
        r#"{"reminder": "-PT5M", "due": "2027-01-02"}"#,
        [200, 200, 403, 404],
    ),
    (
        "POST",
        "/todos/{todo}/move",
        r#"{"list_id": "{list}"}"#,
        [200, 200, 403, 404],
    ),
    ("DELETE", "/todos/{todo}", "", [204, 204, 403, 404]),
    ("DELETE", "/todos/{todo}?purge=true", "", [204, 403, 403, 404]),
    ("POST", "/todos/{trashed}/restore", "", [200, 200, 403, 404]),
    ("DELETE", "/todos/{trashed}?purge=true", "", [204, 403, 403, 404]),
    (
        "POST",
        "/todos",
        r#"{"title": "New", "list_id": "{list}"}"#,
        [201, 201, 403, 422],
    ),
    (
        "POST",
        "/todos",
        r#"{"title": "Step", "parent_id": "{todo}"}"#,
        [201, 201, 403, 422],
    ),
];

async fn what_each_may_do_with_a_shared_list_and_its_to_dos(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    app.person("other@example.org").await;
    let (editor, viewer) = (scene.editor.id.clone(), scene.viewer.id.clone());
    let everybody = [&scene.owner, &scene.editor, &scene.viewer, &scene.stranger];
    for (method, path, body, expected) in MATRIX {
        for (person, expected) in everybody.iter().zip(expected) {
            let list = made(app, &scene.owner, "Of this line").await;
            share(app, &scene.owner, &list, "editor@example.org", "editor")
                .await
                .ok();
            share(app, &scene.owner, &list, "viewer@example.org", "viewer")
                .await
                .ok();
            let make = async || {
                let todo = json!({ "title": "Milk", "list_id": list });
                text(&app.todo(&scene.owner, &todo).await["id"])
            };
            let (todo, trashed) = (make().await, make().await);
            let owner = app.by(&scene.owner);
            owner
                .delete(&format!("{TODOS}/{trashed}"))
                .await
                .expect_empty(204);
            let filled = |text: &str| {
                text.replace("{list}", &list)
                    .replace("{todo}", &todo)
                    .replace("{trashed}", &trashed)
                    .replace("{editor}", &editor)
                    .replace("{viewer}", &viewer)
            };
            let method: Method = method.parse().expect("a method");
            let request = app
                .by(person)
                .request(method.clone(), &format!("/api/v2{}", filled(path)));
            let answer = ask(if body.is_empty() {
                request
            } else {
                let body: Value = serde_json::from_str(&filled(body)).expect("JSON");
                request.json(&body)
            })
            .await;
            let who = &person.email;
            assert_eq!(
                answer.status,
                *expected,
                "{who}: {method} {path} {body}: {}",
                answer.text()
            );
            if answer.status >= 400 {
                // Nothing has happened.
                let shown = app.by(&scene.owner).get(&format!("{TODOS}/{todo}")).await.ok();
                assert_eq!((&shown["version"], &shown["title"]), (&json!(1), &json!("Milk")));
                let shown = app.by(&scene.owner).get(&format!("{LISTS}/{list}")).await.ok();
                assert_eq!(
                    (&shown["version"], &shown["open"]),
                    (&json!(3), &json!(1)),
                    "{who}: {path}"
                );
            }
        }
    }
}

async fn a_list_is_shared_by_address_and_shown_to_whom_it_is_shared_with(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    scene.todo().await;
    made(app, &scene.editor, "Own").await;
    let path = format!("{LISTS}/{}", scene.list);
    for (person, role) in [
        (&scene.owner, "owner"),
        (&scene.editor, "editor"),
        (&scene.viewer, "viewer"),
    ] {
        let list = app.by(person).get(&path).await.ok();
        assert_eq!(list["role"], role);
        assert_eq!(list["shared"], true);
        assert_eq!(list["open"], 1);
        let all = app.by(person).get(LISTS).await.ok();
        let last = all["items"].as_array().and_then(|items| items.last()).cloned();
        assert_eq!(last, Some(list), "those of others stand behind one's own");
        assert_eq!(all["inbox"]["open"], 0);
        assert_eq!(
            app.titles(person, &format!("list={}", scene.list)).await,
            ["Shared milk"]
        );
    }
    assert_eq!(
        lists(app, &scene.editor).await,
        [("Own".into(), "owner".into()), ("Shared".into(), "editor".into())]
    );
    // What is not asked for by its list is one's own.
    assert!(app.titles(&scene.editor, "").await.is_empty());
    assert!(
        app.titles(&scene.stranger, &format!("list={}", scene.list))
            .await
            .is_empty()
    );

    // Its owner sees the addresses, the others see names.
    let seen = members(app, &scene.owner, &scene.list).await;
    let emails: Vec<_> = seen
        .iter()
        .map(|member| (text(&member["email"]), text(&member["role"])))
        .collect();
    let expected = ["owner", "editor", "viewer"].map(|who| (format!("{who}@example.org"), who.to_owned()));
    assert_eq!(emails, expected);
    let seen = members(app, &scene.viewer, &scene.list).await;
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|member| member["email"].is_null()), "{seen:?}");

    // Again is a change of the role, and nobody is there twice.
    let again = share(app, &scene.owner, &scene.list, "Viewer@Example.org", "editor")
        .await
        .ok();
    assert_eq!(again["role"], "editor");
    assert_eq!(members(app, &scene.owner, &scene.list).await.len(), 3);
    let member = format!("{path}/members/{}", text(&again["id"]));
    let changed = app
        .by(&scene.owner)
        .patch(&member, json!({ "role": "viewer" }))
        .await
        .ok();
    assert_eq!(changed["role"], "viewer");
    app.by(&scene.viewer)
        .post(TODOS, json!({ "title": "New", "list_id": scene.list }))
        .await
        .problem(403, "forbidden");
}

async fn what_sharing_refuses_says_where_and_why(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    for (email, keyword) in [
        ("nobody@example.org", "account"),
        ("owner@example.org", "account"),
        ("no address", "format"),
    ] {
        let refused = share(app, &scene.owner, &scene.list, email, "viewer")
            .await
            .problem(422, "schema");
        assert_eq!(pointers(&refused), ["/email"], "{email}");
        assert_eq!(refused["errors"][0]["keyword"], keyword, "{refused}");
    }
    let path = format!("{LISTS}/{}/members", scene.list);
    let owner = app.by(&scene.owner);
    for body in [
        json!({}),
        json!({ "email": "editor@example.org", "role": "owner" }),
    ] {
        owner.post(&path, body).await.problem(422, "schema");
    }
    let strange = scene.stranger.id.clone();
    for member in [strange.as_str(), "000000000000000000000000", "nobody"] {
        let path = format!("{path}/{member}");
        owner
            .patch(&path, json!({ "role": "viewer" }))
            .await
            .problem(404, "not-found");
        owner.delete(&path).await.problem(404, "not-found");
    }
    // Who owns it does not leave it.
    let own = scene.owner.id.clone();
    owner
        .delete(&format!("{path}/{own}"))
        .await
        .problem(404, "not-found");
    assert_eq!(members(app, &scene.owner, &scene.list).await.len(), 3);
}

async fn who_leaves_or_is_removed_or_was_never_there_finds_nothing(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let todo = scene.todo().await;
    let path = format!("{LISTS}/{}/members", scene.list);
    let (editor, viewer) = (scene.editor.id.clone(), scene.viewer.id.clone());
    app.by(&scene.viewer)
        .delete(&format!("{path}/{viewer}"))
        .await
        .expect_empty(204);
    app.by(&scene.owner)
        .delete(&format!("{path}/{editor}"))
        .await
        .expect_empty(204);
    for person in [&scene.editor, &scene.viewer, &scene.stranger] {
        let somebody = || app.by(person);
        somebody()
            .get(&format!("{LISTS}/{}", scene.list))
            .await
            .problem(404, "not-found");
        somebody().get(&path).await.problem(404, "not-found");
        somebody()
            .get(&format!("{TODOS}/{todo}"))
            .await
            .problem(404, "not-found");
        somebody()
            .patch(&format!("{TODOS}/{todo}"), json!({ "done": true }))
            .await
            .problem(404, "not-found");
        assert!(lists(app, person).await.is_empty());
        assert!(
            app.titles(person, &format!("list={}", scene.list))
                .await
                .is_empty()
        );
    }
    let list = app
        .by(&scene.owner)
        .get(&format!("{LISTS}/{}", scene.list))
        .await
        .ok();
    assert_eq!(list["shared"], false);
}

async fn whoever_deletes_the_account_leaves_all_lists(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let password = json!({ "current_password": PASSWORD });
    app.by(&scene.editor)
        .delete_with("/api/v2/users/me", password)
        .await
        .expect_empty(204);
    let seen = members(app, &scene.owner, &scene.list).await;
    let roles: Vec<_> = seen.iter().map(|member| text(&member["role"])).collect();
    assert_eq!(roles, ["owner", "viewer"]);
    // Another one of that address begins with nothing.
    let again = app.person("editor@example.org").await;
    assert!(lists(app, &again).await.is_empty());
}

async fn an_owner_who_deletes_the_account_takes_the_lists_along(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let todo = scene.todo().await;
    let password = json!({ "current_password": PASSWORD });
    app.by(&scene.owner)
        .delete_with("/api/v2/users/me", password)
        .await
        .expect_empty(204);
    for person in [&scene.editor, &scene.viewer] {
        assert!(lists(app, person).await.is_empty());
        app.by(person)
            .get(&format!("{TODOS}/{todo}"))
            .await
            .problem(404, "not-found");
    }
}
