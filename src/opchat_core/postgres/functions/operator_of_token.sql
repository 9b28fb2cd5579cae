-- Finds whose an API token is, while it is good; notes its use as operator_of_session does.
CREATE OR REPLACE FUNCTION opchat.operator_of_token(p_token_hash bytea, p_now timestamptz) RETURNS SETOF opchat.operators
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
