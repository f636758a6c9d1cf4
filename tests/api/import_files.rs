//! Files that are imported: how little they need, what of them cannot be read, and how large they may be.

use serde_json::json;

use crate::common::TestApp;
use crate::import::{counts, send, todos};
use crate::support::{on_each_keeper, pointers, text};

on_each_keeper! {
    a_table_of_ones_own_needs_a_title_only,
    files_that_cannot_be_read_are_told_with_their_lines,
    a_file_that_is_too_large_is_refused_and_other_bodies_keep_their_limit,
    the_report_is_bounded,
}

async fn a_table_of_ones_own_needs_a_title_only(app: TestApp) {
    let person = app.person("person@example.org").await;
    let table = "\u{feff}title;done;tags;due;priority\r\n\"Buy; milk\";TRUE;\"a\\;b\";2026-11-22;HIGH\r\n\r\nOther;;;;\r\n";
    let report = send(&app, &person, "", "text/csv; charset=utf-8", table)
        .await
        .ok();
    assert_eq!((counts(&report), &report["format"]), ([2, 0, 0], &json!("csv")));
    assert_eq!(report["lines"][1]["line"], 4);
    let made = todos(&app, &person).await;
    let milk = made
        .iter()
        .find(|todo| todo["title"] == "Buy; milk")
        .expect("it was made");
    // One tag: its semicolon is escaped.
    let expected = (json!(true), json!(["a;b"]), json!("2026-11-22"), json!("high"));
    let found = ["done", "tags", "due", "priority"].map(|name| milk[name].clone());
    assert_eq!(found, [expected.0, expected.1, expected.2, expected.3]);
    let table = "title,notes,done\n=cmd|' /C calc'!A0,'=1+1,maybe\nshort\n";
    let refusal = send(&app, &person, "", "text/csv", table)
        .await
        .problem(422, "schema");
    assert_eq!(pointers(&refusal), ["line 2, done", "line 3"], "{refusal}");
    let report = send(&app, &person, "", "text/csv", "title,notes\n=1+1,'=1+1\n")
        .await
        .ok();
    assert_eq!(counts(&report), [1, 0, 0]);
    let made = todos(&app, &person).await;
    let formula = made
        .iter()
        .find(|todo| todo["title"] == "=1+1")
        .expect("it was made");
    assert_eq!(formula["notes"], "=1+1");
}

async fn files_that_cannot_be_read_are_told_with_their_lines(app: TestApp) {
    let person = app.person("person@example.org").await;
    for (file, words) in [
        (
            b"title\nfine\n\"open\nmore\n".as_slice(),
            "the cell that begins in line 3",
        ),
        (b"title\na\"b\n", "line 2 has a quotation mark"),
        (b"title\n\"a\"b\n", "line 2 has text behind"),
        (b"title\nfine\n\xe4\n", "line 3 is not UTF-8"),
        (b"title\na\0b\n", "line 2 has a NUL"),
        (b"\xff\xfet\0i\0", "UTF-16"),
        (b"notes\nx\n", "the column title is missing"),
        (b"title,title\nx,y\n", "the column \"title\" twice"),
        (b"title,colour\nx,y\n", "no column \"colour\" is known"),
        (b"", "the file is empty"),
    ] {
        let refusal = send(&app, &person, "?format=csv", "text/csv", file)
            .await
            .problem(400, "malformed");
        assert!(text(&refusal["detail"]).contains(words), "{refusal}");
    }
    for (file, words) in [
        (
            "{\"format\":\"rondo\",\n\"version\":1,\n\"todos\":[{\"title\":1,\"title\":2}]}",
            "line 3",
        ),
        ("{\"format\":\"rondo\",\"version\":1,\"todos\":[]", "EOF"),
        ("{\"todos\":[],\"todos\":[]}", "twice"),
        ("title\nx\n", "line 1"),
    ] {
        let refusal = send(&app, &person, "", "application/json", file)
            .await
            .problem(400, "malformed");
        assert!(text(&refusal["detail"]).contains(words), "{refusal}");
    }
    let refusal = send(
        &app,
        &person,
        "",
        "application/json",
        b"{\"format\":\"\xff\"}".as_slice(),
    )
    .await;
    refusal.problem(400, "malformed");
    assert!(todos(&app, &person).await.is_empty());
}

async fn a_file_that_is_too_large_is_refused_and_other_bodies_keep_their_limit(app: TestApp) {
    use std::io::{Read as _, Write as _};

    let person = app.person("person@example.org").await;
    // A hundred megabytes are announced, and none is waited for.
    let address = app.base.strip_prefix("http://").expect("an address").to_owned();
    let head = format!(
        "POST /api/v2/import HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: text/csv\r\n\
         Content-Length: 104857600\r\nConnection: close\r\n\r\n{}",
        person.access_token,
        // The framework looks at so much of every body.
        "x".repeat(512)
    );
    let answer = tokio::task::spawn_blocking(move || {
        let mut socket = std::net::TcpStream::connect(address).expect("a connection");
        let patience = Some(std::time::Duration::from_secs(20));
        socket.set_read_timeout(patience).expect("a limit");
        socket.write_all(head.as_bytes()).expect("it is sent");
        let mut start = [0; 12];
        socket.read_exact(&mut start).expect("an answer");
        String::from_utf8_lossy(&start).into_owned()
    });
    assert_eq!(answer.await.expect("it ends"), "HTTP/1.1 413");
    // A whole megabyte is taken here, and nowhere else.
    let row = format!("x,{}\n", "n".repeat(9_990));
    let table = format!("title,notes\n{}", row.repeat(110));
    let report = send(&app, &person, "?dry_run=true", "text/csv", table).await.ok();
    assert_eq!(counts(&report), [110, 0, 0]);
    let long = json!({ "title": "x", "notes": "n".repeat(70_000) });
    app.by(&person)
        .post("/api/v2/todos", long)
        .await
        .problem(413, "too-large");
    let many = format!("title\n{}", "x\n".repeat(100_001));
    send(&app, &person, "?dry_run=true", "text/csv", many)
        .await
        .problem(413, "too-large");
}

async fn the_report_is_bounded(app: TestApp) {
    let person = app.person("person@example.org").await;
    let table = format!("title,due\n{}{}", "x,\n".repeat(1500), "x,soon\n".repeat(3));
    let report = send(&app, &person, "?dry_run=true", "text/csv", table).await.ok();
    assert_eq!(counts(&report), [1500, 0, 3]);
    let lines = report["lines"].as_array().expect("lines");
    assert_eq!((lines.len(), &report["lines_left_out"]), (1000, &json!(503)));
    let refused = lines.iter().filter(|line| line["status"] == "refuse").count();
    assert_eq!(
        (refused, &lines[999]["line"]),
        (3, &json!(1504)),
        "what is refused is told first"
    );
    let all = format!("title,due\n{}", "x,soon\n".repeat(100));
    let refusal = send(&app, &person, "", "text/csv", all)
        .await
        .problem(422, "schema");
    assert_eq!(refusal["errors"].as_array().map(Vec::len), Some(50));
}
