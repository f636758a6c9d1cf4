//! `Todos`: every field is kept as it was written, whatever stands in it.

use rondo::model::{Basis, Due, DueFilter, Id, Priority, Recurrence, Timestamp, Todo, Zone};

use crate::keepers::Fresh;
use crate::values::{everything, id, todo, unstamped, user};

/// Texts that are easily cut, escaped, normalised or taken for a command.
const ODD: [&str; 12] = [
    "",
    " leading and trailing ",
    "\t\r\n\u{b}\u{c}\u{1b}[31m\u{7f}\u{85}\u{2028}\u{2029}",
    "\u{feff}e\u{301} \u{e9} \u{202e}rtl\u{202c} \u{200b}\u{200d}\u{ad}",
    "\u{fffd}\u{fffe}\u{ffff}\u{10ffff}\u{e000}",
    "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 Z̷͎̈ḁ̶̆l̵͖͝g̷̣̈́o̴͙͛",
    "'; DROP TABLE todos; -- \" ` \\ \\\\ \\' %s %00 ${x} {{x}}",
    "$where $set $ .a.b $gt: 1 {\"$ne\": null} .* ^$ [a] (?i)",
    "null",
    "0123456789.0e1",
    "ſßẞİıΣσςǅﬁ①Ⅳ한글",
    "\u{1}\u{2}\u{3}",
];

fn due(text: &str) -> Option<Due> {
    Some(text.parse().expect("it is a due date"))
}

fn zone(name: &str) -> Option<Zone> {
    Some(name.parse().expect("it is a zone"))
}

async fn assert_kept(store: &Fresh, todo: &Todo) {
    store.create_todo(todo).await.unwrap();
    let kept = store
        .todo(todo.owner, todo.id)
        .await
        .unwrap()
        .expect("it was created");
    assert_eq!(unstamped(&kept), unstamped(todo));
}

async fn a_todo_with_everything_set_is_read_back_as_it_was_written(store: &Fresh) {
    let days: Vec<String> = (100..216).map(|day| day.to_string()).collect();
    let longest = format!("FREQ=YEARLY;COUNT=9999;BYYEARDAY={}", days.join(","));
    let full = Todo {
        id: Id::from_bytes([255; 12]),
        owner: Id::from_bytes([0; 12]),
        title: ODD.concat(),
        notes: ODD.join("\n"),
        done: true,
        completed_at: Some(Timestamp::from_millis(-1)),
        due: due("2026-11-22T10:30:00.123456+05:45"),
        time_zone: zone("America/Argentina/ComodRivadavia"),
        recurrence: Some(Box::new(Recurrence {
            rule: longest.parse().unwrap(),
            from: Basis::Completion,
            start: due("1000-01-01T23:59:59.999+00:00").unwrap(),
            completed_at: Some(Timestamp::from_millis(-1)),
        })),
        priority: Some(Priority::High),
        tags: ODD.map(str::to_owned).to_vec(),
        list_id: Some(id(3)),
        parent_id: Some(id(4)),
        has_children: true,
        left_lists: vec![id(6), Id::from_bytes([255; 12])],
        reminder: Some("2026-11-22T10:30:00.5+05:45".parse().unwrap()),
        reminded_at: Some(Timestamp::from_millis(-1)),
        position: "zzzzzzzzz~é\u{10ffff}".into(),
        created_at: "1000-01-01T00:00:00Z".parse().unwrap(),
        updated_at: "9998-12-31T23:59:59.999Z".parse().unwrap(),
        deleted_at: None,
        version: 9_007_199_254_740_993,
        stamp: u64::MAX,
    };
    assert_kept(store, &full).await;
    assert_kept(store, &todo(id(1), 1)).await;
    let page = store.todo_page(full.owner, &everything()).await.unwrap();
    assert_eq!(
        page.items.iter().map(unstamped).collect::<Vec<_>>(),
        [unstamped(&full)],
        "a page holds all of it"
    );
}

async fn a_replacement_writes_every_field(store: &Fresh) {
    let plain = Todo {
        has_children: true,
        ..todo(id(1), 1)
    };
    store.create_todo(&plain).await.unwrap();
    let full = Todo {
        title: "Other".into(),
        notes: "Notes".into(),
        done: true,
        completed_at: Some(Timestamp::from_millis(5)),
        due: due("2026-11-22"),
        time_zone: zone("Asia/Calcutta"),
        recurrence: Some(Box::new(Recurrence::new(
            "FREQ=DAILY;UNTIL=99981231".parse().unwrap(),
            Basis::Due,
            due("2026-11-21").unwrap(),
        ))),
        priority: Some(Priority::Low),
        tags: vec!["b".into(), "a".into()],
        list_id: Some(id(3)),
        parent_id: Some(id(4)),
        has_children: true,
        left_lists: vec![id(5)],
        reminder: Some("-P1DT30M".parse().unwrap()),
        reminded_at: Some(Timestamp::from_millis(8)),
        position: "x".into(),
        created_at: Timestamp::from_millis(6),
        updated_at: Timestamp::from_millis(7),
        version: 2,
        ..plain.clone()
    };
    assert!(store.replace_todo(&full, 1).await.unwrap());
    let kept = store.todo(id(1), plain.id).await.unwrap().unwrap();
    assert_eq!(unstamped(&kept), unstamped(&full));
    let plain = Todo { version: 3, ..plain };
    assert!(store.replace_todo(&plain, 2).await.unwrap());
    let kept = store.todo(id(1), plain.id).await.unwrap().unwrap();
    assert_eq!(
        unstamped(&kept),
        unstamped(&plain),
        "what is no longer set is gone"
    );
}

