-- Says that an operator is there, or with null that they have left. Tells whether that is news, and who else is there.
CREATE OR REPLACE FUNCTION opchat.attend(
    p_user_id bigint, p_bot_type text, p_operator text, p_presence text, p_lasting interval, p_now timestamptz,
    OUT changed boolean, OUT colleagues jsonb
)
LANGUAGE plpgsql AS $$
DECLARE
    v_before text;
BEGIN
    SELECT presence INTO v_before FROM opchat.presence
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND operator = p_operator AND expires_at > p_now;
    IF p_presence IS NULL THEN
        DELETE FROM opchat.presence WHERE user_id = p_user_id AND bot_type = p_bot_type AND operator = p_operator;
        changed := v_before IS NOT NULL;
    ELSE
        INSERT INTO opchat.presence (user_id, bot_type, operator, presence, expires_at)
        SELECT user_id, bot_type, p_operator, p_presence, p_now + p_lasting
        FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type
        ON CONFLICT (user_id, bot_type, operator)
            DO UPDATE SET presence = excluded.presence, expires_at = excluded.expires_at;
        changed := FOUND AND v_before IS DISTINCT FROM p_presence;
    END IF;

    DELETE FROM opchat.presence WHERE (user_id, bot_type, operator) IN
        (SELECT user_id, bot_type, operator FROM opchat.presence WHERE expires_at <= p_now FOR UPDATE SKIP LOCKED);
    SELECT coalesce(jsonb_agg(jsonb_build_array(operator, presence) ORDER BY operator COLLATE "C"), '[]')
    INTO colleagues FROM opchat.presence
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND operator <> p_operator AND expires_at > p_now;
END
$$;
