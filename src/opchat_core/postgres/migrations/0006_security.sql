-- What keeps strangers within bounds. Not logged: a crash may empty the table, and everybody begins anew.
--
-- A row is one allowance by the generic cell rate algorithm: tat, the "theoretical arrival time", is when it is whole
-- again. An allowance of n for a time t is charged t/n for each action, and lets one pass while tat is less than t - t/n
-- ahead. One timestamp is thus all that a limit needs, and an allowance that is whole needs no row.

CREATE UNLOGGED TABLE opchat.rate_limits (
    key bytea PRIMARY KEY,
    tat timestamptz NOT NULL
) WITH (fillfactor = 50); -- room for the next version of a row beside it

-- Logins of browsers. A session of an earlier version of its operator is over: one update ends them all, and also the one
-- that begins at that moment.

CREATE TABLE opchat.sessions (
    token_hash      bytea PRIMARY KEY,
    operator_id     bigint NOT NULL REFERENCES opchat.operators ON DELETE CASCADE,
    session_version integer NOT NULL,
    created_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL
);

ALTER TABLE opchat.operators
    ADD COLUMN role text NOT NULL DEFAULT 'operator' CHECK (role IN ('operator', 'admin'));

ALTER TABLE opchat.api_tokens
    ADD COLUMN token_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN label text NOT NULL DEFAULT '',
    ADD COLUMN used_at timestamptz;

-- Who did what, and about whom; written in the transaction of what was done. No foreign keys: it outlives what it names.
CREATE TABLE opchat.audit_log (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text,
    action   text NOT NULL,
    subject  text
);
