-- To-dos with lists, parents, recurrence and a trash. `state` is 0 open, 1 done, 2 in the trash, 3 gone: it
-- follows from the other columns, and stands in every index that pages are read from, so that a page of what
-- is open costs nothing for what is done. Of one that is gone only owner, id, list and stamp mean anything.
CREATE TABLE todos_in_depth (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    state INTEGER NOT NULL,
    done INTEGER NOT NULL,
    completed_at INTEGER,
    due TEXT,
    time_zone TEXT,
    priority TEXT,
    list_id TEXT,
    parent_id TEXT,
    has_children INTEGER NOT NULL,
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
    recurrence TEXT,
    recurrence_from TEXT,
    recurrence_start TEXT,
    recurrence_completed_at INTEGER,
    tags TEXT NOT NULL,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    key_title TEXT NOT NULL,
    search TEXT NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT;

INSERT INTO todos_in_depth (owner, id, state, done, completed_at, due, time_zone, priority, has_children, position,
    created_at, updated_at, deleted_at, version, stamp, key_position, key_created, key_updated, key_due,
    key_priority, tags, title, notes, key_title, search)
SELECT owner, id, CASE WHEN deleted_at IS NOT NULL THEN 2 ELSE done END, done, completed_at, due, time_zone,
    priority, 0, position, created_at, updated_at, deleted_at, version, stamp, key_position, key_created,
    key_updated, key_due, key_priority, tags, title, notes, key_title, search
FROM todos;

DROP TABLE todos;
ALTER TABLE todos_in_depth RENAME TO todos;

-- A page is a range of one of these for each state that it shows, in either direction.
CREATE INDEX todos_by_position ON todos (owner, state, key_position, id);
CREATE INDEX todos_by_created ON todos (owner, state, key_created, id);
CREATE INDEX todos_by_updated ON todos (owner, state, key_updated, id);
CREATE INDEX todos_by_due ON todos (owner, state, key_due, id);
CREATE INDEX todos_by_priority ON todos (owner, state, key_priority, id);
CREATE INDEX todos_by_title ON todos (owner, state, key_title, id);
-- A list by hand, and what counts its open to-dos.
CREATE INDEX todos_in_list ON todos (owner, list_id, state, key_position, id);
-- The steps of a to-do.
CREATE INDEX todos_of_parent ON todos (owner, parent_id, state, key_position, id) WHERE parent_id IS NOT NULL;
-- What changed since.
CREATE INDEX todos_changed ON todos (owner, stamp);
CREATE INDEX todos_deleted ON todos (state, deleted_at) WHERE deleted_at IS NOT NULL;
