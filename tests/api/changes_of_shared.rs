//! What others share among the changes: members are told what is written in a list, in pages and as it happens, at any
//! instance, and that it is gone when it is not shared with them any more.

use serde_json::{Value, json};

use crate::changes::Copy;
use crate::common::app::{PASSWORD, Person};
use crate::common::{Keeper, TestApp};
use crate::events::Events;
use crate::sharing::{Scene, made, share};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    who_shares_a_list_follows_it_in_pages,
    who_shares_a_list_is_told_as_it_happens_and_nobody_else_is,
    who_leaves_a_list_is_told_that_it_is_gone_and_nothing_more_of_it,
    who_listens_when_a_list_is_shared_with_him_hears_of_it_and_from_then_on_of_what_is_in_it,
    a_deleted_account_is_told_of_nowhere,
    who_shares_a_list_is_told_that_it_is_gone_when_its_owner_deletes_the_account,
}

const LISTS: &str = "/api/v2/lists";
const TODOS: &str = "/api/v2/todos";

impl Scene {
    /// A to-do that somebody makes in the shared list.
    async fn todo_by(&self, person: &Person, title: &str) -> Value {
        let body = json!({ "title": title, "list_id": self.list });
        self.app.todo(person, &body).await
    }

    /// The path of somebody whom the list is shared with.
    fn member(&self, person: &Person) -> String {
        format!("{LISTS}/{}/members/{}", self.list, person.id)
    }

    /// That is what somebody is told of the list when it is gone for him.
    #[track_caller]
    fn is_gone(&self, told: &Value) {
        assert_eq!(
            (text(&told["id"]), &told["deleted"]),
            (self.list.clone(), &json!(true))
        );
        assert!(told.get("list").is_none(), "{told}");
    }
}

fn path(todo: &Value) -> String {
    format!("{TODOS}/{}", text(&todo["id"]))
}

/// What the copy has of a thing.
fn kept<'a>(copy: &'a Copy, id: &str) -> Option<&'a Value> {
    copy.things.get(id).and_then(|(_, thing)| thing.as_ref())
}

async fn who_shares_a_list_follows_it_in_pages(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let elsewhere = made(app, &scene.owner, "Presents").await;
    let hidden = json!({ "title": "A bicycle", "list_id": elsewhere });
    let hidden = app.todo(&scene.owner, &hidden).await;
    app.todo(&scene.owner, &json!({ "title": "In the inbox" })).await;
    app.todo(&scene.viewer, &json!({ "title": "My own" })).await;
    let bread = scene.todo_by(&scene.owner, "Bread").await;
    let milk = scene.todo_by(&scene.editor, "Milk").await;
    let step = json!({ "title": "Find the bottle", "parent_id": milk["id"] });
    app.by(&scene.editor).post(TODOS, step).await.expect(201);

    let (mut copy, mut slow) = (Copy::default(), Copy::default());
    for (limit, copy) in [(100, &mut copy), (1, &mut slow)] {
        copy.follow(app, &scene.viewer, limit).await;
        assert_eq!(copy.titles(), ["Bread", "Find the bottle", "Milk", "My own"]);
        let list = kept(copy, &scene.list).expect("the list");
        assert_eq!((&list["role"], &list["shared"]), (&json!("viewer"), &json!(true)));
        assert_eq!(
            kept(copy, &text(&bread["id"])),
            Some(&app.by(&scene.viewer).get(&path(&bread)).await.ok())
        );
    }
    let mut nothing = Copy::default();
    nothing.follow(app, &scene.stranger, 100).await;
    assert!(nothing.things.is_empty());

    // Out of the list and into it, by whatever way.
    let out = json!({ "list_id": elsewhere });
    app.by(&scene.owner).patch(&path(&milk), out).await.ok();
    let into = json!({ "list_id": scene.list });
    app.by(&scene.owner).patch(&path(&hidden), into).await.ok();
    let inbox = json!({ "list_id": null });
    app.by(&scene.owner)
        .post(&format!("{}/move", path(&bread)), inbox)
        .await
        .ok();
    for (limit, copy) in [(100, &mut copy), (1, &mut slow)] {
        copy.follow(app, &scene.viewer, limit).await;
        assert_eq!(copy.titles(), ["A bicycle", "My own"]);
    }
    // What becomes of it elsewhere is nobody's business who does not see it there.
    app.by(&scene.owner)
        .patch(&path(&milk), json!({ "title": "Secret" }))
        .await
        .ok();
    let since = copy.cursor.clone().expect("a cursor");
    let page = app
        .by(&scene.viewer)
        .get(&format!("/api/v2/changes?since={since}"))
        .await
        .ok();
    assert!(!page.to_string().contains("Secret"), "{page}");
    copy.follow(app, &scene.viewer, 100).await;
    assert_eq!(copy.titles(), ["A bicycle", "My own"]);

    // Deleted by an editor it is in the trash, and purged by the owner it is gone.
    app.by(&scene.editor)
        .delete(&path(&hidden))
        .await
        .expect_empty(204);
    copy.follow(app, &scene.viewer, 100).await;
    assert!(kept(&copy, &text(&hidden["id"])).expect("in the trash")["deleted_at"].is_string());
    app.by(&scene.owner)
        .delete(&format!("{}?purge=true", path(&hidden)))
        .await
        .expect_empty(204);
    copy.follow(app, &scene.viewer, 100).await;
    assert_eq!(kept(&copy, &text(&hidden["id"])), None);
}

