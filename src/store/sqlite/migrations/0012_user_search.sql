-- What administrators look in for parts of names and addresses; `fold` is the program's own.
ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE users SET search = fold(name || char(10) || coalesce(email, ''));

CREATE INDEX users_by_role ON users (role, disabled, id) WHERE deleted_at IS NULL;
