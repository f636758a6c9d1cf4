-- Whom a list is shared with. `place` is their order.
CREATE TABLE list_members (
    owner TEXT NOT NULL,
    list_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (owner, list_id, user_id),
    FOREIGN KEY (owner, list_id) REFERENCES lists (owner, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX list_members_user ON list_members (user_id, owner, list_id);
