-- The secret address of a person's calendar: a hash of it, and since when there is one. Set together.
ALTER TABLE users ADD COLUMN calendar TEXT;
ALTER TABLE users ADD COLUMN calendar_at INTEGER;
