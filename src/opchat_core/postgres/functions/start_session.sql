-- Sessions that are over go now and then: whenever one begins.
CREATE OR REPLACE FUNCTION opchat.start_session(
    p_token_hash bytea, p_operator_id bigint, p_session_version integer, p_lifetime interval, p_now timestamptz
) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM opchat.sessions AS s USING opchat.operators AS o
    WHERE s.operator_id = o.operator_id AND (s.expires_at <= p_now OR s.session_version < o.session_version);

    INSERT INTO opchat.sessions (token_hash, operator_id, session_version, created_at, seen_at, expires_at)
    VALUES (p_token_hash, p_operator_id, p_session_version, p_now, p_now, p_now + p_lifetime);
$$;
