-- Gives a message that was kept raw the meaning that a later version of the program has found in it; what it was is kept as
-- an earlier version. Nothing where it is not one of these (any more): then somebody else has done it.
CREATE OR REPLACE FUNCTION opchat.reinterpret(
    p_user_id bigint, p_bot_type text, p_seq bigint,
    p_message_type text, p_message_text text, p_entities jsonb, p_media jsonb, p_payload jsonb, p_context jsonb,
    p_reply_to_telegram_message_id bigint, p_media_group_id text
) RETURNS SETOF opchat.chat_messages
LANGUAGE plpgsql AS $$
DECLARE
    v_chat opchat.user_data;
    v_message opchat.chat_messages;
    v_reply_to bigint;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    SELECT * INTO v_message FROM opchat.chat_messages
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq = p_seq
        AND message_type = 'unsupported' AND verified AND direction = 'in';
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO opchat.message_versions SELECT
        p_user_id, p_bot_type, p_seq, count(*) + 1, v_message.message_type, v_message.message_text, v_message.entities,
        v_message.media, v_message.payload, coalesce(v_message.edited_at, v_message.created_at)
    FROM opchat.message_versions WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq = p_seq;
    IF p_reply_to_telegram_message_id IS NOT NULL THEN
        v_reply_to := coalesce(v_message.reply_to, opchat.seq_of(p_user_id, p_bot_type, p_reply_to_telegram_message_id));
    END IF;
    UPDATE opchat.user_data SET revision = v_chat.revision + 1 WHERE user_id = p_user_id AND bot_type = p_bot_type;
    RETURN QUERY UPDATE opchat.chat_messages SET
        message_type = p_message_type, message_text = p_message_text, entities = p_entities, media = p_media,
        payload = p_payload, reply_to = v_reply_to, media_group_id = p_media_group_id,
        context = CASE WHEN v_reply_to IS NULL THEN p_context ELSE nullif(p_context - 'reply_to_message', '{}') END,
        revision = v_chat.revision + 1
    WHERE user_id = p_user_id AND bot_type = p_bot_type AND seq = p_seq
    RETURNING *;
END
$$;
