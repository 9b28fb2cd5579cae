-- The table of messages as it is, and the least that could hold them: the columns of the contract, the place in the chat,
-- and the identity. Both are filled anew, so that neither has gaps.
CREATE SCHEMA least;
CREATE TABLE least.opchat (LIKE opchat.chat_messages INCLUDING ALL);
CREATE TABLE least.messages (
    user_id bigint NOT NULL, bot_type text NOT NULL, seq bigint NOT NULL, direction text NOT NULL,
    verified boolean NOT NULL, message_type text NOT NULL, message_text text NOT NULL, entities jsonb, media jsonb,
    payload jsonb, telegram_message_id bigint, reply_to bigint, media_group_id text, created_at timestamptz NOT NULL,
    edited_at timestamptz, deleted_at timestamptz, operator text, client_message_id text, revision bigint NOT NULL,
    delivery_status text, PRIMARY KEY (user_id, bot_type, seq)
);
CREATE UNIQUE INDEX ON least.messages (user_id, bot_type, telegram_message_id, direction);
INSERT INTO least.opchat SELECT * FROM opchat.chat_messages ORDER BY created_at;
INSERT INTO least.messages
SELECT user_id, bot_type, seq, direction, verified, message_type, message_text, entities, media, payload,
    telegram_message_id, reply_to, media_group_id, created_at, edited_at, deleted_at, operator, client_message_id,
    revision, delivery_status
FROM opchat.chat_messages WHERE telegram_message_id IS NOT NULL ORDER BY created_at;
