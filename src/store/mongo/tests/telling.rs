//! Who is told what was written: by a change stream, and without one.

use std::time::Duration;

use bson::doc;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use super::outages::Failing;
use super::{Trial, at, id, on_database, todo};
use crate::model::{Fate, List};
use crate::store::mongo::Mongo;
use crate::store::{Feed, Lists, Reminders as _, Todos, Touched, Upkeep};

/// Longer than any telling takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until this is told.
async fn told(watching: &mut Receiver<Touched>, what: Touched) {
    let told = timeout(PATIENCE, async {
        while watching.recv().await.expect("few are told") != what {}
    });
    told.await.unwrap_or_else(|_| panic!("{what:?} is told"));
}

/// Waits until the writes of another process are told.
async fn tells_of_others(watching: &mut Receiver<Touched>, other: &Mongo, first: u8) {
    let mut number = first;
    loop {
        other.create_todo(&todo(id(7), number)).await.unwrap();
        number += 1;
        let named = async { while watching.recv().await.expect("few are told") != Touched::Owner(id(7)) {} };
        if timeout(Duration::from_secs(1), named).await.is_ok() {
            return;
        }
        assert!(number < first + 30, "the writes of others are told");
    }
}

#[tokio::test]
async fn a_server_without_change_streams_leaves_each_process_its_own_writes() {
    on_database("a_server_without_change_streams", async |trial| {
        let (keeper, other) = (trial.ready().await, another(trial).await);
        let data = doc! { "failCommands": ["aggregate"], "errorCode": 40_573 };
        let failing = Failing::on(trial, "alwaysOn", data).await;
        let mut watching = keeper.watch();
        // The one attempt has been made.
        told(&mut watching, Touched::Everybody).await;
        failing.off().await;
        let own = todo(id(1), 1);
        keeper.create_todo(&own).await.unwrap();
        told(&mut watching, Touched::Owner(id(1))).await;
        keeper
            .create_todos(&[todo(id(2), 3), todo(id(2), 4)])
            .await
            .unwrap();
        told(&mut watching, Touched::Owner(id(2))).await;
        let trashed = crate::model::Todo {
            deleted_at: Some(at(1)),
            version: 2,
            ..own
        };
        assert!(keeper.replace_todo(&trashed, 1).await.unwrap());
        told(&mut watching, Touched::Owner(id(1))).await;
        let mut list = List::new(id(5), id(3), "A list".into(), at(1));
        keeper.create_list(&list).await.unwrap();
        told(&mut watching, Touched::Owner(id(3))).await;
        list.erase(Fate::Inbox, at(2));
        list.version = 2;
        assert!(keeper.replace_list(&list, 1).await.unwrap());
        told(&mut watching, Touched::Owner(id(3))).await;
        let moment = "2027-01-02T03:04:05Z".parse().unwrap();
        let reminding = crate::model::Todo {
            reminder: "2027-01-02T03:04:05Z".parse().ok(),
            ..todo(id(4), 6)
        };
        keeper.create_todo(&reminding).await.unwrap();
        told(&mut watching, Touched::Owner(id(4))).await;
        let due = keeper.due_reminders(moment, 1).await.unwrap();
        assert!(keeper.claim_reminder(due[0], None).await.unwrap());
        told(&mut watching, Touched::Owner(id(4))).await;
        other.create_todo(&todo(id(7), 2)).await.unwrap();
        assert!(keeper.purge_todo(id(1), id(1), at(2)).await.unwrap());
        // The next that is told: of another process's write nothing came, and another attempt was not made.
        let next = timeout(PATIENCE, watching.recv()).await.unwrap();
        assert_eq!(next.unwrap(), Touched::Owner(id(1)));
        keeper.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_stream_that_breaks_off_begins_anew_and_everybody_looks() {
    on_database("a_change_stream_that_breaks_off", async |trial| {
        let (keeper, other) = (trial.ready().await, another(trial).await);
        let mut watching = keeper.watch();
        told(&mut watching, Touched::Everybody).await;
        tells_of_others(&mut watching, &other, 100).await;
        // Too much was written for it to be resumed (286), and nothing else can be begun for a while.
        let data = doc! { "failCommands": ["getMore", "aggregate"], "errorCode": 286 };
        let failing = Failing::on(trial, "alwaysOn", data).await;
        let mut watching = keeper.watch();
        told(&mut watching, Touched::Everybody).await;
        // Meanwhile it tells of its own.
        keeper.create_todo(&todo(id(1), 1)).await.unwrap();
        told(&mut watching, Touched::Owner(id(1))).await;
        failing.off().await;
        tells_of_others(&mut watching, &other, 200).await;
        keeper.close().await;
        other.close().await;
    })
    .await;
}

/// Another process, which no fail point meets.
async fn another(trial: &Trial) -> Mongo {
    let address = trial.address.replace("appName=", "appName=another-");
    assert_ne!(address, trial.address);
    Mongo::connect(&address).await.expect("the server can be reached")
}
