-- Which to-dos have a tag. It follows from `tags` and `state` of the to-do, and is written with them. What is no list of
-- texts has none here.
CREATE TABLE todo_tags (
    owner TEXT NOT NULL,
    tag TEXT NOT NULL,
    state INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (owner, tag, state, id)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO todo_tags (owner, tag, state, id)
SELECT owner, value, state, todos.id
FROM todos, json_each(iif(json_valid(tags), tags, '[]'))
WHERE type = 'text'
ORDER BY owner, todos.id;
