-- Reminders of to-dos, the daily digest, and the mails that they go out by. `remind_at` follows from the other
-- columns: NULL where nothing is to be told.
ALTER TABLE todos ADD COLUMN reminder TEXT;
ALTER TABLE todos ADD COLUMN remind_at INTEGER;
ALTER TABLE todos ADD COLUMN reminded_at INTEGER;
CREATE INDEX todos_reminding ON todos (remind_at, id) WHERE remind_at IS NOT NULL;

ALTER TABLE users ADD COLUMN digest TEXT;
ALTER TABLE users ADD COLUMN digest_at INTEGER;
CREATE INDEX users_digesting ON users (digest_at, id) WHERE digest_at IS NOT NULL;

-- What a mail is about, and not what stands in it. `next_try` is NULL once it is done.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    about TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    holder TEXT,
    next_try INTEGER,
    done_at INTEGER
) STRICT;

CREATE INDEX mails_waiting ON mails (next_try, id) WHERE next_try IS NOT NULL;
CREATE INDEX mails_done ON mails (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX mails_of ON mails (owner);
