-- Lists. Of one that was deleted only owner, id, stamp and `fate` mean anything: what becomes of its to-dos, NULL
-- once that was seen to.
CREATE TABLE lists (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    color TEXT,
    archived INTEGER NOT NULL,
    position TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    fate TEXT,
    version INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT;

CREATE INDEX lists_by_position ON lists (owner, position, id) WHERE deleted_at IS NULL;
-- What changed since.
CREATE INDEX lists_changed ON lists (owner, stamp);
CREATE INDEX lists_deleted ON lists (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX lists_leaving ON lists (deleted_at) WHERE fate IS NOT NULL;
