-- What keeps strangers within bounds. Not logged: a crash may empty the table, and everybody begins anew.
--
-- A row is one allowance by the generic cell rate algorithm: tat, the "theoretical arrival time", is when it is whole
-- again. An allowance of n for a time t is charged t/n for each action, and lets one pass while tat is less than t - t/n
-- ahead. One timestamp is thus all that a limit needs, and an allowance that is whole needs no row.

CREATE UNLOGGED TABLE opchat.rate_limits (
    key bytea PRIMARY KEY,
    tat timestamptz NOT NULL
) WITH (fillfactor = 50); -- room for the next version of a row beside it

-- Charges every allowance, or none of them; returns how long to wait until all have something left, zero when charged.
CREATE FUNCTION opchat.charge(p_keys bytea[], p_every interval[], p_per interval[], p_now timestamptz) RETURNS interval
LANGUAGE plpgsql AS $$
DECLARE
    v_wait interval;
BEGIN
    -- Whoever is turned away is turned away without a lock and without a write: a flood leaves the others their pace.
    SELECT max(r.tat - c.per + c.every - p_now) INTO v_wait
    FROM unnest(p_keys, p_every, p_per) AS c (key, every, per) JOIN opchat.rate_limits AS r USING (key);
    IF v_wait > interval '0' THEN
        RETURN v_wait;
    END IF;

    -- In the order of the keys, here and below, so that no two callers wait for each other.
    INSERT INTO opchat.rate_limits (key, tat) SELECT key, p_now FROM unnest(p_keys) AS key ORDER BY key
        ON CONFLICT DO NOTHING;
    PERFORM FROM opchat.rate_limits WHERE key = ANY (p_keys) ORDER BY key FOR UPDATE;
    SELECT max(r.tat - c.per + c.every - p_now) INTO v_wait
    FROM unnest(p_keys, p_every, p_per) AS c (key, every, per) JOIN opchat.rate_limits AS r USING (key);
    IF v_wait > interval '0' THEN
        RETURN v_wait;
    END IF;
    UPDATE opchat.rate_limits AS r SET tat = greatest(r.tat, p_now) + c.every
    FROM unnest(p_keys, p_every) AS c (key, every) WHERE r.key = c.key;

    IF random() < 0.001 THEN -- seldom enough to cost nothing, often enough for the table to stay small
        DELETE FROM opchat.rate_limits WHERE key IN
            (SELECT key FROM opchat.rate_limits WHERE tat < p_now FOR UPDATE SKIP LOCKED);
    END IF;
    RETURN interval '0';
END
$$;

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

-- Sessions that are over go now and then: whenever one begins.
CREATE FUNCTION opchat.start_session(
    p_token_hash bytea, p_operator_id bigint, p_session_version integer, p_lifetime interval, p_now timestamptz
) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM opchat.sessions AS s USING opchat.operators AS o
    WHERE s.operator_id = o.operator_id AND (s.expires_at <= p_now OR s.session_version < o.session_version);

    INSERT INTO opchat.sessions (token_hash, operator_id, session_version, created_at, seen_at, expires_at)
    VALUES (p_token_hash, p_operator_id, p_session_version, p_now, p_now, p_now + p_lifetime);
$$;

-- Finds whose a session is, while it is good. That it was seen is noted once a minute, so that reading seldom writes, and
-- not at all where nothing can be written: an operator may read from a standby.
CREATE FUNCTION opchat.operator_of_session(p_token_hash bytea, p_now timestamptz) RETURNS SETOF opchat.operators
LANGUAGE plpgsql AS $$
DECLARE
    v_session opchat.sessions;
BEGIN
    SELECT * INTO v_session FROM opchat.sessions WHERE token_hash = p_token_hash AND expires_at > p_now;
    IF v_session.seen_at < p_now - interval '1 minute' AND current_setting('transaction_read_only') = 'off' THEN
        UPDATE opchat.sessions SET seen_at = p_now WHERE token_hash = p_token_hash;
    END IF;
    RETURN QUERY SELECT o.* FROM opchat.operators AS o
        WHERE o.operator_id = v_session.operator_id AND o.session_version = v_session.session_version
            AND o.disabled_at IS NULL;
END
$$;

ALTER TABLE opchat.operators
    ADD COLUMN role text NOT NULL DEFAULT 'operator' CHECK (role IN ('operator', 'admin'));

ALTER TABLE opchat.api_tokens
    ADD COLUMN token_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD COLUMN label text NOT NULL DEFAULT '',
    ADD COLUMN used_at timestamptz;

-- The same for API tokens.
CREATE FUNCTION opchat.operator_of_token(p_token_hash bytea, p_now timestamptz) RETURNS SETOF opchat.operators
LANGUAGE plpgsql AS $$
DECLARE
    v_token opchat.api_tokens;
BEGIN
    SELECT * INTO v_token FROM opchat.api_tokens
    WHERE token_hash = p_token_hash AND (expires_at IS NULL OR expires_at > p_now);
    IF FOUND AND coalesce(v_token.used_at < p_now - interval '1 minute', true)
        AND current_setting('transaction_read_only') = 'off'
    THEN
        UPDATE opchat.api_tokens SET used_at = p_now WHERE token_hash = p_token_hash;
    END IF;
    RETURN QUERY SELECT o.* FROM opchat.operators AS o
        WHERE o.operator_id = v_token.operator_id AND o.disabled_at IS NULL;
END
$$;

-- Who did what, and about whom; written in the transaction of what was done. No foreign keys: it outlives what it names.
CREATE TABLE opchat.audit_log (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    actor    text,
    action   text NOT NULL,
    subject  text
);
