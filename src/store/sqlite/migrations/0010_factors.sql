-- The second factors of an account, in JSON; NULL where there are none. In one column, since all of it is read and written
-- with the account: that makes a code good once.
ALTER TABLE users ADD COLUMN factors TEXT;
