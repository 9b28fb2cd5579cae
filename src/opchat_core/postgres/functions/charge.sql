-- Charges every allowance, or none of them; returns how long to wait until all have something left, zero when charged.
CREATE OR REPLACE FUNCTION opchat.charge(p_keys bytea[], p_every interval[], p_per interval[], p_now timestamptz) RETURNS interval
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
