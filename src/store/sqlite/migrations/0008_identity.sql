-- What is good once and for a while. `data` is JSON.
CREATE TABLE tickets (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    owner TEXT,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tickets_expiring ON tickets (expires_at);
CREATE INDEX tickets_of ON tickets (owner) WHERE owner IS NOT NULL;

-- To which program a session belongs; what its tokens are held to, NULL where that is all that the role allows; and
-- of an API token its name, and SHA-256 of its secret in hexadecimal digits.
ALTER TABLE sessions ADD COLUMN client TEXT NOT NULL DEFAULT 'rondo';
ALTER TABLE sessions ADD COLUMN scopes TEXT;
ALTER TABLE sessions ADD COLUMN token_name TEXT;
ALTER TABLE sessions ADD COLUMN token_hash TEXT;