async fn who_shares_a_list_is_told_as_it_happens_and_nobody_else_is(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let people = [&scene.owner, &scene.editor, &scene.viewer];
    let mut listeners = Vec::new();
    for person in people {
        listeners.push(Events::open(app, person, None).await);
    }
    let mut of_stranger = Events::open(app, &scene.stranger, None).await;
    let milk = scene.todo_by(&scene.editor, "Milk").await;
    let ticked = app
        .by(&scene.owner)
        .patch(&path(&milk), json!({ "done": true }))
        .await
        .ok();
    let id = text(&milk["id"]);
    for events in &mut listeners {
        // Two writes that follow each other closely may be told as one.
        let mut told = events.change().await;
        if told["version"] == 1 {
            assert_eq!((&told["todo"], text(&told["id"])), (&milk, id.clone()));
            told = events.change().await;
        }
        assert_eq!(told["todo"], ticked);
    }
    let body = json!({ "name": "House" });
    app.by(&scene.owner)
        .patch(&format!("{LISTS}/{}", scene.list), body)
        .await
        .ok();
    for (events, role) in listeners.iter_mut().zip(["owner", "editor", "viewer"]) {
        let told = events.change().await;
        assert_eq!(
            (&told["list"]["name"], &told["list"]["role"]),
            (&json!("House"), &json!(role))
        );
    }
    // His own is the first thing that the stranger hears of, and the others hear nothing of it.
    app.todo(&scene.stranger, &json!({ "title": "Mine" })).await;
    assert_eq!(of_stranger.change().await["todo"]["title"], "Mine");
    app.by(&scene.owner).delete(&path(&milk)).await.expect_empty(204);
    for events in &mut listeners {
        let told = events.change().await;
        assert_eq!(text(&told["id"]), id);
        assert!(told["todo"]["deleted_at"].is_string(), "{told}");
    }
}

async fn who_leaves_a_list_is_told_that_it_is_gone_and_nothing_more_of_it(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let milk = scene.todo_by(&scene.owner, "Milk").await;
    let mut events = Events::open(app, &scene.viewer, None).await;
    let mut copy = Copy::default();
    copy.follow(app, &scene.viewer, 100).await;
    assert_eq!(copy.titles(), ["Milk"]);

    let member = scene.member(&scene.viewer);
    app.by(&scene.owner).delete(&member).await.expect_empty(204);
    let told = events.change().await;
    scene.is_gone(&told);
    app.by(&scene.owner)
        .patch(&path(&milk), json!({ "title": "Secret" }))
        .await
        .ok();
    app.todo(&scene.viewer, &json!({ "title": "My own" })).await;
    assert_eq!(events.change().await["todo"]["title"], "My own");
    copy.follow(app, &scene.viewer, 100).await;
    assert_eq!(kept(&copy, &scene.list), None);
    assert!(!copy.titles().contains(&"Secret".to_owned()));

    // The editor leaves by himself, and is told in the same way.
    let mut events = Events::open(app, &scene.editor, None).await;
    let member = scene.member(&scene.editor);
    app.by(&scene.editor).delete(&member).await.expect_empty(204);
    let told = events.change().await;
    scene.is_gone(&told);
    let listed = app.by(&scene.editor).get(LISTS).await.ok();
    assert_eq!(listed["items"], json!([]));
}

