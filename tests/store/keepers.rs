//! How a test gets a keeper of each kind on a database of its own, and how that is taken away again.

use std::ops::Deref;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt as _;
use rondo::store::Store;
use rondo::store::mongo::Mongo;
use rondo::store::sqlite::Sqlite;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::database::mongo_address;
use crate::memory::Memory;
use crate::values::at;

/// Makes a test of each case for each keeper. The cases of `unmigrated:` begin with an empty database,
/// those of `migrated:` with one that is ready. What only makes sense with a database names the keepers:
/// `sqlite, mongo; migrated:`.
macro_rules! on_each_keeper {
    ($start:ident: $($case:ident),+ $(,)?) => {
        on_each_keeper!(@ memory Memory $start: $($case),+);
        on_each_keeper!(sqlite, mongo; $start: $($case),+);
    };
    (sqlite, mongo; $start:ident: $($case:ident),+ $(,)?) => {
        on_each_keeper!(@ sqlite Sqlite $start: $($case),+);
        on_each_keeper!(mongo; $start: $($case),+);
    };
    (mongo; $start:ident: $($case:ident),+ $(,)?) => {
        on_each_keeper!(@ mongo Mongo $start: $($case),+);
    };
    (@ $keeper:ident $kind:ident $start:ident: $($case:ident),+) => {
        mod $keeper {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $case() {
                    $crate::keepers::$start($crate::keepers::Kind::$kind, super::$case).await;
                }
            )+
        }
    };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Memory,
    Sqlite,
    Mongo,
}

/// A keeper on a database that nobody else has.
pub struct Fresh {
    keeper: Arc<dyn Store>,
    place: Place,
}

/// Where its database is.
enum Place {
    Memory(Memory),
    Folder(TempDir),
    Server {
        address: String,
        /// Until the test has ended.
        _turn: MutexGuard<'static, ()>,
    },
}

/// The tests take turns at the MongoDB server, which is one process on one core: the limits of the keeper are those for a
/// server that does one test's work.
static TURN: Mutex<()> = Mutex::const_new(());

impl Deref for Fresh {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.keeper
    }
}

impl Fresh {
    /// A keeper on an empty database; `None` if this kind is left out on purpose.
    async fn new(kind: Kind) -> Option<Self> {
        let place = match kind {
            Kind::Memory => Place::Memory(Memory::default()),
            Kind::Sqlite => Place::Folder(TempDir::new().expect("a folder can be made")),
            Kind::Mongo => Place::Server {
                address: mongo_address()?,
                _turn: TURN.lock().await,
            },
        };
        let keeper = open(&place).await;
        Some(Self { keeper, place })
    }

    pub fn kind(&self) -> Kind {
        match self.place {
            Place::Memory(_) => Kind::Memory,
            Place::Folder(_) => Kind::Sqlite,
            Place::Server { .. } => Kind::Mongo,
        }
    }

    /// The keeper, to be given to a task.
    pub fn share(&self) -> Arc<dyn Store> {
        Arc::clone(&self.keeper)
    }

    /// Another keeper on the same database, as another process would open it.
    pub async fn open_again(&self) -> Arc<dyn Store> {
        open(&self.place).await
    }

    /// What a new process finds if this one dies now.
    pub async fn after_death(&self) -> (Arc<dyn Store>, Option<TempDir>) {
        let Place::Folder(folder) = &self.place else {
            return (self.open_again().await, None);
        };
        let copy = TempDir::new().expect("a folder can be made");
        for file in folder.path().read_dir().expect("the folder can be listed") {
            let file = file.expect("the folder can be listed");
            std::fs::copy(file.path(), copy.path().join(file.file_name())).expect("a file can be copied");
        }
        (open_sqlite(copy.path()), Some(copy))
    }

    /// The file of an SQLite database.
    pub fn db_file(&self) -> Option<std::path::PathBuf> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path().join(FILE)),
            _ => None,
        }
    }

    /// The address of a MongoDB database.
    pub fn address(&self) -> Option<&str> {
        match &self.place {
            Place::Server { address, .. } => Some(address),
            _ => None,
        }
    }

    async fn remove(self) {
        self.keeper.close().await;
        if let Place::Server { address, .. } = &self.place {
            let database = db_database(address).await;
            database.drop().await.expect("the test's database can be dropped");
            database.client().clone().shutdown().immediate(true).await;
        }
    }
}

/// Runs a case on an empty database, and takes that away even if it fails.
pub async fn unmigrated(kind: Kind, case: impl AsyncFnOnce(&Fresh)) {
    let Some(fresh) = Fresh::new(kind).await else {
        return;
    };
    match AssertUnwindSafe(case(&fresh)).catch_unwind().await {
        Ok(()) => fresh.remove().await,
        Err(panic) => {
            // Whatever goes wrong now would only hide what went wrong first.
            let _ = AssertUnwindSafe(fresh.remove()).catch_unwind().await;
            resume_unwind(panic);
        }
    }
}

/// Runs a case on a database that is ready.
pub async fn migrated(kind: Kind, case: impl AsyncFnOnce(&Fresh)) {
    let ready = async |fresh: &Fresh| {
        fresh
            .migrate(at(0))
            .await
            .expect("an empty database can be migrated");
        case(fresh).await;
    };
    unmigrated(kind, ready).await;
}

async fn open(place: &Place) -> Arc<dyn Store> {
    match place {
        Place::Memory(memory) => Arc::new(memory.clone()),
        Place::Folder(folder) => open_sqlite(folder.path()),
        Place::Server { address, .. } => {
            Arc::new(Mongo::connect(address).await.expect("the server can be reached"))
        }
    }
}

const FILE: &str = "rondo.db";

fn open_sqlite(folder: &Path) -> Arc<dyn Store> {
    Arc::new(Sqlite::open(&folder.join(FILE)).expect("the database can be opened"))
}

/// The MongoDB database, behind the keeper's back.
pub async fn db_database(address: &str) -> mongodb::Database {
    let client = mongodb::Client::with_uri_str(address)
        .await
        .expect("the server can be reached");
    client.default_database().expect("the address names a database")
}
