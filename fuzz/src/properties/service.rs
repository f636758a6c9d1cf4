//! Real services on an embedded database, with a clock that stands still.

use std::sync::Arc;

use rondo::app::{self, Migrate};
use rondo::clock::{Source, System};
use rondo::config::{Config, Flags, Layers};
use rondo::model::{Caller, Role, Timestamp};
use rondo::service::Services;
use rondo::service::accounts::NewUser;
use rondo::service::audit::By;
use rondo::service::sessions::{Client, SignIn, SignedIn};
use rondo::store::Store;
use tokio::runtime::Runtime;

/// Nothing that is made ends while it is looked at.
pub struct Still(System);

impl Source for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000)
    }

    fn fill(&self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }
}

/// A database, and what asks it.
pub struct World {
    pub runtime: Runtime,
    store: Arc<dyn Store>,
    folder: tempfile::TempDir,
}

impl World {
    /// An empty one.
    ///
    /// # Panics
    /// If it cannot be made, as all here.
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = config(&folder, "RS256");
        let source = Still(System::default());
        let opened = app::open_migrated_store(&config, Migrate::Always, &source);
        let store = runtime.block_on(opened).expect("a database");
        Self {
            runtime,
            store,
            folder,
        }
    }

    /// Services that sign with this algorithm. Keys of before verify, too.
    pub fn services(&self, algorithm: &str) -> Arc<Services> {
        let source = Arc::new(Still(System::default()));
        let config = config(&self.folder, algorithm);
        let built = app::build_services(&config, Arc::clone(&self.store), source);
        self.runtime.block_on(built).expect("services")
    }

    /// Somebody new, signed in.
    pub fn person(&self, services: &Services, email: &str, role: Role) -> (SignedIn, Caller) {
        let password = "correct horse battery";
        let new = NewUser {
            name: "Somebody".into(),
            email: email.parse().expect("an address"),
            password: password.into(),
            role,
        };
        let client = Client {
            address: "127.0.0.1".into(),
            device: "a device".into(),
            request_id: "a-request".into(),
        };
        self.runtime.block_on(async {
            services
                .accounts
                .create(By::operator(), new, "/password")
                .await
                .expect("an account");
            let signed_in = services.sessions.sign_in(email, password, false, &client).await;
            let SignIn::Done(signed_in) = signed_in.expect("the password is right") else {
                panic!("there is no second factor");
            };
            let caller = services
                .tokens
                .authenticate(&signed_in.access_token, &client)
                .await;
            (*signed_in, caller.expect("its token counts"))
        })
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

fn config(folder: &tempfile::TempDir, algorithm: &str) -> Config {
    let data_dir = folder.path().to_str().expect("a plain path");
    let variables = [
        ("ENV", "test"),
        ("DB", &format!("sqlite:{data_dir}/rondo.db")),
        ("RONDO_DATA_DIR", data_dir),
        ("RONDO_PUBLIC_URL", "http://rondo.test"),
        ("RONDO_TOKEN_ALGORITHM", algorithm),
        ("RONDO_BCRYPT_COST", "10"),
    ];
    Layers::of_variables(&variables)
        .config(&Flags::default())
        .expect("sound settings")
}
