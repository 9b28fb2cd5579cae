-- Users, chats and messages. See docs/reference/schema.md for what each column means.

CREATE TABLE opchat.users (
    user_id       bigint PRIMARY KEY CHECK (user_id BETWEEN 1 AND 4503599627370496),
    first_name    text,
    last_name     text,
    username      text,
    language_code text,
    -- Case-folded by the library, so that a search works whatever the server's locale is.
    folded_first_name text NOT NULL DEFAULT '',
    folded_last_name  text NOT NULL DEFAULT '',
    folded_username   text NOT NULL DEFAULT '',
    -- The line break keeps a search from matching across the name and the username.
    search_text   text NOT NULL GENERATED ALWAYS AS (
        trim(folded_first_name || ' ' || folded_last_name) || E'\n@' || folded_username
    ) STORED,
    -- Whether a verified message came from this user: then only verified callers may rename it.
    verified      boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL
);

-- One row a chat, holding whatever the list of chats shows, so that listing reads one index.
CREATE TABLE opchat.user_data (
    user_id              bigint NOT NULL,
    bot_type             text NOT NULL,
    operator_chat_status text NOT NULL DEFAULT 'open' CHECK (operator_chat_status IN ('open', 'closed')),
    closed_at            timestamptz,
    last_seq             bigint NOT NULL DEFAULT 0,
    read_seq             bigint NOT NULL DEFAULT 0,
    unread_count         integer NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
    revision             bigint NOT NULL DEFAULT 0,
    last_message_at      timestamptz NOT NULL,
    blocked_by_user      boolean NOT NULL DEFAULT false,
    -- When a delivery worker must look at this chat: its head answer is due, or the lease on it runs out.
    attend_at            timestamptz,
    -- When Telegram's limit of a chat lets the next answer leave.
    ready_at             timestamptz,
    PRIMARY KEY (user_id, bot_type)
) WITH (fillfactor = 80);

-- list_chats: a page of one status, newest activity first, at any depth.
CREATE INDEX user_data_list ON opchat.user_data
    (bot_type, operator_chat_status, last_message_at DESC, user_id DESC);

-- claim: the chats that a delivery worker must look at.
CREATE INDEX user_data_attend ON opchat.user_data (bot_type, attend_at) WHERE attend_at IS NOT NULL;

-- How many chats there are, in 16 shards so that new chats do not wait for one another.
CREATE TABLE opchat.chat_counts (
    bot_type     text NOT NULL,
    shard        smallint NOT NULL,
    open_count   bigint NOT NULL,
    closed_count bigint NOT NULL,
    PRIMARY KEY (bot_type, shard)
) WITH (fillfactor = 50);

CREATE TABLE opchat.chat_messages (
    user_id             bigint NOT NULL,
    bot_type            text NOT NULL,
    seq                 bigint NOT NULL,
    direction           text NOT NULL CHECK (direction IN ('in', 'out')),
    verified            boolean NOT NULL,
    message_type        text NOT NULL,
    message_text        text NOT NULL,
    entities            jsonb,
    media               jsonb,
    payload             jsonb,
    telegram_message_id bigint,
    update_id           bigint,
    reply_to            bigint,
    media_group_id      text,
    created_at          timestamptz NOT NULL,
    edited_at           timestamptz,
    deleted_at          timestamptz,
    operator            text,
    client_message_id   text,
    revision            bigint NOT NULL,
    delivery_status     text CHECK (delivery_status IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    error_code          text,
    error_message       text,
    attempts            integer NOT NULL DEFAULT 0,
    queued_at           timestamptz,
    next_attempt_at     timestamptz,
    lease_until         timestamptz,
    PRIMARY KEY (user_id, bot_type, seq),
    CHECK ((delivery_status IS NULL) = (direction = 'in'))
);

-- receive: the identity of what a user wrote. Unverified callers have a space of their own, so they cannot take an identity.
CREATE UNIQUE INDEX chat_messages_identity ON opchat.chat_messages
    (user_id, bot_type, telegram_message_id, verified) WHERE direction = 'in' AND telegram_message_id IS NOT NULL;

-- receive: the same for what Telegram gave no number of its own (scheduled messages, kinds nobody knows), by its update.
CREATE UNIQUE INDEX chat_messages_update ON opchat.chat_messages
    (user_id, bot_type, update_id, verified) WHERE update_id IS NOT NULL;

-- receive: an answer by Telegram's number, when it is reported again or replied to.
CREATE INDEX chat_messages_sent ON opchat.chat_messages
    (user_id, bot_type, telegram_message_id) WHERE direction = 'out' AND telegram_message_id IS NOT NULL;

-- queue_answer: a repeated request.
CREATE INDEX chat_messages_client ON opchat.chat_messages
    (user_id, bot_type, client_message_id) WHERE client_message_id IS NOT NULL;

-- list_changes: what changed since a revision.
CREATE INDEX chat_messages_revision ON opchat.chat_messages (user_id, bot_type, revision);

-- claim: the head of a chat's queue.
CREATE INDEX chat_messages_queue ON opchat.chat_messages
    (user_id, bot_type, seq) WHERE delivery_status IN ('queued', 'sending');

-- claim, next_due: leases that run out, also while the bot must not send.
CREATE INDEX chat_messages_leases ON opchat.chat_messages (bot_type, lease_until) WHERE delivery_status = 'sending';

-- backlog: answers in doubt.
CREATE INDEX chat_messages_doubt ON opchat.chat_messages (bot_type) WHERE delivery_status = 'unknown';

-- Substring search of names by trigrams where the extension can be had; it works without, only slower.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXECUTE 'CREATE INDEX users_search ON opchat.users USING gin (search_text gin_trgm_ops)';
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    RAISE NOTICE 'pg_trgm is not to be had here: searching names reads the whole table of users';
END
$$;