async fn who_listens_when_a_list_is_shared_with_him_hears_of_it_and_from_then_on_of_what_is_in_it(
    app: TestApp,
) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    scene.todo_by(&scene.owner, "From before").await;
    let mut events = Events::open(app, &scene.stranger, None).await;
    share(app, &scene.owner, &scene.list, "stranger@example.org", "viewer")
        .await
        .ok();
    // What was written in it shortly before may be told, too.
    let mut told = events.change().await;
    while told["kind"] == "todo" {
        told = events.change().await;
    }
    assert_eq!(
        (text(&told["id"]), &told["list"]["role"]),
        (scene.list.clone(), &json!("viewer"))
    );
    // What was in it he reads then.
    let page = app
        .by(&scene.stranger)
        .get(&format!("{TODOS}?list={}", scene.list))
        .await
        .ok();
    assert_eq!(page["items"][0]["title"], "From before");
    scene.todo_by(&scene.editor, "Milk").await;
    assert_eq!(events.change().await["todo"]["title"], "Milk");
    // The list goes, with all that is in it.
    let list = format!("{LISTS}/{}?todos=inbox", scene.list);
    app.by(&scene.owner).delete(&list).await.expect_empty(204);
    let told = events.change().await;
    scene.is_gone(&told);
}

async fn a_deleted_account_is_told_of_nowhere(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let member = scene.member(&scene.viewer);
    app.by(&scene.owner).delete(&member).await.expect_empty(204);
    let owner = scene.owner.id.parse().expect("an id");
    let list = scene.list.parse().expect("an id");
    let left = async || {
        app.services
            .store
            .list(owner, list)
            .await
            .unwrap()
            .expect("the list")
            .left
    };
    let [viewer, editor] = [&scene.viewer, &scene.editor].map(|person| person.id.parse().expect("an id"));
    assert_eq!(left().await, [viewer]);
    for person in [&scene.viewer, &scene.editor] {
        let body = json!({ "current_password": PASSWORD });
        app.by(person)
            .delete_with("/api/v2/users/me", body)
            .await
            .expect_empty(204);
    }
    let left = left().await;
    assert!(!left.contains(&viewer) && !left.contains(&editor), "{left:?}");
}

async fn who_shares_a_list_is_told_that_it_is_gone_when_its_owner_deletes_the_account(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    scene.todo_by(&scene.editor, "Milk").await;
    made(app, &scene.owner, "Unshared").await;
    let mut copy = Copy::default();
    copy.follow(app, &scene.viewer, 100).await;
    assert!(kept(&copy, &scene.list).is_some());
    let mut events = Events::open(app, &scene.editor, None).await;
    let body = json!({ "current_password": PASSWORD });
    app.by(&scene.owner)
        .delete_with("/api/v2/users/me", body)
        .await
        .expect_empty(204);
    let told = events.change().await;
    scene.is_gone(&told);
    copy.follow(app, &scene.viewer, 100).await;
    assert!(kept(&copy, &scene.list).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_at_one_instance_is_told_to_a_member_at_another() {
    let Some(app) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let beside = app.spawn_beside(&[]).await;
    let mut events = Events::open(&beside, &scene.viewer, None).await;
    let milk = scene.todo_by(&scene.editor, "Milk").await;
    assert_eq!(events.change().await["todo"], milk);
    let member = scene.member(&scene.viewer);
    app.by(&scene.owner).delete(&member).await.expect_empty(204);
    let told = events.change().await;
    scene.is_gone(&told);
}
