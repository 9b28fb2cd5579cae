-- Finds whose a session is, while it is good. That it was seen is noted once a minute, so that reading seldom writes, and
-- not at all where nothing can be written: an operator may read from a standby.
CREATE OR REPLACE FUNCTION opchat.operator_of_session(p_token_hash bytea, p_now timestamptz) RETURNS SETOF opchat.operators
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