async fn a_todo_may_take_the_time_zone_of_its_owner(store: &Fresh) {
    let mut owner = user(1);
    owner.time_zone = zone("Asia/Tokyo");
    store.create_user(&owner).await.unwrap();
    store.create_user(&user(2)).await.unwrap();
    // The third is nobody; the zone that the to-do came with counts for none of them.
    for (number, expected) in [(1, owner.time_zone), (2, None), (3, None)] {
        let todo = Todo {
            due: due("2026-11-22"),
            time_zone: zone("America/Argentina/ComodRivadavia"),
            ..todo(id(number), number)
        };
        for _ in 0..2 {
            let told = store.create_todo_in_zone_of_owner(&todo).await.unwrap();
            assert_eq!(told, expected);
        }
        let kept = store.todo(todo.owner, todo.id).await.unwrap().unwrap();
        let with_zone = Todo {
            time_zone: expected,
            ..todo
        };
        assert_eq!(unstamped(&kept), unstamped(&with_zone));
        // It is found by the end of the day over there.
        let mut query = everything();
        query.filter.due = DueFilter::Between {
            after: None,
            before: Some("2026-11-22T15:00:00.000Z".into()),
        };
        let found = store.todo_page(id(number), &query).await.unwrap().items.len();
        assert_eq!(found, usize::from(expected.is_some()), "{expected:?}");
    }
}

async fn odd_text_is_kept_in_each_field_that_holds_text(store: &Fresh) {
    for (number, text) in (0..).zip(ODD) {
        let odd = Todo {
            title: text.into(),
            notes: text.into(),
            tags: vec![text.into(), text.to_uppercase()],
            position: text.into(),
            ..todo(id(1), number)
        };
        assert_kept(store, &odd).await;
    }
}

async fn notes_of_ten_thousand_characters_are_kept_and_searched(store: &Fresh) {
    for (number, character) in [(1, "a"), (2, "🦀"), (3, "\n"), (4, "\""), (5, "é")] {
        let notes = character.repeat(10_000);
        assert_kept(
            store,
            &Todo {
                notes,
                ..todo(id(1), number)
            },
        )
        .await;
    }
    let notes = format!("{}needle", "ß".repeat(9_994));
    assert_kept(
        store,
        &Todo {
            notes,
            ..todo(id(1), 6)
        },
    )
    .await;
    let mut query = everything();
    query.filter.terms = vec!["needle".into()];
    let page = store.todo_page(id(1), &query).await.unwrap();
    assert_eq!(page.items.iter().map(|todo| todo.id).collect::<Vec<_>>(), [id(6)]);
}

async fn tags_keep_their_order_their_case_and_their_number(store: &Fresh) {
    let lists: [&[&str]; 6] = [
        &[],
        &[""],
        &["b", "a", "B", "A", "ä", "a\u{308}"],
        &["a,b", "a;b", "[\"a\"]", "a\nb", "a\tb", "\u{1f}", "|", "\\"],
        &["twice", "twice"],
        &["$gt", "a.b", ".", "$", "%", "_", "*", "?", "'"],
    ];
    for (number, tags) in (0..).zip(lists) {
        let tags = tags.iter().map(|&tag| tag.into()).collect();
        assert_kept(
            store,
            &Todo {
                tags,
                ..todo(id(1), number)
            },
        )
        .await;
    }
    let tags = (0..200).map(|number| format!("tag {number}")).collect();
    assert_kept(
        store,
        &Todo {
            tags,
            ..todo(id(1), 99)
        },
    )
    .await;
}

async fn due_dates_are_kept_as_they_were_written(store: &Fresh) {
    let written = [
        "1000-01-01",
        "9998-12-31",
        "2024-02-29",
        "2026-11-22T10:30:00Z",
        "2026-11-22T10:30:00z",
        "2026-11-22t10:30:00.5-00:00",
        "2026-11-22T10:30:00.123456789+14:00",
        "2016-12-31T23:59:60Z",
        "1000-01-01T00:00:00Z",
        "9998-12-31T23:59:59.999-00:00",
    ];
    for (number, text) in (0..).zip(written) {
        let todo = Todo {
            due: due(text),
            ..todo(id(1), number)
        };
        assert_kept(store, &todo).await;
        let kept = store.todo(id(1), todo.id).await.unwrap().unwrap();
        assert_eq!(kept.due.map(|due| due.to_string()).as_deref(), Some(text));
    }
    let zones = [
        "UTC",
        "Asia/Tokyo",
        "Pacific/Kiritimati",
        "America/Sao_Paulo",
        "Etc/GMT+12",
        "Pacific/Apia",
    ];
    for (number, name) in (100..).zip(zones) {
        let todo = Todo {
            due: due("2011-12-30"),
            time_zone: zone(name),
            ..todo(id(1), number)
        };
        assert_kept(store, &todo).await;
    }
}

on_each_keeper!(migrated:
    a_todo_with_everything_set_is_read_back_as_it_was_written,
    a_replacement_writes_every_field,
    a_todo_may_take_the_time_zone_of_its_owner,
    odd_text_is_kept_in_each_field_that_holds_text,
    notes_of_ten_thousand_characters_are_kept_and_searched,
    tags_keep_their_order_their_case_and_their_number,
    due_dates_are_kept_as_they_were_written,
);
