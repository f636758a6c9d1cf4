-- The audit log. `actor` is the id of a user, or a word; `details` is JSON.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    subject TEXT,
    details TEXT NOT NULL,
    address TEXT NOT NULL,
    device TEXT NOT NULL,
    request_id TEXT NOT NULL
) STRICT;

-- What was written stays as it is, whoever tries.
CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

-- One for each set of filters: a page is a range of it, read backwards.
CREATE INDEX audit_by_time ON audit (at, id);
CREATE INDEX audit_by_kind ON audit (kind, at, id);
CREATE INDEX audit_by_actor ON audit (actor, at, id);
CREATE INDEX audit_by_actor_kind ON audit (actor, kind, at, id);
CREATE INDEX audit_by_subject ON audit (subject, at, id);
CREATE INDEX audit_by_subject_kind ON audit (subject, kind, at, id);
CREATE INDEX audit_by_actor_subject ON audit (actor, subject, at, id);
CREATE INDEX audit_by_actor_subject_kind ON audit (actor, subject, kind, at, id);
