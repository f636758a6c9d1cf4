//! `Todos::todo_page`: words that are searched for.

use rondo::model::{Todo, TodoFilter, fold, search_terms};

use crate::contract_filters::{created, numbers, titled, with_terms};
use crate::keepers::Fresh;
use crate::values::{id, next_todo, todo};

async fn terms_are_found_in_title_notes_and_tags(store: &Fresh) {
    let everywhere = Todo {
        notes: "Butter, Crème\nBRÛLÉE".into(),
        tags: vec!["Küche".into()],
        ..titled("Buy MILK")
    };
    created(
        store,
        [everywhere, titled("milkshake"), titled("mil"), titled("m ilk")],
    )
    .await;
    for (words, found) in [
        ("milk", vec![0, 1]),
        ("Creme brulee", vec![0]),
        ("kuche", vec![0]),
        ("BUTTER küche buy ilk", vec![0]),
        ("milk nothing", vec![]),
        ("milkshake buy", vec![]),
        ("ＭＩＬＫ", vec![0, 1]),
    ] {
        let terms = search_terms(words);
        let filter = TodoFilter {
            terms,
            ..TodoFilter::default()
        };
        assert_eq!(numbers(store, filter).await, found, "{words}");
    }
    let renamed = next_todo(&todo(id(1), 1), |todo| todo.title = "Tea".into());
    assert!(store.replace_todo(&renamed, 1).await.unwrap());
    assert_eq!(
        numbers(store, with_terms(&["milk"])).await,
        [0],
        "what was written before is not found"
    );
    assert_eq!(numbers(store, with_terms(&["tea"])).await, [1]);
}

async fn terms_are_looked_for_literally(store: &Fresh) {
    let odd = [
        ".*",
        "%",
        "_",
        "\\",
        "'",
        "\"",
        "$where",
        "[",
        "]",
        "(",
        ")",
        "+",
        "?",
        "^",
        "$",
        "{",
        "}",
        "|",
        "*",
        "\\d",
        "\\e",
        "a.c",
        "a%c",
        "a_c",
        "/i",
        "-",
        "--",
        "-abc",
        "\"abc\"",
        "NEAR",
        "#",
        "🦀",
        "👩‍👩‍👧",
        "ß",
        "ı",
        "한",
        "\u{202e}",
        "`",
        "%00",
    ];
    let folded: Vec<String> = odd.iter().map(|text| fold(text)).collect();
    let todos = folded.iter().map(|text| titled(&format!("x{text}y abc")));
    created(store, todos.chain([titled("xy abc"), titled("xaabbccy")])).await;
    let stored: Vec<String> = folded.iter().map(|text| format!("x{text}y abc")).collect();
    for term in folded.iter().filter(|term| !term.is_empty()) {
        let expected: Vec<u32> = (0..)
            .zip(&stored)
            .filter(|(_, text)| text.contains(term))
            .map(|(number, _)| number)
            .collect();
        assert_eq!(numbers(store, with_terms(&[term])).await, expected, "{term:?}");
    }
}

async fn combining_marks_do_not_matter_once_folded(store: &Fresh) {
    let variants = [
        "Z\u{351}a\u{30a}lgo",
        "zålgo",
        "ZÅLGO",
        "zalgo",
        "\u{301}zalgo",
        "z\u{200d}algo",
    ];
    created(store, variants.map(titled)).await;
    for word in ["zalgo", "ZÅLGO", "za\u{301}\u{302}lgo"] {
        let terms = search_terms(word);
        assert_eq!(
            numbers(
                store,
                TodoFilter {
                    terms,
                    ..TodoFilter::default()
                }
            )
            .await,
            [0, 1, 2, 3, 4],
            "{word}"
        );
    }
    // Bytes, not characters as they are seen: part of a joined emoji is found, half a character is not.
    let family = Todo {
        title: "👩‍👩‍👧".into(),
        ..todo(id(1), 50)
    };
    store.create_todo(&family).await.unwrap();
    assert_eq!(numbers(store, with_terms(&["👧"])).await, [50]);
    assert_eq!(numbers(store, with_terms(&["👦"])).await, [0; 0]);
}

on_each_keeper!(migrated:
    terms_are_found_in_title_notes_and_tags,
    terms_are_looked_for_literally,
    combining_marks_do_not_matter_once_folded,
);
