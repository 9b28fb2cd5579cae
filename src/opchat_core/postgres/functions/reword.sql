-- Gives a message of a locked chat another text, and keeps what it said as one of its versions.
CREATE OR REPLACE FUNCTION opchat.reword(
    p_message opchat.chat_messages, p_text text, p_entities jsonb, p_now timestamptz, p_revision bigint
) RETURNS opchat.chat_messages
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO opchat.message_versions SELECT
        p_message.user_id, p_message.bot_type, p_message.seq, count(*) + 1, p_message.message_type,
        p_message.message_text, p_message.entities, p_message.media, p_message.payload,
        coalesce(p_message.edited_at, p_message.created_at)
    FROM opchat.message_versions AS v
    WHERE v.user_id = p_message.user_id AND v.bot_type = p_message.bot_type AND v.seq = p_message.seq;
    UPDATE opchat.chat_messages AS m SET
        message_text = p_text, entities = p_entities, edited_at = p_now, revision = p_revision
    WHERE m.user_id = p_message.user_id AND m.bot_type = p_message.bot_type AND m.seq = p_message.seq
    RETURNING * INTO p_message;
    RETURN p_message;
END
$$;
