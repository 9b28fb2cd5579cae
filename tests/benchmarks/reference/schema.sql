-- What the reference and its like in Flask store in: users, messages, a row of data a user; no summaries.
CREATE SCHEMA IF NOT EXISTS reference;
CREATE TABLE IF NOT EXISTS reference.users (
    user_id    bigint PRIMARY KEY,
    first_name text,
    last_name  text,
    username   text,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS reference.chat_messages (
    id           bigserial PRIMARY KEY,
    user_id      bigint NOT NULL REFERENCES reference.users,
    message_text text NOT NULL,
    message_type text NOT NULL,
    direction    text NOT NULL,
    bot_type     text NOT NULL,
    telegram_message_id bigint,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS chat_messages_user ON reference.chat_messages (user_id, created_at);
CREATE TABLE IF NOT EXISTS reference.user_data (
    user_id              bigint PRIMARY KEY REFERENCES reference.users,
    operator_chat_status text NOT NULL DEFAULT 'open'
);
