-- What a message said before it was edited.
CREATE TABLE opchat.message_versions (
    user_id      bigint NOT NULL,
    bot_type     text NOT NULL,
    seq          bigint NOT NULL,
    version      integer NOT NULL,
    message_type text NOT NULL,
    message_text text NOT NULL,
    entities     jsonb,
    media        jsonb,
    payload      jsonb,
    written_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, bot_type, seq, version)
);
