-- What Telegram tells around a message, and with what people react to it.
ALTER TABLE opchat.chat_messages
    ADD COLUMN context jsonb,
    ADD COLUMN reactions jsonb,
    ADD COLUMN reacted_at timestamptz;

-- list_unsupported: what a later version may understand.
CREATE INDEX chat_messages_unsupported ON opchat.chat_messages (user_id, bot_type, seq)
    WHERE message_type = 'unsupported' AND verified;

-- Takes the context of a message from now on.
DROP FUNCTION IF EXISTS opchat.receive(
    bigint, text, text, boolean, text, text, text, jsonb, jsonb, jsonb, bigint, bigint, bigint, text, timestamptz, boolean,
    text, text, text, text, text, text, text, interval, timestamptz
);
