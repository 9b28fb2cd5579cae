-- Stores a message. The outcome is one of
--   stored     a new row
--   duplicate  it was there; nothing changed
--   edited     it was there and has a new version; the one before is kept. Of a live location the first position is
--              kept, and then only the newest: it comes every few seconds, for hours
--   future     refused: it claims to be from more than five minutes ahead
CREATE OR REPLACE FUNCTION opchat.receive(
    p_user_id bigint, p_bot_type text, p_direction text, p_verified boolean, p_operator text,
    p_message_type text, p_message_text text, p_entities jsonb, p_media jsonb, p_payload jsonb,
    p_telegram_message_id bigint, p_update_id bigint, p_reply_to_telegram_message_id bigint, p_media_group_id text,
    p_created_at timestamptz, p_edited boolean,
    p_first_name text, p_last_name text, p_username text, p_language_code text,
    p_folded_first_name text, p_folded_last_name text, p_folded_username text,
    p_reopen_within interval, p_now timestamptz, p_context jsonb
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := coalesce(p_now, clock_timestamp());
    v_created_at timestamptz := coalesce(p_created_at, v_now);
    v_user opchat.users;
    v_chat opchat.user_data;
    v_incoming boolean := p_direction = 'in';
    v_update_id bigint := CASE WHEN p_direction = 'in' AND p_telegram_message_id IS NULL THEN p_update_id END;
    v_known boolean;
    v_version integer;
    v_moves boolean; -- one more position of a live location
    v_reply_to bigint;
    v_reopens boolean;
BEGIN
    IF v_created_at > v_now + interval '5 minutes' THEN
        outcome := 'future';
        RETURN NEXT;
        RETURN;
    END IF;

    -- The chat's row is locked first, then its counter, then the user's, here as in forget_chat. A chat that is not new has
    -- its user; the user of a new one may be new too, or be forgotten just now with the last chat before it: hold on to the
    -- row, or make it.
    v_chat := opchat.lock_chat(p_user_id, p_bot_type, v_created_at);
    WHILE v_chat.last_seq = 0 LOOP
        PERFORM FROM opchat.users WHERE user_id = p_user_id FOR KEY SHARE;
        EXIT WHEN FOUND;
        INSERT INTO opchat.users (
            user_id, first_name, last_name, username, language_code,
            folded_first_name, folded_last_name, folded_username, verified, created_at
        ) VALUES (
            p_user_id, nullif(p_first_name, ''), nullif(p_last_name, ''), nullif(p_username, ''),
            nullif(p_language_code, ''), coalesce(p_folded_first_name, ''), coalesce(p_folded_last_name, ''),
            coalesce(p_folded_username, ''), p_verified, v_now
        ) ON CONFLICT (user_id) DO NOTHING;
        EXIT WHEN FOUND;
    END LOOP;
    SELECT * INTO v_user FROM opchat.users WHERE user_id = p_user_id;

    -- Has it been stored before?
    IF p_telegram_message_id IS NOT NULL THEN
        IF v_incoming THEN
            SELECT * INTO message FROM opchat.chat_messages AS m
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.direction = 'in'
                AND m.telegram_message_id = p_telegram_message_id AND m.verified = p_verified;
        ELSE
            SELECT * INTO message FROM opchat.chat_messages AS m
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.direction = 'out'
                AND m.telegram_message_id = p_telegram_message_id
            ORDER BY m.seq LIMIT 1;
        END IF;
    ELSIF v_update_id IS NOT NULL THEN
        SELECT * INTO message FROM opchat.chat_messages AS m
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.update_id = v_update_id
            AND m.verified = p_verified;
    END IF;
    v_known := message.seq IS NOT NULL;
    v_moves := message.message_type = 'location' AND p_message_type = 'location' AND message.edited_at IS NOT NULL
        AND coalesce(message.payload ? 'live_period', false);
    IF v_known AND (
        NOT p_edited
        OR v_moves AND v_created_at < message.edited_at -- where the user was before
        OR (message.message_type, message.message_text, message.entities, message.media, message.payload)
            IS NOT DISTINCT FROM (p_message_type, p_message_text, p_entities, p_media, p_payload)
        OR EXISTS ( -- the same edit, delivered again after a newer one
            SELECT FROM opchat.message_versions AS v
            WHERE v.user_id = p_user_id AND v.bot_type = p_bot_type AND v.seq = message.seq
                AND v.written_at = v_created_at AND v.message_text = p_message_text
        )
    ) THEN
        outcome := 'duplicate';
        RETURN NEXT;
        RETURN;
    END IF;

    v_reopens := NOT v_known AND v_incoming AND v_chat.operator_chat_status = 'closed'
        AND (p_reopen_within IS NULL OR v_chat.closed_at > v_now - p_reopen_within);
    IF v_reopens THEN
        PERFORM opchat.count_chat(p_bot_type, p_user_id, 1, -1);
    END IF;

    -- NULL leaves a name as it is, '' clears it. Nothing is written when nothing changes.
    IF (p_verified OR NOT v_user.verified) AND (
        (p_verified AND NOT v_user.verified)
        OR p_first_name IS NOT NULL AND nullif(p_first_name, '') IS DISTINCT FROM v_user.first_name
        OR p_last_name IS NOT NULL AND nullif(p_last_name, '') IS DISTINCT FROM v_user.last_name
        OR p_username IS NOT NULL AND nullif(p_username, '') IS DISTINCT FROM v_user.username
        OR p_language_code IS NOT NULL AND nullif(p_language_code, '') IS DISTINCT FROM v_user.language_code
    ) THEN
        -- The condition is checked again on the row as it is now: somebody may have verified it meanwhile.
        UPDATE opchat.users AS u SET
            first_name = nullif(coalesce(p_first_name, u.first_name), ''),
            last_name = nullif(coalesce(p_last_name, u.last_name), ''),
            username = nullif(coalesce(p_username, u.username), ''),
            language_code = nullif(coalesce(p_language_code, u.language_code), ''),
            folded_first_name = coalesce(p_folded_first_name, u.folded_first_name),
            folded_last_name = coalesce(p_folded_last_name, u.folded_last_name),
            folded_username = coalesce(p_folded_username, u.folded_username),
            verified = u.verified OR p_verified
        WHERE u.user_id = p_user_id AND (p_verified OR NOT u.verified);
    END IF;

    IF v_known THEN
        outcome := 'edited';
        SELECT count(*) + 1 INTO v_version FROM opchat.message_versions AS v
        WHERE v.user_id = p_user_id AND v.bot_type = p_bot_type AND v.seq = message.seq;
        IF v_created_at < message.edited_at THEN -- an edit from before the last one, come late: one more earlier version
            INSERT INTO opchat.message_versions VALUES (
                p_user_id, p_bot_type, message.seq, v_version, p_message_type, p_message_text, p_entities,
                p_media, p_payload, v_created_at
            );
            UPDATE opchat.chat_messages AS m SET revision = v_chat.revision + 1
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = message.seq
            RETURNING * INTO message;
        ELSE
            INSERT INTO opchat.message_versions SELECT
                p_user_id, p_bot_type, message.seq, v_version, message.message_type, message.message_text,
                message.entities, message.media, message.payload, coalesce(message.edited_at, message.created_at)
            WHERE NOT v_moves;
            UPDATE opchat.chat_messages AS m SET
                message_type = p_message_type, message_text = p_message_text, entities = p_entities,
                media = p_media, payload = p_payload, edited_at = v_created_at, revision = v_chat.revision + 1
            WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = message.seq
            RETURNING * INTO message;
        END IF;
        UPDATE opchat.user_data SET revision = v_chat.revision + 1
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
        RETURN NEXT;
        RETURN;
    END IF;

    outcome := 'stored';
    IF p_reply_to_telegram_message_id IS NOT NULL THEN
        v_reply_to := opchat.seq_of(p_user_id, p_bot_type, p_reply_to_telegram_message_id);
    END IF;
    INSERT INTO opchat.chat_messages (
        user_id, bot_type, seq, direction, verified, message_type, message_text, entities, media, payload,
        context, telegram_message_id, update_id, reply_to, media_group_id, created_at, edited_at, operator, revision,
        delivery_status
    ) VALUES (
        p_user_id, p_bot_type, v_chat.last_seq + 1, p_direction, p_verified, p_message_type, p_message_text,
        p_entities, p_media, p_payload,
        CASE WHEN v_reply_to IS NULL THEN p_context ELSE nullif(p_context - 'reply_to_message', '{}') END,
        p_telegram_message_id, v_update_id, v_reply_to, p_media_group_id, v_created_at,
        CASE WHEN p_edited THEN v_created_at END,
        CASE WHEN NOT v_incoming THEN p_operator END, v_chat.revision + 1,
        CASE WHEN NOT v_incoming THEN 'sent' END
    ) RETURNING * INTO message;

    UPDATE opchat.user_data SET
        last_seq = v_chat.last_seq + 1,
        revision = v_chat.revision + 1,
        unread_count = v_chat.unread_count + v_incoming::integer,
        last_message_at = greatest(v_chat.last_message_at, v_created_at),
        blocked_by_user = v_chat.blocked_by_user AND NOT (v_incoming AND p_verified),
        operator_chat_status = CASE WHEN v_reopens THEN 'open' ELSE v_chat.operator_chat_status END,
        closed_at = CASE WHEN NOT v_reopens THEN v_chat.closed_at END
    WHERE user_id = p_user_id AND bot_type = p_bot_type;
    RETURN NEXT;
END
$$;
