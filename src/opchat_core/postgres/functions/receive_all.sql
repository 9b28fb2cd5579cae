-- Stores many messages in one commit, each as receive does it, and returns each outcome with the message's place.
--
-- Only what is ordinary is stored here: a message of a chat that is there and open. For any other the outcome is "alone"
-- and nothing happened: making or reopening a chat moves a counter, and a batch that held counters and rows of users at
-- once could wait for another in a circle. All chats are locked first, in one order, then users in one order.
CREATE OR REPLACE FUNCTION opchat.receive_all(p_messages jsonb, p_now timestamptz)
RETURNS TABLE (place integer, outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v record;
BEGIN
    FOR v IN
        WITH locked AS MATERIALIZED (
            SELECT c.user_id, c.bot_type, c.operator_chat_status FROM opchat.user_data AS c
            WHERE (c.user_id, c.bot_type) IN (
                SELECT m.user_id, m.bot_type FROM jsonb_to_recordset(p_messages) AS m (user_id bigint, bot_type text)
            )
            ORDER BY c.user_id, c.bot_type
            FOR UPDATE
        )
        SELECT m.*, coalesce(locked.operator_chat_status = 'open', false) AS is_ordinary
        FROM jsonb_to_recordset(p_messages) AS m (
            place integer, user_id bigint, bot_type text, direction text, verified boolean, operator text,
            message_type text, text text, entities jsonb, media jsonb, payload jsonb, context jsonb,
            telegram_message_id bigint, update_id bigint, reply_to_telegram_message_id bigint, media_group_id text,
            created_at timestamptz, edited boolean, first_name text, last_name text, username text, language_code text,
            folded_first_name text, folded_last_name text, folded_username text
        )
        LEFT JOIN locked ON locked.user_id = m.user_id AND locked.bot_type = m.bot_type
        ORDER BY m.user_id, m.bot_type, m.place -- which also has all chats locked before the first message is stored
    LOOP
        IF v.is_ordinary THEN
            RETURN QUERY SELECT v.place, r.outcome, r.message FROM opchat.receive(
                p_user_id => v.user_id, p_bot_type => v.bot_type, p_direction => v.direction,
                p_verified => v.verified, p_operator => v.operator, p_message_type => v.message_type,
                p_message_text => v.text, p_entities => v.entities, p_media => v.media, p_payload => v.payload,
                p_telegram_message_id => v.telegram_message_id, p_update_id => v.update_id,
                p_reply_to_telegram_message_id => v.reply_to_telegram_message_id,
                p_media_group_id => v.media_group_id, p_created_at => v.created_at, p_edited => v.edited,
                p_first_name => v.first_name, p_last_name => v.last_name, p_username => v.username,
                p_language_code => v.language_code, p_folded_first_name => v.folded_first_name,
                p_folded_last_name => v.folded_last_name, p_folded_username => v.folded_username,
                p_reopen_within => NULL, p_now => p_now, p_context => v.context
            ) AS r;
        ELSE
            place := v.place;
            outcome := 'alone';
            message := NULL;
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;
