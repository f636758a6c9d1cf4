//! Files that Todoist exports: what becomes of its tasks, sections, comments, dates and indents.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::import::{counts, send};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    a_template_of_todoist_becomes_todos_and_steps,
    what_todoist_says_that_cannot_be_kept_is_told,
    a_template_that_is_none_is_refused,
}

const HEADER: &str = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,\
                      DURATION_UNIT,DEADLINE,DEADLINE_LANG";

fn template(lines: &[&str]) -> String {
    let mut template = format!("\u{feff}{HEADER}\r\n");
    for line in lines {
        template.push_str(line);
        template.push_str(&",".repeat(13_usize.saturating_sub(line.matches(',').count())));
        template.push_str("\r\n");
    }
    template
}

async fn todos(app: &TestApp, person: &crate::common::app::Person) -> Vec<Value> {
    let page = app
        .by(person)
        .get("/api/v2/todos?limit=100&sort=position")
        .await
        .ok();
    page["items"].as_array().expect("items").clone()
}

async fn a_template_of_todoist_becomes_todos_and_steps(app: TestApp) {
    let person = app.person("person@example.org").await;
    let file = template(&[
        "meta,view_style=list",
        "task,Plan the trip @travel @2026,With the family,1,1,Somebody (1),,2026-11-22,en,Europe/Berlin",
        "task,Book a room,,2,2,Somebody (1),,2026-11-20T10:00:00+01:00,en,Europe/Berlin",
        "note,Near the station",
        "note,Not on a Sunday",
        "",
        "section,At home",
        "task,\"Water, \"\"deeply\"\"\",,4,1",
        "task,Water,,3",
        "task,Water,,3",
    ]);
    let dry = send(
        &app,
        &person,
        "?format=todoist&dry_run=true",
        "text/csv",
        file.clone(),
    )
    .await
    .ok();
    let report = send(&app, &person, "?format=todoist", "text/csv", file.clone())
        .await
        .ok();
    assert_eq!(
        (counts(&report), &report["lines"]),
        ([5, 0, 0], &dry["lines"]),
        "{report}"
    );
    let section = report["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .find(|line| line["line"] == 8);
    assert_eq!(section.expect("it is told")["status"], "note");
    let made = todos(&app, &person).await;
    let titles: Vec<String> = made.iter().map(|todo| text(&todo["title"])).collect();
    assert_eq!(
        titles,
        [
            "Plan the trip",
            "Book a room",
            "Water, \"deeply\"",
            "Water",
            "Water"
        ]
    );
    let of = |place: usize, names: [&str; 6]| names.map(|name| made[place][name].clone());
    let names = ["notes", "priority", "tags", "due", "time_zone", "parent_id"];
    assert_eq!(
        of(0, names),
        [
            json!("With the family"),
            json!("high"),
            json!(["travel", "2026"]),
            json!("2026-11-22"),
            json!("Europe/Berlin"),
            json!(null)
        ]
    );
    assert_eq!(made[1]["parent_id"], made[0]["id"]);
    assert_eq!(made[1]["notes"], "Near the station\n\nNot on a Sunday");
    assert_eq!(
        (&made[2]["tags"], &made[2]["priority"]),
        (&json!(["At home"]), &json!(null))
    );
    assert_eq!(made[3]["priority"], "low");
    // Again: nothing is made twice, and what says the same twice is still two.
    let again = send(&app, &person, "?format=todoist", "text/csv", file)
        .await
        .ok();
    assert_eq!(counts(&again), [0, 5, 0]);
}

async fn what_todoist_says_that_cannot_be_kept_is_told(app: TestApp) {
    let person = app.person("person@example.org").await;
    let file = template(&[
        "note,Nobody's comment",
        "task,Too early a step,,4,2",
        "task,Weekly,,4,1,,Somebody (1),every monday at 9am,en,Europe/Berlin,,,2026-12-01",
        "task,Step,,9,2",
        "task,Deeper,,4,4",
        "task,Odd,,4,x",
    ]);
    let report = send(&app, &person, "?format=todoist", "text/csv", file)
        .await
        .ok();
    assert_eq!(counts(&report), [5, 0, 0], "{report}");
    let columns: Vec<Vec<String>> = report["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| {
            let problems = line["problems"].as_array().expect("problems");
            problems.iter().map(|problem| text(&problem["column"])).collect()
        })
        .collect();
    let expected: [&[&str]; 6] = [
        &["TYPE"],
        &["INDENT"],
        &["DATE", "DEADLINE", "RESPONSIBLE"],
        &["PRIORITY"],
        &["INDENT"],
        &["INDENT"],
    ];
    assert_eq!(columns, expected, "{report}");
    let made = todos(&app, &person).await;
    let of = |title: &str| {
        made.iter()
            .find(|todo| todo["title"] == title)
            .expect("it was made")
    };
    assert_eq!(
        of("Weekly")["notes"],
        "Date: every monday at 9am\n\nDeadline: 2026-12-01\n\nResponsible: Somebody (1)"
    );
    assert_eq!(of("Weekly")["due"], Value::Null);
    for step in ["Step", "Deeper"] {
        assert_eq!(of(step)["parent_id"], of("Weekly")["id"], "one level");
    }
    assert_eq!(of("Too early a step")["parent_id"], Value::Null);
}

async fn a_template_that_is_none_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    let send = |file: String| async { send(&app, &person, "?format=todoist", "text/csv", file).await };
    for file in ["title\nx\n", "TYPE,NAME\ntask,x\n", "CONTENT\nx\n"] {
        let refusal = send(file.to_owned()).await.problem(400, "malformed");
        assert!(
            text(&refusal["detail"]).contains("which every template of Todoist has"),
            "{refusal}"
        );
    }
    let long = format!("task,{}", "t".repeat(501));
    let refusal = send(template(&["task,Fine", &long, "chore,x", "task,"])).await;
    let refusal = refusal.problem(422, "schema");
    assert_eq!(
        crate::support::pointers(&refusal),
        ["line 3, CONTENT", "line 4, TYPE", "line 5, CONTENT"],
        "{refusal}"
    );
    assert!(todos(&app, &person).await.is_empty());
}
