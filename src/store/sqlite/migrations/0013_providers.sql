-- Sessions that began with a sign-in at an OpenID provider, and when it was last proved whose a session is.
ALTER TABLE sessions ADD COLUMN authenticated_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET authenticated_at = created_at;
ALTER TABLE sessions ADD COLUMN provider TEXT;
ALTER TABLE sessions ADD COLUMN provider_issuer TEXT;
ALTER TABLE sessions ADD COLUMN provider_subject TEXT;
ALTER TABLE sessions ADD COLUMN provider_sid TEXT;

CREATE INDEX sessions_of_provider ON sessions (provider_issuer, provider_subject)
    WHERE provider_issuer IS NOT NULL AND ended_at IS NULL;
CREATE INDEX sessions_of_provider_by_sid ON sessions (provider_issuer, provider_sid)
    WHERE provider_sid IS NOT NULL AND ended_at IS NULL;
