-- Stores with what a user reacts to a message now. The outcome is one of
--   changed    it is another reaction than before
--   duplicate  nothing changed: it is the same, or older than what is known
--   missing    there is no such message
--   no_chat    there is no such chat
CREATE OR REPLACE FUNCTION opchat.react(
    p_user_id bigint, p_bot_type text, p_telegram_message_id bigint, p_reactions jsonb, p_reacted_at timestamptz,
    p_now timestamptz
) RETURNS TABLE (outcome text, message opchat.chat_messages)
LANGUAGE plpgsql AS $$
DECLARE
    v_reacted_at timestamptz := coalesce(p_reacted_at, p_now, clock_timestamp());
    v_chat opchat.user_data;
BEGIN
    SELECT * INTO v_chat FROM opchat.user_data WHERE user_id = p_user_id AND bot_type = p_bot_type FOR UPDATE;
    IF NOT FOUND THEN
        outcome := 'no_chat';
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT * INTO message FROM opchat.chat_messages AS m WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type
        AND m.seq = opchat.seq_of(p_user_id, p_bot_type, p_telegram_message_id);
    IF message.seq IS NULL THEN
        outcome := 'missing';
    ELSIF coalesce(message.reactions -> 'user', '[]') = p_reactions OR v_reacted_at < message.reacted_at THEN
        outcome := 'duplicate';
    ELSE
        outcome := 'changed';
        UPDATE opchat.chat_messages AS m SET
            reactions = coalesce(m.reactions, '{}') || jsonb_build_object('user', p_reactions),
            reacted_at = v_reacted_at, revision = v_chat.revision + 1
        WHERE m.user_id = p_user_id AND m.bot_type = p_bot_type AND m.seq = message.seq
        RETURNING * INTO message;
        UPDATE opchat.user_data SET revision = v_chat.revision + 1
        WHERE user_id = p_user_id AND bot_type = p_bot_type;
    END IF;
    RETURN NEXT;
END
$$;
