//! `Audit`: the log of security events.

use rondo::model::{
    Actor, AuditDetails, AuditEvent, AuditFilter, AuditKind, AuditMethod, AuditPlace, AuditReason, Id, Role,
};
use rondo::store::Store;

use crate::keepers::Fresh;
use crate::values::{at, at_once, event, id};

async fn ids(store: &dyn Store, filter: &AuditFilter) -> Vec<Id> {
    let page = store.audit_page(filter, None, 1000).await.unwrap();
    page.iter().map(|event| event.id).collect()
}

/// All pages of so many, one behind the other.
async fn paged(store: &dyn Store, filter: &AuditFilter, limit: usize) -> Vec<AuditEvent> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.audit_page(filter, after, limit).await.unwrap();
        assert!(page.len() <= limit);
        found.extend(page.clone());
        match page.last() {
            Some(last) if page.len() == limit => after = Some(last.place()),
            _ => return found,
        }
    }
}

async fn an_event_is_read_back_as_it_was_written(store: &Fresh) {
    let full = AuditEvent {
        kind: AuditKind::SignInFailed,
        actor: Actor::User(id(1)),
        subject: Some(id(2)),
        details: AuditDetails {
            session: Some(id(3)),
            method: Some(AuditMethod::Password),
            reason: Some(AuditReason::WrongPassword),
            role: Some(Role::Admin),
            key: Some("a \"kid\" 🦀".into()),
        },
        address: "2001:db8::1".into(),
        device: "Firefox on Linux".into(),
        request_id: "req-1_A".into(),
        ..event(10, 10)
    };
    let bare = AuditEvent {
        actor: Actor::Nobody,
        subject: None,
        address: String::new(),
        device: String::new(),
        request_id: String::new(),
        ..event(11, 9)
    };
    for event in [&full, &bare] {
        store.append_event(event).await.unwrap();
    }
    let page = store.audit_page(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(page, [full, bare]);
    let mut all: Vec<AuditEvent> = (100..)
        .zip(AuditKind::ALL)
        .map(|(number, kind)| AuditEvent {
            kind: *kind,
            ..event(number, i64::from(number))
        })
        .collect();
    for event in &all {
        store.append_event(event).await.unwrap();
    }
    all.reverse();
    let page = store
        .audit_page(&AuditFilter::default(), None, all.len())
        .await
        .unwrap();
    assert_eq!(page, all, "every kind");
}

async fn an_event_that_is_appended_again_changes_nothing(store: &Fresh) {
    let first = event(10, 1);
    store.append_event(&first).await.unwrap();
    let second = AuditEvent {
        kind: AuditKind::UserDeleted,
        address: "another".into(),
        ..event(10, 2)
    };
    for again in [&first, &second] {
        store.append_event(again).await.unwrap();
    }
    let page = store.audit_page(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(page, [first]);
}

async fn every_filter_narrows_by_itself_and_with_the_others(store: &Fresh) {
    let actors = [
        Actor::User(id(1)),
        Actor::User(id(2)),
        Actor::Operator,
        Actor::Nobody,
    ];
    let subjects = [Some(id(1)), Some(id(2)), None];
    let kinds = [AuditKind::SignedIn, AuditKind::SignedOut, AuditKind::RoleChanged];
    let mut all = Vec::new();
    for (number, actor) in (0_u32..).zip(actors.iter().cycle()).take(48) {
        let n = number as usize;
        let made = AuditEvent {
            actor: *actor,
            subject: subjects[n / 4 % 3],
            kind: kinds[(n + n / 12) % 3],
            // Several of one moment, written in no order of their ids.
            ..event(1000 + number * 7 % 48, i64::from(number / 5))
        };
        store.append_event(&made).await.unwrap();
        all.push(made);
    }
    all.sort_by_key(|event| std::cmp::Reverse(event.place()));
    for bits in 0_u8..32 {
        let has = |bit: u8| bits >> bit & 1 == 1;
        for kinds in [
            vec![AuditKind::SignedOut],
            vec![AuditKind::RoleChanged, AuditKind::SignedIn],
        ] {
            let filter = AuditFilter {
                actor: has(0).then_some(Actor::User(id(1))),
                subject: has(1).then_some(id(2)),
                kinds: if has(2) { kinds } else { Vec::new() },
                since: has(3).then_some(at(2)),
                until: has(4).then_some(at(7)),
            };
            let passes = |event: &&AuditEvent| {
                (!has(0) || event.actor == Actor::User(id(1)))
                    && (!has(1) || event.subject == Some(id(2)))
                    && (!has(2) || filter.kinds.contains(&event.kind))
                    && (!has(3) || event.at >= at(2))
                    && (!has(4) || event.at < at(7))
            };
            let expected: Vec<AuditEvent> = all.iter().filter(passes).cloned().collect();
            assert!(!expected.is_empty() || has(3) || has(4), "{filter:?}");
            for limit in [1, 3, 100] {
                assert_eq!(
                    paged(&**store, &filter, limit).await,
                    expected,
                    "{filter:?} {limit}"
                );
            }
        }
    }
    let by_operator = AuditFilter {
        actor: Some(Actor::Operator),
        ..AuditFilter::default()
    };
    assert_eq!(ids(&**store, &by_operator).await.len(), 12);
    assert!(
        store
            .audit_page(&AuditFilter::default(), None, 0)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_place_need_not_be_that_of_an_event_and_bounds_hold_beside_it(store: &Fresh) {
    for number in 1..=5 {
        store
            .append_event(&event(10 + number, i64::from(number)))
            .await
            .unwrap();
    }
    let behind = async |filter: AuditFilter, seconds, number| {
        let place = AuditPlace {
            at: at(seconds),
            id: id(number),
        };
        let page = store.audit_page(&filter, Some(place), 10).await.unwrap();
        page.iter().map(|event| event.id).collect::<Vec<_>>()
    };
    let plain = AuditFilter::default;
    assert_eq!(behind(plain(), 3, 13).await, [id(12), id(11)]);
    assert_eq!(behind(plain(), 3, 14).await, [13, 12, 11].map(id));
    assert_eq!(behind(plain(), 3, 1).await, [id(12), id(11)]);
    assert_eq!(behind(plain(), 99, 1).await, [15, 14, 13, 12, 11].map(id));
    let until = |seconds| AuditFilter {
        until: Some(at(seconds)),
        ..AuditFilter::default()
    };
    assert_eq!(
        behind(until(2), 4, 14).await,
        [id(11)],
        "the earlier bound counts"
    );
    assert_eq!(behind(until(4), 2, 99).await, [id(12), id(11)]);
    assert_eq!(behind(until(3), 3, 99).await, [id(12), id(11)]);
    let since = AuditFilter {
        since: Some(at(3)),
        ..AuditFilter::default()
    };
    assert_eq!(behind(since.clone(), 5, 15).await, [id(14), id(13)]);
    assert!(behind(since, 2, 99).await.is_empty());
}

async fn the_last_event_of_a_kind_is_told_for_each_who_has_one(store: &Fresh) {
    for (number, subject, seconds, kind) in [
        (10, Some(1), 5, AuditKind::SignedIn),
        (11, Some(1), 3, AuditKind::SignedIn),
        (12, Some(1), 9, AuditKind::SignedOut),
        (13, Some(2), 4, AuditKind::SignedIn),
        (14, None, 8, AuditKind::SignedIn),
    ] {
        let made = AuditEvent {
            kind,
            subject: subject.map(id),
            ..event(number, seconds)
        };
        store.append_event(&made).await.unwrap();
    }
    let mut last = store
        .last_events(AuditKind::SignedIn, &[1, 2, 3].map(id))
        .await
        .unwrap();
    last.sort();
    assert_eq!(last, [(id(1), at(5)), (id(2), at(4))]);
    assert!(
        store
            .last_events(AuditKind::SignedIn, &[])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .last_events(AuditKind::RoleChanged, &[id(1)])
            .await
            .unwrap()
            .is_empty()
    );
}

async fn only_what_is_older_is_removed(store: &Fresh) {
    // More than a clean-up removes at a time.
    let made = |number: u32| {
        let store = store.share();
        async move {
            for number in number * 50..(number + 1) * 50 {
                store
                    .append_event(&event(1000 + number, i64::from(number)))
                    .await
                    .unwrap();
            }
        }
    };
    at_once(24, made).await;
    store.remove_events(at(1195)).await.unwrap();
    let left = store
        .audit_page(&AuditFilter::default(), None, 2000)
        .await
        .unwrap();
    let expected: Vec<AuditEvent> = (1195..1200)
        .rev()
        .map(|n| event(1000 + n, i64::from(n)))
        .collect();
    assert_eq!(left, expected);
    store.remove_events(at(1195)).await.unwrap();
    assert_eq!(ids(&**store, &AuditFilter::default()).await.len(), 5);
}

async fn events_survive_the_death_of_the_process(store: &Fresh) {
    let made = event(10, 1);
    store.append_event(&made).await.unwrap();
    let (again, _folder) = store.after_death().await;
    let page = again.audit_page(&AuditFilter::default(), None, 10).await;
    assert_eq!(page.unwrap(), [made]);
    again.close().await;
}

on_each_keeper!(migrated:
    an_event_is_read_back_as_it_was_written,
    an_event_that_is_appended_again_changes_nothing,
    every_filter_narrows_by_itself_and_with_the_others,
    a_place_need_not_be_that_of_an_event_and_bounds_hold_beside_it,
    the_last_event_of_a_kind_is_told_for_each_who_has_one,
    only_what_is_older_is_removed,
);

mod kept {
    use super::events_survive_the_death_of_the_process;

    on_each_keeper!(sqlite, mongo; migrated: events_survive_the_death_of_the_process);
}
