-- Requests that are to be done once. `key` and `request` are hashes, `answer` is NULL while there is none.
CREATE TABLE attempts (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    resource TEXT NOT NULL,
    holder TEXT NOT NULL,
    locked_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    answer BLOB,
    PRIMARY KEY (owner, key)
) STRICT;

CREATE INDEX attempts_expiring ON attempts (expires_at);
