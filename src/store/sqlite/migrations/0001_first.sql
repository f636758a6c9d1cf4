-- Ids are 24 hexadecimal digits, moments are milliseconds since 1970, UTC. Texts compare bytewise.
PRAGMA application_id = 0x526f6e64; -- "Rond"

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT,
    email_verified INTEGER NOT NULL,
    role TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    password TEXT,
    time_zone TEXT,
    language TEXT,
    week_start TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    epoch_at INTEGER,
    epoch_keep TEXT,
    deleted_at INTEGER,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX users_deleted ON users (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX users_revoked ON users (epoch_at) WHERE epoch_at IS NOT NULL;

-- What an account is found by: the primary key is what makes it unique in the installation.
CREATE TABLE identities (
    identity TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_of_user ON identities (user_id, place);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    turned_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    in_cookie INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user_id, created_at, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_expiring ON sessions (expires_at);

-- What is long and rarely asked for stands last: SQLite reads a row only as far as it must.
CREATE TABLE todos (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    done INTEGER NOT NULL,
    completed_at INTEGER,
    due TEXT,
    time_zone TEXT,
    priority TEXT,
    position TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    version INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    key_position TEXT NOT NULL,
    key_created TEXT NOT NULL,
    key_updated TEXT NOT NULL,
    key_due TEXT,
    key_priority TEXT,
    tags TEXT NOT NULL,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    key_title TEXT NOT NULL,
    search TEXT NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT;

-- A page is a range of one of these, in either direction. Deleted to-dos are not in them at all.
CREATE INDEX todos_by_position ON todos (owner, key_position, id) WHERE deleted_at IS NULL;
CREATE INDEX todos_by_created ON todos (owner, key_created, id) WHERE deleted_at IS NULL;
CREATE INDEX todos_by_updated ON todos (owner, key_updated, id) WHERE deleted_at IS NULL;
CREATE INDEX todos_by_due ON todos (owner, key_due, id) WHERE deleted_at IS NULL;
CREATE INDEX todos_by_priority ON todos (owner, key_priority, id) WHERE deleted_at IS NULL;
CREATE INDEX todos_by_title ON todos (owner, key_title, id) WHERE deleted_at IS NULL;
CREATE INDEX todos_deleted ON todos (deleted_at) WHERE deleted_at IS NOT NULL;

-- The stamp of the last write to a to-do: one row.
CREATE TABLE sequence (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    last INTEGER NOT NULL
) STRICT;

INSERT INTO sequence (only, last) VALUES (1, 0);

CREATE TABLE signing_keys (
    number INTEGER PRIMARY KEY,
    kid TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    sealed BLOB NOT NULL,
    public TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    counter TEXT PRIMARY KEY,
    value INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX counters_expiring ON counters (expires_at);
