-- What is told of shared lists: which lists a to-do was in before, a JSON array of their ids, the latest last; and in
-- list_members those whom a list was shared with before, by the role 'left'.
ALTER TABLE todos ADD COLUMN left_lists TEXT NOT NULL DEFAULT '[]';
