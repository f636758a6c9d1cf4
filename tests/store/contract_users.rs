//! `Users`: what is written is read, versions, pages, deletion. Whose an identity is, is in
//! `contract_users_unique.rs`.

use rondo::model::{Id, Role, Timestamp, User, UserFilter, WeekStart};

use crate::keepers::Fresh;
use crate::values::{at, at_once, how_many_true, id, next_user, number_of, user};

/// An account with everything set, as oddly as it can be.
fn odd_user(number: u32) -> User {
    User {
        identities: vec![
            format!("oidc:https://issuer.example/a?b=c#d|{}", "long ".repeat(300)),
            "email:jos\u{e9}@xn--bcher-kva.example".into(),
            "oidc:|".into(),
            "email:jose\u{301}@xn--bcher-kva.example".into(),
        ],
        name: "Ŝtrange \u{202e}name\u{200d} 👩‍👩‍👧‍👦 \\ ' \" $where \u{10ffff}\t\n".into(),
        email: Some("JosÉ+$tag{x}'`@BÜCHER.example".parse().expect("it is an address")),
        email_verified: true,
        role: Role::Admin,
        disabled: true,
        password: Some("$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA".into()),
        time_zone: Some("America/Argentina/ComodRivadavia".parse().expect("it is a zone")),
        language: Some("de-CH-1996".into()),
        week_start: WeekStart::Saturday,
        digest: Some("23:59".parse().expect("it is a time of day")),
        digest_at: Some(Timestamp::from_millis(-1)),
        created_at: "1000-01-01T00:00:00Z".parse().expect("it is a moment"),
        updated_at: "9998-12-31T23:59:59.999Z".parse().expect("it is a moment"),
        epoch: i64::MAX,
        epoch_at: Some(Timestamp::from_millis(-1)),
        epoch_keep: Some(Id::from_bytes([255; 12])),
        deleted_at: None,
        version: 9_007_199_254_740_993,
        ..user(number)
    }
}

async fn a_user_is_read_back_as_it_was_written(store: &Fresh) {
    let nearly_empty = User {
        identities: Vec::new(),
        email: None,
        ..user(2)
    };
    let smallest = User {
        id: Id::from_bytes([0; 12]),
        week_start: WeekStart::Sunday,
        ..user(3)
    };
    let with_empty_texts = User {
        password: Some(String::new()),
        language: Some(String::new()),
        ..user(4)
    };
    for user in [user(5), odd_user(1), nearly_empty, smallest, with_empty_texts] {
        store.create_user(&user).await.unwrap();
        assert_eq!(store.user(user.id).await.unwrap(), Some(user));
    }
}

async fn a_replacement_writes_every_field(store: &Fresh) {
    let before = user(1);
    store.create_user(&before).await.unwrap();
    let odd = User {
        version: 2,
        ..odd_user(1)
    };
    assert!(store.replace_user(&odd, 1).await.unwrap());
    assert_eq!(store.user(id(1)).await.unwrap(), Some(odd.clone()));
    for identity in &odd.identities {
        assert_eq!(
            store.user_by_identity(identity).await.unwrap().as_ref(),
            Some(&odd)
        );
    }
    let plain = User { version: 3, ..before };
    assert!(store.replace_user(&plain, 2).await.unwrap());
    assert_eq!(store.user(id(1)).await.unwrap(), Some(plain));
}

async fn a_user_that_was_never_made_is_none(store: &Fresh) {
    store.create_user(&user(1)).await.unwrap();
    assert_eq!(store.user(id(2)).await.unwrap(), None);
    assert_eq!(
        store.user_by_identity("email:person2@example.org").await.unwrap(),
        None
    );
    assert_eq!(store.user_by_identity("").await.unwrap(), None);
}

async fn a_create_that_is_repeated_changes_nothing(store: &Fresh) {
    let first = user(1);
    store.create_user(&first).await.unwrap();
    store.create_user(&first).await.unwrap();
    let other = User {
        name: "Other".into(),
        version: 9,
        ..user(1)
    };
    store.create_user(&other).await.unwrap();
    assert_eq!(store.user(id(1)).await.unwrap(), Some(first.clone()));

    let second = next_user(&first, |user| user.name = "Second".into());
    assert!(store.replace_user(&second, 1).await.unwrap());
    store.create_user(&first).await.unwrap();
    assert_eq!(store.user(id(1)).await.unwrap(), Some(second.clone()));

    let gone = next_user(&second, |user| user.erase(at(1)));
    assert!(store.replace_user(&gone, 2).await.unwrap());
    store.create_user(&first).await.unwrap();
    assert_eq!(
        store.user(id(1)).await.unwrap(),
        None,
        "a repeated create brings nobody back"
    );
}

async fn a_replacement_of_another_version_changes_nothing(store: &Fresh) {
    let first = user(1);
    store.create_user(&first).await.unwrap();
    for expected in [0, 2, -1, i64::MAX - 1] {
        let missed = User {
            name: "Missed".into(),
            version: expected + 1,
            ..user(1)
        };
        assert!(!store.replace_user(&missed, expected).await.unwrap());
    }
    assert_eq!(store.user(id(1)).await.unwrap(), Some(first));
}

