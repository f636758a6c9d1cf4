//! `Tickets`: what is good once, and for a while.

use rondo::model::{Purpose, Ticket};
use rondo::store::StoreError;

use crate::keepers::Fresh;
use crate::values::{at, at_once, id, ticket};

const FOR: Purpose = Purpose::ResetPassword;

async fn a_ticket_is_found_for_its_purpose_until_it_expires(store: &Fresh) {
    let whole = Ticket {
        data: "{\"a\": \"\\u0000 '\\\" 🦀\"}".into(),
        ..ticket("a", FOR, Some(1))
    };
    let nobodys = ticket("b", Purpose::Device, None);
    for ticket in [&whole, &nobodys, &whole] {
        store.create_ticket(ticket).await.unwrap();
    }
    assert_eq!(store.ticket("a", FOR, at(59)).await.unwrap(), Some(whole.clone()));
    assert_eq!(
        store.ticket("b", Purpose::Device, at(0)).await.unwrap(),
        Some(nobodys)
    );
    assert_eq!(
        store.ticket("a", FOR, at(60)).await.unwrap(),
        None,
        "it has expired"
    );
    assert_eq!(store.take_ticket("a", FOR, at(60)).await.unwrap(), None);
    assert_eq!(
        store.ticket("a", Purpose::Device, at(0)).await.unwrap(),
        None,
        "for something else"
    );
    assert_eq!(
        store.take_ticket("a", Purpose::Device, at(0)).await.unwrap(),
        None
    );
    assert_eq!(store.ticket("A", FOR, at(0)).await.unwrap(), None);
    assert_eq!(store.take_ticket("a", FOR, at(1)).await.unwrap(), Some(whole));
}

async fn the_hash_of_another_ticket_is_taken(store: &Fresh) {
    let first = ticket("a", FOR, Some(1));
    store.create_ticket(&first).await.unwrap();
    for other in [ticket("a", FOR, Some(2)), ticket("a", Purpose::Device, Some(1))] {
        let refused = store.create_ticket(&other).await;
        assert!(matches!(refused, Err(StoreError::Duplicate)), "{refused:?}");
    }
    assert_eq!(store.ticket("a", FOR, at(0)).await.unwrap(), Some(first));
}

async fn of_fifty_that_take_it_over_two_instances_one_is_given_it(store: &Fresh) {
    let two = [store.share(), store.open_again().await];
    store.create_ticket(&ticket("a", FOR, Some(1))).await.unwrap();
    let answers = at_once(50, |number| {
        let store = two[number as usize % 2].clone();
        async move { store.take_ticket("a", FOR, at(1)).await }
    })
    .await;
    let given = answers
        .into_iter()
        .filter(|answer| answer.as_ref().unwrap().is_some());
    assert_eq!(given.count(), 1);
    two[1].close().await;
}

async fn a_ticket_is_replaced_as_it_was_read(store: &Fresh) {
    let first = ticket("a", Purpose::Device, None);
    store.create_ticket(&first).await.unwrap();
    let next = Ticket {
        owner: Some(id(7)),
        data: "{\"is\":\"let in\"}".into(),
        expires_at: at(90),
        version: 2,
        ..first.clone()
    };
    assert!(store.replace_ticket(&next, 1).await.unwrap());
    let late = Ticket {
        owner: Some(id(8)),
        version: 2,
        ..first
    };
    assert!(
        !store.replace_ticket(&late, 1).await.unwrap(),
        "it was written since"
    );
    let elsewhere = Ticket {
        hash: "b".into(),
        ..late
    };
    assert!(!store.replace_ticket(&elsewhere, 1).await.unwrap());
    assert_eq!(
        store.ticket("a", Purpose::Device, at(89)).await.unwrap(),
        Some(next)
    );
}

async fn those_for_a_purpose_are_told_until_they_expire(store: &Fresh) {
    for (hash, purpose, owner) in [
        ("a", FOR, Some(1)),
        ("b", Purpose::Invitation, Some(1)),
        ("c", FOR, None),
        ("d", FOR, Some(2)),
    ] {
        store.create_ticket(&ticket(hash, purpose, owner)).await.unwrap();
    }
    let told = async |now, limit| {
        let mut told = store.tickets_for(FOR, at(now), limit).await.unwrap();
        told.sort_by(|one, other| one.hash.cmp(&other.hash));
        told.into_iter().map(|ticket| ticket.hash).collect::<Vec<_>>()
    };
    assert_eq!(told(59, 10).await, ["a", "c", "d"]);
    assert_eq!(told(59, 2).await.len(), 2);
    assert!(told(60, 10).await.is_empty(), "they have expired");
    let whole = store.tickets_for(Purpose::Invitation, at(0), 10).await.unwrap();
    assert_eq!(whole, [ticket("b", Purpose::Invitation, Some(1))]);
}

async fn tickets_are_removed_that_expired_before_and_those_of_an_owner(store: &Fresh) {
    for (hash, purpose, owner) in [
        ("a", FOR, Some(1)),
        ("b", Purpose::VerifyEmail, Some(1)),
        ("c", FOR, Some(2)),
        ("d", FOR, None),
    ] {
        store.create_ticket(&ticket(hash, purpose, owner)).await.unwrap();
    }
    store.remove_tickets(at(60)).await.unwrap();
    let is_there = async |hash, purpose| store.ticket(hash, purpose, at(0)).await.unwrap().is_some();
    assert!(is_there("d", FOR).await, "it expires at that moment, not before");
    store.remove_tickets_of(id(1), Some(FOR)).await.unwrap();
    assert!(!is_there("a", FOR).await && is_there("b", Purpose::VerifyEmail).await);
    store.remove_tickets_of(id(1), None).await.unwrap();
    assert!(
        !is_there("b", Purpose::VerifyEmail).await && is_there("c", FOR).await && is_there("d", FOR).await
    );
    store.remove_tickets(at(61)).await.unwrap();
    assert!(!is_there("c", FOR).await && !is_there("d", FOR).await);
}

on_each_keeper!(migrated:
    a_ticket_is_found_for_its_purpose_until_it_expires,
    the_hash_of_another_ticket_is_taken,
    of_fifty_that_take_it_over_two_instances_one_is_given_it,
    a_ticket_is_replaced_as_it_was_read,
    those_for_a_purpose_are_told_until_they_expire,
    tickets_are_removed_that_expired_before_and_those_of_an_owner,
);
