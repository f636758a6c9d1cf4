//! A folder in which the real binary runs, with nothing in its environment but what a test sets.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::common::{Database, Keeper};
use crate::server::{Server, wait_for_end};

/// The program under test.
pub const RONDO: &str = env!("CARGO_BIN_EXE_rondo");

/// The contract says five seconds for a start that fails; slack is threefold.
pub const FIVE_SECONDS: Duration = Duration::from_secs(15);

/// How long a command may take that does its work.
const COMMAND: Duration = Duration::from_secs(60);

/// A secret as an operator makes one.
pub const SECRET: &str = "qO4oIZzvN8JYx2bT5mKd0wLr7uPcEa93";
/// And another one.
pub const OTHER_SECRET: &str = "Zk8vQe1rTy6uHn3mWc9xLp4sBd7fGj2a";

/// A folder to run in, and what is set there.
pub struct Installation {
    folder: tempfile::TempDir,
    database: Option<Database>,
    variables: BTreeMap<String, String>,
    runs: AtomicU32,
}

impl Installation {
    /// An empty folder. Nothing is set but what makes tests quick: any port, cheap hashes and keys, no
    /// limits.
    pub fn empty() -> Self {
        let quick = [
            ("PORT", "0"),
            ("RONDO_BCRYPT_COST", "10"),
            ("RONDO_TOKEN_ALGORITHM", "ES256"),
            ("RONDO_SIGN_IN_LIMIT", "0"),
            ("RONDO_RATE_LIMIT", "0"),
        ];
        let variables = quick.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            database: None,
            variables: variables.into(),
            runs: AtomicU32::new(0),
        }
    }

    /// The same, over a database of its own of this kind; `None` if the kind was left out on purpose.
    pub fn on(keeper: Keeper) -> Option<Self> {
        let database = Database::fresh(keeper)?;
        let data_dir = database.data_dir.to_str().expect("a plain path").to_owned();
        let mut site = Self::empty();
        site.set("DB", &database.address);
        site.set("RONDO_DATA_DIR", &data_dir);
        site.database = Some(database);
        Some(site)
    }

    /// The same, over an embedded database.
    pub fn sqlite() -> Self {
        Self::on(Keeper::Sqlite).expect("an embedded database needs nothing")
    }

    /// A production that is complete, over an embedded database.
    pub fn production() -> Self {
        let mut site = Self::sqlite();
        site.make_production();
        site
    }

    /// Sets what a production must have, and where its log goes; it stops without waiting.
    pub fn make_production(&mut self) {
        let logs = self.path("logs").display().to_string();
        for (name, value) in [
            ("ENV", "production"),
            ("SECRET", SECRET),
            ("RONDO_PUBLIC_URL", "https://todo.example.org"),
            ("ROOT_PATH", &logs),
            ("RONDO_DRAIN_SECONDS", "0"),
        ] {
            self.set(name, value);
        }
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    pub fn variable(&self, name: &str) -> &str {
        &self.variables[name]
    }

    /// What `--db` takes for the database that this was made with.
    pub fn address(&self) -> &str {
        &self.database.as_ref().expect("a database of its own").address
    }

    /// The file of an embedded database, or `None` where there is none.
    pub fn database_file(&self) -> Option<PathBuf> {
        self.address().strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    /// The program with these arguments, in the folder; a test may change it before it runs.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(RONDO, arguments)
    }

    /// Another program in the place of ours: one that starts it in turn.
    pub fn command_of(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(&self.variables).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_command(self.command(arguments), "")
    }

    /// Runs a command to its end, with this on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        self.run_command(self.command(arguments), input)
    }

    pub fn run_command(&self, mut command: Command, input: &str) -> Ended {
        let (out, err) = self.outputs();
        command.stdin(Stdio::piped());
        command.stdout(create(&out)).stderr(create(&err));
        let started = Instant::now();
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A command that has ended, or does not ask, reads nothing: that is for its result to tell.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let status = wait_for_end(&mut child, COMMAND);
        Ended {
            code: status.code(),
            stdout: read(&out),
            stderr: read(&err),
            took: started.elapsed(),
        }
    }

    /// Starts a server and waits until it listens.
    pub fn serve(&self) -> Server {
        self.serve_with(&["serve"])
    }

    /// The same, with these arguments.
    pub fn serve_with(&self, arguments: &[&str]) -> Server {
        self.start(self.command(arguments)).until_it_listens()
    }

    /// Starts a server, and does not wait for anything.
    pub fn start(&self, mut command: Command) -> Server {
        let (out, err) = self.outputs();
        command.stdout(create(&out)).stderr(create(&err));
        Server::new(command.spawn().expect("the program starts"), err)
    }

    /// Makes an account as the operator does.
    pub fn add_user(&self, email: &str, password: &str) -> Ended {
        let ended = self.run_with(&["user", "add", "--email", email, "--password-stdin"], password);
        ended.succeeded();
        ended
    }

    /// Where the next run writes: standard output, and error.
    fn outputs(&self) -> (PathBuf, PathBuf) {
        let number = self.runs.fetch_add(1, Ordering::SeqCst);
        let folder = self.folder.path().join(".outputs");
        fs::create_dir_all(&folder).expect("a folder can be made");
        (
            folder.join(format!("{number}.out")),
            folder.join(format!("{number}.err")),
        )
    }
}

fn create(path: &Path) -> File {
    File::create(path).expect("a file can be made")
}

pub fn read(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Ended {
    /// It did its work; what it said.
    #[track_caller]
    pub fn succeeded(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        &self.stdout
    }

    /// It refused, in time, and in one line without secrets; that line. Before it there may be records
    /// of the log that tell of nothing wrong.
    #[track_caller]
    pub fn refusal(&self) -> &str {
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{self:?}");
        assert!(self.took < FIVE_SECONDS, "{self:?}");
        let (before, line) = self
            .stderr
            .trim_end()
            .rsplit_once('\n')
            .unwrap_or(("", self.stderr.trim_end()));
        assert!(line.starts_with("rondo: "), "{self:?}");
        let is_record = |line: &str| line.contains(" INFO ") || line.contains("\"level\":\"INFO\"");
        assert!(before.lines().all(is_record), "{self:?}");
        assert!(!self.stderr.contains("hunter2"), "{self:?}");
        assert!(
            !self
                .stderr
                .trim_end()
                .contains(|c: char| c.is_control() && c != '\n'),
            "{self:?}"
        );
        line
    }

    /// Its refusal has all of these words.
    #[track_caller]
    pub fn refuses_with(&self, words: &[&str]) {
        let line = self.refusal();
        for word in words {
            assert!(line.contains(word), "{word:?} is not in: {line}");
        }
    }
}