async fn a_replacement_of_nobody_makes_nobody(store: &Fresh) {
    let nobody = User {
        version: 2,
        ..user(1)
    };
    assert!(!store.replace_user(&nobody, 1).await.unwrap());
    assert_eq!(store.user(id(1)).await.unwrap(), None);
    assert_eq!(
        store.user_by_identity("email:person1@example.org").await.unwrap(),
        None
    );
}

async fn of_twenty_replacements_of_one_version_one_holds(store: &Fresh) {
    let first = user(1);
    store.create_user(&first).await.unwrap();
    let answers = at_once(20, |number| {
        let store = store.share();
        let next = next_user(&first, |user| user.name = format!("Number {number}"));
        async move { store.replace_user(&next, 1).await }
    })
    .await;
    assert_eq!(how_many_true(&answers), 1);
    let winner = answers
        .iter()
        .position(|answer| matches!(answer, Ok(true)))
        .unwrap();
    let kept = store.user(id(1)).await.unwrap().unwrap();
    assert_eq!((kept.name, kept.version), (format!("Number {winner}"), 2));
}

async fn users_come_page_by_page_in_the_order_of_their_ids(store: &Fresh) {
    for number in [5, 3, 9, 1, 7] {
        store.create_user(&user(number)).await.unwrap();
    }
    let page = async |after, limit| -> Vec<Id> {
        let page = store.users_page(after, limit).await.unwrap();
        page.iter().map(|user| user.id).collect()
    };
    let all = [1, 3, 5, 7, 9].map(id);
    for limit in [5, 6, 1000, usize::MAX] {
        assert_eq!(page(None, limit).await, all);
    }
    assert!(page(None, 0).await.is_empty(), "up to none");
    assert_eq!(page(None, 2).await, all[..2]);
    assert_eq!(page(Some(id(3)), 2).await, all[2..4]);
    assert_eq!(
        page(Some(id(4)), 2).await,
        all[2..4],
        "behind an id that is nobody's"
    );
    assert_eq!(page(Some(id(7)), 2).await, all[4..]);
    assert!(page(Some(id(9)), 2).await.is_empty());
    let whole = store.users_page(Some(id(8)), 1).await.unwrap();
    assert_eq!(whole, [user(9)], "a page holds whole accounts");
}

/// Creates account `number` and erases it `seconds` after the fixed moment.
async fn deleted(store: &Fresh, number: u32, seconds: i64) -> User {
    let user = user(number);
    store.create_user(&user).await.unwrap();
    let gone = next_user(&user, |user| user.erase(at(seconds)));
    assert!(store.replace_user(&gone, 1).await.unwrap());
    gone
}

async fn a_deleted_account_is_found_by_deleted_users_only(store: &Fresh) {
    let left = user(1);
    store.create_user(&left).await.unwrap();
    // One that was erased, and one whose identities are still there.
    deleted(store, 2, 5).await;
    let half = user(3);
    store.create_user(&half).await.unwrap();
    let half = next_user(&half, |user| user.deleted_at = Some(at(5)));
    assert!(store.replace_user(&half, 1).await.unwrap());

    for number in [2, 3] {
        assert_eq!(store.user(id(number)).await.unwrap(), None);
        let identity = format!("email:person{number}@example.org");
        assert_eq!(store.user_by_identity(&identity).await.unwrap(), None);
    }
    assert_eq!(store.users_page(None, 10).await.unwrap(), [left]);
    let mut gone = store.deleted_users(at(6), 10).await.unwrap();
    gone.sort();
    assert_eq!(gone, [id(2), id(3)]);
}

