-- Answers of every kind: with files, with buttons, changed after they were sent. See docs/reference/schema.md.

ALTER TABLE opchat.chat_messages
    ADD COLUMN buttons jsonb,
    ADD COLUMN sent_at timestamptz,
    ADD COLUMN change jsonb,
    ADD COLUMN change_due_at timestamptz;

-- claim_changes: what Telegram is still to be told of messages that it has.
CREATE INDEX chat_messages_change ON opchat.chat_messages (bot_type, change_due_at) WHERE change_due_at IS NOT NULL;

-- Files on their way to Telegram: without a message while they are uploaded, then with the one that they go with, until
-- that has arrived or nobody will send it any more.
CREATE TABLE opchat.outgoing_files (
    file_number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    user_id     bigint,
    bot_type    text,
    seq         bigint
);

-- claim, complete: the file of a message.
CREATE UNIQUE INDEX outgoing_files_message ON opchat.outgoing_files (user_id, bot_type, seq) WHERE seq IS NOT NULL;

CREATE TABLE opchat.file_chunks (
    file_number bigint NOT NULL REFERENCES opchat.outgoing_files ON DELETE CASCADE,
    chunk       integer NOT NULL,
    content     bytea NOT NULL,
    PRIMARY KEY (file_number, chunk)
);
ALTER TABLE opchat.file_chunks ALTER COLUMN content SET STORAGE EXTERNAL; -- pictures and films do not shrink

-- What Telegram calls a file that a bot has sent before: the same again need not be uploaded.
CREATE TABLE opchat.known_files (
    bot_type    text NOT NULL,
    fingerprint bytea NOT NULL,
    file_id     text NOT NULL,
    used_at     timestamptz NOT NULL,
    PRIMARY KEY (bot_type, fingerprint)
);

-- Their successors take more.
DROP FUNCTION IF EXISTS opchat.queue_answer(bigint, text, text[], text, text, bigint, bigint, timestamptz);
DROP FUNCTION IF EXISTS opchat.charge_bot(text, integer, interval, opchat.pace, timestamptz);
DROP FUNCTION IF EXISTS opchat.ready_after(timestamptz, timestamptz, integer, interval);
DROP FUNCTION IF EXISTS opchat.complete(
    bigint, text, bigint, integer, text, bigint, text, text, interval, boolean, timestamptz
);