async fn accounts_are_found_by_parts_of_names_and_addresses_by_role_and_by_state(store: &Fresh) {
    let named = |number: u32, name: &str, role: Role, disabled: bool| User {
        name: name.into(),
        role,
        disabled,
        ..user(number)
    };
    for made in [
        named(1, "Åse ØDEGÅRD", Role::Admin, false),
        named(2, "Łukasz .* $ne", Role::User, false),
        named(3, "Odegard", Role::User, true),
        named(4, "100% Åse", Role::Admin, true),
        named(5, "", Role::Admin, false),
    ] {
        store.create_user(&made).await.unwrap();
    }
    deleted(store, 6, 10).await;
    let find = async |terms: &[&str], role, disabled| {
        let filter = UserFilter {
            terms: terms.iter().map(|term| (*term).to_owned()).collect(),
            role,
            disabled,
        };
        let all = store.find_users(&filter, None, 100).await.unwrap();
        // Page by page the same.
        for limit in 1..4 {
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let page = store.find_users(&filter, after, limit).await.unwrap();
                after = page.last().map(|user| user.id);
                paged.extend(page);
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(paged, all);
        }
        all.iter().map(|user| number_of(user.id)).collect::<Vec<_>>()
    };
    let (user, admin) = (Some(Role::User), Some(Role::Admin));
    assert_eq!(find(&[], None, None).await, [1, 2, 3, 4, 5]);
    assert_eq!(find(&["ase"], None, None).await, [1, 4]);
    assert_eq!(find(&["degard"], None, None).await, [1, 3]);
    assert_eq!(find(&["ase", "ødegard"], None, None).await, [1]);
    assert_eq!(find(&["person5@exam"], None, None).await, [5]);
    assert_eq!(find(&["example.org"], admin, None).await, [1, 4, 5]);
    assert_eq!(find(&[], admin, Some(false)).await, [1, 5]);
    assert_eq!(find(&[], user, None).await, [2, 3]);
    assert_eq!(find(&[], None, Some(true)).await, [3, 4]);
    assert_eq!(find(&["ase"], user, Some(true)).await, [0; 0]);
    // What is looked for is text, whatever stands in it.
    for (term, found) in [
        (".*", vec![2]),
        ("$ne", vec![2]),
        ("%", vec![4]),
        ("_", vec![]),
        ("\n", vec![1, 2, 3, 4, 5]),
    ] {
        assert_eq!(find(&[term], None, None).await, found, "{term:?}");
    }
    assert!(
        store
            .find_users(&UserFilter::default(), None, 0)
            .await
            .unwrap()
            .is_empty()
    );
    // By another name than before.
    let renamed = next_user(&store.user(id(3)).await.unwrap().unwrap(), |user| {
        user.name = "Zoë".into()
    });
    assert!(store.replace_user(&renamed, 1).await.unwrap());
    assert_eq!(find(&["zoe"], None, None).await, [3]);
    assert_eq!(find(&["degard"], None, None).await, [1]);
}

async fn deleted_users_are_those_deleted_before_and_as_many_as_asked_for(store: &Fresh) {
    for (number, seconds) in [(1, 10), (2, 20), (3, 30)] {
        deleted(store, number, seconds).await;
    }
    store.create_user(&user(4)).await.unwrap();
    let gone = async |before, limit| {
        let mut ids = store.deleted_users(before, limit).await.unwrap();
        ids.sort();
        ids
    };
    assert!(
        gone(at(10), 10).await.is_empty(),
        "at that moment is not before it"
    );
    assert_eq!(gone(at(10).plus_millis(1), 10).await, [id(1)]);
    assert_eq!(gone(at(21), 10).await, [id(1), id(2)]);
    assert_eq!(gone(at(31), usize::MAX).await, [1, 2, 3].map(id));
    assert!(gone(at(31), 0).await.is_empty());
    let two = gone(at(31), 2).await;
    assert!(two.len() == 2 && two[0] != two[1] && two.iter().all(|id| [1, 2, 3].map(self::id).contains(id)));
}

async fn a_deleted_account_can_still_be_replaced(store: &Fresh) {
    let gone = deleted(store, 1, 10).await;
    let back = next_user(&gone, |user| {
        user.deleted_at = None;
        user.name = "Back".into();
    });
    assert!(!store.replace_user(&back, 1).await.unwrap(), "its version counts");
    assert!(store.replace_user(&back, 2).await.unwrap());
    assert_eq!(store.user(id(1)).await.unwrap(), Some(back));
    assert!(store.deleted_users(at(11), 10).await.unwrap().is_empty());
}

async fn only_a_deleted_account_is_removed(store: &Fresh) {
    let live = user(1);
    store.create_user(&live).await.unwrap();
    let gone = deleted(store, 2, 10).await;
    for number in [1, 2, 2, 3] {
        store.remove_user(id(number)).await.unwrap();
    }
    assert_eq!(store.user(id(1)).await.unwrap(), Some(live.clone()));
    assert_eq!(
        store.user_by_identity(&live.identities[0]).await.unwrap(),
        Some(live)
    );
    assert!(store.deleted_users(at(11), 10).await.unwrap().is_empty());
    let back = next_user(&gone, |user| user.deleted_at = None);
    assert!(
        !store.replace_user(&back, gone.version).await.unwrap(),
        "nothing is left of it"
    );
    store.create_user(&user(2)).await.unwrap();
    assert_eq!(
        store.user(id(2)).await.unwrap(),
        Some(user(2)),
        "its id is free again"
    );
}

on_each_keeper!(migrated:
    a_user_is_read_back_as_it_was_written,
    a_replacement_writes_every_field,
    a_user_that_was_never_made_is_none,
    a_create_that_is_repeated_changes_nothing,
    a_replacement_of_another_version_changes_nothing,
    a_replacement_of_nobody_makes_nobody,
    of_twenty_replacements_of_one_version_one_holds,
    users_come_page_by_page_in_the_order_of_their_ids,
    a_deleted_account_is_found_by_deleted_users_only,
    accounts_are_found_by_parts_of_names_and_addresses_by_role_and_by_state,
    deleted_users_are_those_deleted_before_and_as_many_as_asked_for,
    a_deleted_account_can_still_be_replaced,
    only_a_deleted_account_is_removed,
);
